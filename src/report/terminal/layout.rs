//! Lines of a page: labels on the left, numbers aligned on the right, text wrapped.

use anstyle::{AnsiColor, Style};

const WIDTH: usize = 80;
const LABEL: usize = 11;
const NUMBER: usize = 14;
const NUMBERS: usize = 3;

/// A page that is being laid out.
pub struct Page {
    text: String,
    colour: bool,
}

impl Page {
    /// An empty page.
    pub fn new(colour: bool) -> Self {
        Self {
            text: String::new(),
            colour,
        }
    }

    /// The page as text.
    pub fn finish(self) -> String {
        self.text
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A label and what it names.
    pub fn pair(&mut self, label: &str, value: &str) {
        self.styled(&format!("{label:<LABEL$}"), Style::new().bold());
        self.wrapped_from(value, LABEL, LABEL);
    }

    /// The head of a group of rows, with the heads of its columns.
    pub fn heading(&mut self, title: &str, cells: &[&str]) {
        self.styled(title, Style::new().bold());
        self.cells(title.chars().count(), cells);
    }

    /// A row of numbers.
    pub fn row(&mut self, label: &str, cells: &[&str]) {
        self.text.push_str(&format!("  {label}"));
        self.cells(2 + label.chars().count(), cells);
    }

    /// A remark under rows.
    pub fn note(&mut self, text: &str) {
        self.wrapped(text, 2);
    }

    /// Text of any length.
    pub fn paragraph(&mut self, text: &str) {
        self.wrapped(text, 2);
    }

    /// A heading that must not be overlooked.
    pub fn alarm(&mut self, title: &str) {
        self.styled(title, AnsiColor::Red.on_default().bold());
        self.gap();
    }

    /// Numbers in their columns, behind text that ends in some column. What is too wide for its column moves
    /// those before it to the left.
    fn cells(&mut self, column: usize, cells: &[&str]) {
        let width = NUMBER - 1;
        let missing = NUMBERS.saturating_sub(cells.len()) * NUMBER;
        let numbers: String = cells
            .iter()
            .map(|cell| format!(" {cell:>width$}"))
            .collect();
        let space = (WIDTH - missing).saturating_sub(column + numbers.chars().count());
        self.text.push_str(&" ".repeat(space));
        self.text.push_str(&numbers);
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        self.gap();
    }

    fn styled(&mut self, text: &str, style: Style) {
        if self.colour {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }

    /// Breaks at spaces; later lines stand two columns further in.
    fn wrapped(&mut self, text: &str, indent: usize) {
        self.text.push_str(&" ".repeat(indent));
        self.wrapped_from(text, indent, indent + 2);
    }

    /// Goes on in a column; a word that is too long stays whole.
    fn wrapped_from(&mut self, text: &str, mut column: usize, indent: usize) {
        let mut is_first = true;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if !is_first && column + 1 + length > WIDTH {
                self.gap();
                self.text.push_str(&" ".repeat(indent));
                column = indent;
            } else if !is_first {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(word);
            column += length;
            is_first = false;
        }
        self.gap();
    }
}

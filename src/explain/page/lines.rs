//! Lines of the page: wrapped at 80 columns, indented by what they belong to.

use anstyle::{AnsiColor, Style};

use super::Page;
use crate::explain::Moment;

const WIDTH: usize = 80;
/// Where the body of an entry begins: UTC, then the time on the wall.
const BODY: usize = 27;

impl Page<'_> {
    /// An entry's first line: its time in UTC, on the wall, and what happened.
    pub(super) fn event(&mut self, at: Moment, text: &str) {
        let time: String = at.utc_time().chars().take(8).collect();
        let wall: String = at.wall().chars().take(14).collect();
        self.text.push_str(&format!("{time:<9} {wall:<14}   "));
        self.rest(BODY, BODY + 2, text, Style::new().bold());
    }

    /// A line that belongs to the entry above.
    pub(super) fn detail(&mut self, text: &str) {
        self.indented(text, Style::new());
    }

    pub(super) fn coloured_detail(&mut self, text: &str) {
        self.indented(text, AnsiColor::Green.on_default());
    }

    pub(super) fn indented(&mut self, text: &str, style: Style) {
        let deeper = text.len() - text.trim_start().len();
        let indent = BODY + 2 + deeper;
        self.text.push_str(&" ".repeat(indent));
        self.rest(indent, indent + 2, text.trim_start(), style);
    }

    pub(super) fn heading(&mut self, title: &str) {
        self.text.push('\n');
        self.styled(title, Style::new().bold());
        self.text.push('\n');
    }

    pub(super) fn pair(&mut self, label: &str, value: &str) {
        self.styled(&format!("{label:<10}"), Style::new().bold());
        self.rest(10, 12, value, Style::new());
    }

    pub(super) fn wrapped(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.rest(indent, indent + 2, text, Style::new());
    }

    /// Breaks at spaces, and inside words that are longer than a line.
    pub(super) fn rest(&mut self, first_column: usize, indent: usize, text: &str, style: Style) {
        let mut lines: Vec<String> = vec![String::new()];
        let mut space = WIDTH - first_column;
        for word in text.split_whitespace() {
            let mut word: Vec<char> = word.chars().map(shown).collect();
            loop {
                let line = lines.last_mut().expect("at least one line");
                let used = line.chars().count();
                let gap = usize::from(used > 0);
                if used + gap + word.len() <= space {
                    line.push_str(if gap == 1 { " " } else { "" });
                    line.extend(word.iter());
                    break;
                }
                if used == 0 {
                    line.extend(word.drain(..space));
                }
                lines.push(String::new());
                space = WIDTH - indent;
            }
        }
        for (place, line) in lines.iter().enumerate() {
            if place > 0 {
                self.text.push_str(&" ".repeat(indent));
            }
            self.styled(line, style);
            self.text.push('\n');
        }
    }

    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(super) fn styled(&mut self, text: &str, style: Style) {
        if self.colour && style != Style::new() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }
}

/// What a cell of a log may not do to a terminal.
fn shown(letter: char) -> char {
    if letter.is_control() {
        '\u{fffd}'
    } else {
        letter
    }
}

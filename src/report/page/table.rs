//! Tables of the page: what they hold, and where the rest is.

use crate::report::figures::thousands;

/// Rows of a table that are shown.
pub const ROWS_MOST: usize = 200;
/// With more columns than this a table may be wider than a screen: it scrolls, and the keyboard must reach it.
const COLUMNS_IN_SIGHT: usize = 4;

/// A table with its caption.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its place among the tables of the page.
    pub number: usize,
    /// What it shows.
    pub caption: String,
    /// Its columns; the cells of the first name the rows.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What must be known of it.
    pub notes: Vec<String>,
    /// How it is laid out, as classes of the style sheet.
    pub class: &'static str,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Whether it holds numbers.
    pub is_number: bool,
    /// Its part of the width in percent, where all rows must stay one line.
    pub percent: Option<u8>,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// Whether it holds the sums of the others.
    pub is_total: bool,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Set apart below it, in small letters.
    pub details: Vec<Detail>,
    /// `number`, `code`, `mark` or nothing, as a class of the style sheet.
    pub class: &'static str,
}

/// A line below a cell's text.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: Option<String>,
}

impl Table {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            caption: caption.into(),
            columns,
            ..Self::default()
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row {
            cells,
            is_total: false,
        });
    }

    /// Adds the row of sums.
    pub fn total(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row {
            cells,
            is_total: true,
        });
    }

    /// Adds a note.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Keeps the first rows and says how many there are and where they stand; to be called before a total.
    pub fn cut(&mut self, most: usize, shown: &str, place: &str) {
        if self.rows.len() <= most {
            return;
        }
        self.note(format!(
            "{} of {} rows are shown, {shown}; {place} holds all of them.",
            thousands(most as u64),
            thousands(self.rows.len() as u64)
        ));
        self.rows.truncate(most);
    }

    /// Whether it may be wider than a screen.
    pub fn is_wide(&self) -> bool {
        self.columns.len() > COLUMNS_IN_SIGHT
    }

    /// Whether columns have their widths.
    pub fn has_widths(&self) -> bool {
        self.columns.iter().any(|column| column.percent.is_some())
    }
}

impl Column {
    /// A column of words.
    pub fn words(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            is_number: false,
            percent: None,
        }
    }

    /// A column of numbers.
    pub fn numbers(heading: impl Into<String>) -> Self {
        Self {
            is_number: true,
            ..Self::words(heading)
        }
    }

    /// The same with a width.
    pub fn percent(self, percent: u8) -> Self {
        Self {
            percent: Some(percent),
            ..self
        }
    }
}

impl Cell {
    /// Words, or a name that somebody else gave.
    pub fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A number.
    pub fn number(text: impl Into<String>) -> Self {
        Self {
            class: "number",
            ..Self::words(text)
        }
    }

    /// A count.
    pub fn count(count: u64) -> Self {
        Self::number(thousands(count))
    }

    /// An id or a hash, which may break anywhere.
    pub fn code(text: impl Into<String>) -> Self {
        Self {
            class: "code",
            ..Self::words(text)
        }
    }

    /// A code of this program, which never breaks.
    pub fn mark(text: impl Into<String>) -> Self {
        Self {
            class: "mark",
            ..Self::words(text)
        }
    }

    /// The same with a line below it; none where the line is empty.
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.details.push(Detail { text, url: None });
        }
        self
    }

    /// The same with a source below it. An address that is none of the web's is shown, but leads nowhere.
    pub fn source(mut self, title: &str, url: Option<&str>) -> Self {
        self.details.push(Detail {
            text: title.to_owned(),
            url: None,
        });
        if let Some(url) = url {
            let leads = url.starts_with("https://") || url.starts_with("http://");
            self.details.push(Detail {
                text: url.to_owned(),
                url: leads.then(|| url.to_owned()),
            });
        }
        self
    }
}

//! The cells of a page, column by column, in the form in which Parquet keeps them.
//!
//! Words that repeat are kept once per row group and referred to by key, in the order in which they
//! first appear: that order depends on the rows alone, so the bytes of a file do not depend on intern
//! codes. A page is small enough for the processor's cache, and its memory serves the next page.

use std::borrow::Cow;

use hashbrown::HashMap;

/// The key of an empty cell.
pub const NULL_KEY: u32 = u32::MAX;
/// The length of an empty cell, which is not that of an empty text.
pub const NULL_LENGTH: u32 = u32::MAX;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text of which nearly every cell differs.
    Text,
    /// Text that repeats.
    Word,
    /// Instant in UTC, microseconds.
    Instant,
    /// Calendar date.
    Date,
    /// Number of messages.
    Count,
    /// Whole number, perhaps negative.
    Number,
    /// Yes or no.
    Flag,
    /// Exact money, [`DECIMAL_PRECISION`] digits, [`DECIMAL_SCALE`] of them after the point.
    Decimal,
}

/// Digits of a decimal: the most that Arrow, DuckDB and Spark share.
pub const DECIMAL_PRECISION: usize = 38;
/// Digits after the point: no rate of a card has more than 6, no unit-cost formula needs more than 18,
/// and 20 digits remain before the point.
pub const DECIMAL_SCALE: usize = 18;

/// Name, kind and nullability of a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Name in the contract.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether cells may be empty.
    pub nullable: bool,
}

impl ColumnSpec {
    /// A column without empty cells.
    pub const fn required(name: &'static str, kind: ColumnKind) -> Self {
        Self {
            name,
            kind,
            nullable: false,
        }
    }

    /// A column with empty cells.
    pub const fn nullable(name: &'static str, kind: ColumnKind) -> Self {
        Self {
            name,
            kind,
            nullable: true,
        }
    }
}

/// The columns of a table while a row group is built.
pub trait Columns {
    /// Forgets the rows of the last page; words keep their keys.
    fn clear_rows(&mut self);

    /// The cells of the page, in the order of the table's specification.
    fn cells(&self) -> Vec<Cells<'_>>;
}

/// The cells of a column.
#[derive(Clone, Copy)]
pub enum Cells<'a> {
    /// Texts that differ.
    Text(&'a Texts),
    /// Keys of words.
    Words(&'a Words),
    /// Microseconds since the epoch, or whole numbers.
    Instants(&'a [Option<i64>]),
    /// Days since the epoch, or counts.
    Integers(&'a [i64]),
    /// Yes or no.
    Flags(&'a [bool]),
    /// Keys of decimals.
    Decimals(&'a Decimals),
}

impl Cells<'_> {
    /// How many rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Text(texts) => texts.lengths.len(),
            Self::Words(words) => words.keys.len(),
            Self::Instants(instants) => instants.len(),
            Self::Integers(integers) => integers.len(),
            Self::Flags(flags) => flags.len(),
            Self::Decimals(decimals) => decimals.keys.len(),
        }
    }
}

/// Texts one after another, and how long each is.
#[derive(Default)]
pub struct Texts {
    bytes: Vec<u8>,
    lengths: Vec<u32>,
}

impl Texts {
    /// Forgets all texts.
    pub fn clear_rows(&mut self) {
        self.bytes.clear();
        self.lengths.clear();
    }

    /// Adds a text.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.lengths.push(text.len() as u32);
    }

    /// Adds an empty cell.
    pub fn push_null(&mut self) {
        self.lengths.push(NULL_LENGTH);
    }

    /// The texts, one after another.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The length of each text, or [`NULL_LENGTH`].
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }
}

/// Words, each kept once.
#[derive(Default)]
pub struct Words {
    keys: Vec<u32>,
    words: Vec<String>,
    by_code: Vec<u32>,
}

impl Words {
    /// Forgets the cells; words keep their keys.
    pub fn clear_rows(&mut self) {
        self.keys.clear();
    }

    /// Adds a word that has a small number within this column.
    #[inline]
    pub fn push_code<'a>(&mut self, code: usize, word: impl FnOnce() -> Cow<'a, str>) {
        if let Some(&key) = self.by_code.get(code)
            && key != NULL_KEY
        {
            self.keys.push(key);
            return;
        }
        if self.by_code.len() <= code {
            self.by_code.resize(code + 1, NULL_KEY);
        }
        let key = self.words.len() as u32;
        self.words.push(word().into_owned());
        self.by_code[code] = key;
        self.keys.push(key);
    }

    /// Adds a word, compared with all words so far: for tables that are small.
    pub fn push_word(&mut self, word: &str) {
        let known = self.words.iter().rposition(|known| known == word);
        let key = known.unwrap_or_else(|| {
            self.words.push(word.to_owned());
            self.words.len() - 1
        });
        self.keys.push(key as u32);
    }

    /// Adds an empty cell.
    pub fn push_null(&mut self) {
        self.keys.push(NULL_KEY);
    }

    /// The key of each cell.
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The words, by key.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// Decimals in units of 10^-[`DECIMAL_SCALE`], each kept once.
#[derive(Default)]
pub struct Decimals {
    keys: Vec<u32>,
    values: Vec<i128>,
    by_value: HashMap<i128, u32>,
    by_code: Vec<Option<u32>>,
}

impl Decimals {
    /// Forgets the cells; values keep their keys.
    pub fn clear_rows(&mut self) {
        self.keys.clear();
    }

    /// Adds a number of units, or an empty cell, that has a small number within this column.
    #[inline]
    pub fn push_code(&mut self, code: usize, units: impl FnOnce() -> Option<i128>) {
        if let Some(&Some(key)) = self.by_code.get(code) {
            self.keys.push(key);
            return;
        }
        match units() {
            Some(units) => self.push(units),
            None => self.push_null(),
        }
        if self.by_code.len() <= code {
            self.by_code.resize(code + 1, None);
        }
        self.by_code[code] = self.keys.last().copied();
    }

    /// Adds a number of units.
    pub fn push(&mut self, units: i128) {
        let values = &mut self.values;
        let key = *self.by_value.entry(units).or_insert_with(|| {
            values.push(units);
            values.len() as u32 - 1
        });
        self.keys.push(key);
    }

    /// Adds an empty cell.
    pub fn push_null(&mut self) {
        self.keys.push(NULL_KEY);
    }

    /// The key of each cell.
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The values, by key.
    pub fn values(&self) -> &[i128] {
        &self.values
    }
}

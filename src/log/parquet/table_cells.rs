//! The cells of a run's own tables: numbers as they are, texts side by side.

use super::cells::Cells;
use crate::log::Column;

/// A cell of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableCell<'a> {
    /// An empty cell.
    Null,
    /// A whole number, days or microseconds since the epoch, or 0 and 1 for no and yes.
    Integer(i64),
    /// A text or a decimal.
    Text(&'a [u8]),
}

impl<'a> TableCell<'a> {
    /// The text; none where the cell is empty or a number.
    pub fn text(self) -> Option<&'a [u8]> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number; none where the cell is empty or a text.
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            _ => None,
        }
    }
}

/// A cell whose text stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packed {
    Null,
    Integer(i64),
    Text { start: usize, end: usize },
}

/// The texts of a batch, behind those of the dictionary.
#[derive(Debug, Default)]
pub(super) struct TableCells {
    bytes: Vec<u8>,
    kept: usize,
}

impl TableCells {
    /// Keeps what has been read so far (a dictionary) when the rest is dropped.
    pub(super) fn keep(&mut self) {
        self.kept = self.bytes.len();
    }

    /// Drops all texts but those that are kept.
    pub(super) fn drop_rest(&mut self) {
        self.bytes.truncate(self.kept);
    }

    /// The cell with its text.
    #[inline]
    pub(super) fn unpack(&self, cell: Packed) -> TableCell<'_> {
        match cell {
            Packed::Null => TableCell::Null,
            Packed::Integer(number) => TableCell::Integer(number),
            Packed::Text { start, end } => {
                TableCell::Text(self.bytes.get(start..end).unwrap_or_default())
            }
        }
    }
}

impl Cells for TableCells {
    type Cell = Packed;
    const EMPTY: Packed = Packed::Null;

    #[inline]
    fn text(&mut self, _: Column, text: &[u8]) -> Packed {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        Packed::Text {
            start,
            end: self.bytes.len(),
        }
    }

    #[inline]
    fn integer(&mut self, _: Column, value: i64) -> Packed {
        Packed::Integer(value)
    }

    #[inline]
    fn time(&mut self, _: Column, micros: i64, _: bool) -> Packed {
        Packed::Integer(micros)
    }

    fn boolean(&mut self, _: Column, value: bool) -> Packed {
        Packed::Integer(i64::from(value))
    }
}

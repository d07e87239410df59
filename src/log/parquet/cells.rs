//! What becomes of a value: a code for the replay, or text for outputs.

use crate::log::{CellCode, CellContext, CellParser, Column, EpochUnits, RowDefect};
use crate::vocabulary::Instant;

/// Turns values, of whatever Parquet type, into cells.
pub(super) trait Cells {
    /// What a value becomes.
    type Cell: Copy;
    /// A null.
    const EMPTY: Self::Cell;

    /// Text as a CSV cell has it.
    fn text(&mut self, column: Column, text: &[u8]) -> Self::Cell;
    /// An integer.
    fn integer(&mut self, column: Column, value: i64) -> Self::Cell;
    /// An instant, or (`utc` false) the date and time on a clock, in microseconds.
    fn time(&mut self, column: Column, micros: i64, utc: bool) -> Self::Cell;
    /// True or false.
    fn boolean(&mut self, column: Column, value: bool) -> Self::Cell;
}

/// Codes, by the parser that CSV uses too.
#[derive(Debug)]
pub(super) struct CodeCells<'a> {
    parser: CellParser<'a>,
    /// Whether a value of the kinds of [`RowDefect`] was met.
    has_defects: bool,
}

impl<'a> CodeCells<'a> {
    /// Stands for a value that is not UTF-8 until the row is marked.
    const INVALID_UTF8: CellCode = CellCode(CellCode::BAD.0 - 1);
    /// Stands for a value with a NUL byte until the row is marked.
    const NUL_BYTE: CellCode = CellCode(CellCode::BAD.0 - 2);

    pub(super) fn new(context: &'a CellContext) -> Self {
        Self {
            parser: CellParser::new(context),
            has_defects: false,
        }
    }

    /// Which units integer times were in.
    pub(super) fn epoch_units(&self) -> &EpochUnits {
        self.parser.epoch_units()
    }

    /// The rows whose cells cannot be text, ascending; their cells become bad.
    ///
    /// Hashes may equal the marks, but not in a file that has both (1 in 2^63).
    pub(super) fn take_defects(&self, columns: &mut [Vec<CellCode>]) -> Vec<(u32, RowDefect)> {
        let mut defects = Vec::new();
        if !self.has_defects {
            return defects;
        }
        for cells in columns {
            for (row, cell) in cells.iter_mut().enumerate() {
                let defect = match *cell {
                    Self::INVALID_UTF8 => RowDefect::InvalidUtf8,
                    Self::NUL_BYTE => RowDefect::NulByte,
                    _ => continue,
                };
                *cell = CellCode::BAD;
                defects.push((row as u32, defect));
            }
        }
        defects.sort_by_key(|&(row, defect)| (row, defect as u8));
        defects.dedup_by_key(|&mut (row, _)| row);
        defects
    }

    #[cold]
    fn unusual_text(&mut self, column: Column, text: &[u8]) -> CellCode {
        let mark = if memchr::memchr(0, text).is_some() {
            Self::NUL_BYTE
        } else if std::str::from_utf8(text).is_err() {
            Self::INVALID_UTF8
        } else {
            return self.parser.text(column, text);
        };
        self.has_defects = true;
        mark
    }
}

impl Cells for CodeCells<'_> {
    type Cell = CellCode;
    const EMPTY: CellCode = CellCode::EMPTY;

    #[inline]
    fn text(&mut self, column: Column, text: &[u8]) -> CellCode {
        if is_plain(text) {
            self.parser.text(column, text)
        } else {
            self.unusual_text(column, text)
        }
    }

    #[inline]
    fn integer(&mut self, column: Column, value: i64) -> CellCode {
        if column.is_instant() {
            return self.parser.integer(column, value);
        }
        let mut digits = [0; 20];
        self.parser.text(column, write_integer(value, &mut digits))
    }

    #[inline]
    fn time(&mut self, column: Column, micros: i64, utc: bool) -> CellCode {
        if !column.is_instant() {
            return self.parser.text(column, time_text(micros, utc).as_bytes());
        }
        if utc {
            self.parser.micros_utc(column, micros)
        } else {
            self.parser.micros_local(column, micros)
        }
    }

    fn boolean(&mut self, column: Column, value: bool) -> CellCode {
        self.parser.boolean(column, value)
    }
}

/// Whether text is ASCII without NUL, eight bytes at a time.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = text.as_chunks::<8>();
    // Taking one from each byte sets the high bit of a NUL, or of a byte that has it already.
    let odd = words.iter().fold(0, |odd, word| {
        let word = u64::from_le_bytes(*word);
        odd | word | word.wrapping_sub(ONES)
    });
    odd & HIGHS == 0 && rest.iter().all(|&byte| byte.wrapping_sub(1) < 0x7f)
}

/// Where a text stands among those that are kept; nothing for a null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

/// Texts in the form that a CSV file would have.
#[derive(Debug, Default)]
pub(super) struct TextCells {
    bytes: Vec<u8>,
    kept: usize,
}

impl TextCells {
    /// Keeps what has been read so far (a dictionary) when the rest is dropped.
    pub(super) fn keep(&mut self) {
        self.kept = self.bytes.len();
    }

    /// Drops all texts but those that are kept.
    pub(super) fn drop_rest(&mut self) {
        self.bytes.truncate(self.kept);
    }

    /// The text of a cell, untrimmed.
    pub(super) fn get(&self, span: Span) -> &[u8] {
        &self.bytes[span.start..span.end]
    }

    fn push(&mut self, text: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        Span {
            start,
            end: self.bytes.len(),
        }
    }
}

impl Cells for TextCells {
    type Cell = Span;
    const EMPTY: Span = Span { start: 0, end: 0 };

    fn text(&mut self, _: Column, text: &[u8]) -> Span {
        self.push(text)
    }

    fn integer(&mut self, _: Column, value: i64) -> Span {
        let mut digits = [0; 20];
        self.push(write_integer(value, &mut digits))
    }

    fn time(&mut self, _: Column, micros: i64, utc: bool) -> Span {
        self.push(time_text(micros, utc).as_bytes())
    }

    fn boolean(&mut self, _: Column, value: bool) -> Span {
        self.push(if value { b"true" } else { b"false" })
    }
}

/// RFC 3339, or without a zone `YYYY-MM-DD HH:MM:SS`, with the fraction that is needed.
fn time_text(micros: i64, utc: bool) -> String {
    let text = Instant::from_micros(micros).to_string();
    match text.strip_suffix('Z') {
        Some(clock) if !utc => clock.replacen('T', " ", 1),
        _ => text,
    }
}

fn write_integer(value: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.unsigned_abs();
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_ascii_without_nul() {
        for length in 0..20 {
            let mut text = vec![b'a'; length];
            assert!(is_plain(&text));
            for place in 0..length {
                for (byte, plain) in [
                    (0, false),
                    (1, true),
                    (0x7f, true),
                    (0x80, false),
                    (0xff, false),
                ] {
                    text[place] = byte;
                    assert_eq!(is_plain(&text), plain, "{text:?}");
                }
                text[place] = b'a';
            }
        }
    }

    #[test]
    fn numbers_and_times_are_written_as_a_csv_has_them() {
        let mut buffer = [0; 20];
        for value in [0, 7, -1, 1_700_000_000, i64::MAX, i64::MIN] {
            assert_eq!(
                write_integer(value, &mut buffer),
                value.to_string().as_bytes()
            );
        }
        assert_eq!(
            time_text(1_700_000_000_500_000, true),
            "2023-11-14T22:13:20.500Z"
        );
        assert_eq!(
            time_text(1_700_000_000_000_001, false),
            "2023-11-14 22:13:20.000001"
        );
    }
}

//! A table as CSV (RFC 4180): the same cells in the same order, an empty cell for null.
//!
//! Texts of the log that a spreadsheet would run as a formula stand behind an apostrophe ([`neutral`]); Parquet
//! holds them as they are.

use std::io::Write;

use anyhow::Result;

use super::frame::{Cells, ColumnKind, ColumnSpec, DECIMAL_SCALE, NULL_KEY, NULL_LENGTH, Texts};
use crate::report::neutral::neutral;
use crate::vocabulary::{Instant, LocalDate};

/// The header row.
///
/// # Errors
/// None in practice: the bytes go to memory.
pub fn header(specs: &[ColumnSpec]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(specs.iter().map(|spec| spec.name))?;
    Ok(writer.into_inner()?)
}

/// Appends the rows of a page.
///
/// # Errors
/// None in practice: the bytes go to memory.
pub fn append(specs: &[ColumnSpec], cells: &[Cells<'_>], text: &mut Vec<u8>) -> Result<()> {
    let mut writer = csv::Writer::from_writer(text);
    let rows = cells.first().map_or(0, Cells::rows);
    let mut columns: Vec<Cursor<'_>> = specs
        .iter()
        .zip(cells)
        .map(|(spec, &cells)| Cursor::new(spec.kind, cells))
        .collect();
    let mut cell = Vec::with_capacity(64);
    for row in 0..rows {
        for column in &mut columns {
            let is_text = column.is_text();
            let text = column.cell(row, &mut cell)?;
            match is_text {
                true => writer.write_field(neutral(text))?,
                false => writer.write_field(text)?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// Reads a column from top to bottom.
enum Cursor<'a> {
    Texts {
        texts: &'a Texts,
        offset: usize,
    },
    Written {
        keys: &'a [u32],
        words: Vec<&'a str>,
    },
    Decimals {
        keys: &'a [u32],
        words: Vec<String>,
    },
    Instants(&'a [Option<i64>]),
    Numbers(&'a [Option<i64>]),
    Dates(&'a [i64]),
    Counts(&'a [i64]),
    Flags(&'a [bool]),
}

impl<'a> Cursor<'a> {
    fn new(kind: ColumnKind, cells: Cells<'a>) -> Self {
        match cells {
            Cells::Text(texts) => Self::Texts { texts, offset: 0 },
            Cells::Words(words) => Self::Written {
                keys: words.keys(),
                words: words.words().iter().map(String::as_str).collect(),
            },
            Cells::Decimals(decimals) => Self::Decimals {
                keys: decimals.keys(),
                words: decimals.values().iter().copied().map(decimal).collect(),
            },
            Cells::Instants(numbers) if kind == ColumnKind::Number => Self::Numbers(numbers),
            Cells::Instants(instants) => Self::Instants(instants),
            Cells::Integers(days) if kind == ColumnKind::Date => Self::Dates(days),
            Cells::Integers(counts) => Self::Counts(counts),
            Cells::Flags(flags) => Self::Flags(flags),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Texts { .. } | Self::Written { .. })
    }

    fn cell<'b>(&'b mut self, row: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8]> {
        buffer.clear();
        match self {
            Self::Texts { texts, offset } => {
                let length = texts.lengths()[row];
                if length != NULL_LENGTH {
                    let start = *offset;
                    *offset += length as usize;
                    return Ok(&texts.bytes()[start..*offset]);
                }
            }
            Self::Written { keys, words } => {
                if keys[row] != NULL_KEY {
                    return Ok(words[keys[row] as usize].as_bytes());
                }
            }
            Self::Decimals { keys, words } => {
                if keys[row] != NULL_KEY {
                    return Ok(words[keys[row] as usize].as_bytes());
                }
            }
            Self::Instants(instants) => {
                if let Some(micros) = instants[row] {
                    write!(buffer, "{}", Instant::from_micros(micros))?;
                }
            }
            Self::Numbers(numbers) => {
                if let Some(number) = numbers[row] {
                    write!(buffer, "{number}")?;
                }
            }
            Self::Dates(days) => write!(buffer, "{}", LocalDate::from_days(days[row] as i32))?,
            Self::Counts(counts) => write!(buffer, "{}", counts[row])?,
            Self::Flags(flags) => write!(buffer, "{}", flags[row])?,
        }
        Ok(buffer)
    }
}

/// A decimal without needless zeros: `0`, `0.0475`, `-12.5`.
fn decimal(units: i128) -> String {
    let one = 10u128.pow(DECIMAL_SCALE as u32);
    let (whole, fraction) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
    let sign = if units < 0 { "-" } else { "" };
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{fraction:0width$}", width = DECIMAL_SCALE);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_exactly_and_without_needless_zeros() {
        let one = 10i128.pow(DECIMAL_SCALE as u32);
        assert_eq!(decimal(0), "0");
        assert_eq!(decimal(one * 12), "12");
        assert_eq!(decimal(one * 475 / 10_000), "0.0475");
        assert_eq!(decimal(-one * 25 / 2), "-12.5");
        assert_eq!(decimal(1), "0.000000000000000001");
    }
}

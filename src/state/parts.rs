//! Tables of a state in parts: each a Parquet file of its own, and which of its rows are gone. Most rows of one state
//! stand in the next one too; a part of which few are gone is copied as it is.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use super::file::{Section, StateFile, StateFileError, StateWriter};
use crate::log::Gone;

/// A part is worn when more than one row in so many is gone.
const GONE_ONE_IN: u64 = 4;
/// With fewer rows a part is small: half of a row group.
const SMALL_ROWS: u64 = 1 << 16;

/// Where a part stands in a file, and which of its rows are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its first byte.
    pub start: u64,
    /// Its bytes.
    pub length: u64,
    /// Which of its rows are gone.
    pub gone: Gone,
    /// The digests of its rows, where those are lines that were published.
    pub digests: Vec<u64>,
}

impl Part {
    /// How many of its rows are there.
    pub fn rows(&self) -> u64 {
        self.gone.rows() - self.gone.len()
    }
}

/// Which parts are better written again, with only those rows that are left: those of which much is gone, and small
/// ones as soon as the small ones behind have as many rows, so that hourly runs do not leave hundreds.
pub fn worn(parts: &[Part]) -> Vec<bool> {
    let mut behind = 0;
    let mut worn: Vec<bool> = parts
        .iter()
        .rev()
        .map(|part| {
            let is_small = part.rows() < SMALL_ROWS;
            let is_joined = is_small && part.rows() <= behind;
            if is_small {
                behind += part.rows();
            }
            is_joined || part.gone.len() > part.gone.rows() / GONE_ONE_IN
        })
        .collect();
    worn.reverse();
    worn
}

/// The parts of a table that goes into a state.
#[derive(Debug)]
pub struct Parts {
    /// The file in which they stand.
    pub file: Arc<File>,
    /// The parts.
    pub parts: Vec<Part>,
}

impl Parts {
    /// How many rows are there.
    pub fn rows(&self) -> u64 {
        let rows = self.parts.iter().map(Part::rows);
        rows.fold(0, u64::saturating_add)
    }

    /// Writes them into a state.
    pub(super) fn write<W: Write>(
        &self,
        table: Section,
        writer: &mut StateWriter<W>,
    ) -> io::Result<()> {
        for part in &self.parts {
            writer.section_of(table, &self.file, (part.start, part.length))?;
            writer.section(Section::Gone, &part.gone.to_bytes())?;
            if table != Section::Log {
                let digests = part.digests.iter();
                let digests: Vec<u8> = digests.flat_map(|digest| digest.to_le_bytes()).collect();
                writer.section(Section::Digests, &digests)?;
            }
        }
        Ok(())
    }
}

impl StateFile {
    /// The parts of a table, none of them opened yet.
    ///
    /// # Errors
    /// If a part is not followed by what is to be known of its rows.
    pub fn parts(&self, table: Section) -> Result<Vec<Part>, StateFileError> {
        let mut parts = Vec::new();
        let mut sections = self.sections().iter();
        while let Some(&(number, start, length)) = sections.next() {
            if number != table as u8 {
                continue;
            }
            let mut next = |wanted: Section| {
                let next = sections.next().filter(|next| next.0 == wanted as u8);
                next.map(|&(_, start, length)| self.bytes_at(start, length))
                    .transpose()
            };
            let gone = next(Section::Gone)?.and_then(|bytes| Gone::from_bytes(&bytes));
            let gone = gone.ok_or_else(|| {
                self.malformed(table.part(), "it does not say which of its rows are gone")
            })?;
            let digests = match table {
                Section::Log => Vec::new(),
                _ => {
                    let digests = next(Section::Digests)?.and_then(|bytes| digests(&gone, &bytes));
                    digests.ok_or_else(|| {
                        self.malformed(table.part(), "there is no digest for each of its rows")
                    })?
                }
            };
            parts.push(Part {
                start,
                length,
                gone,
                digests,
            });
        }
        Ok(parts)
    }

    /// Refuses a table or a part of one that has another number of rows than is said of it.
    ///
    /// # Errors
    /// If it has.
    pub fn check_rows(&self, table: Section, rows: u64, said: u64) -> Result<(), StateFileError> {
        match rows == said {
            true => Ok(()),
            false => Err(self.malformed(
                table.part(),
                format!("{rows} are there where {said} should be"),
            )),
        }
    }
}

/// As they were written, if there is one for each row.
fn digests(gone: &Gone, bytes: &[u8]) -> Option<Vec<u64>> {
    let (digests, rest) = bytes.as_chunks::<8>();
    let is_for_each_row = rest.is_empty() && digests.len() as u64 == gone.rows();
    let digests = digests.iter().map(|digest| u64::from_le_bytes(*digest));
    is_for_each_row.then(|| digests.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worn(parts: &[(u64, u64)]) -> Vec<bool> {
        let part = |&(rows, gone): &(u64, u64)| Part {
            start: 0,
            length: 0,
            gone: Gone::all_but(rows, gone..rows),
            digests: Vec::new(),
        };
        let parts: Vec<Part> = parts.iter().map(part).collect();
        super::worn(&parts)
    }

    #[test]
    fn a_part_is_written_again_when_more_than_a_quarter_is_gone() {
        let rows = 2 * SMALL_ROWS;
        assert_eq!(worn(&[(rows, rows / 4)]), [false]);
        assert_eq!(worn(&[(rows, rows / 4 + 1)]), [true]);
        assert_eq!(worn(&[(rows, rows)]), [true]);
    }

    #[test]
    fn small_parts_are_joined_when_as_many_rows_stand_behind() {
        assert_eq!(worn(&[(24, 0)]), [false]);
        assert_eq!(worn(&[(24, 0), (23, 0)]), [false, false]);
        assert_eq!(worn(&[(24, 0), (12, 0), (12, 0)]), [true, true, false]);
        // A large one neither joins nor counts.
        assert_eq!(worn(&[(24, 0), (SMALL_ROWS, 0)]), [false, false]);
        assert_eq!(
            worn(&[(SMALL_ROWS, 0), (SMALL_ROWS - 1, 0)]),
            [false, false]
        );
    }
}

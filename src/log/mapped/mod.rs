//! Files of other systems, read through a map.
//!
//! A record is one object of a JSON file or one row of a CSV file. It becomes no row of the log, one, or several;
//! a record of which the map knows nothing is a rejected row.

mod csv;
mod json;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

pub(super) use self::csv::open as open_csv;
pub(super) use self::json::open as open_json;
use super::map::{Captured, Map, MappedRow};
use super::text::{ShownRow, TextChunk};
use super::texts::TextRows;
use super::{CellCode, CellContext, CellParser, Chunk, Column, RowDefect};

/// Memory that a thread uses again and again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    record: Captured,
    cell: Vec<u8>,
}

impl Memory {
    /// Begins with a new record of a map.
    pub(super) fn begin(&mut self, map: &Map) -> &mut Captured {
        map.shape().begin(&mut self.record);
        &mut self.record
    }

    /// Takes the values out of a JSON text that is one record.
    pub(super) fn take(&mut self, map: &Map, json: &str) -> Result<(), RowDefect> {
        let captured = map.shape().capture(json, &mut self.record);
        captured.map_err(|_| RowDefect::InvalidJson)?;
        match self.record.has_nul() {
            true => Err(RowDefect::NulByte),
            false => Ok(()),
        }
    }
}

/// What makes rows of a file's records.
pub(super) struct Mapper {
    pub(super) map: Arc<Map>,
    pub(super) context: Arc<CellContext>,
}

/// A record of a chunk: where it stands, and whether its values could be taken out.
pub(super) struct Record {
    pub(super) place: Range<usize>,
    pub(super) taken: Result<(), RowDefect>,
}

impl Mapper {
    /// Decodes the rows of the record in memory.
    pub(super) fn decode(
        &self,
        memory: &mut Memory,
        record: &Record,
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    ) {
        let Memory {
            record: values,
            cell,
        } = memory;
        self.each_row(record, values, &mut |row| {
            let mut codes = [CellCode::EMPTY; Column::COUNT];
            match row {
                Err(defect) => chunk.defects.push((chunk.rows as u32, defect)),
                Ok(row) => row.cells(
                    values,
                    &self.context.templates,
                    cell,
                    &mut |column, cell| {
                        codes[column.index()] = parser.text(column, cell);
                    },
                ),
            }
            for (column, code) in chunk.columns.iter_mut().zip(codes) {
                column.push(code);
            }
            chunk.rows += 1;
        });
    }

    /// Turns the rows of the record in memory into text.
    pub(super) fn texts(&self, memory: &mut Memory, record: &Record, rows: &mut TextRows) {
        let Memory {
            record: values,
            cell,
        } = memory;
        self.each_row(record, values, &mut |row| {
            match row {
                Err(defect) => rows.defects.push((rows.rows as u32, defect)),
                Ok(row) => row.cells(
                    values,
                    &self.context.templates,
                    cell,
                    &mut |column, cell| {
                        rows.columns[column.index()].push(cell);
                    },
                ),
            }
            rows.end_row();
        });
        if record.taken.is_ok() {
            rows.evidence
                .extend(self.map.evidence(values, &self.context.templates));
        }
    }

    /// Shows those rows of the record in memory that are wanted; `row` counts the chunk's rows.
    pub(super) fn show(
        &self,
        memory: &mut Memory,
        record: &Record,
        row: &mut u32,
        wanted: &mut std::iter::Peekable<impl Iterator<Item = (usize, u32)>>,
        show: &mut dyn FnMut(usize, ShownRow<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Memory {
            record: values,
            cell,
        } = memory;
        let mut shown = Ok(());
        self.each_row(record, values, &mut |mapped| {
            while let Some((index, _)) = wanted.next_if(|&(_, wanted)| wanted == *row) {
                let mut cells: [Option<Vec<u8>>; Column::COUNT] = [const { None }; Column::COUNT];
                if let Ok(mapped) = mapped {
                    mapped.cells(
                        values,
                        &self.context.templates,
                        cell,
                        &mut |column, cell| {
                            cells[column.index()] = Some(cell.to_vec());
                        },
                    );
                }
                let cell = |column: Column, buffer: &mut Vec<u8>| {
                    buffer.extend_from_slice(cells[column.index()].as_deref().unwrap_or_default());
                };
                let place = record.place.clone();
                if shown.is_ok() {
                    shown = show(index, ShownRow { place, cell: &cell });
                }
            }
            *row += 1;
        });
        shown
    }

    /// The rows of a record, or why it is none.
    fn each_row(
        &self,
        record: &Record,
        values: &Captured,
        take: &mut dyn FnMut(Result<MappedRow<'_>, RowDefect>),
    ) {
        if let Err(defect) = record.taken {
            return take(Err(defect));
        }
        let mut is_known = false;
        for row in self.map.rows(values) {
            is_known = true;
            take(Ok(row));
        }
        if !is_known && !self.map.passes_over(values) {
            take(Err(RowDefect::Unmapped));
        }
    }
}

/// Why the text of a record is none that cells could be taken from.
fn text_of(record: &[u8]) -> Result<&str, RowDefect> {
    if memchr::memchr(0, record).is_some() {
        return Err(RowDefect::NulByte);
    }
    std::str::from_utf8(record).map_err(|_| RowDefect::InvalidUtf8)
}

/// Why the row that begins at a place was given up when the text was cut.
fn given_up(text: &TextChunk, start: usize) -> Option<RowDefect> {
    let rejected = text.rejected.iter();
    let mut at_start = rejected.filter(|&&(place, _)| place as usize == start);
    at_start.next().map(|&(_, defect)| defect)
}

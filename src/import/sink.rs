//! Where imported rows go: row groups of a Parquet file, or the rows of a CSV file.

use std::io::Write;

use anyhow::Result;
use hashbrown::HashMap;

use super::rows::Taken;
use crate::log::texts::TextColumn;
use crate::log::{Column, Provenance};
use crate::report::tables::frame::{Cells, ColumnKind, ColumnSpec, Texts, Words};
use crate::report::tables::parquet::{ParquetTable, Schema};
use crate::vocabulary::Instant;

/// Rows that are sorted and written together.
pub const GROUP_ROWS: usize = 1 << 17;
/// Rows of a page: its columns fit the processor's cache.
const PAGE_ROWS: usize = 1 << 13;

/// In which form the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Parquet, Zstandard.
    Parquet,
    /// CSV.
    Csv,
}

/// A log that is being written.
pub struct Sink<'w> {
    columns: Vec<Column>,
    /// Noted in the file, where its form can keep it.
    source: Option<Provenance>,
    file: File<'w>,
    /// Chunks whose rows are not written yet.
    waiting: Vec<Taken>,
    waiting_rows: usize,
}

enum File<'w> {
    Parquet(Schema, Option<ParquetTable<&'w mut (dyn Write + Send)>>),
    Csv(csv::Writer<&'w mut (dyn Write + Send)>),
}

impl<'w> Sink<'w> {
    /// Begins a log with these columns.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn new(
        form: Form,
        columns: Vec<Column>,
        source: Option<Provenance>,
        file: &'w mut (dyn Write + Send),
    ) -> Result<Self> {
        let file = match form {
            Form::Parquet => {
                let specs: Vec<ColumnSpec> = columns.iter().map(|&column| spec(column)).collect();
                let schema = Schema::new(&specs);
                let table = ParquetTable::new(file, &schema);
                File::Parquet(schema, Some(table))
            }
            Form::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(columns.iter().map(|column| column.name()))?;
                File::Csv(writer)
            }
        };
        Ok(Self {
            columns,
            source,
            file,
            waiting: Vec::new(),
            waiting_rows: 0,
        })
    }

    /// Adds the rows of a chunk.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn add(&mut self, taken: Taken) -> Result<()> {
        self.waiting_rows += taken.rows();
        if taken.rows() > 0 {
            self.waiting.push(taken);
        }
        if self.waiting_rows >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what waits, and the file's end.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn finish(&mut self) -> Result<()> {
        if self.waiting_rows > 0 {
            self.write_group()?;
        }
        match &mut self.file {
            File::Parquet(_, table) => {
                if let Some(table) = table.take() {
                    let source = self.source.as_ref().and_then(Provenance::to_json);
                    let note = source.map(|source| (Provenance::KEY, source));
                    table.finish_with(note)?.flush()?;
                }
            }
            File::Csv(writer) => writer.flush()?,
        }
        Ok(())
    }

    /// Writes the waiting rows as one group, sorted by time.
    fn write_group(&mut self) -> Result<()> {
        let chunks = std::mem::take(&mut self.waiting);
        self.waiting_rows = 0;
        let places = chunks.iter().enumerate().flat_map(|(number, chunk)| {
            let timestamps = chunk.timestamps().iter().enumerate();
            timestamps.map(move |(row, &timestamp)| (timestamp, number as u32, row as u32))
        });
        let mut places: Vec<(Option<i64>, u32, u32)> = places.collect();
        places.sort_unstable();
        match &mut self.file {
            File::Parquet(schema, Some(table)) => {
                let mut group = schema.row_group()?;
                let mut pages: Vec<Page> = self
                    .columns
                    .iter()
                    .map(|&column| Page::of(column))
                    .collect();
                for places in places.chunks(PAGE_ROWS) {
                    for (page, &column) in pages.iter_mut().zip(&self.columns) {
                        page.fill(column, &chunks, places);
                    }
                    let cells: Vec<Cells<'_>> = pages.iter().map(Page::cells).collect();
                    schema.add_page(&cells, &mut group)?;
                }
                let cells: Vec<Cells<'_>> = pages.iter().map(Page::cells).collect();
                schema.add_dictionaries(&cells, &mut group);
                table.write(&group)
            }
            File::Parquet(_, None) => Ok(()),
            File::Csv(writer) => {
                for &(_, chunk, row) in &places {
                    for &column in &self.columns {
                        let chunk = &chunks[chunk as usize];
                        match instants(chunk, column) {
                            Some(instants) => {
                                let micros = instants[row as usize];
                                let text =
                                    micros.map(|micros| Instant::from_micros(micros).to_string());
                                writer.write_field(text.unwrap_or_default())?;
                            }
                            None => writer.write_field(cells(chunk, column).cell(row as usize))?,
                        }
                    }
                    writer.write_record(None::<&[u8]>)?;
                }
                Ok(())
            }
        }
    }
}

/// Ids and texts mostly differ; the rest are words that repeat.
fn spec(column: Column) -> ColumnSpec {
    let kind = match column {
        column if column.is_instant() => ColumnKind::Instant,
        column if is_text(column) => ColumnKind::Text,
        _ => ColumnKind::Word,
    };
    ColumnSpec::nullable(column.name(), kind)
}

fn is_text(column: Column) -> bool {
    matches!(
        column,
        Column::MessageId | Column::Text | Column::MetaConversationId | Column::MetaCost
    )
}

fn instants(chunk: &Taken, column: Column) -> Option<&[Option<i64>]> {
    let known = chunk.instants.iter().find(|known| known.0 == column);
    known.map(|(_, instants)| instants.as_slice())
}

fn cells(chunk: &Taken, column: Column) -> &TextColumn {
    &chunk.columns[column.index()]
}

/// The cells of a column in a page; words keep their numbers throughout the row group.
enum Page {
    Texts(Texts),
    Words(Words, HashMap<Vec<u8>, usize>),
    Instants(Vec<Option<i64>>),
}

impl Page {
    fn of(column: Column) -> Self {
        match column {
            column if column.is_instant() => Self::Instants(Vec::new()),
            column if is_text(column) => Self::Texts(Texts::default()),
            _ => Self::Words(Words::default(), HashMap::new()),
        }
    }

    fn fill(&mut self, column: Column, chunks: &[Taken], places: &[(Option<i64>, u32, u32)]) {
        let cell = |&(_, chunk, row): &(_, u32, u32)| {
            cells(&chunks[chunk as usize], column).cell(row as usize)
        };
        match self {
            Self::Texts(texts) => {
                texts.clear_rows();
                for place in places {
                    match cell(place) {
                        [] => texts.push_null(),
                        text => texts.push(text),
                    }
                }
            }
            Self::Words(words, numbers) => {
                words.clear_rows();
                for place in places {
                    let word = cell(place);
                    if word.is_empty() {
                        words.push_null();
                        continue;
                    }
                    let new = numbers.len();
                    let number = match numbers.get(word) {
                        Some(&number) => number,
                        None => *numbers.entry(word.to_vec()).or_insert(new),
                    };
                    words.push_code(number, || String::from_utf8_lossy(word));
                }
            }
            Self::Instants(found) => {
                found.clear();
                found.extend(places.iter().map(|&(_, chunk, row)| {
                    let instants = instants(&chunks[chunk as usize], column);
                    instants.and_then(|instants| instants[row as usize])
                }));
            }
        }
    }

    fn cells(&self) -> Cells<'_> {
        match self {
            Self::Texts(texts) => Cells::Text(texts),
            Self::Words(words, _) => Cells::Words(words),
            Self::Instants(instants) => Cells::Instants(instants),
        }
    }
}

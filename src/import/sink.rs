//! Where imported rows go: row groups of a Parquet file, or the rows of a CSV file.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use hashbrown::HashMap;

use super::rows::Taken;
use crate::log::texts::TextColumn;
use crate::log::{Column, Provenance};
use crate::report::tables::PartSize;
use crate::report::tables::frame::{Cells, ColumnKind, ColumnSpec, Texts, Words};
use crate::report::tables::parquet::{self, ParquetTable, RowGroup, Schema};
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

/// A log that is being written. Threads encode groups beside each other; they are written in their order.
pub struct Sink<'w> {
    encoder: Arc<Encoder>,
    /// Noted in the file, where its form can keep it.
    source: Option<Provenance>,
    file: File<'w>,
    /// Chunks whose rows are in no group yet.
    waiting: Vec<Taken>,
    waiting_rows: usize,
    /// The number of the next group.
    next: u64,
    /// Groups that wait for those before them.
    encoded: BTreeMap<u64, Encoded>,
    written: u64,
}

enum File<'w> {
    Parquet(Option<Box<ParquetTable<&'w mut (dyn Write + Send)>>>),
    /// Each row group a Parquet file of its own, one behind the other.
    Parts(&'w mut (dyn Write + Send), Vec<PartSize>),
    Csv(&'w mut (dyn Write + Send)),
}

/// Chunks whose rows are written together.
pub struct Group {
    number: u64,
    chunks: Vec<Taken>,
}

/// The bytes of a group.
pub enum Encoded {
    /// A row group.
    Parquet(RowGroup),
    /// A Parquet file of its own.
    Part(PartSize, Vec<u8>),
    /// Lines.
    Csv(Vec<u8>),
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
        let (file, schema) = match form {
            Form::Parquet => {
                let schema = schema(&columns);
                let table = ParquetTable::new(file, &schema);
                (File::Parquet(Some(Box::new(table))), Some(schema))
            }
            Form::Csv => {
                let mut head = csv::Writer::from_writer(&mut *file);
                head.write_record(columns.iter().map(|column| column.name()))?;
                head.flush()?;
                drop(head);
                (File::Csv(file), None)
            }
        };
        let encoder = Encoder {
            columns,
            schema,
            in_parts: false,
        };
        Ok(Self::of(encoder, source, file))
    }

    /// Begins a log with these columns of which each row group is a Parquet file of its own, one behind the other.
    pub fn in_parts(columns: Vec<Column>, file: &'w mut (dyn Write + Send)) -> Self {
        let encoder = Encoder {
            schema: Some(schema(&columns)),
            columns,
            in_parts: true,
        };
        Self::of(encoder, None, File::Parts(file, Vec::new()))
    }

    fn of(encoder: Encoder, source: Option<Provenance>, file: File<'w>) -> Self {
        Self {
            encoder: Arc::new(encoder),
            source,
            file,
            waiting: Vec::new(),
            waiting_rows: 0,
            next: 0,
            encoded: BTreeMap::new(),
            written: 0,
        }
    }

    /// What turns groups into bytes, for any thread.
    pub fn encoder(&self) -> Arc<Encoder> {
        Arc::clone(&self.encoder)
    }

    /// Adds the rows of a chunk; a group that is now full has to be encoded and written.
    pub fn add(&mut self, taken: Taken) -> Option<Group> {
        self.waiting_rows += taken.rows();
        if taken.rows() > 0 {
            self.waiting.push(taken);
        }
        match self.waiting_rows >= GROUP_ROWS {
            true => self.group(),
            false => None,
        }
    }

    /// Writes an encoded group, as soon as those before it are written.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn write(&mut self, number: u64, encoded: Encoded) -> Result<()> {
        self.encoded.insert(number, encoded);
        while let Some(encoded) = self.encoded.remove(&self.written) {
            match (&mut self.file, encoded) {
                (File::Parquet(Some(table)), Encoded::Parquet(group)) => table.write(&group)?,
                (File::Parts(file, parts), Encoded::Part(size, bytes)) => {
                    file.write_all(&bytes)?;
                    parts.push(size);
                }
                (File::Csv(file), Encoded::Csv(lines)) => file.write_all(&lines)?,
                _ => {}
            }
            self.written += 1;
        }
        Ok(())
    }

    /// Writes what waits, and the file's end; the parts come back, where there are some.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn finish(&mut self) -> Result<Vec<PartSize>> {
        if let Some(group) = self.group() {
            let number = group.number();
            let encoded = self.encoder.encode(group)?;
            self.write(number, encoded)?;
        }
        match &mut self.file {
            File::Parquet(table) => {
                if let Some(table) = table.take() {
                    let source = self.source.as_ref().and_then(Provenance::to_json);
                    let note = source.map(|source| (Provenance::KEY, source));
                    table.finish_with(note)?.flush()?;
                }
            }
            File::Parts(file, parts) => {
                file.flush()?;
                return Ok(std::mem::take(parts));
            }
            File::Csv(file) => file.flush()?,
        }
        Ok(Vec::new())
    }

    fn group(&mut self) -> Option<Group> {
        if self.waiting_rows == 0 {
            return None;
        }
        self.waiting_rows = 0;
        let number = self.next;
        self.next += 1;
        Some(Group {
            number,
            chunks: std::mem::take(&mut self.waiting),
        })
    }
}

impl Group {
    /// Its place among the groups.
    pub fn number(&self) -> u64 {
        self.number
    }
}

/// Turns groups into bytes.
pub struct Encoder {
    columns: Vec<Column>,
    /// Of Parquet.
    schema: Option<Schema>,
    /// Whether each group becomes a file of its own.
    in_parts: bool,
}

impl Encoder {
    /// The rows of a group, sorted by time.
    ///
    /// # Errors
    /// If they cannot be compressed.
    pub fn encode(&self, group: Group) -> Result<Encoded> {
        let chunks = group.chunks;
        let places = chunks.iter().enumerate().flat_map(|(number, chunk)| {
            let timestamps = chunk.timestamps().iter().enumerate();
            timestamps.map(move |(row, &timestamp)| (timestamp, number as u32, row as u32))
        });
        let mut places: Vec<(Option<i64>, u32, u32)> = places.collect();
        places.sort_unstable();
        match &self.schema {
            Some(schema) => self.row_group(schema, &chunks, &places),
            None => self.lines(&chunks, &places),
        }
    }

    fn row_group(
        &self,
        schema: &Schema,
        chunks: &[Taken],
        places: &[(Option<i64>, u32, u32)],
    ) -> Result<Encoded> {
        let mut group = schema.row_group()?;
        let columns = self.columns.iter();
        let mut pages: Vec<Page> = columns.map(|&column| Page::of(column)).collect();
        for places in places.chunks(PAGE_ROWS) {
            for (page, &column) in pages.iter_mut().zip(&self.columns) {
                page.fill(column, chunks, places);
            }
            let cells: Vec<Cells<'_>> = pages.iter().map(Page::cells).collect();
            schema.add_page(&cells, &mut group)?;
        }
        let cells: Vec<Cells<'_>> = pages.iter().map(Page::cells).collect();
        schema.add_dictionaries(&cells, &mut group);
        if !self.in_parts {
            return Ok(Encoded::Parquet(group));
        }
        let (size, bytes) = parquet::part(schema, &group)?;
        Ok(Encoded::Part(size, bytes))
    }

    fn lines(&self, chunks: &[Taken], places: &[(Option<i64>, u32, u32)]) -> Result<Encoded> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for &(_, chunk, row) in places {
            for &column in &self.columns {
                let chunk = &chunks[chunk as usize];
                match instants(chunk, column) {
                    Some(instants) => {
                        let micros = instants[row as usize];
                        let text = micros.map(|micros| Instant::from_micros(micros).to_string());
                        writer.write_field(text.unwrap_or_default())?;
                    }
                    None => writer.write_field(cells(chunk, column).cell(row as usize))?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        let lines = writer.into_inner();
        Ok(Encoded::Csv(lines.map_err(|error| error.into_error())?))
    }
}

fn schema(columns: &[Column]) -> Schema {
    let specs: Vec<ColumnSpec> = columns.iter().map(|&column| spec(column)).collect();
    Schema::new(&specs)
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

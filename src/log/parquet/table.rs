//! A run's own tables, read back batch by batch with the reader that logs are read with.
//!
//! A table that someone has changed must end in an error that names the place, never in a panic: so the
//! hardened reader, and not a library, reads what is to be verified.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::column::{ColumnReader, Memory};
use super::footer::{Footer, SchemaField};
use super::io::PositionalFile;
use super::kind::ValueKind;
use super::schema::LogColumn;
use super::table_cells::{Packed, TableCell, TableCells};
use super::{Damage, file_error};
use crate::log::{Column, LogError};

/// Rows that are in memory at a time.
pub const BATCH_ROWS: usize = 1 << 13;

/// An open table.
#[derive(Debug)]
pub struct TableFile {
    path: PathBuf,
    file: PositionalFile,
    footer: Footer,
}

impl TableFile {
    /// Opens a table.
    ///
    /// # Errors
    /// If it cannot be read or is no sound Parquet file.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let file = PositionalFile::open(path).map_err(|error| LogError::io(path, error))?;
        Self::opened(path, file)
    }

    /// Opens a table that stands inside another file, from a byte on, so many bytes.
    ///
    /// # Errors
    /// If it cannot be read or is no sound Parquet file.
    pub fn open_part(
        path: &Path,
        (file, start, length): (Arc<File>, u64, u64),
    ) -> Result<Self, LogError> {
        Self::opened(path, PositionalFile::inside(file, start, length))
    }

    fn opened(path: &Path, file: PositionalFile) -> Result<Self, LogError> {
        let footer = Footer::read(&file).map_err(|damage| file_error(path, damage))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            footer,
        })
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows it says it has.
    pub fn rows(&self) -> u64 {
        self.footer.rows
    }

    /// Starts to read these columns from the first row.
    ///
    /// # Errors
    /// If the table lacks a column, or a column holds what no table holds.
    pub fn select(&self, names: &[&str]) -> Result<TableRows<'_>, LogError> {
        let columns = names.iter().map(|name| {
            let mut fields = self.footer.fields.iter();
            let field = fields.find(|field| field.name == *name);
            let field = field.ok_or_else(|| self.lacks(name))?;
            Ok(TableColumn {
                name: (*name).to_owned(),
                column: self.column(field)?,
                cells: TableCells::default(),
                reader: None,
                batch: Vec::new(),
            })
        });
        Ok(TableRows {
            table: self,
            columns: columns.collect::<Result<_, LogError>>()?,
            group: 0,
            group_start: 0,
            next_in_group: 0,
            batch_start: 0,
            batch_rows: 0,
        })
    }

    fn lacks(&self, name: &str) -> LogError {
        let fields = self.footer.fields.iter();
        let names: Vec<&str> = fields.map(|field| field.name.as_str()).collect();
        LogError::format(
            &self.path,
            format!("a table with the column `{name}`"),
            format!("the columns {}", names.join(", ")),
        )
    }

    fn column(&self, field: &SchemaField) -> Result<LogColumn, LogError> {
        let wrong = |found: &str| {
            let expected = format!("column `{}` as a run writes it", field.name);
            LogError::format(&self.path, expected, found)
        };
        // The name of a log's column only ever enters errors, which are written anew here.
        let mut column = LogColumn::new(&self.path, Column::MessageId, field)
            .map_err(|_| wrong("values of another type"))?;
        if column.value_type.kind == ValueKind::Date {
            column.value_type.kind = ValueKind::Integer { signed: true };
        }
        let mut chunks = self.footer.row_groups.iter().map(|group| &group.chunks);
        if chunks.any(|chunks| chunks[column.leaf].physical != column.physical) {
            return Err(wrong("another type in one of its row groups"));
        }
        Ok(column)
    }
}

/// Some columns of a table, a batch of rows at a time.
pub struct TableRows<'a> {
    table: &'a TableFile,
    columns: Vec<TableColumn<'a>>,
    group: usize,
    /// The first row of the row group.
    group_start: u64,
    next_in_group: u64,
    batch_start: u64,
    batch_rows: usize,
}

struct TableColumn<'a> {
    name: String,
    column: LogColumn,
    cells: TableCells,
    reader: Option<ColumnReader<'a, TableCells>>,
    batch: Vec<Packed>,
}

impl<'a> TableRows<'a> {
    /// Reads the next rows, at most [`BATCH_ROWS`], and forgets those before; false at the end.
    ///
    /// # Errors
    /// If the table is damaged.
    pub fn next_batch(&mut self) -> Result<bool, LogError> {
        self.read_batch(BATCH_ROWS)
    }

    /// Reads one row of the table, best with rows in their order, and forgets those before; false if there
    /// is none.
    ///
    /// # Errors
    /// If the table is damaged.
    pub fn read_row(&mut self, row: u64) -> Result<bool, LogError> {
        let batch = self.batch_start..self.batch_start + self.batch_rows as u64;
        if batch.contains(&row) {
            return Ok(true);
        }
        self.seek(row)?;
        self.next_batch()
    }

    /// The rows of the batch, as rows of the table.
    pub fn batch(&self) -> std::ops::Range<u64> {
        self.batch_start..self.batch_start + self.batch_rows as u64
    }

    /// How many rows the batch has.
    pub fn len(&self) -> usize {
        self.batch_rows
    }

    /// Whether the batch has no rows.
    pub fn is_empty(&self) -> bool {
        self.batch_rows == 0
    }

    /// The cell of a column, by its place among those selected, in a row of the batch.
    #[inline]
    pub fn cell(&self, column: usize, row: usize) -> TableCell<'_> {
        let column = &self.columns[column];
        column.cells.unpack(column.batch[row])
    }

    fn read_batch(&mut self, rows_max: usize) -> Result<bool, LogError> {
        let rows = loop {
            let Some(group) = self.table.footer.row_groups.get(self.group) else {
                self.batch_rows = 0;
                return Ok(false);
            };
            let left = group.rows.saturating_sub(self.next_in_group);
            if left > 0 {
                break left.min(rows_max as u64) as usize;
            }
            self.leave_group(group.rows)?;
        };
        let (table, group, skipped) = (self.table, self.group, self.next_in_group);
        for column in &mut self.columns {
            column.read(table, group, skipped, rows)?;
        }
        self.batch_start = self.group_start + self.next_in_group;
        self.batch_rows = rows;
        self.next_in_group += rows as u64;
        Ok(true)
    }

    fn leave_group(&mut self, rows: u64) -> Result<(), LogError> {
        for column in &mut self.columns {
            if let Some(mut reader) = column.reader.take() {
                let finished = reader.finish();
                finished.map_err(|damage| {
                    damaged(self.table, &column.name, self.group, &reader, damage)
                })?;
            }
        }
        self.group += 1;
        self.group_start += rows;
        self.next_in_group = 0;
        Ok(())
    }

    /// Goes to a row, forward inside a row group without opening it again.
    fn seek(&mut self, row: u64) -> Result<(), LogError> {
        let mut start = 0;
        let groups = &self.table.footer.row_groups;
        let mut group = 0;
        while group < groups.len() && row >= start + groups[group].rows {
            start += groups[group].rows;
            group += 1;
        }
        let in_group = row - start;
        if group == self.group && in_group >= self.next_in_group {
            let skipped = (in_group - self.next_in_group) as usize;
            for column in &mut self.columns {
                column.skip(self.table, group, skipped)?;
            }
        } else {
            self.columns
                .iter_mut()
                .for_each(|column| column.reader = None);
            (self.group, self.group_start) = (group, start);
        }
        self.next_in_group = in_group;
        Ok(())
    }
}

impl<'a> TableColumn<'a> {
    fn read(
        &mut self,
        table: &'a TableFile,
        group: usize,
        skipped: u64,
        rows: usize,
    ) -> Result<(), LogError> {
        if self.reader.is_none() {
            self.open(table, group, skipped)?;
        }
        self.batch.clear();
        self.cells.drop_rest();
        if let Some(reader) = &mut self.reader {
            let read = reader.read(rows, &mut self.cells, &mut self.batch);
            read.map_err(|damage| damaged(table, &self.name, group, reader, damage))?;
        }
        // A column has a cell for each row, whatever its pages say.
        self.batch.resize(rows, Packed::Null);
        Ok(())
    }

    fn skip(&mut self, table: &'a TableFile, group: usize, rows: usize) -> Result<(), LogError> {
        let Some(reader) = &mut self.reader else {
            return Ok(());
        };
        let skipped = reader.skip(rows, &mut self.cells);
        skipped.map_err(|damage| damaged(table, &self.name, group, reader, damage))
    }

    fn open(&mut self, table: &'a TableFile, group: usize, skipped: u64) -> Result<(), LogError> {
        self.cells = TableCells::default();
        let row_group = &table.footer.row_groups[group];
        let chunk = &row_group.chunks[self.column.leaf];
        let mut reader = ColumnReader::new(
            &table.file,
            chunk,
            row_group.rows as usize,
            &self.column,
            Memory::default(),
            &mut self.cells,
        )
        .map_err(|damage| damage_at(table, &self.name, group, chunk.offset, damage))?;
        self.cells.keep();
        let skip = reader.skip(skipped as usize, &mut self.cells);
        skip.map_err(|damage| damaged(table, &self.name, group, &reader, damage))?;
        self.reader = Some(reader);
        Ok(())
    }
}

fn damaged(
    table: &TableFile,
    column: &str,
    group: usize,
    reader: &ColumnReader<'_, TableCells>,
    damage: Damage,
) -> LogError {
    damage_at(table, column, group, reader.position(), damage)
}

fn damage_at(
    table: &TableFile,
    column: &str,
    group: usize,
    byte_offset: u64,
    damage: Damage,
) -> LogError {
    let reason = match damage {
        Damage::Io(error) => return LogError::io(&table.path, error),
        Damage::Found { expected, found } => format!("expected {expected}, found {found}"),
        Damage::Bad(reason) => reason,
    };
    LogError::Damaged {
        path: table.path.clone(),
        what: format!("row group {group}, column `{column}`"),
        byte_offset,
        reason,
    }
}

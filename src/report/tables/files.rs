//! The files of one table: rows come in any portions, row groups hold a fixed number of them.

use std::io::Write;

use anyhow::Result;
use rayon::prelude::*;

use super::csv;
use super::frame::{ColumnSpec, Columns};
use super::order::Slice;
use super::parquet::{self, ParquetTable, PartSize, RowGroup, Schema};
use super::{Table, Target, WrittenTable, digest};
use crate::run::output::Folder;

/// Rows of a row group. A file's row groups depend on how many rows it has and on nothing else.
pub const ROW_GROUP_ROWS: usize = 1 << 17;
/// Rows of a page: its columns fit the processor's cache.
pub const PAGE_ROWS: usize = 1 << 13;

/// The files of one table.
pub struct TableFiles<'a, T: Table, W: Write + Sync> {
    table: &'a T,
    specs: &'static [ColumnSpec],
    schema: Schema,
    parquet: Groups<W>,
    csv: Option<W>,
    /// A row group that waits for more rows.
    open: Option<OpenGroup<T::Columns>>,
    rows: u64,
}

/// Where row groups go.
enum Groups<W: Write> {
    /// Into one file.
    Whole(Box<ParquetTable<W>>),
    /// Each is a file of its own, one behind the other.
    Parts(W, Vec<PartSize>),
}

/// A row group that is being built.
struct OpenGroup<C> {
    /// The rows of a page that is not full.
    columns: C,
    page_rows: usize,
    group: RowGroup,
    /// The rows as CSV, where that is asked for.
    text: Vec<u8>,
    rows: usize,
}

impl<'a, T: Table, W: Write + Sync> TableFiles<'a, T, W> {
    /// Starts a table as Parquet, and as CSV where there is a place for it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(specs: &'static [ColumnSpec], table: &'a T, target: Target<W>) -> Result<Self> {
        let schema = Schema::new(specs);
        let (parquet, csv) = match target {
            Target::Whole(file, mut csv) => {
                if let Some(file) = &mut csv {
                    file.write_all(&csv::header(specs)?)?;
                }
                (
                    Groups::Whole(Box::new(ParquetTable::new(file, &schema))),
                    csv,
                )
            }
            Target::Parts(file) => (Groups::Parts(file, Vec::new()), None),
        };
        Ok(Self {
            table,
            specs,
            parquet,
            schema,
            csv,
            open: None,
            rows: 0,
        })
    }

    /// The digests of rows, in their order.
    pub fn digests(&self, rows: Slice<'_>) -> Vec<u64> {
        digest::digests(self.table, rows)
    }

    /// Appends rows, row groups in parallel; those that do not fill one wait for the next rows.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&mut self, rows: Slice<'_>) -> Result<()> {
        self.rows += rows.len() as u64;
        let mut groups = Vec::new();
        let mut start = 0;
        while start < rows.len() {
            let open = match self.open.take() {
                Some(open) => open,
                None => self.open_group()?,
            };
            let end = rows.len().min(start + ROW_GROUP_ROWS - open.rows);
            groups.push((open, rows.range(start..end)));
            start = end;
        }
        let groups: Vec<OpenGroup<T::Columns>> = groups
            .into_par_iter()
            .with_max_len(1)
            .map(|(open, rows)| self.extended(open, rows))
            .collect::<Result<_>>()?;
        for group in groups {
            if group.rows < ROW_GROUP_ROWS {
                self.open = Some(group);
            } else {
                self.append(&group)?;
            }
        }
        Ok(())
    }

    /// Ends the table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<WrittenTable<W>> {
        if let Some(mut open) = self.open.take() {
            self.end_group(&mut open)?;
            self.append(&open)?;
        }
        let (file, parts) = match self.parquet {
            Groups::Whole(table) => (table.finish()?, Vec::new()),
            Groups::Parts(file, parts) => (file, parts),
        };
        Ok(WrittenTable {
            file,
            csv: self.csv,
            parts,
            rows: self.rows,
        })
    }

    fn open_group(&self) -> Result<OpenGroup<T::Columns>> {
        Ok(OpenGroup {
            columns: self.table.columns(),
            page_rows: 0,
            group: self.schema.row_group()?,
            text: Vec::new(),
            rows: 0,
        })
    }

    fn extended(
        &self,
        mut open: OpenGroup<T::Columns>,
        rows: Slice<'_>,
    ) -> Result<OpenGroup<T::Columns>> {
        let mut start = 0;
        while start < rows.len() {
            let end = rows.len().min(start + PAGE_ROWS - open.page_rows);
            self.table.fill(&rows.range(start..end), &mut open.columns);
            open.page_rows += end - start;
            open.rows += end - start;
            if open.page_rows == PAGE_ROWS {
                self.end_page(&mut open)?;
            }
            start = end;
        }
        if open.rows == ROW_GROUP_ROWS {
            self.end_group(&mut open)?;
        }
        Ok(open)
    }

    fn end_page(&self, open: &mut OpenGroup<T::Columns>) -> Result<()> {
        let cells = open.columns.cells();
        self.schema.add_page(&cells, &mut open.group)?;
        if self.csv.is_some() {
            csv::append(self.specs, &cells, &mut open.text)?;
        }
        drop(cells);
        open.columns.clear_rows();
        open.page_rows = 0;
        Ok(())
    }

    fn end_group(&self, open: &mut OpenGroup<T::Columns>) -> Result<()> {
        if open.page_rows > 0 {
            self.end_page(open)?;
        }
        let cells = open.columns.cells();
        self.schema.add_dictionaries(&cells, &mut open.group);
        Ok(())
    }

    fn append(&mut self, open: &OpenGroup<T::Columns>) -> Result<()> {
        match &mut self.parquet {
            Groups::Whole(table) => table.write(&open.group)?,
            Groups::Parts(file, parts) => {
                let (size, bytes) = parquet::part(&self.schema, &open.group)?;
                file.write_all(&bytes)?;
                parts.push(size);
            }
        }
        if let Some(file) = &mut self.csv {
            file.write_all(&open.text)?;
        }
        Ok(())
    }
}

/// Writes a table that is small enough to lie in memory, in the order of its rows.
///
/// # Errors
/// If a file cannot be written.
pub fn write_small<R, C: Columns + Default>(
    name: &str,
    specs: &'static [ColumnSpec],
    rows: &[R],
    push: impl Fn(&R, &mut C),
    csv: bool,
    folder: &Folder,
) -> Result<u64> {
    let schema = Schema::new(specs);
    let file = folder.create_file(&format!("tables/{name}.parquet"))?;
    let mut parquet = ParquetTable::new(file, &schema);
    let mut text = csv::header(specs)?;
    for rows in rows.chunks(ROW_GROUP_ROWS) {
        let mut columns = C::default();
        let mut group = schema.row_group()?;
        for page in rows.chunks(PAGE_ROWS) {
            columns.clear_rows();
            page.iter().for_each(|row| push(row, &mut columns));
            let cells = columns.cells();
            schema.add_page(&cells, &mut group)?;
            csv::append(specs, &cells, &mut text)?;
        }
        schema.add_dictionaries(&columns.cells(), &mut group);
        parquet.write(&group)?;
    }
    parquet.finish()?.finish()?;
    if csv {
        folder.write_file(&format!("tables/{name}.csv"), &text)?;
    }
    Ok(rows.len() as u64)
}

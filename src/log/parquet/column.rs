//! One column of one row group, read or passed over row by row.

use super::Damage;
use super::cells::Cells;
use super::compression::Inflater;
use super::footer::ColumnChunk;
use super::hybrid::{Rows, Runs};
use super::io::PositionalFile;
use super::page::{Encoding, PageBody, PageHeader, PageKind, PageReader};
use super::schema::LogColumn;
use super::values::{ValueType, Values};

/// What a reader needs of memory, to be handed from one column chunk to the next: taking it anew from
/// the operating system for each would cost a quarter of the time.
#[derive(Debug)]
pub(super) struct Memory<T> {
    window: Vec<u8>,
    inflater: Inflater,
    dictionary: Vec<T>,
    levels: Vec<u8>,
    bytes: Vec<u8>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        let (dictionary, inflater) = (Vec::new(), Inflater::default());
        Self {
            window: Vec::new(),
            inflater,
            dictionary,
            levels: Vec::new(),
            bytes: Vec::new(),
        }
    }
}

/// Reads a column chunk from its first row to its last.
#[derive(Debug)]
pub(super) struct ColumnReader<'a, C: Cells> {
    value_type: ValueType,
    optional: bool,
    pages: PageReader<'a>,
    /// Cells of the dictionary's entries, each parsed once.
    dictionary: Vec<C::Cell>,
    has_dictionary: bool,
    /// Rows of pages whose header has not been read.
    rows_ahead: usize,
    /// A page whose body has not been read.
    unread: Option<PageHeader>,
    /// Rows left in the page that is open.
    rows_open: usize,
    levels: Vec<u8>,
    level_runs: Runs,
    values: Values,
}

impl<'a, C: Cells> ColumnReader<'a, C> {
    /// A reader of a chunk of `rows` rows; reads its dictionary.
    pub(super) fn new(
        file: &'a PositionalFile,
        chunk: &ColumnChunk,
        rows: usize,
        column: &LogColumn,
        memory: Memory<C::Cell>,
        cells: &mut C,
    ) -> Result<Self, Damage> {
        if chunk.values != rows as u64 {
            return Err(Damage::found(
                format!("{rows} values"),
                chunk.values.to_string(),
            ));
        }
        if !chunk.readable {
            return Err(Damage::new(
                "values that are encrypted or stand in another file",
            ));
        }
        let Memory {
            window,
            inflater,
            mut dictionary,
            levels,
            bytes,
        } = memory;
        dictionary.clear();
        let mut reader = Self {
            value_type: column.value_type,
            optional: column.optional,
            pages: PageReader::new(file, chunk, column.optional, (window, inflater))?,
            dictionary,
            has_dictionary: false,
            rows_ahead: rows,
            unread: None,
            rows_open: 0,
            levels,
            level_runs: Runs::default(),
            values: Values::in_memory(bytes),
        };
        reader.find_page(cells)?;
        Ok(reader)
    }

    /// Gives the memory back.
    pub(super) fn into_memory(mut self) -> Memory<C::Cell> {
        let (window, inflater) = self.pages.into_parts();
        let bytes = std::mem::take(self.values.bytes_mut());
        Memory {
            window,
            inflater,
            dictionary: self.dictionary,
            levels: self.levels,
            bytes,
        }
    }

    /// Where in the file reading has come to.
    pub(super) fn position(&self) -> u64 {
        self.pages.position()
    }

    /// Checks, after the last row, that no page has more.
    pub(super) fn finish(&mut self) -> Result<(), Damage> {
        // What is not a page may be padding.
        while !self.pages.is_at_end() {
            match self.pages.header() {
                Ok(PageHeader {
                    kind: PageKind::Data { .. },
                    values: 1..,
                    ..
                }) => {
                    return Err(too_many_rows());
                }
                Ok(header) => self.pages.skip_body(&header),
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Appends the cells of the next `rows` rows.
    #[inline]
    pub(super) fn read(
        &mut self,
        rows: usize,
        cells: &mut C,
        output: &mut Vec<C::Cell>,
    ) -> Result<(), Damage> {
        let mut left = rows;
        while left > 0 {
            self.open_page(cells)?;
            let rows = left.min(self.rows_open);
            self.read_open(rows, cells, output)?;
            self.close_rows(rows)?;
            left -= rows;
        }
        Ok(())
    }

    /// Passes over the next `rows` rows, over whole pages without decompressing them.
    pub(super) fn skip(&mut self, rows: usize, cells: &mut C) -> Result<(), Damage> {
        let mut left = rows;
        while left > 0 {
            if self.rows_open == 0 {
                let header = self.find_page(cells)?;
                if header.values <= left {
                    self.pages.skip_body(&header);
                    self.unread = None;
                    left -= header.values;
                    continue;
                }
                self.open_page(cells)?;
            }
            let rows = left.min(self.rows_open);
            self.skip_open(rows)?;
            self.close_rows(rows)?;
            left -= rows;
        }
        Ok(())
    }

    fn close_rows(&mut self, rows: usize) -> Result<(), Damage> {
        self.rows_open -= rows;
        if self.rows_open == 0 {
            self.values.finish()
        } else {
            Ok(())
        }
    }

    fn read_open(
        &mut self,
        rows: usize,
        cells: &mut C,
        output: &mut Vec<C::Cell>,
    ) -> Result<(), Damage> {
        let Self {
            value_type,
            dictionary,
            levels,
            level_runs,
            values,
            ..
        } = self;
        if !self.optional {
            return values.read(value_type, rows, dictionary, cells, output);
        }
        let mut left = rows;
        while left > 0 {
            match level_runs.rows(levels, left)? {
                Rows::Same { valid: true, count } => {
                    values.read(value_type, count, dictionary, cells, output)?;
                    left -= count;
                }
                Rows::Same {
                    valid: false,
                    count,
                } => {
                    output.resize(output.len() + count, C::EMPTY);
                    left -= count;
                }
                Rows::Mixed { mask, count } => {
                    let start = output.len();
                    values.read(
                        value_type,
                        mask.count_ones() as usize,
                        dictionary,
                        cells,
                        output,
                    )?;
                    spread(output, start, mask, count, C::EMPTY);
                    left -= count;
                }
            }
        }
        Ok(())
    }

    fn skip_open(&mut self, rows: usize) -> Result<(), Damage> {
        let mut valid_rows = rows;
        if self.optional {
            valid_rows = 0;
            let mut left = rows;
            while left > 0 {
                let (valid, count) = match self.level_runs.rows(&self.levels, left)? {
                    Rows::Same { valid, count } => (if valid { count } else { 0 }, count),
                    Rows::Mixed { mask, count } => (mask.count_ones() as usize, count),
                };
                valid_rows += valid;
                left -= count;
            }
        }
        self.values.skip(&self.value_type, valid_rows)
    }

    /// Opens the next page unless rows of one are left.
    #[inline]
    fn open_page(&mut self, cells: &mut C) -> Result<(), Damage> {
        while self.rows_open == 0 {
            let header = self.find_page(cells)?;
            self.unread = None;
            let mut body = PageBody {
                levels: std::mem::take(&mut self.levels),
                bytes: std::mem::take(self.values.bytes_mut()),
                values_start: 0,
            };
            let encoding = self.pages.read_data(&header, &mut body)?;
            self.levels = body.levels;
            *self.values.bytes_mut() = body.bytes;
            self.level_runs = Runs::new(1, 0)?;
            self.values
                .begin(&self.value_type, encoding, body.values_start, header.values)?;
            self.rows_open = header.values;
        }
        Ok(())
    }

    /// Reads headers up to the next data page with rows, and the dictionary if it comes first.
    fn find_page(&mut self, cells: &mut C) -> Result<PageHeader, Damage> {
        loop {
            if let Some(header) = self.unread {
                return Ok(header);
            }
            if self.rows_ahead == 0 {
                return Err(Damage::new("fewer rows than its metadata says"));
            }
            let header = self.pages.header()?;
            match header.kind {
                PageKind::Dictionary => self.read_dictionary(&header, cells)?,
                PageKind::Other => self.pages.skip_body(&header),
                PageKind::Data { .. } if header.values == 0 => self.pages.skip_body(&header),
                PageKind::Data { .. } => {
                    self.rows_ahead = self
                        .rows_ahead
                        .checked_sub(header.values)
                        .ok_or_else(too_many_rows)?;
                    self.unread = Some(header);
                }
            }
        }
    }

    fn read_dictionary(&mut self, header: &PageHeader, cells: &mut C) -> Result<(), Damage> {
        if std::mem::replace(&mut self.has_dictionary, true) {
            return Err(Damage::new("a second dictionary"));
        }
        // No data page is open, so the memory of its values is free.
        let values = &mut self.values;
        self.pages.read_dictionary(header, values.bytes_mut())?;
        values.begin(&self.value_type, Encoding::Plain, 0, header.values)?;
        values.read(
            &self.value_type,
            header.values,
            &[],
            cells,
            &mut self.dictionary,
        )
    }
}

/// Moves the cells from `start` on to the rows that the mask names, of `count`; the others are empty.
fn spread<T: Copy>(output: &mut Vec<T>, start: usize, mask: u64, count: usize, empty: T) {
    let mut next = output.len();
    output.resize(start + count, empty);
    for row in (0..count).rev() {
        // From behind, so that no cell is overwritten before it has moved.
        output[start + row] = if mask >> row & 1 == 1 {
            next -= 1;
            output[next]
        } else {
            empty
        };
    }
}

#[cold]
fn too_many_rows() -> Damage {
    Damage::new("more rows than its metadata says")
}

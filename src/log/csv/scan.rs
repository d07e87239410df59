//! A chunk of CSV text becomes codes, column by column.
//!
//! Text without quotes is taken in batches that fit the fastest cache: first all commas and newlines,
//! then column after column, so that one kind of cell is parsed in a row. Text with quotes is cut up by
//! the exact rules first; the rest is the same.

use memchr::{memchr, memrchr};

use super::quoted::{CellRange, split_row};
use super::structure::Structure;
use crate::log::text::TextChunk;
use crate::log::{CellCode, CellParser, Chunk, Column, RowDefect};

const BATCH_BYTES: usize = 32 << 10;
const PLAIN_BYTES_MIN: usize = 4 << 10;

/// Which cell of a row belongs to which column.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// How many cells a row has.
    pub(super) cells: usize,
    /// The canonical columns among them, by place, ascending.
    pub(super) columns: Vec<(usize, Column)>,
}

/// A row of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where it begins in the chunk's text.
    pub(super) start: u32,
    /// Where it ends, without its newline.
    pub(super) end: u32,
    /// Where its cells begin among those of the batch.
    first: u32,
    /// Why it is unusable.
    pub(super) defect: Option<RowDefect>,
}

/// Rows that were cut up, in memory that is used again and again.
#[derive(Debug, Default)]
pub(super) struct Batch {
    structure: Structure,
    ranges: Vec<CellRange>,
    unescaped: Vec<u8>,
    pub(super) rows: Vec<Row>,
    defects: usize,
    is_quoted: bool,
    text_start: usize,
    /// Up to where the chunk's lines hold no quote.
    plain_end: usize,
}

impl Batch {
    /// Begins with a new chunk.
    pub(super) fn begin(&mut self) {
        self.plain_end = 0;
    }

    /// Cuts up the rows that begin at `start`; says where the next batch begins.
    pub(super) fn take(&mut self, layout: &Layout, chunk: &TextChunk, start: usize) -> usize {
        self.rows.clear();
        self.defects = 0;
        self.text_start = start;
        let text = &chunk.text;
        if start >= self.plain_end {
            self.plain_end = plain_end(chunk, start);
        }
        // A few rows without quotes are not worth a batch of their own.
        self.is_quoted = self.plain_end < text.len().min(start + PLAIN_BYTES_MIN);
        let end = if self.is_quoted {
            self.take_quoted(layout, chunk, start)
        } else {
            let end = batch_end(&text[..self.plain_end], start);
            self.take_plain(layout, &text[start..end]);
            end
        };
        self.check_text(text, start, end);
        end
    }

    fn take_plain(&mut self, layout: &Layout, text: &[u8]) {
        self.structure.find(text);
        let Structure { ends, newlines, .. } = &self.structure;
        let (mut first, mut start) = (0, 0);
        for &newline in newlines {
            let end = ends[newline as usize];
            let cells = (newline - first + 1) as usize;
            if cells == layout.cells {
                self.rows.push(Row {
                    start,
                    end,
                    first,
                    defect: None,
                });
            } else if !is_blank(&text[start as usize..end as usize]) {
                self.rows.push(Row {
                    start,
                    end,
                    first,
                    defect: Some(RowDefect::Ragged),
                });
                self.defects += 1;
            }
            (first, start) = (newline + 1, end + 1);
        }
        let offset = self.text_start as u32;
        for row in &mut self.rows {
            row.start += offset;
            row.end += offset;
        }
    }

    fn take_quoted(&mut self, layout: &Layout, chunk: &TextChunk, start: usize) -> usize {
        let text = &chunk.text;
        self.ranges.clear();
        self.unescaped.clear();
        let before = |&(place, _): &(u32, RowDefect)| (place as usize) < start;
        let mut rejected = chunk.rejected[chunk.rejected.partition_point(before)..]
            .iter()
            .peekable();
        let (mut from, mut next_quote) = (start, start);
        while from < text.len() && from - start < BATCH_BYTES {
            if next_quote < from {
                next_quote = memchr(b'"', &text[from..]).map_or(text.len(), |quote| from + quote);
                if next_quote - from > PLAIN_BYTES_MIN * 2 {
                    break;
                }
            }
            let first = self.ranges.len() as u32;
            let given_up = rejected.next_if(|&&(place, _)| place as usize == from);
            let next = match given_up {
                Some(_) => {
                    memchr(b'\n', &text[from..]).map_or(text.len(), |place| from + place + 1)
                }
                None => split_row(text, from, b',', &mut self.ranges, &mut self.unescaped),
            };
            let end = next - usize::from(text[next - 1] == b'\n' && next > from);
            let defect = match given_up {
                Some(&(_, defect)) => Some(defect),
                None if self.ranges.len() - first as usize == layout.cells => None,
                None => Some(RowDefect::Ragged),
            };
            if given_up.is_some() || !is_blank(&text[from..end]) {
                self.rows.push(Row {
                    start: from as u32,
                    end: end as u32,
                    first,
                    defect,
                });
                self.defects += usize::from(defect.is_some());
            }
            from = next;
        }
        from
    }

    /// Marks the rows that are not UTF-8 or hold a NUL byte.
    fn check_text(&mut self, text: &[u8], start: usize, end: usize) {
        let batch = &text[start..end];
        let (has_nul, is_ascii) = if self.is_quoted {
            (memchr(0, batch).is_some(), false)
        } else {
            (self.structure.has_nul, !self.structure.has_non_ascii)
        };
        if !has_nul && (is_ascii || std::str::from_utf8(batch).is_ok()) {
            return;
        }
        for row in &mut self.rows {
            let line = &text[row.start as usize..row.end as usize];
            let defect = if std::str::from_utf8(line).is_err() {
                RowDefect::InvalidUtf8
            } else if memchr(0, line).is_some() {
                RowDefect::NulByte
            } else {
                continue;
            };
            if !matches!(
                row.defect,
                Some(RowDefect::TooLong | RowDefect::UnclosedQuote)
            ) {
                self.defects += usize::from(row.defect.is_none());
                row.defect = Some(defect);
            }
        }
    }

    /// A cell of a row without defect.
    #[inline]
    pub(super) fn cell<'t>(&'t self, text: &'t [u8], row: Row, place: usize) -> &'t [u8] {
        if self.is_quoted {
            let range = self
                .ranges
                .get(row.first as usize + place)
                .copied()
                .unwrap_or_default();
            return range.of(text, &self.unescaped);
        }
        self.plain_cell(
            text.get(self.text_start..).unwrap_or_default(),
            row.first as usize + place,
        )
    }

    #[inline]
    fn plain_cell<'t>(&self, text: &'t [u8], end: usize) -> &'t [u8] {
        let ends = &self.structure.ends;
        let start = if end == 0 {
            0
        } else {
            ends[end - 1] as usize + 1
        };
        // A row with a defect may have a place that is none of its cells.
        ends.get(end)
            .and_then(|&end| text.get(start..end as usize))
            .unwrap_or_default()
    }

    /// Appends the codes of the batch's rows to a chunk.
    pub(super) fn parse(
        &self,
        layout: &Layout,
        text: &[u8],
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    ) {
        for &(place, column) in &layout.columns {
            let codes = &mut chunk.columns[column.index()];
            if self.is_quoted && self.defects == 0 {
                let cell = |row: &Row| self.cell(text, *row, place);
                parser.texts(column, self.rows.iter().map(cell), codes);
            } else if self.defects > 0 {
                codes.extend(self.rows.iter().map(|&row| match row.defect {
                    None => parser.text(column, self.cell(text, row, place)),
                    Some(_) => CellCode::EMPTY,
                }));
            } else {
                let text = &text[self.text_start..];
                let cell = |row: &Row| self.plain_cell(text, row.first as usize + place);
                parser.texts(column, self.rows.iter().map(cell), codes);
            }
        }
        if self.defects > 0 {
            for (number, row) in self.rows.iter().enumerate() {
                let number = (chunk.rows + number) as u32;
                chunk
                    .defects
                    .extend(row.defect.map(|defect| (number, defect)));
            }
        }
        chunk.rows += self.rows.len();
    }
}

/// The start of the first line from `start` on that holds a quote or is rejected.
fn plain_end(chunk: &TextChunk, start: usize) -> usize {
    let text = &chunk.text;
    if chunk.rejected.first().is_some_and(|&(place, _)| place == 0) {
        // Perhaps the beginning of a line that is too long.
        return start;
    }
    match memchr(b'"', &text[start..]) {
        None => text.len(),
        Some(quote) => {
            memrchr(b'\n', &text[start..start + quote]).map_or(start, |newline| start + newline + 1)
        }
    }
}

/// The end of the last line that ends in a batch, or of the first line.
fn batch_end(text: &[u8], start: usize) -> usize {
    let Some(batch) = text.get(start..start + BATCH_BYTES) else {
        return text.len();
    };
    match memrchr(b'\n', batch) {
        Some(newline) => start + newline + 1,
        None => memchr(b'\n', &text[start + BATCH_BYTES..])
            .map_or(text.len(), |newline| start + BATCH_BYTES + newline + 1),
    }
}

/// Whether a line says nothing at all.
fn is_blank(line: &[u8]) -> bool {
    matches!(line, [] | [b'\r'])
}

//! Rows fetched again as text, by their position.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::ParquetFile;
use super::cells::{Span, TextCells};
use super::column::{ColumnReader, Memory};
use super::pieces::Piece;
use super::scan::{open_column, scan};
use super::schema::LogColumn;
use crate::log::chunk::TakeMessageIds;
use crate::log::texts::TextRows;
use crate::log::{CHUNK_ROWS_MAX, Column, RowDefect, TextRow};

/// A piece and which of the wanted rows it has.
type Share<'a> = (&'a Piece, Range<usize>);

/// Hands over the ids of the wanted rows, pieces in parallel.
pub(super) fn message_ids(
    log: &ParquetFile,
    wanted: &[(u32, u32)],
    consume: TakeMessageIds<'_>,
) -> anyhow::Result<()> {
    let pieces = log.pieces(rayon::current_num_threads())?.0;
    let column = log
        .schema
        .columns
        .iter()
        .find(|column| column.value_type.column == Column::MessageId);
    let Some(column) = column else {
        anyhow::bail!("a log without message ids was opened")
    };
    shares(&pieces, wanted)?
        .into_par_iter()
        .with_max_len(1)
        .try_for_each(|(piece, share)| {
            let mut texts = ColumnTexts::open(log, piece.group, column)?;
            for indices in by_chunk(wanted, share) {
                texts.read(piece, &wanted[indices.clone()])?;
                let ids: Vec<&[u8]> = (0..indices.len()).map(|index| texts.get(index)).collect();
                consume(indices, &ids)?;
            }
            anyhow::Ok(())
        })
}

/// Hands over the wanted rows in their order, row group by row group.
pub(super) fn text_rows(
    log: &ParquetFile,
    wanted: &[(u32, u32)],
    consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let pieces = log.pieces(1)?.0;
    for (piece, share) in shares(&pieces, wanted)? {
        let columns = &log.schema.columns;
        let mut columns = columns
            .iter()
            .map(|column| ColumnTexts::open(log, piece.group, column))
            .collect::<anyhow::Result<Vec<_>>>()?;
        for indices in by_chunk(wanted, share) {
            for texts in &mut columns {
                texts.read(piece, &wanted[indices.clone()])?;
            }
            for (place, index) in indices.enumerate() {
                consume(index, text_row(&columns, piece, wanted[index], place)?)?;
            }
        }
    }
    Ok(())
}

fn text_row(
    columns: &[ColumnTexts<'_>],
    piece: &Piece,
    position: (u32, u32),
    place: usize,
) -> anyhow::Result<TextRow> {
    let mut row = TextRow {
        cells: vec![None; Column::COUNT],
        raw: Vec::new(),
        line: piece.group_row + row_in_group(piece, position) + 1,
        byte_offset: None,
    };
    let mut raw = csv::ByteRecord::new();
    for texts in columns {
        let cell = texts.get(place);
        raw.push_field(cell);
        if !cell.is_empty() {
            let cell = String::from_utf8_lossy(cell).into_owned();
            row.cells[texts.column.value_type.column.index()] = Some(cell);
        }
    }
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_byte_record(&raw)?;
    row.raw = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("writing to memory: {error}"))?;
    row.raw.truncate(row.raw.trim_ascii_end().len());
    Ok(row)
}

/// Every chunk as text, in order.
pub(super) fn scan_texts(
    log: &ParquetFile,
    progress: &(dyn Fn(u64) + Sync),
    consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let chunks: Mutex<Vec<Scanned>> = Mutex::default();
    scan(log, progress, &|address, chunk| {
        let scanned = (address.sequence, chunk.rows, chunk.defects.clone());
        let mut chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.push(scanned);
        Ok(())
    })?;
    let mut chunks = chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
    chunks.sort_by_key(|&(sequence, ..)| sequence);
    let mut rows = TextRows::default();
    for (sequence, count, defects) in chunks {
        rows.clear();
        let wanted: Vec<(u32, u32)> = (0..count as u32).map(|row| (sequence, row)).collect();
        text_rows(log, &wanted, &mut |_, row| {
            for (column, cell) in rows.columns.iter_mut().zip(&row.cells) {
                column.push(cell.as_deref().unwrap_or_default().as_bytes());
            }
            rows.end_row();
            Ok(())
        })?;
        rows.defects = defects;
        consume(sequence, &rows)?;
    }
    Ok(())
}

/// A chunk's number, how many rows it has, and which of them are unusable.
type Scanned = (u32, usize, Vec<(u32, RowDefect)>);

/// One column's texts in the wanted rows of a chunk.
struct ColumnTexts<'a> {
    log: &'a ParquetFile,
    group: usize,
    column: &'a LogColumn,
    cells: TextCells,
    reader: ColumnReader<'a, TextCells>,
    /// The next row of the row group that the reader gives.
    next_row: u64,
    spans: Vec<Span>,
}

impl<'a> ColumnTexts<'a> {
    fn open(log: &'a ParquetFile, group: usize, column: &'a LogColumn) -> anyhow::Result<Self> {
        let mut cells = TextCells::default();
        let reader = open_column(log, group, column, Memory::default(), &mut cells)?;
        cells.keep();
        Ok(Self {
            log,
            group,
            column,
            cells,
            reader,
            next_row: 0,
            spans: Vec::new(),
        })
    }

    /// Reads the wanted rows, all of one chunk, and drops those read before.
    fn read(&mut self, piece: &Piece, wanted: &[(u32, u32)]) -> anyhow::Result<()> {
        self.cells.drop_rest();
        self.spans.clear();
        let mut wanted = wanted
            .iter()
            .map(|&position| row_in_group(piece, position))
            .peekable();
        while let Some(first) = wanted.next() {
            if first < self.next_row {
                // The same row again.
                let Some(&last) = self.spans.last().filter(|_| first + 1 == self.next_row) else {
                    anyhow::bail!("wanted rows are not in order");
                };
                self.spans.push(last);
                continue;
            }
            let mut end = first + 1;
            while wanted.next_if_eq(&end).is_some() {
                end += 1;
            }
            let read = self
                .reader
                .skip((first - self.next_row) as usize, &mut self.cells)
                .and_then(|()| {
                    self.reader
                        .read((end - first) as usize, &mut self.cells, &mut self.spans)
                });
            if let Err(damage) = read {
                return Err(self
                    .log
                    .damaged(self.group, self.column, self.reader.position(), damage)
                    .into());
            }
            self.next_row = end;
        }
        Ok(())
    }

    /// The trimmed text in one of the rows that were read last.
    fn get(&self, place: usize) -> &[u8] {
        self.cells.get(self.spans[place]).trim_ascii()
    }
}

fn row_in_group(piece: &Piece, (sequence, row): (u32, u32)) -> u64 {
    piece.rows.start + u64::from(sequence - piece.sequence) * CHUNK_ROWS_MAX as u64 + u64::from(row)
}

/// The pieces that have wanted rows, each with the range of these.
fn shares<'a>(pieces: &'a [Piece], wanted: &[(u32, u32)]) -> anyhow::Result<Vec<Share<'a>>> {
    let mut shares = Vec::new();
    let mut start = 0;
    for piece in pieces {
        let sequences = piece.sequences();
        let end =
            start + wanted[start..].partition_point(|&(sequence, _)| sequence < sequences.end);
        let (share, rows) = (start..end, piece.rows.end);
        if let (Some(&first), Some(&last)) =
            (wanted[share.clone()].first(), wanted[share.clone()].last())
        {
            let inside = sequences.contains(&first.0) && row_in_group(piece, last) < rows;
            anyhow::ensure!(inside, "wanted rows that the file does not have");
            shares.push((piece, share));
        }
        start = end;
    }
    anyhow::ensure!(
        start == wanted.len(),
        "wanted rows that the file does not have"
    );
    Ok(shares)
}

/// Ranges of wanted rows of one chunk each.
fn by_chunk(wanted: &[(u32, u32)], share: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = share.start;
    wanted[share]
        .chunk_by(|left, right| left.0 == right.0)
        .map(move |rows| {
            let range = start..start + rows.len();
            start = range.end;
            range
        })
}

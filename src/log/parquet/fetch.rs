//! Rows fetched again as text, by their position.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::ParquetFile;
use super::cells::{Span, TextCells};
use super::column::{ColumnReader, Memory};
use super::pieces::Piece;
use super::scan::open_column;
use super::schema::LogColumn;
use crate::log::chunk::{TakeMessageIds, TakeTexts, WantedRows};
use crate::log::texts::TextRows;
use crate::log::{CHUNK_ROWS_MAX, ChunkAddress, Column, RowDefect, TextRow};

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
    let pieces = log.pieces(1)?.0;
    in_turn(&pieces, &|piece| {
        let mut rows = TextRows::default();
        chunks_of(log, piece, &|_| true, &mut |address, chunk| {
            rows.clear();
            for row in 0..chunk.rows {
                match chunk.defect(row) {
                    Some(defect) => rows.defects.push((row as u32, defect)),
                    None => {
                        for (place, &column) in log.schema.names.iter().enumerate() {
                            rows.columns[column.index()].push(chunk.cell(place, row));
                        }
                    }
                }
                rows.end_row();
            }
            consume(address.sequence, &rows)
        })
    })?;
    progress(log.file.len());
    Ok(())
}

/// Every chunk in order, its wanted rows alone as text.
pub(super) fn scan_wanted_texts(
    log: &ParquetFile,
    wanted: &WantedRows,
    consume: TakeTexts<'_>,
) -> anyhow::Result<()> {
    let pieces = log.pieces(1)?.0;
    in_turn(&pieces, &|piece| {
        let columns = log.schema.columns.iter();
        let columns = columns.map(|column| ColumnTexts::open(log, piece.group, column));
        let mut columns = columns.collect::<anyhow::Result<Vec<_>>>()?;
        let mut texts = TextRows::default();
        for sequence in piece.sequences() {
            texts.clear();
            let rows = wanted.get(&sequence).map_or(&[][..], Vec::as_slice);
            let places: Vec<(u32, u32)> = rows.iter().map(|&row| (sequence, row)).collect();
            if !rows.is_empty() {
                for column in &mut columns {
                    column.read(piece, &places)?;
                    let cells = &mut texts.columns[column.column.value_type.column.index()];
                    (0..rows.len()).for_each(|place| cells.push(column.get(place)));
                }
            }
            texts.end_rows(rows.len());
            let all: Vec<u32> = (0..rows.len() as u32).collect();
            consume(sequence, &texts, &all)?;
        }
        Ok(())
    })
}

/// Works on pieces in parallel, begun in their order: what is done with them waits for those before.
fn in_turn(
    pieces: &[Piece],
    work: &(dyn Fn(&Piece) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let lock = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = work(piece) {
                        let first = &mut *lock();
                        if first
                            .as_ref()
                            .is_none_or(|(known, _)| piece.sequence < *known)
                        {
                            *first = Some((piece.sequence, error));
                        }
                        // No piece is begun any more.
                        next.store(pieces.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    match lock().take() {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

/// Hands over the texts of those chunks that `select` picks by their number, in order.
pub(super) fn each_chunk(
    log: &ParquetFile,
    select: &dyn Fn(u32) -> bool,
    consume: &mut dyn FnMut(ChunkAddress, &ChunkTexts<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for piece in &log.pieces(1)?.0 {
        if piece.sequences().any(select) {
            chunks_of(log, piece, select, consume)?;
        }
    }
    Ok(())
}

/// Hands over the texts of those chunks of a piece that `select` picks, in order.
fn chunks_of(
    log: &ParquetFile,
    piece: &Piece,
    select: &dyn Fn(u32) -> bool,
    consume: &mut dyn FnMut(ChunkAddress, &ChunkTexts<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let columns = log.schema.columns.iter();
    let columns = columns.map(|column| ColumnTexts::open(log, piece.group, column));
    let mut texts = ChunkTexts {
        columns: columns.collect::<anyhow::Result<_>>()?,
        rows: 0,
    };
    for (address, rows) in piece.chunks() {
        if !select(address.sequence) {
            continue;
        }
        texts.rows = (rows.end - rows.start) as usize;
        let wanted = (0..texts.rows as u32).map(|row| (address.sequence, row));
        let wanted: Vec<(u32, u32)> = wanted.collect();
        for column in &mut texts.columns {
            column.read(piece, &wanted)?;
        }
        consume(address, &texts)?;
    }
    Ok(())
}

/// The texts of a chunk.
pub(super) struct ChunkTexts<'a> {
    columns: Vec<ColumnTexts<'a>>,
    /// How many rows it has.
    pub(super) rows: usize,
}

impl ChunkTexts<'_> {
    /// The trimmed cell of a column, by its place in the schema.
    pub(super) fn cell(&self, column: usize, row: usize) -> &[u8] {
        self.columns[column].get(row)
    }

    /// Why a row cannot be text, if it cannot.
    pub(super) fn defect(&self, row: usize) -> Option<RowDefect> {
        self.columns.iter().find_map(|column| {
            let cell = column.get(row);
            if memchr::memchr(0, cell).is_some() {
                return Some(RowDefect::NulByte);
            }
            std::str::from_utf8(cell)
                .is_err()
                .then_some(RowDefect::InvalidUtf8)
        })
    }
}

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

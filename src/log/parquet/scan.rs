//! The whole file as codes, chunk by chunk.

use std::sync::Mutex;

use rayon::prelude::*;

use super::ParquetFile;
use super::cells::{Cells, CodeCells};
use super::column::{ColumnReader, Memory};
use super::pieces::Piece;
use super::schema::LogColumn;
use crate::log::{CellCode, Chunk, ChunkAddress, EpochUnits, LogError};

/// Decodes every row, pieces in parallel.
pub(super) fn scan(
    log: &ParquetFile,
    progress: &(dyn Fn(u64) + Sync),
    consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let pieces = log.pieces(rayon::current_num_threads())?.0;
    if pieces.is_empty() {
        progress(log.file.len());
    }
    // A bench is taken for each piece and put back, so there are as many as threads.
    let benches: Mutex<Vec<Workbench<'_>>> = Mutex::default();
    let lock = || {
        benches
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    pieces.par_iter().with_max_len(1).try_for_each(|piece| {
        let taken = lock().pop();
        let mut bench = taken.unwrap_or_else(|| Workbench::new(log));
        bench.scan(log, piece, progress, consume)?;
        lock().push(bench);
        anyhow::Ok(())
    })?;
    let mut epoch_units = EpochUnits::default();
    lock()
        .iter()
        .for_each(|bench| epoch_units.merge(bench.cells.epoch_units()));
    epoch_units.check(&log.path)?;
    Ok(())
}

/// What one thread decodes pieces with.
struct Workbench<'a> {
    cells: CodeCells<'a>,
    chunk: Chunk,
    /// One for each column.
    memories: Vec<Memory<CellCode>>,
}

impl<'a> Workbench<'a> {
    fn new(log: &'a ParquetFile) -> Self {
        let memories = log
            .schema
            .columns
            .iter()
            .map(|_| Memory::default())
            .collect();
        Self {
            cells: CodeCells::new(&log.context),
            chunk: Chunk::new(),
            memories,
        }
    }

    fn scan(
        &mut self,
        log: &ParquetFile,
        piece: &Piece,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let Self {
            cells,
            chunk,
            memories,
        } = self;
        let mut readers = Vec::with_capacity(memories.len());
        for (column, memory) in log.schema.columns.iter().zip(memories.iter_mut()) {
            let mut reader = open_column(log, piece.group, column, std::mem::take(memory), cells)?;
            reader
                .skip(piece.rows.start as usize, cells)
                .map_err(|damage| log.damaged(piece.group, column, reader.position(), damage))?;
            readers.push((column, reader));
        }
        for (address, rows) in piece.chunks() {
            chunk.clear();
            chunk.rows = (rows.end - rows.start) as usize;
            for (column, reader) in &mut readers {
                let codes = &mut chunk.columns[column.value_type.column.index()];
                reader.read(chunk.rows, cells, codes).map_err(|damage| {
                    log.damaged(piece.group, column, reader.position(), damage)
                })?;
                assert_eq!(codes.len(), chunk.rows, "a column has a code for each row");
            }
            chunk.defects = cells.take_defects(&mut chunk.columns);
            consume(address, chunk)?;
            let row = address.first_line - 1;
            progress(log.bytes_before_row(row + chunk.rows as u64) - log.bytes_before_row(row));
        }
        for ((column, mut reader), memory) in readers.into_iter().zip(memories) {
            if piece.rows.end == log.footer.row_groups[piece.group].rows {
                reader.finish().map_err(|damage| {
                    log.damaged(piece.group, column, reader.position(), damage)
                })?;
            }
            *memory = reader.into_memory();
        }
        Ok(())
    }
}

/// Opens a column of a row group at its first row.
pub(super) fn open_column<'a, C: Cells>(
    log: &'a ParquetFile,
    group: usize,
    column: &LogColumn,
    memory: Memory<C::Cell>,
    cells: &mut C,
) -> Result<ColumnReader<'a, C>, LogError> {
    let row_group = &log.footer.row_groups[group];
    let chunk = &row_group.chunks[column.leaf];
    ColumnReader::new(
        &log.file,
        chunk,
        row_group.rows as usize,
        column,
        memory,
        cells,
    )
    .map_err(|damage| log.damaged(group, column, chunk.offset, damage))
}

impl ParquetFile {
    /// A fair share of the file's bytes, so that the shares of all rows add up to the file.
    fn bytes_before_row(&self, row: u64) -> u64 {
        let share =
            u128::from(self.file.len()) * u128::from(row) / u128::from(self.footer.rows.max(1));
        share as u64
    }
}

//! The whole file as codes, chunk by chunk.

use std::sync::Mutex;

use rayon::prelude::*;

use super::ParquetFile;
use super::cells::{Cells, CodeCells};
use super::column::ColumnReader;
use super::pieces::Piece;
use super::schema::LogColumn;
use crate::log::{Chunk, ChunkAddress, EpochUnits, LogError};

/// Decodes every row, pieces in parallel.
pub(super) fn scan(
    log: &ParquetFile,
    progress: &(dyn Fn(u64) + Sync),
    consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let pieces = log.pieces(rayon::current_num_threads())?.0;
    let epoch_units = Mutex::new(EpochUnits::default());
    if pieces.is_empty() {
        progress(log.file.len());
    }
    pieces.par_iter().with_max_len(1).try_for_each(|piece| {
        let mut cells = CodeCells::new(&log.context);
        scan_piece(log, piece, &mut cells, progress, consume)?;
        let mut epoch_units = epoch_units
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        epoch_units.merge(cells.epoch_units());
        anyhow::Ok(())
    })?;
    epoch_units
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .check(&log.path)?;
    Ok(())
}

fn scan_piece(
    log: &ParquetFile,
    piece: &Piece,
    cells: &mut CodeCells<'_>,
    progress: &(dyn Fn(u64) + Sync),
    consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let mut readers = Vec::with_capacity(log.schema.columns.len());
    for column in &log.schema.columns {
        let mut reader = open_column(log, piece.group, column, cells)?;
        reader
            .skip(piece.rows.start as usize, cells)
            .map_err(|damage| log.damaged(piece.group, column, reader.position(), damage))?;
        readers.push((column, reader));
    }
    let mut chunk = Chunk::new();
    for (address, rows) in piece.chunks() {
        chunk.clear();
        chunk.rows = (rows.end - rows.start) as usize;
        for (column, reader) in &mut readers {
            let codes = &mut chunk.columns[column.value_type.column.index()];
            reader
                .read(chunk.rows, cells, codes)
                .map_err(|damage| log.damaged(piece.group, column, reader.position(), damage))?;
            assert_eq!(codes.len(), chunk.rows, "a column has a code for each row");
        }
        chunk.defects = cells.take_defects(&mut chunk.columns);
        consume(address, &chunk)?;
        let before = log.bytes_before_row(address.first_line - 1);
        progress(log.bytes_before_row(address.first_line - 1 + chunk.rows as u64) - before);
    }
    Ok(())
}

/// Opens a column of a row group at its first row.
pub(super) fn open_column<'a, C: Cells>(
    log: &'a ParquetFile,
    group: usize,
    column: &LogColumn,
    cells: &mut C,
) -> Result<ColumnReader<'a, C>, LogError> {
    let row_group = &log.footer.row_groups[group];
    let chunk = &row_group.chunks[column.leaf];
    ColumnReader::new(&log.file, chunk, row_group.rows as usize, column, cells)
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

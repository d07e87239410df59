//! The file cut into chunks of rows and these into pieces for threads.

use std::ops::Range;
use std::path::Path;

use super::footer::Footer;
use crate::log::{CHUNK_ROWS_MAX, ChunkAddress, LogError};

/// Fewer chunks in a piece do not pay for finding its beginning in every column.
const PIECE_CHUNKS_MIN: u64 = 4;

/// Consecutive chunks of one row group, decoded by one thread.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Number of the row group.
    pub(super) group: usize,
    /// Rows of the row group.
    pub(super) rows: Range<u64>,
    /// Number of the first chunk in the file.
    pub(super) sequence: u32,
    /// Number of the row group's first row in the file, from 0.
    pub(super) group_row: u64,
}

impl Piece {
    /// The chunks, each with its rows of the row group.
    pub(super) fn chunks(&self) -> impl Iterator<Item = (ChunkAddress, Range<u64>)> + use<> {
        let Self {
            rows,
            sequence,
            group_row,
            ..
        } = self.clone();
        (sequence..)
            .zip(rows.clone().step_by(CHUNK_ROWS_MAX))
            .map(move |(sequence, start)| {
                let end = rows.end.min(start + CHUNK_ROWS_MAX as u64);
                (
                    ChunkAddress {
                        sequence,
                        first_line: group_row + start + 1,
                        byte_offset: 0,
                    },
                    start..end,
                )
            })
    }

    /// The numbers of the chunks in the file.
    pub(super) fn sequences(&self) -> Range<u32> {
        let chunks = (self.rows.end - self.rows.start).div_ceil(CHUNK_ROWS_MAX as u64);
        self.sequence..self.sequence + chunks as u32
    }
}

/// All pieces of a file, in its order.
#[derive(Debug)]
pub(super) struct Pieces(pub(super) Vec<Piece>);

impl Pieces {
    /// Cuts a file up for `threads` threads. Where chunks lie does not depend on their number.
    pub(super) fn new(path: &Path, footer: &Footer, threads: usize) -> Result<Self, LogError> {
        let chunk_rows = CHUNK_ROWS_MAX as u64;
        let piece_rows = match threads as u64 {
            0 | 1 => u64::MAX,
            threads if footer.row_groups.len() as u64 >= 2 * threads => u64::MAX,
            threads => {
                let chunks = footer.rows.div_ceil(2 * threads).div_ceil(chunk_rows);
                chunks.max(PIECE_CHUNKS_MIN).saturating_mul(chunk_rows)
            }
        };
        let mut pieces = Vec::new();
        let (mut sequence, mut group_row) = (0u64, 0u64);
        for (group, row_group) in footer.row_groups.iter().enumerate() {
            let mut start = 0;
            while start < row_group.rows {
                let end = row_group.rows.min(start.saturating_add(piece_rows));
                let first = u32::try_from(sequence).ok();
                sequence += (end - start).div_ceil(chunk_rows);
                let Some(first) = first.filter(|_| sequence <= u64::from(u32::MAX)) else {
                    return Err(LogError::format(
                        path,
                        "at most 2^32 chunks of 65,536 rows",
                        format!("{} rows", footer.rows),
                    ));
                };
                pieces.push(Piece {
                    group,
                    rows: start..end,
                    sequence: first,
                    group_row,
                });
                start = end;
            }
            group_row += row_group.rows;
        }
        Ok(Self(pieces))
    }
}

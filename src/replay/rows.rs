//! Where each row stands: row numbers to files, chunks and places, and back to text.

use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::{Context, bail};
use rayon::prelude::*;

use super::outcome::{FetchMessageIds, MessageIds, RowNumber, RowSet};
use super::partition::lock;
use crate::log::chunk::{ChunkAddress, LogFile, TextRow};

/// The chunks of a log in the order in which they were met, each with its first row's number.
pub struct RowPlaces<'a> {
    files: &'a [Box<dyn LogFile>],
    chunks: Mutex<Chunks>,
}

#[derive(Default)]
struct Chunks {
    rows: u64,
    entries: Vec<ChunkEntry>,
}

impl Chunks {
    /// The chunk in which a row stands.
    fn holding(&self, row: RowNumber) -> usize {
        self.entries
            .partition_point(|entry| entry.first_row <= row.0)
            - 1
    }
}

#[derive(Clone, Copy)]
struct ChunkEntry {
    first_row: u32,
    file: u32,
    address: ChunkAddress,
}

/// The place of a row in the log; the order is that of files and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowPlace {
    /// Number of the file among those given.
    pub file: u32,
    /// Chunk of the file.
    pub sequence: u32,
    /// Row of the chunk.
    pub row: u32,
}

impl<'a> RowPlaces<'a> {
    /// No rows yet.
    pub fn new(files: &'a [Box<dyn LogFile>]) -> Self {
        Self {
            files,
            chunks: Mutex::default(),
        }
    }

    /// Numbers the rows of a chunk; the first row's number comes back.
    ///
    /// # Errors
    /// If the log has more rows than one run can number.
    pub fn register(
        &self,
        file: u32,
        address: ChunkAddress,
        rows: usize,
    ) -> anyhow::Result<RowNumber> {
        let mut chunks = lock(&self.chunks);
        let first_row = u32::try_from(chunks.rows)
            .ok()
            .filter(|&first| u64::from(first) + rows as u64 <= u64::from(u32::MAX));
        let Some(first_row) = first_row else {
            bail!(
                "{}: the log has more than {} rows, the most one run can take; run it month by month",
                self.files[file as usize].path().display(),
                u32::MAX
            );
        };
        chunks.rows += rows as u64;
        chunks.entries.push(ChunkEntry {
            first_row,
            file,
            address,
        });
        Ok(RowNumber(first_row))
    }

    /// How many rows have numbers.
    pub fn rows(&self) -> u32 {
        // No row is numbered beyond.
        lock(&self.chunks).rows as u32
    }

    /// The file with this number.
    pub fn path(&self, file: u32) -> PathBuf {
        self.files[file as usize].path().to_path_buf()
    }

    /// The places of rows, in their order.
    pub fn places(&self, rows: &[RowNumber]) -> Vec<RowPlace> {
        let chunks = lock(&self.chunks);
        let place = |row: &RowNumber| {
            let entry = &chunks.entries[chunks.holding(*row)];
            RowPlace {
                file: entry.file,
                sequence: entry.address.sequence,
                row: row.0 - entry.first_row,
            }
        };
        rows.par_iter().map(place).collect()
    }

    /// The number of each row's file, and its place in it; of rows that lie in Parquet files.
    pub fn places_in_files(&self, rows: &[RowNumber]) -> Vec<(u32, u64)> {
        let chunks = lock(&self.chunks);
        let place = |row: &RowNumber| {
            let entry = &chunks.entries[chunks.holding(*row)];
            let first = entry.address.first_line.saturating_sub(1);
            (entry.file, first + u64::from(row.0 - entry.first_row))
        };
        rows.par_iter().map(place).collect()
    }

    /// Fetches rows as text, in the order of the places (ascending).
    ///
    /// # Errors
    /// If a file can no longer be read.
    pub fn text_rows(
        &self,
        places: &[RowPlace],
        mut consume: impl FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for run in runs_of_files(places) {
            let wanted: Vec<(u32, u32)> = places[run.clone()]
                .iter()
                .map(|place| (place.sequence, place.row))
                .collect();
            let file = &self.files[places[run.start].file as usize];
            file.text_rows(&wanted, &mut |index, row| consume(run.start + index, row))
                .with_context(|| format!("{}: cannot read rows again", file.path().display()))?;
        }
        Ok(())
    }
}

/// The stretches of places that lie in one file.
fn runs_of_files(places: &[RowPlace]) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    places
        .chunk_by(|left, right| left.file == right.file)
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}

impl FetchMessageIds for RowPlaces<'_> {
    fn message_ids(&self, rows: RowSet) -> anyhow::Result<MessageIds> {
        let places = self.wanted(&rows);
        let ids = Mutex::new(MessageIds::of(rows));
        let runs: Vec<&[WantedChunk]> = places
            .chunk_by(|left, right| left.file == right.file)
            .collect();
        runs.into_par_iter().try_for_each(|run| {
            let wanted: Vec<(u32, u32)> = run
                .iter()
                .flat_map(|chunk| chunk.rows.iter().map(|&row| (chunk.sequence, row)))
                .collect();
            let file = &self.files[run[0].file as usize];
            file.message_ids(&wanted, &|range, found| {
                let (sequence, row) = wanted[range.start];
                let chunk = &run[run.partition_point(|chunk| chunk.sequence < sequence)];
                let before = chunk.rows.partition_point(|&other| other < row);
                lock(&ids).set(chunk.first_rank + before, found);
                Ok(())
            })
            .with_context(|| format!("{}: cannot read message ids again", file.path().display()))
        })?;
        Ok(ids
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

/// The wanted rows of a chunk.
struct WantedChunk {
    file: u32,
    sequence: u32,
    /// The rank of its first wanted row among all.
    first_rank: usize,
    /// Its wanted rows, ascending.
    rows: Vec<u32>,
}

impl RowPlaces<'_> {
    /// The chunks that have rows of the set, in the order of files and chunks.
    fn wanted(&self, rows: &RowSet) -> Vec<WantedChunk> {
        let chunks = lock(&self.chunks);
        let mut wanted: Vec<WantedChunk> = Vec::new();
        let mut rows = rows.iter().enumerate().peekable();
        while let Some(&(first_rank, first)) = rows.peek() {
            let index = chunks.holding(first);
            let entry = &chunks.entries[index];
            let end = chunks
                .entries
                .get(index + 1)
                .map_or(u32::MAX, |next| next.first_row);
            let inside = std::iter::from_fn(|| rows.next_if(|(_, row)| row.0 < end))
                .map(|(_, row)| row.0 - entry.first_row);
            wanted.push(WantedChunk {
                file: entry.file,
                sequence: entry.address.sequence,
                first_rank,
                rows: inside.collect(),
            });
        }
        wanted.sort_unstable_by_key(|chunk| (chunk.file, chunk.sequence));
        wanted
    }
}

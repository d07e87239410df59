//! The stated total order of a table's rows, without keeping every message id in memory.
//!
//! Rows are sorted by their instants first. Message ids, which only break ties, are fetched again from
//! the log for one slice of the order at a time; a slice ends where the instants differ.

use std::cmp::Ordering;
use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;

use crate::replay::outcome::{FetchMessageIds, MessageIds, RowNumber};

/// Rows of a row group. A file's row groups depend on how many rows it has and on nothing else.
pub const ROW_GROUP_ROWS: usize = 1 << 17;
/// How many rows one thread puts in order at a time.
const TIES_CHUNK_ROWS: usize = 1 << 14;
/// Rows whose ids are looked at to know how long ids are.
const SAMPLE_ROWS: usize = 4096;
/// Memory of a fetched id besides its bytes.
const ID_OVERHEAD_BYTES: usize = 24;

/// A row of a table, before any of it is written: its first instant, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// First key of the order, microseconds.
    pub at: i64,
    /// Second key of the order, microseconds.
    pub then: i64,
    /// Part of the outcome.
    pub part: u32,
    /// Place in the part.
    pub place: u32,
}

/// What is put in order.
pub trait Ordered: Sync {
    /// The message whose id breaks ties.
    fn row(&self, entry: Entry) -> RowNumber;

    /// Compares what follows the message id.
    fn after_id(&self, left: Entry, right: Entry) -> Ordering;
}

/// Rows in their final order, with their message ids.
pub struct Slice<'a> {
    entries: &'a [Entry],
    places: &'a [u32],
    ids: &'a MessageIds,
}

impl<'a> Slice<'a> {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The rows.
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The message id of a row.
    pub fn id(&self, index: usize) -> &'a [u8] {
        self.ids.get(self.places[index] as usize)
    }

    /// The rows in portions of this many.
    pub fn pages(&self, rows: usize) -> impl Iterator<Item = Self> {
        (0..self.len())
            .step_by(rows)
            .map(move |first| self.range(first..self.len().min(first + rows)))
    }

    /// Some of the rows.
    pub fn range(&self, range: Range<usize>) -> Self {
        Self {
            entries: &self.entries[range.clone()],
            places: &self.places[range],
            ids: self.ids,
        }
    }
}

/// Puts rows in order and hands over row groups, several at a time and in order.
///
/// # Errors
/// If ids cannot be fetched, or `consume` fails.
pub fn in_order(
    mut entries: Vec<Entry>,
    table: &impl Ordered,
    fetch: &dyn FetchMessageIds,
    budget_bytes: usize,
    consume: &mut dyn FnMut(&[Slice<'_>]) -> Result<()>,
) -> Result<()> {
    entries.par_sort_unstable_by(|&left, &right| by_instants(left, right));
    let rows_max = slice_rows(&entries, table, fetch, budget_bytes)?;
    let mut start = 0;
    while start < entries.len() {
        let end = (start + rows_max).min(entries.len());
        let same_run = |at: usize| by_instants(entries[at - 1], entries[at]).is_eq();
        let fetched_end = (end..entries.len())
            .find(|&at| !same_run(at))
            .unwrap_or(entries.len());
        let slice = &mut entries[start..fetched_end];
        let rows: Vec<RowNumber> = slice.par_iter().map(|&entry| table.row(entry)).collect();
        let ids = fetch.message_ids(&rows)?;
        drop(rows);
        let places = break_ties(slice, table, &ids);
        let slice = Slice {
            entries: &slice[..end - start],
            places: &places[..end - start],
            ids: &ids,
        };
        let groups: Vec<Slice<'_>> = slice.pages(ROW_GROUP_ROWS).collect();
        for groups in groups.chunks(rayon::current_num_threads()) {
            consume(groups)?;
        }
        start = end;
    }
    Ok(())
}

fn by_instants(left: Entry, right: Entry) -> Ordering {
    (left.at, left.then).cmp(&(right.at, right.then))
}

/// Rows whose ids fit the budget: whole row groups, at least one.
fn slice_rows(
    entries: &[Entry],
    table: &impl Ordered,
    fetch: &dyn FetchMessageIds,
    budget_bytes: usize,
) -> Result<usize> {
    let sample: Vec<RowNumber> = entries
        .iter()
        .take(SAMPLE_ROWS)
        .map(|&entry| table.row(entry))
        .collect();
    if sample.is_empty() || entries.len() <= ROW_GROUP_ROWS {
        return Ok(ROW_GROUP_ROWS);
    }
    let ids = fetch.message_ids(&sample)?;
    let bytes: usize = ids.places().map(|place| ids.get(place).len()).sum();
    let bytes_each = bytes / sample.len() + ID_OVERHEAD_BYTES;
    let groups = budget_bytes / bytes_each / ROW_GROUP_ROWS;
    Ok(groups.max(1) * ROW_GROUP_ROWS)
}

/// Orders rows of equal instants by id and what follows it; gives the place of each row's id.
fn break_ties(entries: &mut [Entry], table: &impl Ordered, ids: &MessageIds) -> Vec<u32> {
    let mut places: Vec<u32> = (0..entries.len() as u32).collect();
    let mut chunks = Vec::new();
    let (mut rest, mut rest_places) = (entries, &mut places[..]);
    while !rest.is_empty() {
        let cut = (TIES_CHUNK_ROWS..rest.len())
            .find(|&at| by_instants(rest[at - 1], rest[at]).is_ne())
            .unwrap_or(rest.len());
        let (chunk, after) = rest.split_at_mut(cut);
        let (chunk_places, after_places) = rest_places.split_at_mut(cut);
        chunks.push((chunk, chunk_places));
        (rest, rest_places) = (after, after_places);
    }
    chunks.into_par_iter().for_each(|(entries, places)| {
        let mut run = Vec::new();
        let mut start = 0;
        while start < entries.len() {
            let end = (start + 1..entries.len())
                .find(|&at| by_instants(entries[at - 1], entries[at]).is_ne())
                .unwrap_or(entries.len());
            if end - start > 1 {
                run.clear();
                run.extend((start..end).map(|at| (entries[at], places[at])));
                run.sort_unstable_by(|left, right| {
                    ids.get(left.1 as usize)
                        .cmp(ids.get(right.1 as usize))
                        .then_with(|| table.after_id(left.0, right.0))
                });
                for (at, &(entry, place)) in (start..end).zip(&run) {
                    entries[at] = entry;
                    places[at] = place;
                }
            }
            start = end;
        }
    });
    places
}

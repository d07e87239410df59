//! The stated total order of a table's rows, without keeping every message id in memory.
//!
//! The parts of an outcome follow each other in time. Ids, which break ties, are fetched for a few parts
//! at a time; each part is put in order by itself, and fits the cache while it is.

use std::cmp::Ordering;
use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;

use super::files::ROW_GROUP_ROWS;
use crate::replay::outcome::{FetchMessageIds, MessageIds, Outcome, Part, RowNumber, RowSet};
use crate::vocabulary::Instant;

/// Memory of a fetched id besides its bytes: where it stands, and which row was wanted.
const ID_OVERHEAD_BYTES: usize = 24;
/// How long ids are thought to be until some are known.
const ID_BYTES_FIRST: usize = 64;

/// A row of a table, in its place in the order.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Part of the outcome.
    pub part: u32,
    /// Place in the part.
    pub place: u32,
    /// Rank of its message's id.
    pub id: u32,
}

/// What the order of a row is made of before its message id.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// First key of the order.
    pub at: Instant,
    /// Second key of the order.
    pub then: Instant,
    /// Place in the part.
    pub place: u32,
    /// A row of the message whose id breaks ties.
    pub row: RowNumber,
}

/// What is put in order.
pub trait Ordered: Sync {
    /// Adds the keys of the rows of a part that are to be written.
    fn keys(&self, part: &Part, keys: &mut Vec<Key>);

    /// Compares what follows the message id.
    fn after_id(&self, left: Entry, right: Entry) -> Ordering;
}

/// Some rows in their order, and the message ids to which they refer.
#[derive(Clone, Copy)]
pub struct Slice<'a> {
    /// The rows.
    pub entries: &'a [Entry],
    ids: &'a MessageIds,
}

impl<'a> Slice<'a> {
    /// Rows with their ids.
    pub fn new(entries: &'a [Entry], ids: &'a MessageIds) -> Self {
        Self { entries, ids }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The message id of a row.
    #[inline]
    pub fn id(&self, index: usize) -> &'a [u8] {
        self.ids.of_rank(self.entries[index].id as usize)
    }

    /// Some of the rows.
    pub fn range(&self, range: Range<usize>) -> Self {
        Self::new(&self.entries[range], self.ids)
    }
}

/// Goes through the parts of an outcome in their order, a few at a time, with the ids of all messages that
/// their conversations and charges name.
///
/// # Errors
/// If ids cannot be fetched, or `consume` fails.
pub fn with_ids(
    outcome: &Outcome,
    fetch: &dyn FetchMessageIds,
    budget_bytes: usize,
    consume: &mut dyn FnMut(Range<usize>, &MessageIds) -> Result<()>,
) -> Result<()> {
    let mut id_bytes = ID_BYTES_FIRST;
    let mut first = 0;
    while first < outcome.parts.len() {
        let rows_max = budget_bytes / (id_bytes + ID_OVERHEAD_BYTES);
        let parts = first..portion_end(outcome, first..outcome.parts.len(), rows_max);
        let ids = fetch.message_ids(rows_of(outcome, &outcome.parts[parts.clone()]))?;
        if !ids.rows().is_empty() {
            id_bytes = ids.bytes() / ids.rows().len();
        }
        first = parts.end;
        consume(parts, &ids)?;
    }
    Ok(())
}

/// Cuts parts into portions that give every thread a row group to build, and no more: what has been put in
/// order is still in the cache when it is written.
pub fn portions(outcome: &Outcome, parts: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let rows_max = rayon::current_num_threads() * ROW_GROUP_ROWS;
    let mut first = parts.start;
    std::iter::from_fn(move || {
        let end = portion_end(outcome, first..parts.end, rows_max);
        let portion = std::mem::replace(&mut first, end)..end;
        (!portion.is_empty()).then_some(portion)
    })
}

/// Where a portion of at most this many messages ends; it has at least one part.
fn portion_end(outcome: &Outcome, parts: Range<usize>, rows_max: usize) -> usize {
    let mut rows = 0;
    for number in parts.clone() {
        let part = &outcome.parts[number];
        // A message that opens a conversation is mostly charged, too.
        rows += part.conversations.len().max(part.charges.len());
        if rows > rows_max && number > parts.start {
            return number;
        }
    }
    parts.end
}

fn rows_of(outcome: &Outcome, parts: &[Part]) -> RowSet {
    let opened = parts
        .iter()
        .flat_map(|part| part.conversations.iter().map(|row| row.opened_by));
    let charged = parts
        .iter()
        .flat_map(|part| part.charges.iter().map(|row| row.row));
    RowSet::among(u64::from(outcome.rows), opened.chain(charged))
}

/// The rows of some parts in their order.
pub fn ordered(
    outcome: &Outcome,
    parts: Range<usize>,
    table: &impl Ordered,
    ids: &MessageIds,
) -> Vec<Entry> {
    let sorted: Vec<Vec<Entry>> = parts
        .into_par_iter()
        .map(|part| sort_part(&outcome.parts[part], part as u32, table, ids))
        .collect();
    sorted.concat()
}

fn sort_part(part: &Part, number: u32, table: &impl Ordered, ids: &MessageIds) -> Vec<Entry> {
    let mut keys = Vec::with_capacity(part.conversations.len().max(part.charges.len()));
    table.keys(part, &mut keys);
    keys.sort_unstable_by_key(|key| (key.at, key.then));
    let mut entries: Vec<Entry> = keys
        .iter()
        .map(|key| Entry {
            part: number,
            place: key.place,
            id: ids.rank(key.row) as u32,
        })
        .collect();
    let mut rest = &mut entries[..];
    for run in keys.chunk_by(|left, right| (left.at, left.then) == (right.at, right.then)) {
        let (tied, after) = rest.split_at_mut(run.len());
        tied.sort_unstable_by(|&left, &right| {
            ids.of_rank(left.id as usize)
                .cmp(ids.of_rank(right.id as usize))
                .then_with(|| table.after_id(left, right))
        });
        rest = after;
    }
    entries
}

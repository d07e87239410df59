//! What one run leaves to the next, so that a log can come in pieces.
//!
//! A run that is continued keeps the *rows* that later ones may need, not the state of any machine: the next run
//! folds and judges them again together with the new rows, by the same code. What is settled before the horizon is
//! only counted: allowances, volumes, control totals, and which messages were seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::fate::Fate;
use super::outcome::{RowNumber, RowSet};
use super::pair::PairKey;
use super::row::Row;
use crate::log::Gone;
use crate::log::totals::{ControlTotals, CountByName};
use crate::memory::{List, Memory};
use crate::vocabulary::{Instant, MICROS_PER_SECOND, Month, Regime};

/// How long a message that was sent may still be delivered: Meta gives it up after 30 days.
pub const DELIVERY_DAYS_MAX: i64 = 30;
/// How long the ids of settled messages are remembered, so that a repeated or late row of one is known.
const SETTLED_ID_DAYS: i64 = 35;
/// And how much longer than the horizon, where that is a long one.
const SETTLED_ID_DAYS_BEYOND_HORIZON: i64 = 28;

const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Marks the key of a message that was not delivered when it was settled.
const UNDELIVERED: u64 = 0x9e37_79b9_7f4a_7c15;

/// The keys of messages whose rows are no longer carried, by the day of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledMessages {
    /// Shared by whoever has them: there are many.
    days: BTreeMap<i32, Arc<Vec<u64>>>,
}

impl SettledMessages {
    /// Keys by day since the epoch, each day's ascending.
    pub fn new(days: BTreeMap<i32, Vec<u64>>) -> Self {
        let days = days.into_iter().map(|(day, keys)| (day, Arc::new(keys)));
        Self {
            days: days.collect(),
        }
    }

    /// Keys by day since the epoch, each day's ascending.
    pub fn days(&self) -> impl ExactSizeIterator<Item = (i32, &[u64])> {
        self.days.iter().map(|(day, keys)| (*day, keys.as_slice()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.days.values().map(|keys| keys.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// All keys, to be asked for.
    pub(super) fn keys(&self) -> HashSet<u64> {
        let mut keys = HashSet::with_capacity(self.len());
        self.days.values().for_each(|day| keys.extend(day.iter()));
        keys
    }

    /// Adds the keys of messages, and forgets those of days before the first that is remembered.
    #[must_use]
    pub fn with(mut self, keys: impl Iterator<Item = (Instant, u64)>, first: Instant) -> Self {
        let first = day(first);
        let mut more: BTreeMap<i32, Vec<u64>> = BTreeMap::new();
        for (at, key) in keys {
            more.entry(day(at)).or_default().push(key);
        }
        for (day, mut keys) in more {
            let of_day = Arc::make_mut(self.days.entry(day).or_default());
            of_day.append(&mut keys);
            of_day.sort_unstable();
            of_day.dedup();
        }
        self.days = self.days.split_off(&first);
        self
    }
}

fn day(at: Instant) -> i32 {
    at.micros().div_euclid(MICROS_PER_DAY) as i32
}

/// An allowance, as it is named across runs: regime, owner, local month.
pub type AllowanceName = (Regime, String, Month);

/// What an earlier run left, beside its rows.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Rows that are no longer part of the log, for each of its first files, which hold those that an earlier run left.
    pub gone: Vec<Gone>,
    /// What was charged before is settled: it was published, and is only counted.
    pub settled_before: Instant,
    /// The end of the log, but for a few clocks that ran ahead.
    pub ends: Instant,
    /// First and last instant of any accepted row so far.
    pub time_range: Option<(Instant, Instant)>,
    /// What earlier runs could no longer settle.
    pub doubts: Doubts,
    /// What became of the rows that are not carried.
    pub totals: ControlTotals,
    /// Rejected rows by code, so far.
    pub rejected_by_code: CountByName,
    /// Rows of other channels, so far.
    pub other_channels: CountByName,
    /// Units of allowances that were charged before [`Self::settled_before`].
    pub allowances: BTreeMap<AllowanceName, u64>,
    /// Messages that were seen and are no longer carried.
    pub messages: SettledMessages,
    /// Whether what was sent counts as delivered, which the first run decided for all (D-3).
    pub assumes_delivery: bool,
    /// Whether some row so far knew more of its message than that it was sent (D-3).
    pub knows_deliveries: bool,
}

/// Messages whose charges are not sure any more, since rows of them came after their time was settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubts {
    /// Of which a row came too late: what they cost is estimated.
    pub late: u64,
    /// Settled as not delivered, and delivered after all: what they cost is missing.
    pub revived: u64,
}

impl Doubts {
    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            late: self.late.saturating_add(other.late),
            revived: self.revived.saturating_add(other.revived),
        }
    }
}

/// What is settled already when pairs are judged.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// What was charged before was published by an earlier run.
    pub before: Instant,
    /// But for messages of which a row came later than that, by the row that stands for each.
    pub late: &'a HashSet<RowNumber>,
}

impl Keeping {
    /// How long before the end of the log the ids of settled messages are remembered.
    pub fn settled_id_micros(&self) -> i64 {
        let beyond = SETTLED_ID_DAYS_BEYOND_HORIZON * MICROS_PER_DAY;
        let beyond = self.horizon_micros.saturating_add(beyond);
        beyond.max(SETTLED_ID_DAYS * MICROS_PER_DAY)
    }
}

impl Settled<'_> {
    /// Whether what a message was charged as at an instant is known already.
    #[inline]
    pub fn holds(&self, charged_at: Instant, row: RowNumber) -> bool {
        charged_at < self.before && !self.late.contains(&row)
    }

    /// Whether an instant is settled, and a row came later that speaks of it.
    #[inline]
    pub fn is_late(&self, charged_at: Instant, row: RowNumber) -> bool {
        charged_at < self.before && self.late.contains(&row)
    }
}

/// What a run is asked to leave.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// How long before the log's last instant rows are still looked at again.
    pub horizon_micros: i64,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Kept {
    /// What was charged before is settled from now on.
    pub settles_before: Instant,
    /// The end of the log, but for a few clocks that ran ahead.
    pub ends: Instant,
    /// The rows that the next run reads again.
    pub rows: RowSet,
    /// What became of the rows that it does not.
    pub totals: ControlTotals,
    /// Rejected rows that it does not read again, by code.
    pub rejected_by_code: CountByName,
    /// Units of allowances that are settled.
    pub allowances: BTreeMap<AllowanceName, u64>,
    /// Messages that are settled.
    pub messages: SettledMessages,
    /// Whether some row so far knew more of its message than that it was sent (D-3).
    pub knows_deliveries: bool,
}

/// A message, as far as it matters whether its rows are carried.
#[derive(Clone, Copy, Debug)]
pub struct Tracked {
    /// The same for all its rows in every run.
    pub key: u64,
    /// Its pair.
    pub pair: PairKey,
    /// Its place in the order T-5.
    pub instant: Instant,
    /// When it was sent.
    pub sent: Instant,
    /// The row that stands for it.
    pub row: RowNumber,
    /// How many rows fold into it.
    pub rows: u32,
    /// How many of them repeat another one.
    pub duplicates: u32,
    /// How many more were rejected because they contradict those (D-4).
    pub conflicts: u32,
    /// What became of it.
    pub fate: Fate,
}

impl Tracked {
    /// How it is remembered when it is settled.
    pub fn settled_key(&self, assumes_delivery: bool) -> u64 {
        match self.fate.is_delivered(assumes_delivery) {
            true => self.key,
            false => self.key ^ UNDELIVERED,
        }
    }

    /// What its rows count as.
    pub fn totals(&self, assumes_delivery: bool) -> ControlTotals {
        let conflicts = u64::from(self.conflicts);
        if let Fate::Rejected(_) = self.fate {
            let rows = u64::from(self.rows) + conflicts;
            return ControlTotals {
                rows_read: rows,
                rejected: rows,
                ..ControlTotals::default()
            };
        }
        let mut totals = ControlTotals {
            rows_read: u64::from(self.rows) + conflicts,
            rejected: conflicts,
            exact_duplicates: u64::from(self.duplicates),
            folded_status_rows: u64::from(self.rows - self.duplicates - 1),
            ..ControlTotals::default()
        };
        let fate = match self.fate {
            Fate::Undecided if assumes_delivery => Fate::Delivered,
            Fate::Undecided => Fate::Undelivered,
            fate => fate,
        };
        fate.count(&mut totals);
        totals
    }
}

/// As what a message was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettledAs {
    /// Delivered, or received.
    Delivered,
    /// Failed, given up, or rejected.
    Undelivered,
}

/// When rows are that no earlier run has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRows {
    /// The last one.
    pub last: Instant,
    /// The first one after the end of the earlier runs' rows.
    pub first_after_end: Option<Instant>,
}

/// What folding has noted, in a run that leaves something or continues: messages and rows until [`Seen`] takes them.
#[derive(Debug, Default)]
pub struct Track {
    /// Every message.
    pub messages: Vec<Tracked>,
    /// Rows that do not stand for their message, each with the one that does.
    pub followers: Vec<(RowNumber, RowNumber)>,
    /// Messages with a new row whose instant is settled already, by the row that stands for each.
    pub late: Vec<RowNumber>,
    /// Rows of settled messages.
    pub settled_rows: u64,
    /// Settled messages that were not delivered, and now are.
    pub revived: u64,
    /// When the rows are that no earlier run has left.
    pub new_rows: Option<NewRows>,
}

impl Track {
    fn see(&mut self, rows: NewRows) {
        self.new_rows = Some(match self.new_rows {
            None => rows,
            Some(known) => NewRows {
                last: known.last.max(rows.last),
                first_after_end: known
                    .first_after_end
                    .into_iter()
                    .chain(rows.first_after_end)
                    .min(),
            },
        });
    }

    /// Adds what another part has seen.
    pub fn append(&mut self, other: &mut Self) {
        self.late.append(&mut other.late);
        self.settled_rows += other.settled_rows;
        self.revived += other.revived;
        if let Some(rows) = other.new_rows {
            self.see(rows);
        }
    }
}

/// All messages and rows that folding has seen, in no particular order, where the next run may need them.
#[derive(Debug)]
pub struct Seen {
    /// Every message.
    pub messages: List<Tracked>,
    /// Rows that do not stand for their message, each with the one that does.
    pub followers: List<(RowNumber, RowNumber)>,
}

impl Seen {
    /// Nothing yet.
    pub fn new(memory: &Memory) -> Self {
        Self {
            messages: List::new(memory),
            followers: List::new(memory),
        }
    }

    /// Takes what a part of the log has noted of its messages and rows.
    pub fn take(&mut self, track: &mut Track) {
        let messages = std::mem::take(&mut track.messages);
        self.messages.extend(messages.into_iter());
        let followers = std::mem::take(&mut track.followers);
        self.followers.extend(followers.into_iter());
    }
}

/// What folding asks of rows that an earlier run left, and notes for the next one.
#[derive(Debug)]
pub struct Carrying {
    /// Rows below this number were left by an earlier run.
    pub carried_rows: u32,
    /// What was charged before is settled.
    pub settled_before: Option<Instant>,
    /// The end of the rows of earlier runs.
    pub ends: Instant,
    /// Keys of messages whose rows are no longer there.
    pub settled: HashSet<u64>,
    /// Whether messages are noted for the next run.
    pub keeps: bool,
}

impl Carrying {
    /// Whether anything is to be noted of messages.
    pub fn tracks(&self) -> bool {
        self.keeps || self.carried_rows > 0
    }

    /// Whether all rows of a row's message belong to one that is settled, and how.
    #[inline]
    pub fn settled(&self, row: &Row) -> Option<SettledAs> {
        // Of a settled message no row is carried.
        if self.settled.is_empty() || row.number().0 < self.carried_rows {
            return None;
        }
        let key = row.fold_key();
        if self.settled.contains(&key) {
            return Some(SettledAs::Delivered);
        }
        let is_undelivered = self.settled.contains(&(key ^ UNDELIVERED));
        is_undelivered.then_some(SettledAs::Undelivered)
    }

    /// Notes rows that contradict the message that was noted last.
    pub fn track_conflicts(&self, rows: &[RowNumber], track: &mut Track) {
        if !self.keeps || rows.is_empty() {
            return;
        }
        if let Some(message) = track.messages.last_mut() {
            message.conflicts += rows.len() as u32;
            let leader = message.row;
            track
                .followers
                .extend(rows.iter().map(|&row| (row, leader)));
        }
    }

    /// Notes a message and its rows. `delivered_by` says when some of its rows alone would have it delivered.
    pub fn track(
        &self,
        message: Tracked,
        rows: &[Row],
        delivered_by: impl FnOnce(&[Row]) -> Option<Instant>,
        track: &mut Track,
    ) {
        let is_new = |row: &Row| row.number().0 >= self.carried_rows;
        for row in rows.iter().filter(|row| is_new(row)) {
            let at = row.timestamp();
            track.see(NewRows {
                last: at,
                first_after_end: (self.ends < at).then_some(at),
            });
        }
        if let Some(settled) = self.settled_before
            && message.instant < settled
            && rows.iter().any(is_new)
        {
            let carried: Vec<Row> = rows.iter().filter(|row| !is_new(row)).copied().collect();
            // What the carried rows alone say was published and settled, whatever comes after.
            let was_settled = delivered_by(&carried).is_some_and(|at| at < settled);
            if !was_settled {
                track.late.push(message.row);
            }
        }
        if self.keeps {
            track.messages.push(message);
            let others = rows.iter().map(Row::number);
            let others = others.filter(|&row| row != message.row);
            track.followers.extend(others.map(|row| (row, message.row)));
        }
    }
}

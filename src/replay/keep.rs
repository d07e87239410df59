//! What a run leaves to the next one: decided before its pairs are judged, drawn up afterwards.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hashbrown::HashSet;

use super::carried::{Carried, DELIVERY_DAYS_MAX, Keeping, Kept, Seen, Tracked};
use super::fate::Fate;
use super::outcome::{RowNumber, RowSet};
use super::pair::PairTable;
use super::reject::RejectReason;
use super::rest::RestSearch;
use super::terms::Terms;
use crate::log::columns::Column;
use crate::log::totals::{ControlTotals, CountByName};
use crate::memory::List;
use crate::vocabulary::{Instant, MICROS_PER_SECOND};

const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// One message in so many may have a clock that runs far ahead.
const STRAYS_ONE_IN: usize = 1_000;

/// Draws up what is left.
pub struct Keeper<'a> {
    carried: Option<&'a Carried>,
    settles_before: Instant,
    end_of_log: Instant,
    keeping: Keeping,
    seen: &'a Seen,
    assumes_delivery: bool,
}

impl<'a> Keeper<'a> {
    /// What was charged the horizon before the end of the log, and all before that, will be settled; what an earlier
    /// run settled stays so.
    pub fn new(
        keeping: Keeping,
        carried: Option<&'a Carried>,
        seen: &'a Seen,
        assumes_delivery: bool,
    ) -> Self {
        let settled = carried.map_or(Instant::MIN, |carried| carried.settled_before);
        let ends = carried.map_or(Instant::MIN, |carried| carried.ends);
        let end_of_log = end_but_for_strays(&seen.messages).map_or(ends, |end| end.max(ends));
        Self {
            carried,
            settles_before: before(end_of_log, keeping.horizon_micros).max(settled),
            end_of_log,
            keeping,
            seen,
            assumes_delivery,
        }
    }

    /// What was charged before will be settled.
    pub fn settles_before(&self) -> Instant {
        self.settles_before
    }

    /// A search for the messages that the next run must see again.
    pub fn rest<'t>(&self, terms: &'t Terms, pairs: &'t PairTable) -> RestSearch<'t> {
        let messages = self.seen.messages.iter();
        let waiting = messages.filter(|message| self.waits(message));
        RestSearch::new(self.settles_before, terms, pairs, waiting)
    }

    /// What is left of a log whose pairs are judged; `totals` are those of all runs so far, and so many rows were
    /// read in this one.
    pub fn keep(
        &self,
        (since_rest, opted_out): (Vec<RowNumber>, &HashSet<RowNumber>),
        totals: &ControlTotals,
        rejected_by_code: &CountByName,
        rows: u32,
    ) -> Kept {
        let since_rest = RowSet::among(u64::from(rows), since_rest.into_iter());
        // An opt-out by error 131050 is a failure: it is remembered as long as a delivery could be.
        let stays = |message: &Tracked| {
            message.instant >= self.settles_before
                || self.waits(message)
                || since_rest.contains(message.row)
                || opted_out.contains(&message.row) && message.sent >= self.gives_up_before()
        };
        let mut totals = totals.clone();
        let mut rejected_by_code = rejected_by_code.clone();
        let mut keep_rejected = |code: &str, rows: u32| {
            if let Some(count) = rejected_by_code.get_mut(code) {
                *count -= u64::from(rows);
            }
        };
        for message in self.seen.messages.iter() {
            if stays(message) {
                totals.subtract(&message.totals(self.assumes_delivery));
                if let Fate::Rejected(reason) = message.fate {
                    keep_rejected(reason.code(), message.rows);
                }
                if message.conflicts > 0 {
                    let conflict = RejectReason::Conflict(Column::Direction);
                    keep_rejected(conflict.code(), message.conflicts);
                }
            }
        }
        let messages = self.seen.messages.iter();
        let leaders = messages.filter(|message| stays(message));
        let leaders = leaders.map(|message| message.row);
        let leaders = RowSet::among(u64::from(rows), leaders);
        let followers = self.seen.followers.iter();
        let followers = followers.filter(|(_, leader)| leaders.contains(*leader));
        let rows_left = leaders.iter().chain(followers.map(|(row, _)| *row));
        let messages = self.seen.messages.iter();
        let settled = messages.filter(|message| !leaders.contains(message.row));
        let settled =
            settled.map(|message| (message.instant, message.settled_key(self.assumes_delivery)));
        let first_id = before(self.end_of_log, self.keeping.settled_id_micros());
        let known = self.carried.map(|carried| carried.messages.clone());
        Kept {
            settles_before: self.settles_before,
            ends: self.end_of_log,
            rows: RowSet::among(u64::from(rows), rows_left),
            totals,
            rejected_by_code,
            allowances: Default::default(),
            knows_deliveries: self.carried.is_some_and(|carried| carried.knows_deliveries),
            messages: known.unwrap_or_default().with(settled, first_id),
        }
    }

    /// Whether a message was sent and may still be delivered.
    fn waits(&self, message: &Tracked) -> bool {
        message.sent >= self.gives_up_before() && message.fate.waits(self.assumes_delivery)
    }

    /// What was sent before will not be delivered any more.
    fn gives_up_before(&self) -> Instant {
        before(self.end_of_log, DELIVERY_DAYS_MAX * MICROS_PER_DAY)
    }
}

/// The end of a log that does not count a message in a thousand, and one in any case: a single wrong clock must not
/// settle what is still to come.
fn end_but_for_strays(messages: &List<Tracked>) -> Option<Instant> {
    let strays = 1 + messages.len() / STRAYS_ONE_IN;
    // The strays and the end itself.
    let mut last: BinaryHeap<Reverse<Instant>> = BinaryHeap::with_capacity(strays + 2);
    for message in messages.iter() {
        if last.len() <= strays {
            last.push(Reverse(message.instant));
        } else if let Some(mut first) = last.peek_mut()
            && first.0 < message.instant
        {
            *first = Reverse(message.instant);
        }
    }
    last.peek().map(|first| first.0)
}

fn before(instant: Instant, micros: i64) -> Instant {
    Instant::from_micros(instant.micros().saturating_sub(micros))
}

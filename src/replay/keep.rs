//! What a run leaves to the next one: decided before its pairs are judged, drawn up afterwards.

use hashbrown::HashSet;

use super::carried::{
    Carried, DELIVERY_DAYS_MAX, Keeping, Kept, SETTLED_ID_DAYS, SettledMessages, Tracked,
};
use super::folded::Folded;
use super::outcome::{RowNumber, RowSet};
use super::pair::PairTable;
use super::rest::RestSearch;
use super::terms::Terms;
use crate::log::totals::ControlTotals;
use crate::vocabulary::{Instant, MICROS_PER_SECOND};

const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Draws up what is left.
pub struct Keeper<'a> {
    carried: Option<&'a Carried>,
    settles_before: Instant,
    end_of_log: Instant,
    assumes_delivery: bool,
}

impl<'a> Keeper<'a> {
    /// What was charged the horizon before the end of the log, and all before that, will be settled; what an earlier
    /// run settled stays so.
    pub fn new(
        keeping: Keeping,
        carried: Option<&'a Carried>,
        end_of_log: Option<Instant>,
        assumes_delivery: bool,
    ) -> Self {
        let settled = carried.map_or(Instant::MIN, |carried| carried.settled_before);
        let end_of_log = end_of_log.unwrap_or(settled);
        Self {
            carried,
            settles_before: before(end_of_log, keeping.horizon_micros).max(settled),
            end_of_log,
            assumes_delivery,
        }
    }

    /// What was charged before will be settled.
    pub fn settles_before(&self) -> Instant {
        self.settles_before
    }

    /// A search for the messages that the next run must see again.
    pub fn rest<'t>(
        &self,
        folded: &Folded,
        terms: &'t Terms,
        pairs: &'t PairTable,
    ) -> RestSearch<'t> {
        let messages = folded.track.messages.iter();
        let waiting = messages.filter(|message| self.waits(message));
        RestSearch::new(self.settles_before, terms, pairs, waiting)
    }

    /// What is left of a log whose pairs are judged; `totals` are those of all runs so far, and so many rows were
    /// read in this one.
    pub fn keep(
        &self,
        folded: &Folded,
        since_rest: Vec<RowNumber>,
        totals: &ControlTotals,
        rows: u32,
    ) -> Kept {
        let since_rest: HashSet<RowNumber> = since_rest.into_iter().collect();
        let stays = |message: &Tracked| {
            message.instant >= self.settles_before
                || self.waits(message)
                || since_rest.contains(&message.row)
        };
        let mut totals = totals.clone();
        let mut carried: HashSet<RowNumber> = HashSet::new();
        let mut settled: Vec<(Instant, u64)> = Vec::new();
        for message in &folded.track.messages {
            if stays(message) {
                carried.insert(message.row);
                totals.subtract(&message.totals(self.assumes_delivery));
            } else {
                settled.push((message.instant, message.key));
            }
        }
        let followers = folded.track.followers.iter();
        let followers = followers.filter(|(_, leader)| carried.contains(leader));
        let rows_left = carried
            .iter()
            .copied()
            .chain(followers.map(|(row, _)| *row));
        let first_id = before(self.end_of_log, SETTLED_ID_DAYS * MICROS_PER_DAY);
        let known = self.carried.map(|carried| carried.messages.clone());
        Kept {
            settles_before: self.settles_before,
            rows: RowSet::among(u64::from(rows), rows_left),
            totals,
            allowances: Default::default(),
            messages: known
                .unwrap_or_else(SettledMessages::default)
                .with(settled.into_iter(), first_id),
        }
    }

    /// Whether a message was sent and may still be delivered.
    fn waits(&self, message: &Tracked) -> bool {
        let since = before(self.end_of_log, DELIVERY_DAYS_MAX * MICROS_PER_DAY);
        message.sent >= since && message.fate.waits(self.assumes_delivery)
    }
}

fn before(instant: Instant, micros: i64) -> Instant {
    Instant::from_micros(instant.micros().saturating_sub(micros))
}

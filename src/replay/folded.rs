//! What folding a part of the log found.

use std::ops::AddAssign;

use super::carried::Track;
use super::inferred::Inferred;
use super::outcome::RowNumber;
use super::price_marks::MarkedRow;
use super::reject::Reject;
use super::row::Row;
use super::sighting::Sightings;
use crate::log::totals::ControlTotals;
use crate::vocabulary::Instant;

/// What folding a part of the log found.
#[derive(Debug, Default)]
pub struct Folded {
    /// Outcomes of rows; those of `undecided` messages are missing.
    pub totals: ControlTotals,
    /// Outbound messages of any kind.
    pub outbound_messages: u64,
    /// Messages whose delivery D-3 decides once the whole log is counted.
    pub undecided: u64,
    /// First and last instant of an accepted row.
    pub time_range: Option<(Instant, Instant)>,
    /// Unusable rows.
    pub rejects: Vec<Reject>,
    /// Messages whose rows contradict each other, by their rows.
    pub contradictory: Vec<Vec<Row>>,
    /// Rows whose figures can decide a price.
    pub price_marks: Vec<MarkedRow>,
    /// Messages of which a map's rule has inferred something.
    pub inferred: Inferred,
    /// Undelivered templates whose error says that the customer opted out of marketing, by the row that stands for
    /// each (C-OPT-OUT).
    pub opted_out: Vec<RowNumber>,
    /// What the reader is warned of.
    pub notices: Notices,
    /// What findings speak of, where they were asked for.
    pub sightings: Sightings,
    /// Instants of some rows, by which the time of the log is cut up.
    pub sample: Vec<Instant>,
    /// Messages and rows, in a run that leaves something or continues.
    pub track: Track,
}

/// How often folding saw what a finding speaks of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notices {
    /// Q-CONFLICT: statuses or rows of one message contradict each other.
    pub conflicts: u64,
    /// Q-CLOCK: delivered before it was sent.
    pub delivered_before_sent: u64,
    /// Q-CLOCK: before 2009.
    pub before_2009: u64,
    /// C-RECATEGORISED: the sources of D-7 disagree.
    pub recategorised: u64,
    /// C-UNAPPROVED: the registry says that the template was not approved.
    pub unapproved: u64,
}

impl AddAssign for Notices {
    fn add_assign(&mut self, other: Self) {
        self.conflicts += other.conflicts;
        self.delivered_before_sent += other.delivered_before_sent;
        self.before_2009 += other.before_2009;
        self.recategorised += other.recategorised;
        self.unapproved += other.unapproved;
    }
}

impl Folded {
    /// Adds what another part found.
    pub fn add(&mut self, mut other: Self) {
        self.totals.add(&other.totals);
        self.outbound_messages += other.outbound_messages;
        self.undecided += other.undecided;
        self.time_range = match (self.time_range, other.time_range) {
            (Some(mine), Some(theirs)) => Some((mine.0.min(theirs.0), mine.1.max(theirs.1))),
            (mine, theirs) => mine.or(theirs),
        };
        self.rejects.append(&mut other.rejects);
        self.contradictory.append(&mut other.contradictory);
        self.price_marks.append(&mut other.price_marks);
        self.opted_out.append(&mut other.opted_out);
        self.sightings.append(&mut other.sightings);
        self.inferred += other.inferred;
        self.notices += other.notices;
        self.sample.append(&mut other.sample);
        self.track.append(&mut other.track);
    }

    /// Takes the instant of an accepted row into account.
    pub fn see(&mut self, instant: Instant) {
        let (first, last) = self.time_range.unwrap_or((instant, instant));
        self.time_range = Some((first.min(instant), last.max(instant)));
    }
}

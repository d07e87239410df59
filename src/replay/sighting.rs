//! What the replay sees on its way that a finding speaks of; what it costs is found out later.

use super::outcome::RowNumber;
use super::pair::PairKey;
use crate::memory::{List, Memory};
use crate::vocabulary::{FindingCode, Instant, TemplateCategory};

/// Something seen at a message.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// What.
    pub code: FindingCode,
    /// Whose message it is.
    pub pair: PairKey,
    /// Its account, as a code of the log's words.
    pub account: u32,
    /// A row of it.
    pub row: RowNumber,
    /// When.
    pub at: Instant,
    /// What else there is to say.
    pub detail: Detail,
    /// Where the rows of the charges at stake stand among all of [`Sightings::charges`].
    first_charge: u32,
    charge_count: u32,
}

/// What a sighting says beside its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    None,
    /// Whether the message was delivered.
    Delivered(bool),
    /// What another source of D-7 calls the template.
    OtherCategory(TemplateCategory),
    /// A row lies before there was a WhatsApp (Q-CLOCK).
    Before2009,
    /// A row lies more than a day after the exporter learned of it (Q-CLOCK).
    AfterSeen,
    /// Statuses of one message contradict each other.
    Statuses,
    /// Rows of one message contradict each other.
    Rows,
    /// The text of the message looks like a one-time code.
    OneTimeCode,
    /// Since when the stop list has the customer, and whether the message was delivered.
    StoppedSince(Instant, bool),
    /// Until when a timely answer would have kept the entry point open.
    OpenUntil(Instant),
}

/// Sightings of a part of the log, in no particular order.
#[derive(Debug, Default)]
pub struct Sightings {
    /// What was seen.
    pub list: List<Sighting>,
    /// Rows of messages whose charges are at stake.
    charges: Vec<RowNumber>,
    /// Messages to customers outside a window, of accounts with a messaging limit (C-LIMIT).
    pub reaches: Vec<Reach>,
}

/// A customer reached outside of any customer service window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// The account, as a code of the log's words.
    pub account: u32,
    /// When.
    pub at: Instant,
    /// Whom.
    pub pair: PairKey,
    /// A row of the message.
    pub row: RowNumber,
}

impl Sightings {
    /// None yet; many will be kept there.
    pub fn new(memory: &Memory) -> Self {
        Self {
            list: List::new(memory),
            ..Self::default()
        }
    }

    /// Adds a sighting, and the rows of the messages whose charges are at stake.
    pub fn add(&mut self, mut sighting: Sighting, charges: &[RowNumber]) {
        sighting.first_charge = self.charges.len() as u32;
        sighting.charge_count = charges.len() as u32;
        self.charges.extend_from_slice(charges);
        self.list.push(sighting);
    }

    /// Keeps some sightings, with the charges at stake in them.
    pub fn keep(&mut self, is_kept: impl Fn(&Sighting) -> bool) {
        let all = std::mem::take(self);
        for sighting in all.list.iter().filter(|sighting| is_kept(sighting)) {
            self.add(*sighting, all.charges_of(sighting));
        }
        self.reaches = all.reaches;
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.reaches.is_empty()
    }

    /// Moves what another part saw to the end.
    pub fn append(&mut self, other: &mut Self) {
        let offset = self.charges.len() as u32;
        self.charges.append(&mut other.charges);
        self.reaches.append(&mut other.reaches);
        self.list
            .extend(other.list.iter().map(|&sighting| Sighting {
                first_charge: sighting.first_charge + offset,
                ..sighting
            }));
        other.list.clear();
    }

    /// The rows of the messages whose charges are at stake.
    pub fn charges_of(&self, sighting: &Sighting) -> &[RowNumber] {
        &self.charges[sighting.first_charge as usize..][..sighting.charge_count as usize]
    }

    /// All of them.
    pub fn charges(&self) -> &[RowNumber] {
        &self.charges
    }
}

impl Sighting {
    /// Something seen at a message.
    pub fn new(
        code: FindingCode,
        pair: PairKey,
        account: u32,
        row: RowNumber,
        at: Instant,
        detail: Detail,
    ) -> Self {
        Self {
            code,
            pair,
            account,
            row,
            at,
            detail,
            first_charge: 0,
            charge_count: 0,
        }
    }
}

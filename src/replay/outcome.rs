//! What a replay finds: conversations, charges, and where their names are.

use std::sync::Arc;

use hashbrown::HashMap;

use super::activity::Activity;
use super::carried::{Doubts, Kept, NewRows};
pub use super::inferred::Inferred;
pub use super::notes::{Mark, Note, Notes};
pub use super::pair::{PairKey, PairTable};
pub use super::records::{Record, Records};
pub use super::row_set::RowSet;
pub use super::sighting::{Detail, Reach, Sighting, Sightings};
use crate::log::cell::CellContext;
use crate::log::totals::{ControlTotals, CountByName};
use crate::memory::Memory;
use crate::tariff::{Amount, Money};
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, CloseReason, ConversationCategory, Instant, LocalDate, Month,
    PricingType, Regime, Rule,
};

/// The place of a row among all rows read; a handle within one run that never decides an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNumber(pub u32);

/// An opened conversation or free entry point.
#[derive(Clone, Copy, Debug)]
pub struct Conversation {
    /// Whose conversation it is.
    pub pair: PairKey,
    /// When it opened.
    pub opened_at: Instant,
    /// Its scheduled end.
    pub expires_at: Instant,
    /// Its actual end; meaningless while `close_reason` is `OpenAtEndOfLog`.
    pub closed_at: Instant,
    /// A row of the message that opened it.
    pub opened_by: RowNumber,
    /// Delivered business messages that belong to it, the opener included, reactions not.
    pub messages_outbound: u32,
    /// Inbound messages that belong to it (C23-7).
    pub messages_inbound: u32,
    /// Account of the opener, as a code of [`CellContext::accounts`].
    pub account: u32,
    /// Its category.
    pub category: ConversationCategory,
    /// The regime of its opening.
    pub regime: Regime,
    /// The rule that opened it.
    pub rule: Rule,
    /// How it ended.
    pub close_reason: CloseReason,
    /// Whether it opened in the period asked for; earlier ones only explain what is written.
    pub is_written: bool,
    /// Whether it is a free entry point and a written charge inside it is estimated (S-12).
    pub is_estimated: bool,
}

/// A chargeable or free unit, as replay sees it: everything but the price.
#[derive(Clone, Copy, Debug)]
pub struct Charge {
    /// Whose message or conversation it is.
    pub pair: PairKey,
    /// The instant of T-3: the opening, or the delivery of the message.
    pub charged_at: Instant,
    /// When the message (the conversation's opener) was sent.
    pub sent_at: Instant,
    /// A row of the message.
    pub row: RowNumber,
    /// The conversation it belongs to, by [`Conversation::opened_by`].
    pub conversation: Option<RowNumber>,
    /// Local date of `charged_at`.
    pub local_date: LocalDate,
    /// Account of the message, as a code of [`CellContext::accounts`].
    pub account: u32,
    /// Conversation or message.
    pub unit: ChargeUnit,
    /// The regime that decided it.
    pub regime: Regime,
    /// The rule that decided it.
    pub rule: Rule,
    /// What it is charged as.
    pub category: ChargeCategory,
    /// How it is priced.
    pub pricing_type: PricingType,
    /// Whether something the log cannot settle decided it (S-12).
    pub estimated: bool,
    /// Whether an edge decided it (S-08).
    pub edge: bool,
    /// Whether it takes part in a month's allowance (C22-3, C23-6, P26-2).
    pub uses_allowance: bool,
    /// Whether the customer service window was open for the message (S-24 asks).
    pub in_window: bool,
    /// Whether an authentication conversation is charged at the international rate; messages then have
    /// a category of their own.
    pub is_international: bool,
    /// Whether the message belongs to a group: R-3 asks.
    pub in_group: bool,
    /// Whether it lies in the period asked for; earlier ones only use up allowances and tiers.
    pub is_written: bool,
}

impl Charge {
    /// Whether the unit costs something.
    pub fn is_chargeable(&self) -> bool {
        self.pricing_type == PricingType::Regular
    }

    /// Whether it stands for a message that a conversation of conversation-based pricing covers: written
    /// on request, and no unit of any bill.
    pub fn is_detail(&self) -> bool {
        self.unit == ChargeUnit::Message && !self.regime.is_per_message()
    }
}

/// The conversations and charges of a stretch of time, in no particular order.
///
/// No instant (the opening, or that of T-3) lies before one of an earlier part.
#[derive(Debug, Default)]
pub struct Part {
    /// Opened conversations.
    pub conversations: Records<Conversation>,
    /// Charges.
    pub charges: Records<Charge>,
}

/// Message ids of some rows.
#[derive(Debug, Default)]
pub struct MessageIds {
    rows: RowSet,
    /// Where each row's id stands, by rank.
    spans: Vec<IdSpan>,
    pieces: Vec<Vec<u8>>,
}

/// A piece of bytes, and where in it an id stands.
#[derive(Clone, Copy, Debug, Default)]
struct IdSpan {
    piece: u32,
    start: u32,
    length: u32,
}

impl MessageIds {
    /// Room for the ids of these rows, all empty.
    pub fn of(rows: RowSet) -> Self {
        Self {
            spans: vec![IdSpan::default(); rows.len()],
            rows,
            pieces: vec![Vec::new()],
        }
    }

    /// Keeps the ids of rows with consecutive ranks.
    ///
    /// # Panics
    /// If they have more than 4 GiB: a piece is what a chunk of the log has.
    pub fn set(&mut self, first_rank: usize, ids: &[&[u8]]) {
        let mut bytes = Vec::with_capacity(ids.iter().map(|id| id.len()).sum());
        let piece = self.pieces.len() as u32;
        for (span, id) in self.spans[first_rank..].iter_mut().zip(ids) {
            let start = u32::try_from(bytes.len()).expect("ids of a chunk");
            let length = id.len() as u32;
            *span = IdSpan {
                piece,
                start,
                length,
            };
            bytes.extend_from_slice(id);
        }
        self.pieces.push(bytes);
    }

    /// The id of a row.
    ///
    /// # Panics
    /// If the row is none of those asked for.
    #[inline]
    pub fn get(&self, row: RowNumber) -> &[u8] {
        self.of_rank(self.rank(row))
    }

    /// The place of a row among those asked for.
    #[inline]
    pub fn rank(&self, row: RowNumber) -> usize {
        self.rows.rank(row)
    }

    /// The id at a place.
    #[inline]
    pub fn of_rank(&self, rank: usize) -> &[u8] {
        let IdSpan {
            piece,
            start,
            length,
        } = self.spans[rank];
        &self.pieces[piece as usize][start as usize..(start + length) as usize]
    }

    /// The rows asked for.
    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// Bytes of all ids together.
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }
}

/// Fetches message ids again from the log.
pub trait FetchMessageIds: Sync {
    /// The ids of these rows.
    ///
    /// # Errors
    /// If a file of the log can no longer be read.
    fn message_ids(&self, rows: RowSet) -> anyhow::Result<MessageIds>;
}

impl<T: FetchMessageIds + Send> FetchMessageIds for Arc<T> {
    fn message_ids(&self, rows: RowSet) -> anyhow::Result<MessageIds> {
        (**self).message_ids(rows)
    }
}

/// What Meta's marks or the business's bid say of a message's price (K-1, X-3). Few messages have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceMark {
    /// The bid of a max-price message.
    pub max_price: Option<Amount>,
    /// Meta's `cost` mark.
    pub cost: Option<Money>,
}

/// How far an allowance of a month is used (C22-3, C23-6, P26-2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AllowancePosition {
    /// The regime that grants it.
    pub regime: Regime,
    /// The account, or the business number under per-message pricing (S-18).
    pub owner: String,
    /// The local month.
    pub month: Month,
    /// How many units it covers.
    pub size: u64,
    /// How many were used outside of the log.
    pub used_elsewhere: u64,
    /// How many units of the log take part in it.
    pub units: u64,
}

impl AllowancePosition {
    /// How many units of the log it can make free.
    pub fn left(&self) -> u64 {
        self.size.saturating_sub(self.used_elsewhere)
    }

    /// How many units of the log it makes free.
    pub fn free(&self) -> u64 {
        self.left().min(self.units)
    }
}

/// Something the run wants the reader to know, most important first.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// A finding's code (`Q-CONFLICT`) or a setting's id (`S-02`).
    pub code: String,
    /// How many messages or rows.
    pub count: u64,
    /// One sentence: what was seen, what it means, what to do next.
    pub text: String,
}

/// Everything a replay found.
pub struct Outcome {
    /// Conversations and charges, by stretches of time.
    pub parts: Vec<Part>,
    /// Names of pairs.
    pub pairs: Arc<PairTable>,
    /// Names of accounts.
    pub cells: Arc<CellContext>,
    /// Where what grows with the log is kept.
    pub memory: Memory,
    /// Prices that marks and bids state, by the message's row as charges name it.
    pub price_marks: Arc<HashMap<RowNumber, PriceMark>>,
    /// How far each allowance is used, by regime, owner and month.
    pub allowances: Vec<AllowancePosition>,
    /// What findings speak of, where they were asked for.
    pub sightings: Sightings,
    /// Which business numbers were active when, where findings were asked for.
    pub activity: Activity,
    /// Charged messages that entry points of 168 hours would make free (S-11b), where findings were asked for.
    pub freed_by_longer_entry_points: Vec<RowNumber>,
    /// Meta's marks by the row of a message, where findings were asked for.
    pub notes: Notes,
    /// Control totals, closed; those of earlier runs are in them.
    pub totals: ControlTotals,
    /// Rows below this number were left by an earlier run.
    pub carried_rows: u32,
    /// First and last instant of the rows that no earlier run has left, in a run that continues or is continued.
    pub new_rows: Option<NewRows>,
    /// Rejected rows that no earlier run has left.
    pub new_rejects: u64,
    /// Messages of which a row came after their instant was settled.
    pub doubts: Doubts,
    /// How many rows this run has gone through, carried ones included.
    pub rows: u32,
    /// Rows of messages that were settled, which change nothing any more.
    pub settled_rows: u64,
    /// What is left to the next run, where that was asked for.
    pub kept: Option<Kept>,
    /// Rejected rows by code.
    pub rejected_by_code: CountByName,
    /// Rows of other channels, by channel.
    pub other_channels: CountByName,
    /// Messages whose kind or category a map's rule has inferred.
    pub inferred: Inferred,
    /// First and last instant of any accepted row, if there is one.
    pub time_range: Option<(Instant, Instant)>,
    /// Whether messages without a delivery status count as delivered (D-3).
    pub sent_counts_as_delivered: bool,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// Whether the evidence is incomplete, and why (exit code 4).
    pub incomplete: Vec<String>,
}

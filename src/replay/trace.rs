//! What the machine does at the messages of a few pairs, told step by step (`explain`).
//!
//! A [`Tracer`] goes with a replay and is told by the machine itself, so that no rule is written twice.
//! It decides nothing. A replay without one asks for it once for each chunk and each pair.

use std::sync::Mutex;

use hashbrown::HashSet;

use super::message::Message;
use super::outcome::RowNumber;
use super::pair::{PairKey, PairParts};
use super::partition::lock;
use crate::log::CellCode;
use crate::log::chunk::Chunk;
use crate::log::columns::Column;
use crate::vocabulary::{Direction, Instant, Regime};

/// A business number and a customer, as the codes of their cells: all pairs of the two, that of each
/// group included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The business number.
    pub business: CellCode,
    /// The customer.
    pub customer: CellCode,
}

impl Wanted {
    /// The business number and the customer of a pair.
    pub fn of(parts: PairParts) -> Self {
        Self {
            business: CellCode(u64::from(parts.business)),
            customer: CellCode(parts.customer),
        }
    }
}

/// Listens to a replay for the pairs that were asked for.
#[derive(Debug, Default)]
pub struct Tracer {
    wanted: HashSet<(u64, u64)>,
    businesses: HashSet<u64>,
    heard: Mutex<Heard>,
}

/// What a replay told of the pairs that were asked for.
#[derive(Debug, Default)]
pub struct Heard {
    /// Whether any row has one of the business numbers.
    pub knows_business: bool,
    /// Every row of the pairs, whatever became of it, in no particular order.
    pub rows: Vec<RowNumber>,
    /// Inbound rows of groups of the business, whoever wrote them: code of the group, time, row.
    pub group_rows: Vec<(u32, Instant, RowNumber)>,
    /// The pairs, in no particular order.
    pub pairs: Vec<PairTrace>,
}

/// What the machine did with a pair.
#[derive(Debug)]
pub struct PairTrace {
    /// The pair.
    pub pair: PairKey,
    /// When its customer service windows start or start again, ascending; a group's are of all members.
    pub window_starts: Vec<Instant>,
    /// How long each of them is, in hours (W-1).
    pub window_hours: i64,
    /// Its messages in the order T-5: those that the machine was shown.
    pub messages: Vec<TracedMessage>,
}

/// What the machine did at a message.
#[derive(Debug)]
pub struct TracedMessage {
    /// The message.
    pub message: Message,
    /// Whether the customer service window was open for it, where that was asked (W-3).
    pub in_window: Option<bool>,
    /// The regime that judged it, if it was delivered under one.
    pub regime: Option<Regime>,
    /// What it did, in this order.
    pub steps: Vec<Step>,
}

/// What a message did. Conversations are named by [`super::outcome::Conversation::opened_by`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It started the customer service window, or started it again (W-1, W-4).
    StartedWindow {
        /// The end of the window, half open.
        until: Instant,
        /// Whether the window was open already.
        extends: bool,
    },
    /// A click armed the pair until an instant (F-2); inside an entry point for answers from its end (F-7).
    Armed {
        /// Half open.
        until: Instant,
        /// The end of the open entry point.
        answer_from: Option<Instant>,
    },
    /// A click inside an entry point did nothing (S-14).
    ClickIgnored,
    /// It answered a click and opened a free entry point (F-3).
    OpenedEntryPoint {
        /// The entry point.
        conversation: RowNumber,
        /// When the click came.
        click: Instant,
        /// Whether Meta's mark proves it (S-12).
        is_marked: bool,
    },
    /// It opened a conversation.
    Opened(RowNumber),
    /// It belongs to a conversation or entry point that was open.
    Joined(RowNumber),
}

impl Tracer {
    /// A tracer for these pairs.
    pub fn new(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        let wanted: HashSet<(u64, u64)> = wanted
            .into_iter()
            .map(|wanted| (wanted.business.0, wanted.customer.0))
            .collect();
        Self {
            businesses: wanted.iter().map(|&(business, _)| business).collect(),
            wanted,
            heard: Mutex::default(),
        }
    }

    /// What was heard.
    pub fn into_heard(self) -> Heard {
        self.heard
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Notes the rows of a chunk that belong to the pairs.
    pub(super) fn look(&self, chunk: &Chunk, first_row: RowNumber) {
        let column = |column: Column| &chunk.columns[column.index()];
        let (businesses, customers) = (column(Column::Business), column(Column::Customer));
        let groups = column(Column::Group);
        let mut heard = Heard::default();
        for (index, (business, customer)) in businesses.iter().zip(customers).enumerate() {
            if !self.businesses.contains(&business.0) {
                continue;
            }
            heard.knows_business = true;
            let number = RowNumber(first_row.0 + index as u32);
            if self.wanted.contains(&(business.0, customer.0)) {
                heard.rows.push(number);
            }
            let is_inbound =
                column(Column::Direction)[index] == CellCode(Direction::Inbound as u64);
            if let Some(group) = groups.get(index).filter(|group| group.is_value())
                && is_inbound
                && let Some(at) = column(Column::Timestamp)[index].instant()
            {
                heard.group_rows.push((group.0 as u32, at, number));
            }
        }
        if heard.knows_business {
            let mut all = lock(&self.heard);
            all.knows_business = true;
            all.rows.append(&mut heard.rows);
            all.group_rows.append(&mut heard.group_rows);
        }
    }

    /// Begins a pair, if it was asked for.
    pub(super) fn begin(
        &self,
        pair: PairKey,
        parts: PairParts,
        window_starts: &[Instant],
        window_hours: i64,
    ) -> Option<PairTrace> {
        let is_wanted = self
            .wanted
            .contains(&(u64::from(parts.business), parts.customer));
        is_wanted.then(|| PairTrace {
            pair,
            window_starts: window_starts.to_vec(),
            window_hours,
            messages: Vec::new(),
        })
    }

    /// Takes a pair whose messages have all been told.
    pub(super) fn end(&self, trace: PairTrace) {
        lock(&self.heard).pairs.push(trace);
    }
}

impl PairTrace {
    /// The machine is shown the next message.
    pub(super) fn message(&mut self, message: &Message) {
        self.messages.push(TracedMessage {
            message: *message,
            in_window: None,
            regime: None,
            steps: Vec::new(),
        });
    }

    /// The message at hand did something.
    pub(super) fn step(&mut self, step: Step) {
        if let Some(message) = self.messages.last_mut() {
            message.steps.push(step);
        }
    }

    /// The message at hand is judged under a regime, in or out of the window.
    pub(super) fn judged(&mut self, regime: Regime, in_window: bool) {
        if let Some(message) = self.messages.last_mut() {
            message.regime = Some(regime);
            message.in_window = Some(in_window);
        }
    }
}

//! The table of conversations, ordered by opening, opening message, customer, account, category.

use std::cmp::Ordering;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Frame, Texts, Words};
use super::identities::Identities;
use super::names::Names;
use super::order::{Entry, Ordered, Slice};
use super::{BLOCK_ROWS, rows_of};
use crate::replay::outcome::{Conversation, Outcome, RowNumber};
use crate::vocabulary::{CloseReason, HexId};

/// The columns of `conversations` (contract: what a run writes).
pub const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("conversation_id", Kind::Text),
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("customer", Kind::Text),
    ColumnSpec::required("category", Kind::Word),
    ColumnSpec::required("opened_at", Kind::Instant),
    ColumnSpec::required("expires_at", Kind::Instant),
    ColumnSpec::nullable("closed_at", Kind::Instant),
    ColumnSpec::required("close_reason", Kind::Word),
    ColumnSpec::required("opened_by", Kind::Text),
    ColumnSpec::required("regime", Kind::Word),
    ColumnSpec::required("rule", Kind::Word),
    ColumnSpec::required("messages_outbound", Kind::Count),
    ColumnSpec::required("messages_inbound", Kind::Count),
];

/// The conversations of an outcome, and their ids once they are known.
pub struct Conversations<'a> {
    outcome: &'a Outcome,
    names: &'a Names<'a>,
    ids: ConversationIds,
}

/// The id of each conversation, by part and place.
pub struct ConversationIds {
    first_of_part: Vec<usize>,
    ids: Vec<AtomicU64>,
}

impl ConversationIds {
    fn new(outcome: &Outcome) -> Self {
        let mut first_of_part = Vec::with_capacity(outcome.parts.len());
        let mut count = 0;
        for part in &outcome.parts {
            first_of_part.push(count);
            count += part.conversations.len();
        }
        Self {
            first_of_part,
            ids: (0..count).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// The id of a conversation.
    pub fn get(&self, part: u32, place: u32) -> HexId {
        HexId(self.ids[self.first_of_part[part as usize] + place as usize].load(Relaxed))
    }

    fn set(&self, entry: Entry, id: HexId) {
        let index = self.first_of_part[entry.part as usize] + entry.place as usize;
        self.ids[index].store(id.0, Relaxed);
    }
}

impl<'a> Conversations<'a> {
    /// The conversations of an outcome.
    pub fn new(outcome: &'a Outcome, names: &'a Names<'a>) -> Self {
        Self {
            outcome,
            names,
            ids: ConversationIds::new(outcome),
        }
    }

    /// The ids, complete once every frame has been built.
    pub fn into_ids(self) -> ConversationIds {
        self.ids
    }

    /// One entry for each conversation that opened in the period asked for, or for each other one.
    pub fn entries(&self, is_written: bool) -> Vec<Entry> {
        rows_of(
            &self.outcome.parts,
            |part| &part.conversations,
            |conversation| {
                (conversation.is_written == is_written)
                    .then_some((conversation.opened_at, conversation.opened_at))
            },
        )
    }

    fn at(&self, entry: Entry) -> &Conversation {
        &self.outcome.parts[entry.part as usize].conversations[entry.place as usize]
    }

    /// Builds a row group.
    pub fn frame(&self, slice: &Slice<'_>) -> Frame {
        let rows = slice.len();
        let mut id = Texts::with_capacity(rows, 16);
        let mut account = Words::with_capacity(rows);
        let mut business = Words::with_capacity(rows);
        let mut customer = Texts::with_capacity(rows, 12);
        let mut category = Words::with_capacity(rows);
        let mut opened_at = Vec::with_capacity(rows);
        let mut expires_at = Vec::with_capacity(rows);
        let mut closed_at = Vec::with_capacity(rows);
        let mut close_reason = Words::with_capacity(rows);
        let mut opened_by = Texts::with_capacity(rows, 32);
        let mut regime = Words::with_capacity(rows);
        let mut rule = Words::with_capacity(rows);
        let mut outbound = Vec::with_capacity(rows);
        let mut inbound = Vec::with_capacity(rows);
        let mut identities = Identities::default();
        let (mut number, mut opened) = (Vec::new(), Vec::new());
        let mut block = Vec::with_capacity(BLOCK_ROWS);
        for first in (0..rows).step_by(BLOCK_ROWS) {
            let entries = &slice.entries()[first..rows.min(first + BLOCK_ROWS)];
            block.clear();
            block.extend(entries.iter().map(|&entry| *self.at(entry)));
            identities.clear();
            for (place, row) in block.iter().enumerate() {
                self.names.customer(row.pair, &mut number);
                customer.push(&number);
                opened.clear();
                let _ = write!(opened, "{}", row.opened_at.millis());
                identities.push(&[
                    b"conversation",
                    self.names.accounts[row.account as usize].as_bytes(),
                    self.names.business(row.pair).1.as_bytes(),
                    &number,
                    row.category.name().as_bytes(),
                    &opened,
                    slice.id(first + place),
                ]);
            }
            for (&identity, &entry) in identities.hashed().iter().zip(entries) {
                self.ids.set(entry, identity);
                id.push(&identity.digits());
            }
            for (place, row) in block.iter().enumerate() {
                let account_name = &self.names.accounts[row.account as usize];
                let (business_code, business_name) = self.names.business(row.pair);
                account.push_code(row.account as usize, || account_name.as_str().into());
                business.push_code(business_code, || business_name.into());
                category.push_code(row.category as usize, || row.category.name().into());
                opened_at.push(Some(row.opened_at.micros()));
                expires_at.push(Some(row.expires_at.micros()));
                let closed = row.close_reason != CloseReason::OpenAtEndOfLog;
                closed_at.push(closed.then(|| row.closed_at.micros()));
                close_reason
                    .push_code(row.close_reason as usize, || row.close_reason.name().into());
                opened_by.push(slice.id(first + place));
                regime.push_code(row.regime as usize, || row.regime.name().into());
                rule.push_code(row.rule as usize, || row.rule.name().into());
                outbound.push(i64::from(row.messages_outbound));
                inbound.push(i64::from(row.messages_inbound));
            }
        }
        Frame {
            rows,
            columns: vec![
                Cells::Text(id),
                Cells::Words(account),
                Cells::Words(business),
                Cells::Text(customer),
                Cells::Words(category),
                Cells::Instants(opened_at),
                Cells::Instants(expires_at),
                Cells::Instants(closed_at),
                Cells::Words(close_reason),
                Cells::Text(opened_by),
                Cells::Words(regime),
                Cells::Words(rule),
                Cells::Integers(outbound),
                Cells::Integers(inbound),
            ],
        }
    }
}

impl Ordered for Conversations<'_> {
    fn row(&self, entry: Entry) -> RowNumber {
        self.at(entry).opened_by
    }

    fn after_id(&self, left: Entry, right: Entry) -> Ordering {
        let (left, right) = (self.at(left), self.at(right));
        self.names
            .compare_pairs(left.pair, left.account, right.pair, right.account)
            .then_with(|| left.category.name().cmp(right.category.name()))
    }
}

//! The table of conversations, ordered by opening, opening message, customer, account, category.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Texts, Words};
use super::identities::Identities;
use super::names::{Names, Prefixes, push_digits};
use super::order::{Entry, Key, Ordered, Slice};
use super::{BLOCK_ROWS, Table};
use crate::memory::Block;
use crate::replay::outcome::{Conversation, MessageIds, Outcome, Part, RowNumber, RowSet};
use crate::vocabulary::{CloseReason, HexId, Instant};

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

/// Stands between the fields of an identity.
const SEPARATOR: u8 = 0x1f;

/// The conversations of an outcome.
pub struct Conversations<'a> {
    /// Where they are.
    pub outcome: &'a Outcome,
    /// Names of accounts and businesses.
    pub names: &'a Names<'a>,
    /// Gets the ids of conversations as they become known.
    pub ids: &'a ConversationIds,
    /// Those that end by then are not written.
    pub since: Instant,
}

/// The id of each conversation, by the row that opened it.
pub struct ConversationIds {
    rows: RowSet,
    ids: Block<AtomicU64>,
}

impl ConversationIds {
    /// Room for the ids of all conversations.
    pub fn new(outcome: &Outcome) -> Self {
        let conversations = outcome
            .parts
            .iter()
            .flat_map(|part| part.conversations.iter());
        let rows = conversations.map(|conversation| conversation.opened_by);
        let rows = RowSet::among(u64::from(outcome.rows), rows);
        let unknown = (0..rows.len()).map(|_| AtomicU64::new(0));
        let ids = Block::of(&outcome.memory, rows.len(), unknown);
        Self { rows, ids }
    }

    /// The id of a conversation that has been written, or identified otherwise.
    #[inline]
    pub fn get(&self, opened_by: RowNumber) -> HexId {
        HexId(self.ids[self.rows.rank(opened_by)].load(Relaxed))
    }

    #[inline]
    fn set(&self, opened_by: RowNumber, id: HexId) {
        self.ids[self.rows.rank(opened_by)].store(id.0, Relaxed);
    }
}

impl Conversations<'_> {
    /// Makes the ids of conversations before the period: they are not written, but charges inside it name
    /// them.
    pub fn identify_unwritten(&self, parts: Range<usize>, ids: &MessageIds) {
        let unwritten = self.outcome.parts[parts]
            .iter()
            .flat_map(|part| part.conversations.iter())
            .filter(|conversation| !self.writes(conversation));
        let mut unwritten = unwritten.peekable();
        let (mut block, mut columns) = (Vec::new(), self.columns());
        while unwritten.peek().is_some() {
            block.clear();
            block.extend(unwritten.by_ref().take(BLOCK_ROWS));
            columns.clear_rows();
            self.fill_ids(
                &block,
                |index| ids.get(block[index].opened_by),
                &mut columns,
            );
        }
    }

    fn writes(&self, conversation: &Conversation) -> bool {
        conversation.is_written && self.since < conversation.expires_at
    }

    fn at(&self, entry: Entry) -> Conversation {
        self.outcome.parts[entry.part as usize]
            .conversations
            .get(entry.place as usize)
    }
}

/// The columns of a row group that is being built.
#[derive(Default)]
pub struct ConversationColumns {
    id: Texts,
    account: Words,
    business: Words,
    customer: Texts,
    category: Words,
    opened_at: Vec<Option<i64>>,
    expires_at: Vec<Option<i64>>,
    closed_at: Vec<Option<i64>>,
    close_reason: Words,
    opened_by: Texts,
    regime: Words,
    rule: Words,
    messages_outbound: Vec<i64>,
    messages_inbound: Vec<i64>,
    prefixes: Prefixes,
    identities: Identities,
}

impl Table for Conversations<'_> {
    type Columns = ConversationColumns;

    fn columns(&self) -> Self::Columns {
        ConversationColumns {
            prefixes: Prefixes::new("conversation"),
            ..ConversationColumns::default()
        }
    }

    fn fill(&self, slice: &Slice<'_>, columns: &mut Self::Columns) {
        let mut block = Vec::with_capacity(BLOCK_ROWS);
        for first in (0..slice.len()).step_by(BLOCK_ROWS) {
            let part = slice.range(first..slice.len().min(first + BLOCK_ROWS));
            block.clear();
            block.extend(part.entries.iter().map(|&entry| self.at(entry)));
            self.fill_ids(&block, |index| part.id(index), columns);
            for row in &block {
                self.fill_row(row, columns);
            }
        }
    }
}

impl Conversations<'_> {
    /// Customers, opening messages, and the identities made of them.
    fn fill_ids<'i>(
        &self,
        rows: &[Conversation],
        opener: impl Fn(usize) -> &'i [u8],
        columns: &mut ConversationColumns,
    ) {
        let (mut customer, mut middle) = (Vec::with_capacity(32), Vec::with_capacity(64));
        columns.identities.clear();
        for (index, row) in rows.iter().enumerate() {
            self.names.customer(row.pair, &mut customer);
            columns.customer.push(&customer);
            let opener = opener(index);
            columns.opened_by.push(opener);
            let prefix = columns.prefixes.of(self.names, row.pair, row.account);
            middle.clear();
            middle.push(SEPARATOR);
            middle.extend_from_slice(row.category.name().as_bytes());
            middle.push(SEPARATOR);
            let opened = row.opened_at.millis();
            if opened < 0 {
                middle.push(b'-');
            }
            push_digits(opened.unsigned_abs(), &mut middle);
            middle.push(SEPARATOR);
            columns
                .identities
                .push(&[prefix, &customer, &middle, opener]);
        }
        for (&identity, row) in columns.identities.hashed().iter().zip(rows) {
            self.ids.set(row.opened_by, identity);
            columns.id.push(&identity.digits());
        }
    }

    #[inline]
    fn fill_row(&self, row: &Conversation, columns: &mut ConversationColumns) {
        let account = &self.names.accounts[row.account as usize];
        let (business_code, business) = self.names.business(row.pair);
        columns
            .account
            .push_code(row.account as usize, || account.as_str().into());
        columns
            .business
            .push_code(business_code, || business.into());
        columns
            .category
            .push_code(row.category as usize, || row.category.name().into());
        columns.opened_at.push(Some(row.opened_at.micros()));
        columns.expires_at.push(Some(row.expires_at.micros()));
        let is_closed = row.close_reason != CloseReason::OpenAtEndOfLog;
        columns
            .closed_at
            .push(is_closed.then(|| row.closed_at.micros()));
        columns
            .close_reason
            .push_code(row.close_reason as usize, || row.close_reason.name().into());
        columns
            .regime
            .push_code(row.regime as usize, || row.regime.name().into());
        columns
            .rule
            .push_code(row.rule as usize, || row.rule.name().into());
        columns
            .messages_outbound
            .push(i64::from(row.messages_outbound));
        columns
            .messages_inbound
            .push(i64::from(row.messages_inbound));
    }
}

impl Columns for ConversationColumns {
    fn clear_rows(&mut self) {
        for texts in [&mut self.id, &mut self.customer, &mut self.opened_by] {
            texts.clear_rows();
        }
        for words in [
            &mut self.account,
            &mut self.business,
            &mut self.category,
            &mut self.close_reason,
            &mut self.regime,
            &mut self.rule,
        ] {
            words.clear_rows();
        }
        for instants in [
            &mut self.opened_at,
            &mut self.expires_at,
            &mut self.closed_at,
        ] {
            instants.clear();
        }
        self.messages_outbound.clear();
        self.messages_inbound.clear();
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        vec![
            Cells::Text(&self.id),
            Cells::Words(&self.account),
            Cells::Words(&self.business),
            Cells::Text(&self.customer),
            Cells::Words(&self.category),
            Cells::Instants(&self.opened_at),
            Cells::Instants(&self.expires_at),
            Cells::Instants(&self.closed_at),
            Cells::Words(&self.close_reason),
            Cells::Text(&self.opened_by),
            Cells::Words(&self.regime),
            Cells::Words(&self.rule),
            Cells::Integers(&self.messages_outbound),
            Cells::Integers(&self.messages_inbound),
        ]
    }
}

impl Ordered for Conversations<'_> {
    fn keys(&self, part: &Part, keys: &mut Vec<Key>) {
        let conversations = part.conversations.iter().enumerate();
        let written = conversations.filter(|(_, conversation)| self.writes(conversation));
        keys.extend(written.map(|(place, conversation)| Key {
            at: conversation.opened_at,
            then: conversation.opened_at,
            place: place as u32,
            row: conversation.opened_by,
        }));
    }

    fn after_id(&self, left: Entry, right: Entry) -> Ordering {
        let (left, right) = (self.at(left), self.at(right));
        self.names
            .compare_pairs(left.pair, left.account, right.pair, right.account)
            .then_with(|| left.category.name().cmp(right.category.name()))
    }
}

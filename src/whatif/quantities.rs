//! Quantities that no charge tells: conversations by market, and messages whatever Meta makes of them.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::overlay::Tables;
use crate::log::cell::CellContext;
use crate::replay::message::Message;
use crate::replay::outcome::{Outcome, PairKey, PairTable};
use crate::replay::rewriting::{Rewriting, Timelines};
use crate::tariff::MarketId;
use crate::vocabulary::{ChargeCategory, Currency, Instant, Kind, Month};

/// What the conversations of a cell share; account and number as codes of the log's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConversationCell {
    /// Billing currency on the day of the opening.
    pub currency: Currency,
    /// Account.
    pub account: u32,
    /// Business number.
    pub business: u32,
    /// Local month of the opening.
    pub month: Month,
    /// Market of the customer.
    pub market: MarketId,
    /// Category.
    pub category: ChargeCategory,
}

/// Counts the conversations and free entry points that are written.
pub fn conversations(outcome: &Outcome, tables: &Tables) -> HashMap<ConversationCell, u64> {
    let accounts = Accounts::of(&outcome.cells, tables);
    let counted = outcome
        .parts
        .par_iter()
        .fold(HashMap::new, |mut counts, part| {
            for conversation in part.conversations.iter().filter(|each| each.is_written) {
                let account = accounts.0[conversation.account as usize];
                let date = account.clock.local_date(conversation.opened_at);
                let cell = ConversationCell {
                    currency: *account.currency.on(date),
                    account: conversation.account,
                    business: outcome.pairs.parts(conversation.pair).business,
                    month: date.month(),
                    market: market(&outcome.pairs, conversation.pair, date, tables),
                    category: conversation.category.into(),
                };
                *counts.entry(cell).or_default() += 1;
            }
            counts
        });
    counted.reduce(HashMap::new, added)
}

/// What the messages of a cell share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageCell {
    /// Account.
    pub account: u32,
    /// Business number.
    pub business: u32,
    /// Local month.
    pub month: Month,
    /// Market of the customer.
    pub market: MarketId,
}

/// Delivered messages of businesses, and messages of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Delivered messages of the business.
    pub outbound: u64,
    /// Messages of customers.
    pub inbound: u64,
}

/// Counts the messages of a log while they are judged, after a scenario has rewritten them.
pub struct CountedRewriting<'a> {
    rewriting: Option<&'a dyn Rewriting>,
    pairs: &'a PairTable,
    tables: &'a Tables,
    accounts: Accounts<'a>,
    counts: Mutex<HashMap<MessageCell, MessageCounts>>,
}

impl<'a> CountedRewriting<'a> {
    /// Counts what is left by a rewriting, or what stands in the log.
    pub fn new(
        rewriting: Option<&'a dyn Rewriting>,
        pairs: &'a PairTable,
        cells: &CellContext,
        tables: &'a Tables,
    ) -> Self {
        Self {
            rewriting,
            pairs,
            tables,
            accounts: Accounts::of(cells, tables),
            counts: Mutex::default(),
        }
    }

    /// What was counted.
    pub fn into_counts(self) -> HashMap<MessageCell, MessageCounts> {
        self.counts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, pair: PairKey, messages: &[Message]) {
        let mut counts: HashMap<MessageCell, MessageCounts> = HashMap::new();
        let business = self.pairs.parts(pair).business;
        for message in messages {
            let is_message = !matches!(message.kind(), Kind::System | Kind::Call);
            if !is_message || !(message.is_inbound() || message.is_delivered()) {
                continue;
            }
            let account = message.attributes().account();
            let clock = &self.accounts.0[account as usize].clock;
            let date = clock.local_date(message.instant());
            let scope = &self.tables.scope;
            if scope.from.is_some_and(|from| date < from) || scope.to.is_some_and(|to| to < date) {
                continue;
            }
            let cell = MessageCell {
                account,
                business,
                month: date.month(),
                market: market(self.pairs, pair, date, self.tables),
            };
            let of_cell = counts.entry(cell).or_default();
            match message.is_inbound() {
                true => of_cell.inbound += 1,
                false => of_cell.outbound += 1,
            }
        }
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (cell, more) in counts {
            let sum = all.entry(cell).or_default();
            sum.inbound += more.inbound;
            sum.outbound += more.outbound;
        }
    }
}

impl Rewriting for CountedRewriting<'_> {
    fn rewrite(&self, pair: PairKey, messages: &[Message], timelines: &mut Timelines) {
        let before = timelines.len();
        match self.rewriting {
            Some(rewriting) => rewriting.rewrite(pair, messages, timelines),
            None => timelines.add(messages.iter().copied()),
        }
        for place in before..timelines.len() {
            self.count(pair, timelines.timeline(place));
        }
    }

    fn end_of_log(&self, end: Instant) -> Instant {
        self.rewriting
            .map_or(end, |rewriting| rewriting.end_of_log(end))
    }
}

/// The accounts of a log, by their codes.
struct Accounts<'a>(Vec<&'a crate::accounts::Account>);

impl<'a> Accounts<'a> {
    fn of(cells: &CellContext, tables: &'a Tables) -> Self {
        let codes = 0..cells.accounts.len() as u32;
        Self(
            codes
                .map(|code| tables.accounts.account(&cells.accounts.word(code)))
                .collect(),
        )
    }
}

fn market(
    pairs: &PairTable,
    pair: PairKey,
    date: crate::vocabulary::LocalDate,
    tables: &Tables,
) -> MarketId {
    let number = pairs.customer_number(pair);
    let markets = &tables.tariff.markets;
    number.map_or(MarketId::UNKNOWN, |number| {
        markets.market(number, date, &tables.settings)
    })
}

fn added<K: std::hash::Hash + Eq>(
    mut sums: HashMap<K, u64>,
    more: HashMap<K, u64>,
) -> HashMap<K, u64> {
    for (key, count) in more {
        *sums.entry(key).or_default() += count;
    }
    sums
}

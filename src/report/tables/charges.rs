//! The table of charges, in the order T-5: charged, sent, message, customer, account, unit.

use std::cmp::Ordering;

use super::conversations::ConversationIds;
use super::frame::{
    Cells, ColumnKind as Kind, ColumnSpec, Columns, DECIMAL_SCALE, Decimals, Texts, Words,
};
use super::identities::Identities;
use super::names::{Names, Prefixes};
use super::order::{Entry, Key, Ordered, Slice};
use super::{BLOCK_ROWS, Table};
use crate::pricing::{Price, PriceCode, Pricing};
use crate::replay::outcome::{Charge, Outcome, Part};
use crate::tariff::{Amount, Tariff};
use crate::vocabulary::{ChargeUnit, HexId, Instant};

/// The columns of `charges` (contract: what a run writes).
pub const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("charge_id", Kind::Text),
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("customer", Kind::Text),
    ColumnSpec::required("message_id", Kind::Text),
    ColumnSpec::nullable("conversation_id", Kind::Text),
    ColumnSpec::required("unit", Kind::Word),
    ColumnSpec::required("regime", Kind::Word),
    ColumnSpec::required("rule", Kind::Word),
    ColumnSpec::required("category", Kind::Word),
    ColumnSpec::required("pricing_type", Kind::Word),
    ColumnSpec::required("charged_at", Kind::Instant),
    ColumnSpec::required("local_date", Kind::Date),
    ColumnSpec::nullable("country", Kind::Word),
    ColumnSpec::required("market", Kind::Word),
    ColumnSpec::nullable("tier", Kind::Word),
    ColumnSpec::nullable("rate_card", Kind::Word),
    ColumnSpec::nullable("rate", Kind::Decimal),
    ColumnSpec::required("currency", Kind::Word),
    ColumnSpec::nullable("amount", Kind::Decimal),
    ColumnSpec::required("state", Kind::Word),
    ColumnSpec::required("estimated", Kind::Flag),
    ColumnSpec::required("edge", Kind::Flag),
];

/// The charges of an outcome.
pub struct Charges<'a> {
    /// Where they are.
    pub outcome: &'a Outcome,
    /// Names of accounts and businesses.
    pub names: &'a Names<'a>,
    /// What they cost.
    pub pricing: &'a Pricing,
    /// Countries, and names of markets and cards.
    pub tariff: &'a Tariff,
    /// Ids of the conversations that charges refer to.
    pub conversation_ids: &'a ConversationIds,
    /// From which instant on they are written.
    pub since: Instant,
}

impl Charges<'_> {
    fn at(&self, entry: Entry) -> Charge {
        self.outcome.parts[entry.part as usize]
            .charges
            .get(entry.place as usize)
    }
}

/// The columns of a row group that is being built.
#[derive(Default)]
pub struct ChargeColumns {
    id: Texts,
    account: Words,
    business: Words,
    customer: Texts,
    message: Texts,
    conversation: Texts,
    unit: Words,
    regime: Words,
    rule: Words,
    category: Words,
    pricing_type: Words,
    charged_at: Vec<Option<i64>>,
    local_date: Vec<i64>,
    country: Words,
    market: Words,
    tier: Words,
    rate_card: Words,
    rate: Decimals,
    currency: Words,
    amount: Decimals,
    state: Words,
    estimated: Vec<bool>,
    edge: Vec<bool>,
    prefixes: Prefixes,
    identities: Identities,
    linked: Vec<Option<HexId>>,
}

impl Table for Charges<'_> {
    type Columns = ChargeColumns;

    fn columns(&self) -> Self::Columns {
        ChargeColumns {
            prefixes: Prefixes::new("charge"),
            ..ChargeColumns::default()
        }
    }

    fn fill(&self, slice: &Slice<'_>, columns: &mut Self::Columns) {
        let mut block = Vec::with_capacity(BLOCK_ROWS);
        for first in (0..slice.len()).step_by(BLOCK_ROWS) {
            let part = slice.range(first..slice.len().min(first + BLOCK_ROWS));
            block.clear();
            block.extend(part.entries.iter().map(|&entry| self.at(entry)));
            self.fill_ids(&part, &block, columns);
            for (row, entry) in block.iter().zip(part.entries) {
                self.fill_row(row, *entry, columns);
            }
        }
    }
}

impl Charges<'_> {
    /// Customers, messages, and the identities made of them.
    fn fill_ids(&self, slice: &Slice<'_>, rows: &[Charge], columns: &mut ChargeColumns) {
        let mut customer = Vec::with_capacity(32);
        columns.identities.clear();
        for (index, row) in rows.iter().enumerate() {
            self.names.customer(row.pair, &mut customer);
            columns.customer.push(&customer);
            let message = slice.id(index);
            columns.message.push(message);
            let prefix = columns.prefixes.of(self.names, row.pair, row.account);
            let unit: &[u8] = match row.unit {
                ChargeUnit::Conversation => b"\x1fconversation",
                ChargeUnit::Message => b"\x1fmessage",
            };
            columns
                .identities
                .push(&[prefix, &customer, b"\x1f", message, unit]);
        }
        for identity in columns.identities.hashed() {
            columns.id.push(&identity.digits());
        }
        // All look-ups first: they wait for memory, and wait together.
        let of = |row: &Charge| {
            row.conversation
                .map(|opener| self.conversation_ids.get(opener))
        };
        columns.linked.clear();
        columns.linked.extend(rows.iter().map(of));
        for identity in &columns.linked {
            match identity {
                Some(identity) => columns.conversation.push(&identity.digits()),
                None => columns.conversation.push_null(),
            }
        }
    }

    #[inline]
    fn fill_row(&self, row: &Charge, entry: Entry, columns: &mut ChargeColumns) {
        let account = &self.names.accounts[row.account as usize];
        let (business_code, business) = self.names.business(row.pair);
        columns
            .account
            .push_code(row.account as usize, || account.as_str().into());
        columns
            .business
            .push_code(business_code, || business.into());
        columns
            .unit
            .push_code(row.unit as usize, || row.unit.name().into());
        columns
            .regime
            .push_code(row.regime as usize, || row.regime.name().into());
        columns
            .rule
            .push_code(row.rule as usize, || row.rule.name().into());
        columns
            .category
            .push_code(row.category as usize, || row.category.name().into());
        columns
            .pricing_type
            .push_code(row.pricing_type as usize, || row.pricing_type.name().into());
        columns.charged_at.push(Some(row.charged_at.micros()));
        columns.local_date.push(i64::from(row.local_date.days()));
        let number = self.names.number(row.pair);
        match number.and_then(|number| self.tariff.markets.country(number)) {
            Some(code) => {
                let number = usize::from(u16::from_be_bytes(code));
                columns.country.push_code(number, || {
                    String::from_utf8_lossy(&code).into_owned().into()
                });
            }
            None => columns.country.push_null(),
        }
        let code = self.pricing.code(entry.part, entry.place);
        let price = self.pricing.price(code);
        self.fill_price(code, price, columns);
        columns.estimated.push(row.estimated || price.lacks_ladder);
        columns.edge.push(row.edge);
    }

    fn fill_price(&self, code: PriceCode, price: &Price, columns: &mut ChargeColumns) {
        columns.market.push_code(price.market.index(), || {
            self.tariff.markets.name(price.market).into()
        });
        match price.tier {
            Some(tier) => columns.tier.push_code(tier.index(), || {
                self.pricing.tier_label(price).unwrap_or_default().into()
            }),
            None => columns.tier.push_null(),
        }
        match price.card {
            Some(card) => columns
                .rate_card
                .push_code(card.index(), || self.tariff.cards.card_name(card).into()),
            None => columns.rate_card.push_null(),
        }
        columns.rate.push_code(code.index(), || decimal(price.rate));
        columns.currency.push_code(price.currency.number(), || {
            price.currency.code().to_owned().into()
        });
        columns
            .amount
            .push_code(code.index(), || decimal(price.amount()));
        columns
            .state
            .push_code(price.state as usize, || price.state.name().into());
    }
}

/// Adds an amount of money, or an empty cell.
pub fn push_amount(amount: Option<Amount>, column: &mut Decimals) {
    match decimal(amount) {
        Some(units) => column.push(units),
        None => column.push_null(),
    }
}

/// An amount of money in the units of a decimal, if there is one.
fn decimal(amount: Option<Amount>) -> Option<i128> {
    const UNITS_PER_UNIT: i128 = 10i128.pow(DECIMAL_SCALE as u32 - Amount::DIGITS);
    // A line that no table could hold is beyond all money there is; nothing wraps.
    amount.and_then(|amount| amount.units().checked_mul(UNITS_PER_UNIT))
}

impl Columns for ChargeColumns {
    fn clear_rows(&mut self) {
        for texts in [
            &mut self.id,
            &mut self.customer,
            &mut self.message,
            &mut self.conversation,
        ] {
            texts.clear_rows();
        }
        for words in [
            &mut self.account,
            &mut self.business,
            &mut self.unit,
            &mut self.regime,
            &mut self.rule,
            &mut self.category,
            &mut self.pricing_type,
            &mut self.country,
            &mut self.market,
            &mut self.tier,
            &mut self.rate_card,
            &mut self.currency,
            &mut self.state,
        ] {
            words.clear_rows();
        }
        self.charged_at.clear();
        self.local_date.clear();
        self.rate.clear_rows();
        self.amount.clear_rows();
        self.estimated.clear();
        self.edge.clear();
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        vec![
            Cells::Text(&self.id),
            Cells::Words(&self.account),
            Cells::Words(&self.business),
            Cells::Text(&self.customer),
            Cells::Text(&self.message),
            Cells::Text(&self.conversation),
            Cells::Words(&self.unit),
            Cells::Words(&self.regime),
            Cells::Words(&self.rule),
            Cells::Words(&self.category),
            Cells::Words(&self.pricing_type),
            Cells::Instants(&self.charged_at),
            Cells::Integers(&self.local_date),
            Cells::Words(&self.country),
            Cells::Words(&self.market),
            Cells::Words(&self.tier),
            Cells::Words(&self.rate_card),
            Cells::Decimals(&self.rate),
            Cells::Words(&self.currency),
            Cells::Decimals(&self.amount),
            Cells::Words(&self.state),
            Cells::Flags(&self.estimated),
            Cells::Flags(&self.edge),
        ]
    }
}

impl Ordered for Charges<'_> {
    fn keys(&self, part: &Part, keys: &mut Vec<Key>) {
        let written = part
            .charges
            .iter()
            .enumerate()
            .filter(|(_, charge)| charge.is_written && self.since <= charge.charged_at);
        keys.extend(written.map(|(place, charge)| Key {
            at: charge.charged_at,
            then: charge.sent_at,
            place: place as u32,
            row: charge.row,
        }));
    }

    fn after_id(&self, left: Entry, right: Entry) -> Ordering {
        let (left, right) = (self.at(left), self.at(right));
        self.names
            .compare_pairs(left.pair, left.account, right.pair, right.account)
            .then_with(|| left.unit.name().cmp(right.unit.name()))
    }
}

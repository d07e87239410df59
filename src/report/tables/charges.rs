//! The table of charges, in the order T-5: charged, sent, message, customer, account, unit.

use std::cmp::Ordering;

use super::conversations::ConversationIds;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Decimals, Frame, Texts, Words};
use super::identities::Identities;
use super::names::{Currencies, Names, Places};
use super::order::{Entry, Ordered, Slice};
use super::{BLOCK_ROWS, rows_of};
use crate::replay::outcome::{Charge, Outcome, RowNumber};
use crate::vocabulary::ChargeState;

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
    /// Countries, markets, currencies.
    pub places: &'a dyn Places,
    /// Ids of the conversations that charges refer to.
    pub conversation_ids: &'a ConversationIds,
}

impl Charges<'_> {
    /// One entry for each charge of the period asked for.
    pub fn entries(&self) -> Vec<Entry> {
        rows_of(
            &self.outcome.parts,
            |part| &part.charges,
            |charge| {
                charge
                    .is_written
                    .then_some((charge.charged_at, charge.sent_at))
            },
        )
    }

    fn at(&self, entry: Entry) -> &Charge {
        &self.outcome.parts[entry.part as usize].charges[entry.place as usize]
    }

    /// Builds a row group.
    pub fn frame(&self, slice: &Slice<'_>) -> Frame {
        let rows = slice.len();
        let mut id = Texts::with_capacity(rows, 16);
        let mut account = Words::with_capacity(rows);
        let mut business = Words::with_capacity(rows);
        let mut customer = Texts::with_capacity(rows, 12);
        let mut message = Texts::with_capacity(rows, 32);
        let mut conversation = Texts::with_capacity(rows, 16);
        let mut unit = Words::with_capacity(rows);
        let mut regime = Words::with_capacity(rows);
        let mut rule = Words::with_capacity(rows);
        let mut category = Words::with_capacity(rows);
        let mut pricing_type = Words::with_capacity(rows);
        let mut charged_at = Vec::with_capacity(rows);
        let mut local_date = Vec::with_capacity(rows);
        let mut country = Words::with_capacity(rows);
        let mut market = Words::with_capacity(rows);
        let mut currency = Words::with_capacity(rows);
        let mut amount = Decimals::with_capacity(rows);
        let mut state = Words::with_capacity(rows);
        let mut estimated = Vec::with_capacity(rows);
        let mut edge = Vec::with_capacity(rows);
        let mut currencies = Currencies::new(self.places);
        let mut identities = Identities::default();
        let mut number = Vec::new();
        let mut block = Vec::with_capacity(BLOCK_ROWS);
        for first in (0..rows).step_by(BLOCK_ROWS) {
            let entries = &slice.entries()[first..rows.min(first + BLOCK_ROWS)];
            block.clear();
            block.extend(entries.iter().map(|&entry| *self.at(entry)));
            identities.clear();
            for (place, row) in block.iter().enumerate() {
                self.names.customer(row.pair, &mut number);
                customer.push(&number);
                identities.push(&[
                    b"charge",
                    self.names.accounts[row.account as usize].as_bytes(),
                    self.names.business(row.pair).1.as_bytes(),
                    &number,
                    slice.id(first + place),
                    row.unit.name().as_bytes(),
                ]);
            }
            for identity in identities.hashed() {
                id.push(&identity.digits());
            }
            for (row, entry) in block.iter().zip(entries) {
                if row.conversation == Charge::NO_CONVERSATION {
                    conversation.push_null();
                } else {
                    let identity = self.conversation_ids.get(entry.part, row.conversation);
                    conversation.push(&identity.digits());
                }
            }
            for (place, row) in block.iter().enumerate() {
                let account_name = &self.names.accounts[row.account as usize];
                let (business_code, business_name) = self.names.business(row.pair);
                let phone = self.names.number(row.pair);
                account.push_code(row.account as usize, || account_name.as_str().into());
                business.push_code(business_code, || business_name.into());
                message.push(slice.id(first + place));
                unit.push_code(row.unit as usize, || row.unit.name().into());
                regime.push_code(row.regime as usize, || row.regime.name().into());
                rule.push_code(row.rule as usize, || row.rule.name().into());
                category.push_code(row.category as usize, || row.category.name().into());
                pricing_type
                    .push_code(row.pricing_type as usize, || row.pricing_type.name().into());
                charged_at.push(Some(row.charged_at.micros()));
                local_date.push(i64::from(row.local_date.days()));
                let place = self.places.place(phone, row.local_date);
                match place.country {
                    Some(code) => country.push_code(usize::from(u16::from_be_bytes(code)), || {
                        String::from_utf8_lossy(&code).into_owned().into()
                    }),
                    None => country.push_null(),
                }
                market.push_code(place.market, || {
                    self.places.market_name(place.market).into()
                });
                currencies.push(row.account, account_name, row.local_date, &mut currency);
                match row.state() {
                    ChargeState::Free => amount.push(0),
                    _ => amount.push_null(),
                }
                state.push_code(row.state() as usize, || row.state().name().into());
                estimated.push(row.estimated);
                edge.push(row.edge);
            }
        }
        Frame {
            rows,
            columns: vec![
                Cells::Text(id),
                Cells::Words(account),
                Cells::Words(business),
                Cells::Text(customer),
                Cells::Text(message),
                Cells::Text(conversation),
                Cells::Words(unit),
                Cells::Words(regime),
                Cells::Words(rule),
                Cells::Words(category),
                Cells::Words(pricing_type),
                Cells::Instants(charged_at),
                Cells::Integers(local_date),
                Cells::Words(country),
                Cells::Words(market),
                Cells::Words(Words::nulls(rows)),
                Cells::Words(Words::nulls(rows)),
                Cells::Decimals(Decimals::nulls(rows)),
                Cells::Words(currency),
                Cells::Decimals(amount),
                Cells::Words(state),
                Cells::Flags(estimated),
                Cells::Flags(edge),
            ],
        }
    }
}

impl Ordered for Charges<'_> {
    fn row(&self, entry: Entry) -> RowNumber {
        self.at(entry).row
    }

    fn after_id(&self, left: Entry, right: Entry) -> Ordering {
        let (left, right) = (self.at(left), self.at(right));
        self.names
            .compare_pairs(left.pair, left.account, right.pair, right.account)
            .then_with(|| left.unit.name().cmp(right.unit.name()))
    }
}

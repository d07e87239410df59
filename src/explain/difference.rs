//! A difference between an invoice and the replay: what the line says, what is expected in its cell, and how
//! the cause was decided. The timelines of its first messages follow it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::{Cause, ExpectedGroup, Tier};
use crate::tariff::{Amount, CardId, Tariff};
use crate::vocabulary::{ChargeCategory, PricingType};

/// A row of the table `differences`; what a line does not state is none.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DifferenceView {
    /// Its row in the table, from 1.
    pub row: u64,
    /// The invoice; none for what every invoice lacks.
    pub invoice_id: Option<String>,
    /// The row of its file.
    pub invoice_line: Option<i64>,
    /// The cell: account, number, month, market or country, category, pricing type, tier, currency.
    pub account: Option<String>,
    /// Business number.
    pub business: Option<String>,
    /// Month.
    pub month: Option<String>,
    /// Market, or the country's code.
    pub market: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Pricing type.
    pub pricing_type: Option<String>,
    /// Volume tier.
    pub tier: Option<String>,
    /// Currency.
    pub currency: Option<String>,
    /// Units and money on both sides.
    pub expected_quantity: Option<i64>,
    /// Units billed.
    pub billed_quantity: Option<i64>,
    /// Money expected.
    pub expected_amount: Option<String>,
    /// Money billed.
    pub billed_amount: Option<String>,
    /// Billed less expected.
    pub difference: Option<String>,
    /// `matched`, `within_tolerance`, `different`, `not_tested`.
    pub status: String,
    /// The cause.
    pub cause: Option<String>,
    /// When that cause is said.
    pub cause_is_said_if: Option<&'static str>,
    /// What was found here, with its numbers.
    pub explanation: String,
    /// The charges of the cell, with those of other pricing types and tiers beside them.
    pub expected: Vec<ExpectedView>,
    /// How many messages `claims.csv` lists for it.
    pub messages: u64,
    /// The first of them, whose timelines follow.
    pub messages_shown: Vec<NamedMessage>,
}

/// A message by its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedMessage {
    /// Business number.
    pub business: String,
    /// Customer.
    pub customer: String,
    /// Message id.
    pub message_id: String,
}

/// Charges of one price in the cell of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectedView {
    /// Whether the line states their pricing type and tier, or none.
    pub is_in_cell: bool,
    /// Market.
    pub market: String,
    /// Category.
    pub category: &'static str,
    /// Pricing type.
    pub pricing_type: &'static str,
    /// Volume tier.
    pub tier: Option<String>,
    /// Rate card.
    pub rate_card: Option<String>,
    /// Rate of one.
    pub rate: Option<String>,
    /// Units.
    pub quantity: u64,
    /// Their exact amount; none where it is not known.
    pub amount: Option<String>,
}

/// What charges of one price in one cell share.
type PriceKey<'a> = (
    (&'a str, ChargeCategory, PricingType),
    (Option<Tier>, Option<CardId>, Option<Amount>),
);

impl DifferenceView {
    /// Says when the cause is said, and what the replay expects in the cell.
    pub fn complete(&mut self, groups: &[ExpectedGroup], tariff: &Tariff) {
        let cause = self.cause.as_deref().unwrap_or_default();
        self.cause_is_said_if = Cause::parse(cause.as_bytes()).map(Cause::is_said_if);
        let mut sums: BTreeMap<PriceKey<'_>, (u64, Option<Amount>)> = BTreeMap::new();
        for group in groups.iter().filter(|group| self.holds(group, tariff)) {
            let market = tariff.markets.name(group.market);
            let key = (
                (market, group.category, group.pricing_type),
                (group.tier, group.rate_card, group.rate),
            );
            let sum = sums.entry(key).or_insert((0, Some(Amount::ZERO)));
            sum.0 += group.quantity;
            sum.1 = sum
                .1
                .zip(group.amount)
                .and_then(|(sum, amount)| sum.plus(amount));
        }
        let view = |(key, (quantity, amount)): (PriceKey<'_>, (u64, Option<Amount>))| {
            let ((market, category, pricing_type), (tier, card, rate)) = key;
            let tier = tier.map(|tier| tier.to_string());
            ExpectedView {
                is_in_cell: states(&self.pricing_type, pricing_type.name())
                    && self
                        .tier
                        .as_ref()
                        .is_none_or(|stated| tier.as_ref() == Some(stated)),
                market: market.to_owned(),
                category: category.name(),
                pricing_type: pricing_type.name(),
                tier,
                rate_card: card.map(|card| tariff.cards.card_name(card).to_owned()),
                rate: rate.map(|rate| rate.to_string()),
                quantity,
                amount: amount.map(|amount| amount.to_string()),
            }
        };
        let mut expected: Vec<ExpectedView> = sums.into_iter().map(view).collect();
        expected.sort_by_key(|view| !view.is_in_cell);
        self.expected = expected;
    }

    /// Whether a group lies in the cell, but for its pricing type and tier.
    fn holds(&self, group: &ExpectedGroup, tariff: &Tariff) -> bool {
        let country = group
            .country
            .map(|code| String::from_utf8_lossy(&code).into_owned());
        states(&self.account, &group.account)
            && states(&self.business, &group.business)
            && states(&self.month, &group.local_date.month().to_string())
            && states(&self.category, group.category.name())
            && states(&self.currency, group.currency.code())
            && (states(&self.market, tariff.markets.name(group.market))
                || self.market.is_some() && self.market == country)
    }

    /// Where it lies, in words.
    pub(super) fn cell(&self) -> String {
        let fields = [
            &self.account,
            &self.business,
            &self.month,
            &self.market,
            &self.category,
            &self.pricing_type,
            &self.tier,
        ];
        let stated: Vec<&str> = fields
            .into_iter()
            .filter_map(|field| field.as_deref())
            .collect();
        match stated.is_empty() {
            true => "everything".to_owned(),
            false => stated.join(", "),
        }
    }

    /// The line, in words.
    pub(super) fn line(&self) -> String {
        match (&self.invoice_id, self.invoice_line) {
            (Some(id), Some(line)) => format!("{id}, line {line}"),
            (Some(id), None) => id.clone(),
            (None, _) => "no line of any invoice".to_owned(),
        }
    }

    /// Both sides and what lies between them, in words.
    pub(super) fn sides(&self) -> Vec<(&'static str, String)> {
        let currency = self.currency.as_deref().unwrap_or("");
        let side = |quantity: Option<i64>, amount: &Option<String>| {
            let units = match quantity {
                Some(1) => "1 unit, ".to_owned(),
                Some(quantity) => format!("{quantity} units, "),
                None => String::new(),
            };
            match amount {
                Some(amount) => format!("{units}{amount} {currency}"),
                None => format!("{units}no amount"),
            }
        };
        let mut sides = vec![
            (
                "Expected",
                side(self.expected_quantity, &self.expected_amount),
            ),
            ("Billed", side(self.billed_quantity, &self.billed_amount)),
        ];
        if let Some(difference) = &self.difference {
            sides.push(("Apart", format!("{difference} {currency}")));
        }
        sides
    }

    /// Its status or cause.
    pub(super) fn verdict(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.status)
    }
}

fn states(stated: &Option<String>, value: &str) -> bool {
    stated.as_ref().is_none_or(|stated| stated == value)
}

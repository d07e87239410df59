//! What a judged and priced log comes to: Meta's charges, discounts on them, and what a provider takes.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::cells::{CellKey, CellTable, MESSAGE_FEE};
use super::quantities::{ConversationCell, MessageCell, MessageCounts};
use super::scenario::Prices;
use super::scenario::prices::{DiscountEntry, FeeUnit};
use crate::log::cell::CellContext;
use crate::pricing::{Group, Price, PriceTotals};
use crate::tariff::{Amount, Rounding, Tariff};
use crate::vocabulary::{ChargeState, Currency, Month};

/// What the sums of a bill are made of.
pub struct Quantities<'a> {
    /// Names of accounts and numbers.
    pub cells: &'a CellContext,
    /// Names of markets.
    pub tariff: &'a Tariff,
    /// Charges, counted, with the price of each.
    pub groups: Vec<(Group, PriceTotals, &'a Price)>,
    /// Conversations and free entry points.
    pub conversations: &'a HashMap<ConversationCell, u64>,
    /// Messages, where a fee is taken for them.
    pub messages: Option<&'a HashMap<MessageCell, MessageCounts>>,
    /// The currency of an account in a month, for fees that name none.
    pub currency: &'a dyn Fn(u32, Month) -> Currency,
}

/// What a log comes to.
#[derive(Debug, Default)]
pub struct Billed {
    /// Everything that is summed.
    pub cells: CellTable,
    /// Units without a rate, by what is missing.
    pub unrated: BTreeMap<String, u64>,
    /// Days whose cards were taken because the model has none on the real day, with units.
    pub nearest_cards: BTreeMap<String, u64>,
}

impl Billed {
    /// Sums up, under the discounts and fees of a scenario.
    ///
    /// # Panics
    /// If a sum of money outgrows 128 bits: rates lie below a million, and a run has fewer than 2^32 units.
    pub fn new(quantities: &Quantities<'_>, prices: &Prices) -> Self {
        let mut billed = Self::default();
        for (group, totals, price) in &quantities.groups {
            billed.charge(quantities, group, totals, price, prices);
        }
        for (cell, count) in quantities.conversations {
            let key = CellKey {
                currency: cell.currency.to_string(),
                account: quantities.cells.accounts.word(cell.account),
                business: quantities.cells.businesses.word(cell.business),
                month: cell.month,
                market: quantities.tariff.markets.name(cell.market).to_owned(),
                category: cell.category.name(),
            };
            billed.cells.of(key).conversations += count;
        }
        for (cell, counts) in quantities.messages.into_iter().flatten() {
            billed.message_fees(quantities, cell, counts, prices);
        }
        billed
    }

    fn charge(
        &mut self,
        quantities: &Quantities<'_>,
        group: &Group,
        totals: &PriceTotals,
        price: &Price,
        prices: &Prices,
    ) {
        let key = CellKey {
            currency: price.currency.to_string(),
            account: quantities.cells.accounts.word(group.account),
            business: quantities.cells.businesses.word(group.business),
            month: group.month,
            market: quantities.tariff.markets.name(price.market).to_owned(),
            category: group.category.name(),
        };
        let count = totals.quantity;
        let mut figures = super::comparison::Figures {
            estimated: totals.estimated,
            ..Default::default()
        };
        match price.state {
            ChargeState::Rated => figures.rated = count,
            ChargeState::Free => figures.free = count,
            ChargeState::Unrated | ChargeState::Unpriced => figures.unrated = count,
        }
        let markets = &quantities.tariff.markets;
        if let Some(unrated) = &price.unrated {
            let missing = unrated.describe(markets).to_string();
            *self.unrated.entry(missing).or_default() += count;
        }
        if let Some(day) = price.nearest_card {
            *self.nearest_cards.entry(day.to_string()).or_default() += count;
        }
        figures.charges = price.rate.map_or(Amount::ZERO, |rate| times(rate, count));
        let discounts = prices.discount.iter().map(|entry| entry.get_ref());
        for discount in discounts.filter(|discount| discount.is_on(&key)) {
            let less = percent(figures.charges, discount.percent.0);
            figures.discount = sum(figures.discount, negative(less));
        }
        if let Some(provider) = &prices.provider {
            if let Some(more) = provider.percent {
                figures.provider = percent(sum(figures.charges, figures.discount), more.0);
            }
            for fee in provider.fee.iter().map(|fee| fee.get_ref()) {
                let units = match fee.per {
                    FeeUnit::Charged => figures.rated + figures.unrated,
                    FeeUnit::Unit => count,
                    FeeUnit::Outbound | FeeUnit::Inbound => continue,
                };
                let taken = times(fee.amount.0, units);
                match fee.currency.filter(|currency| currency.0 != price.currency) {
                    None => figures.provider = sum(figures.provider, taken),
                    Some(currency) => self.fee(&key, currency.0, taken),
                }
            }
        }
        figures.amount = sum(sum(figures.charges, figures.discount), figures.provider);
        self.cells.of(key).add(&figures);
    }

    fn message_fees(
        &mut self,
        quantities: &Quantities<'_>,
        cell: &MessageCell,
        counts: &MessageCounts,
        prices: &Prices,
    ) {
        let own = (quantities.currency)(cell.account, cell.month);
        let key = CellKey {
            currency: own.to_string(),
            account: quantities.cells.accounts.word(cell.account),
            business: quantities.cells.businesses.word(cell.business),
            month: cell.month,
            market: quantities.tariff.markets.name(cell.market).to_owned(),
            category: MESSAGE_FEE,
        };
        let fees = prices.provider.iter().flat_map(|provider| &provider.fee);
        for fee in fees.map(|fee| fee.get_ref()) {
            let units = match fee.per {
                FeeUnit::Outbound => counts.outbound,
                FeeUnit::Inbound => counts.inbound,
                FeeUnit::Charged | FeeUnit::Unit => continue,
            };
            let currency = fee.currency.map_or(own, |currency| currency.0);
            self.fee(&key, currency, times(fee.amount.0, units));
        }
    }

    /// A fee in a currency of its own.
    fn fee(&mut self, key: &CellKey, currency: Currency, amount: Amount) {
        let figures = super::comparison::Figures {
            amount,
            provider: amount,
            ..Default::default()
        };
        let key = CellKey {
            currency: currency.to_string(),
            ..key.clone()
        };
        self.cells.of(key).add(&figures);
    }
}

impl DiscountEntry {
    fn is_on(&self, key: &CellKey) -> bool {
        let cells = self.cells();
        let named = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        let id = |word: &Option<super::scenario::words::NumberOrText>, found: &str| {
            let wanted = word.as_ref().map(|word| word.0.trim_start_matches('+'));
            named(wanted, found)
        };
        id(&self.account, &key.account)
            && id(&self.business, &key.business)
            && named(cells.currency.as_ref().map(Currency::code), &key.currency)
            && named(cells.market.as_deref(), &key.market)
            && named(cells.category.map(|category| category.name()), key.category)
            && cells.from.is_none_or(|from| from.month() <= key.month)
            && cells.to.is_none_or(|to| key.month <= to.month())
    }
}

/// Rounded to the twelfth digit, half up; exact for rates and percentages of up to six digits each.
fn percent(amount: Amount, percent: Amount) -> Amount {
    let part = amount.percent(percent, Rounding::HalfUp);
    part.expect("a part of a bill fits")
}

fn times(rate: Amount, count: u64) -> Amount {
    rate.times(count).expect("a line fits")
}

fn sum(left: Amount, right: Amount) -> Amount {
    left.plus(right).expect("a sum of a bill fits")
}

fn negative(amount: Amount) -> Amount {
    Amount::ZERO.minus(amount).expect("a bill's negative fits")
}

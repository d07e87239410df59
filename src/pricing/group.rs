//! Charges counted by everything that a bill shows: the sums of a run are made of these counts.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::price::PriceCode;
use super::{PriceList, Pricing};
use crate::replay::outcome::{Charge, Outcome, RowNumber, RowSet};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, Currency, LocalDate, Month, PricingType};

/// What charges of a group share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Account, as a code of the outcome's words.
    pub account: u32,
    /// Business number, as a code of the outcome's words.
    pub business: u32,
    /// Local month of the charge.
    pub month: Month,
    /// What it is charged as.
    pub category: ChargeCategory,
    /// How it is priced.
    pub pricing_type: PricingType,
    /// Its price, and with it market, card, tier, currency and state.
    pub price: PriceCode,
}

/// How many charges a group has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceTotals {
    /// Units.
    pub quantity: u64,
    /// Those that rest on an assumption (S-12, R-2).
    pub estimated: u64,
    /// Those that an edge decided (S-08).
    pub edge: u64,
}

impl PriceTotals {
    fn add(&mut self, other: Self) {
        self.quantity += other.quantity;
        self.estimated += other.estimated;
        self.edge += other.edge;
    }
}

/// All written charges, grouped; messages that a conversation covers are no units and are left out.
#[derive(Debug, Default)]
pub struct Groups {
    counts: HashMap<Group, PriceTotals>,
    /// Charge by charge, for the assertion that groups foot.
    charged: HashMap<Currency, Amount>,
}

impl Groups {
    /// Counts every charge of an outcome.
    ///
    /// # Panics
    /// If the groups do not sum to the charges: a bug in the program. Nor can a sum overflow: a rate is
    /// below a million, and a run has fewer than 2^32 charges.
    pub fn of(outcome: &Outcome, pricing: &Pricing) -> Self {
        let groups = (0..outcome.parts.len())
            .into_par_iter()
            .fold(Self::default, |mut groups, part| {
                groups.add_part(outcome, pricing, part);
                groups
            })
            .reduce(Self::default, Self::plus);
        groups.assert_foot(pricing);
        groups
    }

    fn add_part(&mut self, outcome: &Outcome, pricing: &Pricing, part: usize) {
        let mut last_month: Option<(LocalDate, Month)> = None;
        for (place, charge) in outcome.parts[part].charges.iter().enumerate() {
            if !Self::hold(&charge) {
                continue;
            }
            let month = match last_month {
                Some((date, month)) if date == charge.local_date => month,
                _ => charge.local_date.month(),
            };
            last_month = Some((charge.local_date, month));
            let code = pricing.code(part as u32, place as u32);
            let price = pricing.price(code);
            let group = Group {
                account: charge.account,
                business: outcome.pairs.parts(charge.pair).business,
                month,
                category: charge.category,
                pricing_type: charge.pricing_type,
                price: code,
            };
            let totals = self.counts.entry(group).or_default();
            totals.quantity += 1;
            totals.estimated += u64::from(charge.estimated || price.lacks_ladder);
            totals.edge += u64::from(charge.edge);
            if let Some(rate) = price.rate {
                let sum = self.charged.entry(price.currency).or_default();
                *sum = sum.plus(rate).expect("a sum of rates fits");
            }
        }
    }

    /// Adds up charges that are counted already, as often as one likes for a group.
    ///
    /// # Panics
    /// As [`Self::of`].
    pub(super) fn of_counts(
        counts: impl Iterator<Item = (Group, PriceTotals)>,
        list: &PriceList,
    ) -> Self {
        let mut groups = Self::default();
        for (group, totals) in counts {
            groups.counts.entry(group).or_default().add(totals);
        }
        groups.charged = groups.footing(list);
        groups
    }

    /// Adds charges that are counted already.
    pub(super) fn add(&mut self, group: Group, totals: PriceTotals, list: &PriceList) {
        self.counts.entry(group).or_default().add(totals);
        let price = list.price(group.price);
        if let Some(rate) = price.rate {
            let amount = rate.times(totals.quantity).expect("a line fits");
            let sum = self.charged.entry(price.currency).or_default();
            *sum = sum.plus(amount).expect("a sum of lines fits");
        }
    }

    /// Whether groups hold a charge: it is written, and a unit of the bill.
    pub(super) fn hold(charge: &Charge) -> bool {
        charge.is_written && !charge.is_detail()
    }

    fn plus(mut self, other: Self) -> Self {
        for (group, totals) in other.counts {
            self.counts.entry(group).or_default().add(totals);
        }
        for (currency, amount) in other.charged {
            let sum = self.charged.entry(currency).or_default();
            *sum = sum.plus(amount).expect("a sum of rates fits");
        }
        self
    }

    fn assert_foot(&self, pricing: &Pricing) {
        assert_eq!(
            self.footing(pricing.list()),
            self.charged,
            "counts times rates are the sum of all charges"
        );
    }

    /// Counts times rates, by currency.
    fn footing(&self, list: &PriceList) -> HashMap<Currency, Amount> {
        let mut grouped: HashMap<Currency, Amount> = HashMap::new();
        for (group, totals) in &self.counts {
            let price = list.price(group.price);
            if let Some(rate) = price.rate {
                let amount = rate.times(totals.quantity).expect("a line fits");
                let sum = grouped.entry(price.currency).or_default();
                *sum = sum.plus(amount).expect("a sum of lines fits");
            }
        }
        grouped
    }

    /// Every group with its counts, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Group, &PriceTotals)> {
        self.counts.iter()
    }

    /// The sum of all rated charges in a currency.
    pub fn charged(&self) -> &HashMap<Currency, Amount> {
        &self.charged
    }
}

/// What the charges of some messages come to, by currency: units with a price, and their sum.
pub fn sums_of(
    rows: &[RowNumber],
    outcome: &Outcome,
    pricing: &Pricing,
) -> BTreeMap<Currency, (u64, Amount)> {
    let mut sums: BTreeMap<Currency, (u64, Amount)> = BTreeMap::new();
    if rows.is_empty() {
        return sums;
    }
    let wanted = RowSet::from(rows.iter().copied());
    for (number, part) in outcome.parts.iter().enumerate() {
        for (place, charge) in part.charges.iter().enumerate() {
            if !charge.is_written || charge.is_detail() || !wanted.contains(charge.row) {
                continue;
            }
            let price = pricing.price(pricing.code(number as u32, place as u32));
            if charge.is_chargeable()
                && let Some(rate) = price.rate
            {
                let (units, amount) = sums.entry(price.currency).or_default();
                *units += 1;
                *amount = amount.plus(rate).expect("a part of a sum that fits");
            }
        }
    }
    sums
}

//! Messages whose kind or category a map's rule has inferred, and the range of what the bill can be for it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::BillTotals;
use crate::replay::outcome::Inferred;
use crate::report::figures::money;
use crate::tariff::Amount;

/// How much of a run rests on what a map's rule has inferred. Amounts are exact, by currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InferredSummary {
    /// Business messages of which the log does not say whether they are templates.
    pub kinds: u64,
    /// Business messages whose category the log does not state.
    pub categories: u64,
    /// The bill under each reading, that of the run first; empty in a run without prices.
    pub readings: Vec<Reading>,
    /// The lowest bill of any reading.
    pub lowest: BTreeMap<String, Amount>,
    /// The highest one.
    pub highest: BTreeMap<String, Amount>,
}

/// What the log comes to where inferred messages are taken in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The value of `inferred_template`.
    pub inferred_template: String,
    /// The value of `inferred_category`.
    pub inferred_category: String,
    /// Whether it is the reading of the run.
    pub in_force: bool,
    /// The bill, by currency.
    pub totals: BTreeMap<String, BillTotals>,
}

impl Reading {
    fn amount(&self, currency: &str) -> Amount {
        let totals = self.totals.get(currency);
        totals.map_or(Amount::ZERO, |totals| totals.amount)
    }
}

impl InferredSummary {
    /// Sums up the readings of a run; nothing where no message rests on an inference.
    pub(super) fn new(inferred: Inferred, readings: &[Reading]) -> Option<Self> {
        if !inferred.is_any() {
            return None;
        }
        let mut summary = Self {
            kinds: inferred.kinds,
            categories: inferred.categories,
            readings: readings.to_vec(),
            ..Self::default()
        };
        let currencies = readings.iter().flat_map(|reading| reading.totals.keys());
        for currency in currencies {
            if summary.lowest.contains_key(currency) {
                continue;
            }
            let amounts = || readings.iter().map(|reading| reading.amount(currency));
            if let (Some(lowest), Some(highest)) = (amounts().min(), amounts().max()) {
                summary.lowest.insert(currency.clone(), lowest);
                summary.highest.insert(currency.clone(), highest);
            }
        }
        Some(summary)
    }

    /// The range of a currency, where there is one.
    pub fn range(&self, currency: &str) -> Option<(Amount, Amount)> {
        Some((*self.lowest.get(currency)?, *self.highest.get(currency)?))
    }

    /// One sentence for each currency.
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |(currency, &lowest): (&String, &Amount)| {
            let highest = self.highest[currency];
            let in_force = self.readings.iter().find(|reading| reading.in_force);
            let amount = in_force.map_or(Amount::ZERO, |reading| reading.amount(currency));
            let amount = money(amount, currency);
            if lowest == highest {
                return format!(
                    "The bill stands at {amount} {currency} however inferred messages are read \
                     (inferred_template, inferred_category)."
                );
            }
            format!(
                "The bill lies between {} and {} {currency} by how inferred messages are read \
                 (inferred_template, inferred_category); it stands at {amount}.",
                money(lowest, currency),
                money(highest, currency),
            )
        };
        self.lowest.iter().map(sentence).collect()
    }

    /// Charged units of some reading for which no card has a rate: its bill is then higher than shown.
    pub fn unrated_most(&self) -> u64 {
        let units = |reading: &Reading| -> u64 {
            reading.totals.values().map(|totals| totals.unrated).sum()
        };
        self.readings.iter().map(units).max().unwrap_or(0)
    }
}

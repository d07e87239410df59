//! Differing charges and their money by cause.

use std::collections::BTreeMap;

use serde::Serialize;

use super::causes::{Cause, Change};
use super::charges::DifferingCharge;
use super::matching::Totals;
use super::{DiffError, EXAMPLES_TOLD};
use crate::tariff::Amount;

/// Amounts of one currency in both runs. A charge without a known amount counts as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Money {
    /// In the first run.
    pub before: Amount,
    /// In the second run.
    pub after: Amount,
    /// The second less the first.
    pub difference: Amount,
}

/// The charges of one cause.
#[derive(Clone, Debug, Serialize)]
pub struct CauseSums {
    /// The cause.
    pub cause: Cause,
    /// Charges of the second run alone.
    pub added: u64,
    /// Charges of the first run alone.
    pub removed: u64,
    /// Charges of both.
    pub changed: u64,
    /// What they cost, by currency.
    pub money: BTreeMap<String, Money>,
    /// Some of them.
    pub examples: Vec<Example>,
}

/// A charge that differs, without naming the customer.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    /// Its id.
    pub charge_id: String,
    /// What became of it.
    pub change: Change,
    /// What changed: column, before, after.
    pub columns: Vec<(&'static str, Option<String>, Option<String>)>,
}

impl Money {
    fn add(&mut self, before: Amount, after: Amount) -> Option<()> {
        self.before = self.before.plus(before)?;
        self.after = self.after.plus(after)?;
        self.difference = self.after.minus(self.before)?;
        Some(())
    }
}

/// Sums up charges by cause.
#[derive(Default)]
pub struct Causes {
    sums: BTreeMap<Cause, CauseSums>,
}

impl Causes {
    /// Adds a charge.
    ///
    /// # Errors
    /// If a sum does not fit.
    pub fn add(&mut self, charge: &DifferingCharge) -> Result<(), DiffError> {
        let sums = self.sums.entry(charge.cause).or_insert_with(|| CauseSums {
            cause: charge.cause,
            added: 0,
            removed: 0,
            changed: 0,
            money: BTreeMap::new(),
            examples: Vec::new(),
        });
        match charge.change {
            Change::Added => sums.added += 1,
            Change::Removed => sums.removed += 1,
            Change::Changed => sums.changed += 1,
        }
        let halves = [
            charge
                .before
                .as_ref()
                .map(|row| (row, row.amount, Amount::ZERO)),
            charge
                .after
                .as_ref()
                .map(|row| (row, Amount::ZERO, row.amount)),
        ];
        for (row, before, after) in halves.into_iter().flatten() {
            let currency = row.text(charge.places.currency).to_owned();
            let money = sums.money.entry(currency).or_default();
            let added = money.add(before, after);
            added.ok_or_else(|| DiffError::TooLarge(charge.cause.to_string()))?;
        }
        if sums.examples.len() < EXAMPLES_TOLD {
            sums.examples.push(charge.example());
        }
        Ok(())
    }

    /// The sums, and the totals of both runs.
    ///
    /// # Panics
    /// If the causes do not sum to the difference of the totals: a bug in the program.
    ///
    /// # Errors
    /// If a sum does not fit.
    pub fn finish(
        self,
        [before, after]: [Totals; 2],
    ) -> Result<(BTreeMap<String, Money>, Vec<CauseSums>), DiffError> {
        let mut totals: BTreeMap<String, Money> = BTreeMap::new();
        for (sums, is_before) in [(before, true), (after, false)] {
            for (currency, sum) in sums {
                let halves = match is_before {
                    true => (sum, Amount::ZERO),
                    false => (Amount::ZERO, sum),
                };
                let money = totals.entry(currency.clone()).or_default();
                let added = money.add(halves.0, halves.1);
                added.ok_or(DiffError::TooLarge(currency))?;
            }
        }
        let mut explained: BTreeMap<&String, Amount> = BTreeMap::new();
        for (currency, money) in self.sums.values().flat_map(|sums| &sums.money) {
            let sum = explained.entry(currency).or_default();
            let added = sum.plus(money.difference);
            *sum = added.ok_or_else(|| DiffError::TooLarge(currency.clone()))?;
        }
        for (currency, money) in &totals {
            let explained = explained.get(currency).copied().unwrap_or_default();
            assert_eq!(
                explained, money.difference,
                "causes sum to the difference of the totals in {currency}"
            );
        }
        Ok((totals, self.sums.into_values().collect()))
    }
}

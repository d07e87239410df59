//! Which pairs and messages a scenario moves: what they are charged, held against the base.

use std::cmp::Reverse;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::comparison::{Moved, MovedPair};
use super::engine::{Engine, Run, WhatIfError};
use crate::pricing::Pricing;
use crate::replay::outcome::{Charge, Outcome, RowNumber};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, Currency, PricingType};

/// A message that is charged otherwise in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedMessage {
    /// A row of it.
    pub row: RowNumber,
    /// What it is charged in the base, if it is.
    pub base: Vec<Charged>,
    /// What it is charged in the scenario, if it is; several times where the scenario copies it.
    pub scenario: Vec<Charged>,
}

/// How a message, or the conversation that it opens, is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Charged {
    /// The category.
    pub category: ChargeCategory,
    /// How it is priced.
    pub pricing_type: PricingType,
    /// Billing currency.
    pub currency: Currency,
    /// What it costs; none where that is not known.
    pub amount: Option<Amount>,
}

/// Everything that moved.
pub struct Movements {
    /// How many, and the pairs whose money changes most.
    pub moved: Moved,
    /// The messages, by row; none where rows cannot be matched.
    pub messages: Option<Vec<MovedMessage>>,
}

/// Holds a scenario's charges against the base; `largest` pairs are named.
///
/// Discounts and a provider's fees belong to no message and are left out.
///
/// # Errors
/// If the log can no longer be read.
pub fn movements(
    engine: &Engine<'_, '_>,
    run: &Run,
    name: &str,
    largest: usize,
) -> Result<Movements, WhatIfError> {
    let base = Side {
        outcome: &engine.found.outcome,
        pricing: engine.pricing()?,
    };
    let repriced;
    let scenario = match &run.judged {
        Some(judged) => Side {
            outcome: &judged.outcome,
            pricing: &judged.pricing,
        },
        None => {
            repriced = engine.pricing_under(&run.tables)?;
            Side {
                outcome: &engine.found.outcome,
                pricing: &repriced,
            }
        }
    };
    let mut pairs = pairs(&base, &scenario);
    let count = pairs.len() as u64;
    // Members of several groups are several pairs of the same names.
    pairs.sort_by_cached_key(|pair| {
        let change = pair.amount.minus(pair.base).unwrap_or_default().abs();
        let names = [&pair.business, &pair.customer, &pair.currency].map(String::clone);
        (
            Reverse(change),
            names,
            pair.base,
            pair.base_units,
            pair.units,
        )
    });
    pairs.truncate(largest);
    let is_matched = run
        .judged
        .as_ref()
        .is_none_or(|judged| !judged.was_read_again);
    let messages = is_matched.then(|| messages(&base, &scenario));
    Ok(Movements {
        moved: Moved {
            scenario: name.to_owned(),
            pairs: count,
            messages: messages.as_ref().map(|messages| messages.len() as u64),
            largest: pairs,
        },
        messages,
    })
}

/// The charges of the base, or of a scenario.
struct Side<'a> {
    outcome: &'a Outcome,
    pricing: &'a Pricing,
}

/// A pair and a currency: codes of the log's words, which both sides share.
type PairCell = (u32, u64, Option<u32>, Currency);

impl Side<'_> {
    fn charges(&self) -> impl ParallelIterator<Item = (Charge, Charged)> + '_ {
        let parts = self.outcome.parts.par_iter().enumerate();
        parts.flat_map_iter(move |(part, charges)| {
            let charges = charges.charges.iter().enumerate();
            let written = charges.filter(|(_, charge)| charge.is_written && !charge.is_detail());
            written.map(move |(place, charge)| {
                let code = self.pricing.code(part as u32, place as u32);
                let price = self.pricing.price(code);
                let charged = Charged {
                    category: charge.category,
                    pricing_type: charge.pricing_type,
                    currency: price.currency,
                    amount: price.amount(),
                };
                (charge, charged)
            })
        })
    }

    /// What each pair costs: its money, and its charged units.
    fn by_pair(&self) -> HashMap<PairCell, (Amount, u64)> {
        let add = |sums: &mut HashMap<PairCell, (Amount, u64)>, cell, amount: Amount, units| {
            let sum = sums.entry(cell).or_default();
            sum.0 = sum.0.plus(amount).expect("a sum of rates fits");
            sum.1 += units;
        };
        self.charges()
            .fold(HashMap::new, |mut sums, (charge, charged)| {
                let parts = self.outcome.pairs.parts(charge.pair);
                let cell = (
                    parts.business,
                    parts.customer,
                    parts.group,
                    charged.currency,
                );
                let units = u64::from(charge.is_chargeable());
                add(&mut sums, cell, charged.amount.unwrap_or_default(), units);
                sums
            })
            .reduce(HashMap::new, |mut sums, more| {
                for (cell, (amount, units)) in more {
                    add(&mut sums, cell, amount, units);
                }
                sums
            })
    }
}

fn pairs(base: &Side<'_>, scenario: &Side<'_>) -> Vec<MovedPair> {
    let (before, after) = (base.by_pair(), scenario.by_pair());
    let cells = before
        .keys()
        .chain(after.keys().filter(|cell| !before.contains_key(*cell)));
    let changed = cells.filter_map(|cell| {
        let (base_amount, base_units) = before.get(cell).copied().unwrap_or_default();
        let (amount, units) = after.get(cell).copied().unwrap_or_default();
        let &(business, customer, _, currency) = cell;
        ((base_amount, base_units) != (amount, units)).then(|| MovedPair {
            business: base.outcome.cells.businesses.word(business),
            customer: customer_word(customer, base.outcome),
            currency: currency.to_string(),
            base: base_amount,
            amount,
            base_units,
            units,
        })
    });
    changed.collect()
}

fn customer_word(customer: u64, outcome: &Outcome) -> String {
    let mut word = String::new();
    outcome.pairs.push_customer_word(customer, &mut word);
    word
}

/// The messages whose charges differ, by row.
fn messages(base: &Side<'_>, scenario: &Side<'_>) -> Vec<MovedMessage> {
    let kinds = Kinds::of(base, scenario);
    let (before, after) = (kinds.by_row(base), kinds.by_row(scenario));
    let (mut before, mut after) = (before.as_slice(), after.as_slice());
    let mut moved = Vec::new();
    loop {
        let next = before.first().into_iter().chain(after.first());
        let Some(row) = next.map(|&(row, _)| row).min() else {
            return moved;
        };
        let old = take(&mut before, row);
        let new = take(&mut after, row);
        if old != new {
            let named = |side: &[(RowNumber, u32)]| {
                side.iter().map(|&(_, kind)| kinds.kind(kind)).collect()
            };
            moved.push(MovedMessage {
                row,
                base: named(old),
                scenario: named(new),
            });
        }
    }
}

/// Takes the charges of a row off the front.
fn take<'s>(side: &mut &'s [(RowNumber, u32)], row: RowNumber) -> &'s [(RowNumber, u32)] {
    let (taken, rest) = side.split_at(side.partition_point(|&(other, _)| other <= row));
    *side = rest;
    taken
}

/// The few ways in which units are charged, numbered: millions of charges are compared by number.
struct Kinds {
    kinds: Vec<Charged>,
    numbers: HashMap<Charged, u32>,
}

impl Kinds {
    fn of(base: &Side<'_>, scenario: &Side<'_>) -> Self {
        let distinct = |side: &Side<'_>| -> hashbrown::HashSet<Charged> {
            side.charges()
                .fold(hashbrown::HashSet::new, |mut kinds, (_, charged)| {
                    kinds.insert(charged);
                    kinds
                })
                .reduce(hashbrown::HashSet::new, |mut kinds, more| {
                    kinds.extend(more);
                    kinds
                })
        };
        let mut all = distinct(base);
        all.extend(distinct(scenario));
        let mut kinds: Vec<Charged> = all.into_iter().collect();
        kinds.sort_unstable_by_key(|kind| {
            let Charged {
                category,
                pricing_type,
                currency,
                amount,
            } = *kind;
            (category, pricing_type, currency.code().to_owned(), amount)
        });
        let numbers = kinds.iter().copied().zip(0..).collect();
        Self { kinds, numbers }
    }

    fn kind(&self, number: u32) -> Charged {
        self.kinds[number as usize]
    }

    /// Row and kind of each charge, in order.
    fn by_row(&self, side: &Side<'_>) -> Vec<(RowNumber, u32)> {
        let charges = side.charges();
        let mut by_row: Vec<(RowNumber, u32)> = charges
            .map(|(charge, charged)| (charge.row, self.numbers[&charged]))
            .collect();
        by_row.par_sort_unstable();
        by_row
    }
}

//! The first 1,000 of a month (C22-3, C23-6, P26-2): an order over all pairs, of which only the
//! threshold matters.
//!
//! Each counter's units are cut at the threshold by selection ([`super::ranking`]).

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::carried::AllowanceName;
use super::outcome::{AllowancePosition, Charge, Part};
use super::ranking::{Place, Ranking};
use super::terms::Terms;
use crate::accounts::Accounts;
use crate::memory::{List, Memory};
use crate::rulebook::settings::ServiceAllowanceScope;
use crate::vocabulary::{Instant, Month, PricingType, Regime, Rule};

/// Whose allowance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Account(u32),
    Business(u32),
}

/// One allowance: regime, owner, local month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Counter {
    regime: Regime,
    owner: Owner,
    month: Month,
}

/// What allowances are counted by.
pub struct Allowances<'a> {
    /// Sizes and scope, and the accounts' months (T-2, S-01).
    pub terms: &'a Terms,
    /// Allowance used elsewhere (`[[used_allowance]]`).
    pub accounts: &'a Accounts,
    /// Units that earlier runs have settled.
    pub settled: Option<&'a BTreeMap<AllowanceName, u64>>,
    /// The order of units over all pairs.
    pub ranking: Ranking<'a>,
    /// Where units are kept.
    pub memory: &'a Memory,
}

impl Allowances<'_> {
    /// Makes the first units of each counter free; says how far each allowance is used.
    ///
    /// # Errors
    /// If message ids on a threshold can no longer be read.
    pub fn apply(&self, parts: &mut [Part]) -> anyhow::Result<Vec<AllowancePosition>> {
        let counters: Vec<(Counter, Units)> = self.units_by_counter(parts).into_iter().collect();
        let free: Vec<(AllowancePosition, List<Place>)> = counters
            .into_par_iter()
            .map(|(counter, units)| self.first_units(counter, units, parts))
            .collect::<anyhow::Result<_>>()?;
        let mut positions = Vec::with_capacity(free.len());
        for (position, units) in free {
            positions.push(position);
            for &(part, place) in units.iter() {
                let charges = &mut parts[part as usize].charges;
                let mut charge = charges.get(place as usize);
                make_free(&mut charge);
                charges.set(place as usize, &charge);
            }
        }
        // Where nobody has used an allowance again, it stands where it stood.
        let known: HashSet<AllowanceName> = positions
            .iter()
            .map(|position| (position.regime, position.owner.clone(), position.month))
            .collect();
        let settled = self.settled.into_iter().flatten();
        let others = settled.filter(|(name, _)| !known.contains(*name));
        positions.extend(others.map(|(name, &units)| self.position(name.clone(), units)));
        positions.sort_unstable();
        Ok(positions)
    }

    /// The units that were charged before an instant, those of earlier runs among them.
    pub fn settled_before(&self, instant: Instant, parts: &[Part]) -> BTreeMap<AllowanceName, u64> {
        let mut settled = self.settled.cloned().unwrap_or_default();
        for charge in parts.iter().flat_map(|part| part.charges.iter()) {
            if charge.uses_allowance && charge.charged_at < instant {
                let name = self.name(self.counter(&charge));
                *settled.entry(name).or_default() += 1;
            }
        }
        settled
    }

    fn settled_units(&self, name: &AllowanceName) -> u64 {
        let settled = self.settled.and_then(|settled| settled.get(name));
        settled.copied().unwrap_or_default()
    }

    /// How many units the allowance of a counter covers beside those that are settled.
    fn left(&self, counter: Counter) -> u64 {
        let name = self.name(counter);
        let settled = self.settled_units(&name);
        self.position(name, 0).left().saturating_sub(settled)
    }

    fn name(&self, counter: Counter) -> AllowanceName {
        let owner = match counter.owner {
            Owner::Account(code) => self.ranking.cells.accounts.word(code),
            Owner::Business(code) => self.ranking.cells.businesses.word(code),
        };
        (counter.regime, owner, counter.month)
    }

    fn position(&self, (regime, owner, month): AllowanceName, units: u64) -> AllowancePosition {
        let settings = &self.terms.settings;
        AllowancePosition {
            regime,
            month,
            size: match regime {
                Regime::Cbp2022 => settings.allowance_cbp_2022,
                Regime::Cbp2023 => settings.allowance_cbp_2023,
                Regime::Pmp2025 | Regime::Pmp2026 => settings.allowance_pmp_2026,
            },
            used_elsewhere: self.accounts.used_allowance(&owner, month),
            owner,
            units,
        }
    }

    fn units_by_counter(&self, parts: &[Part]) -> HashMap<Counter, Units> {
        let mut counters: HashMap<Counter, Units> = HashMap::new();
        for (part, found) in parts.iter().enumerate() {
            for (place, charge) in found.charges.iter().enumerate() {
                if charge.uses_allowance {
                    let counter = self.counter(&charge);
                    let units = counters
                        .entry(counter)
                        .or_insert_with(|| Units::new(self.left(counter), self.memory));
                    units.add((part as u32, place as u32));
                }
            }
        }
        counters
    }

    fn counter(&self, charge: &Charge) -> Counter {
        let by_number = charge.regime.is_per_message()
            && self.terms.settings.service_allowance_scope == ServiceAllowanceScope::Number;
        let owner = if by_number {
            Owner::Business(self.ranking.pairs.parts(charge.pair).business)
        } else {
            Owner::Account(charge.account)
        };
        let cutover = self
            .terms
            .cutover_instant(charge.charged_at, charge.sent_at);
        let date = self.terms.account(charge.account).clock.local_date(cutover);
        Counter {
            regime: charge.regime,
            owner,
            month: date.month(),
        }
    }

    /// The units that the allowance covers: the first in the order T-5.
    fn first_units(
        &self,
        counter: Counter,
        units: Units,
        parts: &[Part],
    ) -> anyhow::Result<(AllowancePosition, List<Place>)> {
        let name = self.name(counter);
        let settled = self.settled_units(&name);
        let position = self.position(name, settled + units.count);
        let Units {
            mut before,
            mut last,
            ..
        } = units;
        // What is settled came first.
        let free = position.free().saturating_sub(settled);
        let free = usize::try_from(free).unwrap_or(usize::MAX);
        let of_last = free.saturating_sub(before.len());
        self.ranking.cut(&mut last, of_last, parts)?;
        last.truncate(of_last);
        last.into_iter().for_each(|place| before.push(place));
        Ok((position, before))
    }
}

/// The units of a counter, as far as its allowance can reach.
///
/// Parts follow each other in time: once those before a part fill the allowance, those in it are counted only.
struct Units {
    /// How many the allowance covers at most.
    covered: u64,
    /// All units, kept or not.
    count: u64,
    /// Those of earlier parts than the last one that is kept.
    before: List<Place>,
    /// Those of the last part that is kept.
    last: Vec<Place>,
}

impl Units {
    fn new(covered: u64, memory: &Memory) -> Self {
        Self {
            covered,
            count: 0,
            before: List::new(memory),
            last: Vec::new(),
        }
    }

    /// Adds a unit, in the order of parts.
    fn add(&mut self, place: Place) {
        self.count += 1;
        if self.last.last().is_some_and(|last| last.0 != place.0) {
            if (self.before.len() + self.last.len()) as u64 >= self.covered {
                return;
            }
            for place in self.last.drain(..) {
                self.before.push(place);
            }
        }
        self.last.push(place);
    }
}

/// A unit that the allowance covers; inside an entry point it was free anyway (S-21).
fn make_free(charge: &mut Charge) {
    (charge.rule, charge.pricing_type) = match charge.rule {
        Rule::C22_5 => (Rule::C22_3, PricingType::FreeTier),
        Rule::C23_6 => (Rule::C23_6, PricingType::FreeTier),
        Rule::P26_2 | Rule::P26_5 => (Rule::P26_2, PricingType::FreeCustomerService),
        rule => (rule, charge.pricing_type),
    };
}

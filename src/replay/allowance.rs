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
}

impl Allowances<'_> {
    /// Makes the first units of each counter free; says how far each allowance is used.
    ///
    /// # Errors
    /// If message ids on a threshold can no longer be read.
    pub fn apply(&self, parts: &mut [Part]) -> anyhow::Result<Vec<AllowancePosition>> {
        let counters: Vec<(Counter, Vec<Place>)> =
            self.units_by_counter(parts).into_iter().collect();
        let free: Vec<(AllowancePosition, Vec<Place>)> = counters
            .into_par_iter()
            .map(|(counter, units)| self.first_units(counter, units, parts))
            .collect::<anyhow::Result<_>>()?;
        let mut positions = Vec::with_capacity(free.len());
        for (position, units) in free {
            positions.push(position);
            for (part, place) in units {
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

    fn units_by_counter(&self, parts: &[Part]) -> HashMap<Counter, Vec<Place>> {
        let mut counters: HashMap<Counter, Vec<Place>> = HashMap::new();
        for (part, found) in parts.iter().enumerate() {
            for (place, charge) in found.charges.iter().enumerate() {
                if charge.uses_allowance {
                    counters
                        .entry(self.counter(&charge))
                        .or_default()
                        .push((part as u32, place as u32));
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
        mut units: Vec<Place>,
        parts: &[Part],
    ) -> anyhow::Result<(AllowancePosition, Vec<Place>)> {
        let name = self.name(counter);
        let settled = self.settled.and_then(|settled| settled.get(&name));
        let settled = settled.copied().unwrap_or_default();
        let position = self.position(name, settled + units.len() as u64);
        // What is settled came first.
        let free = position.free().saturating_sub(settled);
        let free = usize::try_from(free).unwrap_or(usize::MAX);
        self.ranking.cut(&mut units, free, parts)?;
        units.truncate(free);
        Ok((position, units))
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

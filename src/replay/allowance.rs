//! The first 1,000 of a month (C22-3, C23-6, P26-2): an order over all pairs, of which only the
//! threshold matters.
//!
//! Each counter's units are cut at the threshold by selection. Message ids, the last resort of the order
//! T-5, are fetched only for units that lie exactly on it.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::outcome::{Charge, FetchMessageIds, Part, RowSet};
use super::pair::PairTable;
use super::terms::Terms;
use crate::accounts::Accounts;
use crate::log::cell::CellContext;
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

/// The place of a charge: part, and place in the part.
type Place = (u32, u32);

/// What allowances are counted by.
pub struct Allowances<'a> {
    /// Sizes and scope, and the accounts' months (T-2, S-01).
    pub terms: &'a Terms,
    /// Allowance used elsewhere (`[[used_allowance]]`).
    pub accounts: &'a Accounts,
    /// Names of accounts and numbers.
    pub cells: &'a CellContext,
    /// Names of pairs.
    pub pairs: &'a PairTable,
    /// Message ids, for units on a threshold.
    pub ids: &'a dyn FetchMessageIds,
}

impl Allowances<'_> {
    /// Makes the first units of each counter free.
    ///
    /// # Errors
    /// If message ids on a threshold can no longer be read.
    pub fn apply(&self, parts: &mut [Part]) -> anyhow::Result<()> {
        let counters: Vec<(Counter, Vec<Place>)> =
            self.units_by_counter(parts).into_iter().collect();
        let free: Vec<Vec<Place>> = counters
            .into_par_iter()
            .map(|(counter, units)| self.first_units(counter, units, parts))
            .collect::<anyhow::Result<_>>()?;
        for (part, place) in free.into_iter().flatten() {
            let charges = &mut parts[part as usize].charges;
            let mut charge = charges.get(place as usize);
            make_free(&mut charge);
            charges.set(place as usize, &charge);
        }
        Ok(())
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
            Owner::Business(self.pairs.parts(charge.pair).business)
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

    fn remaining(&self, counter: Counter) -> usize {
        let size = match counter.regime {
            Regime::Cbp2022 => self.terms.settings.allowance_cbp_2022,
            Regime::Cbp2023 => self.terms.settings.allowance_cbp_2023,
            Regime::Pmp2025 | Regime::Pmp2026 => self.terms.settings.allowance_pmp_2026,
        };
        let owner = match counter.owner {
            Owner::Account(code) => self.cells.accounts.word(code),
            Owner::Business(code) => self.cells.businesses.word(code),
        };
        let used = self.accounts.used_allowance(&owner, counter.month);
        usize::try_from(size.saturating_sub(used)).unwrap_or(usize::MAX)
    }

    /// The units that the allowance covers: the first in the order T-5.
    fn first_units(
        &self,
        counter: Counter,
        mut units: Vec<Place>,
        parts: &[Part],
    ) -> anyhow::Result<Vec<Place>> {
        let remaining = self.remaining(counter);
        if units.len() <= remaining {
            return Ok(units);
        }
        let Some(last) = remaining.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let charge = |&(part, place): &Place| parts[part as usize].charges.get(place as usize);
        let instants = |unit: &Place| -> (Instant, Instant) {
            let charge = charge(unit);
            (charge.charged_at, charge.sent_at)
        };
        units.select_nth_unstable_by_key(last, instants);
        let threshold = instants(&units[last]);
        let (mut first, others): (Vec<Place>, Vec<Place>) = units
            .into_iter()
            .partition(|unit| instants(unit) < threshold);
        let mut tied: Vec<Place> = others
            .into_iter()
            .filter(|unit| instants(unit) == threshold)
            .collect();
        let places_left = remaining - first.len();
        if tied.len() > places_left {
            tied = self.in_order_of_ids(tied, charge)?;
            tied.truncate(places_left);
        }
        first.append(&mut tied);
        Ok(first)
    }

    fn in_order_of_ids(
        &self,
        units: Vec<Place>,
        charge: impl Fn(&Place) -> Charge + Clone,
    ) -> anyhow::Result<Vec<Place>> {
        let rows = RowSet::from(units.iter().map(|unit| charge(unit).row));
        let ids = self.ids.message_ids(rows)?;
        let mut keyed: Vec<_> = units
            .into_iter()
            .map(|unit| {
                let charge = charge(&unit);
                let mut customer = String::new();
                self.pairs.push_customer(charge.pair, &mut customer);
                (
                    ids.get(charge.row),
                    customer,
                    self.cells.accounts.word(charge.account),
                    unit,
                )
            })
            .collect();
        keyed.sort_unstable();
        Ok(keyed.into_iter().map(|(.., unit)| unit).collect())
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

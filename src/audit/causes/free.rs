//! A-BILLED-FREE and A-FREE-BILLED where free units have no line of their own.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        Cause,
        comparison::{Comparison, times},
        key::{Dimension, Key},
    },
    rates::RateBook,
    rest::entry_rate,
    words::{stake, units},
};
use crate::tariff::Amount;
use crate::vocabulary::PricingType;

/// Free units of a cell, by type.
#[derive(Default)]
struct FreePool {
    by_type: BTreeMap<PricingType, i64>,
    marked_free: i64,
    marked_charged: i64,
    silent: Vec<usize>,
}

impl FreePool {
    fn all(&self) -> i64 {
        self.by_type.values().sum()
    }

    /// Whether a number of units is all that is free in the cell, or all of one type.
    fn is_whole(&self, quantity: i64) -> bool {
        quantity == self.all() || self.by_type.values().any(|&one| one == quantity)
    }
}

/// How many more units Meta's own marks charge in a cell than the replay; less than none where they charge
/// fewer. Which units of a month are free is an order that nobody publishes, so only the balance counts.
fn marked_balance(comparison: &Comparison, pool: Option<&FreePool>) -> i64 {
    pool.map_or(0, |pool| pool.marked_charged) - comparison.marked_free()
}

/// Units billed beyond the expected ones that are exactly what the replay holds free; and units that Meta's
/// own marks hold free, missing from the bill.
pub(super) fn whole(comparisons: &mut [Comparison], rates: RateBook<'_>) {
    for comparison in comparisons.iter_mut() {
        let is_unbilled = comparison.is_open()
            && comparison.is_missing()
            && !comparison.is_silent
            && !comparison.key.is_free();
        let marked = comparison.marked_free();
        if is_unbilled && marked > 0 && comparison.quantity == marked {
            not_billed(comparison, marked);
        }
    }
    let pools = pools(comparisons);
    each_charged(comparisons, &pools, |comparison, pool| {
        let open = comparison.open_quantity();
        let marked = marked_balance(comparison, pool);
        match pool {
            _ if open == 0 => false,
            _ if open == marked && open < 0 => {
                not_billed(comparison, -open);
                false
            }
            _ if open == marked => bill_marked(comparison, open, rates),
            Some(pool) if open > 0 && pool.is_whole(open) => {
                bill_free(comparison, open, "exactly as many", rates)
            }
            _ => false,
        }
    });
}

/// A part of the open units that Meta's own marks tell apart: they name the very messages, so the rest may
/// have another cause.
pub(super) fn marked(comparisons: &mut [Comparison], rates: RateBook<'_>) {
    let pools = pools(comparisons);
    each_charged(comparisons, &pools, |comparison, pool| {
        let open = comparison.open_quantity();
        let marked = marked_balance(comparison, pool);
        if marked < 0 && open < marked {
            not_billed(comparison, -marked);
        }
        marked > 0 && open > marked && bill_marked(comparison, marked, rates)
    });
}

/// Units that Meta's own marks hold free and the bill lacks.
fn not_billed(comparison: &mut Comparison, count: i64) {
    let money = times(comparison.money_of_last(count), -1);
    let text = format!(
        "{} not billed that the replay holds chargeable and Meta's own marks call free: {}",
        units(count),
        stake(money)
    );
    comparison.explain(Cause::FreeBilled, -count, money, text);
}

/// Units that Meta's own marks charge and the replay holds free.
fn bill_marked(comparison: &mut Comparison, count: i64, rates: RateBook<'_>) -> bool {
    let Some(rate) = entry_rate(comparison, rates) else {
        return false;
    };
    let money = times(rate, count);
    let text = format!(
        "{} billed beyond the {} chargeable ones that the replay holds free and Meta's own marks charge: {}",
        units(count),
        comparison.quantity,
        stake(money)
    );
    comparison.explain(Cause::BilledFree, count, money, text);
    true
}

/// Units billed beyond the expected ones where the replay knows enough free units in the same cell, and the
/// invoice lists no free units anywhere: every message of the log counted, some of the free ones are billed.
pub(super) fn partial(comparisons: &mut [Comparison], rates: RateBook<'_>) {
    if comparisons
        .iter()
        .any(|each| each.key.is_free() && !each.is_missing())
    {
        return;
    }
    let pools = pools(comparisons);
    each_charged(comparisons, &pools, |comparison, pool| {
        let open = comparison.open_quantity();
        let available = pool.map_or(0, |pool| pool.all() - pool.marked_free);
        // Where no money shows, numbers that do not meet are no reason to accuse.
        comparison.open_amount() != Amount::ZERO
            && open > 0
            && open <= available
            && bill_free(comparison, open, &available.to_string(), rates)
    });
}

fn bill_free(comparison: &mut Comparison, open: i64, held: &str, rates: RateBook<'_>) -> bool {
    let Some(rate) = entry_rate(comparison, rates) else {
        return false;
    };
    let money = times(rate, open);
    let text = format!(
        "{} billed beyond the {} chargeable ones; the replay holds {held} delivered in this cell free: {}",
        units(open),
        comparison.quantity,
        stake(money)
    );
    comparison.explain(Cause::BilledFree, open, money, text);
    true
}

/// Asks about every charged line with its cell's free units; where the answer is yes, they are used up.
fn each_charged(
    comparisons: &mut [Comparison],
    pools: &BTreeMap<Key, FreePool>,
    mut ask: impl FnMut(&mut Comparison, Option<&FreePool>) -> bool,
) {
    let mut spent: BTreeSet<Key> = BTreeSet::new();
    for place in 0..comparisons.len() {
        let comparison = &comparisons[place];
        if !comparison.is_open()
            || comparison.key.is_free()
            || comparison.is_quantity_implied
            || comparison.is_missing()
        {
            continue;
        }
        let own = of_slices(comparison);
        let cell = comparison.key.without(Dimension::PricingType);
        let silent = pools.get(&cell).filter(|_| !spent.contains(&cell));
        let pool = if own.all() > 0 { Some(&own) } else { silent };
        let used: Vec<usize> = pool.map_or(Vec::new(), |pool| pool.silent.clone());
        if !ask(&mut comparisons[place], pool) {
            continue;
        }
        comparisons[place].free.clear();
        spent.insert(cell);
        for each in used {
            comparisons[each].quantity = 0;
        }
    }
}

fn of_slices(comparison: &Comparison) -> FreePool {
    let mut pool = FreePool::default();
    for slice in &comparison.free {
        *pool.by_type.entry(slice.pricing_type).or_default() += slice.quantity;
        pool.marked_free += slice.marked_free;
        pool.marked_charged += slice.marked_charged;
    }
    pool
}

/// The free units that no line lists, by what their cell has in common with a charged one.
fn pools(comparisons: &[Comparison]) -> BTreeMap<Key, FreePool> {
    let mut pools: BTreeMap<Key, FreePool> = BTreeMap::new();
    for (place, comparison) in comparisons.iter().enumerate() {
        if !comparison.is_silent || comparison.quantity == 0 {
            continue;
        }
        let pool = pools
            .entry(comparison.key.without(Dimension::PricingType))
            .or_default();
        for slice in &comparison.slices {
            *pool.by_type.entry(slice.pricing_type).or_default() += slice.quantity;
            pool.marked_free += slice.marked_free;
            pool.marked_charged += slice.marked_charged;
        }
        pool.silent.push(place);
    }
    pools
}

//! Why a line differs: one cause for each part of the money, decided by evidence in a fixed order.
//!
//! What can be *seen* moving decides first: a line that stands twice, units that are missing in one cell and
//! too many in another. Then what the log knows about days and free units. Only what is left of the quantity is
//! A-QUANTITY, and only what is left of the money is tried against the cards. Meta's own marks on the messages
//! may explain a part of what does not meet exactly, because they name the units. Causes that quantities and cards
//! do not reproduce are not claimed: the rest is A-UNEXPLAINED.

mod credit;
mod free;
mod moves;
mod period;
mod price;
mod rates;
mod rest;
mod tax;
mod words;

use super::{
    Evidence,
    comparison::{Comparison, Formation, Progress, times, total},
    key::Dimension,
    matching::{Matching, is_covered},
};
use crate::tariff::Amount;
use moves::Mover;
use rates::RateBook;

pub(super) use credit::{CreditVerdict, credit};
pub(super) use tax::{TaxVerdict, tax};

/// Explains every comparison to the last cent.
pub(super) fn explain(evidence: &Evidence<'_>, matching: &mut Matching) {
    let rates = RateBook {
        tariff: evidence.tariff,
    };
    for comparison in &mut matching.comparisons {
        prepare(comparison, rates);
    }
    let mover = Mover {
        rates,
        markets: &evidence.tariff.markets,
    };
    free::whole(&mut matching.comparisons, rates);
    mover.redated(&mut matching.comparisons, &matching.main_periods);
    for dimension in [
        Dimension::PricingType,
        Dimension::Category,
        Dimension::Market,
        Dimension::Tier,
        Dimension::Period,
        Dimension::PricingTypeAndCategory,
    ] {
        mover.along(&mut matching.comparisons, dimension);
    }
    period::by_other_calendars(evidence, matching);
    mover.along(&mut matching.comparisons, Dimension::Currency);
    mover.marked(&mut matching.comparisons);
    free::marked(&mut matching.comparisons, rates);
    free::partial(&mut matching.comparisons, rates);
    for comparison in &mut matching.comparisons {
        if comparison.is_open() && !is_covered(evidence, comparison.key.period) {
            let reason =
                "the log does not hold every day of this line's period: supply the rest of it";
            comparison.progress = Progress::NotTested(reason.to_owned());
        }
        rest::explain(comparison, rates);
    }
}

/// Sets aside what agrees and what cannot be compared.
fn prepare(comparison: &mut Comparison, rates: RateBook<'_>) {
    if !comparison.is_open() {
        return;
    }
    let without_rate: i64 = comparison
        .slices
        .iter()
        .filter(|slice| slice.rate.is_none())
        .map(|slice| slice.quantity)
        .sum();
    if without_rate > 0 {
        let reason = format!(
            "no rate is known for {without_rate} of the units expected here: supply the card with --rates"
        );
        comparison.progress = Progress::NotTested(reason);
        return;
    }
    let Some(billed) = comparison.billed else {
        let counted = comparison.billed_quantity.unwrap_or(0);
        let reason = format!(
            "the source states no cost; it counts {counted} units, the replay {}",
            comparison.quantity
        );
        comparison.progress = Progress::NotTested(reason);
        return;
    };
    let expected = comparison.shown();
    if comparison.key.currency.is_none() {
        let reason = "the line states no currency, and the log bills in several: say it in the invoice or a map";
        comparison.progress = Progress::NotTested(reason.to_owned());
        return;
    }
    if billed == expected {
        count_free_units(comparison);
    }
    let open = comparison.open_quantity();
    if billed == expected && open == 0 {
        comparison.progress = Progress::Settled;
    } else if billed == expected
        && billed != Amount::ZERO
        && !rest::is_hidden_by_rounding(comparison, rates)
    {
        rest::right_amount(comparison);
        comparison.progress = Progress::Settled;
    } else if comparison.billed_quantity.is_none() {
        comparison.billed_quantity = implied_quantity(comparison, billed, rates);
        comparison.is_quantity_implied = comparison.billed_quantity.is_some();
    }
}

/// A line that does not say which pricing type it bills may count the free units of its cell too.
fn count_free_units(comparison: &mut Comparison) {
    let free: i64 = comparison.free.iter().map(|slice| slice.quantity).sum();
    if free > 0 && comparison.open_quantity() == free {
        comparison.quantity += free;
        let free = std::mem::take(&mut comparison.free);
        comparison.slices.extend(free);
    }
}

/// The only number of units that comes to an amount, where a unit costs more than rounding can hide.
fn implied_quantity(comparison: &Comparison, billed: Amount, rates: RateBook<'_>) -> Option<i64> {
    let rate = match comparison.slices.as_slice() {
        [] => rates.unexpected(&comparison.key, None)?,
        slices => slices[0]
            .rate
            .filter(|_| slices.iter().all(|slice| slice.rate == slices[0].rate))?,
    };
    if rate <= comparison.formation.unit() || billed.is_negative() {
        return None;
    }
    let near = i64::try_from(billed.units() / rate.units()).ok()?;
    (near..=near.saturating_add(1))
        .find(|&count| comparison.formation.round(times(rate, count)) == billed)
}

/// Whether an amount is small enough to be a matter of rounding one line.
fn is_rounding(comparison: &Comparison, amount: Amount) -> bool {
    // An invoice with more digits than its currency may still have rounded one line to the currency.
    let of_currency = Formation {
        digits: comparison
            .key
            .currency
            .map_or(2, |currency| currency.digits()),
        ..comparison.formation
    };
    let unit = comparison.formation.unit().max(of_currency.unit());
    amount.abs() <= unit
}

/// The sum of what a line's parts come to when each is rounded for itself.
fn rounded_parts(comparison: &Comparison) -> Amount {
    total(
        comparison
            .slices
            .iter()
            .map(|slice| comparison.formation.round(slice.amount)),
    )
}

//! What is left of a line once everything that can be seen moving is explained: its quantity, its price, its
//! rounding, and what none of them reproduces.

use super::{
    super::{
        Cause,
        comparison::{Comparison, Progress, minus, sum, times},
    },
    is_rounding, price,
    rates::RateBook,
    rounded_parts,
    words::{stake, units},
};
use crate::tariff::Amount;

/// Explains the rest of a comparison.
pub(super) fn explain(comparison: &mut Comparison, rates: RateBook<'_>) {
    if !comparison.is_open() {
        return;
    }
    if comparison.is_silent {
        comparison.progress = Progress::Settled;
        return;
    }
    if comparison.is_quantity_implied {
        comparison.billed_quantity = None;
    }
    if comparison.key.is_free() {
        free_line(comparison);
    } else if comparison.billed_quantity.is_none() {
        price::amount_alone(comparison, rates);
    } else if comparison.open_amount() == Amount::ZERO && comparison.billed != Some(Amount::ZERO) {
        right_amount(comparison);
    } else if is_given_free(comparison) {
        let text = format!(
            "{} billed at nothing that the replay holds chargeable: {}",
            units(comparison.billed_quantity.unwrap_or(0)),
            stake(comparison.open_amount())
        );
        quantity(comparison, rates);
        comparison.explain_rest(Cause::FreeBilled, text);
    } else {
        quantity(comparison, rates);
        price::explain(comparison, rates);
        rounding_or_nothing(comparison);
    }
    comparison.progress = Progress::Settled;
}

/// Units too many or too few on a line whose amount is right: they may have their counterpart in another line,
/// but nothing of this one's money.
pub(super) fn right_amount(comparison: &mut Comparison) {
    let open = comparison.open_quantity();
    if open == 0 {
        return;
    }
    let text = format!(
        "{} billed, {} expected, and yet the amount is right: nothing to claim",
        comparison.billed_quantity.unwrap_or(0),
        comparison.quantity
    );
    comparison.explain(Cause::Quantity, open, Amount::ZERO, text);
}

/// Whether the money of the units too many or too few is so small that the rounded line does not show it.
pub(super) fn is_hidden_by_rounding(comparison: &Comparison, rates: RateBook<'_>) -> bool {
    let money = money_of_open(comparison, rates);
    let shown = comparison.formation.round(sum(comparison.exact, money));
    comparison.billed == Some(shown)
}

/// A line of a free type must cost nothing.
fn free_line(comparison: &mut Comparison) {
    let open = comparison.open_quantity();
    if open != 0 {
        let text = format!(
            "{} free units billed, the replay holds {}; no money at stake",
            comparison.billed_quantity.unwrap_or(0),
            comparison.quantity
        );
        comparison.explain(Cause::Quantity, open, Amount::ZERO, text);
    }
    if comparison.open_amount() != Amount::ZERO {
        let text = format!(
            "a line of a free pricing type carries a charge: {}",
            stake(comparison.open_amount())
        );
        comparison.explain_rest(Cause::BilledFree, text);
    }
}

/// Whether units that cost something are billed, at nothing; a price on the line says that rounding, not
/// somebody, made it nothing.
fn is_given_free(comparison: &Comparison) -> bool {
    let has_price = comparison
        .unit_price
        .is_some_and(|price| price > Amount::ZERO);
    let is_rounding = is_rounding(comparison, comparison.open_amount());
    comparison.billed == Some(Amount::ZERO)
        && !(has_price && is_rounding)
        && comparison.billed_quantity.is_some_and(|billed| billed > 0)
        && comparison.expected_amount() != Amount::ZERO
}

/// Units that are in the log and not on the bill, or the reverse.
fn quantity(comparison: &mut Comparison, rates: RateBook<'_>) {
    let open = comparison.open_quantity();
    if open == 0 {
        return;
    }
    let money = money_of_open(comparison, rates);
    let billed = comparison.billed_quantity.unwrap_or(0);
    let held = comparison.quantity;
    let text = match (comparison.is_missing(), held) {
        (true, _) => format!(
            "{} expected that no line of the invoice bills: {}",
            units(held),
            stake(money)
        ),
        (false, 0) => format!(
            "{} billed, and the log holds none of them: {}",
            units(billed),
            stake(money)
        ),
        _ => format!("{billed} billed, the log holds {held}: {}", stake(money)),
    };
    comparison.explain(Cause::Quantity, open, money, text);
}

/// What the units too many or too few cost.
fn money_of_open(comparison: &Comparison, rates: RateBook<'_>) -> Amount {
    let open = comparison.open_quantity();
    match entry_rate(comparison, rates) {
        _ if open < 0 => times(comparison.money_of_last(-open), -1),
        Some(rate) => times(rate, open),
        None => comparison.open_amount(),
    }
}

/// What one more unit of a cell costs.
pub(super) fn entry_rate(comparison: &Comparison, rates: RateBook<'_>) -> Option<Amount> {
    if !comparison.slices.is_empty() {
        return comparison.marginal_rate();
    }
    rates
        .unexpected(&comparison.key, comparison.unit_price)
        .or(comparison.unit_price)
        .or_else(|| {
            let (billed, count) = (comparison.billed?, i128::from(comparison.billed_quantity?));
            let is_exact = count > 0 && billed.units() % count == 0;
            is_exact.then(|| Amount::from_units(billed.units() / count))
        })
}

/// The last cents, and what no cause reproduces.
pub(super) fn rounding_or_nothing(comparison: &mut Comparison) {
    let open = comparison.open_amount();
    if open == Amount::ZERO {
        return;
    }
    if is_rounding(comparison, open) {
        let text = format!(
            "{} comes to {} under the rounding rule {}; the line says {open} more",
            comparison.exact,
            comparison.shown(),
            comparison.formation.rule
        );
        comparison.explain_rest(Cause::Rounding, text);
        return;
    }
    let is_sum_of_rounded = comparison.steps.is_empty()
        && comparison
            .billed
            .is_some_and(|billed| billed == rounded_parts(comparison));
    if is_sum_of_rounded {
        let text = format!(
            "the line is the sum of {} parts, each rounded for itself: {}",
            comparison.slices.len(),
            stake(open)
        );
        comparison.explain_rest(Cause::Rounding, text);
        return;
    }
    let stated = match (comparison.billed_quantity, comparison.unit_price) {
        (Some(count), Some(price))
            if minus(times(price, count), comparison.billed.unwrap_or(price)).abs()
                > comparison.formation.unit() =>
        {
            format!(
                "the amount is not the line's own quantity times its unit price ({count} × {price})"
            )
        }
        (Some(_), _) => "quantity and price do not account for the amount".to_owned(),
        _ => "the line states neither quantity nor price".to_owned(),
    };
    comparison.explain_rest(
        Cause::Unexplained,
        format!("{stated}; no evidence tells why: {}", stake(open)),
    );
}

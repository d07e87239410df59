//! The price of a line: whose rate it is, if it is not the card's.

use super::{
    super::{
        Cause,
        comparison::{Comparison, Slice, minus, times},
    },
    rates::{OtherRate, RateBook},
    rest::rounding_or_nothing,
    words::{stake, units},
};
use crate::{tariff::Amount, vocabulary::Currency};

/// Below this many units an amount in cents fits too many rates to say which one was used.
const TELLING_QUANTITY: i64 = 100;

/// Below this the prices of four decimals are so few that one is the rate of some other market by chance.
const TELLING_RATE: Amount = Amount::from_units(10_000_000_000);

/// Explains the money of a line whose quantity is settled by its price.
pub(super) fn explain(comparison: &mut Comparison, rates: RateBook<'_>) {
    let (Some(billed), Some(count)) = (comparison.billed, comparison.billed_quantity) else {
        return;
    };
    if count <= 0 || comparison.slices.is_empty() && comparison.unit_price.is_none() {
        return;
    }
    match comparison.unit_price {
        Some(price) => stated(comparison, rates, price, count, billed),
        None => unstated(comparison, rates, count, billed),
    }
}

/// The line states its price.
fn stated(
    comparison: &mut Comparison,
    rates: RateBook<'_>,
    price: Amount,
    count: i64,
    billed: Amount,
) {
    let of_price = times(price, count);
    let is_own_product = minus(of_price, billed).abs() <= comparison.formation.unit();
    if of_price == comparison.exact || comparison.open_amount() == Amount::ZERO {
        return;
    }
    let currency = comparison.key.currency.unwrap_or(Currency::USD);
    if is_own_product {
        let change = minus(of_price, comparison.exact);
        let (cause, what) = classified(comparison, rates, currency, |rate| rate == price)
            .unwrap_or((Cause::Rate, "no known card says so".to_owned()));
        let text = wording(comparison, rates, price, count, &what, change);
        comparison.explain(cause, 0, change, text);
        // What the product leaves over is how the invoice rounded it.
        return;
    }
    if !comparison
        .slices
        .iter()
        .any(|slice| slice.rate == Some(price))
    {
        unstated(comparison, rates, count, billed);
    }
}

/// The line states no price, or one that its amount does not follow: the amount is tried against known rates.
fn unstated(comparison: &mut Comparison, rates: RateBook<'_>, count: i64, billed: Amount) {
    let open = comparison.open_amount();
    if open.abs() <= comparison.formation.unit() || super::rounded_parts(comparison) == billed {
        return;
    }
    let currency = comparison.key.currency.unwrap_or(Currency::USD);
    let formation = comparison.formation;
    let comes_to = |rate: Amount| formation.round(times(rate, count)) == billed;
    let is_telling = count >= TELLING_QUANTITY;
    let found = classified(comparison, rates, currency, comes_to)
        .filter(|(cause, _)| is_telling || !matches!(cause, Cause::Market | Cause::Currency));
    if let Some((cause, what)) = found {
        let text = format!(
            "{} billed for {}: {what}; {}",
            billed,
            units(count),
            stake(open)
        );
        comparison.explain_rest(cause, text);
        return;
    }
    let is_one_cell = comparison
        .slices
        .windows(2)
        .all(|pair| (pair[0].market, pair[0].category) == (pair[1].market, pair[1].category));
    if comparison.unit_price.is_some() || !is_one_cell {
        return;
    }
    let cell_rates: Vec<Amount> = comparison
        .slices
        .iter()
        .filter_map(|slice| slice.rate)
        .collect();
    let (low, high) = (cell_rates.iter().min(), cell_rates.iter().max());
    let is_between = matches!((low, high), (Some(&low), Some(&high)) if low < high && times(low, count) <= billed && billed <= times(high, count));
    let has_tiers = comparison
        .slices
        .windows(2)
        .any(|pair| pair[0].tier != pair[1].tier);
    let (cause, what) = if is_between && has_tiers {
        (
            Cause::Tier,
            "the units are split over the tiers in another way",
        )
    } else {
        (Cause::Rate, "the price of one is not the card's")
    };
    let text = format!(
        "{billed} billed for {}, {} expected: {what}; {}",
        units(count),
        comparison.shown(),
        stake(open)
    );
    comparison.explain_rest(cause, text);
}

/// A line that states only its amount: what reproduces it exactly, or nothing.
pub(super) fn amount_alone(comparison: &mut Comparison, rates: RateBook<'_>) {
    let Some(billed) = comparison.billed else {
        return;
    };
    let open = comparison.open_amount();
    let count = comparison.quantity;
    if billed == Amount::ZERO && comparison.expected_amount() != Amount::ZERO {
        let text = format!(
            "{} expected to be charged are billed at nothing: {}",
            units(count),
            stake(open)
        );
        comparison.explain_rest(Cause::FreeBilled, text);
        return;
    }
    let rate = comparison.marginal_rate().unwrap_or(Amount::ZERO);
    let free = comparison.free.iter().map(|slice| slice.quantity);
    let with_free = |free: i64| {
        comparison.formation.round(super::super::comparison::sum(
            comparison.exact,
            times(rate, free),
        )) == billed
    };
    let all_free: i64 = free.clone().sum();
    if let Some(count) = free
        .chain([all_free])
        .find(|&free| free > 0 && with_free(free))
    {
        let text = format!(
            "the amount is that of the chargeable units and of {} that the replay holds free: {}",
            units(count),
            stake(open)
        );
        comparison.explain_rest(Cause::BilledFree, text);
        return;
    }
    if count >= TELLING_QUANTITY && comparison.steps.is_empty() {
        let currency = comparison.key.currency.unwrap_or(Currency::USD);
        let formation = comparison.formation;
        let found = classified(comparison, rates, currency, |rate| {
            formation.round(times(rate, count)) == billed
        });
        if let Some((cause, what)) = found {
            let text = format!(
                "{billed} billed where {} are expected: {what}; {}",
                units(count),
                stake(open)
            );
            comparison.explain_rest(cause, text);
            return;
        }
    }
    rounding_or_nothing(comparison);
}

/// Whose rate a price is: another tier's, the same cell's at another time, another category's, another
/// market's, or the same cell's in another currency. The nearest to the cell itself is believed.
fn classified(
    comparison: &Comparison,
    rates: RateBook<'_>,
    currency: Currency,
    is_it: impl Fn(Amount) -> bool,
) -> Option<(Cause, String)> {
    let last = comparison.slices.last()?;
    let is_of_one_cell = comparison
        .slices
        .iter()
        .all(|slice| (slice.market, slice.category) == (last.market, last.category));
    if !is_of_one_cell {
        return None;
    }
    let own = comparison.slices.iter().filter_map(|slice| {
        let rate = slice.rate?;
        let of = match slice.tier {
            Some(tier) => format!("tier {tier}"),
            None => rates.card_name(slice),
        };
        Some((slice, OtherRate { rate, of }))
    });
    let mut distinct: Vec<Amount> = comparison
        .slices
        .iter()
        .filter_map(|slice| slice.rate)
        .collect();
    distinct.dedup();
    // All of the line at the price of one of its own parts.
    if distinct.len() > 1
        && let Some((slice, other)) = own.into_iter().find(|(_, other)| is_it(other.rate))
    {
        let cause = if slice.tier.is_some() {
            Cause::Tier
        } else {
            Cause::Rate
        };
        return Some((
            cause,
            format!("that is all of it at the rate of {}", other.of),
        ));
    }
    let only = (distinct.len() == 1).then(|| distinct[0]);
    let find = |others: Vec<OtherRate>| {
        let mut others = others.into_iter().filter(|other| Some(other.rate) != only);
        others.find(|other| is_it(other.rate))
    };
    let that_is = |other: OtherRate| format!("that is the rate of {}", other.of);
    if let Some(other) = find(rates.steps(currency, last)) {
        return Some((Cause::Tier, that_is(other)));
    }
    if last.tier.is_some()
        && let Some(other) = find(rates.first_tier(currency, last))
    {
        return Some((Cause::Tier, that_is(other)));
    }
    if let Some(other) = find(rates.other_dates(currency, last)) {
        return Some((Cause::Rate, that_is(other)));
    }
    if let Some(digits) = only.and_then(|rate| rounded_to(rate, &is_it)) {
        return Some((
            Cause::Rounding,
            format!("that is the rate rounded to {digits} digits before it is multiplied"),
        ));
    }
    let by_category =
        find(rates.other_categories(currency, last)).map(|other| (Cause::Category, that_is(other)));
    let by_market = || {
        let mut others = rates.other_markets(currency, last);
        others.retain(|other| other.rate >= TELLING_RATE);
        find(others).map(|other| (Cause::Market, that_is(other)))
    };
    let by_currency = || {
        find(rates.other_currencies(currency, last)).map(|other| (Cause::Currency, that_is(other)))
    };
    by_category.or_else(by_market).or_else(by_currency)
}

/// The digits to which a rate was rounded, if that makes it the price.
fn rounded_to(rate: Amount, is_it: impl Fn(Amount) -> bool) -> Option<u32> {
    use crate::tariff::Rounding;
    (2..6).find(|&digits| {
        let rounded = rate.rounded(Rounding::HalfUp, digits);
        rounded != rate && rounded != Amount::ZERO && is_it(rounded)
    })
}

fn wording(
    comparison: &Comparison,
    rates: RateBook<'_>,
    price: Amount,
    count: i64,
    what: &str,
    change: Amount,
) -> String {
    let expected = match comparison.slices.as_slice() {
        [] => "the replay expects nothing here".to_owned(),
        [only] => format!("{} says {}", rates.card_name(only), shown_rate(only)),
        several => {
            let parts: Vec<String> = several
                .iter()
                .map(|slice| format!("{} at {}", slice.quantity, shown_rate(slice)))
                .collect();
            format!("expected are {}", parts.join(", "))
        }
    };
    format!(
        "{} billed at {price} each, {expected}; {what}: {}",
        units(count),
        stake(change)
    )
}

fn shown_rate(slice: &Slice) -> String {
    slice
        .rate
        .map_or_else(|| "no rate".to_owned(), |rate| rate.to_string())
}

//! What each stacked chart over time shows.

use super::Names;
use super::calendar::Calendar;
use super::measure::Measure;
use super::stacked::Stacked;
use crate::report::chart::Chart;
use crate::report::figures::thousands;
use crate::report::summary::Summary;

/// What charges cost, by category: one chart for each currency of a run with prices.
pub fn cost(summary: &Summary, names: &Names) -> Vec<Chart> {
    let (Some(bill), Some(calendar)) = (&summary.bill, Calendar::of(summary)) else {
        return Vec::new();
    };
    let amounts = &summary.over_time.amounts;
    let mut currencies: Vec<&str> = bill
        .totals
        .keys()
        .chain(amounts.keys())
        .map(String::as_str)
        .collect();
    currencies.sort_unstable();
    currencies.dedup();
    if currencies.is_empty() {
        // A run with prices and without a charge has no currency either.
        currencies.push("");
    }
    let chart = |currency: &str| {
        let name = names.name("cost_by_day", currency);
        let mut stacked = Stacked::new(name, "Cost", Measure::Money(currency), calendar);
        for (date, categories) in amounts.get(currency).into_iter().flatten() {
            for (category, amount) in categories {
                stacked.add(date, category, amount.units());
            }
        }
        let unrated = bill.totals.get(currency).map_or(0, |totals| totals.unrated);
        if unrated > 0 {
            stacked.note = format!(
                "{} units have no known rate and are not in it.",
                thousands(unrated)
            );
        }
        stacked.chart()
    };
    currencies.into_iter().map(chart).collect()
}

/// Units by the way they are priced: what is charged, what is covered, what is free.
pub fn units(summary: &Summary) -> Option<Chart> {
    let unit = Measure::Count("units");
    let mut stacked = Stacked::new(
        "units_by_day".to_owned(),
        "Units",
        unit,
        Calendar::of(summary)?,
    );
    for (date, types) in &summary.over_time.charges {
        for (pricing_type, &count) in types {
            stacked.add(date, pricing_type, count.into());
        }
    }
    Some(stacked.chart())
}

/// Opened conversations and free entry points; none in a run that priced messages alone.
pub fn conversations(summary: &Summary) -> Option<Chart> {
    let days = &summary.over_time.conversations;
    let knows_messages_alone = days.is_empty() && !summary.over_time.charges.is_empty();
    if knows_messages_alone {
        return None;
    }
    let name = "conversations_by_day".to_owned();
    let unit = Measure::Count("opened");
    let mut stacked = Stacked::new(name, "Conversations opened", unit, Calendar::of(summary)?);
    for (date, categories) in days {
        for (category, &count) in categories {
            stacked.add(date, category, count.into());
        }
    }
    Some(stacked.chart())
}

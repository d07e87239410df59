//! What must be true of a comparison before anything of it is shown.

use std::collections::BTreeMap;

use crate::tariff::Amount;
use crate::whatif::Comparison;
use crate::whatif::comparison::{Bridge, Figures, ScenarioResult};

/// Asserts that every table sums to its totals and every bridge leads from the base to its scenario.
///
/// # Panics
/// If one does not: a bug in the program, never a property of the input.
pub fn assert_foots(comparison: &Comparison) {
    for result in &comparison.scenarios {
        for (table, parts) in [
            ("categories", &result.by_category),
            ("markets", &result.by_market),
            ("months", &result.by_month),
            ("numbers", &result.by_business),
        ] {
            assert_parts(result, table, parts);
        }
        for figures in result.totals.values() {
            let parts = [figures.charges, figures.discount, figures.provider];
            let sum = sum(parts.iter());
            assert_eq!(sum, figures.amount, "{}: {figures:?}", result.name);
        }
    }
    for bridge in &comparison.bridges {
        assert_bridge(comparison, bridge);
    }
}

fn assert_parts(
    result: &ScenarioResult,
    table: &str,
    parts: &BTreeMap<String, BTreeMap<String, Figures>>,
) {
    for (currency, total) in &result.totals {
        let rows = parts.get(currency).into_iter().flat_map(BTreeMap::values);
        let all = rows.fold(Figures::default(), |all, row| together(all, *row));
        assert_eq!(all, *total, "{}: {table} in {currency}", result.name);
    }
    for currency in parts.keys() {
        let is_known = result.totals.contains_key(currency);
        assert!(is_known, "{}: {table} in {currency} alone", result.name);
    }
}

fn assert_bridge(comparison: &Comparison, bridge: &Bridge) {
    let total = |result: Option<&ScenarioResult>| {
        let figures = result.and_then(|result| result.totals.get(&bridge.currency));
        figures.map_or(Amount::ZERO, |figures| figures.amount)
    };
    let place = format!("bridge to {} in {}", bridge.scenario, bridge.currency);
    assert_eq!(bridge.base, total(comparison.scenarios.first()), "{place}");
    let mut scenarios = comparison.scenarios.iter().skip(1);
    let scenario = scenarios.find(|result| result.name == bridge.scenario);
    assert!(scenario.is_some(), "{place}: no such scenario");
    assert_eq!(bridge.total, total(scenario), "{place}");
    let steps = bridge.steps.iter().map(|step| &step.amount);
    let sum = sum(std::iter::once(&bridge.base).chain(steps));
    assert_eq!(sum, bridge.total, "{place}: its steps do not sum");
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Amount>) -> Amount {
    let mut amounts = amounts;
    let sum = amounts.try_fold(Amount::ZERO, |sum, amount| sum.plus(*amount));
    sum.expect("a sum of one log fits")
}

/// The figures of two parts as one.
///
/// # Panics
/// If a sum does not fit into 128 bits: both are parts of one log.
pub fn together(one: Figures, other: Figures) -> Figures {
    let plus = |one: Amount, other: Amount| one.plus(other).expect("a sum of one log fits");
    Figures {
        amount: plus(one.amount, other.amount),
        charges: plus(one.charges, other.charges),
        discount: plus(one.discount, other.discount),
        provider: plus(one.provider, other.provider),
        rated: one.rated + other.rated,
        free: one.free + other.free,
        unrated: one.unrated + other.unrated,
        estimated: one.estimated + other.estimated,
        conversations: one.conversations + other.conversations,
    }
}

//! The summary against its published schema, and against sums worked out by hand.

use serde_json::Value;

use super::extremes::extremes;
use super::told::{mask, summary};
use super::world::{CUSTOMER, amount, comparison};
use crate::report::summary::tests::check;
use crate::whatif::Comparison;

const SCHEMA: &str = include_str!("../../../../docs/schema/whatif.schema.json");

#[test]
fn the_summary_satisfies_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (name, summary) in extremes() {
        let value = serde_json::from_str(&summary.to_json().unwrap()).unwrap();
        check(&value, &schema, &schema, name);
    }
}

/// 1,000 of 4,500 units are free; 107.40 is 120% of 89.50, 15.525 is 17.346…% of it, -2.262 is -5% of 45.24.
#[test]
fn differences_and_shares_are_those_of_the_figures() {
    let summary = summary(&comparison());
    let [base, dearer, provider] = &summary.scenarios[..] else {
        panic!("three scenarios");
    };
    assert!(base.difference.is_empty());
    assert_eq!(base.free_share["USD"], Some(amount("22.22")));
    assert_eq!(base.free_share["EUR"], Some(amount("0")));
    let difference = dearer.difference["USD"];
    assert_eq!(difference.amount, amount("107.4"));
    assert_eq!(difference.percent, Some(amount("120")));
    assert_eq!((difference.units, difference.free), (4_500, 1_000));
    assert_eq!(difference.conversations, 410);
    let percent = |currency: &str| provider.difference[currency].percent;
    assert_eq!(percent("USD"), Some(amount("17.35")));
    assert_eq!(percent("EUR"), Some(amount("-5")));
}

#[test]
fn nothing_is_a_percentage_of_nothing() {
    let (_, from_zero) = extremes().swap_remove(8);
    let charged = &from_zero.scenarios[1];
    assert_eq!(charged.difference["USD"].amount, amount("0.01"));
    assert_eq!(charged.difference["USD"].percent, None);
    assert_eq!(
        charged.sentence,
        "charged comes to 0.0100 USD, 0.0100 more than the base."
    );
    let (_, nothing) = extremes().swap_remove(4);
    assert_eq!(
        nothing.scenarios[1].sentence,
        "more comes to nothing: nothing was charged."
    );
    let (_, one) = extremes().swap_remove(1);
    assert_eq!(
        one.scenarios[1].sentence,
        "the same again comes to 0.6250 USD, as much as the base."
    );
}

#[test]
fn customers_stand_under_pseudonyms() {
    let text = summary(&comparison()).to_json().unwrap();
    assert!(!text.contains(CUSTOMER));
    assert!(text.contains(&mask().pseudonym(CUSTOMER)));
}

#[test]
fn units_without_rates_are_told_once_for_all_scenarios() {
    let (_, unrated) = extremes().swap_remove(5);
    assert_eq!(
        unrated.incomplete,
        [
            "480 (base, other) charges: no CBP card in USD is known for 2026-10-01 (Brazil, marketing)"
        ]
    );
}

fn is_refused(change: impl FnOnce(&mut Comparison)) -> bool {
    let mut comparison = comparison();
    change(&mut comparison);
    std::panic::catch_unwind(|| summary(&comparison)).is_err()
}

#[test]
fn what_does_not_foot_is_refused() {
    assert!(!is_refused(|_| {}));
    assert!(is_refused(|comparison| {
        let markets = comparison.scenarios[1].by_market.get_mut("USD").unwrap();
        markets.get_mut("India").unwrap().free += 1;
    }));
    assert!(is_refused(|comparison| {
        comparison.scenarios[2]
            .by_month
            .get_mut("EUR")
            .unwrap()
            .clear();
    }));
    assert!(is_refused(|comparison| {
        comparison.scenarios[0].totals.remove("EUR");
    }));
    assert!(is_refused(|comparison| {
        comparison.bridges[0].steps[0].amount = amount("4.525");
    }));
    assert!(is_refused(|comparison| {
        comparison.bridges[0].scenario = "another".to_owned();
    }));
}

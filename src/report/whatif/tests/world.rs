//! A comparison built by hand: two currencies, two scenarios, and every kind of thing that can be told.
//!
//! The base in USD: 1,000 marketing at 0.0625, 500 utility at 0.0068, 2,000 marketing at 0.0118, 1,000 free: 89.50.
//! In EUR: 400 marketing at 0.1131: 45.24. `dearer` is ten percent dearer with twice the volume: 2.2 times as much.
//! `provider` takes five percent off and adds 20 USD.

use std::collections::BTreeMap;

use super::later::{break_even, forecast, sweep};
use crate::tariff::Amount;
use crate::whatif::comparison::{Bridge, BridgeStep, Figures, Moved, MovedPair, ScenarioResult};
use crate::whatif::{Comparison, Effect};

pub const CUSTOMER: &str = "4915112345678";

pub fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

/// Figures of charges alone.
pub fn charged(rated: u64, free: u64, charges: &str) -> Figures {
    Figures {
        amount: amount(charges),
        charges: amount(charges),
        rated,
        free,
        ..Figures::default()
    }
}

/// A cell: currency, category, market, month, number, and what it comes to.
pub type Cell<'a> = ([&'a str; 5], Figures);

/// A scenario of these cells.
pub fn result(name: &str, cells: &[Cell<'_>]) -> ScenarioResult {
    let mut result = ScenarioResult {
        name: name.to_owned(),
        ..ScenarioResult::default()
    };
    for ([currency, category, market, month, business], figures) in cells {
        add(&mut result.totals, currency, figures);
        for (table, key) in [
            (&mut result.by_category, category),
            (&mut result.by_market, market),
            (&mut result.by_month, month),
            (&mut result.by_business, business),
        ] {
            add(
                table.entry((*currency).to_owned()).or_default(),
                key,
                figures,
            );
        }
    }
    result
}

fn add(table: &mut BTreeMap<String, Figures>, key: &str, figures: &Figures) {
    let plus = |one: Amount, other: Amount| one.plus(other).expect("fits");
    let sum = table.entry(key.to_owned()).or_default();
    sum.amount = plus(sum.amount, figures.amount);
    sum.charges = plus(sum.charges, figures.charges);
    sum.discount = plus(sum.discount, figures.discount);
    sum.provider = plus(sum.provider, figures.provider);
    sum.rated += figures.rated;
    sum.free += figures.free;
    sum.unrated += figures.unrated;
    sum.estimated += figures.estimated;
    sum.conversations += figures.conversations;
}

const MARKETING: [&str; 5] = ["USD", "marketing", "Brazil", "2026-10", "493012345678"];
const UTILITY: [&str; 5] = ["USD", "utility", "Brazil", "2026-10", "493012345678"];
const INDIA: [&str; 5] = ["USD", "marketing", "India", "2026-11", "493012345679"];
const SERVICE: [&str; 5] = ["USD", "service", "India", "2026-11", "493012345679"];
const EUROS: [&str; 5] = ["EUR", "marketing", "Germany", "2026-10", "551199990000"];

pub fn base() -> ScenarioResult {
    let mut service = charged(0, 700, "0");
    service.conversations = 410;
    result(
        "base",
        &[
            (MARKETING, charged(1_000, 0, "62.5")),
            (UTILITY, charged(500, 300, "3.4")),
            (INDIA, charged(2_000, 0, "23.6")),
            (SERVICE, service),
            (EUROS, charged(400, 0, "45.24")),
        ],
    )
}

fn dearer() -> ScenarioResult {
    let mut service = charged(0, 1_400, "0");
    service.conversations = 820;
    let result = result(
        "dearer",
        &[
            (MARKETING, charged(2_000, 0, "137.5")),
            (UTILITY, charged(1_000, 600, "7.48")),
            (INDIA, charged(4_000, 0, "51.92")),
            (SERVICE, service),
            (EUROS, charged(800, 0, "99.528")),
        ],
    );
    ScenarioResult {
        files: vec!["scenarios/dearer.toml".into()],
        says: Some("Rates of next year with twice as many messages.".into()),
        changes: vec![
            "Every rate is 10% higher.".into(),
            "There are twice as many messages.".into(),
        ],
        assumptions: vec!["Customers answer as they do in the log.".into()],
        ..result
    }
}

fn provider() -> ScenarioResult {
    let reduced =
        |rated, free, charges: &str, discount: &str, provider: &str, total: &str| Figures {
            amount: amount(total),
            discount: amount(discount),
            provider: amount(provider),
            ..charged(rated, free, charges)
        };
    let mut service = charged(0, 700, "0");
    service.conversations = 410;
    let result = result(
        "provider",
        &[
            (
                MARKETING,
                reduced(1_000, 0, "62.5", "-3.125", "20", "79.375"),
            ),
            (UTILITY, reduced(500, 300, "3.4", "-0.17", "0", "3.23")),
            (INDIA, reduced(2_000, 0, "23.6", "-1.18", "0", "22.42")),
            (SERVICE, service),
            (EUROS, reduced(400, 0, "45.24", "-2.262", "0", "42.978")),
        ],
    );
    ScenarioResult {
        files: vec!["scenarios/provider.toml".into()],
        changes: vec!["A provider takes 5% off and 20 USD a month.".into()],
        ..result
    }
}

pub fn bridge(scenario: &str, currency: &str, base: &str, steps: &[(Effect, &str, i64)]) -> Bridge {
    let steps: Vec<BridgeStep> = steps
        .iter()
        .map(|&(effect, text, units)| BridgeStep {
            effect,
            amount: amount(text),
            units,
        })
        .collect();
    let total = steps.iter().fold(amount(base), |sum, step| {
        sum.plus(step.amount).expect("fits")
    });
    Bridge {
        scenario: scenario.to_owned(),
        currency: currency.to_owned(),
        base: amount(base),
        steps,
        total,
    }
}

fn bridges() -> Vec<Bridge> {
    use Effect::{Interaction, Provider, Rate, Volume};
    vec![
        bridge(
            "dearer",
            "EUR",
            "45.24",
            &[
                (Rate, "4.524", 0),
                (Volume, "45.24", 400),
                (Interaction, "4.524", 0),
            ],
        ),
        bridge(
            "dearer",
            "USD",
            "89.5",
            &[
                (Rate, "8.95", 0),
                (Volume, "89.5", 4_500),
                (Interaction, "8.95", 0),
            ],
        ),
        bridge("provider", "EUR", "45.24", &[(Provider, "-2.262", 0)]),
        bridge(
            "provider",
            "USD",
            "89.5",
            &[(Rate, "-4.475", 0), (Provider, "20", 0)],
        ),
    ]
}

fn moved() -> Vec<Moved> {
    let pair = |customer: &str, base: &str, now: &str| MovedPair {
        business: "493012345678".into(),
        customer: customer.into(),
        currency: "USD".into(),
        base: amount(base),
        amount: amount(now),
        base_units: 3,
        units: 6,
    };
    vec![
        Moved {
            scenario: "dearer".into(),
            pairs: 1_500,
            messages: None,
            largest: vec![
                pair(CUSTOMER, "1.5", "3.3"),
                pair("4915112345679", "0.5", "0"),
            ],
        },
        Moved {
            scenario: "provider".into(),
            pairs: 0,
            messages: Some(0),
            largest: Vec::new(),
        },
    ]
}

/// Everything of it.
pub fn comparison() -> Comparison {
    Comparison {
        scenarios: vec![base(), dearer(), provider()],
        bridges: bridges(),
        moved: moved(),
        sweeps: vec![sweep()],
        break_even: break_even(),
        forecasts: vec![forecast()],
    }
}

//! What-ifs as large, small and odd as they come.

use std::collections::BTreeMap;

use super::told::summary;
use super::world::{Cell, amount, base, bridge, charged, comparison, result};
use super::years::years;
use crate::report::whatif::WhatIfSummary;
use crate::whatif::comparison::{Converted, Figures, ScenarioResult};
use crate::whatif::{Comparison, Effect};

pub const HOSTILE: [&str; 6] = [
    "<script>alert('x')</script><img src=x onerror=\"alert(1)\">",
    "=cmd|' /C calc'!A0",
    "\u{202e}gnp.exe\u{2066} and \0 a NUL",
    "שלום تونس",
    "👩‍💻🧾 東京都千代田区",
    "",
];

/// Every extreme by name.
pub fn extremes() -> Vec<(&'static str, WhatIfSummary)> {
    [
        ("ordinary", comparison()),
        ("one", one()),
        ("twelve", twelve()),
        ("alone", of(vec![base()])),
        (
            "nothing",
            of(vec![result("base", &[]), result("more", &[])]),
        ),
        ("unrated", unrated()),
        ("markets", markets()),
        ("hostile", hostile()),
        ("from_zero", from_zero()),
        ("credits", credits()),
        ("huge", huge()),
        ("years", years()),
    ]
    .map(|(name, comparison)| (name, summary(&comparison)))
    .into()
}

/// Scenarios and nothing else.
pub fn of(scenarios: Vec<ScenarioResult>) -> Comparison {
    Comparison {
        scenarios,
        ..Comparison::default()
    }
}

fn dollars(category: &'static str, market: &str, figures: Figures) -> ScenarioResult {
    result(
        "base",
        &[(
            ["USD", category, market, "2026-10", "493012345678"],
            figures,
        )],
    )
}

/// The same under another name.
pub fn named(name: &str, result: ScenarioResult) -> ScenarioResult {
    ScenarioResult {
        name: name.to_owned(),
        ..result
    }
}

/// One currency, one scenario, a difference of nothing.
fn one() -> Comparison {
    let same = dollars("marketing", "Brazil", charged(10, 0, "0.625"));
    let mut comparison = of(vec![same.clone(), named("the same again", same)]);
    comparison.bridges = vec![bridge("the same again", "USD", "0.625", &[])];
    comparison
}

fn twelve() -> Comparison {
    let categories = [
        "marketing",
        "marketing_lite",
        "utility",
        "authentication",
        "authentication_international",
        "service",
        "general_purpose_ai",
        "business_initiated",
        "user_initiated",
    ];
    let of_place = |place: u64| {
        let cells: Vec<Cell<'_>> = categories
            .iter()
            .map(|category| {
                let cost = amount("12.345").times(90 + 7 * place).expect("fits");
                let cost = cost.to_string();
                let cell = ["USD", category, "Brazil", "2026-10", "493012345678"];
                (cell, charged(1_000 * place, 10, &cost))
            })
            .collect();
        result(
            &format!("scenario {place} of a name that goes on for quite a while"),
            &cells,
        )
    };
    let mut scenarios: Vec<ScenarioResult> = (0..13).map(of_place).collect();
    scenarios[0].name = "base".to_owned();
    let mut comparison = of(scenarios);
    let sum = |result: &ScenarioResult| result.totals["USD"].amount;
    let base = sum(&comparison.scenarios[0]);
    comparison.bridges = comparison.scenarios[1..]
        .iter()
        .map(|result| {
            let step = sum(result).minus(base).expect("fits").to_string();
            let steps = [(Effect::Rule, step.as_str(), -3)];
            bridge(&result.name, "USD", &base.to_string(), &steps)
        })
        .collect();
    comparison
}

/// No unit has a rate, in no scenario.
fn unrated() -> Comparison {
    let missing = Figures {
        unrated: 480,
        ..Figures::default()
    };
    let mut one = dollars("marketing", "Brazil", missing);
    let text = "no CBP card in USD is known for 2026-10-01 (Brazil, marketing)";
    one.unrated = BTreeMap::from([(text.to_owned(), 480)]);
    one.nearest_cards = BTreeMap::from([("2025-06-30".to_owned(), 480)]);
    of(vec![one.clone(), named("other", one)])
}

fn markets() -> Comparison {
    let names: Vec<String> = (0..3_000)
        .map(|number| format!("Market {number:04}"))
        .collect();
    let cells = |unit: &str| -> Vec<(String, Figures)> {
        let costs = names.iter().zip(1u64..);
        costs
            .map(|(name, number)| {
                let cost = amount(unit).times(number).expect("fits");
                (name.clone(), charged(number, 1, &cost.to_string()))
            })
            .collect()
    };
    let scenario = |name: &str, unit: &str| {
        let cells = cells(unit);
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|(market, figures)| (["USD", "utility", market, "2026-10", market], *figures))
            .collect();
        result(name, &cells)
    };
    of(vec![scenario("base", "0.01"), scenario("other", "0.013")])
}

/// Names that would break a page, a file or a formula.
pub fn hostile() -> Comparison {
    let long = "W".repeat(600);
    let mut comparison = comparison();
    let names: Vec<String> = HOSTILE.iter().map(|name| (*name).to_owned()).collect();
    let mut scenarios = vec![base()];
    for name in names.into_iter().chain([long.clone()]) {
        let mut other = named(&name, base());
        for table in [&mut other.by_market, &mut other.by_business] {
            for parts in table.values_mut() {
                *parts = std::mem::take(parts)
                    .into_iter()
                    .map(|(key, figures)| (format!("{name} {key}"), figures))
                    .collect();
            }
        }
        other.files = vec![format!("{name}.toml")];
        other.says = Some(format!("{name} {long}"));
        other.changes = vec![name.clone(), long.clone()];
        other.assumptions = vec![name.clone()];
        other.unrated = BTreeMap::from([(format!("no card ({name})"), 1)]);
        other.converted = Some(Converted {
            currency: "EUR".to_owned(),
            amount: amount("120"),
            rates: BTreeMap::from([("USD".to_owned(), amount("0.9"))]),
        });
        scenarios.push(other);
    }
    comparison.bridges = scenarios[1..]
        .iter()
        .map(|other| bridge(&other.name, "USD", "89.5", &[(Effect::Mix, "0", 0)]))
        .collect();
    comparison.scenarios = scenarios;
    let (first, second) = (HOSTILE[0].to_owned(), HOSTILE[2].to_owned());
    comparison.sweeps[0].scenario = first.clone();
    comparison.sweeps[0].key = format!("{first}{long}");
    for search in &mut comparison.break_even {
        (search.scenario, search.key) = (first.clone(), comparison.sweeps[0].key.clone());
        search.text = format!("{second} {long}");
    }
    comparison.forecasts[0].scenario = second.clone();
    comparison.forecasts[0].rests_on = format!("{first} {long}");
    for moved in &mut comparison.moved {
        moved.scenario = first.clone();
        for pair in &mut moved.largest {
            pair.business = format!("{second}{long}");
        }
    }
    comparison
}

/// The base costs nothing: no percentage.
fn from_zero() -> Comparison {
    let mut comparison = of(vec![
        dollars("service", "Brazil", charged(0, 100, "0")),
        named(
            "charged",
            dollars("service", "Brazil", charged(100, 0, "0.01")),
        ),
    ]);
    let steps = [(Effect::Rule, "0.01", 0)];
    comparison.bridges = vec![bridge("charged", "USD", "0", &steps)];
    comparison
}

/// Discounts beyond what is charged: an amount below zero, beside parts above it.
fn credits() -> Comparison {
    let reduced = Figures {
        amount: amount("-12.5"),
        discount: amount("-75"),
        ..charged(1_000, 0, "62.5")
    };
    let under = result(
        "credits",
        &[
            (["USD", "marketing", "Brazil", "2026-10", "4930"], reduced),
            (
                ["USD", "utility", "Brazil", "2026-10", "4930"],
                charged(10, 0, "3"),
            ),
        ],
    );
    let base = dollars("marketing", "Brazil", charged(1_000, 0, "62.5"));
    let mut comparison = of(vec![base, under]);
    let steps = [(Effect::Rate, "-75", 0), (Effect::Volume, "3", 10)];
    comparison.bridges = vec![bridge("credits", "USD", "62.5", &steps)];
    comparison
}

fn huge() -> Comparison {
    let of_cost = |cost: &str| {
        let cell = ["IDR", "marketing", "Indonesia", "2026-10", "62811"];
        result("base", &[(cell, charged(9_999_999_999, 1, cost))])
    };
    let mut comparison = of(vec![
        of_cost("99999999999999999.123456789012"),
        named("more", of_cost("99999999999999999.123456789013")),
    ]);
    let steps = [(Effect::Tier, "0.000000000001", 0)];
    comparison.bridges = vec![bridge(
        "more",
        "IDR",
        "99999999999999999.123456789012",
        &steps,
    )];
    comparison
}

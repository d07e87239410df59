//! A comparison built by hand: two currencies, two scenarios, and every kind of thing that can be told.
//!
//! The base in USD: 1,000 marketing at 0.0625, 500 utility at 0.0068, 2,000 marketing at 0.0118, 1,000 free: 89.50.
//! In EUR: 400 marketing at 0.1131: 45.24. `dearer` is ten percent dearer with twice the volume: 2.2 times as much.
//! `provider` takes five percent off and adds 20 USD.

use std::collections::BTreeMap;

use crate::log::totals::ControlTotals;
use crate::replay::outcome::Warning;
use crate::report::mask::Mask;
use crate::report::summary::{
    Circumstances, InputSummary, LogFileSummary, Period, SettingInForce, TimeRange,
};
use crate::report::whatif::{Told, WhatIfSummary};
use crate::tariff::Amount;
use crate::whatif::comparison::{
    BreakEven, Bridge, BridgeStep, Figures, Forecast, ForecastMonth, Moved, MovedPair,
    ScenarioResult, Sweep, SweepPoint,
};
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

/// From 85.025 at 0 by 4 a percent: 89.50 at 1.11875.
fn sweep() -> Sweep {
    let point = |value: &str, dollars: &str| SweepPoint {
        value: amount(value),
        totals: BTreeMap::from([
            ("EUR".to_owned(), charged(400, 0, "42.978")),
            ("USD".to_owned(), charged(3_500, 1_000, dollars)),
        ]),
    };
    Sweep {
        scenario: "provider".into(),
        key: "prices.provider.percent".into(),
        points: vec![
            point("0", "85.025"),
            point("2.5", "95.025"),
            point("5", "105.025"),
            point("7.5", "115.025"),
            point("10", "125.025"),
        ],
    }
}

fn break_even() -> Vec<BreakEven> {
    let search = |currency: &str, base: &str, searched: [&str; 2], text: &str| BreakEven {
        scenario: "provider".into(),
        key: "prices.provider.percent".into(),
        currency: currency.into(),
        base: amount(base),
        found: None,
        searched: [
            (amount("0"), amount(searched[0])),
            (amount("10"), amount(searched[1])),
        ],
        text: text.into(),
    };
    vec![
        BreakEven {
            found: Some((amount("1.11875"), amount("89.5"))),
            ..search(
                "USD",
                "89.5",
                ["85.025", "125.025"],
                "Found by halving the bounds 21 times.",
            )
        },
        search(
            "EUR",
            "45.24",
            ["42.978", "42.978"],
            "The scenario costs less than the base at both bounds.",
        ),
    ]
}

fn forecast() -> Forecast {
    let month = |centre: &str, low: &str, high: &str| ForecastMonth {
        figures: charged(4_000, 900, centre),
        low: amount(low),
        high: amount(high),
    };
    let months = BTreeMap::from([
        ("2026-12".to_owned(), month("101.5", "94.25", "110")),
        ("2027-01".to_owned(), month("103", "95", "112.125")),
        ("2027-02".to_owned(), month("104.5", "95.75", "114.5")),
    ]);
    Forecast {
        scenario: "dearer".into(),
        months: BTreeMap::from([("USD".to_owned(), months)]),
        rests_on: "The mean of the last 2 months, grown by 1.5% a month as the scenario states."
            .into(),
    }
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

/// The summary of a comparison.
pub fn summary(comparison: &Comparison) -> WhatIfSummary {
    let told = Told {
        comparison,
        time_range: Some(TimeRange {
            first: "2026-10-01T00:00:04Z".into(),
            last: "2026-11-30T23:59:41Z".into(),
        }),
        control_totals: ControlTotals {
            rows_read: 9_800,
            inbound: 4_900,
            outbound_delivered: 4_700,
            rejected: 200,
            ..ControlTotals::default()
        },
        sent_counts_as_delivered: false,
        warnings: vec![Warning {
            code: "Q-CONFLICT".into(),
            count: 3,
            text: "messages have contradicting rows; the first was kept".into(),
        }],
        incomplete: Vec::new(),
        mask: &mask(),
    };
    WhatIfSummary::new(&told, circumstances())
}

pub fn mask() -> Mask {
    Mask::of_run([&[7; 32]])
}

fn circumstances() -> Circumstances {
    let input = |role: &str, path: &str| InputSummary {
        role: role.into(),
        path: path.into(),
        bytes: 1_234_567,
        blake3: "c2e4f1897f941c0ebfa0b951b2a3460f221029def8f215005293cff889245fc7".into(),
    };
    Circumstances {
        command: "whatif",
        command_line: "counterfoil whatif exports/autumn.parquet --scenario scenarios/dearer.toml \
                       --scenario scenarios/provider.toml --sweep prices.provider.percent=0..10"
            .into(),
        period: Period {
            from: Some("2026-10-01".into()),
            to: Some("2026-11-30".into()),
        },
        files: vec![LogFileSummary {
            path: "exports/autumn.parquet".into(),
            bytes: 12_345_678,
            ignored_columns: Vec::new(),
        }],
        inputs: vec![
            input("log", "exports/autumn.parquet"),
            input("scenario", "scenarios/dearer.toml"),
        ],
        fingerprint: "9d977ba1a02531ab05d1b879dfaffae1".into(),
        settings: vec![SettingInForce {
            id: "S-07".into(),
            name: "window_instant".into(),
            value: "send".into(),
            origin: "default".into(),
        }],
        ..Circumstances::default()
    }
}

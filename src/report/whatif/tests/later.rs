//! A value from 0 to 10, where it breaks even, and months after the log.

use std::collections::BTreeMap;

use super::world::{amount, charged};
use crate::whatif::comparison::{BreakEven, Forecast, ForecastMonth, Sweep, SweepPoint};

/// From 85.025 at 0 by 4 a percent: 89.50 at 1.11875.
pub fn sweep() -> Sweep {
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

/// In USD there is one, in EUR there is none.
pub fn break_even() -> Vec<BreakEven> {
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

/// Three months after the log.
pub fn forecast() -> Forecast {
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

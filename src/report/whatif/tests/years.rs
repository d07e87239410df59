//! A long log with a long forecast.

use std::collections::BTreeMap;

use super::extremes::{named, of};
use super::world::{Cell, amount, charged, result};
use crate::tariff::Amount;
use crate::whatif::Comparison;
use crate::whatif::comparison::{Forecast, ForecastMonth, Sweep, SweepPoint};

/// Four years, five more to come, and a sweep of five hundred values.
pub fn years() -> Comparison {
    let months: Vec<String> = (0..48)
        .map(|month| format!("{}-{:02}", 2023 + month / 12, month % 12 + 1))
        .collect();
    let cells: Vec<Cell<'_>> = months
        .iter()
        .zip(1u64..)
        .map(|(month, number)| {
            let cost = (100 * number).to_string();
            let cell = ["USD", "utility", "Brazil", month.as_str(), "4930"];
            (cell, charged(number, number, &cost))
        })
        .collect();
    let base = result("base", &cells);
    let after = (0..60u64).map(|month| {
        let cost = |more: u64| {
            Amount::from_units(0).plus(amount("100").times(50 + month + more).expect("fits"))
        };
        let figures = charged(50, 0, &cost(0).expect("fits").to_string());
        let month = format!("{}-{:02}", 2027 + month / 12, month % 12 + 1);
        let low = amount("90").times(50).expect("fits");
        let high = cost(30).expect("fits");
        (month, ForecastMonth { figures, low, high })
    });
    let points = (0..500u64).map(|step| SweepPoint {
        value: amount("0.0125")
            .times(step)
            .expect("fits")
            .minus(amount("3"))
            .expect("fits"),
        totals: BTreeMap::from([(
            "USD".to_owned(),
            charged(1, 0, &(100_000 + step * step).to_string()),
        )]),
    });
    let mut comparison = of(vec![base.clone(), named("growth", base)]);
    comparison.forecasts = vec![Forecast {
        scenario: "growth".to_owned(),
        months: BTreeMap::from([("USD".to_owned(), after.collect())]),
        rests_on: "The mean of the last 12 months.".to_owned(),
    }];
    comparison.sweeps = vec![Sweep {
        scenario: "growth".to_owned(),
        key: "volume.messages".to_owned(),
        points: points.collect(),
    }];
    comparison
}

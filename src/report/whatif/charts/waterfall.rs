//! From the base to a scenario, effect by effect.

use super::names;
use crate::report::chart::Chart;
use crate::report::charts::Names;
use crate::report::charts::bridge::{Kind, Row, Waterfall, signed};
use crate::report::charts::header::{ALT_WIDTH, LABEL};
use crate::report::charts::measure::Measure;
use crate::report::figures::thousands;
use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::report::whatif::words::effect;
use crate::tariff::Amount;
use crate::whatif::comparison::{Bridge, BridgeStep};

/// One chart for each scenario and currency.
pub fn draw(summary: &WhatIfSummary, names: &Names) -> Vec<Chart> {
    let bridges = summary.bridges.iter();
    bridges
        .map(|bridge| {
            let name = names::bridge(summary, &bridge.scenario);
            chart(names.name(&name, &bridge.currency), bridge)
        })
        .collect()
}

fn chart(name: String, bridge: &Bridge) -> Chart {
    let measure = Measure::Money(&bridge.currency);
    let figure = |amount: Amount| measure.exact_with_unit(amount.units());
    let scenario = LABEL.fitted(&bridge.scenario, ALT_WIDTH);
    let waterfall = Waterfall {
        title: format!("From the base to {scenario}, {}", bridge.currency),
        text: format!(
            "Base {}, {scenario} {}. Difference: {} {}.",
            figure(bridge.base),
            figure(bridge.total),
            signed(measure, apart(bridge.base, bridge.total).units()),
            bridge.currency
        ),
        measure,
        rows: rows(bridge, &scenario),
        over: "dearer",
        under: "cheaper",
    };
    waterfall.chart(name)
}

fn rows(bridge: &Bridge, scenario: &str) -> Vec<Row> {
    let whole = |name: &str, amount: Amount| Row {
        name: name.to_owned(),
        detail: String::new(),
        tip: String::new(),
        from: 0,
        to: amount.units(),
        kind: Kind::Whole,
    };
    let mut rows = vec![whole("Base", bridge.base)];
    let mut sum = bridge.base.units();
    for step in &bridge.steps {
        let to = sum.saturating_add(step.amount.units());
        rows.push(row(step, sum, to));
        sum = to;
    }
    rows.push(whole(scenario, bridge.total));
    rows
}

fn row(step: &BridgeStep, from: i128, to: i128) -> Row {
    let sign = match step.units {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    let units = thousands(step.units.unsigned_abs());
    Row {
        name: effect(step.effect).to_owned(),
        detail: match step.units {
            0 => "as many units".to_owned(),
            _ => format!("{sign}{units} units"),
        },
        tip: String::new(),
        from,
        to,
        kind: Kind::Step,
    }
}

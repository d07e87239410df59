//! What a reader may not conclude from a what-if, in sentences.

use std::collections::BTreeMap;

use super::WhatIfSummary;
use crate::report::figures::thousands;
use crate::report::summary::limits_of_log;
use crate::whatif::Comparison;

/// Scenarios that one sentence names.
const NAMES_MOST: usize = 4;

/// Charges without a rate, by what is missing: in which scenarios, and how many.
pub fn without_rates(comparison: &Comparison) -> Vec<String> {
    let mut by_text: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for result in &comparison.scenarios {
        for (text, count) in &result.unrated {
            let scenarios = by_text.entry(text).or_default();
            scenarios.push((&result.name, *count));
        }
    }
    let mut texts: Vec<_> = by_text.into_iter().collect();
    // What most units lack comes first.
    texts.sort_by_key(|(_, scenarios)| {
        std::cmp::Reverse(scenarios.iter().map(|(_, count)| *count).max())
    });
    texts
        .into_iter()
        .map(|(text, scenarios)| format!("{} charges: {text}", counted(&scenarios)))
        .collect()
}

/// `480 (base), 12 (dearer)`, or one count where it is the same in all of several.
fn counted(scenarios: &[(&str, u64)]) -> String {
    let named = |scenarios: &[(&str, u64)]| {
        let names: Vec<&str> = scenarios.iter().map(|(name, _)| *name).collect();
        match names.len() > NAMES_MOST {
            true => format!(
                "{} and {} more",
                names[..NAMES_MOST].join(", "),
                names.len() - NAMES_MOST
            ),
            false => names.join(", "),
        }
    };
    let mut by_count: BTreeMap<std::cmp::Reverse<u64>, Vec<(&str, u64)>> = BTreeMap::new();
    for &(name, count) in scenarios {
        let same = by_count.entry(std::cmp::Reverse(count)).or_default();
        same.push((name, count));
    }
    let parts: Vec<String> = by_count
        .iter()
        .map(|(count, scenarios)| format!("{} ({})", thousands(count.0), named(scenarios)))
        .collect();
    parts.join(", ")
}

/// The limits of a what-if, the weightiest first.
pub fn limits(summary: &WhatIfSummary) -> Vec<String> {
    let mut limits = summary.incomplete.clone();
    let has_unrated = summary.scenarios.iter().any(|scenario| {
        let mut totals = scenario.result.totals.values();
        totals.any(|figures| figures.unrated > 0)
    });
    if has_unrated {
        limits.push(
            "Scenarios with units that have no rate cannot be compared by their amounts alone."
                .to_owned(),
        );
    }
    for forecast in &summary.forecasts {
        limits.push(format!("{}: {}", forecast.scenario, forecast.rests_on));
    }
    for scenario in &summary.scenarios {
        for (day, units) in &scenario.result.nearest_cards {
            limits.push(format!(
                "{}: {} units are priced by the nearest card, that of {day} (R-1).",
                scenario.name(),
                thousands(*units)
            ));
        }
    }
    limits.extend(limits_of_log(&summary.assumptions, &summary.control_totals));
    for scenario in &summary.scenarios {
        let estimated: u64 = totals(scenario, |figures| figures.estimated);
        if estimated > 0 {
            limits.push(format!(
                "{}: {} of {} units rest on an assumption that the log cannot settle (S-12, R-2).",
                scenario.name(),
                thousands(estimated),
                thousands(totals(scenario, |figures| figures.units())),
            ));
        }
    }
    limits
}

fn totals(
    scenario: &super::ScenarioSummary,
    of: impl Fn(&crate::whatif::comparison::Figures) -> u64,
) -> u64 {
    scenario.result.totals.values().map(of).sum()
}

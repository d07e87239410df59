//! A what-if as a page for the terminal, 80 columns wide and as a rule no longer than 44 lines.

mod annotations;
mod later;

use std::path::Path;

pub use annotations::annotations;

use super::summary::{ScenarioSummary, WhatIfSummary, is_known, signed_percent};
use crate::report::charts::clean;
use crate::report::figures::{money, thousands};
use crate::report::terminal::layout::Page;
use crate::report::terminal::section::{Section, draw_within};
use crate::report::terminal::{Log, unfinished, warnings, whole};
use crate::tariff::Amount;
use crate::whatif::comparison::Bridge;

/// A screen and a little more.
const LINES: usize = 44;
/// Amounts that are shown.
const AMOUNTS_MOST: usize = 13;
/// Sums in one currency that are shown.
const CONVERTED_MOST: usize = 3;
/// Letters of a scenario's name beside numbers.
const NAME_MOST: usize = 30;
/// What stands where nothing can be said.
const NONE: &str = "-";

/// Lays out a what-if. `output` is the folder that was written.
pub fn render(summary: &WhatIfSummary, output: Option<&Path>, colour: bool) -> String {
    let mut page = Page::new(colour);
    let log = Log {
        files: &summary.files,
        time_range: summary.time_range.as_ref(),
        control_totals: &summary.control_totals,
        period: &summary.period,
        assumptions: &summary.assumptions,
    };
    log.draw(&mut page);
    let mut sections = Vec::new();
    let incomplete = summary.incomplete.iter().map(|reason| clean(reason));
    sections.extend(unfinished(incomplete.collect()));
    sections.push(amounts(summary));
    sections.push(units(summary));
    sections.extend(bridges(&summary.bridges));
    sections.extend(later::break_even(summary));
    sections.extend(later::sweeps(summary));
    sections.extend(later::forecasts(summary));
    sections.extend(warnings(&summary.warnings));
    // An empty line and the folder stand at the end.
    let last = 2 * usize::from(output.is_some());
    let left = LINES.saturating_sub(page.lines() + last);
    draw_within(&mut page, &sections, left);
    if let Some(output) = output {
        page.gap();
        page.pair("Output", &output.display().to_string());
    }
    page.finish()
}

/// A name with letters that print, cut where it is too long to stand beside numbers.
fn name(name: &str, most: usize) -> String {
    let name = clean(name);
    if name.trim().is_empty() {
        return "(no name)".to_owned();
    }
    match name.chars().count() > most {
        true => name.chars().take(most - 1).chain(['…']).collect(),
        false => name,
    }
}

/// An amount that is added or taken away.
fn signed(amount: Amount, currency: &str) -> String {
    let sign = if amount > Amount::ZERO { "+" } else { "" };
    format!("{sign}{}", money(amount, currency))
}

/// A scenario in a currency.
type Row<'a> = (&'a ScenarioSummary, &'a str);

fn rows(summary: &WhatIfSummary) -> Vec<Row<'_>> {
    let currencies = summary.currencies.iter();
    currencies
        .flat_map(|currency| {
            let scenarios = summary.scenarios.iter();
            scenarios.map(move |scenario| (scenario, currency.as_str()))
        })
        .collect()
}

/// What each scenario comes to, beside the base: the answer, which gives way to nothing.
fn amounts(summary: &WhatIfSummary) -> Section<'_> {
    let rows = rows(summary);
    Section::new(0, move |page, _| {
        page.gap();
        page.heading("What if", &["amount", "difference", "percent"]);
        let whole = whole(AMOUNTS_MOST.min(rows.len()), rows.len());
        for (scenario, currency) in &rows[..whole] {
            let cells = amount_cells(summary, scenario, currency);
            let cells = cells.each_ref().map(String::as_str);
            page.row(&name(scenario.name(), NAME_MOST), &cells);
        }
        further(page, rows.len() - whole, "amounts");
        if rows.is_empty() {
            page.row("nothing was charged", &[]);
        }
        converted(page, summary);
    })
}

/// Amount, difference and percentage; what is not known is no zero.
fn amount_cells(
    summary: &WhatIfSummary,
    scenario: &ScenarioSummary,
    currency: &str,
) -> [String; 3] {
    let figures = scenario.figures(currency);
    let amount = match is_known(&figures) {
        true => format!("{} {currency}", money(figures.amount, currency)),
        false => format!("not known, {currency}"),
    };
    let Some(difference) = scenario.difference.get(currency) else {
        return [amount, String::new(), String::new()];
    };
    let are_known = is_known(&figures) && is_known(&summary.base(currency));
    let apart = match are_known {
        true => signed(difference.amount, currency),
        false => NONE.to_owned(),
    };
    let percent = difference.percent.filter(|_| are_known);
    let percent = percent.map_or_else(|| NONE.to_owned(), signed_percent);
    [amount, apart, percent]
}

/// Everything in one currency, where a scenario gives exchange rates.
fn converted(page: &mut Page, summary: &WhatIfSummary) {
    let scenarios = summary.scenarios.iter();
    let sums =
        scenarios.filter_map(|scenario| Some((scenario, scenario.result.converted.as_ref()?)));
    let sums: Vec<_> = sums.collect();
    for (scenario, converted) in sums.iter().take(CONVERTED_MOST) {
        page.note(&format!(
            "{} = {} {} at its own exchange rates",
            name(scenario.name(), NAME_MOST),
            money(converted.amount, &converted.currency),
            converted.currency
        ));
    }
    further(page, sums.len().saturating_sub(CONVERTED_MOST), "sums");
}

/// Units, what part of them is free, and conversations.
fn units(summary: &WhatIfSummary) -> Section<'_> {
    let rows = rows(summary);
    let has_several = summary.currencies.len() > 1;
    Section::new(rows.len(), move |page, shown| {
        page.gap();
        page.heading("Units", &["units", "free share", "conversations"]);
        let whole = whole(shown, rows.len());
        for (scenario, currency) in &rows[..whole] {
            let figures = scenario.figures(currency);
            let share = scenario.free_share.get(*currency).copied().flatten();
            let cells = [
                thousands(figures.units()),
                share.map_or_else(|| NONE.to_owned(), |share| format!("{share:.2}%")),
                thousands(figures.conversations),
            ];
            let label = name(scenario.name(), NAME_MOST);
            let label = match has_several {
                true => format!("{label}, {currency}"),
                false => label,
            };
            page.row(&label, &cells.each_ref().map(String::as_str));
        }
        further(page, rows.len() - whole, "rows");
        if rows.is_empty() {
            page.row("none", &[]);
        }
    })
}

/// What a scenario's changes come to each by itself, and together.
fn bridges(bridges: &[Bridge]) -> Option<Section<'_>> {
    (!bridges.is_empty()).then(|| {
        Section::new(bridges.len(), move |page, shown| {
            page.gap();
            page.heading("Why", &[]);
            let whole = whole(shown, bridges.len());
            for bridge in &bridges[..whole] {
                page.paragraph(&bridge_in_words(bridge));
            }
            further(page, bridges.len() - whole, "bridges");
        })
    })
}

fn bridge_in_words(bridge: &Bridge) -> String {
    let currency = &bridge.currency;
    let steps: Vec<String> = bridge
        .steps
        .iter()
        .map(|step| format!("{} {}", step.effect, signed(step.amount, currency)))
        .collect();
    let steps = match steps.is_empty() {
        true => "nothing changes".to_owned(),
        false => steps.join(", "),
    };
    format!(
        "{}: base {}, {steps} = {} {currency}",
        name(&bridge.scenario, NAME_MOST),
        money(bridge.base, currency),
        money(bridge.total, currency)
    )
}

/// How many rows there was no room for.
fn further(page: &mut Page, count: usize, kind: &str) {
    if count > 0 {
        page.note(&format!("{count} more {kind} stand in report.html"));
    }
}

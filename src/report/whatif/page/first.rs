//! Page one: the answer in one sentence for each scenario, the amounts side by side, and their chart.

use super::scenarios::{amount, difference, percent};
use crate::report::charts::Names;
use crate::report::page::figure::{Figure, Figures};
use crate::report::page::first::{First, control_totals, identity, lines_of};
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::among;
use crate::report::whatif::summary::WhatIfSummary;

/// Printed lines that sentences, amounts, charts and limits share on Letter, the shorter paper.
const LINES_TOGETHER: usize = 39;
/// Rows of the control totals, which stand beside the amounts.
const LINES_OF_TOTALS: usize = 10;
/// What a limit or a change takes at most: the style sheet cuts what is longer.
const LINES_OF_ENTRY: usize = 2;
const SENTENCES_MOST: usize = 4;
const ROWS_MOST: usize = 9;
const LIMITS_MOST: usize = 4;
const CHANGES_MOST: usize = 4;

/// Lays out page one.
pub fn first(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> First {
    let mut first = First {
        title: "What if: a WhatsApp log under other rules, prices or behaviour",
        identity: identity(summary),
        label: "Answer",
        conclusion: conclusion(summary),
        sentences: sentences(summary),
        reasons: Vec::new(),
        main: vec![amounts(summary)],
        control_totals: control_totals(&summary.control_totals),
        figures: Vec::new(),
        top: None,
        support: changes(summary),
        limits: Vec::new(),
        limits_note: None,
        fingerprint: summary.fingerprint.clone(),
        command_line: summary.command_line.clone(),
    };
    let limits = summary.limits.len().min(LIMITS_MOST);
    let entries = limits.max(first.support.len());
    let rows = first
        .main
        .iter()
        .map(|table| table.rows.len())
        .sum::<usize>();
    let sentences = first.sentences.iter().map(|text| lines_of(text));
    let lines = sentences.sum::<usize>() + rows.max(LINES_OF_TOTALS) + entries * LINES_OF_ENTRY;
    first.figures = charts(summary, figures, LINES_TOGETHER.saturating_sub(lines));
    first.limit(&summary.limits, LIMITS_MOST);
    first
}

/// The charts of the currencies with the most units, as many as there is room for; the section on scenarios shows
/// the others.
fn charts(summary: &WhatIfSummary, figures: &mut Figures<'_>, lines: usize) -> Vec<Figure> {
    let mut currencies: Vec<&String> = summary.currencies.iter().collect();
    currencies.sort_by_key(|currency| std::cmp::Reverse(summary.base(currency).units()));
    let fitting = lines / lines_of_chart(summary.scenarios.len());
    let names = Names {
        has_several: currencies.len() > 1,
    };
    let currencies = currencies.into_iter().take(fitting);
    currencies
        .flat_map(|currency| figures.named(&names.name("scenarios", currency)))
        .collect()
}

/// Caption, words, axis, and the rows.
const fn lines_of_chart(rows: usize) -> usize {
    10 + rows * 9 / 4
}

fn identity(summary: &WhatIfSummary) -> Vec<(&'static str, String)> {
    let files: Vec<&str> = summary
        .others()
        .iter()
        .flat_map(|scenario| &scenario.result.files)
        .map(String::as_str)
        .collect();
    vec![
        (
            "Made by",
            format!("counterfoil {}, {}", summary.version, summary.command),
        ),
        ("Period", identity::period(&summary.period)),
        ("Log", identity::range(summary.time_range.as_ref())),
        ("Files", identity::files(&summary.files)),
        (
            "Scenarios",
            among(
                summary.others().iter().map(|scenario| scenario.name()),
                "scenarios",
                CHANGES_MOST,
            ),
        ),
        (
            "Stated in",
            among(files.iter().copied(), "files", CHANGES_MOST),
        ),
    ]
}

fn conclusion(summary: &WhatIfSummary) -> String {
    let scenarios = match summary.others().len() {
        1 => "One scenario".to_owned(),
        count => format!("{count} scenarios"),
    };
    match summary.incomplete.is_empty() {
        true => format!("{scenarios} against the log as it is."),
        false => {
            format!(
                "{scenarios} against the log as it is. The evidence is incomplete: this is not a conclusion."
            )
        }
    }
}

fn sentences(summary: &WhatIfSummary) -> Vec<String> {
    let scenarios = summary.scenarios.iter();
    let mut sentences: Vec<String> = scenarios
        .take(SENTENCES_MOST)
        .map(|scenario| scenario.sentence.clone())
        .collect();
    let all = summary.scenarios.len();
    if all > SENTENCES_MOST {
        sentences.push(format!(
            "These are the first of {all}; all of them stand in the section on scenarios."
        ));
    }
    sentences
}

/// Amount, difference and percentage of each scenario.
fn amounts(summary: &WhatIfSummary) -> Table {
    let mut table = Table::new(
        "What each scenario costs",
        vec![
            Column::words("Scenario").percent(36),
            Column::words("Currency").percent(14),
            Column::numbers("Amount"),
            Column::numbers("Difference"),
            Column::numbers("Percent"),
        ],
    );
    table.class = "one-line";
    for currency in &summary.currencies {
        for scenario in &summary.scenarios {
            let figures = scenario.figures(currency);
            let against = scenario.difference.get(currency);
            let apart = against.map(|_| difference(&summary.base(currency), &figures, currency));
            table.row(vec![
                Cell::words(scenario.name()),
                Cell::words(currency),
                Cell::number(amount(&figures, currency)),
                Cell::number(apart.unwrap_or_default()),
                Cell::number(against.map_or_else(String::new, percent)),
            ]);
        }
    }
    table.cut(ROWS_MOST, "the first in order", "the section on scenarios");
    table
}

/// What the scenarios change.
fn changes(summary: &WhatIfSummary) -> Vec<String> {
    let mut sentences: Vec<String> = summary
        .others()
        .iter()
        .take(CHANGES_MOST)
        .map(|scenario| {
            let changes = &scenario.result.changes;
            match &changes[..] {
                [] => format!("{}: nothing is changed.", scenario.name()),
                changes => format!("{}: {}", scenario.name(), changes.join(" ")),
            }
        })
        .collect();
    if summary.others().len() > CHANGES_MOST {
        sentences.push("More stand in the section on what each scenario changes.".to_owned());
    }
    if sentences.is_empty() {
        sentences.push("No scenario was given: this is the base alone.".to_owned());
    }
    sentences
}

//! The sheet "Scenarios": each scenario in each currency, beside the base.

use anyhow::Result;

use crate::report::whatif::summary::{ScenarioSummary, WhatIfSummary};
use crate::report::workbook::book::Book;
use crate::report::workbook::cell::Cell;
use crate::report::workbook::grid::{Grid, first_row};

const COLUMNS: [&str; 16] = [
    "scenario",
    "currency",
    "base amount",
    "amount",
    "difference",
    "difference in percent",
    "Meta's charges",
    "discounts",
    "provider",
    "units",
    "charged units",
    "free units",
    "without a rate",
    "free share in percent",
    "estimated",
    "conversations",
];

/// Writes the sheet.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let rows: Vec<(&String, &ScenarioSummary)> = summary
        .currencies
        .iter()
        .flat_map(|currency| {
            let scenarios = summary.scenarios.iter();
            scenarios.map(move |scenario| (currency, scenario))
        })
        .collect();
    Grid {
        name: "Scenarios",
        source: "summary.json (scenarios)",
        columns: &COLUMNS,
        count: rows.len(),
        rows_max: book.rows_max,
        rows: rows
            .iter()
            .zip(first_row(0)..)
            .map(|((currency, scenario), at)| row(summary, scenario, currency, at)),
        totals: Vec::new(),
    }
    .write(book)
}

fn row<'a>(
    summary: &WhatIfSummary,
    scenario: &'a ScenarioSummary,
    currency: &'a str,
    at: usize,
) -> Vec<Cell<'a>> {
    let money = |amount| Cell::money(Some(amount), currency);
    let percent = |percent| Option::map_or(percent, Cell::Empty, Cell::Percent);
    let base = summary.base(currency);
    let figures = scenario.figures(currency);
    let difference = scenario.difference.get(currency);
    let share = scenario.free_share.get(currency).copied().flatten();
    vec![
        Cell::text(scenario.name()),
        Cell::text(currency),
        money(base.amount),
        Cell::computed(format!("=G{at}+H{at}+I{at}"), money(figures.amount)),
        difference.map_or(Cell::Empty, |difference| {
            Cell::computed(format!("=D{at}-C{at}"), money(difference.amount))
        }),
        Cell::computed(
            format!("=ROUND(100*E{at}/C{at},2)"),
            percent(difference.and_then(|difference| difference.percent)),
        ),
        money(figures.charges),
        money(figures.discount),
        money(figures.provider),
        Cell::computed(format!("=K{at}+L{at}+M{at}"), Cell::count(figures.units())),
        Cell::count(figures.rated),
        Cell::count(figures.free),
        Cell::count(figures.unrated),
        Cell::computed(format!("=ROUND(100*L{at}/J{at},2)"), percent(share)),
        Cell::count(figures.estimated),
        Cell::count(figures.conversations),
    ]
}

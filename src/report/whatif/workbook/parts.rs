//! The sheets "By category", "By market", "By month" and "By number": every part under every scenario.

use anyhow::Result;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, RowNum};

use super::heading;
use crate::report::whatif::parts::{Kind, Part, parts};
use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::report::workbook::book::Book;
use crate::report::workbook::cell::Cell;
use crate::report::workbook::grid::{Grid, Total, first_row};
use crate::whatif::comparison::Figures;

/// Currency and name stand in front.
const FIRST: usize = 2;
/// Amount, units, free units and units without a rate of the base; of others the difference as well.
const OF_BASE: usize = 4;
const OF_OTHERS: usize = 5;

/// Writes a sheet of this name.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(name: &str, kind: Kind, summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let columns = columns(kind, summary);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows: Vec<(&String, Part)> = summary
        .currencies
        .iter()
        .flat_map(|currency| {
            let parts = parts(summary, kind, currency).into_iter();
            parts.map(move |part| (currency, part))
        })
        .collect();
    let is_one = summary.currencies.len() == 1;
    let totals: Vec<Total<'_>> = summary
        .currencies
        .iter()
        .map(|currency| Total {
            label: format!("Total {currency}"),
            only: (!is_one).then_some((0, currency.as_str())),
            cells: totals(summary, currency),
        })
        .collect();
    let first = first_row(totals.len());
    Grid {
        name,
        source: "summary.json (scenarios)",
        columns: &columns,
        count: rows.len(),
        rows_max: book.rows_max,
        rows: rows
            .iter()
            .zip(first..)
            .map(|((currency, part), at)| row(kind, currency, part, at)),
        totals,
    }
    .write(book)
}

fn columns(kind: Kind, summary: &WhatIfSummary) -> Vec<String> {
    let mut columns = vec!["currency".to_owned(), kind.name.to_owned()];
    for (place, scenario) in summary.scenarios.iter().enumerate() {
        let name = heading(scenario.name());
        let mut figures = vec!["amount", "units", "free units", "without a rate"];
        if place > 0 {
            figures.insert(1, "difference");
        }
        columns.extend(figures.iter().map(|figure| format!("{name}: {figure}")));
    }
    columns
}

/// The column of a scenario's amount.
const fn amount_column(scenario: usize) -> usize {
    match scenario {
        0 => FIRST,
        other => FIRST + OF_BASE + OF_OTHERS * (other - 1),
    }
}

fn figures<'a>(
    figures: &Figures,
    base: Option<&Figures>,
    currency: &'a str,
    difference: impl FnOnce(Cell<'a>) -> Cell<'a>,
) -> Vec<Cell<'a>> {
    let money = |amount| Cell::money(Some(amount), currency);
    let mut cells = vec![money(figures.amount)];
    if let Some(base) = base {
        cells.push(difference(money(apart(base.amount, figures.amount))));
    }
    cells.extend([figures.units(), figures.free, figures.unrated].map(Cell::count));
    cells
}

fn row<'a>(kind: Kind, currency: &'a str, part: &'a Part, at: usize) -> Vec<Cell<'a>> {
    let name = part.name.as_deref().unwrap_or_default();
    let mut cells = vec![
        Cell::text(currency),
        match kind.is_time {
            true => Cell::month(name),
            false => Cell::text(name),
        },
    ];
    for (place, of_scenario) in part.figures.iter().enumerate() {
        let base = part.figures.first().filter(|_| place > 0);
        let formula = difference(place, at);
        cells.extend(figures(
            of_scenario,
            base,
            currency,
            |stored| match formula {
                Some(formula) => Cell::computed(formula, stored),
                None => stored,
            },
        ));
    }
    cells
}

/// The scenario's amount less the base's, in the same row.
fn difference(scenario: usize, at: usize) -> Option<String> {
    let cell = |column: usize| {
        let (row, column) = (RowNum::try_from(at - 1), ColNum::try_from(column));
        Some(row_col_to_cell(row.ok()?, column.ok()?))
    };
    let (own, base) = (cell(amount_column(scenario))?, cell(amount_column(0))?);
    Some(format!("={own}-{base}"))
}

fn totals<'a>(summary: &WhatIfSummary, currency: &'a str) -> Vec<(usize, Cell<'a>)> {
    let base = summary.base(currency);
    let mut cells = Vec::new();
    for (place, scenario) in summary.scenarios.iter().enumerate() {
        let own = scenario.figures(currency);
        let base = Some(&base).filter(|_| place > 0);
        let own = figures(&own, base, currency, |stored| stored);
        cells.extend((amount_column(place)..).zip(own));
    }
    cells
}

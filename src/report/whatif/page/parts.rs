//! Categories, markets, months and numbers of all scenarios side by side.

use super::scenarios::{amount, difference};
use crate::report::figures::thousands;
use crate::report::page::section::Section;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::plain;
use crate::report::whatif::parts::{KINDS, Kind, Part, most, parts};
use crate::report::whatif::summary::WhatIfSummary;
use crate::whatif::comparison::Figures;

/// Rows that are shown one by one; the others are one row together.
const ROWS_MOST: usize = 15;
/// Months are shown one by one as far as a page bears it.
const MONTHS_MOST: usize = 60;
/// With more scenarios than this beside the base there is no room for differences.
const DIFFERENCES_MOST: usize = 3;

/// The section.
pub fn section(summary: &WhatIfSummary) -> Section {
    let mut section = Section::new("parts", "By category, market, month and number");
    if summary.currencies.is_empty() {
        section.text("Nothing was charged.");
    }
    for kind in KINDS {
        for currency in &summary.currencies {
            section.table(table(summary, kind, currency));
        }
    }
    section
}

fn table(summary: &WhatIfSummary, kind: Kind, currency: &str) -> Table {
    let with_differences = summary.others().len() <= DIFFERENCES_MOST;
    let mut heading = kind.name.to_owned();
    heading[..1].make_ascii_uppercase();
    let mut columns = vec![Column::words(heading)];
    for (place, scenario) in summary.scenarios.iter().enumerate() {
        columns.push(Column::numbers(scenario.name()));
        if place > 0 && with_differences {
            columns.push(Column::numbers("Difference"));
        }
    }
    let caption = format!("Cost by {}, {currency}", kind.name);
    let mut table = Table::new(caption, columns);
    let rows_most = if kind.is_time { MONTHS_MOST } else { ROWS_MOST };
    let parts = parts(summary, kind, currency);
    let all = parts.len();
    for part in most(parts, rows_most) {
        let name = name(&part, kind);
        table.row(cells(name, &part.figures, currency, with_differences));
    }
    if all > rows_most {
        table.note(format!(
            "{} of {} {} are shown; summary.json and report.xlsx hold all of them.",
            thousands(rows_most as u64),
            thousands(all as u64),
            kind.names
        ));
    }
    let totals = summary.scenarios.iter();
    let totals: Vec<Figures> = totals.map(|scenario| scenario.figures(currency)).collect();
    if all > 0 {
        table.total(cells("All".to_owned(), &totals, currency, with_differences));
    }
    table
}

fn name(part: &Part, kind: Kind) -> String {
    match &part.name {
        Some(name) if kind.name == "category" => plain(name),
        Some(name) => name.clone(),
        None => format!("{} other {}", thousands(part.count as u64), kind.names),
    }
}

fn cells(name: String, figures: &[Figures], currency: &str, with_differences: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::words(name)];
    let base = figures.first().copied().unwrap_or_default();
    for (place, figures) in figures.iter().enumerate() {
        cells.push(Cell::number(amount(figures, currency)));
        if place > 0 && with_differences {
            cells.push(Cell::number(difference(&base, figures, currency)));
        }
    }
    cells
}

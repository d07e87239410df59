//! What was chargeable and what was covered or free, by category, account, number and time.

use super::cost::{DAYS_MOST, by_day};
use super::figure::Figures;
use super::section::Section;
use super::table::{Cell, Column, ROWS_MOST, Table};
use super::words::{NONE, plain};
use crate::report::figures::thousands;
use crate::report::summary::{PricedCounts, Summary};
use crate::vocabulary::PricingType;

/// The section.
pub fn section(summary: &Summary, figures: &mut Figures<'_>) -> Section {
    let mut section = Section::new("units", "Chargeable and covered units");
    if summary.charges.is_empty() {
        section.text("The log leads to no charge.");
        return section;
    }
    section.text(
        "A unit is an opened conversation under conversation-based pricing and a delivered business message under \
         per-message pricing. Regular units are chargeable. Covered ones lie in a conversation that was charged \
         before; the others are free by the tier, the customer service window or the entry point.",
    );
    section.table(by_category(summary));
    section.figures(figures.named("units_by_hour"));
    section.text(
        "Estimated units rest on an assumption that the log cannot settle (S-12, R-2). Units at an edge lie so near \
         the edge of a window or a month that a clock a minute off would decide otherwise (S-08).",
    );
    let mut accounts = by_account(summary);
    accounts.cut(ROWS_MOST, "the first in order", "summary.json");
    section.table(accounts);
    section.table(by_number(summary));
    let days = &summary.over_time.charges;
    match days.len() {
        0..=DAYS_MOST => section.table(by_day(
            "Units by day and pricing type".to_owned(),
            days,
            |count| thousands(*count),
        )),
        days => section.text(format!(
            "Units fall on {} days; summary.json holds each of them.",
            thousands(days as u64)
        )),
    }
    section
}

/// Units by account.
pub fn by_account(summary: &Summary) -> Table {
    let mut columns = vec![Column::words("Account")];
    columns.extend(count_columns());
    let mut table = Table::new("Units by account", columns);
    for (account, counts) in &summary.charges_by_account {
        let mut cells = vec![Cell::words(account)];
        cells.extend(count_cells(counts));
        table.row(cells);
    }
    table
}

fn by_number(summary: &Summary) -> Table {
    let mut columns = vec![Column::words("Business number"), Column::words("Month")];
    columns.extend(count_columns());
    let mut table = Table::new("Units by business number and month", columns);
    for (business, months) in &summary.charges_by_business {
        for (month, counts) in months {
            let mut cells = vec![Cell::words(business), Cell::words(month)];
            cells.extend(count_cells(counts));
            table.row(cells);
        }
    }
    table.cut(ROWS_MOST, "the first in order", "summary.json");
    table
}

fn by_category(summary: &Summary) -> Table {
    let categories = || summary.charges.values().flat_map(|regime| regime.values());
    let types: Vec<&str> = PricingType::ALL
        .iter()
        .map(|pricing_type| pricing_type.name())
        .filter(|name| categories().any(|types| types.contains_key(name)))
        .collect();
    let mut columns = vec![Column::words("Category"), Column::words("Rules")];
    columns.extend(types.iter().map(|name| {
        Column::numbers(match *name {
            "regular" => "chargeable (regular)".to_owned(),
            name => plain(name),
        })
    }));
    let mut table = Table::new("Units by category and pricing type", columns);
    for (regime, categories) in &summary.charges {
        for (category, counts) in categories {
            let mut cells = vec![Cell::words(plain(category)), Cell::words(*regime)];
            cells.extend(types.iter().map(|name| match counts.get(name) {
                Some(counts) => Cell::count(counts.count),
                None => Cell::number(NONE),
            }));
            table.row(cells);
        }
    }
    table
}

fn count_columns() -> [Column; 4] {
    ["Units", "Chargeable", "Estimated", "At an edge"].map(Column::numbers)
}

fn count_cells(counts: &PricedCounts) -> [Cell; 4] {
    [
        counts.count,
        counts.chargeable,
        counts.estimated,
        counts.edge,
    ]
    .map(Cell::count)
}

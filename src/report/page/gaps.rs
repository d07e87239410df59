//! What is missing or doubtful: warnings, rates that no card has, limits of the conclusion.

use super::section::Section;
use super::table::{Cell, Column, ROWS_MOST, Table};
use super::words::{NONE, money, plain};
use crate::replay::outcome::Warning;
use crate::report::summary::Summary;
use crate::tariff::Amount;

/// Sentences of one kind that are shown.
const SENTENCES_MOST: usize = 200;

/// What the reader must know.
pub fn warnings(incomplete: &[String], warnings: &[Warning]) -> Section {
    let mut section = Section::new("warnings", "Warnings");
    if !incomplete.is_empty() {
        section.heading("Incomplete evidence: this is not a conclusion");
        section.list(shortened(incomplete));
    }
    if warnings.is_empty() {
        section.text("The run gave no warning.");
    }
    let mut table = Table::new(
        "Warnings, the most important first",
        vec![
            Column::words("Code"),
            Column::numbers("Count"),
            Column::words("What"),
        ],
    );
    for warning in warnings {
        table.row(vec![
            Cell::mark(&warning.code),
            Cell::count(warning.count),
            Cell::words(&warning.text),
        ]);
    }
    table.cut(ROWS_MOST, "the most important", "summary.json");
    section.table(table);
    section
}

/// Charges without a rate, in a run with prices.
pub fn missing_rates(summary: &Summary) -> Option<Section> {
    let bill = summary.bill.as_ref()?;
    let mut section = Section::new("missing-rates", "Missing rates");
    if bill.unrated.is_empty() {
        section.text("Every chargeable unit has a rate.");
        return Some(section);
    }
    section.text(
        "These units have no rate on any card that is known. What they cost is not part of any sum of this report; \
         where only the market is unknown, the lowest and the highest rate of all markets bound it.",
    );
    let mut table = Table::new(
        "Cells of the cards that are missing",
        vec![
            Column::words("Market, category and reason"),
            Column::words("Currency"),
            Column::words("First date"),
            Column::words("Last date"),
            Column::numbers("Units"),
            Column::numbers("At least"),
            Column::numbers("At most"),
        ],
    );
    for cell in &bill.unrated {
        let amount = |amount: Option<Amount>| {
            amount.map_or_else(|| NONE.to_owned(), |amount| money(amount, &cell.currency))
        };
        let name = format!("{}, {}", cell.market, plain(cell.category));
        table.row(vec![
            Cell::words(name).detail(&cell.text),
            Cell::words(&cell.currency),
            Cell::words(&cell.first_date),
            Cell::words(&cell.last_date),
            Cell::count(cell.quantity),
            Cell::number(amount(cell.lowest)),
            Cell::number(amount(cell.highest)),
        ]);
    }
    table.cut(ROWS_MOST, "the first in order", "summary.json");
    section.table(table);
    Some(section)
}

/// What may not be concluded.
pub fn limits(limits: &[String]) -> Section {
    let mut section = Section::new("limits", "Limits");
    match limits.is_empty() {
        true => section.text("The run states no limit."),
        false => section.list(shortened(limits)),
    }
    section
}

fn shortened(sentences: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = sentences.iter().take(SENTENCES_MOST).cloned().collect();
    if sentences.len() > SENTENCES_MOST {
        shown.push(format!(
            "These are the first {SENTENCES_MOST} of {}; summary.json holds all of them.",
            sentences.len()
        ));
    }
    shown
}

//! The sheets "Differences" and "Analytics differences": those tables, with the bridges' totals on top.

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::grid::{Grid, Total};
use crate::audit::Difference;
use crate::report::summary::Comparison;

const COLUMNS: [&str; 18] = [
    "invoice_id",
    "invoice_line",
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "currency",
    "expected_quantity",
    "billed_quantity",
    "expected_amount",
    "billed_amount",
    "difference",
    "status",
    "cause",
    "explanation",
];
const CURRENCY: usize = 9;
const EXPECTED: usize = 12;
const BILLED: usize = 13;
const DIFFERENCE: usize = 14;

/// Writes a sheet of this name.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(
    name: &str,
    source: &str,
    rows: &[Difference],
    comparison: &Comparison,
    book: &mut Book,
) -> Result<()> {
    let bridges = &comparison.bridges;
    let only_currency = match bridges.as_slice() {
        [bridge] => Some(bridge.currency.as_str()),
        _ => None,
    };
    let is_of_one = rows.iter().all(|row| {
        let currency = row.currency.as_ref().map(|currency| currency.code());
        currency.is_some() && currency == only_currency
    });
    let totals = bridges.iter().map(|bridge| {
        let currency = bridge.currency.as_str();
        let money = |amount| Cell::money(Some(amount), currency);
        Total {
            label: format!("Total {currency}"),
            only: (!is_of_one).then_some((CURRENCY, currency)),
            cells: vec![
                (EXPECTED, money(bridge.expected)),
                (BILLED, money(bridge.invoiced)),
                (DIFFERENCE, money(bridge.difference)),
            ],
        }
    });
    Grid {
        name,
        source,
        columns: &COLUMNS,
        count: rows.len(),
        rows: rows.iter().map(row),
        totals: totals.collect(),
    }
    .write(book)
}

fn row(row: &Difference) -> Vec<Cell<'_>> {
    let currency = row.currency.as_ref().map_or("", |currency| currency.code());
    let text = |text: Option<&'_ str>| text.map(str::to_owned).unwrap_or_default();
    let units = |units: Option<i64>| units.map_or(Cell::Empty, Cell::count);
    vec![
        Cell::text(text(row.invoice_id.as_deref())),
        row.invoice_line.map_or(Cell::Empty, Cell::count),
        Cell::text(text(row.account.as_deref())),
        Cell::text(text(row.business.as_deref())),
        row.month.map_or(Cell::Empty, Cell::Month),
        Cell::text(text(row.market.as_deref())),
        Cell::text(row.category.unwrap_or_default()),
        Cell::text(row.pricing_type.unwrap_or_default()),
        Cell::text(text(row.tier.as_deref())),
        Cell::text(currency),
        units(row.expected_quantity),
        units(row.billed_quantity),
        Cell::money(row.expected_amount, currency),
        Cell::money(row.billed_amount, currency),
        Cell::money(row.difference, currency),
        Cell::text(row.status.name()),
        Cell::text(row.cause.map(|cause| cause.name()).unwrap_or_default()),
        Cell::text(row.explanation.as_str()),
    ]
}

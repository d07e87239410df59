//! The sheet "Lines": the table `lines`, with the bill's totals on top.

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::grid::{Grid, Total};
use crate::pricing::Line;
use crate::report::summary::Bill;

const COLUMNS: [&str; 13] = [
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "quantity",
    "amount",
    "state",
];
const CURRENCY: usize = 9;
const QUANTITY: usize = 10;
const AMOUNT: usize = 11;

/// Writes the sheet.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(lines: &[Line], bill: &Bill, book: &mut Book) -> Result<()> {
    let is_one = bill.totals.len() == 1;
    let totals = bill.totals.iter().map(|(currency, sum)| Total {
        label: format!("Total {currency}"),
        only: (!is_one).then_some((CURRENCY, currency.as_str())),
        cells: vec![
            (QUANTITY, Cell::count(sum.rated + sum.free + sum.unrated)),
            (AMOUNT, Cell::money(Some(sum.amount), currency)),
        ],
    });
    Grid {
        name: "Lines",
        source: "tables/lines.parquet",
        columns: &COLUMNS,
        count: lines.len(),
        rows: lines.iter().map(row),
        totals: totals.collect(),
    }
    .write(book)
}

fn row(line: &Line) -> Vec<Cell<'_>> {
    let currency = line.currency.code();
    vec![
        Cell::text(line.account.as_str()),
        Cell::text(line.business.as_str()),
        Cell::Month(line.month),
        Cell::text(line.market.as_str()),
        Cell::text(line.category.0.name()),
        Cell::text(line.pricing_type.0.name()),
        Cell::text(line.tier.as_ref().map_or("", |tier| &tier.label)),
        Cell::text(line.rate_card.as_deref().unwrap_or_default()),
        Cell::money(line.rate, currency),
        Cell::text(currency),
        Cell::count(line.quantity),
        Cell::money(line.amount, currency),
        Cell::text(line.state.0.name()),
    ]
}

//! The sheet "Findings": the table `findings` with customers under pseudonyms and without message ids, since
//! Meta's ids hold the customer's number. The id of a finding leads to the row that has both.

use std::cmp::Reverse;

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::grid::Grid;
use crate::findings::Finding;
use crate::report::mask::Mask;

const COLUMNS: [&str; 10] = [
    "finding_id",
    "code",
    "severity",
    "account",
    "business",
    "customer",
    "at (UTC)",
    "money",
    "currency",
    "explanation",
];

/// Writes the sheet: where there are too many rows the gravest, then those with the most money, each in the
/// order of the table. Money has no total: the same unit may be at stake in several findings.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(findings: &[Finding], mask: &Mask, book: &mut Book) -> Result<()> {
    let shown = gravest(findings, book.rows_max);
    Grid {
        name: "Findings",
        source: "tables/findings.parquet",
        columns: &COLUMNS,
        count: findings.len(),
        rows: shown.into_iter().map(|place| row(&findings[place], mask)),
        totals: Vec::new(),
    }
    .write(book)
}

/// The places of the rows that are shown.
fn gravest(findings: &[Finding], rows_max: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..findings.len()).collect();
    if places.len() > rows_max {
        places.sort_by_key(|&place| Reverse((findings[place].severity, findings[place].money)));
        places.truncate(rows_max);
        places.sort_unstable();
    }
    places
}

fn row<'a>(finding: &'a Finding, mask: &Mask) -> Vec<Cell<'a>> {
    let currency = finding
        .currency
        .as_ref()
        .map_or("", |currency| currency.code());
    vec![
        Cell::text(finding.id().to_string()),
        Cell::text(finding.code.name()),
        Cell::text(finding.severity.name()),
        Cell::text(&*finding.account),
        Cell::text(&*finding.business),
        Cell::text(mask.pseudonym(&finding.customer)),
        finding.at.map_or(Cell::Empty, Cell::Instant),
        Cell::money(Some(finding.money), currency),
        Cell::text(currency),
        Cell::text(&*finding.explanation),
    ]
}

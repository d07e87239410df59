//! `report.xlsx`: a run as a workbook that an auditor can filter.
//!
//! ```text
//!  Summary             identity, conclusion, bridge, bill, findings by code, limits
//!  Lines               the table lines, with the bill's totals
//!  Differences         the table differences, with the bridges' totals; the same for analytics
//!  Findings            the table findings, customers under pseudonyms
//!  Conversations, Charges, Cost by day
//!  Allowances and tiers
//!  Control totals      every row read has one outcome; hashes of inputs
//!  Settings, Rules
//! ```
//!
//! It computes nothing: each total is a formula whose stored result is the number of `summary.json`, and what it
//! lists are the rows of the tables. Numbers are numbers. A spreadsheet keeps fifteen digits of one; where an
//! amount has more, its exact text stands beside it ("exact values"). Everything else is written as text, never
//! as a formula or a link, whatever it begins with. The same run gives the same bytes.

mod bill;
pub(super) mod book;
pub(super) mod cell;
pub(super) mod control;
mod days;
mod differences;
mod findings;
mod front;
pub(super) mod grid;
mod lines;
mod number;
pub(super) mod page;
mod style;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod text;

use anyhow::Result;

use super::mask::Mask;
use super::summary::Summary;
use super::tables::Content;
use crate::run::output::Folder;
use book::{Book, Origin};

/// The file.
pub const FILE: &str = "report.xlsx";
/// Rows of a table that a sheet lists, findings excepted: it could hold a million, but nobody could work with
/// it, and a row takes about 2 kB of memory while the workbook is made.
pub const ROWS_MAX: usize = 100_000;

/// Writes the workbook.
///
/// # Errors
/// If it cannot be written.
pub fn write(summary: &Summary, content: &Content<'_>, mask: &Mask, folder: &Folder) -> Result<()> {
    folder.write_file(FILE, &workbook(summary, content, mask, ROWS_MAX)?)
}

/// The workbook's bytes, with so many rows of a table at most.
fn workbook(
    summary: &Summary,
    content: &Content<'_>,
    mask: &Mask,
    rows_max: usize,
) -> Result<Vec<u8>> {
    let origin = Origin {
        command: summary.command,
        subject: "Replay of a WhatsApp message log through Meta's pricing rules",
        version: summary.version,
        fingerprint: &summary.fingerprint,
    };
    let mut book = Book::new(origin, rows_max)?;
    front::write(summary, &mut book)?;
    if let (Some(lines), Some(bill)) = (content.lines, &summary.bill) {
        lines::write(lines, bill, &mut book)?;
    }
    for (name, source, rows, comparison) in [
        (
            "Differences",
            "tables/differences.parquet",
            content.differences,
            &summary.invoice,
        ),
        (
            "Analytics differences",
            "tables/analytics_differences.parquet",
            content.analytics_differences,
            &summary.analytics,
        ),
    ] {
        if let (Some(rows), Some(comparison)) = (rows, comparison) {
            differences::write(name, source, rows, comparison, &mut book)?;
        }
    }
    if let Some(findings) = content.findings {
        findings::write(findings, mask, &mut book)?;
    }
    days::write(summary, &mut book)?;
    if let Some(bill) = &summary.bill {
        bill::write_positions(bill, &mut book)?;
    }
    control::write_totals(summary, &mut book)?;
    control::write_settings(&summary.settings, &mut book)?;
    control::write_rules(summary, &mut book)?;
    book.finish()
}

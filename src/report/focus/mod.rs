//! `focus.csv`: what a run expects to be charged, as rows of the FinOps Open Cost and Usage Specification
//! (FOCUS) 1.2. Which column holds what, and why, stands in `docs/focus.md`.
//!
//! One row for each line of the table `lines`, free lines included; then the taxes, fees, credits and
//! adjustments of the invoices, as they stand there. The usage lines of an invoice are not repeated: the
//! costs of usage are those that the replay expects. Lines without a rate are left out, since FOCUS knows
//! neither a missing cost nor a zero that stands for one; `summary.json` names them (`bill.unrated`).

mod charged;
mod invoiced;
mod row;
#[cfg(test)]
mod tests;

use anyhow::Result;

use super::summary::Summary;
use super::tables::Content;
use crate::audit::InvoiceLine;
use crate::run::output::Folder;
use charged::Charged;
use invoiced::Invoiced;

/// The file.
pub const FILE: &str = "focus.csv";

/// Writes the file: the lines in their order, then the lines of the invoices in theirs.
///
/// # Errors
/// If it cannot be written, or the built-in rulebook cannot be read.
pub fn write(
    summary: &Summary,
    content: &Content<'_>,
    invoice: Option<&[InvoiceLine]>,
    folder: &Folder,
) -> Result<()> {
    let lines = content.lines.unwrap_or_default();
    let charged = Charged::new(summary, content.tariff)?;
    let invoiced = Invoiced::new(lines, content.tariff);
    let rows = lines.iter().filter_map(|line| charged.row(line));
    let taken = invoice.unwrap_or_default().iter();
    let rows = rows.chain(taken.filter_map(|line| invoiced.row(line)));
    let mut file = folder.create_file(FILE)?;
    let mut writer = csv::Writer::from_writer(&mut file);
    writer.write_record(row::HEADER)?;
    for row in rows {
        writer.write_record(row.cells())?;
    }
    writer.flush()?;
    drop(writer);
    file.finish()
}

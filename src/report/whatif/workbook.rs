//! `report.xlsx` of a what-if: the scenarios side by side, as an auditor can filter and recompute them.
//!
//! ```text
//!  Scenarios           amounts, differences and free shares by currency            (formulas)
//!  By category, By market, By month, By number
//!  Bridge              from the base to each scenario: the steps sum to it         (formulas)
//!  Moved pairs         customers under pseudonyms
//!  Sweep, Break-even, Forecast
//!  About               what each scenario changes and assumes, files, limits
//!  Settings
//! ```
//!
//! Each formula has the number of `summary.json` as its stored result.

mod about;
mod later;
mod parts;
mod scenarios;
mod why;

use std::borrow::Cow;

use anyhow::Result;

use super::parts::KINDS;
use super::summary::WhatIfSummary;
use crate::report::workbook::book::{Book, Origin};
use crate::report::workbook::text::cell_text;
use crate::report::workbook::{FILE, ROWS_MAX, control};
use crate::run::output::Folder;

/// Letters of a name in a heading.
const HEADING_LETTERS: usize = 60;

/// Writes the workbook.
///
/// # Errors
/// If it cannot be written.
pub fn write(summary: &WhatIfSummary, folder: &Folder) -> Result<()> {
    folder.write_file(FILE, &workbook(summary)?)
}

/// The workbook's bytes.
///
/// # Errors
/// If a cell cannot be written.
pub fn workbook(summary: &WhatIfSummary) -> Result<Vec<u8>> {
    let origin = Origin {
        command: summary.command,
        subject: "A WhatsApp message log under other rules, prices or behaviour",
        version: summary.version,
        fingerprint: &summary.fingerprint,
    };
    let mut book = Book::new(origin, ROWS_MAX)?;
    scenarios::write(summary, &mut book)?;
    for (name, kind) in ["By category", "By market", "By month", "By number"]
        .into_iter()
        .zip(KINDS)
    {
        parts::write(name, kind, summary, &mut book)?;
    }
    if !summary.bridges.is_empty() {
        why::write_bridges(summary, &mut book)?;
    }
    if !summary.moved.is_empty() {
        why::write_moved(summary, &mut book)?;
    }
    if !summary.sweeps.is_empty() {
        later::write_sweeps(summary, &mut book)?;
    }
    if !summary.break_even.is_empty() {
        later::write_break_even(summary, &mut book)?;
    }
    if !summary.forecasts.is_empty() {
        later::write_forecasts(summary, &mut book)?;
    }
    about::write(summary, &mut book)?;
    control::write_settings(&summary.settings, &mut book)?;
    book.finish()
}

/// A name from outside as a heading may hold it.
fn heading(name: &str) -> String {
    let name: Cow<'_, str> = cell_text(name);
    match name.chars().count() > HEADING_LETTERS {
        true => name
            .chars()
            .take(HEADING_LETTERS - 1)
            .chain(['…'])
            .collect(),
        false => name.into_owned(),
    }
}

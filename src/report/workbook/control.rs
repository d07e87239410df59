//! The sheets that prove a run: control totals, settings, rules.

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::grid::Grid;
use super::page::{Block, Page};
use crate::log::totals::ControlTotals;
use crate::report::summary::{InputSummary, SettingInForce, Summary};

/// Writes "Control totals": every row that was read has exactly one outcome.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_totals(summary: &Summary, book: &mut Book) -> Result<()> {
    let mut page = Page::new(book, "Control totals", "Control totals")?;
    write_outcomes(&summary.control_totals, &mut page)?;
    for (title, counts) in [
        ("Rejected rows by code", &summary.rejected_by_code),
        ("Rows of other channels", &summary.other_channels),
    ] {
        if !counts.is_empty() {
            let rows = counts.iter();
            let rows =
                rows.map(|(name, count)| vec![Cell::text(name.as_str()), Cell::count(*count)]);
            page.block(&Block {
                title: title.to_owned(),
                columns: &["name", "rows"],
                rows: rows.collect(),
                total: None,
            })?;
        }
    }
    let tables = &summary.tables;
    let row = |name: &'static str, count: u64| vec![Cell::text(name), Cell::count(count)];
    let rows = [
        ("conversations", Some(tables.conversations)),
        ("charges", Some(tables.charges)),
        ("lines", tables.lines),
        ("differences", tables.differences),
        ("analytics_differences", tables.analytics_differences),
        ("findings", tables.findings),
    ];
    page.block(&Block {
        title: "Rows of the tables".to_owned(),
        columns: &["table", "rows"],
        rows: rows
            .into_iter()
            .filter_map(|(name, count)| Some(row(name, count?)))
            .collect(),
        total: None,
    })?;
    write_inputs(&summary.inputs, &mut page)?;
    page.finish()
}

/// What became of every row.
///
/// # Errors
/// If the page is full.
pub fn write_outcomes(totals: &ControlTotals, page: &mut Page<'_>) -> Result<()> {
    page.sentence("Every row that was read has exactly one outcome.")?;
    let row = |name: &'static str, count: u64| vec![Cell::text(name), Cell::count(count)];
    page.block(&Block {
        title: "Rows of the log".to_owned(),
        columns: &["outcome", "rows"],
        rows: vec![
            row("inbound", totals.inbound),
            row("outbound, delivered", totals.outbound_delivered),
            row("outbound, undelivered", totals.outbound_undelivered),
            row("no API messages", totals.not_api),
            row("exact duplicates", totals.exact_duplicates),
            row("folded status rows", totals.folded_status_rows),
            row("other channel", totals.other_channel),
            row("outside of the period", totals.outside_period),
            row("rejected", totals.rejected),
        ],
        total: Some(("rows read".to_owned(), vec![Cell::count(totals.rows_read)])),
    })
}

/// Every file that was read, with its hash.
///
/// # Errors
/// If the page is full.
pub fn write_inputs(inputs: &[InputSummary], page: &mut Page<'_>) -> Result<()> {
    let inputs = inputs.iter().map(|input| {
        vec![
            Cell::text(input.path.as_str()),
            Cell::text(input.role.as_str()),
            Cell::count(input.bytes),
            Cell::text(input.blake3.as_str()),
        ]
    });
    page.block(&Block {
        title: "Files that were read".to_owned(),
        columns: &["path", "role", "bytes", "BLAKE3"],
        rows: inputs.collect(),
        total: None,
    })
}

/// Writes "Settings": each with its value and where the value comes from.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_settings(settings: &[SettingInForce], book: &mut Book) -> Result<()> {
    let rows = settings.iter().map(|setting| {
        vec![
            Cell::text(setting.id.as_str()),
            Cell::text(setting.name.as_str()),
            Cell::text(setting.value.as_str()),
            Cell::text(setting.origin.as_str()),
        ]
    });
    Grid {
        name: "Settings",
        source: "summary.json (settings)",
        columns: &["id", "name", "value", "origin"],
        count: settings.len(),
        rows_max: book.rows_max,
        rows,
        totals: Vec::new(),
    }
    .write(book)
}

/// Writes "Rules": those that decided anything, with their sources as text.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_rules(summary: &Summary, book: &mut Book) -> Result<()> {
    let rows = summary.rules.iter().map(|rule| {
        let sources = rule.sources.iter().map(|source| match &source.url {
            Some(url) => format!("{} <{url}>", source.title),
            None => source.title.clone(),
        });
        vec![
            Cell::text(rule.id),
            Cell::count(rule.conversations),
            Cell::count(rule.charges),
            Cell::text(rule.confidence),
            Cell::text(rule.text.as_str()),
            Cell::text(sources.collect::<Vec<_>>().join("\n")),
        ]
    });
    Grid {
        name: "Rules",
        source: "summary.json (rules)",
        columns: &[
            "rule",
            "conversations",
            "charges",
            "stated by",
            "text",
            "sources",
        ],
        count: summary.rules.len(),
        rows_max: book.rows_max,
        rows,
        totals: Vec::new(),
    }
    .write(book)
}

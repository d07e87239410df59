//! The sheet "Summary": who, what was concluded, the bridge, the bill, and what may not be concluded.

use anyhow::Result;

use super::bill;
use super::book::Book;
use super::cell::Cell;
use super::page::{Block, Page};
use crate::report::figures::thousands;
use crate::report::summary::{BridgeSummary, Comparison, FindingCounts, Summary};

/// Writes the sheet.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(summary: &Summary, book: &mut Book) -> Result<()> {
    let title = format!("counterfoil {}", summary.command);
    let mut page = Page::new(book, "Summary", &title)?;
    identity(summary, &mut page)?;
    for (name, comparison) in [
        ("Invoice", &summary.invoice),
        ("Meta's analytics", &summary.analytics),
    ] {
        if let Some(comparison) = comparison {
            compared(name, comparison, &mut page)?;
        }
    }
    sentences(
        "Limits: what may not be concluded",
        &summary.limits,
        &mut page,
    )?;
    let warnings = summary.warnings.iter();
    let warnings: Vec<String> = warnings
        .map(|warning| {
            let count = thousands(warning.count);
            format!("{}: {count} {}", warning.code, warning.text)
        })
        .collect();
    sentences("What the reader must know", &warnings, &mut page)?;
    if let Some(bill) = &summary.bill {
        bill::write(bill, &mut page)?;
    }
    if let Some(findings) = &summary.findings {
        page.heading("Findings")?;
        found(findings.iter(), &mut page)?;
    }
    page.finish()
}

fn identity(summary: &Summary, page: &mut Page<'_>) -> Result<()> {
    page.pair("Fingerprint", &summary.fingerprint)?;
    page.pair("Program", &format!("counterfoil {}", summary.version))?;
    page.pair("Made again by", &summary.command_line)?;
    if let Some(range) = &summary.time_range {
        page.pair("Log", &format!("{} to {}", range.first, range.last))?;
    }
    let period = &summary.period;
    if period.from.is_some() || period.to.is_some() {
        let date = |date: &Option<String>, none: &str| date.clone().unwrap_or(none.to_owned());
        let (from, to) = (date(&period.from, "its start"), date(&period.to, "its end"));
        page.pair("Period asked for", &format!("{from} to {to}, local dates"))?;
    }
    for file in &summary.files {
        page.pair("Log file", &file.path)?;
    }
    let rows_read = Cell::count(summary.control_totals.rows_read);
    page.figure("Rows read", &rows_read)?;
    for reason in &summary.incomplete {
        page.pair("Incomplete", reason)?;
    }
    Ok(())
}

fn compared(name: &str, comparison: &Comparison, page: &mut Page<'_>) -> Result<()> {
    page.heading(&format!("{name}: conclusion"))?;
    page.pair("Verdict", comparison.verdict)?;
    for text in comparison.sentences.iter().chain(&comparison.reasons) {
        page.sentence(text)?;
    }
    for note in &comparison.notes {
        page.sentence(note)?;
    }
    for bridge in &comparison.bridges {
        write_bridge(bridge, page)?;
    }
    let rows = comparison.rows.iter();
    page.block(&Block {
        title: "Rows of differences by status".to_owned(),
        columns: &["status", "rows"],
        rows: rows
            .map(|(status, rows)| vec![Cell::text(*status), Cell::count(*rows)])
            .collect(),
        total: None,
    })
}

/// From expected to invoiced: the sum of the rows above is the total.
fn write_bridge(bridge: &BridgeSummary, page: &mut Page<'_>) -> Result<()> {
    let currency = bridge.currency.as_str();
    let money = |amount| Cell::money(Some(amount), currency);
    let mut rows = vec![vec![Cell::text("Expected"), money(bridge.expected)]];
    rows.extend(bridge.steps.iter().map(|step| {
        vec![
            Cell::text(step.cause),
            money(step.amount),
            money(step.overcharged),
            money(step.undercharged),
            Cell::count(step.rows),
        ]
    }));
    rows.push(vec![Cell::text("Not tested"), money(bridge.not_tested)]);
    page.block(&Block {
        title: format!("Bridge, {currency}"),
        columns: &["step", "amount", "overcharged", "undercharged", "rows"],
        rows,
        total: Some(("Invoiced".to_owned(), vec![money(bridge.invoiced)])),
    })?;
    page.figure("Difference", &money(bridge.difference))?;
    page.figure("Explained", &money(bridge.explained))?;
    page.figure("Unexplained", &money(bridge.unexplained))?;
    if bridge.is_material {
        page.sentence("The difference is material: it reaches the threshold.")?;
    }
    Ok(())
}

/// Counts by code, and the money at stake; a unit may be at stake in several findings, so that is not summed.
fn found<'a>(
    codes: impl Iterator<Item = (&'a &'static str, &'a FindingCounts)>,
    page: &mut Page<'_>,
) -> Result<()> {
    let mut rows = Vec::new();
    let mut all = 0;
    for (code, counts) in codes {
        all += counts.count;
        let mut money = counts.money.iter();
        let first = money.next();
        rows.push(vec![
            Cell::text(*code),
            Cell::count(counts.count),
            Cell::count(counts.violations),
            first.map_or(Cell::Empty, |(currency, sum)| {
                Cell::money(Some(*sum), currency)
            }),
            Cell::text(counts.meaning),
        ]);
        rows.extend(money.map(|(currency, sum)| {
            let sum = Cell::money(Some(*sum), currency);
            vec![Cell::text(*code), Cell::Empty, Cell::Empty, sum]
        }));
    }
    page.block(&Block {
        title: "Findings by code".to_owned(),
        columns: &["code", "count", "violations", "money at stake", "meaning"],
        rows,
        total: Some(("All findings".to_owned(), vec![Cell::count(all)])),
    })
}

fn sentences(title: &str, texts: &[String], page: &mut Page<'_>) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    page.heading(title)?;
    for text in texts {
        page.sentence(text)?;
    }
    Ok(())
}

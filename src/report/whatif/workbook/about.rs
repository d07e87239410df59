//! The sheet "About": what each scenario changes and assumes, what was read, and what may not be concluded.

use anyhow::Result;

use super::heading;
use crate::report::figures::thousands;
use crate::report::whatif::summary::{ScenarioSummary, WhatIfSummary};
use crate::report::workbook::book::Book;
use crate::report::workbook::cell::Cell;
use crate::report::workbook::control::{write_inputs, write_outcomes};
use crate::report::workbook::page::{Block, Page};

/// Writes the sheet.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let title = format!("counterfoil {}", summary.command);
    let mut page = Page::new(book, "About", &title)?;
    identity(summary, &mut page)?;
    for scenario in &summary.scenarios {
        of_scenario(scenario, &mut page)?;
    }
    moved(summary, &mut page)?;
    converted(summary, &mut page)?;
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
    page.heading("What was read")?;
    write_outcomes(&summary.control_totals, &mut page)?;
    write_inputs(&summary.inputs, &mut page)?;
    page.finish()
}

fn identity(summary: &WhatIfSummary, page: &mut Page<'_>) -> Result<()> {
    page.pair("Fingerprint", &summary.fingerprint)?;
    page.pair("Program", &format!("counterfoil {}", summary.version))?;
    page.pair("Made again by", &summary.command_line)?;
    if let Some(range) = &summary.time_range {
        page.pair("Log", &format!("{} to {}", range.first, range.last))?;
    }
    let period = &summary.period;
    if period.from.is_some() || period.to.is_some() {
        let from = period.from.as_deref().unwrap_or("its start");
        let to = period.to.as_deref().unwrap_or("its end");
        page.pair("Period asked for", &format!("{from} to {to}, local dates"))?;
    }
    for file in &summary.files {
        page.pair("Log file", &file.path)?;
    }
    Ok(())
}

fn of_scenario(scenario: &ScenarioSummary, page: &mut Page<'_>) -> Result<()> {
    let result = &scenario.result;
    page.heading(&heading(&result.name))?;
    page.pair("Answer", &scenario.sentence)?;
    for file in &result.files {
        page.pair("File", file)?;
    }
    if let Some(says) = &result.says {
        page.pair("Is", says)?;
    }
    for change in &result.changes {
        page.pair("Changes", change)?;
    }
    for assumption in &result.assumptions {
        page.pair("Takes for granted", assumption)?;
    }
    for (text, count) in &result.unrated {
        page.pair(
            "Without a rate",
            &format!("{} charges: {text}", thousands(*count)),
        )?;
    }
    Ok(())
}

fn moved(summary: &WhatIfSummary, page: &mut Page<'_>) -> Result<()> {
    if summary.moved.is_empty() {
        return Ok(());
    }
    page.heading("What moved")?;
    let rows = summary.moved.iter().map(|moved| {
        vec![
            Cell::text(moved.scenario.as_str()),
            Cell::count(moved.pairs),
            moved.messages.map_or(Cell::Empty, Cell::count),
        ]
    });
    page.block(&Block {
        title: "Charged otherwise than in the base".to_owned(),
        columns: &["scenario", "pairs", "messages"],
        rows: rows.collect(),
        total: None,
    })
}

fn converted(summary: &WhatIfSummary, page: &mut Page<'_>) -> Result<()> {
    let mut rows = Vec::new();
    for scenario in &summary.scenarios {
        if let Some(converted) = &scenario.result.converted {
            let mut row = vec![
                Cell::text(scenario.name()),
                Cell::money(Some(converted.amount), &converted.currency),
            ];
            let rates = converted.rates.iter();
            let rates: Vec<String> = rates
                .map(|(currency, rate)| format!("1 {currency} = {rate} {}", converted.currency))
                .collect();
            row.push(Cell::text(rates.join(", ")));
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    page.heading("In one currency")?;
    page.block(&Block {
        title: "At exchange rates that the scenario gives".to_owned(),
        columns: &["scenario", "amount", "rates"],
        rows,
        total: None,
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

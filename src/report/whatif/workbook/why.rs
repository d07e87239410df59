//! The sheets "Bridge" and "Moved pairs".

use anyhow::Result;

use super::heading;
use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::report::whatif::words::{covers, effect};
use crate::report::workbook::book::Book;
use crate::report::workbook::cell::Cell;
use crate::report::workbook::grid::{Grid, first_row};
use crate::report::workbook::page::{Block, Page};
use crate::whatif::comparison::{Bridge, MovedPair};

/// Writes "Bridge": the sum of the rows of each block is what the scenario comes to.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_bridges(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let mut page = Page::new(book, "Bridge", "From the base to each scenario")?;
    page.sentence(
        "Each part of a scenario is applied to the base alone; what all parts change only together is a step of \
         its own.",
    )?;
    for bridge in &summary.bridges {
        write_bridge(bridge, &mut page)?;
    }
    page.finish()
}

fn write_bridge(bridge: &Bridge, page: &mut Page<'_>) -> Result<()> {
    let currency = bridge.currency.as_str();
    let money = |amount| Cell::money(Some(amount), currency);
    let mut rows = vec![vec![Cell::text("Base"), money(bridge.base)]];
    rows.extend(bridge.steps.iter().map(|step| {
        vec![
            Cell::text(effect(step.effect)),
            money(step.amount),
            Cell::count(step.units),
            Cell::text(covers(step.effect)),
        ]
    }));
    let name = heading(&bridge.scenario);
    page.block(&Block {
        title: format!("{name}, {currency}"),
        columns: &["step", "amount", "units", "what it covers"],
        rows,
        total: Some((name, vec![money(bridge.total)])),
    })?;
    let difference = apart(bridge.base, bridge.total);
    page.figure("Difference", &money(difference))
}

/// Writes "Moved pairs": those whose money changes most under each scenario.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_moved(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let pairs: Vec<(&str, &MovedPair)> = summary
        .moved
        .iter()
        .flat_map(|moved| {
            let pairs = moved.largest.iter();
            pairs.map(|pair| (moved.scenario.as_str(), pair))
        })
        .collect();
    Grid {
        name: "Moved pairs",
        source: "summary.json (moved), customers under pseudonyms",
        columns: &[
            "scenario",
            "business",
            "customer",
            "currency",
            "base amount",
            "amount",
            "difference",
            "units in the base",
            "units",
        ],
        count: pairs.len(),
        rows_max: book.rows_max,
        rows: pairs
            .iter()
            .zip(first_row(0)..)
            .map(|((scenario, pair), at)| row(scenario, pair, at)),
        totals: Vec::new(),
    }
    .write(book)
}

fn row<'a>(scenario: &'a str, pair: &'a MovedPair, at: usize) -> Vec<Cell<'a>> {
    let money = |amount| Cell::money(Some(amount), &pair.currency);
    let difference = money(apart(pair.base, pair.amount));
    vec![
        Cell::text(scenario),
        Cell::text(pair.business.as_str()),
        Cell::text(pair.customer.as_str()),
        Cell::text(pair.currency.as_str()),
        money(pair.base),
        money(pair.amount),
        Cell::computed(format!("=F{at}-E{at}"), difference),
        Cell::count(pair.base_units),
        Cell::count(pair.units),
    ]
}

//! What each scenario changes, and what it takes for granted.

use crate::report::page::section::Section;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::sentence;
use crate::report::whatif::summary::WhatIfSummary;

/// The section.
pub fn section(summary: &WhatIfSummary) -> Section {
    let mut section = Section::new("changes", "What each scenario changes and assumes");
    if summary.others().is_empty() {
        section.text("No scenario was given.");
    }
    for scenario in summary.others() {
        section.heading(scenario.name());
        if let Some(says) = &scenario.result.says {
            section.text(says);
        }
        match scenario.result.changes.is_empty() {
            true => section.text("It changes nothing."),
            false => {
                section.text("It changes:");
                section.list(sentences(&scenario.result.changes));
            }
        }
        if !scenario.result.assumptions.is_empty() {
            section.text("It takes for granted:");
            section.list(sentences(&scenario.result.assumptions));
        }
    }
    section.table(files(summary));
    section
}

fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| sentence(text)).collect()
}

fn files(summary: &WhatIfSummary) -> Table {
    let mut table = Table::new(
        "Files of the scenarios",
        vec![Column::words("Scenario"), Column::words("File")],
    );
    for scenario in summary.others() {
        for file in &scenario.result.files {
            table.row(vec![Cell::words(scenario.name()), Cell::words(file)]);
        }
    }
    table
}

//! What the report rests on: control totals, settings, rules, inputs.

use super::section::Section;
use super::table::{Cell, Column, ROWS_MOST, Table};
use super::words::{NONE, confidence, plain};
use crate::log::totals::{ControlTotals, CountByName};
use crate::report::figures::{size, thousands};
use crate::report::summary::{InputSummary, LogFileSummary, SettingInForce, Summary};

/// Every outcome of a row.
pub fn outcomes(totals: &ControlTotals) -> [(&'static str, u64); 9] {
    [
        ("Inbound", totals.inbound),
        ("Outbound, delivered", totals.outbound_delivered),
        ("Outbound, not delivered", totals.outbound_undelivered),
        ("Not through the API", totals.not_api),
        ("Exact duplicates", totals.exact_duplicates),
        ("Further rows of a message", totals.folded_status_rows),
        ("Other channels", totals.other_channel),
        ("Outside the period", totals.outside_period),
        ("Rejected", totals.rejected),
    ]
}

/// What became of every row.
pub fn rows_read(totals: &ControlTotals) -> Section {
    let mut section = Section::new("control-totals", "Control totals");
    section.text(
        "Every row that was read has exactly one outcome; the program stops if they do not sum.",
    );
    let mut table = Table::new(
        "Rows by outcome",
        vec![Column::words("Outcome"), Column::numbers("Rows")],
    );
    for (name, count) in outcomes(totals) {
        table.row(vec![Cell::words(name), Cell::count(count)]);
    }
    table.total(vec![
        Cell::words("Rows read, the sum of these"),
        Cell::count(totals.rows_read),
    ]);
    section.table(table);
    section
}

/// What became of every row, and what was written.
pub fn control_totals(summary: &Summary) -> Section {
    let mut section = rows_read(&summary.control_totals);
    section.table(counts(
        "Rejected rows by code; rejects.csv holds each of them",
        "Code",
        &summary.rejected_by_code,
    ));
    section.table(counts(
        "Rows of other channels",
        "Channel",
        &summary.other_channels,
    ));
    let mut table = Table::new(
        "Rows written",
        vec![Column::words("Table"), Column::numbers("Rows")],
    );
    let tables = &summary.tables;
    for (name, rows) in [
        ("conversations", Some(tables.conversations)),
        ("charges", Some(tables.charges)),
        ("lines", tables.lines),
        ("differences", tables.differences),
        ("analytics_differences", tables.analytics_differences),
        ("findings", tables.findings),
    ] {
        if let Some(rows) = rows {
            table.row(vec![
                Cell::words(format!("tables/{name}")),
                Cell::count(rows),
            ]);
        }
    }
    section.table(table);
    section
}

fn counts(caption: &str, heading: &str, counts: &CountByName) -> Table {
    let mut rows: Vec<(&String, &u64)> = counts.iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let columns = vec![Column::words(heading), Column::numbers("Rows")];
    let mut table = Table::new(caption, columns);
    for (name, count) in rows {
        table.row(vec![Cell::words(plain(name)), Cell::count(*count)]);
    }
    table.cut(ROWS_MOST, "the most frequent", "summary.json");
    table
}

/// Settings in force.
pub fn settings(settings: &[SettingInForce]) -> Section {
    let mut section = Section::new("settings", "Settings in force");
    section.text(
        "Where the rules leave a point open, a setting decides it. The reason for each, and its other values:",
    );
    section.command("counterfoil settings");
    let mut table = Table::new(
        "Settings with their origin",
        vec![
            Column::words("Name"),
            Column::words("Id"),
            Column::words("Value"),
            Column::words("Origin"),
        ],
    );
    for setting in settings {
        let id = match setting.id.as_str() {
            "" => NONE,
            id => id,
        };
        table.row(vec![
            Cell::words(&setting.name),
            Cell::words(id),
            Cell::words(&setting.value),
            Cell::words(&setting.origin),
        ]);
    }
    table.cut(ROWS_MOST, "the first in order", "manifest.json");
    section.table(table);
    section
}

/// Rules that decided anything.
pub fn rules(summary: &Summary) -> Section {
    let mut section = Section::new("rules", "Rules cited");
    if summary.rules.is_empty() {
        section.text("No rule decided anything.");
    }
    let mut table = Table::new(
        "Rules that decided a conversation or a charge",
        vec![
            Column::words("Rule"),
            Column::words("What it says, and where that was read"),
            Column::words("Stated by"),
            Column::numbers("Conversations opened"),
            Column::numbers("Charges decided"),
        ],
    );
    for rule in &summary.rules {
        let mut text = Cell::words(&rule.text);
        for source in &rule.sources {
            text = text.source(&source.title, source.url.as_deref());
        }
        table.row(vec![
            Cell::mark(rule.id),
            text,
            Cell::words(confidence(rule.confidence)),
            Cell::count(rule.conversations),
            Cell::count(rule.charges),
        ]);
    }
    table.class = "rules";
    section.table(table);
    section
}

/// Every file that was read.
pub fn inputs(inputs: &[InputSummary], files: &[LogFileSummary]) -> Section {
    let mut section = Section::new("inputs", "Inputs");
    let mut table = Table::new(
        "Files that were read",
        vec![
            Column::words("Path as given"),
            Column::words("Read as"),
            Column::numbers("Size"),
            Column::words("BLAKE3"),
        ],
    );
    for input in inputs {
        table.row(vec![
            Cell::words(&input.path),
            Cell::words(plain(&input.role)),
            Cell::number(size(input.bytes)),
            Cell::code(&input.blake3),
        ]);
    }
    table.cut(ROWS_MOST, "the first in order", "manifest.json");
    section.table(table);
    if inputs.is_empty() {
        section.text("No file was read.");
    }
    let mut table = Table::new(
        "Columns of the log that were not read",
        vec![Column::words("File"), Column::words("Columns")],
    );
    for file in files {
        if !file.ignored_columns.is_empty() {
            table.row(vec![
                Cell::words(&file.path),
                Cell::words(ignored(&file.ignored_columns)),
            ]);
        }
    }
    table.cut(ROWS_MOST, "the first in order", "summary.json");
    section.table(table);
    section
}

fn ignored(columns: &[String]) -> String {
    const COLUMNS_MOST: usize = 40;
    let shown: Vec<&str> = columns
        .iter()
        .take(COLUMNS_MOST)
        .map(String::as_str)
        .collect();
    match columns.len() > COLUMNS_MOST {
        true => format!(
            "{} columns, among them {}",
            thousands(columns.len() as u64),
            shown.join(", ")
        ),
        false => shown.join(", "),
    }
}

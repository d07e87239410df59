//! Runs the binary on a case and compares what it writes with the oracle.

pub mod shrink;
pub mod summary;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::generator::tariff::{self, Tables};
use crate::generator::{Case, files};
use crate::oracle;
use crate::oracle::lines::{GRAIN, Lines, lines, plain};

type Table = BTreeMap<String, BTreeMap<String, String>>;

/// What the binary and the oracle do not agree on; empty when they agree.
pub fn differences(case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = files::write(case, folder.path());
    let binary = std::env::var("COUNTERFOIL_BIN")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_counterfoil").to_string());
    let mut command = Command::new(binary);
    command
        .args(&arguments)
        .current_dir(folder.path())
        .env("NO_COLOR", "1");
    for (name, _) in std::env::vars() {
        if name.starts_with("COUNTERFOIL_") {
            command.env_remove(name); // they would be settings of the binary
        }
    }
    let run = command.output().expect("the binary runs");
    if !matches!(run.status.code(), Some(0 | 4)) {
        let message = String::from_utf8_lossy(&run.stderr);
        return vec![format!("{}: {message}", run.status)];
    }

    let expected = case.outcome();
    let out = folder.path().join("out");
    let mut found = Vec::new();
    let summary = read_summary(&out, &mut found);
    compare_totals(&summary, &expected, &mut found);
    let unrated = |row: &oracle::ChargeRow| row["state"] == "unrated";
    if expected.charges.iter().any(unrated) && run.status.code() != Some(4) {
        found.push(format!(
            "a line is unrated, but the run ended with {}",
            run.status
        ));
    }
    let tables = [
        ("conversations", "conversation_id", expected.conversations),
        ("charges", "charge_id", expected.charges),
    ];
    for (name, key, rows) in tables {
        let path = out.join("tables").join(format!("{name}.csv"));
        match read_table(&path, key, &mut found) {
            Ok(actual) => {
                let expected = keyed(rows, key, &mut found);
                compare_tables(name, &expected, &actual, &mut found);
                if name == "charges" {
                    summary::compare_counts(&summary, expected.values(), &mut found);
                }
                if name == "charges" && case.tables.is_some() {
                    compare_lines(&out, &expected, &mut found);
                    summary::compare_bill(&summary, expected.values(), &mut found);
                }
            }
            Err(error) => found.push(format!("{}: {error}", path.display())),
        }
    }
    found
}

fn keyed(rows: Vec<oracle::ChargeRow>, key: &str, found: &mut Vec<String>) -> Table {
    let mut table = Table::new();
    for row in rows {
        let row: BTreeMap<String, String> = row
            .into_iter()
            .map(|(column, cell)| (column.to_string(), cell))
            .collect();
        let id = row[key].clone();
        if table.insert(id.clone(), row).is_some() {
            found.push(format!("oracle: {key} {id} twice"));
        }
    }
    table
}

fn read_table(path: &Path, key: &str, found: &mut Vec<String>) -> Result<Table, csv::Error> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let mut table = Table::new();
    for record in reader.records() {
        let record = record?;
        let cells = header.iter().zip(record.iter());
        let row: BTreeMap<String, String> = cells
            .map(|(column, cell)| (column.to_string(), cell.to_string()))
            .collect();
        let id = row.get(key).cloned().unwrap_or_default();
        if table.insert(id.clone(), row).is_some() {
            found.push(format!("engine: {key} {id} twice"));
        }
    }
    Ok(table)
}

/// Column by column, for the columns that the oracle fills.
fn compare_tables(name: &str, expected: &Table, actual: &Table, found: &mut Vec<String>) {
    for (id, row) in expected {
        let Some(other) = actual.get(id) else {
            found.push(format!("{name}: the engine lacks {row:?}"));
            continue;
        };
        for (column, cell) in row {
            let engine = other
                .get(column)
                .map_or("(no such column)", |cell| cell.as_str());
            let same = match column.as_str() {
                "rate" | "amount" => plain(engine) == plain(cell), // exact, by value
                _ => engine == cell,
            };
            if !same {
                let message = row.get("message_id").or(row.get("opened_by"));
                let message = message.map_or("", |id| id.as_str());
                found.push(format!(
                    "{name} {id} (message {message}) {column}: oracle {cell:?}, engine {engine:?}"
                ));
            }
        }
    }
    for (id, row) in actual {
        if !expected.contains_key(id) {
            let filled: Vec<_> = row.iter().filter(|(_, cell)| !cell.is_empty()).collect();
            found.push(format!("{name}: only the engine has {filled:?}"));
        }
    }
}

/// `lines` is what the oracle's charges make together (contract 4).
fn compare_lines(out: &Path, charges: &Table, found: &mut Vec<String>) {
    let expected = lines(charges.values());
    let path = out.join("tables/lines.csv");
    let mut actual = Lines::new();
    let reader = csv::Reader::from_path(&path);
    let rows = reader.and_then(|reader| reader.into_deserialize().collect());
    let rows: Vec<BTreeMap<String, String>> = match rows {
        Ok(rows) => rows,
        Err(error) => return found.push(format!("{}: {error}", path.display())),
    };
    for row in rows {
        let cell = |column: &&str| match *column {
            "rate" => plain(&row["rate"]),
            column => row.get(column).cloned().unwrap_or_default(),
        };
        let grain: Vec<String> = GRAIN.iter().map(cell).collect();
        let quantity = row["quantity"].parse().unwrap_or(0);
        let amount = row["amount"].parse().ok();
        if actual.insert(grain, (quantity, amount)).is_some() {
            found.push(format!("engine: two lines of one grain: {row:?}"));
        }
    }
    for (grain, line) in &expected {
        if actual.get(grain) != Some(line) {
            let engine = actual.get(grain);
            found.push(format!(
                "line {grain:?}: oracle {line:?}, engine {engine:?}"
            ));
        }
    }
    for grain in actual.keys().filter(|grain| !expected.contains_key(*grain)) {
        found.push(format!("line {grain:?}: only the engine has it"));
    }
}

fn read_summary(out: &Path, found: &mut Vec<String>) -> Value {
    let path = out.join("summary.json");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    let summary = text.and_then(|text| {
        serde_json::from_str(&text).map_err(|error: serde_json::Error| error.to_string())
    });
    summary.unwrap_or_else(|error| {
        found.push(format!("{}: {error}", path.display()));
        Value::Null
    })
}

fn compare_totals(summary: &Value, expected: &oracle::Outcome, found: &mut Vec<String>) {
    for (name, rows) in expected.totals.named() {
        let engine = &summary["control_totals"][name];
        if engine.as_u64() != Some(rows) {
            let codes = &expected.rejected;
            found.push(format!(
                "control total {name}: oracle {rows}, engine {engine} ({codes:?})"
            ));
        }
    }
}

pub fn report(case: &Case, found: &[String]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = files::write(case, folder.path());
    let place = format!("{}/", folder.path().display());
    let mut text = format!(
        "the engine and the oracle disagree; COUNTERFOIL_SEED={}\n",
        case.seed
    );
    text += &format!("counterfoil {}\n", arguments.join(" ").replace(&place, ""));
    for line in found.iter().take(12) {
        text += &format!("  {line}\n");
    }
    if found.len() > 12 {
        text += &format!("  … and {} more\n", found.len() - 12);
    }
    text += &format!("--- log.csv\n{}", files::csv(case));
    if case.accounts.present {
        text += &format!(
            "--- accounts.toml\n{}",
            files::accounts_toml(&case.accounts)
        );
    }
    if let Some(Tables::Own(own)) = &case.tables {
        text += &own_tables(own, &case.outcome());
    }
    if !case.templates.is_empty() {
        text += &format!(
            "--- templates.csv\n{}",
            files::templates_csv(&case.templates)
        );
    }
    text
}

/// Of the case's own tariff what its charges can have read.
fn own_tables(own: &oracle::Tariff, outcome: &oracle::Outcome) -> String {
    let mut seen = own.clone();
    let read = |currency: &str, market: &str| {
        let charges = outcome.charges.iter();
        let mut charges = charges.filter(|charge| charge["state"] != "free");
        charges.any(|charge| charge["currency"] == currency && charge["market"] == market)
    };
    seen.rates.retain(|rate| read(&rate.currency, &rate.market));
    seen.steps.retain(|step| read(&step.currency, &step.market));
    let (rates, tiers) = (tariff::rates_csv(&seen), tariff::tiers_csv(&seen));
    format!("--- rates.csv (of the markets charged)\n{rates}--- tiers.csv\n{tiers}")
}

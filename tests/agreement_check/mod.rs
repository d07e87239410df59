//! Runs the binary on a case, compares what it writes with the oracle, and makes a case that
//! disagrees small.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::generator::{Case, files};
use crate::oracle;

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

    let expected = oracle::replay(&case.rows, &case.world());
    let out = folder.path().join("out");
    let mut found = Vec::new();
    compare_totals(&out, &expected, &mut found);
    let tables = [
        ("conversations", "conversation_id", expected.conversations),
        ("charges", "charge_id", expected.charges),
    ];
    for (name, key, rows) in tables {
        let path = out.join("tables").join(format!("{name}.csv"));
        match read_table(&path, key, &mut found) {
            Ok(actual) => compare_tables(name, &keyed(rows, key, &mut found), &actual, &mut found),
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
            if engine != cell {
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

fn compare_totals(out: &Path, expected: &oracle::Outcome, found: &mut Vec<String>) {
    let path = out.join("summary.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return found.push(format!("{}: {error}", path.display())),
    };
    let summary: serde_json::Value = match serde_json::from_str(&text) {
        Ok(summary) => summary,
        Err(error) => return found.push(format!("{}: {error}", path.display())),
    };
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

/// Removes rows, settings and accounts for as long as a difference stays.
pub fn shrink(mut case: Case) -> Case {
    let mut attempts = 0;
    let mut keeps = |smaller: &Case| {
        attempts += 1;
        attempts < 3_000 && !differences(smaller).is_empty()
    };
    loop {
        let before = (case.rows.len(), case.settings.set.len());
        let mut chunk = case.rows.len().div_ceil(2).max(1);
        loop {
            let mut start = 0;
            while start < case.rows.len() {
                let mut smaller = case.clone();
                let end = (start + chunk).min(smaller.rows.len());
                smaller.rows.drain(start..end);
                if keeps(&smaller) {
                    case = smaller;
                } else {
                    start += chunk;
                }
            }
            if chunk == 1 {
                break;
            }
            chunk = chunk.div_ceil(2);
        }
        while let Some(smaller) = simpler_worlds(&case).into_iter().find(|it| keeps(it)) {
            case = smaller;
        }
        let mut index = 0;
        while index < case.settings.set.len() {
            let mut smaller = case.clone();
            smaller.settings.set.remove(index);
            if keeps(&smaller) {
                case = smaller;
            } else {
                index += 1;
            }
        }
        if before == (case.rows.len(), case.settings.set.len()) {
            return case;
        }
    }
}

/// The same case without one thing that stands beside the log.
fn simpler_worlds(case: &Case) -> Vec<Case> {
    let mut worlds = Vec::new();
    let mut without = |remove: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        remove(&mut smaller);
        worlds.push(smaller);
    };
    if !case.settings.set.is_empty() {
        without(&|case| case.settings.set.clear());
    }
    if !case.templates.is_empty() {
        without(&|case| case.templates.clear());
    }
    if case.accounts.present {
        without(&|case| case.accounts = oracle::Accounts::default());
    }
    if !case.accounts.used_allowance.is_empty() {
        without(&|case| case.accounts.used_allowance.clear());
    }
    if case
        .accounts
        .accounts
        .iter()
        .any(|it| !it.changes.is_empty())
    {
        without(&|case| {
            case.accounts
                .accounts
                .iter_mut()
                .for_each(|it| it.changes.clear())
        });
    }
    if case.settings.rulebook.is_some() {
        without(&|case| case.settings.rulebook = None);
    }
    if case.settings.from.is_some() {
        without(&|case| case.settings.from = None);
    }
    if case.settings.to.is_some() {
        without(&|case| case.settings.to = None);
    }
    if case.settings.shadow {
        without(&|case| case.settings.shadow = false);
    }
    if case.settings.detail_messages {
        without(&|case| case.settings.detail_messages = false);
    }
    worlds
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
    if !case.templates.is_empty() {
        text += &format!(
            "--- templates.csv\n{}",
            files::templates_csv(&case.templates)
        );
    }
    text
}

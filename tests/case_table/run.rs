//! Runs `counterfoil replay`, or `audit` where prices are stated, on a case in a folder of its own
//! and reads back its tables.

use super::Case;
use super::log::{self, Shape};
use super::{accounts, tariff};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A row of an output table, by column.
pub type TableRow = BTreeMap<String, String>;

pub struct Output {
    pub exit_code: Option<i32>,
    pub stderr: String,
    pub conversations: Vec<TableRow>,
    pub charges: Vec<TableRow>,
    pub lines: Vec<TableRow>,
    pub rejects: Vec<TableRow>,
}

/// Exit codes of a run that wrote its tables: clean, or incomplete evidence.
pub const SOUND: [i32; 2] = [0, 4];

pub fn replay(case: &Case, shape: Shape) -> Result<Output, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    let write = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).map_err(|error| error.to_string())
    };
    let lines = log::rows(case, shape).into_iter().map(|row| row.text);
    write(
        "log.csv",
        std::iter::once(log::header())
            .chain(lines)
            .map(|line| line + "\n")
            .collect(),
    )?;
    write("accounts.toml", accounts::accounts_toml(case))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command.args([
        if case.is_priced() { "audit" } else { "replay" },
        "log.csv",
        "--out",
        "out",
        "--csv",
        "--accounts",
        "accounts.toml",
        "--max-rejects",
        "100%",
    ]);
    if !case.registry.is_empty() {
        write("templates.csv", log::templates_csv(case))?;
        command.args(["--templates", "templates.csv"]);
    }
    if let Some(rates) = tariff::write(case, folder).map_err(|error| error.to_string())? {
        command.arg("--rates").arg(rates);
    }
    command.args(&case.arguments).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERFOIL_")) {
        command.env_remove(name);
    }
    let run = command
        .output()
        .map_err(|error| format!("cannot start counterfoil: {error}"))?;
    let stderr = String::from_utf8_lossy(&run.stderr).trim().to_string();
    let exit_code = run.status.code();
    if !exit_code.is_some_and(|code| SOUND.contains(&code) || case.exit_code == Some(code)) {
        return Err(format!("exit code {exit_code:?}: {stderr}"));
    }
    let mut output = read_output(&folder.join("out"), exit_code, stderr)?;
    if case.is_priced() {
        output.lines = table(&folder.join("out/tables/lines.csv"), &LINE_KEY)?;
    }
    Ok(output)
}

pub fn read_output(out: &Path, exit_code: Option<i32>, stderr: String) -> Result<Output, String> {
    let rejects = out.join("rejects.csv");
    Ok(Output {
        exit_code,
        stderr,
        conversations: table(&out.join("tables/conversations.csv"), &CONVERSATION_KEY)?,
        charges: table(&out.join("tables/charges.csv"), &CHARGE_KEY)?,
        lines: Vec::new(),
        rejects: if rejects.exists() {
            table(&rejects, &[])?
        } else {
            Vec::new()
        },
    })
}

/// Columns by which rows are found; without them no table can be compared.
const CONVERSATION_KEY: [&str; 6] = [
    "conversation_id",
    "account",
    "business",
    "customer",
    "category",
    "opened_by",
];
const LINE_KEY: [&str; 13] = [
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "quantity",
    "amount",
    "state",
];
const CHARGE_KEY: [&str; 5] = ["account", "business", "customer", "message_id", "unit"];

fn table(path: &Path, key: &[&str]) -> Result<Vec<TableRow>, String> {
    let wrong = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(wrong)?;
    let header = reader.headers().map_err(wrong)?.clone();
    if let Some(missing) = key
        .iter()
        .find(|column| !header.iter().any(|name| name == **column))
    {
        return Err(format!("{}: no column `{missing}`", path.display()));
    }
    let row = |record: csv::StringRecord| {
        header
            .iter()
            .zip(&record)
            .map(|(k, v)| (k.into(), v.into()))
            .collect()
    };
    reader
        .records()
        .map(|record| record.map(row).map_err(wrong))
        .collect()
}

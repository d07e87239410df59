//! Runs `whatif` over a small log, and reads what it says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Writes the log and scenarios `1.toml`, `2.toml`… and runs `whatif` with all of them.
pub fn run(home: &Path, log: &str, scenarios: &[&str], options: &[&str]) -> Output {
    fs::write(home.join("log.csv"), log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command
        .current_dir(home)
        .args(["whatif", "log.csv", "--out", "out", "--force", "--csv"])
        .args(["--format", "json"]);
    for (number, scenario) in (1..).zip(scenarios) {
        let name = format!("{number}.toml");
        fs::write(home.join(&name), scenario).unwrap();
        command.args(["--scenario", &name]);
    }
    command.args(options).output().unwrap()
}

/// What a run over a log says.
pub fn summary(log: &str, scenarios: &[&str], options: &[&str]) -> Value {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), log, scenarios, options);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Amount, rated, free and unrated units of a scenario in US dollars.
pub fn told(summary: &Value, scenario: usize) -> (String, u64, u64, u64) {
    let figures = &summary["scenarios"][scenario]["totals"]["USD"];
    let count = |name: &str| figures[name].as_u64().unwrap();
    (
        figures["amount"].as_str().unwrap().to_owned(),
        count("rated"),
        count("free"),
        count("unrated"),
    )
}

/// Holds the base and every scenario against their amounts and units, rated and free.
pub fn check(log: &str, base: (&str, u64, u64), cases: &[(&str, &str, (u64, u64))]) {
    let scenarios: Vec<&str> = cases.iter().map(|(scenario, ..)| *scenario).collect();
    let summary = summary(log, &scenarios, &[]);
    let (amount, rated, free) = base;
    assert_eq!(told(&summary, 0), (amount.to_owned(), rated, free, 0));
    for (number, (scenario, amount, (rated, free))) in (1..).zip(cases) {
        let expected = ((*amount).to_owned(), *rated, *free, 0);
        assert_eq!(told(&summary, number), expected, "{scenario}");
    }
}

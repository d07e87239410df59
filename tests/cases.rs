//! The rules of pricing as tables an auditor can read (`tests/cases/README.md`), run through the program.
//!
//! Every table is told to the program as a log with a row per message and as one with a row per status,
//! last row first; both must give the charges and conversations the table states.

mod case_table;
mod oracle;

use case_table::log::Shape;
use case_table::{Case, by_oracle, compare, parse, run};
use std::collections::BTreeSet;
use std::path::PathBuf;

macro_rules! case_files {
    ($($name:ident),* $(,)?) => {
        const FILES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { check(stringify!($name)); })*
    };
}

case_files![
    allowances,
    cbp_2022,
    cbp_2023,
    clock_and_order,
    customer_service_window,
    entry_point,
    estimated_and_edge,
    exceptions,
    founding,
    inferred,
    messages,
    pmp_2025,
    pmp_2026,
    prices_dates,
    prices_kinds,
    prices_markets,
    prices_tiers,
    settings,
];

/// Rules that change what a replay or its price gives, each of which some case must hold.
const RULES: [&str; 66] = [
    "T-1", "T-2", "T-3", "T-4", "T-5", "T-6", //
    "D-1", "D-2", "D-3", "D-4", "D-5", "D-6", "D-7", "D-8", "D-9", //
    "W-1", "W-2", "W-3", "W-4", //
    "F-1", "F-2", "F-3", "F-4", "F-5", "F-6", "F-7", //
    "C23-1", "C23-2", "C23-3", "C23-4", "C23-5", "C23-6", "C23-7", //
    "C22-1", "C22-2", "C22-3", "C22-4", "C22-5", //
    "P25-1", "P25-2", "P25-3", "P25-4", "P25-5", "P25-6", //
    "P26-1", "P26-2", "P26-3", "P26-4", "P26-5", "P26-6", //
    "K-1", "K-2", "K-3", "K-4", "X-1", "X-2", "X-3", "X-4", "X-5", "X-6", "X-7", //
    "R-1", "R-2", "R-3", "R-4", "R-5",
];

/// Settings with more than one value that change what a replay or its price gives.
const SETTINGS: [&str; 26] = [
    "S-01",
    "S-02",
    "S-04",
    "S-05",
    "S-06",
    "S-07",
    "S-08",
    "S-10",
    "S-11",
    "S-11b",
    "S-12",
    "S-14",
    "S-16",
    "S-18",
    "S-21",
    "S-24",
    "S-26",
    "S-27",
    "S-28",
    "S-30",
    "S-33",
    "allowance_cbp_2022",
    "allowance_cbp_2023",
    "allowance_pmp_2026",
    "inferred_template",
    "inferred_category",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn read(name: &str) -> Vec<Case> {
    parse::file(&folder().join(format!("{name}.txt")))
        .unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")))
}

fn check(name: &str) {
    let cases = read(name);
    let mut differences = Vec::new();
    for case in &cases {
        for shape in Shape::fitting(case) {
            match run::replay(case, shape) {
                Ok(output) => differences.extend(compare::differences(case, shape, &output)),
                Err(reason) => differences.push(format!(
                    "tests/cases/{}:{}: case {}\n    [{shape:?}] {reason}",
                    case.file, case.line, case.title
                )),
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences in {} cases\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}

#[test]
fn the_oracle_names_the_amounts_of_the_cases_too() {
    let cases = FILES.iter().flat_map(|name| read(name));
    let mut found = Vec::new();
    for case in cases.filter(Case::is_priced) {
        for shape in Shape::fitting(&case) {
            let output = by_oracle::output(&case, shape);
            found.extend(compare::differences(&case, shape, &output));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_is_run() {
    let listed: BTreeSet<String> = FILES.iter().map(|name| name.to_string()).collect();
    let entries = std::fs::read_dir(folder())
        .expect("tests/cases exists")
        .flatten();
    let present: BTreeSet<String> = entries
        .filter_map(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .strip_suffix(".txt")
                .map(str::to_string)
        })
        .collect();
    assert_eq!(listed, present);
}

#[test]
fn every_rule_and_setting_is_held_by_a_case() {
    let held: BTreeSet<String> = FILES
        .iter()
        .flat_map(|name| read(name))
        .flat_map(|case| case.holds)
        .collect();
    let all = RULES.iter().chain(&SETTINGS).chain(&["S-37"]);
    let missing: Vec<&&str> = all.filter(|id| !held.contains(**id)).collect();
    assert!(missing.is_empty(), "no case holds {missing:?}");
}

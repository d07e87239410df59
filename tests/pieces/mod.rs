//! Cuts a generated log into pieces by the time at which its rows arrive, runs them one after another, and puts what
//! they publish together again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

use crate::generator::random::Random;
use crate::generator::{Case, files};
use crate::oracle::Row;
use crate::oracle::clock::{DAY, HOUR, parse_instant};

/// Rows by the run that reads them.
pub struct Cut {
    pub pieces: Vec<Vec<Row>>,
    pub horizon_days: u32,
}

/// The latest instant that a row speaks of, in microseconds.
fn latest(row: &Row) -> i64 {
    ["timestamp", "delivered_at"]
        .iter()
        .filter_map(|column| parse_instant(row.get(column)))
        .max()
        .unwrap_or(0)
}

impl Cut {
    /// Every row arrives when it was written, or later by less than the horizon; runs begin at random instants.
    pub fn at_random(case: &Case, random: &mut Random) -> Self {
        let horizon_days = random.pick(&[1u32, 2, 7]);
        // The end of a log is told without its last rows, so a run may look back further, never less far.
        let late_most = i64::from(horizon_days) * DAY - HOUR;
        let mut arrivals: Vec<(i64, usize)> = Vec::new();
        for (index, row) in case.rows.iter().enumerate() {
            let delay = match random.chance(30) {
                true => random.between(0, late_most),
                false => 0,
            };
            arrivals.push((latest(row) + delay, index));
        }
        arrivals.sort_unstable();
        let count = 2 + random.below(5);
        let mut ends: Vec<usize> = (1..count)
            .map(|_| random.below(arrivals.len() + 1))
            .collect();
        ends.extend([0, arrivals.len()]);
        ends.sort_unstable();
        let rows = |ends: &[usize]| {
            let piece = &arrivals[ends[0]..ends[1]];
            let rows = piece.iter().map(|&(_, index)| case.rows[index].clone());
            rows.collect::<Vec<Row>>()
        };
        let mut pieces: Vec<Vec<Row>> = ends.windows(2).map(rows).collect();
        // Some rows are delivered twice: exporters repeat the last day.
        for later in 1..pieces.len() {
            if random.chance(30) && !pieces[later].is_empty() {
                let again: Vec<Row> = pieces[later - 1].iter().rev().take(3).cloned().collect();
                pieces[later].extend(again);
            }
        }
        Self {
            pieces,
            horizon_days,
        }
    }
}

/// A folder in which runs are made.
pub struct Home {
    folder: tempfile::TempDir,
    arguments: Vec<String>,
}

/// What was published: rows by id, lines as text, and numbers of the summary.
pub struct Published {
    charges: Table,
    conversations: Table,
    lines: Option<String>,
    summary: Value,
    pub adjustments: usize,
    pub carried: u64,
    /// Whether a run said that it could not settle something any more.
    pub doubts: bool,
}

type Table = BTreeMap<String, BTreeMap<String, String>>;

impl Home {
    pub fn new(case: &Case) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arguments = files::write(case, folder.path());
        Self { folder, arguments }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command that runs a log into a folder.
    pub fn command(&self, log: &str, out: &str, more: &[&str]) -> Command {
        let binary = std::env::var("COUNTERFOIL_BIN")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_counterfoil").to_string());
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars() {
            if name.starts_with("COUNTERFOIL_") {
                command.env_remove(name); // they would be options of the binary
            }
        }
        let mut arguments = self.arguments.clone();
        let place = |arguments: &[String], value: &str| {
            arguments
                .iter()
                .position(|argument| argument == value)
                .expect("an argument")
        };
        arguments[1] = log.to_string();
        let out_place = place(&arguments, "--out") + 1;
        arguments[out_place] = out.to_string();
        command
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .args(arguments)
            .arg("--force")
            .args(more);
        command
    }

    fn run(&self, log: &str, out: &str, more: &[&str]) {
        let output = self
            .command(log, out, more)
            .output()
            .expect("the binary runs");
        sound(&output);
    }

    /// One run over the whole log; repeated rows are in it once.
    pub fn whole(&self, case: &Case) -> Published {
        fs::write(self.path().join("whole.csv"), files::csv(case)).expect("a file");
        self.run("whole.csv", "whole", &[]);
        let mut published = Published::none();
        published.add(&self.path().join("whole"));
        published
    }

    /// A run for each piece; where there is chance, runs are killed and made again.
    pub fn in_pieces(&self, case: &Case, cut: &Cut, mut kills: Option<&mut Random>) -> Published {
        let horizon = cut.horizon_days.to_string();
        let mut published = Published::none();
        for (number, piece) in cut.pieces.iter().enumerate() {
            let log = format!("piece{number}.csv");
            let rows = Case {
                rows: piece.clone(),
                // The columns of a file are those that it needs, or all.
                ..case.clone()
            };
            fs::write(self.path().join(&log), files::csv(&rows)).expect("a file");
            let out = format!("run{number}");
            let mut more = vec!["--state-out", "state", "--horizon", &horizon, "--allow-gap"];
            if number > 0 {
                more.extend(["--state-in", "state"]);
            }
            let state = || fs::read(self.path().join("state")).ok();
            let before = state();
            if let Some(random) = &mut kills {
                let mut command = self.command(&log, &out, &more);
                let mut child = command.spawn().expect("the binary runs");
                std::thread::sleep(Duration::from_millis(random.between(0, 60) as u64));
                let _ = child.kill();
                child.wait().expect("the binary ends");
            }
            // The state is written last: where it is another one, the run was faster.
            if state() == before {
                self.run(&log, &out, &more);
            }
            published.add(&self.path().join(&out));
        }
        published
    }
}

fn sound(output: &Output) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{}: {errors}",
        output.status
    );
}

impl Published {
    fn none() -> Self {
        Self {
            charges: Table::new(),
            conversations: Table::new(),
            lines: None,
            summary: Value::Null,
            adjustments: 0,
            carried: 0,
            doubts: false,
        }
    }

    /// Takes up what a run has published.
    fn add(&mut self, run: &Path) {
        for (id, row) in read(&run.join("tables/charges.csv"), "charge_id") {
            let twice = self.charges.insert(id.clone(), row);
            assert!(twice.is_none(), "charge {id} was published twice");
        }
        // The last one wins.
        self.conversations.extend(read(
            &run.join("tables/conversations.csv"),
            "conversation_id",
        ));
        let adjustments = run.join("tables/adjustments.csv");
        if adjustments.exists() {
            let mut reader = csv::Reader::from_path(&adjustments).expect("a table");
            for row in reader.deserialize() {
                self.adjust(&row.expect("a row"));
                self.adjustments += 1;
            }
        }
        self.lines = fs::read_to_string(run.join("tables/lines.csv")).ok();
        let summary = fs::read_to_string(run.join("summary.json")).expect("a summary");
        self.summary = serde_json::from_str(&summary).expect("JSON");
        let incomplete = self.summary["incomplete"].as_array().expect("a list");
        let is_doubt = |text: &Value| {
            text.as_str()
                .is_some_and(|text| text.contains("without --state-in"))
        };
        self.doubts |= incomplete.iter().any(is_doubt);
        self.carried += self.summary["continued"]["rows_carried"]
            .as_u64()
            .unwrap_or(0);
    }

    fn adjust(&mut self, row: &BTreeMap<String, String>) {
        if row["line"] == "conversation" {
            let withdrawn = self.conversations.remove(&row["conversation_id"]);
            assert!(
                withdrawn.is_some(),
                "a conversation that was published: {row:?}"
            );
            return;
        }
        let id = &row["charge_id"];
        let side = |side: &str| -> BTreeMap<String, String> {
            SIDE.iter()
                .map(|column| (column.to_string(), row[&format!("{column}_{side}")].clone()))
                .collect()
        };
        let (before, after) = (side("before"), side("after"));
        if row["change"] != "added" {
            let known = self
                .charges
                .remove(id)
                .expect("a charge that was published");
            for (column, cell) in &before {
                assert_eq!(&known[column], cell, "{column} of {id} before");
            }
        }
        if row["change"] != "withdrawn" {
            self.charges.insert(id.clone(), after);
        }
    }

    /// In what both differ; what adjustments do not tell is not compared.
    pub fn differences(&self, full: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, mine, theirs) in [
            ("charges", &self.charges, &full.charges),
            ("conversations", &self.conversations, &full.conversations),
        ] {
            for (id, row) in theirs {
                let Some(other) = mine.get(id) else {
                    found.push(format!("{name}: the pieces lack {row:?}"));
                    continue;
                };
                for (column, cell) in other {
                    if row[column] != *cell {
                        let whole = &row[column];
                        found.push(format!(
                            "{name} {id} {column}: {whole} in one run, {cell} in pieces"
                        ));
                    }
                }
            }
            let extra = mine.iter().filter(|(id, _)| !theirs.contains_key(*id));
            found.extend(extra.map(|(_, row)| format!("{name}: only the pieces have {row:?}")));
        }
        if self.lines != full.lines {
            found.push(format!(
                "lines: in one run\n{}in pieces\n{}",
                full.lines.as_deref().unwrap_or_default(),
                self.lines.as_deref().unwrap_or_default()
            ));
        }
        for path in ["/bill/totals", "/bill/tiers"] {
            let (one, pieces) = (full.summary.pointer(path), self.summary.pointer(path));
            if one != pieces {
                found.push(format!("{path}: {one:?} in one run, {pieces:?} in pieces"));
            }
        }
        found
    }
}

const SIDE: [&str; 10] = [
    "charged_at",
    "rule",
    "category",
    "pricing_type",
    "market",
    "tier",
    "rate_card",
    "currency",
    "state",
    "amount",
];

fn read(path: &Path, key: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| {
        let row = row.expect("a row");
        (row[key].clone(), row)
    })
    .collect()
}

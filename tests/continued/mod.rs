//! Runs that continue each other in a folder, made by the program itself.
//!
//! A marketing template to Germany costs 0.1365 USD from 2025-07-01 on.

#![allow(dead_code)] // Each test uses a part.

use std::fs;

use serde_json::Value;

use crate::run_folders::{Home, Said};

/// A marketing template to Germany that was delivered in the instant it was sent.
pub fn template(id: &str, customer: u32, at: &str) -> String {
    format!(
        "{id},{at},outbound,491,49151{customer:08},template,marketing,sent,\n\
         {id},{at},outbound,491,49151{customer:08},template,marketing,delivered,\n"
    )
}

/// A template that is known to be sent and no more.
pub fn sent(id: &str, customer: u32, at: &str) -> String {
    format!("{id},{at},outbound,491,49151{customer:08},template,marketing,sent,\n")
}

/// What a run without anything to tell of says, with its limits that are no part of the test.
pub fn is_sound(said: &Said) {
    assert!(matches!(said.code(), 0 | 4), "{}", said.errors());
}

/// Runs that continue each other in a folder.
pub struct Pieces {
    pub home: Home,
    pub runs: usize,
}

impl Pieces {
    pub fn new() -> Self {
        Self {
            home: Home::new(),
            runs: 0,
        }
    }

    /// The next run over these rows.
    pub fn give(&mut self, rows: &[String], more: &[&str]) -> Said {
        self.home.log("new.csv", rows);
        let out = self.out();
        let mut words = vec!["audit", "new.csv", "--out", &out, "--force", "--csv"];
        if self.runs > 0 {
            words.extend(["--state-in", "state"]);
        }
        words.extend(["--state-out", "state"]);
        words.extend(more);
        let said = self.home.run(&words);
        if matches!(said.code(), 0 | 1 | 4) {
            self.runs += 1;
        }
        said
    }

    /// The folder of the next run.
    pub fn out(&self) -> String {
        format!("run{}", self.runs)
    }

    pub fn summary(&self) -> Value {
        let run = format!("run{}/summary.json", self.runs - 1);
        serde_json::from_slice(&fs::read(self.home.path(&run)).unwrap()).unwrap()
    }

    /// Rows of a table of the last run, by column.
    pub fn table(&self, name: &str, columns: &[&str]) -> Vec<Vec<String>> {
        let path = format!("run{}/tables/{name}.csv", self.runs - 1);
        let mut reader = csv::Reader::from_path(self.home.path(&path)).unwrap();
        let headers = reader.headers().unwrap().clone();
        let places = columns
            .iter()
            .map(|column| headers.iter().position(|header| header == *column).unwrap());
        let places: Vec<usize> = places.collect();
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            places.iter().map(|&place| row[place].to_owned()).collect()
        });
        rows.collect()
    }

    /// Month, quantity and amount of each line of the bill to date.
    pub fn lines(&self) -> Vec<Vec<String>> {
        self.table("lines", &["month", "quantity", "amount"])
    }
}

pub fn line(month: &str, quantity: &str, amount: &str) -> Vec<String> {
    vec![month.to_owned(), quantity.to_owned(), amount.to_owned()]
}

/// A first day of two templates.
pub fn begun() -> Pieces {
    let mut pieces = Pieces::new();
    let rows = [
        template("a", 1, "2026-10-05T10:00:00Z"),
        template("b", 2, "2026-10-05T11:00:00Z"),
    ];
    is_sound(&pieces.give(&rows, &[]));
    pieces
}

pub fn next_day() -> Vec<String> {
    vec![template("c", 3, "2026-10-06T10:00:00Z")]
}

/// A run that must not continue: its exit code and what it says; nothing of it stands, the state is as it was.
pub fn refused(pieces: &mut Pieces, rows: &[String], more: &[&str], code: i32, words: &[&str]) {
    let before = fs::read(pieces.home.path("state")).unwrap();
    let said = pieces.give(rows, more);
    assert_eq!(said.code(), code, "{}", said.errors());
    for word in words {
        assert!(
            said.errors().contains(word),
            "{word:?} in: {}",
            said.errors()
        );
    }
    assert!(!pieces.home.path(&pieces.out()).exists());
    assert_eq!(fs::read(pieces.home.path("state")).unwrap(), before);
}

pub const MAGIC_AND_VERSION: usize = 20;
const CHECKSUM: usize = 32;

/// The sections of a state: number and bytes.
pub fn sections(state: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut rest = &state[MAGIC_AND_VERSION..state.len() - CHECKSUM];
    let mut found = Vec::new();
    while rest[0] != 0 {
        let length = u64::from_le_bytes(rest[1..9].try_into().unwrap()) as usize;
        found.push((rest[0], rest[9..9 + length].to_vec()));
        rest = &rest[9 + length..];
    }
    found
}

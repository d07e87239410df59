//! Small logs, runs made of them by the program itself, and what a command says.

#![allow(dead_code)] // Each test uses a part.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const HEADER: &str =
    "message_id,timestamp,direction,business,customer,type,category,status,delivered_at\n";

/// A delivered template; `seconds` after noon of 2026-10-05.
pub fn template(id: &str, customer: &str, category: &str, minute: u32) -> String {
    format!(
        "{id},2026-10-05T12:{minute:02}:00Z,outbound,491,{customer},template,{category},sent,\
         2026-10-05T12:{minute:02}:03Z\n"
    )
}

/// A folder with a log of three priced messages and one rejected row.
pub struct Home {
    pub folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        home.log("log.csv", &home.rows());
        home
    }

    /// Rows to Brazil, Germany and Brazil again.
    pub fn rows(&self) -> Vec<String> {
        vec![
            template("m1", "5511999990001", "marketing", 0),
            template("m2", "4915112345678", "utility", 1),
            template("m3", "5511999990002", "marketing", 2),
            "bad,2026-10-05T12:00:00Z,sideways,491,5511999990001,template,marketing,sent,\n"
                .to_owned(),
        ]
    }

    pub fn log(&self, name: &str, rows: &[String]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, [HEADER, &rows.concat()].concat()).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command in the folder.
    pub fn run(&self, words: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .args(words)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        Said(output)
    }

    /// An audit of a log into a run folder.
    pub fn audit(&self, log: &str, out: &str, more: &[&str]) {
        let mut words = vec!["audit", log, "--out", out, "--max-rejects", "100"];
        words.extend(more);
        let said = self.run(&words);
        assert!(matches!(said.code(), 0 | 4), "{}", said.errors());
    }

    /// Replaces a text in a file of the folder.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {name}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

/// What a command said.
pub struct Said(Output);

impl Said {
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub fn errors(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.text(), self.errors()))
    }
}

/// Seals a changed file again, as someone would who wants a change not to show.
pub fn seal(run: &Path, name: &str) {
    let content = fs::read(run.join(name)).unwrap();
    let path = run.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for output in manifest["outputs"].as_array_mut().unwrap() {
        if output["path"] == name {
            output["bytes"] = content.len().into();
            output["blake3"] = blake3::hash(&content).to_hex().to_string().into();
        }
    }
    fs::write(path, serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
}

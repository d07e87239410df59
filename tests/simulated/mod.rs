//! Simulated logs, what the program makes of them, and what stands in them.
#![allow(dead_code)] // Each test uses a part.

pub mod by_oracle;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A row of a CSV, by column.
pub type Cells = BTreeMap<String, String>;
/// The rows of a CSV.
pub type Rows = Vec<Cells>;

/// A folder in which logs are simulated.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command in the folder and gives its code and what it said.
    pub fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
        command.current_dir(self.folder.path()).args(words);
        for (name, _) in std::env::vars() {
            if name.starts_with("COUNTERFOIL_") {
                command.env_remove(name);
            }
        }
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        (code, text(output.stdout), text(output.stderr))
    }

    /// Simulates a model and gives what is said of it.
    #[track_caller]
    pub fn simulate(&self, model: &str, out: &str, more: &[&str]) -> Value {
        fs::write(self.path("model.toml"), model).unwrap();
        let words = ["simulate", "--scenario", "model.toml", "--out", out];
        let words = [&words[..], &["--force", "--format", "json"], more].concat();
        let (code, said, errors) = self.run(&words);
        assert_eq!(code, 0, "{errors}");
        serde_json::from_str(&said).unwrap()
    }

    /// Audits a log into `out` and gives its summary.
    #[track_caller]
    pub fn audit(&self, log: &str, more: &[&str]) -> Value {
        let stem = log.split('.').next().unwrap();
        let accounts = format!("{stem}.accounts.toml");
        let words = [
            "audit",
            log,
            "--out",
            "out",
            "--force",
            "--csv",
            "--max-rejects",
            "10%",
        ];
        let words = [
            &words[..],
            &["--accounts", &accounts, "--format", "json"],
            more,
        ]
        .concat();
        let (code, said, errors) = self.run(&words);
        assert_eq!(code, 0, "{errors}");
        serde_json::from_str(&said).unwrap()
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn rows(&self, name: &str) -> Rows {
        let reader = csv::Reader::from_path(self.path(name)).unwrap();
        reader.into_deserialize().map(Result::unwrap).collect()
    }
}

/// A shipped model.
pub fn shipped(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/simulate");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A model written in another shape, with faults.
pub fn shaped(model: &str, shape: &str, faults: &str) -> String {
    let faults_begin = model.find("[faults]").unwrap_or(model.len());
    let kept = model[..faults_begin].lines();
    let kept: Vec<&str> = kept.filter(|line| !line.starts_with("shape =")).collect();
    let kept = kept.join("\n");
    format!("shape = \"{shape}\"\n{kept}\n[faults]\n{faults}\n")
}

//! What is explained: a log with the options that are given, or a finished run with those of its manifest.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, FromArgMatches};
use polars::prelude::{ParquetReader, SerReader};
use serde::Deserialize;

use super::args::ExplainArgs;
use crate::cli::args::LogArgs;
use crate::cli::config::Parsed;
use crate::run::exit::{Failure, OrFail};
use crate::run::output::MANIFEST;
use crate::store::Address;

/// Options that a timeline has in common with the run it explains.
const SHARED: [&str; 13] = [
    "map",
    "accounts",
    "templates",
    "evidence",
    "rates",
    "input-format",
    "log-timezone",
    "temp-dir",
    "month",
    "from",
    "to",
    "rulebook",
    "shadow",
];
/// Of these, those that state the period: none is taken over where another is given.
const PERIOD: [&str; 3] = ["month", "from", "to"];

/// The log to go through, and how.
pub struct Source {
    /// As `audit` would have it.
    pub args: LogArgs,
    /// The finished run, if it is one.
    pub run: Option<FinishedRun>,
}

/// A finished run.
pub struct FinishedRun {
    /// Its folder.
    pub folder: PathBuf,
    /// What the reader must know of it.
    pub notes: Vec<String>,
}

/// What is needed of a manifest.
#[derive(Deserialize)]
struct Manifest {
    options: Vec<NamedValue>,
    settings: Vec<NamedValue>,
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct NamedValue {
    name: String,
    value: String,
    origin: String,
}

#[derive(Deserialize)]
struct Input {
    role: String,
    path: String,
    bytes: u64,
}

impl Source {
    /// Finds out what is explained.
    ///
    /// # Errors
    /// If a manifest cannot be read, or its files are gone.
    pub fn of(args: &ExplainArgs, parsed: &Parsed) -> Result<Self, Failure> {
        let given = parsed
            .options
            .iter()
            .filter(|option| option.origin != "default" && SHARED.contains(&&*option.name))
            .map(|option| (option.name.clone(), option.value.clone()));
        let given: BTreeMap<String, String> = given.collect();
        let folder = args
            .source
            .logs
            .iter()
            .find(|log| log.join(MANIFEST).is_file());
        let Some(folder) = folder else {
            let logs = args.source.logs.clone();
            return Ok(Self {
                args: log_args(given, args.source.set.clone(), logs)?,
                run: None,
            });
        };
        if args.source.logs.len() > 1 {
            let failure = Failure::usage(anyhow::anyhow!(
                "{} is a finished run, which names its own log",
                folder.display()
            ));
            return Err(failure.hint("name the run alone, or the files of the log alone"));
        }
        Self::of_run(folder, given, &args.source.set)
    }

    fn of_run(
        folder: &Path,
        given: BTreeMap<String, String>,
        set: &[String],
    ) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let text = fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))
            .or_input()?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .with_context(|| format!("{}: expected the manifest of a run", path.display()))
            .or_input()?;
        let states_period = PERIOD.iter().any(|name| given.contains_key(*name));
        let of_run = manifest.options.into_iter().filter(|option| {
            let name = option.name.as_str();
            option.origin != "default"
                && SHARED.contains(&name)
                && !(states_period && PERIOD.contains(&name))
        });
        let mut options: BTreeMap<String, String> =
            of_run.map(|option| (option.name, option.value)).collect();
        options.extend(given);
        let settings = manifest.settings.into_iter();
        let mut settings: Vec<String> = settings
            .filter(|setting| setting.origin != "default")
            .map(|setting| format!("{}={}", setting.name, setting.value))
            .collect();
        settings.extend_from_slice(set);
        let logs: Vec<&Input> = manifest
            .inputs
            .iter()
            .filter(|input| input.role == "log")
            .collect();
        let mut notes = Vec::new();
        // What stands in an object store is looked for when it is read.
        let is_local = |input: &&&Input| Address::of(Path::new(&input.path)).is_none();
        for input in logs.iter().filter(is_local) {
            let bytes = fs::metadata(&input.path).map(|file| file.len());
            match bytes {
                Err(_) => return Err(gone(&input.path)),
                Ok(bytes) if bytes != input.bytes => notes.push(format!(
                    "{} has changed since the run: {} bytes then, {bytes} now",
                    input.path, input.bytes
                )),
                Ok(_) => {}
            }
        }
        let logs = logs
            .iter()
            .map(|input| PathBuf::from(&input.path))
            .collect();
        Ok(Self {
            args: log_args(options, settings, logs)?,
            run: Some(FinishedRun {
                folder: folder.to_owned(),
                notes,
            }),
        })
    }
}

fn gone(path: &str) -> Failure {
    let failure = Failure::input(anyhow::anyhow!(
        "the log of the run is not where its manifest says: {path}"
    ));
    if path == "-" {
        return failure.hint("it came from standard input: name its file instead of the run");
    }
    failure
        .hint("go to the folder in which the run was started, or name the log instead of the run")
}

/// The options as `replay` and `audit` have them.
fn log_args(
    options: BTreeMap<String, String>,
    settings: Vec<String>,
    logs: Vec<PathBuf>,
) -> Result<LogArgs, Failure> {
    let mut words: Vec<OsString> = vec!["explain".into()];
    for (name, value) in options {
        words.push(match name.as_str() {
            "shadow" if value != "true" => continue,
            "shadow" => "--shadow".into(),
            _ => format!("--{name}={value}").into(),
        });
    }
    words.extend(
        settings
            .into_iter()
            .map(|setting| format!("--set={setting}").into()),
    );
    words.push("--".into());
    words.extend(logs.into_iter().map(PathBuf::into_os_string));
    let command = LogArgs::augment_args(clap::Command::new("explain"));
    let matches = command.try_get_matches_from(words).or_usage()?;
    LogArgs::from_arg_matches(&matches).or_usage()
}

impl FinishedRun {
    /// The business number and customer of the row of a table that has this id.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub fn pair_of(
        &self,
        table: &str,
        column: &str,
        id: &str,
    ) -> Result<Option<(String, String)>, Failure> {
        let path = self.folder.join("tables").join(format!("{table}.parquet"));
        self.look_up(&path, column, id)
            .with_context(|| format!("cannot read {}", path.display()))
            .or_input()
    }

    fn look_up(
        &self,
        path: &Path,
        column: &str,
        id: &str,
    ) -> anyhow::Result<Option<(String, String)>> {
        let columns = [column, "business", "customer"];
        let table = ParquetReader::new(File::open(path)?)
            .with_columns(Some(columns.map(str::to_owned).to_vec()))
            .finish()?;
        let ids = table
            .column(column)?
            .as_materialized_series()
            .str()?
            .clone();
        let Some(row) = ids.iter().position(|found| found == Some(id)) else {
            return Ok(None);
        };
        let text = |column: &str| -> anyhow::Result<String> {
            let value = table.column(column)?.get(row)?;
            let text = value.get_str().map(str::to_owned);
            text.with_context(|| format!("column {column} holds no text"))
        };
        Ok(Some((text("business")?, text("customer")?)))
    }
}

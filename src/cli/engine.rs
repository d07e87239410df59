//! What the commands need of the log and of the replay.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::ValueEnum;

use crate::accounts::{Accounts, TemplateRegistry};
use crate::replay::outcome::{FetchMessageIds, Outcome};
use crate::report::rejects::Reject;
use crate::rulebook::Settings;
use crate::vocabulary::{LocalDate, Regime};

/// The form of a log whose name does not tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// Comma-separated values, plain or compressed with gzip or Zstandard.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// Which log is to be opened, and how.
#[derive(Clone, Debug)]
pub struct LogRequest {
    /// Files, folders, globs, or `-`.
    pub logs: Vec<PathBuf>,
    /// The form of standard input and of files with unknown endings.
    pub format: Option<InputFormat>,
    /// The zone of times that carry none.
    pub zone: Option<Tz>,
    /// Where temporary files go.
    pub temp_dir: Option<PathBuf>,
}

/// An opened file of the log.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// Path as given; `-` for standard input.
    pub path: PathBuf,
    /// Where its content can be read again.
    pub content: PathBuf,
    /// Size on disk.
    pub bytes: u64,
    /// Columns of the canonical log that it has.
    pub columns: Vec<&'static str>,
    /// Header names that are none.
    pub ignored_columns: Vec<String>,
}

/// What a replay is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct ReplayRequest<'a> {
    /// Settings in force.
    pub settings: &'a Settings,
    /// Accounts.
    pub accounts: &'a Accounts,
    /// Templates.
    pub templates: &'a TemplateRegistry,
    /// The regime that is forced on the whole log.
    pub rulebook: Option<Regime>,
    /// First local date whose rows are written.
    pub from: Option<LocalDate>,
    /// Last one.
    pub to: Option<LocalDate>,
    /// Whether covered messages have rows of their own.
    pub detail_messages: bool,
    /// Whether conversations are reconstructed under per-message pricing too (P25-6).
    pub shadow: bool,
}

/// What a replay gives.
pub struct Replayed<'l> {
    /// Conversations, charges, totals.
    pub outcome: Outcome,
    /// Message ids of rows.
    pub ids: Box<dyn FetchMessageIds + 'l>,
    /// Rejected rows, by file and place.
    pub rejects: Box<dyn Iterator<Item = anyhow::Result<Reject>> + 'l>,
}

/// Opens logs and replays them.
pub trait Engine {
    /// An opened log.
    type Log;

    /// Finds the files of a log and reads their headers.
    ///
    /// # Errors
    /// If one cannot be read, or is no log.
    fn open(&self, request: &LogRequest, templates: &TemplateRegistry)
    -> anyhow::Result<Self::Log>;

    /// The files of a log, in the order in which they were found.
    fn files(&self, log: &Self::Log) -> Vec<FileInfo>;

    /// Replays a log; `progress` hears of bytes that are done.
    ///
    /// # Errors
    /// If the log cannot be read to its end.
    fn replay<'l>(
        &self,
        log: &'l Self::Log,
        request: &ReplayRequest<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> anyhow::Result<Replayed<'l>>;
}

/// The engine of this crate.
pub struct Counterfoil;

impl Engine for Counterfoil {
    type Log = Vec<FileInfo>;

    fn open(&self, request: &LogRequest, _: &TemplateRegistry) -> anyhow::Result<Self::Log> {
        let named = request.logs.iter().map(|path| {
            let bytes = std::fs::metadata(path).map(|found| found.len());
            bytes.map(|bytes| FileInfo {
                path: path.clone(),
                content: path.clone(),
                bytes,
                columns: Vec::new(),
                ignored_columns: Vec::new(),
            })
        });
        Ok(named.collect::<Result<_, _>>()?)
    }

    fn files(&self, log: &Self::Log) -> Vec<FileInfo> {
        log.clone()
    }

    fn replay<'l>(
        &self,
        _: &'l Self::Log,
        _: &ReplayRequest<'_>,
        _: &(dyn Fn(u64) + Sync),
    ) -> anyhow::Result<Replayed<'l>> {
        anyhow::bail!("the replay engine is not linked in yet")
    }
}

/// The name that a log gives to its output folder: the first file's, without its endings.
pub fn stem(log: &Path) -> String {
    let name = match log.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => return "log".to_owned(),
    };
    if name == "-" {
        return "stdin".to_owned();
    }
    let mut stem = name.as_str();
    for ending in [
        ".gz", ".zst", ".csv", ".parquet", ".jsonl", ".ndjson", ".tsv", ".txt",
    ] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    match stem.trim_start_matches('.') {
        "" => name,
        stem => stem.to_owned(),
    }
}

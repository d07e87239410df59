//! The books of a job: files that were read, runs, closed months, and the intent of a run under way.
//!
//! One file, replaced whole after the state; its checksum tells a damaged one from a sound one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::forecast::Forecast;
use crate::report::summary::{Adjusted, BillTotals};
use crate::run::output::LoneFile;
use crate::tariff::Amount;

/// Version of the file's form.
pub const RECORD_VERSION: u64 = 1;

/// What a job knows between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Files that were read, or that repeat one that was, by path.
    pub files: BTreeMap<PathBuf, SeenFile>,
    /// Finished runs whose folders may still stand, oldest first.
    pub runs: Vec<FinishedRun>,
    /// How many runs there were.
    pub run_count: u64,
    /// BLAKE3 of the state that the last run left.
    pub state_blake3: Option<String>,
    /// A run that was begun.
    pub intent: Option<Intent>,
    /// What was known after the last run.
    pub known: Known,
    /// When a file was new for the last time, UTC.
    pub last_new_at: Option<String>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenFile {
    /// BLAKE3 of its content.
    pub blake3: String,
    /// Size.
    pub bytes: u64,
    /// When it was changed, in nanoseconds since 1970, as text: JSON numbers are not that long.
    pub modified: String,
    /// The run that read it, or found it to repeat another.
    pub run: String,
}

/// A run that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its name.
    pub run: String,
    /// Its folder.
    pub folder: PathBuf,
    /// BLAKE3 of the state before; none before the first run.
    pub state_blake3: Option<String>,
    /// The files that it counts, and those that it found to repeat others.
    pub files: BTreeMap<PathBuf, SeenFile>,
    /// The months that it closes.
    pub closes: BTreeSet<String>,
}

/// A finished run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishedRun {
    /// Its name.
    pub run: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The day on which it finished, UTC.
    pub day: String,
    /// The months that its tables speak of.
    pub months: BTreeSet<String>,
}

/// What was known after the last run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The last instant of the log.
    pub as_of: Option<String>,
    /// The bill by currency, then month.
    pub by_month: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// What charges came to as they were published, by currency, then local day; of the last months only.
    pub by_day: BTreeMap<String, BTreeMap<String, Amount>>,
    /// The first day of the log by which days without charges can be told from days without a log.
    pub first_day: Option<String>,
    /// What adjustments of all runs came to, by month, then currency.
    #[serde(default)]
    pub adjusted: BTreeMap<String, BTreeMap<String, Adjusted>>,
    /// Months that are closed.
    pub closed_months: BTreeSet<String>,
    /// What the month may come to.
    pub forecast: Vec<Forecast>,
    /// The alerts that stood, by kind and what they speak of.
    pub alerts: BTreeMap<String, u64>,
    /// Rows read and rejected by the last run.
    pub rows: (u64, u64),
    /// Files of the last run.
    pub files_read: u64,
}

/// Why the books cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system refuses.
    #[error("cannot read {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It says what no job writes.
    #[error("{}: expected the record of a job, found {found}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
}

impl Record {
    /// Reads the books; none where there are none yet.
    ///
    /// # Errors
    /// If they cannot be read, are damaged, or of another version.
    pub fn read(path: &Path) -> Result<Option<Self>, RecordError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(RecordError::Io {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let damaged = |found: String| RecordError::Damaged {
            path: path.to_owned(),
            found,
        };
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match value.get("job_record_version").and_then(Value::as_u64) {
            Some(RECORD_VERSION) => {}
            Some(other) => return Err(damaged(format!("version {other}"))),
            None => return Err(damaged("no job_record_version".to_owned())),
        }
        let content = value.get("content").cloned().unwrap_or_default();
        let sealed = value.get("blake3").and_then(Value::as_str);
        if sealed != Some(seal(&content).as_str()) {
            return Err(damaged(
                "a content that its checksum contradicts".to_owned(),
            ));
        }
        let record = serde_json::from_value(content);
        record.map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// Writes the books, whole or not at all.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let content = serde_json::to_value(self).context("the record of a job")?;
        let sealed = json!({
            "job_record_version": RECORD_VERSION,
            "blake3": seal(&content),
            "content": content,
        });
        let mut text = serde_json::to_vec_pretty(&sealed).context("the record of a job")?;
        text.push(b'\n');
        let mut file = LoneFile::create(path, true)?;
        file.write_all(&text)
            .with_context(|| format!("cannot write {}", path.display()))?;
        file.finish()
    }

    /// Whether a content was read before, and under which path.
    pub fn path_of_content(&self, blake3: &str) -> Option<&Path> {
        let mut files = self.files.iter();
        let found = files.find(|(_, file)| file.blake3 == blake3);
        found.map(|(path, _)| path.as_path())
    }
}

/// The checksum of a content; objects stand in the order of their keys.
fn seal(content: &Value) -> String {
    blake3::hash(content.to_string().as_bytes())
        .to_hex()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let file = SeenFile {
            blake3: "ab".to_owned(),
            bytes: 3,
            modified: "1795500000000000001".to_owned(),
            run: "r1".to_owned(),
        };
        Record {
            files: BTreeMap::from([(PathBuf::from("in/a.csv"), file)]),
            run_count: 1,
            ..Record::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/a.job.json");
        assert_eq!(Record::read(&path).expect("none is no error"), None);
        record().write(&path).expect("written");
        assert_eq!(Record::read(&path).expect("sound"), Some(record()));
        assert_eq!(record().path_of_content("ab"), Some(Path::new("in/a.csv")));
        assert_eq!(record().path_of_content("cd"), None);
    }

    #[test]
    fn a_changed_cut_or_newer_record_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.job.json");
        record().write(&path).expect("written");
        let text = fs::read_to_string(&path).expect("text");
        let cases = [
            (text.replace("\"bytes\": 3", "\"bytes\": 4"), "checksum"),
            (text[..text.len() / 2].to_owned(), "EOF"),
            (text.replace("_version\": 1", "_version\": 2"), "version 2"),
            ("{}".to_owned(), "no job_record_version"),
        ];
        for (changed, expected) in cases {
            fs::write(&path, changed).expect("written");
            let error = Record::read(&path).expect_err("damaged").to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}

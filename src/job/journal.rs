//! Log lines: on standard error, and added to a file.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::file::LogFormat;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As expected.
    Info,
    /// Somebody should look.
    Warning,
    /// It did not work.
    Error,
}

impl Level {
    /// The written form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where log lines go.
#[derive(Debug)]
pub struct Journal {
    job: String,
    format: LogFormat,
    /// Lines that matter less are not shown on standard error.
    least: Level,
    file: Option<(PathBuf, File)>,
}

impl Journal {
    /// Opens the journal of a job.
    ///
    /// # Errors
    /// If the file cannot be added to.
    pub fn open(job: &str, format: LogFormat, quiet: bool, file: Option<&Path>) -> Result<Self> {
        let opened = file.map(|path| {
            let parent = path.parent().unwrap_or(Path::new(""));
            fs::create_dir_all(parent)
                .and_then(|()| File::options().append(true).create(true).open(path))
                .map(|file| (path.to_owned(), file))
                .with_context(|| format!("cannot write {}", path.display()))
        });
        Ok(Self {
            job: job.to_owned(),
            format,
            least: match quiet {
                true => Level::Warning,
                false => Level::Info,
            },
            file: opened.transpose()?,
        })
    }

    /// Writes a line: what happened in one word, in a sentence, and with its numbers.
    ///
    /// A line that cannot be written does not stop the job.
    pub fn line(&mut self, level: Level, event: &str, text: &str, fields: &[(&str, Value)]) {
        let line = self.text(level, event, text, fields);
        if level >= self.least {
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        if let Some((_, file)) = &mut self.file {
            let _ = file.write_all(line.as_bytes());
        }
    }

    fn text(&self, level: Level, event: &str, text: &str, fields: &[(&str, Value)]) -> String {
        let at = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        match self.format {
            LogFormat::Human => {
                let text = text.replace('\n', "; ");
                format!("{at} {} {}: {text}\n", level.name(), self.job)
            }
            LogFormat::Json => {
                let mut object = Map::new();
                object.insert("at".to_owned(), at.into());
                object.insert("level".to_owned(), level.name().into());
                object.insert("job".to_owned(), self.job.as_str().into());
                object.insert("event".to_owned(), event.into());
                object.insert("message".to_owned(), text.into());
                for (name, value) in fields {
                    object.insert((*name).to_owned(), value.clone());
                }
                format!("{}\n", Value::Object(object))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_one_object_and_files_are_added_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs/job.log");
        for _ in 0..2 {
            let journal = Journal::open("daily", LogFormat::Json, true, Some(&path));
            journal.expect("a journal").line(
                Level::Info,
                "file_new",
                "in/\"a\"\n.csv is new",
                &[("bytes", 3.into())],
            );
        }
        let text = fs::read_to_string(&path).expect("text");
        assert_eq!(text.lines().count(), 2);
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(value["event"], "file_new");
            assert_eq!(value["job"], "daily");
            assert_eq!(value["bytes"], 3);
            assert_eq!(value["message"], "in/\"a\"\n.csv is new");
        }
    }
}

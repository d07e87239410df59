//! The command line that makes a run again, for whoever holds the report.
//!
//! What the environment and the configuration file said stands in it too; what does not change a byte of the
//! result (threads, folders, looks) does not, so the same evidence prints the same line.

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::report::summary::SettingInForce;

/// Options that change no byte of what a run finds.
const WITHOUT_EFFECT: [&str; 13] = [
    "out",
    "force",
    "csv",
    "dry_run",
    "format",
    "quiet",
    "threads",
    "temp_dir",
    "memory",
    "config",
    "set",
    "fail_on",
    "state_out",
];

/// A command with its options, but for settings.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    words: Vec<String>,
}

impl CommandLine {
    /// The options that somebody has given, log files first.
    pub fn of(name: &str, matches: &ArgMatches, is_argument: impl Fn(&str) -> bool) -> Self {
        let mut words = vec![env!("CARGO_PKG_NAME").to_owned(), name.to_owned()];
        let values = |id: &str| -> Vec<String> {
            let values = matches.get_raw(id).into_iter().flatten();
            values
                .map(|value| quoted(&value.to_string_lossy()))
                .collect()
        };
        if is_argument("logs") {
            words.extend(values("logs"));
        }
        let mut ids: Vec<&str> = matches.ids().map(clap::Id::as_str).collect();
        ids.sort_unstable();
        for id in ids {
            let is_given = matches.value_source(id) != Some(ValueSource::DefaultValue);
            if id == "logs" || WITHOUT_EFFECT.contains(&id) || !is_given || !is_argument(id) {
                continue;
            }
            let long = id.replace('_', "-");
            match matches.try_get_one::<bool>(id) {
                Ok(Some(true)) => words.push(format!("--{long}")),
                Ok(Some(false)) => {}
                _ => words.extend(
                    values(id)
                        .into_iter()
                        .map(|value| format!("--{long} {value}")),
                ),
            }
        }
        Self { words }
    }

    /// The line, with every setting that is not at its default.
    pub fn with_settings(&self, settings: &[SettingInForce]) -> String {
        let mut words = self.words.clone();
        for setting in settings.iter().filter(|each| each.origin != "default") {
            let assignment = quoted(&format!("{}={}", setting.name, setting.value));
            words.push(format!("--set {assignment}"));
        }
        words.join(" ")
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+%@".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

//! The profile of a log: what it is made of, what is wrong with it, and what an audit of it can conclude.

mod answers;
mod page;

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary::{LogFileSummary, MapSummary, TimeRange};
use crate::findings;
use crate::log::Column;
use crate::log::census::{Census, NumberDays, Stated};
use crate::log::totals::{ControlTotals, CountByName};
use crate::replay::outcome::{Outcome, Warning};
pub use answers::Answer;
pub use page::page;

/// Version of the profile's form.
pub const PROFILE_VERSION: u32 = 1;

/// What `check` says of a log.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    /// Version of this form.
    pub profile_version: u32,
    /// Files, with the header names that are no column.
    pub files: Vec<LogFileSummary>,
    /// Columns that some file has.
    pub columns_found: Vec<&'static str>,
    /// Columns that no file has.
    pub columns_missing: Vec<&'static str>,
    /// First and last instant.
    pub time_range: Option<TimeRange>,
    /// The map through which it was read, if it was, and what its source cannot settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapSummary>,
    /// What becomes of every row.
    pub control_totals: ControlTotals,
    /// Rejected rows by code.
    pub rejected_by_code: CountByName,
    /// The first rejected rows.
    pub rejected_first: Vec<RejectedRow>,
    /// Rows of other channels, by channel.
    pub other_channels: CountByName,
    /// Usable rows by what the words of a column say.
    pub words: BTreeMap<&'static str, CountByName>,
    /// How many usable rows state what an audit would like to know.
    pub stated: Stated,
    /// Days of each business number, in UTC.
    pub numbers: BTreeMap<String, NumberDays>,
    /// Days with far fewer messages than usual (Q-GAP).
    pub gaps: Vec<String>,
    /// What is odd about the log.
    pub warnings: Vec<Warning>,
    /// Why its evidence is incomplete.
    pub incomplete: Vec<String>,
    /// What an audit can and cannot conclude, and what to bring to conclude more.
    pub answers: Vec<Answer>,
}

/// A row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    /// Its file.
    pub file: String,
    /// Its line, or row of a Parquet file.
    pub line: u64,
    /// The column at fault, where it is one.
    pub column: String,
    /// Code.
    pub code: String,
    /// What was expected.
    pub reason: String,
}

/// What a profile is made of.
pub struct Checked<'a> {
    /// The replay.
    pub outcome: &'a Outcome,
    /// The count of rows.
    pub census: &'a Census,
    /// Files.
    pub files: Vec<LogFileSummary>,
    /// Columns that some file has.
    pub columns: Vec<&'static str>,
    /// The first rejected rows.
    pub rejected_first: Vec<RejectedRow>,
    /// No accounts file was given.
    pub accounts_file_absent: bool,
    /// The map through which it was read.
    pub map: Option<MapSummary>,
}

impl Profile {
    /// Puts a profile together.
    pub fn new(checked: Checked<'_>) -> Self {
        let outcome = checked.outcome;
        // Nobody misses what only a map's rule fills.
        let is_asked_for = |column: &&Column| {
            **column != Column::Inferred || checked.columns.contains(&column.name())
        };
        let (columns_found, columns_missing) = Column::ALL
            .iter()
            .filter(is_asked_for)
            .map(|column| column.name())
            .partition(|name| checked.columns.contains(name));
        let stated = checked.census.stated();
        let mut profile = Self {
            profile_version: PROFILE_VERSION,
            files: checked.files,
            columns_found,
            columns_missing,
            time_range: outcome.time_range.map(|(first, last)| TimeRange {
                first: first.to_string(),
                last: last.to_string(),
            }),
            map: checked.map,
            control_totals: outcome.totals.clone(),
            rejected_by_code: outcome.rejected_by_code.clone(),
            rejected_first: checked.rejected_first,
            other_channels: outcome.other_channels.clone(),
            words: checked.census.words(),
            stated,
            numbers: checked.census.numbers(&outcome.cells.businesses),
            gaps: findings::gaps(outcome)
                .iter()
                .map(|gap| format!("{}: {gap}", gap.business))
                .collect(),
            warnings: outcome.warnings.clone(),
            incomplete: outcome.incomplete.clone(),
            answers: Vec::new(),
        };
        profile.answers = answers::answers(&profile, checked.accounts_file_absent);
        profile
    }

    /// The profile as JSON.
    ///
    /// # Errors
    /// None in practice: every field has a form in JSON.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

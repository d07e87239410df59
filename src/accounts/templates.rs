//! The template registry: what `templates.csv` knows of each template, and since when (D-7, D-8).
//!
//! A template is named `name/language`, or by its name alone. Asked for a bare name that the table only
//! has in languages, the registry answers where all languages agree and is silent where they do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{DateTime, NaiveDateTime};

use crate::{
    rulebook::{ConfigError, CsvRow, CsvTable, Place, read_text},
    vocabulary::{Instant, LocalDate, TemplateCategory, named_enum},
};

named_enum! {
    /// Whether a template may be used (D-8).
    pub enum TemplateStatus {
        /// It may.
        Approved = "approved" | "active",
        /// Not yet reviewed.
        Pending = "pending" | "in_review",
        /// Refused.
        Rejected = "rejected" | "in_appeal",
        /// Stopped for a while because customers complained.
        Paused = "paused",
        /// Stopped for good.
        Disabled = "disabled" | "deleted" | "archived" | "limit_exceeded",
    }
}

impl TemplateStatus {
    /// Whether a template in this state may be sent (D-8).
    pub const fn may_be_sent(self) -> bool {
        matches!(self, Self::Approved)
    }
}

/// Every template and its history.
#[derive(Clone, Debug, Default)]
pub struct TemplateRegistry {
    numbers: BTreeMap<String, u32>,
    /// The history of the template with number `place + 1`.
    histories: Vec<History>,
    /// The names that the table has without a language: they speak for every language.
    without_language: BTreeSet<String>,
}

type History = Vec<State>;

/// The rows of each template, in the order of the file.
type RowsByTemplate = BTreeMap<String, Vec<(State, Place)>>;

/// What holds of a template from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    from: Instant,
    category: Option<TemplateCategory>,
    status: Option<TemplateStatus>,
}

impl TemplateRegistry {
    /// Reads a `templates.csv`.
    ///
    /// # Errors
    /// If it cannot be read, a row is malformed, or two rows say different things of one instant.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// Reads the text of a `templates.csv`; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        Self::of_rows(rows_by_template(text, name)?)
    }

    /// The user's own `templates.csv`, where there is one, with the rows of evidence. Where both have a row for a
    /// template, language and instant, the own one stands; rows of evidence for one instant add up, cell by cell, and
    /// of cells that differ the lower one stands.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with_evidence(
        own: Option<&Path>,
        evidence: Option<(&str, &str)>,
    ) -> Result<Self, ConfigError> {
        let mut rows = match own {
            Some(path) => rows_by_template(&read_text(path)?, &path.display().to_string())?,
            None => RowsByTemplate::new(),
        };
        if let Some((text, name)) = evidence {
            for (key, told) in rows_by_template(text, name)? {
                let of_template = rows.entry(key).or_default();
                let stated: Vec<Instant> = of_template.iter().map(|(row, _)| row.from).collect();
                let news = told
                    .into_iter()
                    .filter(|(row, _)| !stated.contains(&row.from));
                of_template.extend(added_up(news));
            }
        }
        Self::of_rows(rows)
    }

    fn of_rows(rows: RowsByTemplate) -> Result<Self, ConfigError> {
        let mut finished = BTreeMap::new();
        for (key, states) in rows {
            let history = history(&key, states)?;
            finished.insert(key, history);
        }
        let without_language = finished
            .keys()
            .filter(|key| !key.contains('/'))
            .cloned()
            .collect();
        let bare = bare_names(&finished);
        finished.extend(bare);
        let numbers = finished.keys().cloned().zip(1..).collect();
        Ok(Self {
            numbers,
            histories: finished.into_values().collect(),
            without_language,
        })
    }

    /// The number of every name, from 1: `name` and `name/language`.
    pub fn names(&self) -> &BTreeMap<String, u32> {
        &self.numbers
    }

    /// The number of a template as the log names it: with its language where the table has that, else
    /// by its name if the table has that without a language.
    pub fn number(&self, template: &str) -> Option<u32> {
        let exact = self.numbers.get(template);
        let found = exact.or_else(|| {
            let (name, _) = template.rsplit_once('/')?;
            self.without_language
                .contains(name)
                .then(|| self.numbers.get(name))?
        });
        found.copied()
    }

    /// How many templates are listed; their numbers start at 1.
    pub fn len(&self) -> usize {
        self.histories.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.histories.is_empty()
    }

    /// The category at an instant, if the table tells one.
    pub fn category_at(&self, number: u32, at: Instant) -> Option<TemplateCategory> {
        self.state_at(number, at)?.category
    }

    /// The status at an instant, if the table tells one.
    pub fn status_at(&self, number: u32, at: Instant) -> Option<TemplateStatus> {
        self.state_at(number, at)?.status
    }

    fn state_at(&self, number: u32, at: Instant) -> Option<&State> {
        let history = self
            .histories
            .get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        latest(history, at)
    }
}

fn latest(history: &[State], at: Instant) -> Option<&State> {
    history[..history.partition_point(|state| state.from <= at)].last()
}

fn rows_by_template(text: &str, name: &str) -> Result<RowsByTemplate, ConfigError> {
    let table = CsvTable::read(
        text,
        name,
        &["template", "language", "category", "status", "valid_from"],
    )?;
    let mut rows = RowsByTemplate::new();
    for row in table.rows {
        let (key, state) = template_row(&row)?;
        rows.entry(key).or_default().push((state, row.place));
    }
    Ok(rows)
}

/// One row for each instant: what Meta says of category and of status comes in messages of their own.
fn added_up(rows: impl Iterator<Item = (State, Place)>) -> Vec<(State, Place)> {
    let mut by_instant: BTreeMap<Instant, (State, Place)> = BTreeMap::new();
    for (row, place) in rows {
        let (sum, _) = by_instant.entry(row.from).or_insert((row, place));
        sum.category = row.category.or(sum.category);
        sum.status = row.status.or(sum.status);
    }
    by_instant.into_values().collect()
}

fn template_row(row: &CsvRow) -> Result<(String, State), ConfigError> {
    let [template, language, category, status, valid_from] =
        [0, 1, 2, 3, 4].map(|column| row.cells[column].trim());
    if template.is_empty() {
        return Err(ConfigError::malformed(
            row.place.clone(),
            "the template has no name",
        ));
    }
    let category = match category {
        "" => None,
        word => Some(TemplateCategory::parse(word.as_bytes()).ok_or_else(|| {
            unknown(
                row,
                "category",
                word,
                TemplateCategory::ALL.iter().map(|category| category.name()),
            )
        })?),
    };
    let status = match status {
        "" => None,
        word => Some(TemplateStatus::parse(word.as_bytes()).ok_or_else(|| {
            unknown(
                row,
                "status",
                word,
                TemplateStatus::ALL.iter().map(|status| status.name()),
            )
        })?),
    };
    let from = instant(valid_from).ok_or_else(|| {
        let problem = format!("valid_from `{valid_from}` is neither a date nor an instant: expected YYYY-MM-DD or RFC 3339");
        ConfigError::malformed(row.place.clone(), problem)
    })?;
    let key = if language.is_empty() {
        template.to_owned()
    } else {
        format!("{template}/{language}")
    };
    Ok((
        key,
        State {
            from,
            category,
            status,
        },
    ))
}

fn unknown(
    row: &CsvRow,
    what: &str,
    word: &str,
    names: impl Iterator<Item = &'static str>,
) -> ConfigError {
    let names: Vec<_> = names.collect();
    ConfigError::unknown_value(row.place.clone(), what, word, names.join(", "), names)
}

/// A date is its midnight in UTC; nothing at all is the beginning of time.
fn instant(text: &str) -> Option<Instant> {
    if text.is_empty() {
        return Some(Instant::MIN);
    }
    if let Some(date) = LocalDate::parse(text) {
        return Some(date.midnight_utc());
    }
    let time = match DateTime::parse_from_rfc3339(text) {
        Ok(time) => time.to_utc(),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
            .ok()?
            .and_utc(),
    };
    Some(Instant::from_micros(time.timestamp_micros()))
}

/// Puts the rows of a template in order; a blank cell keeps what held before.
fn history(key: &str, mut rows: Vec<(State, Place)>) -> Result<History, ConfigError> {
    rows.sort_by_key(|(state, _)| state.from);
    let mut history: History = Vec::with_capacity(rows.len());
    let mut last_row: Option<State> = None;
    for (row, place) in rows {
        if let Some(last) = last_row
            && last.from == row.from
        {
            if last == row {
                continue;
            }
            let what = format!(
                "template `{key}`: an entry of {}",
                if row.from == Instant::MIN {
                    "the beginning".to_owned()
                } else {
                    row.from.to_string()
                }
            );
            return Err(ConfigError::Duplicate { place, what });
        }
        let before = history.last();
        history.push(State {
            from: row.from,
            category: row.category.or_else(|| before?.category),
            status: row.status.or_else(|| before?.status),
        });
        last_row = Some(row);
    }
    Ok(history)
}

/// Histories for the names that the table only has in languages.
fn bare_names(histories: &BTreeMap<String, History>) -> BTreeMap<String, History> {
    let mut languages: BTreeMap<&str, Vec<&History>> = BTreeMap::new();
    for (key, history) in histories {
        if let Some((name, _)) = key.rsplit_once('/')
            && !histories.contains_key(name)
        {
            languages.entry(name).or_default().push(history);
        }
    }
    languages
        .into_iter()
        .map(|(name, histories)| (name.to_owned(), agreement(&histories)))
        .collect()
}

fn agreement(histories: &[&History]) -> History {
    let mut instants: Vec<Instant> = histories
        .iter()
        .flat_map(|history| history.iter().map(|state| state.from))
        .collect();
    instants.sort_unstable();
    instants.dedup();
    let state_from = |from| {
        let states: Vec<&State> = histories
            .iter()
            .filter_map(|history| latest(history, from))
            .collect();
        State {
            from,
            category: unanimous(states.iter().map(|state| state.category)),
            status: unanimous(states.iter().map(|state| state.status)),
        }
    };
    instants.into_iter().map(state_from).collect()
}

fn unanimous<T: PartialEq + Copy>(mut votes: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = votes.next()?;
    if votes.all(|vote| vote == first) {
        first
    } else {
        None
    }
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;

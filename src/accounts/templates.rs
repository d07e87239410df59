//! The template registry: what `templates.csv` knows of each template, and since when (D-7, D-8).
//!
//! A template is named `name/language`, or by its name alone. Asked for a bare name that the table only
//! has in languages, the registry answers where all languages agree and is silent where they do not.

use std::{collections::BTreeMap, path::Path};

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
}

type History = Vec<State>;

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
        let table = CsvTable::read(
            text,
            name,
            &["template", "language", "category", "status", "valid_from"],
        )?;
        let mut histories: BTreeMap<String, Vec<(State, Place)>> = BTreeMap::new();
        for row in table.rows {
            let (key, state) = template_row(&row)?;
            histories.entry(key).or_default().push((state, row.place));
        }
        let mut finished = BTreeMap::new();
        for (key, states) in histories {
            let history = history(&key, states)?;
            finished.insert(key, history);
        }
        let bare = bare_names(&finished);
        finished.extend(bare);
        let numbers = finished.keys().cloned().zip(1..).collect();
        Ok(Self {
            numbers,
            histories: finished.into_values().collect(),
        })
    }

    /// The number of every name, from 1: `name` and `name/language`.
    pub fn names(&self) -> &BTreeMap<String, u32> {
        &self.numbers
    }

    /// The number of a template as the log names it: with its language where the table has that, else
    /// by its name if the table has that without a language.
    pub fn number(&self, template: &str) -> Option<u32> {
        self.numbers.get(template).copied()
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
mod tests {
    use super::*;

    const TABLE: &str = "\
template,language,category,status,valid_from
offer,en,marketing,approved,2025-01-01
offer,de,marketing,approved,2025-02-01
offer,de,utility,,2025-03-01T12:00:00Z
code,,authentication,approved,
code,,,paused,2025-06-01 06:30:00
code,,,approved,2025-06-02
";

    fn at(text: &str) -> Instant {
        instant(text).expect("an instant")
    }

    fn category(key: &str, when: &str) -> Option<&'static str> {
        let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
        registry
            .category_at(registry.number(key)?, at(when))
            .map(TemplateCategory::name)
    }

    fn status(key: &str, when: &str) -> Option<&'static str> {
        let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
        registry
            .status_at(registry.number(key)?, at(when))
            .map(TemplateStatus::name)
    }

    #[test]
    fn numbers_count_from_one_over_names_with_and_without_language() {
        let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
        let names: Vec<_> = registry
            .names()
            .iter()
            .map(|(name, number)| format!("{number} {name}"))
            .collect();
        assert_eq!(names, ["1 code", "2 offer", "3 offer/de", "4 offer/en"]);
        assert_eq!(registry.category_at(0, Instant::MAX), None);
        assert_eq!(registry.category_at(5, Instant::MAX), None);
        assert_eq!(registry.number("offer/fr"), None);
    }

    #[test]
    fn a_state_holds_from_its_instant_on() {
        assert_eq!(category("offer/de", "2025-01-31T23:59:59.999999Z"), None);
        assert_eq!(category("offer/de", "2025-02-01"), Some("marketing"));
        assert_eq!(
            category("offer/de", "2025-03-01T11:59:59Z"),
            Some("marketing")
        );
        assert_eq!(
            category("offer/de", "2025-03-01T12:00:00Z"),
            Some("utility")
        );
        assert_eq!(
            status("offer/de", "2025-03-01T12:00:00Z"),
            Some("approved"),
            "a blank keeps what held"
        );
        assert_eq!(status("code", "1999-01-01"), Some("approved"));
        assert_eq!(status("code", "2025-06-01T06:30:00Z"), Some("paused"));
        assert_eq!(status("code", "2025-06-02"), Some("approved"));
        assert_eq!(category("code", "2025-06-02"), Some("authentication"));
    }

    #[test]
    fn a_bare_name_speaks_where_its_languages_agree() {
        assert_eq!(category("offer", "2024-12-31"), None);
        assert_eq!(category("offer", "2025-01-01"), Some("marketing"));
        assert_eq!(category("offer", "2025-02-01"), Some("marketing"));
        assert_eq!(category("offer", "2025-03-02"), None);
        assert_eq!(status("offer", "2025-03-02"), Some("approved"));
    }

    #[test]
    fn malformed_rows_are_refused_with_their_line() {
        let refused = |row: &str| {
            let text = format!(
                "template,language,category,status,valid_from\nx,,utility,approved,2025-01-01\n{row}\n"
            );
            TemplateRegistry::parse(&text, "t.csv")
                .expect_err("refused")
                .to_string()
        };
        assert_eq!(
            refused("y,,utilty,approved,2025-01-01"),
            "t.csv:3: unknown category `utilty`, nearest is `utility`; accepted: marketing, utility, authentication, marketing_lite"
        );
        assert!(
            refused("y,,utility,pausd,2025-01-01")
                .starts_with("t.csv:3: unknown status `pausd`, nearest is `paused`")
        );
        assert!(
            refused("y,,utility,paused,tomorrow").starts_with("t.csv:3: valid_from `tomorrow`")
        );
        assert!(
            refused(",,utility,paused,2025-01-01").starts_with("t.csv:3: the template has no name")
        );
        assert!(
            refused("x,,marketing,approved,2025-01-01").starts_with(
                "t.csv:3: template `x`: an entry of 2025-01-01T00:00:00Z stands twice"
            )
        );
        assert!(refused("y,,utility").starts_with("t.csv:3: "));
    }

    #[test]
    fn a_repeated_row_says_nothing_new() {
        let text = "template,language,category,status,valid_from\nx,,utility,approved,2025-01-01\nx,,utility,approved,2025-01-01\n";
        assert!(TemplateRegistry::parse(text, "t.csv").is_ok());
    }
}

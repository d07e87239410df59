//! Which field is which column: by its name, and by whether its values can be that.

use chrono::{DateTime, NaiveDateTime};

use super::sample::{Candidate, Field};
use super::words::{likeness, meanings};
use crate::log::{CellCode, CellContext, CellParser, Column};

/// The columns that a draft can draw, the needed ones first: of equal guesses the first is taken.
const COLUMNS: [Column; 17] = [
    Column::MessageId,
    Column::Timestamp,
    Column::Direction,
    Column::Business,
    Column::Customer,
    Column::Status,
    Column::Template,
    Column::Type,
    Column::Category,
    Column::DeliveredAt,
    Column::Channel,
    Column::Account,
    Column::EntryPoint,
    Column::Group,
    Column::ErrorCode,
    Column::Text,
    Column::SeenAt,
];
/// Patterns of times that are none of the log's own forms; a day first before a month first.
const TIME_FORMATS: [&str; 16] = [
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M %p",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%b %d, %Y %I:%M %p",
    "%a, %d %b %Y %H:%M:%S %z",
];
/// From what likeness on a name speaks for a column.
const LIKENESS_MIN: usize = 60;
/// How many values of a field are looked at.
const VALUES_LOOKED_AT: usize = 300;
/// How many different words a field may have whose words are translated.
const WORDS_MAX: usize = 24;

/// What the items of a candidate seem to be.
#[derive(Debug)]
pub(super) struct Guess<'c> {
    /// The items.
    pub candidate: &'c Candidate,
    /// The columns that were found.
    pub picks: Vec<Pick<'c>>,
    /// The fields from and to, where who is who depends on the direction.
    pub ends: Option<(&'c Field, &'c Field)>,
}

/// A field that seems to be a column.
#[derive(Debug)]
pub(super) struct Pick<'c> {
    /// The column.
    pub column: Column,
    /// The field.
    pub field: &'c Field,
    /// What its values need to become the column's.
    pub fit: Fit,
    /// How sure it is, in percent of name and values together.
    pub score: usize,
}

/// How the values of a field become those of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    /// Share of the values that do, in percent.
    pub percent: usize,
    /// The patterns of its times, all of which fit all values: the first is taken.
    pub formats: Vec<&'static str>,
    /// What its numbers begin with.
    pub strip: Option<&'static str>,
    /// Whether its numbers are written with signs between digits.
    pub has_signs: bool,
    /// What its words mean, and the words whose meaning is not known.
    pub meanings: Vec<(String, &'static str)>,
    /// Words without a known meaning.
    pub unknown: Vec<String>,
}

impl<'c> Guess<'c> {
    /// Looks at the items of a candidate.
    pub(super) fn of(candidate: &'c Candidate) -> Self {
        let mut found: Vec<Pick<'c>> = Vec::new();
        for &column in &COLUMNS {
            for field in candidate
                .fields
                .iter()
                .filter(|field| !field.values.is_empty())
            {
                let likeness = likeness(column, &field.name);
                let fit = fit(column, field);
                if likeness >= LIKENESS_MIN && fit.percent >= 50 {
                    // Fields of the item itself before those around it.
                    let nearness = 10_usize.saturating_sub(5 * field.path.matches('^').count());
                    let score = likeness + fit.percent + nearness;
                    found.push(Pick {
                        column,
                        field,
                        fit,
                        score,
                    });
                }
            }
        }
        found.sort_by_key(|pick| std::cmp::Reverse(pick.score));
        let mut picks: Vec<Pick<'c>> = Vec::new();
        for pick in found {
            let is_taken = |known: &Pick<'_>| {
                known.column == pick.column || known.field.path == pick.field.path
            };
            if !picks.iter().any(is_taken) {
                picks.push(pick);
            }
        }
        picks.sort_by_key(|pick| pick.column);
        Self {
            candidate,
            ends: ends(candidate),
            picks,
        }
    }

    /// How good a reading it is: needed columns, then all columns, then items.
    pub(super) fn worth(&self) -> (usize, usize, usize) {
        let needed = |pick: &&Pick<'_>| Column::REQUIRED.contains(&pick.column);
        let needed = self.picks.iter().filter(needed).count();
        (needed, self.picks.len(), self.candidate.items)
    }

    /// The pick for a column.
    pub(super) fn pick(&self, column: Column) -> Option<&Pick<'c>> {
        self.picks.iter().find(|pick| pick.column == column)
    }
}

/// A field from and a field to, both of numbers.
fn ends(candidate: &Candidate) -> Option<(&Field, &Field)> {
    let named = |words: &[&str]| {
        let is_named = |field: &&Field| words.contains(&field.name.to_lowercase().as_str());
        let mut fields = candidate.fields.iter();
        fields.find(|field| is_named(field) && fit(Column::Customer, field).percent >= 90)
    };
    let from = named(&["from", "sender", "source", "src", "from_number"])?;
    let to = named(&["to", "recipient", "destination", "dst", "to_number"])?;
    Some((from, to))
}

/// How the values of a field fit a column.
fn fit(column: Column, field: &Field) -> Fit {
    let values: Vec<&str> = field
        .values
        .iter()
        .take(VALUES_LOOKED_AT)
        .map(String::as_str)
        .collect();
    match column {
        column if column.is_instant() => times(&values),
        Column::Business | Column::Customer => numbers(&values),
        Column::Direction | Column::Status | Column::Category | Column::EntryPoint => {
            words(column, &values)
        }
        Column::Channel => {
            // Other channels are no doubt: they are what the column is for.
            let is_ours = |value: &&str| value.to_lowercase().contains("whatsapp");
            Fit {
                percent: if values.iter().any(is_ours) { 100 } else { 0 },
                ..Fit::default()
            }
        }
        Column::Type => share(&values, is_kind),
        Column::MessageId => {
            let mut distinct = values.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let is_id = |value: &str| !value.contains(char::is_whitespace) && value.len() >= 2;
            let mut fit = share(&values, is_id);
            fit.percent = fit
                .percent
                .min(100 * distinct.len() * 3 / values.len().max(1))
                .min(100);
            fit
        }
        Column::ErrorCode => share(&values, |value| value.parse::<i64>().is_ok()),
        Column::Text => share(&values, |_| true),
        _ => share(&values, |value| value.len() <= 512 && !value.contains('\n')),
    }
}

fn share(values: &[&str], holds: impl Fn(&str) -> bool) -> Fit {
    let count = values.iter().filter(|value| holds(value)).count();
    Fit {
        percent: 100 * count / values.len().max(1),
        ..Fit::default()
    }
}

fn is_kind(value: &str) -> bool {
    const KINDS: [&str; 14] = [
        "text",
        "template",
        "image",
        "video",
        "audio",
        "document",
        "interactive",
        "button",
        "location",
        "contacts",
        "sticker",
        "reaction",
        "hsm",
        "media",
    ];
    KINDS.contains(&value.to_lowercase().as_str())
}

fn times(values: &[&str]) -> Fit {
    let context = CellContext::default();
    let mut parser = CellParser::new(&context);
    let mut own = |value: &str| {
        parser
            .text(Column::Timestamp, value.as_bytes())
            .instant()
            .is_some()
    };
    let count = values.iter().filter(|value| own(value)).count();
    let percent = 100 * count / values.len().max(1);
    if percent >= 50 {
        return Fit {
            percent,
            ..Fit::default()
        };
    }
    let fits = |format: &&str| {
        let parses = |value: &&str| {
            DateTime::parse_from_str(value, format).is_ok()
                || NaiveDateTime::parse_from_str(value, format).is_ok()
        };
        !values.is_empty() && values.iter().all(parses)
    };
    let formats: Vec<&str> = TIME_FORMATS
        .into_iter()
        .filter(|format| fits(format))
        .collect();
    Fit {
        percent: if formats.is_empty() { 0 } else { 100 },
        formats,
        ..Fit::default()
    }
}

fn numbers(values: &[&str]) -> Fit {
    let strip = "whatsapp:";
    let has_prefix = values.iter().any(|value| value.starts_with(strip));
    let is_sign = |letter: char| matches!(letter, ' ' | '-' | '(' | ')' | '.');
    let mut has_signs = false;
    let mut fit = share(values, |value| {
        let value = value
            .strip_prefix(strip)
            .unwrap_or(value)
            .trim_start_matches('+');
        let digits = value.chars().filter(char::is_ascii_digit).count();
        (6..=18).contains(&digits)
            && value
                .chars()
                .all(|letter| letter.is_ascii_digit() || is_sign(letter))
    });
    if fit.percent >= 50 {
        has_signs = values.iter().any(|value| value.contains(is_sign));
    } else {
        // Ids of contacts instead of numbers.
        fit = share(values, |value| {
            !value.contains(char::is_whitespace) && value.len() >= 3
        });
        fit.percent /= 2;
    }
    fit.strip = has_prefix.then_some(strip);
    fit.has_signs = has_signs;
    fit
}

fn words(column: Column, values: &[&str]) -> Fit {
    let context = CellContext::default();
    let mut parser = CellParser::new(&context);
    let mut distinct: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
    distinct.sort();
    distinct.dedup();
    if distinct.len() > WORDS_MAX {
        return Fit::default();
    }
    let mut fit = Fit::default();
    for word in distinct {
        if parser.text(column, word.as_bytes()) != CellCode::BAD {
            continue;
        }
        match meanings(column).iter().find(|(known, _)| *known == word) {
            Some(&(_, meaning)) => fit.meanings.push((word, meaning)),
            None => fit.unknown.push(word),
        }
    }
    let is_known = |value: &&&str| !fit.unknown.contains(&value.to_lowercase());
    let known = values.iter().filter(is_known).count();
    fit.percent = 100 * known / values.len().max(1);
    let are_switches = ["true", "false", "0", "1", "yes", "no"];
    // True and false say something of the direction, but a person must say what.
    let all_switches = fit
        .unknown
        .iter()
        .all(|word| are_switches.contains(&word.as_str()));
    if column == Column::Direction && fit.percent == 0 && all_switches {
        fit.percent = 60;
    }
    fit
}

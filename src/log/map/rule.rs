//! How a cell comes about from a record: the rules of a map, ready to be applied.

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::captured::{Captured, SlotPlace};
use crate::accounts::TemplateRegistry;
use crate::log::cell::instant_of_epoch;
use crate::vocabulary::Instant;

/// Ways to a cell, tried in this order: the first that gives something does.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// The ways.
    pub ways: Vec<Way>,
}

/// One way to a cell.
#[derive(Clone, Debug)]
pub struct Way {
    /// What must hold of the record.
    pub conditions: Vec<Condition>,
    /// The source's value must be the name of a template that the registry knows.
    pub registered: Option<SlotPlace>,
    /// Where the text comes from.
    pub origin: Origin,
    /// What to leave away at the text's beginning: the first of these that stands there.
    pub strip: Vec<String>,
    /// Whether only the digits of the text count.
    pub digits: bool,
    /// How times are written, where that is not one of the log's own forms.
    pub time: Option<TimeForm>,
    /// Lower-cased words of the source and what each means.
    pub values: Vec<(String, String)>,
    /// What every other word means; none: itself.
    pub otherwise: Option<String>,
}

/// Where a text comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The same for every record.
    Constant(String),
    /// A value of the record.
    Slot(SlotPlace),
    /// Several values with a text between them.
    Joined(Vec<SlotPlace>, String),
}

/// What must hold of a record.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Of which value.
    pub slot: Option<SlotPlace>,
    /// What is accepted: any of these.
    pub accepted: Vec<Accepted>,
    /// Whether these are the ones that are not accepted.
    pub is_negated: bool,
}

/// What a condition accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Anything (`*`).
    Any,
    /// Nothing: no value, or an empty one.
    Nothing,
    /// A word, lower-cased.
    Word(String),
    /// What begins with a word, lower-cased (`whatsapp:*`).
    Beginning(String),
}

impl Accepted {
    /// Reads a word of a condition.
    pub fn of(word: &str) -> Self {
        let word = word.trim().to_lowercase();
        match word.strip_suffix('*') {
            Some("") => Self::Any,
            Some(start) => Self::Beginning(start.to_owned()),
            None if word.is_empty() => Self::Nothing,
            None => Self::Word(word),
        }
    }
}

/// The form of times that count seconds or milliseconds, told apart by the size of each.
pub const EPOCH: &str = "epoch";

/// How a source writes times.
#[derive(Clone, Debug)]
pub struct TimeForm {
    /// Patterns of chrono or [`EPOCH`], tried in this order; none: the log's own forms.
    pub formats: Vec<String>,
    /// The zone of times that carry none.
    pub zone: Option<Tz>,
}

impl Rule {
    /// Appends the cell's text; nothing if no way leads to one.
    pub fn write(
        &self,
        record: &Captured,
        instance: u32,
        templates: &TemplateRegistry,
        cell: &mut Vec<u8>,
    ) {
        let start = cell.len();
        for way in &self.ways {
            way.write(record, instance, templates, cell);
            if cell.len() > start {
                return;
            }
        }
    }
}

impl Rule {
    /// The same text for every record.
    pub fn constant(text: String) -> Self {
        Self {
            ways: vec![Way::of(Origin::Constant(text))],
        }
    }

    /// Whether it can lead to a text where the record itself has only some of its slots.
    pub fn is_possible(&self, has_slot: &dyn Fn(u16) -> bool) -> bool {
        let has = |place: &SlotPlace| has_slot(place.slot);
        self.ways.iter().any(|way| match &way.origin {
            Origin::Constant(text) => !text.is_empty(),
            Origin::Slot(slot) => has(slot),
            Origin::Joined(slots, _) => slots.iter().any(has),
        })
    }
}

impl Way {
    /// A way without conditions or changes.
    pub fn of(origin: Origin) -> Self {
        Self {
            conditions: Vec::new(),
            registered: None,
            origin,
            strip: Vec::new(),
            digits: false,
            time: None,
            values: Vec::new(),
            otherwise: None,
        }
    }

    fn write(
        &self,
        record: &Captured,
        instance: u32,
        templates: &TemplateRegistry,
        cell: &mut Vec<u8>,
    ) {
        let holds = |condition: &Condition| condition.holds(record, instance);
        if !self.conditions.iter().all(holds) {
            return;
        }
        if let Some(slot) = self.registered {
            let name = std::str::from_utf8(record.text(slot, instance)).unwrap_or_default();
            if name.is_empty() || templates.number(name).is_none() {
                return;
            }
        }
        let start = cell.len();
        match &self.origin {
            Origin::Constant(text) => cell.extend_from_slice(text.as_bytes()),
            Origin::Slot(slot) => cell.extend_from_slice(record.text(*slot, instance)),
            Origin::Joined(slots, between) => {
                for slot in slots {
                    let part = record.text(*slot, instance);
                    if !part.is_empty() {
                        if cell.len() > start {
                            cell.extend_from_slice(between.as_bytes());
                        }
                        cell.extend_from_slice(part);
                    }
                }
            }
        }
        if self.is_plain() {
            return;
        }
        self.change(cell, start);
    }

    /// Whether the text is taken as it is.
    fn is_plain(&self) -> bool {
        self.strip.is_empty()
            && !self.digits
            && self.time.is_none()
            && self.values.is_empty()
            && self.otherwise.is_none()
    }

    /// Changes the text behind a place of the cell as the map says.
    fn change(&self, cell: &mut Vec<u8>, start: usize) {
        let behind = cell.trim_ascii_end().len().max(start);
        cell.truncate(behind);
        let text = cell[start..].trim_ascii_start();
        let begins = |prefix: &&String| text.starts_with(prefix.as_bytes());
        let prefix = self.strip.iter().find(begins).map_or(0, String::len);
        let kept = text[prefix..].trim_ascii_start().len();
        cell.drain(start..cell.len() - kept);
        if self.digits {
            let digits = cell[start..]
                .iter()
                .copied()
                .filter(u8::is_ascii_digit)
                .collect::<Vec<_>>();
            cell.truncate(start);
            cell.extend_from_slice(&digits);
        }
        if cell.len() == start {
            return;
        }
        let changed = self.time.as_ref().and_then(|form| {
            let text = std::str::from_utf8(&cell[start..]).ok()?;
            form.instant(text).map(|instant| instant.to_string())
        });
        let word = &cell[start..];
        let meaning = self.values.iter().find(|(known, _)| same(word, known));
        let changed = match (&changed, meaning) {
            (Some(instant), _) => Some(instant.as_str()),
            (None, Some((_, meaning))) => Some(meaning.as_str()),
            (None, None) => self.otherwise.as_deref(),
        };
        if let Some(text) = changed {
            cell.truncate(start);
            cell.extend_from_slice(text.as_bytes());
        }
    }
}

impl Condition {
    /// Whether it holds of a record.
    pub fn holds(&self, record: &Captured, instance: u32) -> bool {
        let is_there = || {
            self.slot
                .is_some_and(|slot| record.is_there(slot, instance))
        };
        let text = self
            .slot
            .map_or(&b""[..], |slot| record.text(slot, instance));
        let text = text.trim_ascii();
        let is_accepted = |accepted: &Accepted| match accepted {
            Accepted::Any => is_there(),
            Accepted::Nothing => text.is_empty() && !is_there(),
            Accepted::Word(word) => same(text, word),
            Accepted::Beginning(word) => begins_with(text, word),
        };
        self.accepted.iter().any(is_accepted) != self.is_negated
    }
}

/// Whether a text begins with a lower-cased word, case aside.
fn begins_with(text: &[u8], word: &str) -> bool {
    match word.is_ascii() {
        true => {
            let start = text.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        }
        false => String::from_utf8_lossy(text)
            .to_lowercase()
            .starts_with(word),
    }
}

/// Whether a text is a lower-cased word, case aside.
fn same(text: &[u8], word: &str) -> bool {
    match word.is_ascii() {
        true => text.eq_ignore_ascii_case(word.as_bytes()),
        false => String::from_utf8_lossy(text).to_lowercase() == word,
    }
}

impl TimeForm {
    /// The instant that a text says in one of these forms.
    fn instant(&self, text: &str) -> Option<Instant> {
        let formats: &[String] = &self.formats;
        let parsed = formats
            .iter()
            .find_map(|format| self.by_format(text, format));
        if parsed.is_some() || self.zone.is_none() {
            return parsed;
        }
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
            .iter()
            .find_map(|format| self.by_format(text, format))
    }

    fn by_format(&self, text: &str, format: &str) -> Option<Instant> {
        if format == EPOCH {
            return instant_of_epoch(text);
        }
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(Instant::from_micros(time.timestamp_micros()));
        }
        let time = NaiveDateTime::parse_from_str(text, format).ok()?;
        let time = match self.zone {
            // A time that the clock shows twice is the earlier one, as in a log.
            Some(zone) => zone
                .from_local_datetime(&time)
                .earliest()?
                .timestamp_micros(),
            None => time.and_utc().timestamp_micros(),
        };
        Some(Instant::from_micros(time))
    }
}

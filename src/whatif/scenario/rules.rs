//! `[rules]`: regimes, lengths, allowances and settings that are otherwise.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::Source;
use super::words::{Date, RegimeWord, entry_of_cells, refuse_order};
use crate::rulebook::settings::Origin;
use crate::rulebook::{ConfigError, Reform, RegimeDays, Settings};
use crate::vocabulary::Regime;

/// What holds instead of the rulebook and the settings of the base.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// One regime on all dates, as `--rulebook` has it.
    pub regime: Option<RegimeWord>,
    /// Other regimes on some dates; of two that hold on a date the later entry stands.
    pub regimes: Vec<Spanned<RegimeEntry>>,
    /// Length of the customer service window (W-1).
    pub customer_service_window_hours: Option<Hours>,
    /// Length of a conversation (C22-1, C23-4).
    pub conversation_hours: Option<Hours>,
    /// How long a click waits for its answer (F-2).
    pub entry_point_armed_hours: Option<Hours>,
    /// Length of every free entry point (F-4).
    pub entry_point_hours: Option<Hours>,
    /// From when on all service conversations are free (C23-6).
    pub service_conversations_free_from: Option<Date>,
    /// Categories that cost nothing.
    pub free: Vec<Spanned<FreeEntry>>,
    /// Settings of the rules, by id or name, allowances among them.
    pub settings: BTreeMap<Spanned<String>, Value>,
}

entry_of_cells! {
    /// What costs nothing.
    FreeEntry {}
}

/// A regime on some dates.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegimeEntry {
    /// The regime.
    pub regime: RegimeWord,
    /// Its first local date.
    pub from: Date,
    /// Its last local date, inclusive; none if it never ends.
    pub to: Option<Date>,
}

/// A whole number of hours, from one to those of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours(pub i64);

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Integer(hours @ 1..=8760) => Ok(Self(hours)),
            other => Err(serde::de::Error::custom(format!(
                "`{other}` is no number of hours: expected 1 to 8760"
            ))),
        }
    }
}

impl Rules {
    /// Whether nothing is otherwise.
    pub fn is_empty(&self) -> bool {
        self.regime.is_none()
            && self.regimes.is_empty()
            && self.reform() == Reform::default()
            && self.free.is_empty()
            && self.settings.is_empty()
    }

    /// Whether the pair machine decides otherwise: anything but what only costs nothing.
    pub fn is_judged_again(&self) -> bool {
        let rules = Self {
            free: Vec::new(),
            ..self.clone()
        };
        !rules.is_empty()
    }

    /// The regime that is forced on the whole log.
    pub fn forced_regime(&self) -> Option<Regime> {
        self.regime.map(|word| word.0)
    }

    /// What is otherwise in the rulebook.
    pub fn reform(&self) -> Reform {
        let hours = |hours: Option<Hours>| hours.map(|hours| hours.0);
        let regimes = self.regimes.iter().map(Spanned::get_ref);
        Reform {
            regimes: regimes
                .map(|entry| RegimeDays {
                    regime: entry.regime.0,
                    from: entry.from.0,
                    to: entry.to.map(|date| date.0),
                })
                .collect(),
            window_hours: hours(self.customer_service_window_hours),
            conversation_hours: hours(self.conversation_hours),
            armed_hours: hours(self.entry_point_armed_hours),
            entry_point_hours: hours(self.entry_point_hours),
            free_service_from: self.service_conversations_free_from.map(|date| date.0),
        }
    }

    /// The settings of the base with those of the scenario.
    ///
    /// # Errors
    /// If a setting is unknown or does not take its value.
    pub fn settings(&self, base: &Settings, source: &Source<'_>) -> Result<Settings, ConfigError> {
        let mut settings = base.clone();
        for (key, value) in &self.settings {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let origin = Origin::File(source.place(key.span()));
            settings.set(key.get_ref(), &value, origin)?;
        }
        Ok(settings)
    }

    /// Refuses what contradicts itself.
    ///
    /// # Errors
    /// If two entries say different things of one thing, or a period ends before it begins.
    pub fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        if let (Some(_), Some(entry)) = (self.regime, self.regimes.first()) {
            let problem = "`regimes` names regimes of some dates, but `regime` forces one on all; leave out one of them";
            return Err(ConfigError::malformed(source.place(entry.span()), problem));
        }
        for entry in &self.regimes {
            let days = entry.get_ref();
            refuse_order(
                days.from.0,
                days.to.map(|to| to.0),
                source.place(entry.span()),
            )?;
        }
        if let (Some(_), Some(key)) = (
            self.entry_point_hours,
            self.settings
                .keys()
                .find(|key| names_entry_point_hours(key.get_ref())),
        ) {
            let problem = "S-11b and `entry_point_hours` both state the length of entry points; leave out one of them";
            return Err(ConfigError::malformed(source.place(key.span()), problem));
        }
        Ok(())
    }

    /// What is otherwise, one sentence each.
    pub fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        if let Some(regime) = self.regime {
            changes.push(format!("{} holds on all dates.", regime.0));
        }
        for entry in &self.regimes {
            let RegimeEntry { regime, from, to } = *entry.get_ref();
            let to = to.map_or_else(|| " on".to_owned(), |to| format!(" to {}", to.0));
            changes.push(format!("{} holds from {}{to}.", regime.0, from.0));
        }
        for (hours, what) in [
            (
                self.customer_service_window_hours,
                "A customer service window is open for",
            ),
            (self.conversation_hours, "A conversation is open for"),
            (
                self.entry_point_armed_hours,
                "A click waits for its answer for",
            ),
            (self.entry_point_hours, "A free entry point lasts for"),
        ] {
            changes.extend(hours.map(|hours| format!("{what} {} hours.", hours.0)));
        }
        if let Some(date) = self.service_conversations_free_from {
            changes.push(format!("Service conversations are free from {}.", date.0));
        }
        let free = self.free.iter().map(Spanned::get_ref);
        changes.extend(free.map(|entry| format!("Nothing is paid: {}.", entry.cells())));
        let settings = self.settings.iter();
        changes.extend(settings.map(|(key, value)| {
            let value = value.to_string();
            format!("{} is {}.", key.get_ref(), value.trim_matches('"'))
        }));
        changes
    }
}

fn names_entry_point_hours(key: &str) -> bool {
    let name = "entry_point_hours_from_2026_09_28";
    key.eq_ignore_ascii_case("S-11b") || key.eq_ignore_ascii_case(name)
}

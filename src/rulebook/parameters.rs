//! The dated parameters of a rulebook, and what the engine takes from them.

use std::collections::BTreeMap;

use toml::Value;

use super::{
    Hours,
    dated::Dated,
    error::{ConfigError, Place},
};
use crate::vocabulary::LocalDate;

/// The parameters a rulebook may hold; all of them are needed.
pub(super) const PARAMETERS: &[&str] = &[
    "customer_service_window_hours",
    "entry_point_armed_hours",
    "entry_point_hours",
    "conversation_hours",
    "categories_required",
    "allowance_cbp_2022",
    "allowance_cbp_2023",
    "service_conversations_free",
    "allowance_pmp_2026",
    "exempt_organisations",
    "carry_over",
    "volume_tiers",
    "window_utility_counts_toward_tiers",
    "group_marketing_in_window",
    "business_agent_tokens",
    "us_marketing_pause",
    "portfolio_messaging_limits",
];

/// The value of a parameter, and whether a setting has it.
pub(super) struct Stated {
    pub value: Value,
    pub is_setting: bool,
}

/// Every parameter by its id.
pub(super) struct Parameters<'a> {
    pub series: BTreeMap<String, Vec<Dated<Stated>>>,
    pub name: &'a str,
}

impl Parameters<'_> {
    fn series(&self, id: &str) -> Result<&[Dated<Stated>], ConfigError> {
        self.series.get(id).map(Vec::as_slice).ok_or_else(|| {
            ConfigError::malformed(
                Place::file(self.name),
                format!("parameter `{id}` is missing"),
            )
        })
    }

    /// A length that never changed.
    pub(super) fn hours(&self, id: &str) -> Result<i64, ConfigError> {
        match self.series(id)? {
            [only] if only.from == LocalDate::MIN && only.to.is_none() => whole_hours(only),
            [first, ..] => Err(ConfigError::malformed(
                first.place.clone(),
                format!("`{id}` must hold for all time"),
            )),
            [] => Err(ConfigError::malformed(
                Place::file(self.name),
                format!("`{id}` has no value"),
            )),
        }
    }

    /// The lengths of a free entry point (F-4).
    pub(super) fn entry_point_hours(&self) -> Result<Vec<Dated<Hours>>, ConfigError> {
        let lengths = self.series("entry_point_hours")?.iter().map(|entry| {
            let hours = whole_hours(entry)?;
            let value = if entry.value.is_setting {
                Hours::OfSetting
            } else {
                Hours::Fixed(hours)
            };
            Ok(Dated {
                from: entry.from,
                to: entry.to,
                place: entry.place.clone(),
                value,
            })
        });
        let lengths: Vec<_> = lengths.collect::<Result<_, ConfigError>>()?;
        match lengths.first() {
            Some(first) if first.from > LocalDate::MIN => Err(ConfigError::malformed(
                first.place.clone(),
                "the first length must hold since ever: leave out valid_from",
            )),
            _ => Ok(lengths),
        }
    }

    /// The first day of the first entry.
    pub(super) fn begins(&self, id: &str) -> Result<LocalDate, ConfigError> {
        self.series(id)?
            .first()
            .map(|entry| entry.from)
            .ok_or_else(|| {
                ConfigError::malformed(Place::file(self.name), format!("`{id}` has no value"))
            })
    }

    /// The last day of the last entry.
    pub(super) fn ends(&self, id: &str) -> Result<LocalDate, ConfigError> {
        Ok(self
            .series(id)?
            .last()
            .and_then(|entry| entry.to)
            .unwrap_or(LocalDate::MAX))
    }
}

fn whole_hours(entry: &Dated<Stated>) -> Result<i64, ConfigError> {
    match entry.value.value {
        Value::Integer(hours @ 1..=8760) => Ok(hours),
        ref other => Err(ConfigError::malformed(
            entry.place.clone(),
            format!("`{other}` is no number of hours"),
        )),
    }
}

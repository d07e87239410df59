//! The rulebook: dated regimes and parameters with their sources, and the settings for what is open.
//!
//! Law is data here. `data/rulebook.toml` says from when to when each regime holds, which mechanisms it
//! switches on, and with which parameters; the replay holds only the mechanisms. A table with a gap or an
//! overlap is refused when it is read, so that every date has exactly one answer.

mod csv_table;
mod dated;
mod error;
mod file;
mod parameters;
mod reform;
pub mod settings;
mod tables;

pub(crate) use csv_table::{CsvRow, CsvTable};
pub(crate) use error::read_text;
pub use error::{ConfigError, Place, nearest};
pub use reform::{Reform, RegimeDays};
pub use settings::Settings;

use std::collections::BTreeMap;

use crate::vocabulary::{LocalDate, Regime, Rule, named_enum};
use dated::Dated;

const EMBEDDED: &str = include_str!("../../data/rulebook.toml");

/// The rules of every time.
///
/// ```
/// use counterfoil::rulebook::{Rulebook, Settings};
/// use counterfoil::vocabulary::{LocalDate, Regime};
///
/// let rulebook = Rulebook::embedded()?;
/// let switch = LocalDate::parse("2025-07-01").unwrap();
/// assert_eq!(rulebook.regime_on(switch), Some(Regime::Pmp2025));
/// assert_eq!(rulebook.window_hours(), 24);
/// # Ok::<(), counterfoil::rulebook::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rulebook {
    regimes: Vec<RegimePeriod>,
    window_hours: i64,
    conversation_hours: i64,
    armed_hours: i64,
    entry_point_hours: Vec<Dated<Hours>>,
    free_service_from: LocalDate,
    categories_required_from: LocalDate,
    exempt_until: LocalDate,
    carry_over_from: LocalDate,
    volume_tiers_from: LocalDate,
    us_marketing_pause_from: LocalDate,
    portfolio_limits_from: LocalDate,
    ai_periods: Vec<AiPeriod>,
    rules: BTreeMap<String, RuleEntry>,
    sources: BTreeMap<String, Source>,
}

/// A country, its first and its last day (X-5).
pub type AiPeriod = ([u8; 2], LocalDate, Option<LocalDate>);

impl Rulebook {
    /// The rulebook that is built in.
    ///
    /// # Errors
    /// Never, unless the program was built from a broken table.
    pub fn embedded() -> Result<Self, ConfigError> {
        Self::parse(EMBEDDED, "data/rulebook.toml")
    }

    /// Reads the text of a rulebook; `name` is what errors call it.
    ///
    /// # Errors
    /// If it is no TOML, holds an unknown key, lacks a parameter, or has a gap or an overlap.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        file::rulebook(text, name)
    }

    /// The regimes, the earliest first, without gaps.
    pub fn regimes(&self) -> &[RegimePeriod] {
        &self.regimes
    }

    /// The regime of a local date; none before the first.
    pub fn regime_on(&self, date: LocalDate) -> Option<Regime> {
        let period =
            self.regimes[..self.regimes.partition_point(|period| period.from <= date)].last()?;
        period
            .to
            .is_none_or(|to| date <= to)
            .then_some(period.regime)
    }

    /// How long a customer service window is open (W-1).
    pub fn window_hours(&self) -> i64 {
        self.window_hours
    }

    /// How long a conversation is open (C22-1, C23-4).
    pub fn conversation_hours(&self) -> i64 {
        self.conversation_hours
    }

    /// How long a click waits for its answer (F-2).
    pub fn armed_hours(&self) -> i64 {
        self.armed_hours
    }

    /// From when on a free entry point lasts how long (F-4, S-11b); the first holds since ever.
    pub fn entry_point_hours(&self, settings: &Settings) -> Vec<(LocalDate, i64)> {
        let hours = |dated: &Dated<Hours>| match dated.value {
            Hours::Fixed(hours) => (dated.from, hours),
            Hours::OfSetting => (dated.from, settings.entry_point_hours_from_2026_09_28),
        };
        self.entry_point_hours.iter().map(hours).collect()
    }

    /// From when on all service conversations are free (C23-6).
    pub fn free_service_from(&self) -> LocalDate {
        self.free_service_from
    }

    /// From when on a template needs a category (D-9).
    pub fn categories_required_from(&self) -> LocalDate {
        self.categories_required_from
    }

    /// The last day on which exempt organisations pay nothing for service (P26-5).
    pub fn exempt_until(&self) -> LocalDate {
        self.exempt_until
    }

    /// The day whose midnight running conversations are carried over (P25-5).
    pub fn carry_over_from(&self) -> LocalDate {
        self.carry_over_from
    }

    /// From when on there are volume tiers (R-2).
    pub fn volume_tiers_from(&self) -> LocalDate {
        self.volume_tiers_from
    }

    /// From when on no marketing is delivered to the United States (X-6).
    pub fn us_marketing_pause_from(&self) -> LocalDate {
        self.us_marketing_pause_from
    }

    /// From when on messaging limits are those of portfolios, no longer of numbers (C-LIMIT).
    pub fn portfolio_limits_from(&self) -> LocalDate {
        self.portfolio_limits_from
    }

    /// Where and when free-form messages of AI providers are charged (X-5), by country and date.
    pub fn ai_periods(&self) -> &[AiPeriod] {
        &self.ai_periods
    }

    /// What a rule says, in one sentence.
    pub fn rule_text(&self, id: &str) -> Option<&str> {
        self.rules.get(id).map(|rule| rule.text.as_str())
    }

    /// What the rule of an output row says, and who states it.
    pub fn rule(&self, rule: Rule) -> Option<&RuleEntry> {
        self.rules.get(rule.name())
    }

    /// Every rule by its id.
    pub fn rules(&self) -> &BTreeMap<String, RuleEntry> {
        &self.rules
    }

    /// A source by the name that entries cite.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }
}

/// From when to when a regime holds; both days are its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegimePeriod {
    /// Which one.
    pub regime: Regime,
    /// Its first local day.
    pub from: LocalDate,
    /// Its last local day; none if it still holds.
    pub to: Option<LocalDate>,
    /// What it switches on.
    pub mechanisms: Vec<Mechanism>,
    /// What it is, in one sentence.
    pub text: String,
}

named_enum! {
    /// The mechanisms of the pair machine that a regime switches on.
    pub enum Mechanism {
        /// The customer's last message lets the business write freely (section 4).
        CustomerServiceWindow = "customer_service_window",
        /// A click that was answered makes everything free for a while (section 5).
        EntryPoint = "entry_point",
        /// Conversations are opened and charged (sections 6 and 7).
        Conversations = "conversations",
        /// Messages are charged (sections 8 and 9).
        PerMessage = "per_message",
    }
}

named_enum! {
    /// Who states an entry of the rulebook.
    pub enum Confidence {
        /// A page of Meta's.
        Meta = "meta",
        /// Business solution providers.
        Provider = "provider",
        /// Nobody, or sources contradict each other.
        Unpublished = "unpublished",
    }
}

/// One rule for `explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEntry {
    /// What it says.
    pub text: String,
    /// Who states it: ids for [`Rulebook::source`].
    pub sources: Vec<String>,
    /// How surely.
    pub confidence: Confidence,
}

/// Where an entry was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The page's title.
    pub title: String,
    /// Its address, where it has one.
    pub url: Option<String>,
}

/// A length that is stated, or left to S-11b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hours {
    Fixed(i64),
    OfSetting,
}

#[cfg(test)]
mod tests;

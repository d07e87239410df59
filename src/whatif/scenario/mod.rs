//! A scenario: a small TOML file that says what is otherwise than in the base.
//!
//! Each section is one kind of change and has a file here. A section that is absent changes nothing, and an empty
//! scenario is the base.

pub mod behaviour;
mod compose;
pub mod forecast;
pub mod prices;
pub mod rules;
pub mod volume;
pub mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

pub use behaviour::Behaviour;
pub use forecast::ForecastMonths;
pub use prices::Prices;
pub use rules::Rules;
pub use volume::{Shift, Volume};

use super::comparison::{Converted, Effect, Figures};
use crate::rulebook::{ConfigError, Place};
use crate::tariff::{Amount, Rounding};

/// What the base is called beside scenarios.
pub const BASE: &str = "base";

/// What is otherwise than in the base.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called; by default its file's name without the ending.
    #[serde(default)]
    pub name: String,
    /// What it is, in the words of its author.
    pub says: Option<String>,
    /// Other scenarios that it contains, as files beside it.
    #[serde(default)]
    pub with: Vec<Spanned<String>>,
    /// What decides which messages and customers are taken where only a share is.
    #[serde(default)]
    pub seed: u64,
    /// Regimes, lengths, allowances, settings.
    #[serde(default)]
    pub rules: Rules,
    /// Cards, rates, tiers, discounts, a provider's fees, exchange rates.
    #[serde(default)]
    pub prices: Prices,
    /// Which categories messages are of, the first shift first.
    #[serde(default)]
    pub mix: Vec<Spanned<Shift>>,
    /// When and whether messages are sent and answered.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// How many messages or customers there are.
    #[serde(default)]
    pub volume: Volume,
    /// Months after the log.
    pub forecast: Option<ForecastMonths>,
    /// The files that it was read from, its own first.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
    /// What errors call the file.
    #[serde(skip)]
    file: String,
    #[serde(skip)]
    text: String,
}

/// The file of a scenario, for the places of its errors.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    /// The text of a file, and what errors call it.
    pub const fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text }
    }

    /// Where an entry stands.
    pub fn place(&self, span: Range<usize>) -> Place {
        Place::at_offset(self.name, self.text, span.start)
    }

    /// The file as a whole.
    pub fn file(&self) -> Place {
        Place::file(self.name)
    }
}

impl Scenario {
    /// Reads the text of a scenario; `name` is what errors call the file.
    ///
    /// # Errors
    /// If it is no TOML, or holds an unknown key, an impossible value or two things that contradict each other.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let mut scenario: Self =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
        name.clone_into(&mut scenario.file);
        text.clone_into(&mut scenario.text);
        let source = Source::new(name, text);
        scenario.rules.check(&source)?;
        scenario.prices.check(&source)?;
        Shift::check(&scenario.mix, &source)?;
        scenario.volume.check(&source)?;
        if let Some(forecast) = &scenario.forecast {
            forecast.check(&source)?;
        }
        Ok(scenario)
    }

    /// Refuses two scenarios of one name: they could not be told apart in any table.
    ///
    /// # Errors
    /// If there are two, or one is called as the base is.
    pub fn refuse_same_names(scenarios: &[Self]) -> Result<(), ConfigError> {
        for (place, scenario) in scenarios.iter().enumerate() {
            let name = &scenario.name;
            let is_taken = scenarios[..place].iter().any(|other| other.name == *name);
            if is_taken || name == BASE {
                let problem = format!(
                    "another scenario is called `{name}` already; give this one a `name` of its own"
                );
                return Err(ConfigError::malformed(scenario.source().file(), problem));
            }
        }
        Ok(())
    }

    /// Everything in one currency, if the scenario gives a rate for each that it bills in.
    pub fn converted(&self, totals: &BTreeMap<String, Figures>) -> Option<Converted> {
        let exchange = self.prices.exchange.as_ref()?.get_ref();
        let to = exchange.to.0.to_string();
        let rates: BTreeMap<String, Amount> = exchange
            .rates
            .iter()
            .map(|(code, rate)| (code.to_ascii_uppercase(), rate.0))
            .collect();
        let mut sum = Amount::ZERO;
        for (currency, figures) in totals {
            let amount = match *currency == to {
                true => figures.amount,
                false => figures
                    .amount
                    .by_factor(*rates.get(currency)?, Rounding::HalfUp)?,
            };
            sum = sum.plus(amount)?;
        }
        Some(Converted {
            currency: to,
            amount: sum,
            rates,
        })
    }

    /// The file, for the places of errors.
    pub fn source(&self) -> Source<'_> {
        Source::new(&self.file, &self.text)
    }

    /// What it changes, in the order of [`Effect`].
    pub fn effects(&self) -> Vec<Effect> {
        let prices = &self.prices;
        let has = [
            (Effect::Rule, !self.rules.is_empty()),
            (Effect::Rate, !prices.keeps_rates()),
            (Effect::Tier, !prices.tiers.is_empty()),
            (Effect::Provider, prices.has_provider()),
            (Effect::Mix, !self.mix.is_empty()),
            (Effect::Behaviour, !self.behaviour.is_empty()),
            (Effect::Volume, !self.volume.is_empty()),
            (Effect::Forecast, self.forecast.is_some()),
        ];
        has.into_iter()
            .filter_map(|(effect, has)| has.then_some(effect))
            .collect()
    }

    /// The scenario with nothing changed but this.
    #[must_use]
    pub fn only(&self, effect: Effect) -> Self {
        let mut only = Self {
            seed: self.seed,
            file: self.file.clone(),
            text: self.text.clone(),
            ..Self::default()
        };
        let prices = self.prices.clone();
        match effect {
            Effect::Rule => only.rules = self.rules.clone(),
            Effect::Rate => {
                only.prices = Prices {
                    tiers: Vec::new(),
                    provider: None,
                    exchange: None,
                    ..prices
                };
            }
            Effect::Tier => only.prices.tiers = prices.tiers,
            Effect::Provider => only.prices.provider = prices.provider,
            Effect::Mix => only.mix.clone_from(&self.mix),
            Effect::Behaviour => only.behaviour = self.behaviour.clone(),
            Effect::Volume => only.volume = self.volume.clone(),
            Effect::Forecast => only.forecast.clone_from(&self.forecast),
            Effect::Interaction => {}
        }
        only
    }

    /// What is taken for granted, one sentence each.
    pub fn assumptions(&self) -> Vec<String> {
        let mut assumptions = Vec::new();
        if !self.mix.is_empty() {
            assumptions.push(format!(
                "Which templates are of another category is drawn by seed {}; they are sent and read as they were.",
                self.seed
            ));
        }
        assumptions.append(&mut self.behaviour.assumptions());
        assumptions.append(&mut self.volume.assumptions(self.seed));
        if self.forecast.is_some() {
            assumptions.push(
                "Customers go on as in the last four weeks of the log; rules and cards are those known today for \
                 each coming day."
                    .to_owned(),
            );
        }
        if self.rewrites_messages() {
            assumptions.push("Windows of groups (X-4) stay those of the log.".to_owned());
        }
        assumptions
    }

    /// What is otherwise, one sentence each.
    pub fn changes(&self) -> Vec<String> {
        let mut changes = self.rules.changes();
        changes.append(&mut self.prices.changes());
        changes.extend(self.mix.iter().map(|shift| shift.get_ref().change()));
        changes.append(&mut self.behaviour.changes());
        changes.append(&mut self.volume.changes());
        changes.extend(self.forecast.iter().map(ForecastMonths::change));
        changes
    }

    /// Whether messages of the log are changed, left out, copied or added.
    pub fn rewrites_messages(&self) -> bool {
        !self.mix.is_empty()
            || !self.behaviour.is_empty()
            || !self.volume.is_empty()
            || self.forecast.is_some()
    }
}

#[cfg(test)]
mod tests;

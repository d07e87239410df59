//! The words of scenarios, parsed where they stand, so that a refusal names their line.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

use crate::rulebook::{ConfigError, Place, nearest};
use crate::tariff::{Amount, CardModel, Markets, Period, Reach};
use crate::vocabulary::{ChargeCategory, Currency, LocalDate, Regime, TemplateCategory};

/// Reads a word of a closed list.
macro_rules! deserialize_listed {
    ($type:ident, $what:literal) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                $type::parse(word.as_bytes()).ok_or_else(|| {
                    let names: Vec<&str> = $type::ALL.iter().map(|value| value.name()).collect();
                    serde::de::Error::custom($crate::whatif::scenario::words::unknown(
                        $what, &word, &names,
                    ))
                })
            }
        }
    };
}
pub(super) use deserialize_listed;

/// A word of a closed list that is declared elsewhere.
macro_rules! listed_word {
    ($($(#[$meta:meta])* $name:ident $type:ident $what:literal),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $type);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                $type::parse(word.as_bytes()).map(Self).ok_or_else(|| {
                    let names: Vec<&str> = $type::ALL.iter().map(|value| value.name()).collect();
                    D::Error::custom(unknown($what, &word, &names))
                })
            }
        }
    )+};
}

listed_word! {
    /// The category of a charge.
    CategoryWord ChargeCategory "category",
    /// The category of a template.
    TemplateCategoryWord TemplateCategory "category",
    /// A regime.
    RegimeWord Regime "regime",
    /// A pricing model.
    ModelWord CardModel "model",
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyWord(pub Currency);

impl<'de> Deserialize<'de> for CurrencyWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Currency::parse(&code).map(Self).ok_or_else(|| {
            let near = nearest(&code, Currency::codes());
            let near = near.map_or_else(String::new, |near| format!(", nearest is `{near}`"));
            D::Error::custom(format!(
                "unknown currency `{code}`{near}; expected an ISO 4217 code such as USD"
            ))
        })
    }
}

/// An id that may be written as a number or as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberOrText(pub String);

impl<'de> Deserialize<'de> for NumberOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Integer(number) => Ok(Self(number.to_string())),
            other => Err(D::Error::custom(format!(
                "`{other}` is no id: expected text"
            ))),
        }
    }
}

/// Cells of cards, by what is named of them, and days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// Conversation-based or per-message pricing.
    pub model: Option<CardModel>,
    /// The currency of the card.
    pub currency: Option<Currency>,
    /// The market, by its name.
    pub market: Option<String>,
    /// The category.
    pub category: Option<ChargeCategory>,
    /// The first local date.
    pub from: Option<LocalDate>,
    /// The last local date, inclusive.
    pub to: Option<LocalDate>,
}

impl Cells {
    /// The cells and days as the tariff knows them.
    ///
    /// # Errors
    /// If the market is unknown, or the days end before they begin.
    pub fn reach(&self, markets: &Markets, place: Place) -> Result<Reach, ConfigError> {
        let (from, to) = (
            self.from.unwrap_or(LocalDate::MIN),
            self.to.unwrap_or(LocalDate::MAX),
        );
        refuse_order(from, Some(to), place.clone())?;
        let market = match &self.market {
            None => None,
            Some(name) => Some(markets.named(name).ok_or_else(|| {
                let accepted = "the markets that `counterfoil rates list` shows";
                ConfigError::unknown_value(place, "market", name, accepted, markets.names())
            })?),
        };
        Ok(Reach {
            model: self.model,
            currency: self.currency,
            market,
            category: self.category,
            days: Period { from, to },
        })
    }
}

impl fmt::Display for Cells {
    /// What is named, in words; everything where nothing is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            self.model.map(|model| model.to_string()),
            self.currency.map(|currency| currency.to_string()),
            self.market.clone(),
            self.category.map(|category| category.to_string()),
            self.from.map(|from| format!("from {from}")),
            self.to.map(|to| format!("to {to}")),
        ];
        let named: Vec<String> = named.into_iter().flatten().collect();
        match named.is_empty() {
            true => formatter.write_str("everything"),
            false => formatter.write_str(&named.join(", ")),
        }
    }
}

/// Declares an entry of a scenario that speaks of cells: its own keys beside those of [`Cells`].
///
/// Serde's `flatten` would forget lines and let unknown keys pass.
macro_rules! entry_of_cells {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
            model: Option<$crate::whatif::scenario::words::ModelWord>,
            currency: Option<$crate::whatif::scenario::words::CurrencyWord>,
            market: Option<String>,
            category: Option<$crate::whatif::scenario::words::CategoryWord>,
            from: Option<$crate::whatif::scenario::words::Date>,
            to: Option<$crate::whatif::scenario::words::Date>,
        }

        impl $name {
            /// The cells and days that it speaks of.
            pub fn cells(&self) -> $crate::whatif::scenario::words::Cells {
                $crate::whatif::scenario::words::Cells {
                    model: self.model.map(|word| word.0),
                    currency: self.currency.map(|word| word.0),
                    market: self.market.clone(),
                    category: self.category.map(|word| word.0),
                    from: self.from.map(|date| date.0),
                    to: self.to.map(|date| date.0),
                }
            }
        }
    };
}
pub(super) use entry_of_cells;

/// Refuses a period that ends before it begins.
pub fn refuse_order(
    from: LocalDate,
    to: Option<LocalDate>,
    place: Place,
) -> Result<(), ConfigError> {
    match to.filter(|&to| to < from) {
        None => Ok(()),
        Some(to) => Err(ConfigError::malformed(
            place,
            format!("the period from {from} to {to} ends before it begins"),
        )),
    }
}

/// Says that a word is none of the accepted ones, and which is nearest to it.
pub fn unknown(what: &str, word: &str, accepted: &[&str]) -> String {
    let near = nearest(word, accepted.iter().copied());
    let near = near.map_or_else(String::new, |near| format!(", nearest is `{near}`"));
    format!(
        "unknown {what} `{word}`{near}; accepted: {}",
        accepted.join(", ")
    )
}

/// A local date, as a TOML date or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub LocalDate);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Datetime(date) => date.to_string(),
            other => other.to_string(),
        };
        LocalDate::parse(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no date: expected YYYY-MM-DD")))
    }
}

/// An exact decimal number: text such as `"0.0125"`, or a number, which is taken as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Amount);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            // TOML's own printing of a number is the shortest that reads back the same: as it was written.
            other => other.to_string(),
        };
        let number = Amount::parse(text.trim());
        number
            .map(Self)
            .map_err(|error| D::Error::custom(format!("`{text}` {error}")))
    }
}

//! The words of scenarios, parsed where they stand, so that a refusal names their line.

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

use crate::rulebook::nearest;
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, LocalDate, TemplateCategory};

/// A word that is one of a closed list.
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

//! The values of a model: each knows what it may be, and says so where it is not.

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

use crate::rulebook::nearest;
use crate::vocabulary::{Currency, LocalDate, TemplateCategory, named_enum};

/// Declares a number with its least and its greatest value.
macro_rules! bounded {
    ($($(#[$meta:meta])* $name:ident, $least:literal ..= $most:literal, $what:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name(pub f64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                number(Value::deserialize(deserializer)?, $least, $most, $what)
                    .map(Self)
                    .map_err(D::Error::custom)
            }
        }
    )+};
}

bounded! {
    /// A share of all cases.
    Share, 0.0 ..= 1.0, "a share from 0 to 1, such as 0.25 for a quarter";
    /// How often something happens to a customer of middling activity in 30 days.
    PerMonth, 0.0 ..= 300.0, "a number of times in 30 days, from 0 to 300";
    /// A time in seconds.
    Seconds, 0.0 ..= 604_800.0, "a number of seconds, at most a week";
    /// A time in minutes.
    Minutes, 0.0 ..= 43_200.0, "a number of minutes, at most 30 days";
    /// A time in hours.
    Hours, 0.0 ..= 720.0, "a number of hours, at most 30 days";
    /// A time in hours that ends within a day.
    DayHours, 0.0 ..= 24.0, "a number of hours, at most 24";
    /// An hour of the day.
    Hour, 0.0 ..= 24.0, "an hour of the day, from 0 to 24";
    /// The standard deviation of a logarithm.
    Spread, 0.0 ..= 3.0, "a spread (standard deviation of the logarithm) from 0 to 3";
    /// The exponent of a Pareto distribution.
    Exponent, 1.05 ..= 20.0, "an exponent from 1.05 (a few customers do nearly everything) to 20 (all alike)";
    /// A weight against others.
    Weight, 0.0 ..= 1_000_000.0, "a weight from 0 to 1000000";
}

fn number(value: Value, least: f64, most: f64, what: &str) -> Result<f64, String> {
    let found = match &value {
        Value::Integer(whole) => *whole as f64,
        Value::Float(number) => *number,
        _ => f64::NAN,
    };
    match (least..=most).contains(&found) {
        true => Ok(found),
        false => Err(format!("`{value}` is not accepted here: expected {what}")),
    }
}

/// Weights of the hours of a day, or of the days of a week.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights<const COUNT: usize>(pub [f64; COUNT]);

impl<'de, const COUNT: usize> Deserialize<'de> for Weights<COUNT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let weights: Vec<Weight> = Vec::deserialize(deserializer)?;
        let found = weights.len();
        let mut kept = [0.0; COUNT];
        if found != COUNT || weights.iter().all(|weight| weight.0 == 0.0) {
            return Err(D::Error::custom(format!(
                "expected {COUNT} weights, not all of them 0; found {found}"
            )));
        }
        for (kept, weight) in kept.iter_mut().zip(weights) {
            *kept = weight.0;
        }
        Ok(Self(kept))
    }
}

/// A date, with or without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub LocalDate);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        LocalDate::parse(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no date: expected YYYY-MM-DD")))
    }
}

/// Declares a value that is read from a text by a function, and what is said of other texts.
macro_rules! looked_up {
    ($($(#[$meta:meta])* $name:ident($type:ty), $what:literal, $find:expr, $known:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $type);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let find: fn(&str) -> Option<$type> = $find;
                find(&text).map(Self).ok_or_else(|| {
                    D::Error::custom(unknown($what, &text, $known))
                })
            }
        }
    )+};
}

looked_up! {
    /// A time zone.
    Zone(Tz), "time zone (IANA name, such as America/Sao_Paulo)", |text| text.parse().ok(),
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    /// A currency.
    Money(Currency), "currency (ISO 4217, such as USD)", Currency::parse, Currency::codes();
    /// A category of templates.
    Category(TemplateCategory), "category (marketing, utility, authentication, marketing_lite)",
        |text| TemplateCategory::parse(text.as_bytes()),
        TemplateCategory::ALL.iter().map(|category| category.name());
    /// The form of a log.
    ShapeCell(Shape), "shape (message-rows, status-rows, webhooks)",
        |text| Shape::parse(text.as_bytes()), Shape::ALL.iter().map(|shape| shape.name());
    /// A day of the week, Monday 0.
    Weekday(usize), "day of the week (monday to sunday)",
        |text| WEEKDAYS.iter().position(|day| day.eq_ignore_ascii_case(text)), WEEKDAYS;
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

named_enum! {
    /// As which exporter writes the log.
    pub enum Shape {
        /// A row for each message, with its last status and its delivery.
        MessageRows = "message-rows",
        /// A row for each status of a message.
        StatusRows = "status-rows",
        /// Webhooks of Meta's Cloud API.
        Webhooks = "webhooks",
    }
}

/// What is said of a word that is none of the known ones.
pub fn unknown<'a>(what: &str, found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let hint =
        nearest(found, known).map_or_else(String::new, |word| format!("; nearest is `{word}`"));
    format!("`{found}` is no {what}{hint}")
}

/// An id: a text, or the digits of one written without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_plain = |text: &str| {
            !text.is_empty()
                && text.len() <= 64
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
        };
        match Value::deserialize(deserializer)? {
            Value::String(text) if is_plain(&text) => Ok(Self(text)),
            Value::Integer(digits) if digits >= 0 => Ok(Self(digits.to_string())),
            other => Err(D::Error::custom(format!(
                "`{other}` is no id: expected 1 to 64 letters, digits and signs without blanks, quotes and backslashes"
            ))),
        }
    }
}

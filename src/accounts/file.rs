//! The shape of `accounts.toml`: what may be written, before anything is looked up.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Spanned, Value};

use crate::vocabulary::LocalDate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountsFile {
    #[serde(default)]
    pub portfolio: Vec<PortfolioTable>,
    #[serde(default)]
    pub account: Vec<AccountTable>,
    #[serde(default)]
    pub used_volume: Vec<UsedVolumeTable>,
    #[serde(default)]
    pub used_allowance: Vec<Spanned<UsedAllowanceTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortfolioTable {
    pub id: Spanned<Text>,
    pub primary_location: Option<Spanned<String>>,
    pub auth_international: Option<AuthInternationalTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthInternationalTable {
    pub eligible_from: EligibleFromCell,
    #[serde(default)]
    pub exceptions: BTreeMap<Spanned<String>, DateCell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    pub id: Spanned<Text>,
    pub portfolio: Option<Text>,
    pub timezone: Option<Spanned<String>>,
    pub currency: Option<Spanned<String>>,
    #[serde(default)]
    pub numbers: Vec<Spanned<Value>>,
    #[serde(default)]
    pub exempt: bool,
    #[serde(default)]
    pub ai_provider: bool,
    pub messaging_limit: Option<LimitCell>,
    pub tax_rate: Option<FractionCell>,
    #[serde(default)]
    pub change: Vec<Spanned<ChangeTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeTable {
    pub from: DateCell,
    pub timezone: Option<Spanned<String>>,
    pub currency: Option<Spanned<String>>,
    pub portfolio: Option<Text>,
    pub exempt: Option<bool>,
    pub ai_provider: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsedVolumeTable {
    pub portfolio: Spanned<Text>,
    pub market: Spanned<String>,
    pub category: Spanned<String>,
    pub month: Spanned<String>,
    pub count: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsedAllowanceTable {
    pub account: Option<Spanned<Text>>,
    pub number: Option<Spanned<Text>>,
    pub month: Spanned<String>,
    pub count: u64,
}

/// An id: a text, or the digits of one written without quotes.
pub(super) struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if !text.trim().is_empty() => Ok(Self(text.trim().to_owned())),
            Value::Integer(digits) if digits >= 0 => Ok(Self(digits.to_string())),
            other => Err(D::Error::custom(format!(
                "`{other}` is no id: expected a text that is not empty"
            ))),
        }
    }
}

/// A date, with or without quotes.
#[derive(Clone, Copy)]
pub(super) struct DateCell(pub LocalDate);

impl<'de> Deserialize<'de> for DateCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        date(&Value::deserialize(deserializer)?)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

fn date(value: &Value) -> Result<LocalDate, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Datetime(time) => time.to_string(),
        other => other.to_string(),
    };
    LocalDate::parse(&text).ok_or_else(|| format!("`{text}` is no date: expected YYYY-MM-DD"))
}

/// A date for all countries, or a table of one for each.
pub(super) enum EligibleFromCell {
    Everywhere(LocalDate),
    ByCountry(Vec<(String, LocalDate)>),
}

impl<'de> Deserialize<'de> for EligibleFromCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Table(table) => {
                let dates: Result<Vec<_>, String> = table
                    .into_iter()
                    .map(|(country, value)| Ok((country, date(&value)?)))
                    .collect();
                dates.map(Self::ByCountry).map_err(D::Error::custom)
            }
            value => date(&value).map(Self::Everywhere).map_err(D::Error::custom),
        }
    }
}

/// A business number, perhaps with the days it belonged to the account.
pub(super) struct NumberCell {
    pub number: String,
    pub from: Option<LocalDate>,
    pub to: Option<LocalDate>,
}

impl NumberCell {
    /// Reads a text, digits without quotes, or a table. Read after the file, so that the line of a
    /// refusal is that of the number and not that of the list.
    pub(super) fn read(value: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            number: Text,
            from: Option<DateCell>,
            to: Option<DateCell>,
        }
        let inner = |error: toml::de::Error| error.message().to_owned();
        let table = match value {
            Value::Table(table) => Table::deserialize(Value::Table(table)).map_err(inner)?,
            value => {
                let number = Text::deserialize(value).map_err(inner)?;
                return Ok(Self {
                    number: number.0,
                    from: None,
                    to: None,
                });
            }
        };
        let (from, to) = (table.from.map(|cell| cell.0), table.to.map(|cell| cell.0));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            return Err(format!("`to` ({to}) lies before `from` ({from})"));
        }
        Ok(Self {
            number: table.number.0,
            from,
            to,
        })
    }
}

/// A number of customers, or `unlimited`.
pub(super) struct LimitCell(pub Option<u64>);

impl<'de> Deserialize<'de> for LimitCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Integer(limit) if limit >= 0 => Ok(Self(Some(limit.unsigned_abs()))),
            Value::String(text) if text.eq_ignore_ascii_case("unlimited") => Ok(Self(None)),
            other => Err(D::Error::custom(format!(
                "`{other}` is no limit: expected a whole number or \"unlimited\""
            ))),
        }
    }
}

/// A fraction of one, such as 0.19, exactly as written.
pub(super) struct FractionCell(pub Decimal);

impl<'de> Deserialize<'de> for FractionCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            // The shortest text that reads back as the same number is the text that was written.
            other => other.to_string(),
        };
        match text.parse::<Decimal>() {
            Ok(fraction) if fraction >= Decimal::ZERO && fraction < Decimal::ONE => {
                Ok(Self(fraction))
            }
            _ => Err(D::Error::custom(format!(
                "`{text}` is no rate: expected a fraction, 0.19 for 19 %"
            ))),
        }
    }
}

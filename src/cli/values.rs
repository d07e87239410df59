//! What option values may be, and what is said of those that may not.

use std::str::FromStr;

use chrono_tz::Tz;

use crate::audit::{Cause, Tolerance};
use crate::log::source::InputFormat;
use crate::tariff::Amount;
use crate::vocabulary::{FindingCode, LocalDate, Month, Regime};

/// How many rejected rows are tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectLimit {
    /// This many.
    Rows(u64),
    /// This many in a hundred million rows read.
    PerHundredMillion(u64),
}

impl RejectLimit {
    /// Whether there are more than that.
    pub fn is_exceeded(self, rejected: u64, rows_read: u64) -> bool {
        match self {
            Self::Rows(most) => rejected > most,
            Self::PerHundredMillion(share) => {
                u128::from(rejected) * 100_000_000 > u128::from(share) * u128::from(rows_read)
            }
        }
    }
}

impl FromStr for RejectLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text}` is neither a number of rows nor a share such as 1% or 0.05%");
        let Some(share) = text.strip_suffix('%') else {
            return text.parse().map(Self::Rows).map_err(|_| refused());
        };
        let (whole, fraction) = share.trim().split_once('.').unwrap_or((share.trim(), ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return Err(refused());
        }
        let whole: u64 = whole.parse().map_err(|_| refused())?;
        let millionths: u64 = format!("{fraction:0<6}").parse().map_err(|_| refused())?;
        if whole > 100 || (whole == 100 && millionths > 0) {
            return Err(format!("`{text}` is more than 100%"));
        }
        Ok(Self::PerHundredMillion(whole * 1_000_000 + millionths))
    }
}

/// Reads the form of standard input.
pub fn input_format(text: &str) -> Result<InputFormat, String> {
    InputFormat::parse(text.as_bytes()).ok_or_else(|| {
        let names: Vec<&str> = InputFormat::ALL
            .iter()
            .map(|format| format.name())
            .collect();
        format!("no format of a log; expected {}", names.join(", "))
    })
}

/// Reads an IANA time zone.
pub fn zone(text: &str) -> Result<Tz, String> {
    crate::rulebook::settings::zone(text).ok_or_else(|| {
        "no such time zone: expected an IANA name such as Europe/Berlin or UTC".to_owned()
    })
}

/// Reads a month.
pub fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "no month: expected YYYY-MM".to_owned())
}

/// Reads a date.
pub fn date(text: &str) -> Result<LocalDate, String> {
    LocalDate::parse(text).ok_or_else(|| "no date: expected YYYY-MM-DD".to_owned())
}

/// Reads the id of a regime.
pub fn regime(text: &str) -> Result<Regime, String> {
    Regime::parse(text.as_bytes()).ok_or_else(|| {
        let names: Vec<&str> = Regime::ALL.iter().map(|regime| regime.name()).collect();
        format!("no such regime: there are {}", names.join(", "))
    })
}

/// Reads a tolerance.
pub fn tolerance(text: &str) -> Result<Tolerance, String> {
    Tolerance::parse(text).map_err(|error| error.to_string())
}

/// Reads an amount of money.
pub fn amount(text: &str) -> Result<Amount, String> {
    Amount::parse(text).map_err(|error| format!("`{text}` {error}"))
}

/// Reads the code of a finding, in any case.
pub fn finding(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    let known = || {
        let findings = FindingCode::ALL.iter().map(|code| code.name());
        let causes = Cause::ALL.iter().map(|cause| cause.name());
        // Causes of an invoice's differences that Meta's marks can show as well are findings, too.
        let causes = causes.filter(|cause| FindingCode::parse(cause.as_bytes()).is_none());
        findings.chain(causes).chain(["S-02"])
    };
    if known().any(|known| known == code) {
        return Ok(code);
    }
    let nearest = crate::rulebook::nearest(&code, known())
        .map_or_else(String::new, |code| format!(", nearest is {code}"));
    let all: Vec<&str> = known().collect();
    Err(format!(
        "no such finding{nearest}; there are {}",
        all.join(", ")
    ))
}

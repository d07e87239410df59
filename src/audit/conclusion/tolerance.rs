//! How much a line, or all lines together, may differ before it counts.

use std::fmt;

use crate::tariff::Amount;

/// An amount in the line's currency, or a percentage of what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// At most this much.
    Amount(Amount),
    /// At most this many percent of the expected amount.
    Percent(Amount),
}

/// Why a text is no tolerance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tolerance: expected an amount such as 0.50 or a percentage such as 1%")]
pub struct ToleranceError(String);

impl Tolerance {
    /// Reads `0.50` or `1%`.
    ///
    /// # Errors
    /// If it is neither, or negative.
    pub fn parse(text: &str) -> Result<Self, ToleranceError> {
        let (number, make): (&str, fn(Amount) -> Self) = match text.trim().strip_suffix('%') {
            Some(percent) => (percent.trim_end(), Self::Percent),
            None => (text.trim(), Self::Amount),
        };
        Amount::parse(number)
            .ok()
            .filter(|amount| !amount.is_negative() && *amount < Amount::RATE_MAX)
            .map(make)
            .ok_or_else(|| ToleranceError(text.to_owned()))
    }

    /// Whether a difference is small enough.
    pub fn allows(self, difference: Amount, expected: Amount) -> bool {
        match self {
            Self::Amount(most) => difference.abs() <= most,
            Self::Percent(percent) => {
                // |difference| × 100 ≤ percent × |expected|, in whole numbers: both sides in 10^-12 of units.
                let one = 10i128.pow(Amount::DIGITS);
                let left = difference.abs().units().saturating_mul(100);
                let (whole, broken) = (expected.abs().units() / one, expected.abs().units() % one);
                let of_whole = percent.units().saturating_mul(whole);
                let of_broken = percent.units().saturating_mul(broken) / one;
                left <= of_whole.saturating_add(of_broken)
            }
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount(amount) => write!(formatter, "{amount}"),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_holds_up_to_its_bound() {
        let allows = |tolerance: &str, difference: &str, expected: &str| {
            let amount = |text| Amount::parse(text).expect("an amount");
            let tolerance = Tolerance::parse(tolerance).expect("a tolerance");
            tolerance.allows(amount(difference), amount(expected))
        };
        assert!(allows("0.50", "-0.50", "0"));
        assert!(!allows("0.50", "0.51", "1000"));
        assert!(allows("1%", "1.00", "100"));
        assert!(!allows("1%", "-1.01", "100"));
        assert!(allows("0.1%", "0.0005", "-0.5"));
        assert!(!allows("1%", "0.01", "0"));
        for wrong in ["", "%", "-1", "a", "1 %%", "1,5"] {
            assert!(Tolerance::parse(wrong).is_err(), "{wrong}");
        }
    }
}

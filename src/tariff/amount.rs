//! Amounts and rates: one exact decimal type (R-4).
//!
//! An amount is a whole number of 10^-12 in 128 bits. Twelve digits after the point are more than any
//! rate card prints (four, rarely six) and leave room for a discount worked out by hand; 128 bits then
//! hold any rate below [`Amount::RATE_MAX`], one million, times any count of 64 bits, so that pricing
//! a line cannot overflow, and sums of a million such lines still fit. What does not fit is an error
//! value, never a wrong number.

use std::{
    cmp::Ordering,
    fmt,
    iter::{Chain, repeat_n},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

pub use crate::rulebook::settings::{Rounding, RoundingDigits};
use crate::vocabulary::Currency;

const UNITS_PER_ONE: i128 = 1_000_000_000_000;

/// A decimal number: a rate, an amount of money without its currency, or a percentage.
///
/// ```
/// use counterfoil::tariff::{Amount, Rounding};
///
/// let rate: Amount = "0.0618".parse()?;
/// let line = rate.times(12_345).expect("it fits");
/// assert_eq!(line.to_string(), "762.921");
/// assert_eq!(line.rounded(Rounding::HalfUp, 2).to_string(), "762.92");
/// assert_eq!(format!("{line:.6}"), "762.921000");
/// # Ok::<(), counterfoil::tariff::AmountError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not an optional sign, digits, and perhaps a point and digits.
    #[error("is no decimal number such as 0.0618")]
    Malformed,
    /// More digits after the point than are kept.
    #[error("has more than {} digits after the point", Amount::DIGITS)]
    TooPrecise,
    /// Larger than 128 bits hold.
    #[error("is too large")]
    TooLarge,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Digits after the point.
    pub const DIGITS: u32 = 12;
    /// Every rate of a card is below this.
    pub const RATE_MAX: Self = Self(1_000_000 * UNITS_PER_ONE);

    /// The amount of this many 10^-12: the unscaled value of a `Decimal(38, 12)`.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// How many 10^-12 it is.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Reads decimal text: no exponent, no grouping, at most twelve digits after the point that are not
    /// trailing zeros.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (is_negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        let point = digits.iter().position(|&byte| byte == b'.');
        let (whole, fraction) = match point {
            Some(place) => (&digits[..place], &digits[place + 1..]),
            None => (digits, &digits[..0]),
        };
        let is_number = !whole.is_empty() && (point.is_none() || !fraction.is_empty());
        if !is_number || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return Err(AmountError::Malformed);
        }
        let kept = fraction.len() - trailing_zeros(fraction);
        let padding = (Self::DIGITS as usize)
            .checked_sub(kept)
            .ok_or(AmountError::TooPrecise)?;
        let places = whole.iter().chain(&fraction[..kept]).copied();
        let units = units(places.chain(repeat_n(b'0', padding))).ok_or(AmountError::TooLarge)?;
        Ok(Self(if is_negative { -units } else { units }))
    }

    /// The sum, if it fits.
    pub const fn plus(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_add(other.0))
    }

    /// The difference, if it fits.
    pub const fn minus(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_sub(other.0))
    }

    /// This many times the amount, if it fits; a rate below [`Self::RATE_MAX`] always does.
    pub const fn times(self, count: u64) -> Option<Self> {
        wrap(self.0.checked_mul(count as i128))
    }

    /// So many percent of it, its last digit rounded, or cut by [`Rounding::None`]; none if that does not fit.
    pub fn percent(self, percent: Self, rule: Rounding) -> Option<Self> {
        self.product(percent, 100, rule)
    }

    /// As many times as a decimal factor says, its last digit rounded, or cut by [`Rounding::None`]; none if that
    /// does not fit.
    pub fn by_factor(self, factor: Self, rule: Rounding) -> Option<Self> {
        self.product(factor, 1, rule)
    }

    /// `self * factor / divisor`, in two parts so that no step outgrows 128 bits where the result does not.
    fn product(self, factor: Self, divisor: i128, rule: Rounding) -> Option<Self> {
        let scale = UNITS_PER_ONE * divisor;
        let (whole, rest) = (self.0 / scale, self.0 % scale);
        let rest = rest.checked_mul(factor.0)?;
        let (quotient, left) = (rest / scale, rest % scale);
        let away = rule != Rounding::None && is_away(quotient, left, scale, rule);
        let rounded = quotient + if away { left.signum() } else { 0 };
        whole.checked_mul(factor.0)?.checked_add(rounded).map(Self)
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Without its sign; the one amount whose positive does not fit stays the largest there is.
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Rounded to this many digits after the point by a named rule (S-34).
    ///
    /// An amount so large that its neighbour does not fit is cut instead.
    pub fn rounded(self, rule: Rounding, digits: u32) -> Self {
        if rule == Rounding::None || digits >= Self::DIGITS {
            return self;
        }
        let step = 10i128.pow(Self::DIGITS - digits);
        let (quotient, rest) = (self.0 / step, self.0 % step);
        let away = is_away(quotient, rest, step, rule);
        let quotient = quotient + if away { rest.signum() } else { 0 };
        Self(quotient.checked_mul(step).unwrap_or(self.0 - rest))
    }

    /// Rounded as an invoice line in a currency is: S-34's rule, to its digits or the currency's.
    pub fn rounded_for(self, rule: Rounding, digits: RoundingDigits, currency: Currency) -> Self {
        match digits {
            RoundingDigits::Currency => self.rounded(rule, currency.digits()),
            RoundingDigits::Digits(digits) => self.rounded(rule, digits),
        }
    }

    /// How much larger the amount is than `base`, in percent, rounded. None where the base is zero.
    pub fn percent_above(self, base: Self, rule: Rounding, digits: u32) -> Option<Self> {
        let scaled = self
            .0
            .checked_sub(base.0)?
            .checked_mul(100)?
            .checked_mul(UNITS_PER_ONE)?;
        let quotient = scaled.checked_div(base.0)?;
        // What division cut off only matters to a tie: keep its sign in the last of the twelve digits.
        let is_tie_open = scaled % base.0 != 0 && quotient % 10 == 0;
        let sign = scaled.signum() * base.0.signum();
        let quotient = if is_tie_open {
            quotient + sign
        } else {
            quotient
        };
        Some(Self(quotient).rounded(rule, digits))
    }
}

/// Whether a quotient with this rest is rounded away from zero.
fn is_away(quotient: i128, rest: i128, divisor: i128, rule: Rounding) -> bool {
    match (rest.abs() * 2).cmp(&divisor) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => rule == Rounding::HalfUp || quotient % 2 != 0,
    }
}

/// The number that ASCII digits spell, if it fits.
fn units(digits: Chain<impl Iterator<Item = u8>, impl Iterator<Item = u8>>) -> Option<i128> {
    let mut digits = digits;
    digits.try_fold(0i128, |sum, digit| {
        sum.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
    })
}

fn trailing_zeros(digits: &[u8]) -> usize {
    digits
        .iter()
        .rev()
        .take_while(|&&digit| digit == b'0')
        .count()
}

const fn wrap(units: Option<i128>) -> Option<Amount> {
    match units {
        Some(units) => Some(Amount(units)),
        None => None,
    }
}

impl fmt::Display for Amount {
    /// As few digits after the point as it needs; with a precision, at least that many. A digit that
    /// is not zero is always written: rounding is [`Amount::rounded`]'s alone.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.0.unsigned_abs();
        let (whole, fraction) = (
            units / UNITS_PER_ONE.unsigned_abs(),
            units % UNITS_PER_ONE.unsigned_abs(),
        );
        let mut text = format!("{whole}.{fraction:012}");
        let wanted = formatter.precision().unwrap_or(0);
        let point = text.len() - Self::DIGITS as usize;
        let needed = Self::DIGITS as usize - trailing_zeros(&text.as_bytes()[point..]);
        match needed.max(wanted) {
            0 => text.truncate(point - 1),
            digits => {
                text.truncate(point + digits);
                text.extend(repeat_n('0', digits.saturating_sub(Self::DIGITS as usize)));
            }
        }
        formatter.pad_integral(self.0 >= 0, "", &text)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        Self::parse(text)
    }
}

impl Serialize for Amount {
    /// As text: a JSON number would pass through binary floating point in most readers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(format!("`{text}` {error}")))
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// Why two amounts of money have no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// They are of different currencies, and nothing is ever converted.
    #[error("{left} and {right} cannot be added: nothing is converted")]
    CurrencyMismatch {
        /// The currency of the first.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// The sum does not fit into 128 bits.
    #[error("the sum in {0} is too large")]
    TooLarge(Currency),
}

impl Money {
    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self {
            amount: Amount::ZERO,
            currency,
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// If the currencies differ or the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        let amount = self
            .amount
            .plus(other.amount)
            .ok_or(MoneyError::TooLarge(self.currency))?;
        Ok(Self { amount, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.digits() as usize;
        write!(formatter, "{:.digits$} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect("an amount")
    }

    #[test]
    fn percentages_are_exact_and_rounded_at_the_last_digit() {
        let amount = |text: &str| Amount::parse(text).expect("an amount");
        let percent = |of: &str, percent: &str| {
            let part = amount(of).percent(amount(percent), Rounding::HalfUp);
            part.expect("it fits").to_string()
        };
        assert_eq!(percent("0.0118", "-10"), "-0.00118");
        assert_eq!(percent("250", "7.25"), "18.125");
        // Half of the last digit goes away from zero, less is cut off.
        assert_eq!(percent("0.000000000001", "50"), "0.000000000001");
        assert_eq!(percent("-0.000000000001", "50"), "-0.000000000001");
        assert_eq!(percent("0.000000000001", "49"), "0");
        // A sum of millions of lines: no step between outgrows 128 bits.
        assert_eq!(
            percent("4000000000000000", "1000000"),
            "40000000000000000000"
        );
        let product = amount("83.25").by_factor(amount("0.012"), Rounding::HalfUp);
        assert_eq!(product.expect("it fits").to_string(), "0.999");
        assert_eq!(
            Amount::from_units(i128::MAX).percent(amount("101"), Rounding::HalfUp),
            None
        );
    }

    #[test]
    fn text_is_read_exactly_and_written_with_as_few_digits_as_it_needs() {
        for (text, written) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.0618", "0.0618"),
            ("0.1150", "0.115"),
            ("356.65", "356.65"),
            ("+7", "7"),
            ("007.50", "7.5"),
            ("-0.000000000001", "-0.000000000001"),
            ("1.0000000000000000000", "1"),
            ("99999999999999999999999999", "99999999999999999999999999"),
        ] {
            assert_eq!(amount(text).to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_is_refused() {
        use AmountError::{Malformed, TooLarge, TooPrecise};
        for (text, error) in [
            ("", Malformed),
            ("-", Malformed),
            (".5", Malformed),
            ("5.", Malformed),
            ("1e3", Malformed),
            ("1,5", Malformed),
            ("0x1", Malformed),
            ("NaN", Malformed),
            (" 1", Malformed),
            ("--1", Malformed),
            ("٣", Malformed),
            ("1.0000000000001", TooPrecise),
            ("1000000000000000000000000000", TooLarge),
        ] {
            assert_eq!(Amount::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_precision_pads_and_never_cuts() {
        assert_eq!(format!("{:.2}", amount("3")), "3.00");
        assert_eq!(format!("{:.2}", amount("3.14159")), "3.14159");
        assert_eq!(format!("{:.14}", amount("0.5")), "0.50000000000000");
        assert_eq!(format!("{:>8.1}", amount("-2")), "    -2.0");
    }

    #[test]
    fn rounding_is_by_name_and_symmetric() {
        use Rounding::{HalfEven, HalfUp, None};
        for (text, rule, digits, expected) in [
            ("0.125", HalfUp, 2, "0.13"),
            ("0.125", HalfEven, 2, "0.12"),
            ("0.135", HalfEven, 2, "0.14"),
            ("-0.125", HalfUp, 2, "-0.13"),
            ("-0.125", HalfEven, 2, "-0.12"),
            ("0.124999999999", HalfUp, 2, "0.12"),
            ("0.125000000001", HalfEven, 2, "0.13"),
            ("2.5", HalfUp, 0, "3"),
            ("2.5", HalfEven, 0, "2"),
            ("0.125", None, 0, "0.125"),
            ("0.125", HalfUp, 28, "0.125"),
            ("999.995", HalfUp, 2, "1000"),
        ] {
            assert_eq!(
                amount(text).rounded(rule, digits),
                amount(expected),
                "{text} {rule}"
            );
        }
    }

    #[test]
    fn a_currency_names_its_digits() {
        let of = |code| Currency::parse(code).expect("a currency");
        let rounded = |code| {
            amount("1234.5675").rounded_for(Rounding::HalfUp, RoundingDigits::Currency, of(code))
        };
        assert_eq!(rounded("USD"), amount("1234.57"));
        assert_eq!(rounded("JPY"), amount("1235"));
        assert_eq!(rounded("CLP"), amount("1235"));
        assert_eq!(rounded("KWD"), amount("1234.568"));
        let digits = RoundingDigits::Digits(1);
        assert_eq!(
            amount("0.25").rounded_for(Rounding::HalfEven, digits, of("USD")),
            amount("0.2")
        );
    }

    #[test]
    fn any_rate_times_any_count_fits_and_what_does_not_is_none() {
        let largest = amount("999999.999999999999");
        assert!(largest < Amount::RATE_MAX);
        assert_eq!(
            largest.times(u64::MAX).expect("it fits").to_string(),
            "18446744073709551596553255.926290448385"
        );
        assert_eq!(amount("99999999").times(u64::MAX), None);
        assert_eq!(Amount::from_units(i128::MAX).plus(amount("1")), None);
        assert_eq!(Amount::from_units(i128::MIN).minus(amount("1")), None);
        assert_eq!(amount("0.1").plus(amount("0.2")), Some(amount("0.3")));
    }

    #[test]
    fn percent_is_of_the_base() {
        let percent = |from, to, digits| {
            amount(to)
                .percent_above(amount(from), Rounding::HalfUp, digits)
                .map(|percent| percent.to_string())
        };
        assert_eq!(percent("0.0107", "0.0118", 2).as_deref(), Some("10.28"));
        assert_eq!(percent("3", "4", 2).as_deref(), Some("33.33"));
        assert_eq!(percent("3", "2", 2).as_deref(), Some("-33.33"));
        assert_eq!(percent("8", "8.01", 2).as_deref(), Some("0.13"));
        assert_eq!(percent("4", "4", 2).as_deref(), Some("0"));
        assert_eq!(percent("0", "1", 2), None);
    }

    #[test]
    fn currencies_do_not_mix() {
        let money = |text, code| Money {
            amount: amount(text),
            currency: Currency::parse(code).expect("a currency"),
        };
        let sum = money("0.10", "USD").plus(money("0.20", "USD"));
        assert_eq!(sum, Ok(money("0.3", "USD")));
        assert_eq!(money("0.3", "USD").to_string(), "0.30 USD");
        let error = money("1", "USD")
            .plus(money("1", "INR"))
            .expect_err("no sum");
        assert_eq!(
            error.to_string(),
            "USD and INR cannot be added: nothing is converted"
        );
        assert!(Money::zero(Currency::USD).plus(money("5", "USD")).is_ok());
    }
}

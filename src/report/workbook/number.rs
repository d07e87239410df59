//! From exact numbers to those of a spreadsheet: the only place of the report where money becomes binary
//! floating point, at the very last step, and nothing is computed with it afterwards.

use crate::tariff::Amount;

/// Decimal digits that a spreadsheet keeps of a number.
const DIGITS: u32 = 15;

/// A number as a cell holds it: exact to fifteen digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellNumber {
    value: f64,
    /// Whether it is the exact number, to the last digit; otherwise the text must stand beside it.
    pub is_exact: bool,
}

impl CellNumber {
    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self::scaled(number, 0)
    }

    /// Reads decimal text, which is correctly rounded to the nearest binary number: a spreadsheet that shows
    /// fifteen digits of it shows the digits of the text.
    fn scaled(number: i128, digits_after_point: u32) -> Self {
        let mut digits = number.unsigned_abs();
        let mut exponent = -i64::from(digits_after_point);
        while digits > 0 && digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        let length = digits.checked_ilog10().map_or(0, |log| log + 1);
        let dropped = length.saturating_sub(DIGITS);
        if dropped > 0 {
            let step = 10u128.pow(dropped);
            digits = digits / step + u128::from(digits % step >= step / 2);
            exponent += i64::from(dropped);
        }
        let sign = if number < 0 { "-" } else { "" };
        let value = format!("{sign}{digits}e{exponent}").parse();
        Self {
            // Digits and an exponent are always a number.
            value: value.unwrap_or_default(),
            is_exact: dropped == 0,
        }
    }

    /// The number in digits, as a formula's result is written.
    pub fn text(self) -> String {
        self.value.to_string()
    }
}

impl From<Amount> for CellNumber {
    fn from(amount: Amount) -> Self {
        Self::scaled(amount.units(), Amount::DIGITS)
    }
}

impl From<CellNumber> for f64 {
    fn from(number: CellNumber) -> Self {
        number.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_digits_are_kept_and_more_are_said_to_be_more() {
        for (amount, text, is_exact) in [
            ("0", "0", true),
            ("0.4095", "0.4095", true),
            ("-12.5", "-12.5", true),
            ("0.000000000001", "0.000000000001", true),
            ("123456789012.345", "123456789012.345", true),
            ("1000000000000000000000", "1000000000000000000000", true),
            // Sixteen digits: the last is rounded away.
            ("1234567890123.456", "1234567890123.46", false),
            ("-1234567890123.454", "-1234567890123.45", false),
            ("9999999999.999999", "10000000000", false),
        ] {
            let number = CellNumber::from(amount.parse::<Amount>().unwrap());
            assert_eq!((number.text().as_str(), number.is_exact), (text, is_exact));
        }
        assert_eq!(CellNumber::whole(4_294_967_296).text(), "4294967296");
        assert!(!CellNumber::whole(i128::from(u64::MAX)).is_exact);
        assert_eq!(CellNumber::whole(i128::MIN).text().len(), 40);
    }
}

//! Numbers as people read them: the same on the terminal, in the page and on charts. Nothing is computed.

use crate::tariff::Amount;
use crate::vocabulary::Currency;

/// Decimals that rates have; an amount shows no fewer.
const RATE_DIGITS: u32 = 4;

/// An exact amount with thousands separators and at least as many decimals as rates have.
pub fn money(amount: Amount, currency: &str) -> String {
    let digits = Currency::parse(currency)
        .map_or(2, Currency::digits)
        .max(RATE_DIGITS) as usize;
    let text = format!("{:.digits$}", amount.abs());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text.as_str(), None),
    };
    let mut shown = String::new();
    if amount.is_negative() {
        shown.push('-');
    }
    push_grouped(&mut shown, whole);
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A number with thousands separators.
pub fn thousands(number: u64) -> String {
    let mut shown = String::new();
    push_grouped(&mut shown, &number.to_string());
    shown
}

fn push_grouped(shown: &mut String, digits: &str) {
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
}

/// A number of bytes in the unit that suits it, to one decimal.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = u128::from(bytes) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    #[test]
    fn money_is_exact_and_grouped() {
        let money =
            |text: &str, currency: &str| super::money(text.parse().expect("an amount"), currency);
        assert_eq!(money("1234567.5", "USD"), "1,234,567.5000");
        assert_eq!(money("0.0618", "USD"), "0.0618");
        assert_eq!(money("-1000", "IDR"), "-1,000.0000");
        assert_eq!(money("999.12345", "JPY"), "999.12345");
        assert_eq!(money("0", "USD"), "0.0000");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(super::thousands(0), "0");
        assert_eq!(super::thousands(999), "999");
        assert_eq!(super::thousands(1_000_000), "1,000,000");
    }
}

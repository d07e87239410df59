//! Numbers as JSON may write them: with an exponent, or with the noise of somebody's binary fractions.

use crate::tariff::{Amount, AmountError};

/// The exact value of a JSON number or of decimal text. What lies beyond the twelfth digit after the point is
/// noise of a binary fraction at the source, and is rounded off there.
pub(super) fn decimal(text: &str) -> Result<Amount, AmountError> {
    let plain = without_exponent(text).ok_or(AmountError::Malformed)?;
    let digits = Amount::DIGITS as usize;
    let cut = match plain.split_once('.') {
        Some((whole, fraction)) if fraction.len() > digits => whole.len() + 1 + digits,
        _ => return Amount::parse(&plain),
    };
    let (kept, rest) = plain.split_at_checked(cut).ok_or(AmountError::Malformed)?;
    if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::Malformed);
    }
    let kept = Amount::parse(kept)?;
    if rest.as_bytes().first() < Some(&b'5') {
        return Ok(kept);
    }
    let step = Amount::from_units(if plain.starts_with('-') { -1 } else { 1 });
    kept.plus(step).ok_or(AmountError::TooLarge)
}

/// How many digits after the point the number was written with.
pub(super) fn digits(text: &str) -> u32 {
    let plain = without_exponent(text).unwrap_or_default();
    plain
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len()) as u32
}

fn without_exponent(text: &str) -> Option<String> {
    let Some((number, exponent)) = text.split_once(['e', 'E']) else {
        return Some(text.to_owned());
    };
    let exponent: i32 = exponent
        .parse()
        .ok()
        .filter(|shift: &i32| shift.abs() <= 40)?;
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i32 + exponent;
    Some(if point <= 0 {
        format!(
            "{sign}0.{}{digits}",
            "0".repeat(point.unsigned_abs() as usize)
        )
    } else if point as usize >= digits.len() {
        format!(
            "{sign}{digits}{}",
            "0".repeat(point as usize - digits.len())
        )
    } else {
        let (whole, fraction) = digits.split_at_checked(point as usize)?;
        format!("{sign}{whole}.{fraction}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, expected) in [
            ("1.250", Some("1.25")),
            ("7", Some("7")),
            ("-0.5", Some("-0.5")),
            ("1.5e-3", Some("0.0015")),
            ("1.5E2", Some("150")),
            ("12e0", Some("12")),
            ("-1.25e1", Some("-12.5")),
            ("0.30000000000000004", Some("0.3")),
            ("0.09999999999999999", Some("0.1")),
            ("-0.0000000000015", Some("-0.000000000002")),
            ("1e999", None),
            ("abc", None),
            ("", None),
            ("1,5", None),
            ("é.1234567890123", None),
        ] {
            let read = decimal(text).ok().map(|amount| amount.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}

//! The values of rate-card cells: rates, numbers of messages, ranges of them, currencies.

use crate::{
    tariff::{Amount, StepEnd},
    vocabulary::Currency,
};

/// Digits that a spreadsheet shows of a number.
const SPREADSHEET_DIGITS: usize = 15;

/// Whether a cell says that there is nothing.
pub(super) fn is_none(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "n/a" | "na" | "-" | "--" | "—" | "–" | "none"
    )
}

/// A rate: decimal text, perhaps after a currency sign, perhaps with thousands grouped by commas.
/// None if it cannot be told; `0,0618` is not guessed at.
pub(super) fn rate(text: &str) -> Option<Amount> {
    if text.eq_ignore_ascii_case("free") {
        return Some(Amount::ZERO);
    }
    let text =
        text.trim_start_matches(|sign: char| !sign.is_ascii_digit() && !"-+.,".contains(sign));
    let text = if text.contains('.') {
        without_groups(text)?
    } else {
        text.to_owned()
    };
    Amount::parse(&text)
        .ok()
        .filter(|&rate| !rate.is_negative() && rate < Amount::RATE_MAX)
}

/// A number of messages: `100,001`, `100001`, `100 001`, `100K`, `1.5M`.
pub(super) fn count(text: &str) -> Option<u64> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let (digits, factor) = match text.chars().last()? {
        'k' | 'K' => (&text[..text.len() - 1], 1_000),
        'm' | 'M' => (&text[..text.len() - 1], 1_000_000),
        'b' | 'B' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text.as_str(), 1),
    };
    let number = Amount::parse(&without_groups(digits)?)
        .ok()?
        .times(factor)?;
    let one = Amount::parse("1").ok()?.units();
    (number.units() % one == 0)
        .then(|| u64::try_from(number.units() / one).ok())
        .flatten()
}

/// The lower and upper bound in one cell: `0 - 100,000`, `1 to 100K`, `100,001+`, `0:100000`,
/// `50000001:MAX`, `Up to 100,000`, `Over 1,000,000`.
pub(super) fn range(text: &str) -> Option<(u64, StepEnd)> {
    let lower = text
        .to_lowercase()
        .replace("messages", "")
        .replace("msgs", "");
    let text = lower.trim();
    if let Some(upper) = text.strip_prefix("up to").or(text.strip_prefix('≤')) {
        return Some((0, StepEnd::At(count(upper)?)));
    }
    for above in ["over", "more than", "above", ">"] {
        if let Some(rest) = text
            .strip_prefix(above)
            .filter(|rest| !rest.starts_with('='))
        {
            return Some((count(rest)?.checked_add(1)?, StepEnd::Open));
        }
    }
    for open in ["+", "and above", "and over", "or more", "and more"] {
        if let Some(rest) = text.strip_suffix(open) {
            return Some((count(rest)?, StepEnd::Open));
        }
    }
    for from in ["≥", ">=", "from"] {
        if let Some(rest) = text.strip_prefix(from).filter(|rest| count(rest).is_some()) {
            return Some((count(rest)?, StepEnd::Open));
        }
    }
    [" to ", "-", "–", "—", ":"].iter().find_map(|separator| {
        let (from, to) = text.split_once(separator)?;
        Some((count(from)?, upper_bound(to.trim())?))
    })
}

/// The upper bound in a cell of its own. Meta writes `--` for none.
pub(super) fn upper_bound(text: &str) -> Option<StepEnd> {
    let word = text.to_ascii_lowercase();
    let is_open = matches!(
        word.as_str(),
        "--" | "-"
            | "—"
            | "–"
            | "max"
            | "∞"
            | "+"
            | "unlimited"
            | "no limit"
            | "above"
            | "and above"
    );
    if is_open {
        return Some(StepEnd::Open);
    }
    count(text).map(StepEnd::At)
}

/// A discount without its minus: `-5%` and, as a workbook keeps it, `-0.05` are `5%`.
pub(super) fn discount(text: &str) -> String {
    let text = text.trim_start_matches(['-', '−']);
    if is_none(text) {
        return String::new();
    }
    Amount::parse(text)
        .ok()
        .and_then(|share| share.times(100))
        .map_or_else(|| text.to_owned(), |percent| format!("{percent}%"))
}

/// A currency as cards write it: `USD`, `$US`, `US$`, `₹`, `Rp`.
pub(super) fn currency(text: &str) -> Option<Currency> {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    let by_code = Currency::parse(&letters);
    let by_sign = || match text.trim() {
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        "Rp" | "rp" => Some("IDR"),
        "R$" => Some("BRL"),
        _ => match letters.to_ascii_uppercase().as_str() {
            "US" => Some("USD"),
            "AU" | "A" => Some("AUD"),
            "SG" | "S" => Some("SGD"),
            "MX" => Some("MXN"),
            "GB" => Some("GBP"),
            _ => None,
        },
    };
    by_code.or_else(|| Currency::parse(by_sign()?))
}

/// The number that a spreadsheet shows for one it keeps in binary: rounded to fifteen digits.
pub(super) fn number_text(exact: &str) -> String {
    let digits = exact.bytes().filter(u8::is_ascii_digit);
    let leading = digits.clone().take_while(|&digit| digit == b'0').count();
    let significant = digits.count() - leading;
    let point = exact.find('.');
    let Some(extra) = significant
        .checked_sub(SPREADSHEET_DIGITS)
        .filter(|&extra| extra > 0)
    else {
        return exact.to_owned();
    };
    let fraction = point.map_or(0, |place| exact.len() - place - 1);
    if extra > fraction {
        return exact.to_owned();
    }
    round_decimal(exact, fraction - extra)
}

/// Decimal text rounded half up to fewer digits after the point.
fn round_decimal(text: &str, digits: usize) -> String {
    let Some(point) = text.find('.') else {
        return text.to_owned();
    };
    let cut = point + 1 + digits;
    let mut kept = text.as_bytes()[..cut].to_vec();
    if text.as_bytes().get(cut).is_some_and(|&next| next >= b'5') {
        let mut carry = true;
        for byte in kept.iter_mut().rev().filter(|byte| byte.is_ascii_digit()) {
            carry = *byte == b'9';
            *byte = if carry { b'0' } else { *byte + 1 };
            if !carry {
                break;
            }
        }
        if carry {
            let sign = usize::from(kept.first() == Some(&b'-'));
            kept.insert(sign, b'1');
        }
    }
    let rounded = String::from_utf8(kept).unwrap_or_default();
    if rounded.contains('.') {
        rounded
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        rounded
    }
}

/// Without commas, if they group thousands; None if they do something else.
fn without_groups(text: &str) -> Option<String> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped = whole.contains(',');
    if is_grouped && !(1..=3).contains(&first.len()) {
        return None;
    }
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_never_guessed() {
        let read = |text| rate(text).map(|rate| rate.to_string());
        for (text, expected) in [
            ("0.0618", Some("0.0618")),
            ("$0.0618", Some("0.0618")),
            ("₹ 0.1150", Some("0.115")),
            ("1,940.13", Some("1940.13")),
            ("Free", Some("0")),
            ("0,0618", None),
            ("1,940", None),
            ("19,40.13", None),
            ("-0.01", None),
            ("0.01*", None),
            ("1e-3", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn ranges_are_read_as_people_write_them() {
        use StepEnd::{At, Open};
        for (text, expected) in [
            ("0 - 100,000", Some((0, At(100_000)))),
            ("100,001 – 1,000,000", Some((100_001, At(1_000_000)))),
            ("1 to 100K messages", Some((1, At(100_000)))),
            ("0:100000", Some((0, At(100_000)))),
            ("50000001:MAX", Some((50_000_001, Open))),
            ("50,000,001+", Some((50_000_001, Open))),
            ("Over 50M", Some((50_000_001, Open))),
            (">= 50,000,001", Some((50_000_001, Open))),
            ("50,000,001 and above", Some((50_000_001, Open))),
            ("Up to 1.5M", Some((0, At(1_500_000)))),
            ("some", None),
            ("1.5 - 2", None),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
    }

    #[test]
    fn currencies_have_signs_and_codes() {
        let read = |text| currency(text).map(|currency| currency.to_string());
        for (text, expected) in [
            ("USD", Some("USD")),
            ("$US", Some("USD")),
            ("US$", Some("USD")),
            ("₹", Some("INR")),
            ("€", Some("EUR")),
            ("Rp", Some("IDR")),
            ("R$", Some("BRL")),
            ("$", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_binary_number_is_what_a_spreadsheet_shows() {
        for (exact, shown) in [
            ("0.0618", "0.0618"),
            ("100001", "100001"),
            ("0.061800000000000001", "0.0618"),
            ("0.30000000000000004", "0.3"),
            ("0.09999999999999999", "0.1"),
            ("9.9999999999999999", "10"),
            ("-0.30000000000000004", "-0.3"),
            ("123456789012345680", "123456789012345680"),
        ] {
            assert_eq!(number_text(exact), shown, "{exact}");
        }
    }
}

//! `messaging_limits.csv`: how many distinct customers could be reached in 24 hours, and since when (C-LIMIT).

use super::cells::{Source, rows};
use crate::{accounts::numbers, rulebook::ConfigError, vocabulary::Instant};

/// A limit that holds from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LimitRow {
    pub account: String,
    /// The business number as the log names it, without `+`; empty for the account and its portfolio.
    pub business: String,
    /// None for no limit.
    pub limit: Option<u64>,
    pub at: Instant,
}

pub(super) fn read(source: &Source) -> Result<Vec<LimitRow>, ConfigError> {
    let columns = ["account", "business", "limit", "at"];
    rows(source, &columns, |[account, business, limit, at]| {
        Ok(LimitRow {
            account: account.account()?,
            business: numbers::key(business.text),
            limit: parse(limit.text).ok_or_else(|| {
                limit.refused("a whole number, TIER_250, TIER_1K and so on, or unlimited")
            })?,
            at: at.instant()?,
        })
    })
}

/// A number, with or without Meta's `TIER_` before it and `K` behind it; `unlimited` is no limit.
fn parse(text: &str) -> Option<Option<u64>> {
    let text = text.to_ascii_uppercase();
    let text = text.strip_prefix("TIER_").unwrap_or(&text);
    if text == "UNLIMITED" {
        return Some(None);
    }
    let (digits, unit) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1_000),
        None => (text, 1),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_number.then(|| digits.parse().ok()).flatten()?;
    number.checked_mul(unit).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_and_metas_words() {
        for (text, limit) in [
            ("0", Some(Some(0))),
            ("250", Some(Some(250))),
            ("TIER_50", Some(Some(50))),
            ("TIER_2K", Some(Some(2_000))),
            ("tier_100k", Some(Some(100_000))),
            ("TIER_UNLIMITED", Some(None)),
            ("unlimited", Some(None)),
            ("", None),
            ("TIER_", None),
            ("-1", None),
            ("1.5K", None),
            ("99999999999999999999K", None),
        ] {
            assert_eq!(parse(text), limit, "{text}");
        }
    }
}

//! What a month may come to: a range, and what it rests on.
//!
//! Each day that is left is taken to be one of the same weekdays of the last four weeks: the cheapest of them all for
//! the lower end, the dearest for the upper, their mean for the middle. It knows no growth, no campaign and no holiday,
//! and says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tariff::Amount;
use crate::vocabulary::LocalDate;

/// Days that are looked back at.
const WINDOW_DAYS: i32 = 28;
/// Whole days that are needed.
const DAYS_NEEDED: i32 = 7;

/// What a month may come to in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The month.
    pub month: String,
    /// The currency.
    pub currency: String,
    /// What it has come to.
    pub so_far: Amount,
    /// The lower end.
    pub low: Amount,
    /// The middle.
    pub middle: Amount,
    /// The upper end.
    pub high: Amount,
    /// What it rests on, in a sentence.
    pub rests_on: String,
}

/// What is known of the days of a currency.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    /// What each day came to; days that are not there came to nothing.
    pub amounts: &'a BTreeMap<LocalDate, Amount>,
    /// The first day of the log.
    pub first: LocalDate,
    /// The day of the log's last row: not yet whole.
    pub last: LocalDate,
}

/// What the month of the last day may come to; none from less than a week, or where a sum does not fit.
pub fn forecast(currency: &str, so_far: Amount, days: Days<'_>) -> Option<Forecast> {
    // The first day of a log is seldom whole, the last one never known to be.
    let from = (days.first.days() + 1).max(days.last.days() - WINDOW_DAYS);
    let whole = days.last.days() - from;
    if whole < DAYS_NEEDED {
        return None;
    }
    let amount = |day: i32| {
        let day = LocalDate::from_days(day);
        days.amounts.get(&day).copied().unwrap_or_default()
    };
    let month = days.last.month();
    let left = days.last.days()..=month.last_day().days();
    let days_left = left.clone().count();
    let (mut low, mut middle, mut high) = (so_far, so_far, so_far);
    for day in left {
        let alike = (from..days.last.days()).filter(|other| (day - other) % 7 == 0);
        let alike: Vec<Amount> = alike.map(amount).collect();
        let seen = amount(day);
        let rest = |whole: Amount| whole.max(seen).minus(seen);
        low = low.plus(rest(*alike.iter().min()?)?)?;
        high = high.plus(rest(*alike.iter().max()?)?)?;
        middle = middle.plus(rest(mean(&alike)?)?)?;
    }
    Some(Forecast {
        month: month.to_string(),
        currency: currency.to_owned(),
        so_far,
        low,
        middle,
        high,
        rests_on: format!(
            "{days_left} days of {month} are left, {} included; each is taken to be as the cheapest (low), the mean \
             (middle) or the dearest (high) of the same weekdays among the {whole} whole days before, as they were \
             published first; no growth, campaigns or holidays are known to it",
            days.last
        ),
    })
}

/// The mean, cut after the last digit that is kept.
fn mean(amounts: &[Amount]) -> Option<Amount> {
    let mut sum = Amount::ZERO;
    for amount in amounts {
        sum = sum.plus(*amount)?;
    }
    let count = i128::try_from(amounts.len()).ok()?;
    sum.units().checked_div(count).map(Amount::from_units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        LocalDate::parse(text).expect("a date")
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect("an amount")
    }

    /// 2026-11-01 is a Sunday. Two weeks of whole days, 2 to 15 November; the log ends on Monday the 16th.
    #[test]
    fn days_left_are_as_the_same_weekdays_before() {
        let mut amounts = BTreeMap::new();
        for date in 2..=15 {
            // The first week costs 1 a day, the second 2, Sundays nothing.
            let of_day = match date {
                8 | 15 => "0",
                2..=7 => "1",
                _ => "2",
            };
            amounts.insert(day(&format!("2026-11-{date:02}")), amount(of_day));
        }
        amounts.insert(day("2026-11-16"), amount("0.5"));
        // So far: 6 * 1 + 6 * 2 + 0.5 = 18.5. Left: Monday 16 to Monday 30, 15 days with 2 Sundays (22, 29): the
        // 16th may bring 0.5 (low), 1 (middle, 1.5 less 0.5), 1.5 (high) more, and 12 other workdays 1, 1.5, 2.
        let told = forecast(
            "EUR",
            amount("18.5"),
            Days {
                amounts: &amounts,
                first: day("2026-11-01"),
                last: day("2026-11-16"),
            },
        );
        let told = told.expect("two weeks are enough");
        assert_eq!(told.month, "2026-11");
        assert_eq!(told.low, amount("31"));
        assert_eq!(told.middle, amount("37.5"));
        assert_eq!(told.high, amount("44"));
        assert!(
            told.rests_on
                .starts_with("15 days of 2026-11 are left, 2026-11-16 included"),
            "{}",
            told.rests_on
        );
        assert!(told.rests_on.contains("the 14 whole days before"));
    }

    #[test]
    fn less_than_a_week_is_no_ground() {
        let amounts = BTreeMap::new();
        let days = |first, last| Days {
            amounts: &amounts,
            first: day(first),
            last: day(last),
        };
        assert_eq!(
            forecast("EUR", Amount::ZERO, days("2026-11-01", "2026-11-08")),
            None
        );
        assert!(forecast("EUR", Amount::ZERO, days("2026-11-01", "2026-11-09")).is_some());
    }

    #[test]
    fn more_than_four_weeks_ago_is_not_looked_at() {
        // 2 November is a Monday 28 days before the 30th: looked at; 26 October is not.
        let amounts = BTreeMap::from([
            (day("2026-10-26"), amount("700")),
            (day("2026-11-02"), amount("4")),
        ]);
        let days = Days {
            amounts: &amounts,
            first: day("2026-01-01"),
            last: day("2026-11-30"),
        };
        let told = forecast("EUR", amount("4"), days).expect("four weeks");
        assert_eq!(
            (told.low, told.middle, told.high),
            (amount("4"), amount("5"), amount("8"))
        );
    }
}

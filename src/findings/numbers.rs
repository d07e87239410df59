//! Q-GAP and Q-TWO-ACCOUNTS: what the activity of business numbers shows of the log.

use std::collections::BTreeMap;
use std::fmt;

use super::Finding;
use crate::replay::activity::NumberActivity;
use crate::replay::outcome::Outcome;
use crate::tariff::{Amount, Period};
use crate::vocabulary::{FindingCode, Instant, LocalDate, Severity};

/// A number that has fewer messages than this on a usual day may well have none on another.
const USUAL_MESSAGES_MIN: u64 = 20;
/// A day with less than one in so many of the usual messages is a break.
const BREAK_SHARE: u64 = 10;

/// Days on which a number has far fewer messages than it usually has (Q-GAP).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The account; empty where the number has several.
    pub account: String,
    /// The number.
    pub business: String,
    /// The days, in UTC.
    pub days: Period,
    /// Messages on these days together.
    pub seen: u64,
    /// Messages on a usual day.
    pub usual: u64,
}

/// Gaps in the log of a number, and numbers under two accounts at a time.
pub fn findings(outcome: &Outcome) -> Vec<Finding> {
    let gaps = gaps(outcome).into_iter().map(|gap| Finding {
        code: FindingCode::Gap,
        explanation: gap.to_string().into(),
        account: gap.account.into(),
        business: gap.business.into(),
        at: Some(Instant::from_seconds(
            i64::from(gap.days.from.days()) * 86_400,
        )),
        customer: String::new(),
        message_id: String::new(),
        severity: Severity::Warning,
        money: Amount::ZERO,
        currency: None,
    });
    let doubles = by_number(outcome)
        .into_iter()
        .flat_map(|(business, accounts)| two_accounts(&business, &accounts));
    gaps.chain(doubles).collect()
}

/// Every gap of every number, by number and day.
pub fn gaps(outcome: &Outcome) -> Vec<Gap> {
    let numbers = by_number(outcome).into_iter();
    numbers
        .flat_map(|(business, accounts)| gaps_of_number(&business, &accounts))
        .collect()
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} messages from {} to {} (UTC), where this number usually has {} a day: is a part of the log \
             missing?",
            self.seen, self.days.from, self.days.to, self.usual
        )
    }
}

type Accounts<'a> = Vec<(String, &'a NumberActivity)>;

fn by_number(outcome: &Outcome) -> BTreeMap<String, Accounts<'_>> {
    let cells = &outcome.cells;
    let mut numbers: BTreeMap<String, Accounts<'_>> = BTreeMap::new();
    for (business, account, activity) in outcome.activity.iter() {
        numbers
            .entry(cells.businesses.word(business))
            .or_default()
            .push((cells.accounts.word(account), activity));
    }
    for accounts in numbers.values_mut() {
        accounts.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    }
    numbers
}

fn gaps_of_number(business: &str, accounts: &[(String, &NumberActivity)]) -> Vec<Gap> {
    let mut days: BTreeMap<LocalDate, u64> = BTreeMap::new();
    for (day, count) in accounts.iter().flat_map(|(_, activity)| &activity.days) {
        *days.entry(*day).or_default() += count;
    }
    let mut counts: Vec<u64> = days.values().copied().collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
    let (Some(&first), Some(&last)) = (days.keys().next(), days.keys().next_back()) else {
        return Vec::new();
    };
    if usual < USUAL_MESSAGES_MIN {
        return Vec::new();
    }
    // The first and the last day may be cut anywhere.
    let inner = first.next().days()..last.days();
    let thin: Vec<(LocalDate, u64)> = inner
        .map(LocalDate::from_days)
        .map(|day| (day, days.get(&day).copied().unwrap_or(0)))
        .filter(|&(_, count)| count * BREAK_SHARE < usual)
        .collect();
    let account = match accounts {
        [(account, _)] => account.as_str(),
        _ => "",
    };
    let runs = thin.chunk_by(|left, right| left.0.next() == right.0);
    runs.map(|run| Gap {
        account: account.to_owned(),
        business: business.to_owned(),
        days: Period {
            from: run[0].0,
            to: run[run.len() - 1].0,
        },
        seen: run.iter().map(|&(_, count)| count).sum(),
        usual,
    })
    .collect()
}

fn two_accounts(business: &str, accounts: &[(String, &NumberActivity)]) -> Vec<Finding> {
    let mut by_start: Vec<&(String, &NumberActivity)> = accounts.iter().collect();
    by_start.sort_by_key(|(_, activity)| activity.first);
    let overlapping = by_start
        .windows(2)
        .filter(|pair| pair[1].1.first < pair[0].1.last);
    overlapping
        .map(|pair| Finding {
            code: FindingCode::TwoAccounts,
            account: pair[1].0.as_str().into(),
            business: business.into(),
            at: Some(pair[1].1.first),
            customer: String::new(),
            message_id: String::new(),
            severity: Severity::Warning,
            money: Amount::ZERO,
            currency: None,
            explanation: format!(
                "this number wrote under account {} while it still wrote under account {}: a number belongs to \
                 one account at a time",
                pair[1].0, pair[0].0
            )
            .into(),
        })
        .collect()
}

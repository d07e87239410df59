//! Q-GAP and Q-TWO-ACCOUNTS: what the activity of business numbers shows of the log.

use std::collections::BTreeMap;

use super::{Finding, Request};
use crate::replay::activity::NumberActivity;
use crate::tariff::Amount;
use crate::vocabulary::{FindingCode, LocalDate, Severity};

/// A number that has fewer messages than this on a usual day may well have none on another.
const USUAL_MESSAGES_MIN: u64 = 20;
/// A day with less than one in so many of the usual messages is a break.
const BREAK_SHARE: u64 = 10;

/// Gaps in the log of a number, and numbers under two accounts at a time.
pub fn findings(request: &Request<'_>) -> Vec<Finding> {
    let cells = &request.outcome.cells;
    let mut numbers: BTreeMap<String, Vec<(String, &NumberActivity)>> = BTreeMap::new();
    for (business, account, activity) in request.outcome.activity.iter() {
        numbers
            .entry(cells.businesses.word(business))
            .or_default()
            .push((cells.accounts.word(account), activity));
    }
    let mut findings = Vec::new();
    for (business, mut accounts) in numbers {
        accounts.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        findings.extend(gaps(&business, &accounts));
        findings.extend(two_accounts(&business, &accounts));
    }
    findings
}

fn gaps(business: &str, accounts: &[(String, &NumberActivity)]) -> Vec<Finding> {
    let mut days: BTreeMap<LocalDate, u64> = BTreeMap::new();
    for (day, count) in accounts.iter().flat_map(|(_, activity)| &activity.days) {
        *days.entry(*day).or_default() += count;
    }
    let mut counts: Vec<u64> = days.values().copied().collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
    if usual < USUAL_MESSAGES_MIN {
        return Vec::new();
    }
    let (Some(&first), Some(&last)) = (days.keys().next(), days.keys().next_back()) else {
        return Vec::new();
    };
    // The first and the last day may be cut anywhere.
    let inner = first.next().days()..last.days();
    let thin: Vec<(LocalDate, u64)> = inner
        .map(LocalDate::from_days)
        .map(|day| (day, days.get(&day).copied().unwrap_or(0)))
        .filter(|&(_, count)| count * BREAK_SHARE < usual)
        .collect();
    let runs = thin.chunk_by(|left, right| left.0.next() == right.0);
    let account = match accounts {
        [(account, _)] => account.as_str(),
        _ => "",
    };
    runs.map(|run| {
        let seen: u64 = run.iter().map(|&(_, count)| count).sum();
        let (from, to) = (run[0].0, run[run.len() - 1].0);
        Finding {
            code: FindingCode::Gap,
            account: account.to_owned(),
            business: business.to_owned(),
            at: Some(crate::vocabulary::Instant::from_seconds(
                i64::from(from.days()) * 86_400,
            )),
            customer: String::new(),
            message_id: String::new(),
            severity: Severity::Warning,
            money: Amount::ZERO,
            currency: None,
            explanation: format!(
                "{seen} messages from {from} to {to} (UTC), where this number usually has {usual} a day: is a \
                 part of the log missing?"
            ),
        }
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
            account: pair[1].0.clone(),
            business: business.to_owned(),
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
            ),
        })
        .collect()
}

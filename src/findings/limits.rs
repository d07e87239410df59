//! C-LIMIT: more distinct customers reached outside a customer service window in a moving 24 hours than
//! the messaging limit allows; per number before 2025-10-07, per portfolio after.

use std::collections::VecDeque;

use hashbrown::HashMap;

use super::{Finding, Request};
use crate::replay::outcome::{Reach, RowSet};
use crate::tariff::Amount;
use crate::vocabulary::{FindingCode, Instant, Severity};

const WINDOW_HOURS: i64 = 24;

/// The messages with which a limit was passed: one for each time that it was.
pub fn findings(request: &Request<'_>) -> anyhow::Result<Vec<Finding>> {
    let outcome = request.outcome;
    let mut by_owner: HashMap<Owner, Vec<(Instant, String, Reach)>> = HashMap::new();
    for reach in &outcome.sightings.reaches {
        let mut customer = String::new();
        outcome.pairs.push_customer(reach.pair, &mut customer);
        by_owner
            .entry(owner(request, reach))
            .or_default()
            .push((reach.at, customer, *reach));
    }
    let mut passed = Vec::new();
    for (owner, mut reaches) in by_owner {
        reaches.sort_unstable_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        passed.extend(passes(&reaches, owner.limit));
    }
    let ids = request
        .ids
        .message_ids(RowSet::from(passed.iter().map(|pass| pass.reach.row)))?;
    let finding = |pass: &Pass| {
        let cells = &outcome.cells;
        Finding {
            code: FindingCode::Limit,
            account: cells.accounts.word(pass.reach.account).into(),
            business: cells
                .businesses
                .word(outcome.pairs.parts(pass.reach.pair).business)
                .into(),
            at: Some(pass.reach.at),
            customer: pass.customer.clone(),
            message_id: String::from_utf8_lossy(ids.get(pass.reach.row)).into_owned(),
            severity: Severity::Violation,
            money: Amount::ZERO,
            currency: None,
            explanation: format!(
                "with this message {} distinct customers were reached outside a customer service window within \
                 24 hours; the messaging limit is {}",
                pass.limit + 1,
                pass.limit
            )
            .into(),
        }
    };
    Ok(passed.iter().map(finding).collect())
}

/// Whose limit it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Owner {
    name: String,
    is_number: bool,
    limit: u64,
}

fn owner(request: &Request<'_>, reach: &Reach) -> Owner {
    let cells = &request.outcome.cells;
    let name = cells.accounts.word(reach.account);
    let account = request.accounts.account(&name);
    let limit = account.messaging_limit.unwrap_or(u64::MAX);
    let date = account.clock.local_date(reach.at);
    if date < request.rulebook.portfolio_limits_from() {
        let business = request.outcome.pairs.parts(reach.pair).business;
        return Owner {
            name: cells.businesses.word(business),
            is_number: true,
            limit,
        };
    }
    Owner {
        name: account.portfolio.on(date).clone().unwrap_or(name),
        is_number: false,
        limit,
    }
}

/// A message with which the limit was passed.
struct Pass {
    reach: Reach,
    customer: String,
    limit: u64,
}

fn passes(reaches: &[(Instant, String, Reach)], limit: u64) -> Vec<Pass> {
    let mut passed = Vec::new();
    let mut recent: VecDeque<(Instant, &str)> = VecDeque::new();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut is_over = false;
    for (at, customer, reach) in reaches {
        while let Some(&(first, left)) = recent.front()
            && first.plus_hours(WINDOW_HOURS) <= *at
        {
            recent.pop_front();
            if let Some(count) = counts.get_mut(left) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(left);
                }
            }
        }
        recent.push_back((*at, customer));
        *counts.entry(customer).or_default() += 1;
        let was_over = std::mem::replace(&mut is_over, counts.len() as u64 > limit);
        if is_over && !was_over {
            passed.push(Pass {
                reach: *reach,
                customer: customer.clone(),
                limit,
            });
        }
    }
    passed
}

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
    let mut by_owner: HashMap<Owner, Vec<Reached>> = HashMap::new();
    for reach in &outcome.sightings.reaches {
        let mut customer = String::new();
        outcome.pairs.push_customer(reach.pair, &mut customer);
        let (owner, limit) = owner(request, reach);
        by_owner.entry(owner).or_default().push(Reached {
            at: reach.at,
            customer,
            limit,
            reach: *reach,
        });
    }
    let mut passed = Vec::new();
    for (_, mut reaches) in by_owner {
        reaches.sort_unstable();
        passed.extend(passes(&reaches));
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
                pass.count,
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
}

/// A customer who was reached, under the limit of that instant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reached {
    at: Instant,
    customer: String,
    limit: u64,
    reach: Reach,
}

fn owner(request: &Request<'_>, reach: &Reach) -> (Owner, u64) {
    let cells = &request.outcome.cells;
    let name = cells.accounts.word(reach.account);
    let account = request.accounts.account(&name);
    let limits = &account.messaging_limits;
    let date = account.clock.local_date(reach.at);
    if date < request.rulebook.portfolio_limits_from() {
        let business = request.outcome.pairs.parts(reach.pair).business;
        let business = cells.businesses.word(business);
        let limit = limits.of_number(&business, reach.at);
        let owner = Owner {
            name: business,
            is_number: true,
        };
        return (owner, limit.unwrap_or(u64::MAX));
    }
    let owner = Owner {
        name: account.portfolio.on(date).clone().unwrap_or(name),
        is_number: false,
    };
    (owner, limits.of_account(reach.at).unwrap_or(u64::MAX))
}

/// A message with which the limit was passed.
struct Pass {
    reach: Reach,
    customer: String,
    /// Distinct customers within 24 hours, this one included.
    count: u64,
    limit: u64,
}

/// A limit is passed by a message to another customer than those of the last 24 hours: where the limit itself falls,
/// the next one does.
fn passes(reaches: &[Reached]) -> Vec<Pass> {
    let mut passed = Vec::new();
    let mut recent: VecDeque<(Instant, &str)> = VecDeque::new();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut is_over = false;
    for reached in reaches {
        while let Some(&(first, left)) = recent.front()
            && first.plus_hours(WINDOW_HOURS) <= reached.at
        {
            recent.pop_front();
            if let Some(count) = counts.get_mut(left) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(left);
                }
            }
        }
        recent.push_back((reached.at, &reached.customer));
        let messages = counts.entry(&reached.customer).or_default();
        *messages += 1;
        let is_another = *messages == 1;
        let count = counts.len() as u64;
        if count <= reached.limit {
            is_over = false;
        } else if is_another && !is_over {
            is_over = true;
            passed.push(Pass {
                reach: reached.reach,
                customer: reached.customer.clone(),
                count,
                limit: reached.limit,
            });
        }
    }
    passed
}

//! Findings, counted by code with the money at stake, and the gravest of each code.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::findings::Finding;
use crate::report::mask::Mask;
use crate::tariff::Amount;
use crate::vocabulary::Severity;

/// Findings of each code that are shown; the table `findings` holds all of them.
pub const EXAMPLES_SHOWN: usize = 12;

/// Findings of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// How many.
    pub count: u64,
    /// How many break a rule of Meta's.
    pub violations: u64,
    /// The money at stake, by currency.
    pub money: BTreeMap<String, Amount>,
    /// What the code means.
    pub meaning: &'static str,
    /// The gravest, then those with the most money, at most [`EXAMPLES_SHOWN`].
    pub examples: Vec<FindingExample>,
}

/// A finding as the report shows it: the customer under a pseudonym, and no message id, since Meta's ids hold
/// the customer's number. The id leads to the row of the table, which holds both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingExample {
    /// The row in the table.
    pub finding_id: String,
    /// How grave.
    pub severity: &'static str,
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Pseudonym of the customer, keyed per run; empty where it concerns none alone.
    pub customer: String,
    /// When, RFC 3339 in UTC.
    pub at: Option<String>,
    /// The money at stake.
    pub money: Amount,
    /// Of what.
    pub currency: Option<String>,
    /// One sentence.
    pub explanation: String,
}

/// Findings by code.
pub fn by_code(findings: &[Finding], mask: &Mask) -> BTreeMap<&'static str, FindingCounts> {
    let mut codes: BTreeMap<&'static str, (FindingCounts, Vec<&Finding>)> = BTreeMap::new();
    for finding in findings {
        let (counts, gravest) = codes.entry(finding.code.name()).or_default();
        counts.count += 1;
        counts.meaning = finding.code.meaning();
        counts.violations += u64::from(finding.severity == Severity::Violation);
        if let Some(currency) = finding.currency {
            let sum = counts.money.entry(currency.to_string()).or_default();
            // Each is at most the whole bill, which was summed before.
            *sum = sum.plus(finding.money).unwrap_or(*sum);
        }
        // Findings come in their order, so those that weigh the same stay in it.
        let weight = |finding: &Finding| Reverse((finding.severity, finding.money));
        let place = gravest.partition_point(|other| weight(other) <= weight(finding));
        if place < EXAMPLES_SHOWN {
            gravest.insert(place, finding);
            gravest.truncate(EXAMPLES_SHOWN);
        }
    }
    codes
        .into_iter()
        .map(|(code, (mut counts, gravest))| {
            counts.examples = gravest
                .into_iter()
                .map(|finding| example(finding, mask))
                .collect();
            (code, counts)
        })
        .collect()
}

fn example(finding: &Finding, mask: &Mask) -> FindingExample {
    FindingExample {
        finding_id: finding.id().to_string(),
        severity: finding.severity.name(),
        account: finding.account.to_string(),
        business: finding.business.to_string(),
        customer: mask.pseudonym(&finding.customer),
        at: finding.at.map(|at| at.to_string()),
        money: finding.money,
        currency: finding.currency.map(|currency| currency.to_string()),
        explanation: finding.explanation.to_string(),
    }
}

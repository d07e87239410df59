//! Findings, counted by code with the money at stake.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::findings::Finding;
use crate::tariff::Amount;

/// Findings of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// How many.
    pub count: u64,
    /// How many break a rule of Meta's.
    pub violations: u64,
    /// The money at stake, by currency.
    pub money: BTreeMap<String, Amount>,
}

/// Findings by code.
pub fn by_code(findings: &[Finding]) -> BTreeMap<&'static str, FindingCounts> {
    let mut codes: BTreeMap<&'static str, FindingCounts> = BTreeMap::new();
    for finding in findings {
        let counts = codes.entry(finding.code.name()).or_default();
        counts.count += 1;
        counts.violations += u64::from(finding.severity == crate::vocabulary::Severity::Violation);
        if let Some(currency) = finding.currency {
            let sum = counts.money.entry(currency.to_string()).or_default();
            // Each is at most the whole bill, which was summed before.
            *sum = sum.plus(finding.money).unwrap_or(*sum);
        }
    }
    codes
}

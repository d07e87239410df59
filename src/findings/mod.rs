//! Findings: compliance (C), savings (O), quality of the log (Q), and charges on which Meta's own marks differ
//! (A), each with its message and the money at stake.
//!
//! The replay notes what it sees ([`crate::replay::outcome::Sightings`]); here it gets its names, its
//! money and its words. What spans messages is found here: limits, gaps, double accounts, missing rates.
//!
//! Wording is an auditor's: what was seen and what it cost, never more than the log shows.

mod limits;
mod marks;
mod numbers;
mod rates;
mod sightings;
mod stake;

use std::sync::Arc;

pub use marks::Disagreement;
pub use numbers::{Gap, gaps};

use crate::accounts::Accounts;
use crate::pricing::{Groups, Pricer, Pricing};
use crate::replay::outcome::{FetchMessageIds, Outcome};
use crate::replay::pair::PairKey;
use crate::rulebook::Rulebook;
use crate::tariff::{Amount, Tariff};
use crate::vocabulary::{Currency, FindingCode, HexId, Instant, Severity, finding_id};

/// A row of the table `findings`; findings are ordered as their fields stand here. There may be millions:
/// what many of them say alike is kept once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// Account; empty where it concerns none alone.
    pub account: Arc<str>,
    /// Business number; empty where it concerns none alone.
    pub business: Arc<str>,
    /// When.
    pub at: Option<Instant>,
    /// Customer; empty where it concerns none alone.
    pub customer: String,
    /// The message behind it; empty where there is none alone.
    pub message_id: String,
    /// How grave.
    pub severity: Severity,
    /// The money at stake, exact; zero where there is none or it is not known.
    pub money: Amount,
    /// Of what.
    pub currency: Option<Currency>,
    /// One sentence.
    pub explanation: Arc<str>,
}

impl Finding {
    /// The same in every run and every split of the log.
    pub fn id(&self) -> HexId {
        let what = match self.at {
            Some(_) => &*self.message_id,
            None => &*self.explanation,
        };
        finding_id(
            self.code,
            &self.account,
            &self.business,
            &self.customer,
            what,
            self.at,
        )
    }
}

/// What findings are made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What was seen and charged.
    pub outcome: &'a Outcome,
    /// What it cost.
    pub pricing: &'a Pricing,
    /// Its sums.
    pub groups: &'a Groups,
    /// What it would have cost otherwise.
    pub pricer: &'a Pricer<'a>,
    /// Names of markets.
    pub tariff: &'a Tariff,
    /// Messaging limits.
    pub accounts: &'a Accounts,
    /// Dates of limits.
    pub rulebook: &'a Rulebook,
    /// Message ids.
    pub ids: &'a dyn FetchMessageIds,
    /// The pairs of which what Meta's marks say is told, if not all.
    pub only: Option<&'a dyn Fn(PairKey) -> bool>,
}

/// All findings of a run, in their order.
///
/// # Errors
/// If message ids can no longer be read.
pub fn find(request: &Request<'_>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = sightings::findings(request)?;
    findings.extend(marks::findings(request)?);
    findings.extend(limits::findings(request)?);
    findings.extend(numbers::findings(request.outcome));
    findings.extend(rates::findings(request));
    findings.sort_unstable();
    // The same rows under one id twice would say nothing more.
    findings.dedup();
    Ok(findings)
}

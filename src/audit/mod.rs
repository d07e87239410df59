//! Invoices and Meta's analytics held against the replay: every cent of difference with one cause.
//!
//! ```text
//!  invoice ───▶ lines ──┐
//!  analytics ─▶ lines ──┤ matching ─▶ comparisons ─▶ causes ─▶ differences ─▶ bridge, conclusion
//!  charges ──▶ groups ──┘  (cells)
//! ```
//!
//! It owns the reading of invoices ([`read_invoice`]) and analytics ([`read_analytics`]) and the comparison
//! ([`reconcile`]). It does not own prices: what is expected comes in as [`ExpectedGroup`]s.
//!
//! Worked example: the replay holds 1,000 marketing messages to India at 0.0118 and 200 to Brazil at 0.0625. The
//! invoice bills 950 and 250. Fifty too few here and fifty too many there meet exactly, so both rows say
//! A-MARKET: −0.59 on the first line, +3.13 on the second (3.125, as S-34 rounds the line). Had Brazil been
//! billed 240, nothing would meet, and both rows would say A-QUANTITY.

mod analytics;
mod causes;
mod charged;
mod claims;
mod comparison;
mod conclusion;
mod difference;
mod error;
mod expected;
mod invoice;
mod key;
mod line;
mod matching;
mod rows;
mod sample;
mod words;

use std::collections::BTreeMap;

pub use crate::vocabulary::Tier;
pub use analytics::{Analytics, parse_analytics, read_analytics};
pub use charged::{Charged, settled_groups};
pub use claims::{Claim, Claims, MESSAGES_MAX, claims};
pub use conclusion::{Bridge, BridgeStep, Conclusion, Tolerance, ToleranceError, Verdict};
pub use difference::{Cause, Difference, DifferenceStatus};
pub use error::{EvidenceError, Malformed};
pub use expected::ExpectedGroup;
pub use invoice::{INVOICE_COLUMNS, InvoiceMap, parse_invoice, read_invoice};
pub use line::{AMOUNT_MAX, DateBasis, InvoiceLine, LineKind, QUANTITY_MAX};
pub use sample::{Sample, SampleItem, SampleRequest, Selection, Stratum, StratumDrawn, sample};

use crate::{
    accounts::Accounts,
    replay::outcome::Outcome,
    tariff::{Amount, Period, Rounding, RoundingDigits, Tariff},
    vocabulary::{Currency, Instant, LocalDate},
};

/// Both sides, and how to compare them.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What the replay expects: all of the log, not only the audited months.
    pub groups: &'a [ExpectedGroup],
    /// The lines of all invoices, or of all analytics; never of both at once.
    pub lines: &'a [InvoiceLine],
    /// The cards and ladders, for whose rate a wrong price is.
    pub tariff: &'a Tariff,
    /// The days that the log holds completely; none where nobody knows of a gap.
    pub covered: Option<Period>,
    /// The tax rate of each account that states one, as a fraction.
    pub tax_rates: &'a BTreeMap<String, Amount>,
    /// S-34 `rounding`.
    pub rounding: Rounding,
    /// S-34 `rounding_digits`.
    pub rounding_digits: RoundingDigits,
    /// What may differ without counting.
    pub tolerance: Option<Tolerance>,
    /// From which difference on a total is material.
    pub materiality: Option<Amount>,
    /// Why the run as a whole is no conclusion (gaps, rejects, unknown zones), in words.
    pub open_points: &'a [String],
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The table `differences`.
    pub differences: Vec<Difference>,
    /// One bridge for each currency, in the order of their codes.
    pub bridges: Vec<Bridge>,
    /// What may be said.
    pub conclusion: Conclusion,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A group is larger than anything a network carries.
    #[error(
        "{quantity} units of {account} in one group: at most {QUANTITY_MAX} units and {AMOUNT_MAX} of money"
    )]
    TooLarge {
        /// The account of the group.
        account: String,
        /// How many units it claims.
        quantity: u64,
    },
    /// Differences do not sum to billed minus expected: a bug of this program.
    #[error(
        "the differences in {0} do not sum to billed minus expected; this is a bug, please report it"
    )]
    DoesNotFoot(String),
}

/// Holds lines against groups: matches them, finds one cause for each part of every difference, and adds up.
///
/// # Errors
/// If a group is absurdly large, or the result does not foot.
pub fn reconcile(evidence: &Evidence<'_>) -> Result<Reconciliation, AuditError> {
    let mut groups = evidence.groups.to_vec();
    groups.sort_unstable_by(|left, right| left.order().cmp(&right.order()));
    let evidence = &Evidence {
        groups: &groups,
        ..*evidence
    };
    if let Some(group) = evidence.groups.iter().find(|group| !group.is_in_range()) {
        return Err(AuditError::TooLarge {
            account: group.account.to_string(),
            quantity: group.quantity,
        });
    }
    let mut matching = matching::matched(evidence);
    causes::explain(evidence, &mut matching);
    let mut differences = rows::rows(evidence, &matching);
    conclusion::apply_tolerance(&mut differences, evidence.tolerance);
    if !conclusion::lines_foot(&differences) || !billed_is_whole(evidence, &differences) {
        return Err(AuditError::DoesNotFoot("a line".to_owned()));
    }
    let bridges = conclusion::bridges(&differences, evidence.materiality)
        .map_err(|currency: Currency| AuditError::DoesNotFoot(currency.to_string()))?;
    let conclusion = conclusion::conclusion(
        &differences,
        &bridges,
        evidence.tolerance,
        evidence.open_points,
    );
    Ok(Reconciliation {
        differences,
        bridges,
        conclusion,
    })
}

/// The tax rates that accounts state, for [`Evidence::tax_rates`].
pub fn tax_rates(accounts: &Accounts) -> BTreeMap<String, Amount> {
    let listed = accounts.listed().iter();
    listed
        .filter_map(|account| {
            let rate = Amount::parse(&account.tax_rate?.to_string()).ok()?;
            Some((account.id.clone(), rate))
        })
        .collect()
}

/// The months that a log reaches into, within the period asked for, for [`Evidence::covered`]: nobody can tell from a
/// log whether a quiet day is missing, but a month without a row is.
pub fn covered(
    outcome: &Outcome,
    from: Option<LocalDate>,
    to: Option<LocalDate>,
) -> Option<Period> {
    let (first, last) = outcome.time_range?;
    let month = |instant: Instant| LocalDate::at_offset(instant, 0).month();
    let log = Period {
        from: month(first).first_day(),
        to: month(last).last_day(),
    };
    let asked = Period {
        from: from.unwrap_or(log.from),
        to: to.unwrap_or(log.to),
    };
    log.common(asked)
}

/// Whether every cent of every line is in some row.
fn billed_is_whole(evidence: &Evidence<'_>, rows: &[Difference]) -> bool {
    let lines = evidence.lines.iter().filter_map(|line| line.amount);
    let rows = rows.iter().filter_map(|row| row.billed_amount);
    comparison::total(lines) == comparison::total(rows)
}

#[cfg(test)]
mod tests;

//! What it all comes to: the bridge from expected to invoiced, and the sentence that may be said.

mod tolerance;

use std::collections::BTreeMap;

use super::{
    Cause, Difference, DifferenceStatus,
    comparison::{minus, sum, total},
};
use crate::{
    tariff::Amount,
    vocabulary::{Currency, named_enum},
};
pub use tolerance::{Tolerance, ToleranceError};

named_enum! {
    /// What may be said about an invoice.
    pub enum Verdict {
        /// Nothing differs.
        Agree = "agree",
        /// What differs is no more than the tolerance.
        AgreeWithinTolerance = "agree within tolerance",
        /// Something differs.
        Disagree = "disagree",
        /// The evidence is incomplete.
        CannotConclude = "cannot conclude",
    }
}

/// From what the replay expects to what was invoiced, in one currency. It always sums:
/// `expected + every step + not_tested = invoiced`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// The currency of every amount.
    pub currency: Currency,
    /// What the tested lines should come to, and what the invoice lacks.
    pub expected: Amount,
    /// What each cause adds, in their order; causes that were not found are left out.
    pub steps: Vec<BridgeStep>,
    /// Billed on lines that could not be tested.
    pub not_tested: Amount,
    /// All that was billed.
    pub invoiced: Amount,
    /// All differences of tested lines together.
    pub difference: Amount,
    /// Whether those are at least the materiality threshold, where there is one.
    pub is_material: bool,
}

/// One cause's part of a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeStep {
    /// The cause.
    pub cause: Cause,
    /// What was billed too much because of it, less what was billed too little.
    pub amount: Amount,
    /// Too much.
    pub overcharged: Amount,
    /// Too little, as a positive amount.
    pub undercharged: Amount,
    /// The rows behind it.
    pub rows: u64,
}

/// The sentence, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What may be said.
    pub verdict: Verdict,
    /// Why nothing better can be said: for `cannot conclude` what is missing and how to supply it.
    pub reasons: Vec<String>,
}

/// Adds up the bridges, one for each currency, and checks that they foot.
///
/// # Errors
/// The currency whose bridge does not foot: a bug of this program.
pub(super) fn bridges(
    rows: &[Difference],
    materiality: Option<Amount>,
) -> Result<Vec<Bridge>, Currency> {
    let mut by_currency: BTreeMap<Currency, Vec<&Difference>> = BTreeMap::new();
    for row in rows {
        if let Some(currency) = row.currency {
            by_currency.entry(currency).or_default().push(row);
        }
    }
    by_currency
        .into_iter()
        .map(|(currency, rows)| {
            let bridge = bridge(currency, &rows, materiality);
            let steps = total(bridge.steps.iter().map(|step| step.amount));
            let reached = sum(sum(bridge.expected, steps), bridge.not_tested);
            (reached == bridge.invoiced && steps == bridge.difference)
                .then_some(bridge)
                .ok_or(currency)
        })
        .collect()
}

fn bridge(currency: Currency, rows: &[&Difference], materiality: Option<Amount>) -> Bridge {
    let mut steps: BTreeMap<Cause, BridgeStep> = BTreeMap::new();
    for row in rows {
        let (Some(cause), Some(difference)) = (row.cause, row.difference) else {
            continue;
        };
        let step = steps.entry(cause).or_insert(BridgeStep {
            cause,
            amount: Amount::ZERO,
            overcharged: Amount::ZERO,
            undercharged: Amount::ZERO,
            rows: 0,
        });
        step.amount = sum(step.amount, difference);
        step.rows += 1;
        if difference.is_negative() {
            step.undercharged = sum(step.undercharged, difference.abs());
        } else {
            step.overcharged = sum(step.overcharged, difference);
        }
    }
    let is_tested = |row: &&&Difference| row.status != DifferenceStatus::NotTested;
    let billed = |row: &&Difference| row.billed_amount.unwrap_or(Amount::ZERO);
    let difference = total(rows.iter().filter_map(|row| row.difference));
    Bridge {
        currency,
        expected: total(rows.iter().filter_map(|row| row.expected_amount)),
        not_tested: total(rows.iter().filter(|row| !is_tested(row)).map(billed)),
        invoiced: total(rows.iter().map(billed)),
        difference,
        is_material: materiality
            .is_none_or(|threshold| difference.abs() >= threshold && difference != Amount::ZERO),
        steps: steps.into_values().collect(),
    }
}

/// Marks the lines that differ by no more than the tolerance. A line is all rows of one line of one file; what
/// the invoice lacks is a line for each row.
pub(super) fn apply_tolerance(rows: &mut [Difference], tolerance: Option<Tolerance>) {
    let Some(tolerance) = tolerance else {
        return;
    };
    let mut start = 0;
    while start < rows.len() {
        let line = |row: &Difference| row.invoice_line.map(|line| (row.file.clone(), line));
        let first = line(&rows[start]);
        let length = match first {
            None => 1,
            Some(_) => rows[start..]
                .iter()
                .take_while(|row| line(row) == first)
                .count(),
        };
        let of_line = &mut rows[start..start + length];
        let difference = total(of_line.iter().filter_map(|row| row.difference));
        let expected = total(of_line.iter().filter_map(|row| row.expected_amount));
        if tolerance.allows(difference, expected) {
            let different = of_line
                .iter_mut()
                .filter(|row| row.status == DifferenceStatus::Different);
            different.for_each(|row| row.status = DifferenceStatus::WithinTolerance);
        }
        start += length;
    }
}

/// What may be said about all lines together.
pub(super) fn conclusion(
    rows: &[Difference],
    bridges: &[Bridge],
    tolerance: Option<Tolerance>,
    open_points: &[String],
) -> Conclusion {
    let mut reasons = open_points.to_vec();
    if rows.iter().all(|row| row.invoice_line.is_none()) {
        reasons.push("no line of any invoice was given: supply one with --invoice".to_owned());
    }
    let mut untested: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| row.status == DifferenceStatus::NotTested && row.is_evidence_missing)
    {
        *untested.entry(&row.explanation).or_default() += 1;
    }
    reasons.extend(untested.into_iter().map(|(reason, count)| match count {
        1 => format!("1 line could not be tested: {reason}"),
        count => format!("{count} lines could not be tested: {reason}"),
    }));
    if !reasons.is_empty() {
        return Conclusion {
            verdict: Verdict::CannotConclude,
            reasons,
        };
    }
    let is_different = rows
        .iter()
        .any(|row| row.status == DifferenceStatus::Different);
    let is_close = rows
        .iter()
        .any(|row| row.status == DifferenceStatus::WithinTolerance);
    let beyond: Vec<String> = bridges
        .iter()
        .filter(|bridge| bridge.difference != Amount::ZERO)
        .filter(|bridge| {
            tolerance.is_none_or(|tolerance| !tolerance.allows(bridge.difference, bridge.expected))
        })
        .map(|bridge| {
            format!(
                "in {} the lines together differ by {}",
                bridge.currency, bridge.difference
            )
        })
        .collect();
    if is_different || !beyond.is_empty() {
        let count = rows
            .iter()
            .filter(|row| row.status == DifferenceStatus::Different)
            .count();
        if count > 0 {
            reasons.push(format!("{count} rows differ by more than the tolerance"));
        }
        reasons.extend(beyond);
        return Conclusion {
            verdict: Verdict::Disagree,
            reasons,
        };
    }
    Conclusion {
        verdict: if is_close {
            Verdict::AgreeWithinTolerance
        } else {
            Verdict::Agree
        },
        reasons,
    }
}

/// Whether the rows of every line sum to what was billed less what was expected.
pub(super) fn lines_foot(rows: &[Difference]) -> bool {
    rows.iter().all(
        |row| match (row.billed_amount, row.expected_amount, row.difference) {
            (Some(billed), Some(expected), Some(difference)) => {
                minus(billed, expected) == difference
            }
            (_, None, None) => true,
            _ => false,
        },
    )
}

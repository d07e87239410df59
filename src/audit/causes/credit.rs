//! Money given back: it belongs to the cause that it corrects, if it corrects one that was found.

use std::collections::BTreeMap;

use super::{
    super::{
        Cause, Evidence, InvoiceLine,
        comparison::{Comparison, minus, sum},
        key::Key,
        matching::{Matching, is_covered},
    },
    words::stake,
};
use crate::tariff::Amount;

/// What a credit is for.
pub(in super::super) enum CreditVerdict {
    /// The cause it corrects, or none that is known.
    Explained(Cause, String),
    /// Why nothing can be said.
    NotTested(String),
}

/// Looks for what a credit corrects among the overcharges that its own columns cover.
pub(in super::super) fn credit(
    evidence: &Evidence<'_>,
    matching: &Matching,
    line: &InvoiceLine,
) -> CreditVerdict {
    let key = Key::of_line(line, matching.currency);
    let back = line.amount.map_or(Amount::ZERO, Amount::abs);
    let covered = || {
        matching
            .comparisons
            .iter()
            .filter(|each| key.covers(&each.key) && each.key.currency == key.currency)
    };
    let mut by_cause: BTreeMap<Cause, Amount> = BTreeMap::new();
    for comparison in covered() {
        for step in comparison
            .steps
            .iter()
            .filter(|step| step.amount > Amount::ZERO)
        {
            let known = by_cause.entry(step.cause).or_default();
            *known = sum(*known, step.amount);
        }
    }
    let of_one_step = covered()
        .flat_map(|comparison| &comparison.steps)
        .find(|step| step.amount == back)
        .map(|step| step.cause);
    let of_one_cause = || {
        by_cause
            .iter()
            .find(|(_, amount)| **amount == back)
            .map(|(&cause, _)| cause)
    };
    let of_one_line = || {
        covered()
            .find(|comparison| overcharge(comparison) == back)
            .and_then(largest)
    };
    let whole = of_one_step.or_else(of_one_cause).or_else(of_one_line);
    if let Some(cause) = whole {
        let text = format!(
            "gives back the {back} that {cause} explains above: the overcharge is corrected"
        );
        return CreditVerdict::Explained(cause, text);
    }
    let partly = by_cause
        .iter()
        .max_by_key(|&(&cause, &amount)| (amount, std::cmp::Reverse(cause)));
    if let Some((&cause, &amount)) = partly.filter(|(_, amount)| **amount > back) {
        let text = format!(
            "gives back {back} of the {amount} that {cause} explains: {} is left",
            minus(amount, back)
        );
        return CreditVerdict::Explained(cause, text);
    }
    let is_for_other_days = line.period.is_some() && covered().next().is_none();
    if is_for_other_days || !is_covered(evidence, line.period) {
        let text = "the log holds nothing of the period or cell that this corrects: supply the log and the invoice it refers to";
        return CreditVerdict::NotTested(text.to_owned());
    }
    let text = format!(
        "no overcharge was found that this gives back: {}",
        stake(minus(Amount::ZERO, back))
    );
    CreditVerdict::Explained(Cause::Unexplained, text)
}

fn overcharge(comparison: &Comparison) -> Amount {
    comparison
        .steps
        .iter()
        .fold(Amount::ZERO, |all, step| sum(all, step.amount))
}

fn largest(comparison: &Comparison) -> Option<Cause> {
    let most = comparison
        .steps
        .iter()
        .max_by_key(|step| (step.amount.abs(), std::cmp::Reverse(step.cause)));
    most.map(|step| step.cause)
}

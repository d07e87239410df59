//! What holding an invoice or analytics against the replay showed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::{Bridge, Reconciliation};
use crate::tariff::Amount;

/// One comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// What may be said: `agree`, `agree within tolerance`, `disagree`, `cannot conclude`.
    pub verdict: &'static str,
    /// Why nothing better can be said, and what to supply.
    pub reasons: Vec<String>,
    /// From expected to invoiced, by currency.
    pub bridges: Vec<BridgeSummary>,
    /// Rows of the table of differences, by status.
    pub rows: BTreeMap<&'static str, u64>,
    /// What is odd about the evidence, and how it was read.
    pub notes: Vec<String>,
}

/// From what the replay expects to what was invoiced: `expected + steps + not_tested = invoiced`.
#[derive(Clone, Debug, Serialize)]
pub struct BridgeSummary {
    /// Currency of every amount.
    pub currency: String,
    /// What the tested lines should come to, and what the invoice lacks.
    pub expected: Amount,
    /// What each cause adds, in the order in which causes are tested.
    pub steps: Vec<StepSummary>,
    /// Billed on lines that could not be tested.
    pub not_tested: Amount,
    /// All that was billed.
    pub invoiced: Amount,
    /// All differences of tested lines together.
    pub difference: Amount,
    /// Whether that is at least the materiality threshold, where there is one.
    pub is_material: bool,
}

/// One cause's part.
#[derive(Clone, Debug, Serialize)]
pub struct StepSummary {
    /// The cause.
    pub cause: &'static str,
    /// Too much less too little.
    pub amount: Amount,
    /// Billed too much.
    pub overcharged: Amount,
    /// Billed too little, as a positive amount.
    pub undercharged: Amount,
    /// Rows behind it.
    pub rows: u64,
}

impl Comparison {
    /// Sums up a comparison.
    pub fn new(
        reconciliation: &Reconciliation,
        materiality: Option<Amount>,
        notes: &[String],
    ) -> Self {
        let mut rows = BTreeMap::new();
        for difference in &reconciliation.differences {
            *rows.entry(difference.status.name()).or_default() += 1;
        }
        Self {
            verdict: reconciliation.conclusion.verdict.name(),
            reasons: reconciliation.conclusion.reasons.clone(),
            bridges: reconciliation
                .bridges
                .iter()
                .map(|summed| bridge(summed, materiality))
                .collect(),
            rows,
            notes: notes.to_vec(),
        }
    }

    /// The causes that were found.
    pub fn causes(&self) -> impl Iterator<Item = &'static str> {
        let steps = self.bridges.iter().flat_map(|bridge| &bridge.steps);
        steps.map(|step| step.cause)
    }
}

fn bridge(bridge: &Bridge, materiality: Option<Amount>) -> BridgeSummary {
    let steps = bridge.steps.iter().map(|step| StepSummary {
        cause: step.cause.name(),
        amount: step.amount,
        overcharged: step.overcharged,
        undercharged: step.undercharged,
        rows: step.rows,
    });
    BridgeSummary {
        currency: bridge.currency.to_string(),
        expected: bridge.expected,
        steps: steps.collect(),
        not_tested: bridge.not_tested,
        invoiced: bridge.invoiced,
        difference: bridge.difference,
        is_material: materiality.is_some() && bridge.is_material,
    }
}

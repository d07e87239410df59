//! What holding an invoice or analytics against the replay showed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::{Bridge, Cause, Difference, DifferenceStatus, Reconciliation};
use crate::report::figures::money;
use crate::tariff::Amount;

/// Differing rows that are shown; the table of differences holds all of them.
pub const DIFFERENCES_SHOWN: usize = 200;

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
    /// The rows that differ or were not tested, the largest first, at most [`DIFFERENCES_SHOWN`].
    pub largest: Vec<DifferenceRow>,
    /// One sentence for each currency: invoiced, expected, difference, explained, unexplained.
    pub sentences: Vec<String>,
    /// What is odd about the evidence, and how it was read.
    pub notes: Vec<String>,
}

/// A row of the table of differences; empty where the line does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DifferenceRow {
    /// The invoice; empty for what every invoice lacks.
    pub invoice_id: String,
    /// The row of its file.
    pub invoice_line: Option<u64>,
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Local month.
    pub month: String,
    /// Market or country.
    pub market: String,
    /// Category.
    pub category: &'static str,
    /// Pricing type.
    pub pricing_type: &'static str,
    /// Tier.
    pub tier: String,
    /// Currency.
    pub currency: String,
    /// Units expected.
    pub expected_quantity: Option<i64>,
    /// Units billed.
    pub billed_quantity: Option<i64>,
    /// Money expected.
    pub expected_amount: Option<Amount>,
    /// Money billed.
    pub billed_amount: Option<Amount>,
    /// Billed minus expected.
    pub difference: Option<Amount>,
    /// How it compares.
    pub status: &'static str,
    /// Why it differs.
    pub cause: &'static str,
    /// The reason in words.
    pub explanation: String,
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
    /// The part of the difference that has a cause.
    pub explained: Amount,
    /// The part that has none (A-UNEXPLAINED).
    pub unexplained: Amount,
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
        let bridges = reconciliation.bridges.iter();
        let bridges: Vec<_> = bridges.map(|summed| bridge(summed, materiality)).collect();
        Self {
            verdict: reconciliation.conclusion.verdict.name(),
            reasons: reconciliation.conclusion.reasons.clone(),
            sentences: bridges.iter().map(BridgeSummary::sentence).collect(),
            bridges,
            rows,
            largest: largest(&reconciliation.differences),
            notes: notes.to_vec(),
        }
    }

    /// The causes that were found.
    pub fn causes(&self) -> impl Iterator<Item = &'static str> {
        let steps = self.bridges.iter().flat_map(|bridge| &bridge.steps);
        steps.map(|step| step.cause)
    }
}

impl BridgeSummary {
    /// Nothing more than the figures, in words.
    fn sentence(&self) -> String {
        let amount =
            |amount: Amount| format!("{} {}", money(amount.abs(), &self.currency), self.currency);
        let mut text = format!(
            "Billed {}, expected {}",
            amount(self.invoiced),
            amount(self.expected)
        );
        if self.not_tested != Amount::ZERO {
            text.push_str(&format!(", not tested {}", amount(self.not_tested)));
        }
        if self.difference == Amount::ZERO {
            text.push_str("; no difference in what was tested.");
            return text;
        }
        let direction = match self.difference.is_negative() {
            true => "less",
            false => "more",
        };
        text.push_str(&format!(
            "; {} {direction} than expected, of which {} has a cause and {} has none.",
            amount(self.difference),
            signed(self.explained, self.difference, &amount),
            signed(self.unexplained, self.difference, &amount),
        ));
        text
    }
}

/// An amount; with its sign where it does not point where the whole does.
fn signed(part: Amount, whole: Amount, amount: &dyn Fn(Amount) -> String) -> String {
    let sign = match part != Amount::ZERO && part.is_negative() != whole.is_negative() {
        true => "-",
        false => "",
    };
    format!("{sign}{}", amount(part))
}

fn largest(differences: &[Difference]) -> Vec<DifferenceRow> {
    let mut rows: Vec<&Difference> = differences
        .iter()
        .filter(|row| {
            matches!(
                row.status,
                DifferenceStatus::Different | DifferenceStatus::NotTested
            )
        })
        .collect();
    // A stable sort: what weighs the same stays in the order of the table.
    rows.sort_by_key(|row| {
        let weight = row.difference.or(row.billed_amount).unwrap_or_default();
        let is_untested = row.status == DifferenceStatus::NotTested;
        (is_untested, std::cmp::Reverse(weight.abs()))
    });
    rows.truncate(DIFFERENCES_SHOWN);
    rows.into_iter().map(difference_row).collect()
}

fn difference_row(row: &Difference) -> DifferenceRow {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    DifferenceRow {
        invoice_id: text(&row.invoice_id),
        invoice_line: row.invoice_line,
        account: text(&row.account),
        business: text(&row.business),
        month: row.month.map(|month| month.to_string()).unwrap_or_default(),
        market: row.market.clone().unwrap_or_default(),
        category: row.category.unwrap_or_default(),
        pricing_type: row.pricing_type.unwrap_or_default(),
        tier: row.tier.clone().unwrap_or_default(),
        currency: row
            .currency
            .map(|code| code.to_string())
            .unwrap_or_default(),
        expected_quantity: row.expected_quantity,
        billed_quantity: row.billed_quantity,
        expected_amount: row.expected_amount,
        billed_amount: row.billed_amount,
        difference: row.difference,
        status: row.status.name(),
        cause: row.cause.map(Cause::name).unwrap_or_default(),
        explanation: row.explanation.clone(),
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
    let unexplained = bridge.steps.iter();
    let unexplained = unexplained.filter(|step| step.cause == Cause::Unexplained);
    let unexplained = unexplained
        .map(|step| step.amount)
        .next()
        .unwrap_or_default();
    BridgeSummary {
        explained: bridge
            .difference
            .minus(unexplained)
            .expect("a part of a sum"),
        unexplained,
        currency: bridge.currency.to_string(),
        expected: bridge.expected,
        steps: steps.collect(),
        not_tested: bridge.not_tested,
        invoiced: bridge.invoiced,
        difference: bridge.difference,
        is_material: materiality.is_some() && bridge.is_material,
    }
}

//! The sentence of an audit, and the bridge from what is expected to what was invoiced.

use super::layout::Page;
use crate::report::figures::{money, thousands};
use crate::report::summary::Comparison;

/// Reasons that are shown; `summary.json` holds all of them.
const REASONS_SHOWN: usize = 4;

/// Lays out a comparison with what `evidence` names: the invoice, Meta's analytics.
pub fn compared(page: &mut Page, evidence: &str, comparison: &Comparison) {
    page.gap();
    page.pair("Conclusion", &format!("{evidence}: {}", comparison.verdict));
    for reason in comparison.reasons.iter().take(REASONS_SHOWN) {
        page.paragraph(reason);
    }
    let hidden = comparison.reasons.len().saturating_sub(REASONS_SHOWN);
    if hidden > 0 {
        page.paragraph(&format!("{hidden} more reasons stand in summary.json."));
    }
    for bridge in &comparison.bridges {
        let amount = |amount| money(amount, &bridge.currency);
        page.gap();
        page.heading(
            &format!(
                "From expected to {}",
                if evidence == "invoice" {
                    "invoiced"
                } else {
                    "reported"
                }
            ),
            &["rows", "", &bridge.currency],
        );
        page.row("expected", &["", "", &amount(bridge.expected)]);
        for step in &bridge.steps {
            page.row(
                step.cause,
                &[&thousands(step.rows), "", &amount(step.amount)],
            );
        }
        if bridge.not_tested != crate::tariff::Amount::ZERO {
            page.row("not tested", &["", "", &amount(bridge.not_tested)]);
        }
        page.row("billed", &["", "", &amount(bridge.invoiced)]);
        if bridge.is_material {
            page.note("The difference is material by --materiality.");
        }
    }
}

//! The sentence of an audit, and the bridge from what is expected to what was invoiced.

use super::bill::whole;
use super::layout::Page;
use super::section::Section;
use crate::report::figures::{money, thousands};
use crate::report::summary::{BridgeSummary, Comparison};
use crate::tariff::Amount;

/// What a comparison with `evidence` comes to: with the invoice, with Meta's analytics.
pub fn sections<'a>(evidence: &'static str, comparison: &'a Comparison) -> Vec<Section<'a>> {
    let mut sections = vec![verdict(evidence, comparison)];
    for bridge in &comparison.bridges {
        sections.push(from_expected_to_billed(bridge));
    }
    sections
}

fn verdict<'a>(evidence: &'static str, comparison: &'a Comparison) -> Section<'a> {
    let reasons = &comparison.reasons;
    Section::new(reasons.len(), move |page, shown| {
        page.gap();
        page.pair("Conclusion", &format!("{evidence}: {}", comparison.verdict));
        for sentence in &comparison.sentences {
            page.paragraph(sentence);
        }
        paragraphs(page, reasons, shown);
    })
    .in_one_line_at_least()
}

/// As many texts as there is room for, and how many more there are.
pub fn paragraphs(page: &mut Page, texts: &[String], shown: usize) {
    let whole = whole(shown, texts.len());
    for text in &texts[..whole] {
        page.paragraph(text);
    }
    let hidden = texts.len() - whole;
    match (hidden, whole) {
        (0, _) => {}
        (_, 0) => page.note(&format!("{hidden} reasons stand in report.html.")),
        _ => page.note(&format!("{hidden} more stand in report.html.")),
    }
}

fn from_expected_to_billed(bridge: &BridgeSummary) -> Section<'_> {
    Section::new(bridge.steps.len(), move |page, shown| {
        let amount = |amount| money(amount, &bridge.currency);
        page.gap();
        page.heading("From expected to billed", &["rows", "", &bridge.currency]);
        page.row("expected", &["", "", &amount(bridge.expected)]);
        let whole = whole(shown, bridge.steps.len());
        for step in &bridge.steps[..whole] {
            page.row(
                step.cause,
                &[&thousands(step.rows), "", &amount(step.amount)],
            );
        }
        if whole < bridge.steps.len() {
            let others = &bridge.steps[whole..];
            let rows = others.iter().map(|step| step.rows).sum();
            // The whole bridge was summed before: a part of it fits.
            let sum = others.iter().fold(Amount::ZERO, |sum, step| {
                sum.plus(step.amount).unwrap_or(sum)
            });
            let name = format!("{} further causes", others.len());
            page.row(&name, &[&thousands(rows), "", &amount(sum)]);
        }
        if bridge.not_tested != Amount::ZERO {
            page.row("not tested", &["", "", &amount(bridge.not_tested)]);
        }
        page.row("billed", &["", "", &amount(bridge.invoiced)]);
        if bridge.is_material {
            page.note("The difference is material by --materiality.");
        }
    })
}

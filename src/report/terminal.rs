//! The summary as a page for the terminal, at most 80 columns: what a replay found, or the bill.
//!
//! It shows no customer. Colour is ornament: without it nothing is lost.

mod annotations;
mod bill;
mod compared;
pub mod layout;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use annotations::{annotations, error as error_annotation, warning as warning_annotation};
use layout::Page;

use super::figures::{money, size, thousands};
use super::summary::Summary;

/// Warnings that are shown; `summary.json` holds all of them.
const WARNINGS_SHOWN: usize = 3;

/// Lays out a summary. `output` is the folder that was written.
pub fn render(summary: &Summary, output: Option<&Path>, colour: bool) -> String {
    let mut page = Page::new(colour);
    identity(&mut page, summary);
    rows(&mut page, summary);
    match &summary.bill {
        Some(bill) => {
            let evidence = [
                ("invoice", &summary.invoice),
                ("Meta's analytics", &summary.analytics),
            ];
            for (name, comparison) in evidence {
                if let Some(comparison) = comparison {
                    compared::compared(&mut page, name, comparison);
                }
            }
            bill::bill(&mut page, bill);
        }
        None => conversations(&mut page, summary),
    }
    charges(&mut page, summary);
    findings(&mut page, summary);
    warnings(&mut page, summary);
    if let Some(output) = output {
        page.gap();
        page.pair("Output", &output.display().to_string());
    }
    page.finish()
}

fn identity(page: &mut Page, summary: &Summary) {
    match &summary.time_range {
        Some(range) => page.pair("Log", &format!("{} to {}", range.first, range.last)),
        None => page.pair("Log", "no usable row"),
    }
    let bytes = summary.files.iter().map(|file| file.bytes).sum();
    let files = match &summary.files[..] {
        [file] => format!("{}, {}", file.path, size(bytes)),
        files => format!("{} files, {}", files.len(), size(bytes)),
    };
    page.pair("Files", &files);
    let period = &summary.period;
    if period.from.is_some() || period.to.is_some() {
        let from = period.from.as_deref().unwrap_or("the beginning");
        let to = period.to.as_deref().unwrap_or("the end");
        page.pair("Period", &format!("{from} to {to}, local dates"));
    }
    if let Some(rulebook) = &summary.assumptions.rulebook {
        page.pair("Rulebook", &format!("{rulebook}, forced on the whole log"));
    }
    if summary.assumptions.accounts_file_absent {
        page.pair("Accounts", "none given: every account in UTC and USD");
    }
    if summary.assumptions.sent_counts_as_delivered {
        page.pair(
            "Delivery",
            "the log knows none: sent counts as delivered (D-3)",
        );
    }
}

fn rows(page: &mut Page, summary: &Summary) {
    let totals = &summary.control_totals;
    page.gap();
    page.heading("Rows read", &[&thousands(totals.rows_read)]);
    let outcomes = [
        ("inbound", totals.inbound),
        ("outbound, delivered", totals.outbound_delivered),
        ("outbound, not delivered", totals.outbound_undelivered),
        ("not through the API", totals.not_api),
        ("exact duplicates", totals.exact_duplicates),
        ("further rows of a message", totals.folded_status_rows),
        ("other channels", totals.other_channel),
        ("outside the period", totals.outside_period),
        ("rejected", totals.rejected),
    ];
    for (name, count) in outcomes {
        if count > 0 {
            page.row(name, &[&thousands(count)]);
        }
    }
}

fn conversations(page: &mut Page, summary: &Summary) {
    page.gap();
    page.heading("Conversations", &["opened", "outbound", "inbound"]);
    for (regime, categories) in &summary.conversations {
        for (category, counts) in categories {
            page.row(
                &format!("{regime}  {category}"),
                &[
                    &thousands(counts.count),
                    &thousands(counts.messages_outbound),
                    &thousands(counts.messages_inbound),
                ],
            );
        }
    }
    if summary.conversations.is_empty() {
        page.row("none", &[]);
    }
    let entry_points = summary.free_entry_points;
    if entry_points.estimated > 0 {
        page.note(&format!(
            "{} of {} free entry points are estimated: no mark of Meta's confirms them.",
            thousands(entry_points.estimated),
            thousands(entry_points.count)
        ));
    }
}

fn charges(page: &mut Page, summary: &Summary) {
    page.gap();
    page.heading("Charges", &["units", "estimated", "at an edge"]);
    let mut by_type = BTreeMap::<_, [u64; 3]>::new();
    for (&pricing_type, counts) in summary
        .charges
        .values()
        .flat_map(BTreeMap::values)
        .flatten()
    {
        let is_free = pricing_type != "regular";
        let sum = by_type.entry((is_free, pricing_type)).or_default();
        sum[0] += counts.count;
        sum[1] += counts.estimated;
        sum[2] += counts.edge;
    }
    for ((is_free, pricing_type), counts) in &by_type {
        let kind = if *is_free { "free" } else { "chargeable" };
        let cells = counts.map(thousands);
        page.row(
            &format!("{kind:<10}  {pricing_type}"),
            &[&cells[0], &cells[1], &cells[2]],
        );
    }
    if by_type.is_empty() {
        page.row("none", &[]);
    }
}

fn findings(page: &mut Page, summary: &Summary) {
    let Some(findings) = summary.findings.as_ref().filter(|codes| !codes.is_empty()) else {
        return;
    };
    page.gap();
    page.heading("Findings", &["count", "violations", "at stake"]);
    for (code, counts) in findings {
        let mut money: Vec<String> = counts
            .money
            .iter()
            .map(|(currency, amount)| format!("{} {currency}", money(*amount, currency)))
            .collect();
        let first = if money.is_empty() {
            "-".to_owned()
        } else {
            money.remove(0)
        };
        page.row(
            code,
            &[
                &thousands(counts.count),
                &thousands(counts.violations),
                &first,
            ],
        );
        for more in money {
            page.row("", &["", "", &more]);
        }
    }
}

fn warnings(page: &mut Page, summary: &Summary) {
    if !summary.incomplete.is_empty() {
        page.gap();
        page.alarm("Incomplete: this is not a conclusion");
        for reason in summary.incomplete.iter().take(WARNINGS_SHOWN) {
            page.paragraph(reason);
        }
    }
    if !summary.warnings.is_empty() {
        page.gap();
        page.heading("Warnings", &[]);
        for warning in summary.warnings.iter().take(WARNINGS_SHOWN) {
            let count = thousands(warning.count);
            page.paragraph(&format!("{}: {count} {}", warning.code, warning.text));
        }
        let hidden = summary.warnings.len().saturating_sub(WARNINGS_SHOWN);
        if hidden > 0 {
            page.paragraph(&format!("{hidden} more stand in summary.json."));
        }
    }
}

//! The summary as a page for the terminal, 80 columns wide and as a rule no longer than 30 lines: what a replay
//! found, or the bill. The whole story stands in `report.html`.
//!
//! It shows no customer. Colour is ornament: without it nothing is lost.

pub(super) mod annotations;
mod bill;
mod compared;
pub mod layout;
pub(super) mod section;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use annotations::{annotations, error as error_annotation, warning as warning_annotation};
pub(super) use bill::whole;
pub(super) use compared::paragraphs;
use layout::Page;
use section::{Section, draw_within};

use super::figures::{money, size, thousands};
use super::summary::{Assumptions, FindingCounts, LogFileSummary, Period, Summary, TimeRange};
use crate::log::totals::ControlTotals;
use crate::replay::outcome::Warning;

/// What fits on a screen without scrolling.
const LINES: usize = 30;

/// Lays out a summary. `output` is the folder that was written.
pub fn render(summary: &Summary, output: Option<&Path>, colour: bool) -> String {
    let mut page = Page::new(colour);
    let log = Log {
        files: &summary.files,
        time_range: summary.time_range.as_ref(),
        control_totals: &summary.control_totals,
        period: &summary.period,
        assumptions: &summary.assumptions,
    };
    log.draw(&mut page);
    let mut sections = Vec::new();
    let evidence = [
        ("invoice", &summary.invoice),
        ("Meta's analytics", &summary.analytics),
    ];
    for (name, comparison) in evidence {
        let comparison = comparison.iter();
        sections.extend(comparison.flat_map(|comparison| compared::sections(name, comparison)));
    }
    sections.extend(incomplete(summary));
    match &summary.bill {
        Some(bill) => sections.extend(bill::sections(bill, summary.inferred.as_ref())),
        None => sections.extend([conversations(summary), charges(summary)]),
    }
    sections.extend(findings(summary));
    sections.extend(warnings(&summary.warnings));
    // An empty line and the folder stand at the end.
    let last = 2 * usize::from(output.is_some());
    let left = LINES.saturating_sub(page.lines() + last);
    draw_within(&mut page, &sections, left);
    if let Some(output) = output {
        page.gap();
        page.pair("Output", &output.display().to_string());
    }
    page.finish()
}

/// What was read, and what is taken for granted about it.
pub(super) struct Log<'a> {
    /// Files of the log.
    pub files: &'a [LogFileSummary],
    /// First and last instant.
    pub time_range: Option<&'a TimeRange>,
    /// What became of every row.
    pub control_totals: &'a ControlTotals,
    /// The period asked for.
    pub period: &'a Period,
    /// What was taken for granted.
    pub assumptions: &'a Assumptions,
}

impl Log<'_> {
    /// Draws it.
    pub fn draw(&self, page: &mut Page) {
        let bytes = self.files.iter().map(|file| file.bytes).sum();
        let files = match self.files {
            [file] => format!("{}, {}", file.path, size(bytes)),
            files => format!("{} files, {}", files.len(), size(bytes)),
        };
        let log = match self.time_range {
            Some(range) => format!("{} to {}, {files}", range.first, range.last),
            None => format!("no usable row, {files}"),
        };
        page.pair("Log", &log);
        rows(page, self.control_totals);
        let period = self.period;
        if period.from.is_some() || period.to.is_some() {
            let from = period.from.as_deref().unwrap_or("the beginning");
            let to = period.to.as_deref().unwrap_or("the end");
            page.pair("Period", &format!("{from} to {to}, local dates"));
        }
        if let Some(rulebook) = &self.assumptions.rulebook {
            page.pair("Rulebook", &format!("{rulebook}, forced on the whole log"));
        }
        if self.assumptions.accounts_file_absent {
            page.pair("Accounts", "none given: every account in UTC and USD");
        }
        if self.assumptions.sent_counts_as_delivered {
            page.pair(
                "Delivery",
                "the log knows none: sent counts as delivered (D-3)",
            );
        }
    }
}

/// The control totals as one sum.
fn rows(page: &mut Page, totals: &ControlTotals) {
    let outcomes = [
        ("inbound", totals.inbound),
        ("delivered", totals.outbound_delivered),
        ("undelivered", totals.outbound_undelivered),
        ("not through the API", totals.not_api),
        ("exact duplicates", totals.exact_duplicates),
        ("folded status rows", totals.folded_status_rows),
        ("other channels", totals.other_channel),
        ("outside the period", totals.outside_period),
        ("rejected", totals.rejected),
    ];
    let parts: Vec<String> = outcomes
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{} {name}", thousands(*count)))
        .collect();
    let read = thousands(totals.rows_read);
    match parts.is_empty() {
        true => page.pair("Rows", &format!("{read} read")),
        false => page.pair("Rows", &format!("{read} read = {}", parts.join(" + "))),
    }
}

/// What keeps the run from being a conclusion, unless the verdict has said it.
fn incomplete(summary: &Summary) -> Option<Section<'_>> {
    let said = summary.invoice.iter();
    let said: Vec<&String> = said.flat_map(|comparison| &comparison.reasons).collect();
    let reasons = summary.incomplete.iter();
    let reasons: Vec<String> = reasons
        .filter(|reason| !said.contains(reason))
        .cloned()
        .collect();
    unfinished(reasons)
}

/// Reasons why there is no conclusion, where there are some.
pub(super) fn unfinished<'a>(reasons: Vec<String>) -> Option<Section<'a>> {
    (!reasons.is_empty()).then(|| {
        Section::new(reasons.len(), move |page, shown| {
            page.gap();
            page.alarm("Incomplete: this is not a conclusion");
            paragraphs(page, &reasons, shown);
        })
    })
}

fn conversations(summary: &Summary) -> Section<'_> {
    let rows: Vec<_> = summary
        .conversations
        .iter()
        .flat_map(|(regime, by)| {
            by.iter()
                .map(move |(category, counts)| (regime, category, counts))
        })
        .collect();
    let entry_points = summary.free_entry_points;
    Section::new(rows.len(), move |page, shown| {
        page.gap();
        page.heading("Conversations", &["opened", "outbound", "inbound"]);
        let whole = whole(shown, rows.len());
        for (regime, category, counts) in &rows[..whole] {
            let cells = [
                counts.count,
                counts.messages_outbound,
                counts.messages_inbound,
            ];
            let cells = cells.map(thousands);
            let name = format!("{regime}  {category}");
            page.row(&name, &[&cells[0], &cells[1], &cells[2]]);
        }
        if whole < rows.len() {
            let others = rows[whole..].iter().map(|(.., counts)| counts.count);
            let name = format!("{} others", rows.len() - whole);
            page.row(&name, &[&thousands(others.sum())]);
        }
        if rows.is_empty() {
            page.row("none", &[]);
        }
        if entry_points.estimated > 0 {
            page.note(&format!(
                "{} of {} free entry points are estimated: no mark of Meta's confirms them.",
                thousands(entry_points.estimated),
                thousands(entry_points.count)
            ));
        }
    })
}

fn charges(summary: &Summary) -> Section<'_> {
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
    // There are five pricing types: they are always shown.
    Section::new(0, move |page, _| {
        page.gap();
        page.heading("Charges", &["units", "estimated", "at an edge"]);
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
    })
}

/// The codes with violations first, then those with the most findings.
fn findings(summary: &Summary) -> Option<Section<'_>> {
    let codes = summary
        .findings
        .as_ref()
        .filter(|codes| !codes.is_empty())?;
    let mut rows: Vec<(&&'static str, &FindingCounts)> = codes.iter().collect();
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse((counts.violations, counts.count)));
    Some(Section::new(rows.len(), move |page, shown| {
        page.gap();
        page.heading("Findings", &["count", "violations", "at stake"]);
        let whole = whole(shown, rows.len());
        for (code, counts) in &rows[..whole] {
            let count = thousands(counts.count);
            let violations = thousands(counts.violations);
            let cells = |stake: &str| [count.clone(), violations.clone(), stake.to_owned()];
            let stake = match counts.money.iter().collect::<Vec<_>>()[..] {
                [] => "-".to_owned(),
                [(currency, amount)] => format!("{} {currency}", money(*amount, currency)),
                _ => format!("{} currencies", counts.money.len()),
            };
            page.row(code, &cells(&stake).each_ref().map(String::as_str));
        }
        if whole < rows.len() {
            let others = &rows[whole..];
            let count = others.iter().map(|(_, counts)| counts.count).sum();
            let violations = others.iter().map(|(_, counts)| counts.violations).sum();
            let name = format!("{} further codes", others.len());
            page.row(&name, &[&thousands(count), &thousands(violations)]);
        }
    }))
}

/// The texts, or where there is no room for all of them the codes.
pub(super) fn warnings(warnings: &[Warning]) -> Option<Section<'_>> {
    (!warnings.is_empty()).then(|| {
        Section::new(warnings.len(), move |page, shown| {
            page.gap();
            if shown < warnings.len() {
                let codes: Vec<String> = warnings
                    .iter()
                    .map(|warning| format!("{} {}", warning.code, thousands(warning.count)))
                    .collect();
                page.pair("Warnings", &codes.join(", "));
                return;
            }
            page.heading("Warnings", &[]);
            for warning in warnings {
                let count = thousands(warning.count);
                page.paragraph(&format!("{}: {count} {}", warning.code, warning.text));
            }
        })
        .in_one_line_at_least()
    })
}

//! `report.html` of a what-if: the same page as that of an audit, about what lies between the base and scenarios.
//!
//! It computes nothing but sums of the rows that a table does not show, and differences between two figures of
//! the summary that stand beside each other.

mod changes;
mod first;
mod later;
mod parts;
mod scenarios;
mod why;

use super::summary::WhatIfSummary;
use crate::report::chart::Chart;
use crate::report::page::evidence;
use crate::report::page::figure::Figures;
use crate::report::page::gaps;
use crate::report::page::section::Section;

/// Lays out a what-if with its charts. The same summary and charts give the same bytes.
///
/// # Errors
/// None in practice: the page is written into memory.
pub fn render(summary: &WhatIfSummary, charts: &[Chart]) -> anyhow::Result<String> {
    let mut figures = Figures::new(charts);
    let first = first::first(summary, &mut figures);
    let sections = sections(summary, &mut figures);
    crate::report::page::whole(first, sections, summary.version)
}

/// Everything behind page one, in the order in which it is asked for.
fn sections(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> Vec<Section> {
    let mut sections = vec![scenarios::section(summary, figures)];
    sections.push(changes::section(summary));
    sections.extend(why::section(summary, figures));
    sections.push(parts::section(summary));
    sections.extend(why::moved(summary));
    sections.extend(later::sweeps(summary, figures));
    sections.extend(later::break_even(summary));
    sections.extend(later::forecasts(summary, figures));
    sections.push(gaps::warnings(&summary.incomplete, &summary.warnings));
    sections.push(evidence::rows_read(&summary.control_totals));
    sections.push(evidence::settings(&summary.settings));
    sections.push(evidence::inputs(&summary.inputs, &summary.files));
    sections.push(gaps::limits(&summary.limits));
    sections.extend(figures.rest());
    sections
}

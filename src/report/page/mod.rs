//! `report.html`: the summary and its charts as one page that needs nothing else.
//!
//! The page computes nothing. Every number is one of the summary's, written by [`super::figures`]; what is added
//! are words, order, and where to look for more.

mod clean;
mod compared;
mod conversations;
mod cost;
pub(super) mod evidence;
pub(super) mod figure;
mod findings;
pub(super) mod first;
mod fonts;
pub(super) mod gaps;
pub(super) mod section;
pub(super) mod table;
#[cfg(test)]
pub(super) mod tests;
mod units;
mod volumes;
pub(super) mod words;

use askama::Template;

use super::chart::Chart;
use super::summary::Summary;
use figure::Figures;
use first::First;
use section::{Block, Section};

const STYLE: &str = include_str!("../../../templates/report/style.css");

/// The whole page.
#[derive(Template)]
#[template(path = "report/page.html")]
struct Page {
    title: String,
    version: &'static str,
    fingerprint: String,
    style: &'static str,
    fonts: String,
    first: First,
    sections: Vec<Section>,
}

/// Lays out a summary with its charts. The same summary and charts give the same bytes.
///
/// # Errors
/// None in practice: the page is written into memory.
pub fn render(summary: &Summary, charts: &[Chart]) -> anyhow::Result<String> {
    let mut figures = Figures::new(charts);
    let first = First::new(summary);
    let sections = sections(summary, &mut figures);
    whole(first, sections, summary.version)
}

/// The page of page one and the sections behind it.
///
/// # Errors
/// None in practice: the page is written into memory.
pub(super) fn whole(
    mut first: First,
    mut sections: Vec<Section>,
    version: &'static str,
) -> anyhow::Result<String> {
    number(&mut first, &mut sections);
    let page = Page {
        title: first.title.to_owned(),
        version,
        fingerprint: first.fingerprint.clone(),
        style: STYLE,
        fonts: fonts::faces(),
        first,
        sections,
    };
    Ok(clean::neutralised(page.render()?))
}

/// Everything behind page one, in the order in which it is asked for.
fn sections(summary: &Summary, figures: &mut Figures<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(cost::section(summary, figures));
    sections.push(conversations::section(summary, figures));
    sections.push(units::section(summary, figures));
    sections.extend(volumes::section(summary, figures));
    sections.extend(compared::invoice(summary, figures));
    sections.extend(compared::analytics(summary, figures));
    sections.extend(findings::section(summary));
    sections.push(gaps::warnings(&summary.incomplete, &summary.warnings));
    sections.extend(gaps::missing_rates(summary));
    sections.push(evidence::control_totals(summary));
    sections.push(evidence::settings(&summary.settings));
    sections.push(evidence::rules(summary));
    sections.push(evidence::inputs(&summary.inputs, &summary.files));
    sections.push(gaps::limits(&summary.limits));
    sections.extend(figures.rest());
    sections
}

/// Numbers sections, tables and figures in the order in which they stand.
fn number(first: &mut First, sections: &mut [Section]) {
    let (mut tables, mut figures) = (0, 0);
    for table in first.tables() {
        tables += 1;
        table.number = tables;
    }
    for figure in &mut first.figures {
        figures += 1;
        figure.number = figures;
    }
    for (place, section) in sections.iter_mut().enumerate() {
        section.number = place + 1;
        for block in &mut section.blocks {
            match block {
                Block::Table(table) => {
                    tables += 1;
                    table.number = tables;
                }
                Block::Figure(figure) => {
                    figures += 1;
                    figure.number = figures;
                }
                Block::Heading(_) | Block::Text(_) | Block::Command(_) | Block::List(_) => {}
            }
        }
    }
}

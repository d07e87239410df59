//! Charts and the sections they belong to.

use super::section::Section;
use crate::report::chart::Chart;

/// A chart on the page.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its place among the figures of the page.
    pub number: usize,
    /// Its caption.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// The drawing, as it stands in the page.
    pub svg: String,
}

/// The charts that have found no place yet.
pub struct Figures<'a> {
    left: Vec<&'a Chart>,
}

impl<'a> Figures<'a> {
    /// All of them.
    pub fn new(charts: &'a [Chart]) -> Self {
        Self {
            left: charts.iter().collect(),
        }
    }

    /// The charts of this name, and those that add a currency to it: `cost_by_day_usd`.
    pub fn named(&mut self, name: &str) -> Vec<Figure> {
        let mut found = Vec::new();
        self.left.retain(|chart| {
            let rest = chart.name.strip_prefix(name);
            let belongs = rest.is_some_and(|rest| rest.is_empty() || is_currency(rest));
            if belongs {
                found.push(figure(chart));
            }
            !belongs
        });
        found
    }

    /// A section of the charts that belong nowhere else, so that none is lost.
    pub fn rest(&mut self) -> Option<Section> {
        if self.left.is_empty() {
            return None;
        }
        let mut section = Section::new("charts", "Further charts");
        section.figures(self.left.drain(..).map(figure).collect());
        Some(section)
    }
}

/// `_usd`.
fn is_currency(rest: &str) -> bool {
    let code = rest.strip_prefix('_').unwrap_or_default();
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn figure(chart: &Chart) -> Figure {
    // A page of HTML takes the drawing alone, without the declarations of a file of XML.
    let from = chart.svg.find("<svg").unwrap_or(chart.svg.len());
    Figure {
        number: 0,
        title: chart.title.clone(),
        alt: chart.alt.clone(),
        svg: chart.svg[from..].trim_end().to_owned(),
    }
}

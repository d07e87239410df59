//! The pages that tests look at.

use super::summaries;
use crate::report::chart::Chart;
use crate::report::page::render;
use crate::report::summary::Summary;

/// A page with what it was made of.
pub struct Rendered {
    pub name: &'static str,
    pub summary: Summary,
    pub html: String,
}

/// Every page, with charts.
pub fn rendered() -> Vec<Rendered> {
    let summaries = summaries::all().into_iter();
    summaries
        .map(|(name, summary)| Rendered {
            name,
            html: render(&summary, &charts()).unwrap(),
            summary,
        })
        .collect()
}

/// One chart of each name, and one that has no place.
pub fn charts() -> Vec<Chart> {
    [
        ("cost_by_day_usd", "Cost by day in USD"),
        ("cost_by_day_eur", "Cost by day in EUR"),
        ("cost_by_market", "Cost by market as a chart"),
        ("conversations_by_day", "Conversations opened by day"),
        ("units_by_hour", "Chargeable units by hour of the week"),
        ("bridge", "From expected to invoiced, as a chart"),
        ("allowances", "Use of allowances"),
        ("tiers", "Climb through the tiers"),
        ("cost_by_moon", "A chart that nobody foresaw"),
    ]
    .into_iter()
    .enumerate()
    .map(|(place, (name, title))| Chart {
        name: name.to_owned(),
        title: title.to_owned(),
        alt: format!("{title}: bars that rise <to> the \"right\"."),
        svg: drawing(place),
    })
    .collect()
}

fn drawing(place: usize) -> String {
    let mut bars = String::new();
    for bar in 0..12 {
        let height = 20 + (bar * 17 + place * 29) % 160;
        bars.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"52\" height=\"{height}\" fill=\"#0072b2\"/>",
            70 + bar * 70,
            240 - height
        ));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         viewBox=\"0 0 960 300\" font-family=\"DejaVu Sans\" font-size=\"13\">\
         <line x1=\"60\" y1=\"240\" x2=\"940\" y2=\"240\" stroke=\"var(--grid, #d5d9de)\"/>{bars}\
         <text x=\"60\" y=\"270\" fill=\"var(--ink, #1b1f24)\">1 October to 12 October</text></svg>\n"
    )
}

//! Charts: what the summary says, as drawings. Nothing is computed here but layout.
//!
//! plotters draws (`paper`), what it writes is rewritten for the page (`transcribe`), and a drawing that leaves
//! the page carries its letters with it (`stand_alone`). Figures are exact decimals from the summary; binary
//! floating point only says where on the paper a thing lies.

mod allowances;
pub(super) mod bridge;
mod calendar;
pub(super) mod dates;
pub(super) mod header;
mod hours;
pub(super) mod letters;
mod markets;
pub(super) mod measure;
mod over_time;
pub(super) mod palette;
pub(super) mod paper;
mod stacked;
mod stand_alone;
#[cfg(test)]
pub(super) mod tests;
mod tiers;
pub(super) mod transcribe;

use std::collections::BTreeSet;

use super::chart::Chart;
use super::summary::Summary;
use crate::run::output::Folder;

pub use letters::clean;
pub use stand_alone::{base64, png, svg};

/// Every chart of a run, in reading order. What a run does not know is left out; a month in which nothing
/// happened is drawn as such.
pub fn draw(summary: &Summary) -> Vec<Chart> {
    let names = Names::of(summary);
    let mut charts = Vec::new();
    charts.extend(bridge::draw(summary, &names));
    charts.extend(over_time::cost(summary, &names));
    charts.extend(markets::draw(summary, &names));
    charts.extend(over_time::units(summary));
    charts.extend(over_time::conversations(summary));
    charts.extend(hours::draw(summary));
    charts.extend(allowances::draw(summary));
    charts.extend(tiers::draw(summary));
    charts
}

/// Writes each chart as `charts/NAME.svg` and `charts/NAME.png`, light and with its letters.
///
/// # Errors
///
/// If a file cannot be written.
pub fn write(charts: &[Chart], folder: &Folder) -> anyhow::Result<()> {
    for chart in charts {
        folder.write_file(&format!("charts/{}.svg", chart.name), svg(chart).as_bytes())?;
        folder.write_file(&format!("charts/{}.png", chart.name), &png(chart)?)?;
    }
    Ok(())
}

/// Names of charts that there is one of for each currency.
pub(super) struct Names {
    /// Whether there is more than one currency.
    pub has_several: bool,
}

impl Names {
    fn of(summary: &Summary) -> Self {
        let bill = summary.bill.iter();
        let invoice = summary.invoice.iter();
        let currencies: BTreeSet<&str> = bill
            .flat_map(|bill| bill.totals.keys().chain(bill.by_market.keys()))
            .chain(summary.over_time.amounts.keys())
            .map(String::as_str)
            .chain(
                invoice
                    .flat_map(|invoice| &invoice.bridges)
                    .map(|bridge| bridge.currency.as_str()),
            )
            .collect();
        Self {
            has_several: currencies.len() > 1,
        }
    }

    /// `cost_by_day`, or `cost_by_day_usd` where there are several currencies.
    pub fn name(&self, chart: &str, currency: &str) -> String {
        match self.has_several {
            true => {
                let letters = currency.chars().filter(char::is_ascii_alphanumeric);
                let suffix: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
                format!("{chart}_{suffix}")
            }
            false => chart.to_owned(),
        }
    }
}

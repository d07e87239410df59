//! Charts of a what-if: what scenarios cost beside the base, and why. Nothing is computed here but layout.

mod forecast;
pub mod names;
mod scenarios;
mod sweep;
mod waterfall;

use super::summary::WhatIfSummary;
use crate::report::chart::Chart;
use crate::report::charts::Names;

pub use crate::report::charts::write;

/// Every chart of a what-if, in reading order.
pub fn draw(summary: &WhatIfSummary) -> Vec<Chart> {
    let names = Names {
        has_several: summary.currencies.len() > 1,
    };
    let mut charts = Vec::new();
    charts.extend(scenarios::draw(summary, &names));
    charts.extend(waterfall::draw(summary, &names));
    charts.extend(sweep::draw(summary, &names));
    charts.extend(forecast::draw(summary, &names));
    charts
}

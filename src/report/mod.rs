//! What a run tells: tables, and the summary with its views.
//!
//! Every number that is shown stands in `summary.json`; `report.html` ([`page`]), `report.xlsx` ([`workbook`]),
//! charts and the terminal only lay it out.

pub mod chart;
pub mod charts;
pub mod claims;
pub mod figures;
pub mod focus;
pub mod mask;
mod neutral;
pub mod page;
pub mod profile;
pub mod rejects;
pub mod sample;
pub mod summary;
pub mod tables;
pub mod terminal;
pub mod whatif;
pub mod workbook;

#[cfg(test)]
pub(crate) mod fixture;

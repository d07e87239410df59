//! What a run tells: tables, summary, rejects, and the page on the terminal.
//!
//! Every number that is shown stands in `summary.json`; the terminal only lays it out.

pub mod chart;
pub mod charts;
pub mod claims;
pub mod figures;
pub mod mask;
pub mod profile;
pub mod rejects;
pub mod sample;
pub mod summary;
pub mod tables;
pub mod terminal;

#[cfg(test)]
pub(crate) mod fixture;

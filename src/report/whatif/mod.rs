//! How a what-if is told: a summary, and its views on the terminal, as a page, as a workbook and as charts.
//!
//! ```text
//!  comparison ──▶ WhatIfSummary ──▶ summary.json
//!                       │
//!                       ├──▶ terminal
//!                       ├──▶ charts ──▶ page (report.html)
//!                       └──▶ workbook (report.xlsx)
//! ```
//!
//! The summary knows no customer: it is made with pseudonyms, so no view can show one.

pub mod charts;
pub mod page;
mod parts;
pub mod summary;
pub mod terminal;
#[cfg(test)]
mod tests;
mod words;
pub mod workbook;

pub use summary::{Told, WhatIfSummary};

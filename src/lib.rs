//! Replays a WhatsApp message log through Meta's conversation and pricing rules.
//!
//! ```text
//!  exports ──▶ log ──▶ replay ──▶ report
//!  csv parquet  rows    conversations  tables summary
//!               rejects charges        manifest
//!                 ▲        ▲
//!             accounts  rulebook
//! ```
pub mod cli;
pub mod log;
pub mod replay;
pub mod report;
pub mod run;
pub mod vocabulary;

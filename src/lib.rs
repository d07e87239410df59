//! Replays a WhatsApp message log through Meta's conversation and pricing rules.
//!
//! ```text
//!  exports ──▶ log ──▶ replay ──▶ report
//!  csv parquet  rows    conversations  tables summary
//!               rejects charges        manifest
//!                 ▲        ▲
//!             accounts  rulebook
//! ```
pub mod accounts;
pub mod log;
pub mod rulebook;
pub mod tariff;
pub mod vocabulary;

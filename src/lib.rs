//! Replays a WhatsApp message log through Meta's conversation and pricing rules: the customer's half of
//! the bill.
//!
//! ```text
//!  exports ──▶ log ──▶ replay ──▶ report ──▶ run
//!  csv parquet  rows    conversations  tables    folder
//!               rejects charges        summary   manifest
//!                ▲        ▲              ▲
//!             accounts  rulebook      tariff (markets)
//! ```
//!
//! Start reading at [`replay`], then [`replay::machine`], which holds the rules. Each layer uses only
//! layers above it in this list: `vocabulary`, `rulebook`, `tariff`, `accounts`, `log`, `replay`,
//! `report`, `run`, `cli`.

pub mod accounts;
pub mod cli;
pub mod log;
pub mod replay;
pub mod rulebook;
pub mod tariff;
pub mod vocabulary;

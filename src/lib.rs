//! Replays a WhatsApp message log through Meta's conversation and pricing rules: the customer's half of
//! the bill.
//!
//! ```text
//!  exports ──▶ log ──▶ replay ──▶ pricing ──▶ findings ──▶ audit ──▶ report ──▶ run
//!  csv parquet  rows    conversations  prices    what else   causes    tables    folder
//!  jsonl        rejects charges        lines     there is    bridge    summary   manifest
//!                ▲        ▲              ▲                     ▲
//!             accounts  rulebook      tariff                invoice, analytics
//! ```
//!
//! Start reading at [`replay`], then [`replay::machine`], which holds the rules. Each layer uses only
//! layers above it in this list: `memory`, `vocabulary`, `rulebook`, `tariff`, `accounts`, `store`, `log`,
//! `replay`, `pricing`, `findings`, `audit`, `whatif`, `picture`, `explain`, `report`, `import`, `state`, `simulate`,
//! `run`, `runs`, `job`, `cli`. Those from `picture` on stand under the feature `program`: they need the heavy
//! dependencies, the others build alone.

// The documentation is built with private items: it is for those who read the code.
#![allow(rustdoc::private_intra_doc_links)]

pub mod accounts;
pub mod audit;
#[cfg(feature = "program")]
pub mod cli;
#[cfg(feature = "program")]
pub mod explain;
pub mod findings;
#[cfg(feature = "program")]
pub mod import;
#[cfg(feature = "program")]
pub mod job;
pub mod log;
pub mod memory;
#[cfg(feature = "program")]
pub mod picture;
pub mod pricing;
pub mod replay;
#[cfg(feature = "program")]
pub mod report;
pub mod rulebook;
#[cfg(feature = "program")]
pub mod run;
#[cfg(feature = "program")]
pub mod runs;
#[cfg(feature = "program")]
pub mod simulate;
#[cfg(feature = "program")]
pub mod state;
pub mod store;
pub mod tariff;
pub mod vocabulary;
pub mod whatif;

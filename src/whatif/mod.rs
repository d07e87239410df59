//! What-if: the same log under other rules, prices, volume or behaviour, side by side with the base.
//!
//! ```text
//!            rules ─▶ rulebook, settings ──┐
//!  scenario  prices ─▶ tariff, fees ───────┼──▶ the engine of `audit` ──▶ comparison
//!            volume, mix, behaviour ───────┘     (judge again, price again)
//!                 └▶ messages of each pair
//! ```
//!
//! A scenario is an overlay on the tables and messages that an audit stands on; nothing here knows a rule of
//! Meta's. The log is read and folded once. A scenario of prices alone prices the counts of the base again; any
//! other judges the folded messages again.

pub mod bill;
pub mod bridge;
pub mod cells;
pub mod comparison;
pub mod engine;
pub mod forecast;
pub mod moved;
pub mod overlay;
pub mod quantities;
pub mod rewriting;
pub mod scenario;
pub mod vary;

pub use comparison::{Comparison, Effect};
pub use engine::{Base, Engine, Run, WhatIfError};
pub use overlay::Tables;
pub use scenario::Scenario;

//! How far a portfolio has climbed in a month.

use crate::vocabulary::{ChargeCategory, Currency, Month};

/// The volume of one counter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TierPosition {
    /// The portfolio, or the account that is its own.
    pub owner: String,
    /// The market.
    pub market: String,
    /// The category.
    pub category: ChargeCategory,
    /// The local month.
    pub month: Month,
    /// Volume that the log does not show (S-23).
    pub used_elsewhere: u64,
    /// Charged messages of the log.
    pub counted: u64,
    /// Those priced at list because no ladder is known for their currency and date (Q-NO-LADDER).
    pub without_ladder: u64,
    /// What they were billed in.
    pub currencies: Vec<Currency>,
    /// The step that the last one fell in, if a ladder is known and holds it.
    pub tier: Option<String>,
    /// The first rank of the next step, if there is one.
    pub next_from: Option<u64>,
}

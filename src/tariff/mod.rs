//! From a chargeable unit to its price: markets, dated cards, volume tiers, exact amounts.
//!
//! The tables are in `data/tariff/`; this folder holds the mechanisms. [`Markets`] says which market a
//! number belongs to on a date, [`Cards`] which list rate a cell of a card has on a date, [`Ladders`]
//! which volume tier a rank falls in, [`Amount`] what that comes to. [`Tariff`] is all of them, from the
//! built-in tables or a user's folder; [`import`] takes in Meta's own rate cards.
//!
//! Worked example: 2026-10-05, billed in US dollars, a marketing template to India. The row in force is
//! that of 2026-07-01 or whichever is the latest before that day for this cell; its rate times one is
//! the amount, and `rate_card` names the card the row stands on, `PMP-USD-` and that date.

mod amount;
mod auth_international;
mod card_file;
mod cards;
mod folder;
mod holes;
pub mod import;
mod market_file;
mod market_spans;
mod markets;
mod model;
mod numbering;
mod overlay;
mod periods;
mod reform;
mod tier_file;
mod tiers;
mod trie;

pub use amount::{Amount, AmountError, Money, MoneyError, Rounding, RoundingDigits};
pub use auth_international::AuthInternational;
pub use card_file::{Cell, RATE_COLUMNS};
pub use cards::{Card, CardId, Cards, Rate};
pub use folder::{TARIFF_FILES, Tariff};
pub use holes::{Hole, HoleKind, holes};
pub use market_spans::{MarketMove, MarketSpans};
pub use markets::{MarketId, Markets};
pub use model::{CardModel, Confidence, Unrated, UnratedReason};
pub use periods::{Period, Periods};
pub use reform::{LadderChange, LadderMove, RateChange, RateMove, Reach, Refused};
pub use tier_file::{LadderKey, StepEnd, TIER_COLUMNS};
pub use tiers::{Ladder, Ladders, Step};

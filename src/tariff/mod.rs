//! From a chargeable unit to its price: so far, the markets.

mod auth_international;
mod market_file;
mod markets;
mod numbering;
mod trie;

pub use auth_international::AuthInternational;
pub use markets::{MarketId, Markets};

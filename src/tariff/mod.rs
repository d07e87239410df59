//! From a chargeable unit to its price: so far, the markets.

mod market_file;
mod markets;
mod numbering;
mod trie;

pub use markets::{MarketId, Markets};

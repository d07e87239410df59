//! From rows to conversations and charges.

pub mod outcome;
pub mod pair;

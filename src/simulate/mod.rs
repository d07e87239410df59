//! Made-up evidence with a known truth.

pub mod wrong_invoice;

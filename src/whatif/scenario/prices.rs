//! Rates, tiers, discounts, fees and exchange rates that are otherwise.

use serde::Deserialize;

/// Rates, tiers, discounts, fees and exchange rates that are otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {}

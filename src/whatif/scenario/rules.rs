//! Regimes, lengths, allowances and settings that are otherwise.

use serde::Deserialize;

/// Regimes, lengths, allowances and settings that are otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {}

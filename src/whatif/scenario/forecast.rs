//! Months after the log.

use serde::Deserialize;

/// Months after the log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastMonths {}

//! What a run continues, and what it leaves to the next one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::log::totals::ControlTotals;
use crate::tariff::Amount;

/// What a run continues, and what it leaves to the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContinuedSummary {
    /// The number of this run among those that continue each other.
    pub run: u64,
    /// What was charged before was settled by earlier runs.
    pub settled_before: Option<String>,
    /// What was charged before is settled for the next run, where a state is left.
    pub settles_before: Option<String>,
    /// How many days back late rows are judged exactly.
    pub horizon_days: u32,
    /// Control totals of the earlier runs; those of this run are in `control_totals` together with them.
    pub totals_before: ControlTotals,
    /// Rows of this run that were rejected; a row of an earlier one may be accepted by now.
    pub new_rejects: u64,
    /// Rows of earlier runs that were judged again.
    pub rows_carried: u64,
    /// Rows that the next run judges again.
    pub rows_left: u64,
    /// New rows of messages that were settled before: they change nothing.
    pub settled_rows: u64,
    /// Messages with rows that came after their time was settled.
    pub late_messages: u64,
    /// Adjustments of this run by reason.
    pub adjustments: BTreeMap<&'static str, u64>,
    /// What they change, by month, then currency.
    pub adjusted: BTreeMap<String, BTreeMap<String, Adjusted>>,
    /// Months whose lines change by adjustments only.
    pub closed_months: BTreeSet<String>,
}

/// What adjustments come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjusted {
    /// How many there are.
    pub count: u64,
    /// What they add to, or take from, what was published.
    pub amount: Amount,
}

//! Control totals: every row that was read has exactly one outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many rows had which outcome (contract: the canonical log).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlTotals {
    /// Rows read from all files.
    pub rows_read: u64,
    /// Inbound messages.
    pub inbound: u64,
    /// Delivered messages of the business.
    pub outbound_delivered: u64,
    /// Messages of the business that never arrived.
    pub outbound_undelivered: u64,
    /// Outbound, but no API messages: `business_app`, `business_agent`.
    pub not_api: u64,
    /// Rows equal to another in every canonical cell (D-4).
    pub exact_duplicates: u64,
    /// Further rows of a message that is counted already (D-4).
    pub folded_status_rows: u64,
    /// Rows of other channels (D-5).
    pub other_channel: u64,
    /// Rows outside the regimes or the period asked for (T-2).
    pub outside_period: u64,
    /// Rows that could not be used; they stand in `rejects.csv`.
    pub rejected: u64,
}

impl ControlTotals {
    /// The sum of all outcomes.
    pub fn outcomes(&self) -> u64 {
        self.inbound
            + self.outbound_delivered
            + self.outbound_undelivered
            + self.not_api
            + self.exact_duplicates
            + self.folded_status_rows
            + self.other_channel
            + self.outside_period
            + self.rejected
    }

    /// Every count by itself.
    pub fn counts(&self) -> [u64; 10] {
        [
            self.rows_read,
            self.inbound,
            self.outbound_delivered,
            self.outbound_undelivered,
            self.not_api,
            self.exact_duplicates,
            self.folded_status_rows,
            self.other_channel,
            self.outside_period,
            self.rejected,
        ]
    }

    /// Asserts that every row is accounted for.
    ///
    /// # Panics
    /// If rows read and outcomes differ: a bug in the program, never a property of the input.
    pub fn assert_closed(&self) {
        assert_eq!(
            self.rows_read,
            self.outcomes(),
            "control totals do not close: {self:?}"
        );
    }

    /// Adds the counts of another part of the log.
    pub fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.inbound += other.inbound;
        self.outbound_delivered += other.outbound_delivered;
        self.outbound_undelivered += other.outbound_undelivered;
        self.not_api += other.not_api;
        self.exact_duplicates += other.exact_duplicates;
        self.folded_status_rows += other.folded_status_rows;
        self.other_channel += other.other_channel;
        self.outside_period += other.outside_period;
        self.rejected += other.rejected;
    }

    /// Takes the counts of a part of the log away again.
    ///
    /// # Panics
    /// If it is no part of it: a bug in the program.
    pub fn subtract(&mut self, part: &Self) {
        self.rows_read -= part.rows_read;
        self.inbound -= part.inbound;
        self.outbound_delivered -= part.outbound_delivered;
        self.outbound_undelivered -= part.outbound_undelivered;
        self.not_api -= part.not_api;
        self.exact_duplicates -= part.exact_duplicates;
        self.folded_status_rows -= part.folded_status_rows;
        self.other_channel -= part.other_channel;
        self.outside_period -= part.outside_period;
        self.rejected -= part.rejected;
    }
}

/// Adds counts by name.
pub fn add_counts(counts: &mut CountByName, others: &CountByName) {
    for (name, count) in others {
        *counts.entry(name.clone()).or_default() += count;
    }
}

/// Rejected rows by code, rows of other channels by channel.
pub type CountByName = BTreeMap<String, u64>;

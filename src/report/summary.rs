//! `summary.json`: every number of the report, machine-readable (schema: `docs/schema/summary.schema.json`).

mod bill;
mod compared;
mod count;
mod found;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use bill::{Bill, BillTotals, MissingRate};
pub use compared::Comparison;
pub use found::{FindingCounts, by_code};

use super::tables::TableRows;
use crate::audit::Verdict;
use crate::findings::Finding;
use crate::log::totals::{ControlTotals, CountByName};
use crate::pricing::Pricing;
use crate::replay::outcome::{Outcome, Warning};

/// Version of the summary's form; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that a run says in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of this form.
    pub schema_version: u32,
    /// The command that made it.
    pub command: &'static str,
    /// Program version.
    pub version: &'static str,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
    /// The period asked for, as local dates, where one was.
    pub period: Period,
    /// Files of the log.
    pub files: Vec<LogFileSummary>,
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// Rejected rows by code.
    pub rejected_by_code: CountByName,
    /// Rows of other channels, by channel.
    pub other_channels: CountByName,
    /// Rows of the tables.
    pub tables: TableRows,
    /// Conversations by regime, then category.
    pub conversations: BTreeMap<&'static str, BTreeMap<&'static str, ConversationCounts>>,
    /// Free entry points.
    pub free_entry_points: EntryPointCounts,
    /// Charges by regime, then category, then pricing type.
    pub charges:
        BTreeMap<&'static str, BTreeMap<&'static str, BTreeMap<&'static str, ChargeCounts>>>,
    /// Charges by account.
    pub charges_by_account: BTreeMap<String, PricedCounts>,
    /// Charges by business number, then local month.
    pub charges_by_business: BTreeMap<String, BTreeMap<String, PricedCounts>>,
    /// What the charges come to, in a run with prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// What holding the invoices against it showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Comparison>,
    /// What holding Meta's analytics against it showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics: Option<Comparison>,
    /// Findings by code, in a run that looks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<BTreeMap<&'static str, FindingCounts>>,
    /// What was taken for granted.
    pub assumptions: Assumptions,
    /// What the reader must know, most important first.
    pub warnings: Vec<Warning>,
    /// Why the evidence is incomplete; empty where it is not.
    pub incomplete: Vec<String>,
    /// Every setting with its value and where the value comes from.
    pub settings: Vec<SettingInForce>,
}

/// First and last instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// First instant, RFC 3339.
    pub first: String,
    /// Last instant, RFC 3339.
    pub last: String,
}

/// Local dates, inclusive; `None` where the log's own ends count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First date.
    pub from: Option<String>,
    /// Last date.
    pub to: Option<String>,
}

/// A file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogFileSummary {
    /// Path as given.
    pub path: String,
    /// Size on disk.
    pub bytes: u64,
    /// Header names that are no column of the log.
    pub ignored_columns: Vec<String>,
}

/// Conversations of one regime and category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationCounts {
    /// How many opened.
    pub count: u64,
    /// How many were open when the log ended.
    pub open_at_end_of_log: u64,
    /// Delivered business messages in them.
    pub messages_outbound: u64,
    /// Customers' messages in them.
    pub messages_inbound: u64,
}

/// Free entry points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntryPointCounts {
    /// How many opened.
    pub count: u64,
    /// Those that no mark of Meta's confirms, or that rest on another assumption.
    pub estimated: u64,
}

/// Charges of one regime, category and pricing type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeCounts {
    /// How many.
    pub count: u64,
    /// How many rest on an assumption (S-12).
    pub estimated: u64,
    /// How many an edge decided (S-08).
    pub edge: u64,
}

/// Charges of an account or a business number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PricedCounts {
    /// How many.
    pub count: u64,
    /// How many cost something.
    pub chargeable: u64,
    /// How many rest on an assumption (S-12).
    pub estimated: u64,
    /// How many an edge decided (S-08).
    pub edge: u64,
}

/// What was taken for granted, and changes the result if it is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Assumptions {
    /// Messages without a delivery status count as delivered (D-3).
    pub sent_counts_as_delivered: bool,
    /// No accounts file was given: every account is UTC and USD.
    pub accounts_file_absent: bool,
    /// The regime that was forced on the whole log.
    pub rulebook: Option<String>,
}

/// A setting, its value, and where the value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SettingInForce {
    /// Id, such as `S-07`; empty for settings without one.
    pub id: String,
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// `flag`, `environment`, `file` or `default`.
    pub origin: String,
}

/// What a summary says that is not in the outcome.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The command.
    pub command: &'static str,
    /// The period asked for.
    pub period: Period,
    /// Files of the log.
    pub files: Vec<LogFileSummary>,
    /// No accounts file was given.
    pub accounts_file_absent: bool,
    /// The regime that was forced.
    pub rulebook: Option<String>,
    /// Settings in force.
    pub settings: Vec<SettingInForce>,
}

impl Summary {
    /// Counts an outcome; `bill` says what it costs, in a run with prices, `findings` what else was found.
    pub fn new(
        outcome: &Outcome,
        pricing: &Pricing,
        tables: TableRows,
        bill: Option<Bill>,
        findings: Option<&[Finding]>,
        circumstances: Circumstances,
    ) -> Self {
        let counts = count::Counts::of(outcome, pricing);
        let mut warnings = bill.as_ref().map(Bill::warnings).unwrap_or_default();
        warnings.extend(outcome.warnings.iter().cloned());
        let mut incomplete = bill.as_ref().map(Bill::incomplete).unwrap_or_default();
        incomplete.extend(outcome.incomplete.iter().cloned());
        Self {
            schema_version: SCHEMA_VERSION,
            command: circumstances.command,
            version: env!("CARGO_PKG_VERSION"),
            time_range: outcome.time_range.map(|(first, last)| TimeRange {
                first: first.to_string(),
                last: last.to_string(),
            }),
            period: circumstances.period,
            files: circumstances.files,
            control_totals: outcome.totals.clone(),
            rejected_by_code: outcome.rejected_by_code.clone(),
            other_channels: outcome.other_channels.clone(),
            tables,
            conversations: counts.conversations(),
            free_entry_points: counts.entry_points,
            charges: counts.charges(),
            charges_by_account: counts.by_account(outcome),
            charges_by_business: counts.by_business(outcome),
            bill,
            invoice: None,
            analytics: None,
            findings: findings.map(by_code),
            assumptions: Assumptions {
                sent_counts_as_delivered: outcome.sent_counts_as_delivered,
                accounts_file_absent: circumstances.accounts_file_absent,
                rulebook: circumstances.rulebook,
            },
            warnings,
            incomplete,
            settings: circumstances.settings,
        }
    }

    /// Adds what comparing with evidence showed; what keeps it from being a conclusion makes the run one that
    /// is none.
    pub fn compare(&mut self, invoice: Option<Comparison>, analytics: Option<Comparison>) {
        if let Some(comparison) = &invoice
            && comparison.verdict == Verdict::CannotConclude.name()
        {
            let known = std::mem::take(&mut self.incomplete);
            self.incomplete.extend(comparison.reasons.iter().cloned());
            self.incomplete.extend(
                known
                    .into_iter()
                    .filter(|reason| !comparison.reasons.contains(reason)),
            );
        }
        self.invoice = invoice;
        self.analytics = analytics;
    }

    /// The content of `summary.json`.
    ///
    /// # Errors
    /// None in practice: every field has a form in JSON.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// The regimes that conversations or charges cite, in order of time.
    pub fn regimes(&self) -> Vec<String> {
        let mut regimes: Vec<_> = self
            .conversations
            .keys()
            .chain(self.charges.keys())
            .collect();
        regimes.sort_unstable();
        regimes.dedup();
        regimes.into_iter().map(|&name| name.to_owned()).collect()
    }
}

//! `summary.json`: every number of the report, machine-readable (schema: `docs/schema/summary.schema.json`).

mod bill;
mod cited;
mod compared;
mod continued;
mod count;
mod found;
mod inferred;
mod limits;
mod over_time;
mod reported;
#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use bill::{Allowance, Bill, BillTotals, Freed, MissingRate, TierClimb, TierRange};
pub use cited::{CitedRule, CitedSource};
pub use compared::{BridgeSummary, Comparison, DifferenceRow, StepSummary};
pub use continued::{Adjusted, ContinuedSummary};
pub use found::{FindingCounts, FindingExample, by_code};
pub use inferred::{InferredSummary, Reading};
pub use limits::limits_of_log;
pub use over_time::OverTime;
pub use reported::TierTold;

use super::mask::Mask;
use super::tables::TableRows;
use crate::accounts::Accounts;
use crate::audit::Verdict;
use crate::findings::Finding;
use crate::log::Provenance;
use crate::log::totals::{ControlTotals, CountByName};
use crate::pricing::Pricing;
use crate::replay::outcome::{Outcome, Warning};
use crate::rulebook::Rulebook;

/// Version of the summary's form; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that a run says in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of this form.
    pub schema_version: u32,
    /// Seals what went in and what came out: the same for the same inputs, rules, settings and results.
    pub fingerprint: String,
    /// The command that made it.
    pub command: &'static str,
    /// The command line that makes it again.
    pub command_line: String,
    /// Program version.
    pub version: &'static str,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
    /// The period asked for, as local dates, where one was.
    pub period: Period,
    /// Files of the log.
    pub files: Vec<LogFileSummary>,
    /// Every file that was read, with its hash.
    pub inputs: Vec<InputSummary>,
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// What the run continues and what it leaves, where it does either. Bill and lines are then those to date, tables
    /// and counts hold what is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<ContinuedSummary>,
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
    /// Conversations, charges and money by local day and hour.
    pub over_time: OverTime,
    /// The rules that decided anything.
    pub rules: Vec<CitedRule>,
    /// What the charges come to, in a run with prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// What rests on kinds and categories that a map's rule has inferred, where any does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<InferredSummary>,
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
    /// What may not be concluded, the weightiest first.
    pub limits: Vec<String>,
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

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputSummary {
    /// What for: `log`, `accounts`, `invoice` and so on.
    pub role: String,
    /// Path as given.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// BLAKE3 of the content, in hex.
    pub blake3: String,
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
    /// The map through which the log was read, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapSummary>,
}

/// A map, and what its source cannot settle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MapSummary {
    /// Its name.
    pub name: String,
    /// What its source cannot settle, in sentences.
    pub lacks: Vec<String>,
}

impl MapSummary {
    /// The maps through which the files of a log were read, now or when they were imported; mostly one.
    pub fn of<'p>(sources: impl Iterator<Item = &'p Provenance>) -> Option<Self> {
        let sources: BTreeSet<&Provenance> = sources.collect();
        let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        let mut lacks: Vec<String> = Vec::new();
        for lack in sources.iter().flat_map(|source| &source.lacks) {
            if !lacks.contains(lack) {
                lacks.push(lack.clone());
            }
        }
        (!names.is_empty()).then(|| Self {
            name: names.join(", "),
            lacks,
        })
    }
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

/// What a run has found.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// Conversations and charges.
    pub outcome: &'a Outcome,
    /// Prices of the charges.
    pub pricing: &'a Pricing,
    /// Local time.
    pub accounts: &'a Accounts,
    /// What rules say.
    pub rulebook: &'a Rulebook,
    /// How long the tables are.
    pub tables: TableRows,
    /// What it costs, in a run with prices.
    pub bill: Option<&'a Bill>,
    /// What the log comes to under each reading of inferred messages, in a run with prices that has some.
    pub readings: &'a [Reading],
    /// What else was found, in a run that looks for it.
    pub findings: Option<&'a [Finding]>,
    /// Hides customers.
    pub mask: &'a Mask,
}

/// What a summary says that is not in the outcome.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The command.
    pub command: &'static str,
    /// The command line that makes it again.
    pub command_line: String,
    /// The period asked for.
    pub period: Period,
    /// Files of the log.
    pub files: Vec<LogFileSummary>,
    /// Every file that was read.
    pub inputs: Vec<InputSummary>,
    /// Seals the run.
    pub fingerprint: String,
    /// No accounts file was given.
    pub accounts_file_absent: bool,
    /// The regime that was forced.
    pub rulebook: Option<String>,
    /// The map through which the log was read.
    pub map: Option<MapSummary>,
    /// Settings in force.
    pub settings: Vec<SettingInForce>,
}

impl Summary {
    /// Counts what a run has found.
    pub fn new(found: &Found<'_>, circumstances: Circumstances) -> Self {
        let &Found {
            outcome, pricing, ..
        } = found;
        let counts = count::Counts::of(outcome, pricing);
        let days = over_time::Days::of(outcome, pricing, found.accounts);
        let mut bill = found.bill.cloned();
        if let Some(bill) = &mut bill {
            let by_day = days.of_allowances(outcome);
            for (allowance, by_day) in bill.allowances.iter_mut().zip(by_day) {
                allowance.by_day = by_day;
            }
        }
        let mut warnings = bill.as_ref().map(Bill::warnings).unwrap_or_default();
        warnings.extend(outcome.warnings.iter().cloned());
        let mut incomplete = bill.as_ref().map(Bill::incomplete).unwrap_or_default();
        incomplete.extend(outcome.incomplete.iter().cloned());
        let mut summary = Self {
            schema_version: SCHEMA_VERSION,
            fingerprint: circumstances.fingerprint,
            command: circumstances.command,
            command_line: circumstances.command_line,
            version: env!("CARGO_PKG_VERSION"),
            time_range: outcome.time_range.map(|(first, last)| TimeRange {
                first: first.to_string(),
                last: last.to_string(),
            }),
            period: circumstances.period,
            files: circumstances.files,
            inputs: circumstances.inputs,
            control_totals: outcome.totals.clone(),
            continued: None,
            rejected_by_code: outcome.rejected_by_code.clone(),
            other_channels: outcome.other_channels.clone(),
            tables: found.tables,
            conversations: counts.conversations(),
            free_entry_points: counts.entry_points,
            charges: counts.charges(),
            charges_by_account: counts.by_account(outcome),
            charges_by_business: counts.by_business(outcome),
            over_time: days.over_time(pricing),
            rules: counts.rules(found.rulebook),
            bill,
            inferred: InferredSummary::new(outcome.inferred, found.readings),
            invoice: None,
            analytics: None,
            findings: found.findings.map(|findings| by_code(findings, found.mask)),
            assumptions: Assumptions {
                sent_counts_as_delivered: outcome.sent_counts_as_delivered,
                accounts_file_absent: circumstances.accounts_file_absent,
                rulebook: circumstances.rulebook,
                map: circumstances.map,
            },
            limits: Vec::new(),
            warnings,
            incomplete,
            settings: circumstances.settings,
        };
        summary.limits = limits::limits(&summary);
        summary
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
        self.limits = limits::limits(self);
    }

    /// Adds what the run continues and leaves.
    pub fn continue_with(&mut self, continued: Option<ContinuedSummary>) {
        self.continued = continued;
        self.limits = limits::limits(self);
    }

    /// What became of the rows of this run alone.
    pub fn totals_of_run(&self) -> ControlTotals {
        let earlier = self.continued.as_ref();
        ControlTotals {
            rows_read: self.control_totals.rows_read
                - earlier.map_or(0, |earlier| earlier.totals_before.rows_read),
            rejected: earlier.map_or(self.control_totals.rejected, |earlier| earlier.new_rejects),
            ..ControlTotals::default()
        }
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

//! What a finished run says of itself in `summary.json`, as far as it can be computed again.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use super::folder::{RunError, RunFolder, unreadable};
use crate::log::totals::ControlTotals;
use crate::report::summary::{
    BillTotals, ChargeCounts, ConversationCounts, Period, SCHEMA_VERSION, SettingInForce, TimeRange,
};
use crate::report::tables::TableRows;
use crate::tariff::Amount;

/// Where the summary stands.
pub const SUMMARY: &str = "summary.json";

/// Sums by name.
pub type ByName<T> = BTreeMap<String, T>;

/// The summary of a finished run. Fields that are not looked at are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedSummary {
    /// Version of its form.
    pub schema_version: u32,
    /// The command that made it.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
    /// The period that was asked for.
    pub period: Period,
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// What the run continues, where it is one of several.
    pub continued: Option<SealedContinued>,
    /// Rejected rows by code.
    pub rejected_by_code: ByName<u64>,
    /// Rows of the tables.
    pub tables: TableRows,
    /// Conversations by regime, then category.
    pub conversations: ByName<ByName<ConversationCounts>>,
    /// Charges by regime, then category, then pricing type.
    pub charges: ByName<ByName<ByName<ChargeCounts>>>,
    /// How invoices compare, in a run with some.
    pub invoice: Option<SealedComparison>,
    /// How analytics compare, in a run with some.
    pub analytics: Option<SealedComparison>,
    /// Findings by code, in a run that looks for them.
    pub findings: Option<ByName<SealedFindings>>,
    /// What the charges come to, in a run with prices.
    pub bill: Option<SealedBill>,
    /// Settings in force.
    pub settings: Vec<SettingInForce>,
}

/// What a run continues.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedContinued {
    /// Its number among the runs that continue each other.
    pub run: u64,
    /// Rejected rows of this run.
    pub new_rejects: u64,
}

impl SealedSummary {
    /// Whether the run adds to what earlier ones have published: bill and lines are then those to date, charges and
    /// conversations what is new.
    pub fn continues(&self) -> bool {
        self.continued
            .as_ref()
            .is_some_and(|continued| continued.run > 1)
    }

    /// Rows that this run rejected; those of earlier ones are in the control totals too.
    pub fn rejected(&self) -> u64 {
        let continued = self.continued.as_ref();
        continued.map_or(self.control_totals.rejected, |continued| {
            continued.new_rejects
        })
    }
}

/// One comparison of a finished run.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedComparison {
    /// From expected to invoiced, by currency.
    pub bridges: Vec<SealedBridge>,
    /// Rows by status.
    pub rows: ByName<u64>,
}

/// A bridge of a finished run.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedBridge {
    /// Currency of every amount.
    pub currency: String,
    /// What was expected.
    pub expected: Amount,
    /// What each cause adds.
    pub steps: Vec<SealedStep>,
    /// Billed on lines that were not tested.
    pub not_tested: Amount,
    /// All that was billed.
    pub invoiced: Amount,
    /// All differences together.
    pub difference: Amount,
}

/// A cause's part of a bridge.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedStep {
    /// The cause.
    pub cause: String,
    /// Too much less too little.
    pub amount: Amount,
    /// Too much.
    pub overcharged: Amount,
    /// Too little.
    pub undercharged: Amount,
    /// Rows behind it.
    pub rows: u64,
}

/// Findings of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SealedFindings {
    /// How many.
    pub count: u64,
    /// How many break a rule of Meta's.
    pub violations: u64,
    /// The money at stake, by currency.
    pub money: ByName<Amount>,
}

/// The bill of a finished run.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedBill {
    /// Everything, by currency.
    pub totals: ByName<BillTotals>,
    /// By account, then currency.
    pub by_account: ByName<ByName<BillTotals>>,
    /// By currency, then month.
    pub by_month: ByName<ByName<BillTotals>>,
    /// By currency, then category.
    pub by_category: ByName<ByName<BillTotals>>,
    /// By currency, then market.
    pub by_market: ByName<ByName<BillTotals>>,
    /// Cards that priced anything.
    pub rate_cards: Vec<String>,
}

/// What a finished `whatif` says of itself that can be tested without running its scenarios again.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedWhatIf {
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// From the base to each scenario.
    pub bridges: Vec<SealedScenarioBridge>,
}

/// From the base to a scenario in one currency.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedScenarioBridge {
    /// The scenario.
    pub scenario: String,
    /// The currency.
    pub currency: String,
    /// What the base comes to.
    pub base: Amount,
    /// What each effect adds.
    pub steps: Vec<SealedScenarioStep>,
    /// What the scenario comes to.
    pub total: Amount,
}

/// An effect's part of a bridge.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct SealedScenarioStep {
    /// What it adds.
    pub amount: Amount,
}

impl SealedWhatIf {
    /// Reads the summary of a run if `whatif` made it.
    pub fn read(run: &RunFolder) -> Option<Self> {
        #[derive(Deserialize)]
        struct Made {
            command: String,
        }
        let bytes = fs::read(run.file(SUMMARY)).ok()?;
        let made: Made = serde_json::from_slice(&bytes).ok()?;
        let is_what_if = made.command == "whatif";
        is_what_if.then(|| serde_json::from_slice(&bytes).ok())?
    }
}

impl SealedSummary {
    /// Reads the summary of a run.
    ///
    /// # Errors
    /// If there is none, or it is damaged or of another version.
    pub fn read(run: &RunFolder) -> Result<Self, RunError> {
        let path = run.file(SUMMARY);
        let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
        let damaged = |expected: String, found: String| RunError::Damaged {
            path: path.clone(),
            expected,
            found,
        };
        let summary: Self = serde_json::from_slice(&bytes)
            .map_err(|error| damaged("the summary of a run".to_owned(), error.to_string()))?;
        if summary.schema_version != SCHEMA_VERSION {
            return Err(damaged(
                format!("a summary of version {SCHEMA_VERSION}"),
                format!("version {}", summary.schema_version),
            ));
        }
        Ok(summary)
    }
}

//! What a finished run found, as far as a job looks at it: read from the run's own folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::log::totals::ControlTotals;
use crate::log::{TableCell, TableFile};
use crate::report::summary::{Adjusted, BillTotals, SCHEMA_VERSION, TimeRange};
use crate::state::TierName;
use crate::tariff::Amount;
use crate::vocabulary::LocalDate;

const SUMMARY: &str = "summary.json";
const CHARGES: &str = "tables/charges.parquet";

/// What the summary of a run says; other fields are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct FoundRun {
    /// Version of the summary's form.
    schema_version: u32,
    /// First and last instant of the log, of all runs that continue each other.
    pub time_range: Option<TimeRange>,
    /// What became of every row, of all runs that continue each other.
    control_totals: ControlTotals,
    /// What the charges come to.
    #[serde(default)]
    pub bill: FoundBill,
    warnings: Vec<FoundWarning>,
    #[serde(default)]
    findings: BTreeMap<String, FoundCount>,
    invoice: Option<FoundComparison>,
    /// Why the evidence is incomplete.
    pub incomplete: Vec<String>,
    continued: Option<FoundContinued>,
}

/// The bill of a run.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct FoundBill {
    /// By currency, then month.
    pub by_month: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// Positions on volume tiers.
    pub tiers: Vec<TierName>,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundWarning {
    code: String,
    count: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundCount {
    count: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundComparison {
    rows: BTreeMap<String, u64>,
    bridges: Vec<FoundBridge>,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundBridge {
    steps: Vec<FoundStep>,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundStep {
    cause: String,
    rows: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct FoundContinued {
    totals_before: ControlTotals,
    adjusted: BTreeMap<String, BTreeMap<String, Adjusted>>,
}

impl FoundRun {
    /// Reads the summary of a run.
    ///
    /// # Errors
    /// If it cannot be read, or is of another version.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(SUMMARY);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let found: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is no summary of a run", path.display()))?;
        if found.schema_version != SCHEMA_VERSION {
            bail!(
                "{}: expected a summary of version {SCHEMA_VERSION}, found version {}",
                path.display(),
                found.schema_version
            );
        }
        Ok(found)
    }

    /// Rows that this run read and rejected, without those of earlier runs.
    pub fn rows(&self) -> (u64, u64) {
        let before = self.continued.as_ref();
        let before = before.map(|continued| &continued.totals_before);
        let (read, rejected) = before.map_or((0, 0), |totals| (totals.rows_read, totals.rejected));
        (
            self.control_totals.rows_read.saturating_sub(read),
            self.control_totals.rejected.saturating_sub(rejected),
        )
    }

    /// What later rows changed of published lines, by month, then currency.
    pub fn adjusted(&self) -> BTreeMap<String, BTreeMap<String, Adjusted>> {
        let continued = self.continued.as_ref();
        continued.map_or_else(BTreeMap::new, |continued| continued.adjusted.clone())
    }

    /// Whether an invoice was there and differs by more than the tolerance.
    pub fn disagrees(&self) -> bool {
        let invoice = self.invoice.as_ref();
        invoice.is_some_and(|invoice| invoice.rows.contains_key("different"))
    }

    /// Every code that the run raised, with how often: warnings, findings, causes of differences.
    pub fn codes(&self) -> BTreeMap<&str, u64> {
        let warnings = self
            .warnings
            .iter()
            .map(|warning| (&warning.code, warning.count));
        let findings = self
            .findings
            .iter()
            .map(|(code, found)| (code, found.count));
        let bridges = self
            .invoice
            .iter()
            .flat_map(|comparison| &comparison.bridges);
        let causes = bridges.flat_map(|bridge| &bridge.steps);
        let causes = causes.map(|step| (&step.cause, step.rows));
        let mut codes = BTreeMap::new();
        for (code, count) in warnings.chain(findings).chain(causes) {
            let known = codes.entry(code.as_str()).or_insert(0);
            *known = count.max(*known);
        }
        codes.retain(|_, count| *count > 0);
        codes
    }
}

/// What the charges of a run's folder come to by day, and the months that they lie in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// By currency, then local day.
    pub amounts: BTreeMap<String, BTreeMap<String, Amount>>,
    /// Months with charges.
    pub months: BTreeSet<String>,
}

impl Days {
    /// Sums up the table of charges.
    ///
    /// # Errors
    /// If it cannot be read, or a sum does not fit.
    pub fn read(folder: &Path) -> Result<Self> {
        let table = TableFile::open(&folder.join(CHARGES))?;
        let mut rows = table.select(&["local_date", "currency", "amount"])?;
        let mut days = Self::default();
        while rows.next_batch()? {
            for row in 0..rows.len() {
                let Some(day) = rows.cell(0, row).integer() else {
                    continue;
                };
                let day = LocalDate::from_days(i32::try_from(day)?);
                days.months.insert(day.month().to_string());
                days.add(day, rows.cell(1, row), rows.cell(2, row))?;
            }
        }
        Ok(days)
    }

    fn add(
        &mut self,
        day: LocalDate,
        currency: TableCell<'_>,
        amount: TableCell<'_>,
    ) -> Result<()> {
        let (Some(currency), Some(amount)) = (currency.text(), amount.text()) else {
            return Ok(());
        };
        let currency = std::str::from_utf8(currency)?;
        let amount = Amount::parse(std::str::from_utf8(amount)?)?;
        if amount == Amount::ZERO {
            return Ok(());
        }
        let of_currency = self.amounts.entry(currency.to_owned()).or_default();
        let sum = of_currency.entry(day.to_string()).or_default();
        *sum = sum.plus(amount).context("a sum of a day does not fit")?;
        Ok(())
    }
}

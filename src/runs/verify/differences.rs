//! The tables of differences: whether each row is billed less expected, whether status and cause fit each other,
//! whether the bridges of the summary are their sums, and whether claims name rows that differ.

use std::collections::BTreeMap;

use super::report::AreaReport;
use super::rows::{Faults, Reports, amount, shown, shown_amount};
use crate::audit::{Cause, DifferenceStatus, MESSAGES_MAX};
use crate::log::{LogError, TableFile, TableRows};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::{SealedBridge, SealedComparison, SealedStep, SealedSummary};
use crate::tariff::Amount;

/// Where the table of an invoice stands.
const TABLE: &str = "tables/differences.parquet";
/// Where that of analytics stands.
const ANALYTICS: &str = "tables/analytics_differences.parquet";
const CLAIMS: &str = "claims.csv";

/// The columns that are read; the constants below are their places.
const COLUMNS: [&str; 6] = [
    "currency",
    "expected_amount",
    "billed_amount",
    "difference",
    "status",
    "cause",
];
const CURRENCY: usize = 0;
const EXPECTED: usize = 1;
const BILLED: usize = 2;
const DIFFERENCE: usize = 3;
const STATUS: usize = 4;
const CAUSE: usize = 5;

/// Tests what there is of both tables, and the claims.
pub fn test(
    run: &RunFolder,
    summary: Option<&SealedSummary>,
    bill: &mut AreaReport,
    reports: &mut Reports<'_>,
) {
    let Some(summary) = summary else { return };
    let tables = [
        (TABLE, summary.tables.differences, &summary.invoice),
        (
            ANALYTICS,
            summary.tables.analytics_differences,
            &summary.analytics,
        ),
    ];
    for (table, listed, comparison) in tables {
        if !run.lists(table) && listed.is_none() && comparison.is_none() {
            continue;
        }
        let mut scan = Scan::new();
        if let Err(error) = scan.table(run, table) {
            reports.tables.difference(error.to_string());
            continue;
        }
        let rows = scan.rows.len() as u64;
        scan.wrong.tell(table, reports.tables, || {
            format!("{rows} differences: each is billed less expected, and status and cause fit it")
        });
        if listed != Some(rows) {
            let listed = listed.unwrap_or_default();
            reports.tables.difference(format!(
                "{table}: has {rows} rows, summary.json says {listed}"
            ));
        }
        match comparison {
            Some(comparison) => sums(table, &scan.rows, comparison, bill),
            None => bill.difference(format!(
                "{table}: summary.json says nothing of a comparison"
            )),
        }
        if table == TABLE {
            claims(run, &scan.rows, reports.tables);
        }
    }
}

/// A row, as far as sums are made of it.
#[derive(Clone, Debug)]
struct Row {
    currency: Option<String>,
    expected: Option<Amount>,
    billed: Option<Amount>,
    difference: Option<Amount>,
    status: String,
    cause: Option<String>,
}

/// One pass over a table.
struct Scan {
    rows: Vec<Row>,
    wrong: Faults,
}

impl Scan {
    fn new() -> Self {
        Self {
            rows: Vec::new(),
            wrong: Faults::new(
                "whose difference, status or cause does not follow from its amounts",
            ),
        }
    }

    fn table(&mut self, run: &RunFolder, table: &str) -> Result<(), LogError> {
        let file = TableFile::open(&run.file(table))?;
        let mut rows = file.select(&COLUMNS)?;
        while rows.next_batch()? {
            for row in 0..rows.len() {
                self.row(&rows, row);
            }
        }
        Ok(())
    }

    fn row(&mut self, rows: &TableRows<'_>, row: usize) {
        let number = self.rows.len() as u64;
        let text = |column: usize| {
            let cell = rows.cell(column, row);
            cell.text().map(|_| shown(cell))
        };
        let amounts = [EXPECTED, BILLED, DIFFERENCE].map(|column| amount(rows.cell(column, row)));
        if let Some(Err(error)) = amounts.iter().find(|amount| amount.is_err()) {
            self.wrong.add(number, || error.clone());
        }
        let [expected, billed, difference] = amounts.map(Result::unwrap_or_default);
        let found = Row {
            currency: text(CURRENCY),
            expected,
            billed,
            difference,
            status: shown(rows.cell(STATUS, row)),
            cause: text(CAUSE),
        };
        if let Err(fault) = found.test() {
            self.wrong.add(number, || fault);
        }
        self.rows.push(found);
    }
}

impl Row {
    fn test(&self) -> Result<(), String> {
        let status = DifferenceStatus::parse(self.status.as_bytes())
            .ok_or_else(|| format!("the status `{}`", self.status))?;
        let cause = match &self.cause {
            None => None,
            Some(cause) => {
                Some(Cause::parse(cause.as_bytes()).ok_or_else(|| format!("the cause `{cause}`"))?)
            }
        };
        let is_tested = status != DifferenceStatus::NotTested;
        let apart = match (self.billed, self.expected) {
            (Some(billed), Some(expected)) if is_tested => billed.minus(expected),
            _ => None,
        };
        if self.difference != apart {
            return Err(format!(
                "expected {}, found {}",
                shown_amount(apart),
                shown_amount(self.difference)
            ));
        }
        let is_apart = apart.is_some_and(|apart| apart != Amount::ZERO);
        let fits = match status {
            DifferenceStatus::Matched => cause.is_none() && !is_apart,
            DifferenceStatus::NotTested => cause.is_none(),
            // Units may differ where the money does not.
            DifferenceStatus::Different | DifferenceStatus::WithinTolerance => cause.is_some(),
        };
        match fits {
            true => Ok(()),
            false => Err(format!(
                "{} with the cause {} and {} apart",
                self.status,
                self.cause.as_deref().unwrap_or("none"),
                shown_amount(apart)
            )),
        }
    }
}

/// Bridges and counts of the summary against the rows.
fn sums(table: &str, rows: &[Row], comparison: &SealedComparison, report: &mut AreaReport) {
    let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
    let mut bridges: BTreeMap<String, Bridge> = BTreeMap::new();
    for row in rows {
        *statuses.entry(row.status.clone()).or_default() += 1;
        if let Some(currency) = &row.currency {
            bridges.entry(currency.clone()).or_default().add(row);
        }
    }
    let before = report.count();
    if statuses != comparison.rows {
        report.difference(format!(
            "{table}: rows by status: {:?} stated, {statuses:?} in the table",
            comparison.rows
        ));
    }
    let stated: BTreeMap<String, Bridge> = comparison
        .bridges
        .iter()
        .map(|bridge| (bridge.currency.clone(), Bridge::from(bridge)))
        .collect();
    let mut currencies: Vec<&String> = stated.keys().chain(bridges.keys()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let (stated, summed) = (stated.get(currency), bridges.get(currency));
        if stated != summed {
            report.difference(format!(
                "{table}: bridge in {currency}: {} stated, the rows sum to {}",
                described(stated),
                described(summed)
            ));
        }
        if let Some(stated) = stated.filter(|bridge| !bridge.foots()) {
            report.difference(format!(
                "{table}: bridge in {currency}: expected, causes and not tested do not sum to what was invoiced: {}",
                described(Some(stated))
            ));
        }
    }
    if report.count() == before {
        report.sound(format!(
            "{table}: the bridges of summary.json are the sums of {} rows, and foot",
            rows.len()
        ));
    }
}

/// A bridge, whoever adds it up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bridge {
    expected: Amount,
    steps: BTreeMap<String, Step>,
    not_tested: Amount,
    invoiced: Amount,
    difference: Amount,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    amount: Amount,
    overcharged: Amount,
    undercharged: Amount,
    rows: u64,
}

/// A sum that does not fit equals none that is stated.
fn plus(sum: Amount, amount: Amount) -> Amount {
    sum.plus(amount).unwrap_or(Amount::from_units(i128::MAX))
}

impl Bridge {
    fn add(&mut self, row: &Row) {
        let billed = row.billed.unwrap_or_default();
        self.expected = plus(self.expected, row.expected.unwrap_or_default());
        self.invoiced = plus(self.invoiced, billed);
        self.difference = plus(self.difference, row.difference.unwrap_or_default());
        if row.status == DifferenceStatus::NotTested.name() {
            self.not_tested = plus(self.not_tested, billed);
        }
        if let (Some(cause), Some(difference)) = (&row.cause, row.difference) {
            let step = self.steps.entry(cause.clone()).or_default();
            step.amount = plus(step.amount, difference);
            step.rows += 1;
            match difference.is_negative() {
                true => step.undercharged = plus(step.undercharged, difference.abs()),
                false => step.overcharged = plus(step.overcharged, difference),
            }
        }
    }

    fn foots(&self) -> bool {
        let steps = self.steps.values().map(|step| step.amount);
        let steps = steps.fold(Amount::ZERO, plus);
        plus(plus(self.expected, steps), self.not_tested) == self.invoiced
            && steps == self.difference
    }
}

impl From<&SealedBridge> for Bridge {
    fn from(sealed: &SealedBridge) -> Self {
        let step = |step: &SealedStep| {
            let SealedStep {
                cause,
                amount,
                overcharged,
                undercharged,
                rows,
            } = step.clone();
            let step = Step {
                amount,
                overcharged,
                undercharged,
                rows,
            };
            (cause, step)
        };
        Self {
            expected: sealed.expected,
            steps: sealed.steps.iter().map(step).collect(),
            not_tested: sealed.not_tested,
            invoiced: sealed.invoiced,
            difference: sealed.difference,
        }
    }
}

fn described(bridge: Option<&Bridge>) -> String {
    let Some(bridge) = bridge else {
        return "none".to_owned();
    };
    let steps = bridge.steps.iter().map(|(cause, step)| {
        format!(
            ", {cause} {} ({} over, {} under, {} rows)",
            step.amount, step.overcharged, step.undercharged, step.rows
        )
    });
    format!(
        "{} expected{}, {} not tested, {} invoiced, {} apart",
        bridge.expected,
        steps.collect::<String>(),
        bridge.not_tested,
        bridge.invoiced,
        bridge.difference
    )
}

/// Every claim stands for a row that differs, and repeats its cause and its money.
fn claims(run: &RunFolder, rows: &[Row], report: &mut AreaReport) {
    let mut wrong = Faults::new("that do not fit the difference they are for");
    match scan_claims(run, rows, &mut wrong) {
        Ok(count) => wrong.tell(CLAIMS, report, || {
            format!("{count} claims repeat cause and money of the differences they are for")
        }),
        Err(error) => report.difference(format!("{CLAIMS}: cannot be read: {error}")),
    }
}

fn scan_claims(run: &RunFolder, rows: &[Row], wrong: &mut Faults) -> anyhow::Result<u64> {
    let mut reader = csv::Reader::from_path(run.file(CLAIMS))?;
    let header = reader.headers()?.clone();
    let place = |name: &str| {
        let place = header.iter().position(|column| column == name);
        place.ok_or_else(|| anyhow::anyhow!("expected a column {name}"))
    };
    let (row, cause, difference) = (
        place("difference_row")?,
        place("cause")?,
        place("difference")?,
    );
    let mut listed: BTreeMap<u64, usize> = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    let mut count = 0;
    while reader.read_record(&mut record)? {
        let cell = |place: usize| record.get(place).unwrap_or_default();
        let number = cell(row).parse::<u64>().unwrap_or_default();
        let meant = number
            .checked_sub(1)
            .and_then(|place| rows.get(usize::try_from(place).ok()?));
        let fits = meant.is_some_and(|meant| {
            meant.status == DifferenceStatus::Different.name()
                && meant.cause.as_deref().unwrap_or_default() == cell(cause)
                && meant.difference == Amount::parse(cell(difference)).ok()
        });
        let so_far = listed.entry(number).or_default();
        *so_far += 1;
        if !fits || *so_far > MESSAGES_MAX {
            wrong.add(count, || {
                format!(
                    "difference_row {number}, {}, {}",
                    cell(cause),
                    cell(difference)
                )
            });
        }
        count += 1;
    }
    Ok(count)
}

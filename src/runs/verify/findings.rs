//! The table of findings: ids that follow from their fields, and the counts and money of the summary.

use super::rows::{Faults, Reports, amount, shown};
use crate::log::{LogError, TableCell, TableFile, TableRows};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::{ByName, SealedFindings, SealedSummary};
use crate::tariff::Amount;
use crate::vocabulary::{FindingCode, Instant, Severity, finding_id};

/// Where the table stands.
const TABLE: &str = "tables/findings.parquet";

/// The columns that are read; the constants below are their places.
const COLUMNS: [&str; 10] = [
    "finding_id",
    "code",
    "severity",
    "account",
    "business",
    "customer",
    "message_id",
    "at",
    "money",
    "explanation",
];
const FINDING_ID: usize = 0;
const CODE: usize = 1;
const SEVERITY: usize = 2;
const ACCOUNT: usize = 3;
const BUSINESS: usize = 4;
const CUSTOMER: usize = 5;
const MESSAGE_ID: usize = 6;
const AT: usize = 7;
const MONEY: usize = 8;
const EXPLANATION: usize = 9;

/// Goes through the table.
pub fn test(run: &RunFolder, summary: Option<&SealedSummary>, reports: &mut Reports<'_>) {
    let Some(summary) = summary else { return };
    if !run.lists(TABLE) && summary.findings.is_none() && summary.tables.findings.is_none() {
        return;
    }
    let mut scan = Scan::new();
    if let Err(error) = scan.table(run) {
        reports.tables.difference(error.to_string());
        return;
    }
    let rows = scan.rows;
    scan.wrong_ids.tell(TABLE, reports.identities, || {
        format!("{rows} finding ids follow from their fields")
    });
    if summary.tables.findings != Some(rows) {
        let listed = summary.tables.findings.unwrap_or_default();
        reports.tables.difference(format!(
            "{TABLE}: has {rows} rows, summary.json says {listed}"
        ));
    }
    let listed = summary.findings.clone().unwrap_or_default();
    let mut codes: Vec<&String> = listed.keys().chain(scan.counts.keys()).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut differ = false;
    for code in codes {
        let (listed, found) = (listed.get(code), scan.counts.get(code));
        if listed != found {
            differ = true;
            reports.tables.difference(format!(
                "{TABLE}: {code}: {}; summary.json says {}",
                described(found),
                described(listed)
            ));
        }
    }
    scan.wrong_money
        .tell(TABLE, reports.tables, || match differ {
            true => format!("{rows} findings state their money"),
            false => format!("{rows} findings were counted and summed up again"),
        });
}

fn described(counts: Option<&SealedFindings>) -> String {
    let Some(counts) = counts else {
        return "none".to_owned();
    };
    let money = counts.money.iter();
    let money: Vec<String> = money
        .map(|(currency, amount)| format!("{amount} {currency}"))
        .collect();
    format!(
        "{} findings, {} violations, at stake {}",
        counts.count,
        counts.violations,
        money.join(", ")
    )
}

/// One pass over the table.
struct Scan {
    rows: u64,
    counts: ByName<SealedFindings>,
    wrong_ids: Faults,
    wrong_money: Faults,
}

impl Scan {
    fn new() -> Self {
        Self {
            rows: 0,
            counts: ByName::new(),
            wrong_ids: Faults::new("whose finding_id does not follow from its fields"),
            wrong_money: Faults::new("whose money is no amount"),
        }
    }

    fn table(&mut self, run: &RunFolder) -> Result<(), LogError> {
        let file = TableFile::open(&run.file(TABLE))?;
        let columns: Vec<&str> = COLUMNS.into_iter().chain(["currency"]).collect();
        let mut rows = file.select(&columns)?;
        while rows.next_batch()? {
            for row in 0..rows.len() {
                self.row(&rows, row, columns.len() - 1);
            }
        }
        Ok(())
    }

    fn row(&mut self, rows: &TableRows<'_>, row: usize, currency: usize) {
        let text = |column: usize| {
            let text = rows.cell(column, row).text().unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        };
        let at = match rows.cell(AT, row) {
            TableCell::Integer(micros) => Some(Instant::from_micros(micros)),
            _ => None,
        };
        let expected = FindingCode::parse(text(CODE).as_bytes()).map(|code| {
            let what = match at {
                Some(_) => MESSAGE_ID,
                None => EXPLANATION,
            };
            let names = [ACCOUNT, BUSINESS, CUSTOMER, what].map(text);
            let [account, business, customer, what] = &names;
            finding_id(code, account, business, customer, what, at).to_string()
        });
        if expected.as_ref() != Some(&text(FINDING_ID)) {
            self.wrong_ids.add(self.rows, || {
                let expected = expected.unwrap_or_else(|| "a known code".to_owned());
                format!(
                    "expected {expected}, found {}",
                    shown(rows.cell(FINDING_ID, row))
                )
            });
        }
        let money = amount(rows.cell(MONEY, row)).ok().flatten();
        if money.is_none() {
            let found = || shown(rows.cell(MONEY, row));
            self.wrong_money.add(self.rows, found);
        }
        let counts = self.counts.entry(text(CODE)).or_default();
        counts.count += 1;
        counts.violations += u64::from(text(SEVERITY) == Severity::Violation.name());
        if rows.cell(currency, row).text().is_some() {
            let sum: &mut Amount = counts.money.entry(text(currency)).or_default();
            // A sum that does not fit equals none that is stated.
            let largest = Amount::from_units(i128::MAX);
            *sum = sum.plus(money.unwrap_or_default()).unwrap_or(largest);
        }
        self.rows += 1;
    }
}

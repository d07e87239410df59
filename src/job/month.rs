//! The folder of a month to date: the lines of the bill as they stand after the latest run, replaced whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use polars::prelude::{ParquetReader, ParquetWriter, SerReader};
use serde::Serialize;

use super::forecast::Forecast;
use super::record::Known;
use crate::log::{TableCell, TableFile};
use crate::report::summary::{Adjusted, BillTotals};
use crate::run::output::{Folder, MANIFEST, WrittenFile};
use crate::state::TierName;
use crate::tariff::Amount;

const LINES: &str = "tables/lines.parquet";
/// The columns of the lines (contract: what a run writes).
const COLUMNS: [&str; 13] = [
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "quantity",
    "amount",
    "state",
];
const MONTH: usize = 2;
const CATEGORY: usize = 4;
const CURRENCY: usize = 9;
const AMOUNT: usize = 11;

/// `summary.json` of a month to date.
#[derive(Debug, Serialize)]
struct MonthSummary<'a> {
    month_to_date_version: u32,
    job: &'a str,
    month: &'a str,
    /// The last instant of the log.
    as_of: Option<&'a str>,
    /// Whether its lines change by adjustments only from now on.
    closed: bool,
    /// The run whose bill it is.
    run: &'a str,
    /// By currency.
    totals: BTreeMap<&'a str, &'a BillTotals>,
    /// By currency, then category.
    by_category: BTreeMap<String, BTreeMap<String, Amount>>,
    tiers: Vec<&'a TierName>,
    /// What later rows changed of published lines, by currency.
    adjusted: Option<&'a BTreeMap<String, Adjusted>>,
    forecast: Vec<&'a Forecast>,
}

/// What marks the folder as one that may be replaced, with the hashes of its files.
#[derive(Debug, Serialize)]
struct Seal {
    month_to_date_version: u32,
    run_folder: String,
    outputs: Vec<WrittenFile>,
}

/// The run that a month is told from.
#[derive(Clone, Copy, Debug)]
pub struct Latest<'a> {
    /// The job.
    pub job: &'a str,
    /// The run.
    pub run: &'a str,
    /// Its folder.
    pub folder: &'a Path,
    /// What is known after it.
    pub known: &'a Known,
    /// Positions on volume tiers.
    pub tiers: &'a [TierName],
    /// What later rows changed, by month, then currency.
    pub adjusted: &'a BTreeMap<String, BTreeMap<String, Adjusted>>,
}

/// Writes the folder of a month in place of the one before.
///
/// # Errors
/// If the lines of the run cannot be read, or the folder cannot be written or is not ours.
pub fn write(month: &str, target: &Path, latest: Latest<'_>) -> Result<PathBuf> {
    let lines = latest.folder.join(LINES);
    let folder = Folder::create(target, true)?;
    let by_category = write_csv(&lines, month, &folder)?;
    write_parquet(&lines, month, &folder)?;
    let known = latest.known;
    let totals = known.by_month.iter().filter_map(|(currency, months)| {
        let totals = months.get(month)?;
        Some((currency.as_str(), totals))
    });
    let summary = MonthSummary {
        month_to_date_version: 1,
        job: latest.job,
        month,
        as_of: known.as_of.as_deref(),
        closed: known.closed_months.contains(month),
        run: latest.run,
        totals: totals.collect(),
        by_category,
        tiers: latest
            .tiers
            .iter()
            .filter(|tier| tier.month == month)
            .collect(),
        adjusted: latest.adjusted.get(month),
        forecast: known
            .forecast
            .iter()
            .filter(|told| told.month == month)
            .collect(),
    };
    write_json(&folder, "summary.json", &summary)?;
    let seal = Seal {
        month_to_date_version: 1,
        run_folder: latest.folder.display().to_string(),
        outputs: folder.written(),
    };
    write_json(&folder, MANIFEST, &seal)?;
    folder.commit()
}

fn write_json(folder: &Folder, name: &str, content: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(content).with_context(|| name.to_owned())?;
    text.push(b'\n');
    folder.write_file(name, &text)
}

/// Writes the lines of a month as CSV and sums them up by currency and category.
fn write_csv(
    lines: &Path,
    month: &str,
    folder: &Folder,
) -> Result<BTreeMap<String, BTreeMap<String, Amount>>> {
    let table = TableFile::open(lines)?;
    let mut rows = table.select(&COLUMNS)?;
    let mut out = csv::Writer::from_writer(folder.create_file("lines.csv")?);
    out.write_record(COLUMNS)?;
    let mut sums: BTreeMap<String, BTreeMap<String, Amount>> = BTreeMap::new();
    while rows.next_batch()? {
        for row in 0..rows.len() {
            if rows.cell(MONTH, row).text() != Some(month.as_bytes()) {
                continue;
            }
            let cells = (0..COLUMNS.len()).map(|column| shown(rows.cell(column, row)));
            let cells: Vec<String> = cells.collect();
            if !cells[AMOUNT].is_empty() {
                let amount = Amount::parse(&cells[AMOUNT])?;
                let of_currency = sums.entry(cells[CURRENCY].clone()).or_default();
                let sum = of_currency.entry(cells[CATEGORY].clone()).or_default();
                *sum = sum.plus(amount).context("a sum of lines does not fit")?;
            }
            out.write_record(&cells)?;
        }
    }
    let file = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    file.finish()?;
    Ok(sums)
}

fn shown(cell: TableCell<'_>) -> String {
    match cell {
        TableCell::Null => String::new(),
        TableCell::Integer(number) => number.to_string(),
        TableCell::Text(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

fn write_parquet(lines: &Path, month: &str, folder: &Folder) -> Result<()> {
    let file = File::open(lines).with_context(|| format!("cannot read {}", lines.display()))?;
    let table = ParquetReader::new(file).finish()?;
    let months = table.column("month")?.str()?;
    let wanted = months.iter().map(|found| found == Some(month)).collect();
    let mut wanted = table.filter(&wanted)?;
    let mut out = folder.create_file("lines.parquet")?;
    ParquetWriter::new(&mut out).finish(&mut wanted)?;
    out.finish()
}

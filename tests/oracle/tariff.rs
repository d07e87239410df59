//! The tariff tables as they stand in their files, row by row, without any index.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A row of `rates.csv`: a list rate between two days, both included.
#[derive(Clone, Debug)]
pub struct Rate {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub model: String,
    pub currency: String,
    pub market: String,
    pub category: String,
    pub rate: Decimal,
}

/// A row of `tiers.csv`: a step of a ladder.
#[derive(Clone, Debug)]
pub struct Step {
    pub from: NaiveDate,
    pub currency: String,
    pub market: String,
    pub category: String,
    /// Inclusive; the first step of a ladder starts at 1.
    pub tier_from: u64,
    pub tier_to: Option<u64>,
    /// Whether an empty `tier_to` says that the step never ends.
    pub tier_to_known: bool,
    pub rate: Option<Decimal>,
}

/// A row of `markets.csv`: where the numbers of a prefix belong between two days.
#[derive(Clone, Debug)]
pub struct Membership {
    pub country: String,
    pub prefix: String,
    pub market: String,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default)]
pub struct Tariff {
    pub rates: Vec<Rate>,
    pub steps: Vec<Step>,
    pub markets: Vec<Membership>,
    /// (market, first day) of authentication-international.
    pub international: Vec<(String, NaiveDate)>,
    /// (prefix, country, role): shared codes and their area codes.
    pub numbering: Vec<(String, String, String)>,
}

impl Tariff {
    /// The tables that the repository ships.
    pub fn shipped() -> Tariff {
        Tariff::read(&shipped_folder())
    }

    pub fn read(folder: &Path) -> Tariff {
        let mut tariff = Tariff::default();
        for row in table(&folder.join("rates.csv")) {
            tariff.rates.push(Rate {
                from: day(&row["effective_from"]).expect("a date"),
                to: day(&row["effective_to"]),
                model: row["model"].clone(),
                currency: row["currency"].clone(),
                market: row["market"].clone(),
                category: row["category"].clone(),
                rate: decimal(&row["rate"]).expect("a rate"),
            });
        }
        for row in table(&folder.join("tiers.csv")) {
            tariff.steps.push(Step {
                from: day(&row["effective_from"]).expect("a date"),
                currency: row["currency"].clone(),
                market: row["market"].clone(),
                category: row["category"].clone(),
                tier_from: row["tier_from"].parse().expect("a number"),
                tier_to: row["tier_to"].parse().ok(),
                tier_to_known: row["tier_to_known"] == "true",
                rate: decimal(&row["rate"]),
            });
        }
        for row in table(&folder.join("markets.csv")) {
            tariff.markets.push(Membership {
                country: row["iso2"].clone(),
                prefix: row["prefix"].clone(),
                market: row["market"].clone(),
                from: day(&row["valid_from"]).expect("a date"),
                to: day(&row["valid_to"]),
            });
        }
        for row in table(&folder.join("auth_international.csv")) {
            let from = day(&row["effective_from"]).expect("a date");
            tariff.international.push((row["market"].clone(), from));
        }
        for row in table(&shipped_folder().join("numbering.csv")) {
            let cell = |column: &str| row[column].clone();
            let entry = (cell("prefix"), cell("country"), cell("role"));
            tariff.numbering.push(entry);
        }
        tariff
    }
}

pub fn shipped_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tariff")
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = reader.deserialize();
    rows.map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .collect()
}

fn day(cell: &str) -> Option<NaiveDate> {
    cell.parse().ok()
}

/// read as decimal digits, never through a binary fraction.
pub fn decimal(cell: &str) -> Option<Decimal> {
    cell.parse().ok()
}

//! The table of lines: amounts, order, and whether it is the table of charges at another grain.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::CHARGES;
use super::charge_sums::{ChargeSums, GroupSum};
use super::rows::{Faults, Reports, amount, cost, push_amount, push_key, shown, shown_amount};
use crate::log::{LogError, TableFile, TableRows};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedSummary;
use crate::tariff::Amount;

/// Where the table stands.
pub const TABLE: &str = "tables/lines.parquet";

/// The columns that are read; the constants below are their places.
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
const ACCOUNT: usize = 0;
const MONTH: usize = 2;
const MARKET: usize = 3;
const CATEGORY: usize = 4;
const TIER: usize = 6;
const RATE: usize = 8;
const CURRENCY: usize = 9;
const QUANTITY: usize = 10;
const AMOUNT: usize = 11;
const STATE: usize = 12;
/// The texts that make the key of a line, as those of a charge are joined.
const KEY: [usize; 10] = [0, 1, 2, 3, 4, 5, 6, 7, CURRENCY, STATE];

/// A line, as far as the bill is made of it.
#[derive(Clone, Debug)]
pub struct SealedLine {
    /// Account.
    pub account: String,
    /// Local month.
    pub month: String,
    /// Market.
    pub market: String,
    /// Category.
    pub category: String,
    /// Currency.
    pub currency: String,
    /// State.
    pub state: String,
    /// Units.
    pub quantity: u64,
    /// What they cost; none where that is not known.
    pub amount: Option<Amount>,
}

/// Goes through the table; nothing if the run has none, or it cannot be read.
pub fn test(
    run: &RunFolder,
    summary: Option<&SealedSummary>,
    charges: Option<&ChargeSums>,
    reports: &mut Reports<'_>,
) -> Option<Vec<SealedLine>> {
    let is_sealed = run.lists(TABLE);
    let has_prices = summary.is_some_and(|summary| summary.tables.lines.is_some());
    if !is_sealed && !has_prices && !run.file(TABLE).exists() {
        return None;
    }
    let mut scan = Scan::new();
    if let Err(error) = scan.table(run) {
        reports.tables.difference(error.to_string());
        return None;
    }
    let rows = scan.lines.len() as u64;
    scan.wrong_order.tell(TABLE, reports.order, || {
        format!("{rows} lines stand in their order, each once")
    });
    scan.wrong_amounts.tell(TABLE, reports.tables, || {
        format!("{rows} lines: each amount is quantity times rate, or 0 where it is free")
    });
    let listed = summary.map(|summary| summary.tables.lines);
    if listed.is_some_and(|listed| listed != Some(rows)) {
        let listed = listed.flatten().unwrap_or_default();
        reports.tables.difference(format!(
            "{TABLE}: has {rows} rows, summary.json says {listed}"
        ));
    }
    match charges {
        Some(charges) => foot(&scan.groups, charges, reports),
        None => reports
            .tables
            .not_tested(format!("{TABLE}: there are no charges to foot with")),
    }
    Some(scan.lines)
}

/// Whether lines and charges have the same sums, group by group.
fn foot(lines: &HashMap<Vec<u8>, GroupSum>, charges: &ChargeSums, reports: &mut Reports<'_>) {
    let mut keys: Vec<&Vec<u8>> = lines.keys().chain(charges.groups.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut differ = false;
    for key in keys {
        let line = lines.get(key).copied().unwrap_or_default();
        let sum = charges.groups.get(key).copied().unwrap_or_default();
        if line == sum {
            continue;
        }
        differ = true;
        reports.tables.difference(format!(
            "{TABLE}: {}: {} units, {}; the charges sum to {} units, {}",
            group_name(key),
            line.quantity,
            shown_amount(line.amount),
            sum.quantity,
            shown_amount(sum.amount)
        ));
    }
    if !differ {
        reports.tables.sound(format!(
            "{} lines sum up {} in units and amounts",
            lines.len(),
            CHARGES
        ));
    }
}

fn group_name(key: &[u8]) -> String {
    let fields = key.split(|&byte| byte == super::rows::SEPARATOR);
    let names: Vec<_> = fields
        .take(KEY.len())
        .filter(|field| !field.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    names.join(" ")
}

/// One pass over the table.
struct Scan {
    lines: Vec<SealedLine>,
    groups: HashMap<Vec<u8>, GroupSum>,
    wrong_amounts: Faults,
    wrong_order: Faults,
    last: Option<Key>,
}

/// What lines are ordered by: texts to the pricing type, first rank and label of the tier, card, rate,
/// currency, state.
type Key = (
    [Vec<u8>; 6],
    Option<(u64, Vec<u8>)>,
    Option<Vec<u8>>,
    Option<Amount>,
    Vec<u8>,
    Vec<u8>,
);

impl Scan {
    fn new() -> Self {
        Self {
            lines: Vec::new(),
            groups: HashMap::new(),
            wrong_amounts: Faults::new(
                "whose amount does not follow from quantity, rate and state",
            ),
            wrong_order: Faults::new("that do not come after the one before"),
            last: None,
        }
    }

    fn table(&mut self, run: &RunFolder) -> Result<(), LogError> {
        let file = TableFile::open(&run.file(TABLE))?;
        let mut rows = file.select(&COLUMNS)?;
        while rows.next_batch()? {
            for row in 0..rows.len() {
                self.row(&rows, row);
            }
        }
        Ok(())
    }

    fn row(&mut self, rows: &TableRows<'_>, row: usize) {
        let number = self.lines.len() as u64;
        let quantity = rows.cell(QUANTITY, row).integer().unwrap_or_default();
        let quantity = u64::try_from(quantity).unwrap_or_default();
        let rate = amount(rows.cell(RATE, row));
        let found = amount(rows.cell(AMOUNT, row));
        let expected = match &rate {
            Ok(rate) => cost(rows.cell(STATE, row), *rate, quantity),
            Err(text) => Err(text.clone()),
        };
        match (&expected, &found) {
            (Ok(expected), Ok(found)) if expected == found => {}
            (Ok(expected), Ok(found)) => self.wrong_amounts.add(number, || {
                let (expected, found) = (shown_amount(*expected), shown_amount(*found));
                format!("expected {expected}, found {found}")
            }),
            (Err(text), _) | (_, Err(text)) => self.wrong_amounts.add(number, || text.clone()),
        }
        let (rate, amount) = (rate.unwrap_or_default(), found.unwrap_or_default());
        self.order(rows, row, rate, number);
        let mut key = Vec::new();
        for column in KEY {
            push_key(&mut key, rows.cell(column, row));
        }
        push_amount(&mut key, rate);
        self.groups.entry(key).or_default().add(quantity, amount);
        let name = |column| shown(rows.cell(column, row));
        self.lines.push(SealedLine {
            account: name(ACCOUNT),
            month: name(MONTH),
            market: name(MARKET),
            category: name(CATEGORY),
            currency: name(CURRENCY),
            state: name(STATE),
            quantity,
            amount,
        });
    }

    fn order(&mut self, rows: &TableRows<'_>, row: usize, rate: Option<Amount>, number: u64) {
        let text = |column: usize| rows.cell(column, row).text().map(<[u8]>::to_vec);
        let tier = text(TIER).map(|label| {
            let digits = label.iter().take_while(|byte| byte.is_ascii_digit());
            let lower = digits.fold(0u64, |lower, digit| {
                lower
                    .saturating_mul(10)
                    .saturating_add(u64::from(digit - b'0'))
            });
            (lower, label)
        });
        let key: Key = (
            std::array::from_fn(|column| text(column).unwrap_or_default()),
            tier,
            text(7),
            rate,
            text(CURRENCY).unwrap_or_default(),
            text(STATE).unwrap_or_default(),
        );
        if let Some(last) = &self.last
            && last.cmp(&key) != Ordering::Less
        {
            self.wrong_order.add(number, || {
                let [account, business, month, ..] = &key.0;
                let names = [account, business, month].map(|name| String::from_utf8_lossy(name));
                names.join(" ")
            });
        }
        self.last = Some(key);
    }
}

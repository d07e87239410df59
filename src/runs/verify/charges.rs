//! The table of charges: ids, order, amounts, and the sums that lines and summary must repeat.

use super::charge_sums::{ChargeSums, compare_counts};
use super::rows::{
    Faults, Reports, SEPARATOR, amount, cost, push_amount, push_key, shown, shown_amount,
};
use crate::log::{LogError, TableFile, TableRows};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedSummary;
use crate::tariff::Amount;
use crate::vocabulary::{ChargeUnit, HexId, Instant, LocalDate, charge_id};

/// Where the table stands.
pub const TABLE: &str = "tables/charges.parquet";

/// The columns that are read; the constants below are their places.
const COLUMNS: [&str; 20] = [
    "charge_id",
    "account",
    "business",
    "customer",
    "message_id",
    "unit",
    "regime",
    "category",
    "pricing_type",
    "charged_at",
    "local_date",
    "market",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "amount",
    "state",
    "estimated",
    "edge",
];
const CHARGE_ID: usize = 0;
const ACCOUNT: usize = 1;
const BUSINESS: usize = 2;
const CUSTOMER: usize = 3;
const MESSAGE_ID: usize = 4;
const UNIT: usize = 5;
const REGIME: usize = 6;
const CATEGORY: usize = 7;
const PRICING_TYPE: usize = 8;
const CHARGED_AT: usize = 9;
const LOCAL_DATE: usize = 10;
const MARKET: usize = 11;
const TIER: usize = 12;
const RATE_CARD: usize = 13;
const RATE: usize = 14;
const CURRENCY: usize = 15;
const AMOUNT: usize = 16;
const STATE: usize = 17;
const ESTIMATED: usize = 18;
const EDGE: usize = 19;

/// Goes through the table; nothing if it cannot be read.
pub fn test(
    run: &RunFolder,
    summary: Option<&SealedSummary>,
    reports: &mut Reports<'_>,
) -> Option<ChargeSums> {
    let mut scan = Scan::new();
    if let Err(error) = scan.table(run) {
        reports.tables.difference(error.to_string());
        return None;
    }
    let Scan {
        sums,
        mut ids,
        wrong_ids,
        wrong_order,
        wrong_amounts,
        ..
    } = scan;
    let rows = sums.rows;
    wrong_ids.tell(TABLE, reports.identities, || {
        format!("{rows} charge ids follow from their fields")
    });
    ids.sort_unstable();
    let twice = ids.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if twice > 0 {
        let text = format!("{TABLE}: {twice} rows repeat the id of another");
        reports.identities.difference(text);
    }
    wrong_order.tell(TABLE, reports.order, || {
        format!(
            "{rows} charges stand in the order of their instants (when their messages were sent, which \
             orders those of one instant, is not in the table)"
        )
    });
    wrong_amounts.tell(TABLE, reports.tables, || {
        format!("{rows} charges: each amount is its rate, or 0 where it is free")
    });
    if let Some(summary) = summary {
        compare_counts(&sums, summary, reports);
    }
    Some(sums)
}

/// One pass over the table.
struct Scan {
    sums: ChargeSums,
    /// The id of every row, to find those that are there twice.
    ids: Vec<u64>,
    wrong_ids: Faults,
    wrong_order: Faults,
    wrong_amounts: Faults,
    last: i64,
    month: (i64, String),
    buffer: Vec<u8>,
    key: Vec<u8>,
}

impl Scan {
    fn new() -> Self {
        Self {
            sums: ChargeSums::default(),
            ids: Vec::new(),
            wrong_ids: Faults::new("whose charge_id does not follow from its fields"),
            wrong_order: Faults::new("that come after a later charge"),
            wrong_amounts: Faults::new("whose amount does not follow from rate and state"),
            last: i64::MIN,
            month: (i64::MIN, String::new()),
            buffer: Vec::new(),
            key: Vec::new(),
        }
    }

    fn table(&mut self, run: &RunFolder) -> Result<(), LogError> {
        let file = TableFile::open(&run.file(TABLE))?;
        let mut rows = file.select(&COLUMNS)?;
        while rows.next_batch()? {
            let first = rows.batch().start;
            for row in 0..rows.len() {
                self.row(&rows, row, first + row as u64);
            }
        }
        Ok(())
    }

    fn row(&mut self, rows: &TableRows<'_>, row: usize, number: u64) {
        self.sums.rows = number + 1;
        self.identity(rows, row, number);
        let at = rows.cell(CHARGED_AT, row).integer().unwrap_or(i64::MIN);
        let last = std::mem::replace(&mut self.last, at);
        if at < last {
            self.wrong_order.add(number, || {
                let (at, last) = (Instant::from_micros(at), Instant::from_micros(last));
                format!("{at} after {last}")
            });
        }
        self.amount(rows, row, number);
        self.count(rows, row);
    }

    fn identity(&mut self, rows: &TableRows<'_>, row: usize, number: u64) {
        let text = |column| {
            let text = rows.cell(column, row).text().unwrap_or_default();
            std::str::from_utf8(text).unwrap_or("\u{fffd}")
        };
        let unit = text(UNIT);
        let unit = ChargeUnit::ALL
            .iter()
            .copied()
            .find(|known| known.name() == unit);
        let message = rows.cell(MESSAGE_ID, row).text().unwrap_or_default();
        let expected = unit.map(|unit| {
            charge_id(
                &mut self.buffer,
                text(ACCOUNT),
                text(BUSINESS),
                text(CUSTOMER),
                message,
                unit,
            )
        });
        let found = rows.cell(CHARGE_ID, row);
        let digits = expected.map(HexId::digits);
        if digits.as_ref().map(|digits| &digits[..]) != found.text() {
            self.wrong_ids.add(number, || match expected {
                Some(expected) => format!("expected {expected}, found {}", shown(found)),
                None => format!("no unit `{}` is known", text(UNIT)),
            });
        }
        self.ids.push(match expected {
            Some(id) => id.0,
            None => number,
        });
    }

    fn amount(&mut self, rows: &TableRows<'_>, row: usize, number: u64) {
        let rate = amount(rows.cell(RATE, row));
        let found = amount(rows.cell(AMOUNT, row));
        let expected = match &rate {
            Ok(rate) => cost(rows.cell(STATE, row), *rate, 1),
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
        self.sum(
            rows,
            row,
            rate.unwrap_or_default(),
            found.unwrap_or_default(),
        );
    }

    /// Adds the row to its line; messages that a conversation covers are in no line.
    fn sum(
        &mut self,
        rows: &TableRows<'_>,
        row: usize,
        rate: Option<Amount>,
        amount: Option<Amount>,
    ) {
        let regime = rows.cell(REGIME, row).text().unwrap_or_default();
        let is_message = rows.cell(UNIT, row).text() == Some(b"message");
        if is_message && regime.starts_with(b"cbp-") {
            return;
        }
        let days = rows.cell(LOCAL_DATE, row).integer().unwrap_or_default();
        if self.month.0 != days {
            let date = LocalDate::from_days(i32::try_from(days).unwrap_or_default());
            self.month = (days, date.month().to_string());
        }
        self.key.clear();
        push_key(&mut self.key, rows.cell(ACCOUNT, row));
        push_key(&mut self.key, rows.cell(BUSINESS, row));
        self.key.extend_from_slice(self.month.1.as_bytes());
        self.key.push(SEPARATOR);
        for column in [MARKET, CATEGORY, PRICING_TYPE, TIER, RATE_CARD] {
            push_key(&mut self.key, rows.cell(column, row));
        }
        push_key(&mut self.key, rows.cell(CURRENCY, row));
        push_key(&mut self.key, rows.cell(STATE, row));
        push_amount(&mut self.key, rate);
        let sum = match self.sums.groups.get_mut(&self.key) {
            Some(sum) => sum,
            None => self.sums.groups.entry(self.key.clone()).or_default(),
        };
        sum.add(1, amount);
        let marks = [ESTIMATED, EDGE].map(|column| rows.cell(column, row).integer() == Some(1));
        let currency = shown(rows.cell(CURRENCY, row));
        let sum = self.sums.marks.entry(currency).or_default();
        sum.0 += u64::from(marks[0]);
        sum.1 += u64::from(marks[1]);
    }

    fn count(&mut self, rows: &TableRows<'_>, row: usize) {
        let name = |column| shown(rows.cell(column, row));
        let counts = self.sums.counts.entry(name(REGIME)).or_default();
        let counts = counts.entry(name(CATEGORY)).or_default();
        let counts = counts.entry(name(PRICING_TYPE)).or_default();
        let is_marked = |column| rows.cell(column, row).integer() == Some(1);
        counts.count += 1;
        counts.estimated += u64::from(is_marked(ESTIMATED));
        counts.edge += u64::from(is_marked(EDGE));
    }
}

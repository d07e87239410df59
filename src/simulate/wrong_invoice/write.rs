//! The files: the invoice in the program's own columns, and the list of its errors.

use super::{InjectedError, InvoiceRow, Part, Stated, row::RowKey};
use crate::audit::{INVOICE_COLUMNS, LineKind};
use crate::tariff::Markets;
use crate::vocabulary::Month;

/// The columns of the list of errors: a row for each line that an error makes wrong.
pub const ERROR_COLUMNS: [&str; 15] = [
    "error",
    "cause",
    "invoice_line",
    "invoice_id",
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "currency",
    "quantity",
    "amount",
    "text",
];

/// The invoice as CSV, every column of the canonical invoice in its order.
///
/// # Errors
/// If a row cannot be written, which in memory does not happen.
pub fn invoice_csv(rows: &[InvoiceRow], markets: &Markets) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(INVOICE_COLUMNS)?;
    for row in rows {
        let cells = Cells::of(&row.stated, markets);
        let kind = match row.stated {
            Stated::Usage(_) => LineKind::Usage,
            Stated::Tax(_) => LineKind::Tax,
        };
        writer.write_record([
            invoice_id(row.invoice),
            cells.month.first_day().to_string(),
            cells.month.last_day().to_string(),
            cells.account,
            cells.business,
            cells.market,
            String::new(),
            cells.category,
            cells.pricing_type,
            cells.tier,
            row.quantity
                .map_or_else(String::new, |each| each.to_string()),
            row.unit_price
                .map_or_else(String::new, |each| each.to_string()),
            format!("{:.*}", row.digits as usize, row.amount),
            cells.currency,
            kind.to_string(),
        ])?;
    }
    into_bytes(writer)
}

/// The errors as CSV, numbered in their order.
///
/// # Errors
/// As [`invoice_csv`].
pub fn errors_csv(
    errors: &[InjectedError],
    rows: &[InvoiceRow],
    markets: &Markets,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(ERROR_COLUMNS)?;
    for (number, error) in (1..).zip(errors) {
        for part in &error.parts {
            let cells = Cells::of(&part.stated, markets);
            let line = part.line.map_or_else(String::new, |line| line.to_string());
            writer.write_record([
                format!("{number}"),
                error.cause.to_string(),
                line,
                invoice_of(part, rows).map_or_else(String::new, invoice_id),
                cells.account,
                cells.business,
                cells.month.to_string(),
                cells.market,
                cells.category,
                cells.pricing_type,
                cells.tier,
                cells.currency,
                part.quantity.to_string(),
                part.amount.to_string(),
                error.text.clone(),
            ])?;
        }
    }
    into_bytes(writer)
}

/// The invoice that a line stands on.
fn invoice_of(part: &Part, rows: &[InvoiceRow]) -> Option<Month> {
    let place = usize::try_from(part.line?.checked_sub(super::lines::file_line(0))?).ok()?;
    rows.get(place).map(|row| row.invoice)
}

/// The number of the invoice for a month.
fn invoice_id(month: Month) -> String {
    format!("SIM-{month}")
}

fn into_bytes(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// The columns that say what a line is for, as they are written.
struct Cells {
    account: String,
    business: String,
    month: Month,
    market: String,
    category: String,
    pricing_type: String,
    tier: String,
    currency: String,
}

impl Cells {
    fn of(stated: &Stated, markets: &Markets) -> Self {
        let key = match stated {
            Stated::Usage(key) => key.clone(),
            Stated::Tax(tax) => RowKey {
                account: tax.account.clone(),
                business: None,
                month: tax.month,
                market: None,
                category: None,
                pricing_type: None,
                tier: None,
                currency: tax.currency,
            },
        };
        let text = |each: Option<String>| each.unwrap_or_default();
        Self {
            account: text(key.account),
            business: text(key.business),
            month: key.month,
            market: text(key.market.map(|market| markets.name(market).to_owned())),
            category: text(key.category.map(|each| each.to_string())),
            pricing_type: text(key.pricing_type.map(|each| each.to_string())),
            tier: text(key.tier.map(|each| each.to_string())),
            currency: key.currency.to_string(),
        }
    }
}

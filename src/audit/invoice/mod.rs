//! Invoices: canonical CSV, or any CSV through a user's map.
//!
//! No public sample of Meta's own invoice exists, so the canonical table names what an invoice can state, and
//! every column but the amount may be missing: a missing column, like a blank cell, makes a line hold for all
//! of its values. A cell that cannot be read exactly is refused, never guessed at: `1,234` is one thousand to
//! one reader and one and a bit to another.

mod cells;
mod map;

use std::{path::Path, sync::Arc};

use super::{
    InvoiceLine,
    error::{EvidenceError, Spot, read},
};
use crate::{rulebook::nearest, tariff::Markets};
use cells::RowCells;
pub(super) use cells::number;
pub use map::InvoiceMap;

/// The columns of the canonical invoice.
pub const INVOICE_COLUMNS: [&str; 15] = [
    "invoice_id",
    "period_start",
    "period_end",
    "account",
    "business",
    "market",
    "country",
    "category",
    "pricing_type",
    "tier",
    "quantity",
    "unit_price",
    "amount",
    "currency",
    "kind",
];

/// Where a canonical column comes from.
pub(super) fn column_index(name: &str) -> Option<usize> {
    INVOICE_COLUMNS
        .iter()
        .position(|column| column.eq_ignore_ascii_case(name.trim()))
}

/// Reads an invoice file, through a map if one is given.
///
/// # Errors
/// If it cannot be read, or a cell of it is not what its column holds.
pub fn read_invoice(
    path: &Path,
    map: Option<&InvoiceMap>,
    markets: &Markets,
) -> Result<Vec<InvoiceLine>, EvidenceError> {
    parse_invoice(&read(path)?, &path.display().to_string(), map, markets)
}

/// Reads the text of an invoice; `name` is what errors call it.
///
/// ```
/// use counterfoil::{audit::parse_invoice, tariff::Markets};
///
/// let text = "market,category,quantity,amount,currency\nIndia,marketing,100,1.18,USD\n";
/// let lines = parse_invoice(text, "october.csv", None, &Markets::embedded()?)?;
/// assert_eq!(lines[0].quantity, Some(100));
/// let error = parse_invoice("amount\n\"1,234.50\"\n", "a.csv", None, &Markets::embedded()?);
/// assert!(error.unwrap_err().to_string().starts_with("a.csv:2: `amount`: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`read_invoice`].
pub fn parse_invoice(
    text: &str,
    name: &str,
    map: Option<&InvoiceMap>,
    markets: &Markets,
) -> Result<Vec<InvoiceLine>, EvidenceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let plain = InvoiceMap::default();
    let map = map.unwrap_or(&plain);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(map.delimiter())
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| refuse_csv(&error, name, text))?
        .clone();
    let places = columns(&header, name, map)?;
    let file: Arc<str> = name.into();
    let mut lines = Vec::new();
    let mut counter = LineCounter { byte: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|error| refuse_csv(&error, name, text))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record
            .position()
            .map_or(0, |position| counter.line_at(text, position.byte()));
        let spot = Spot { file: name, line };
        let cells = RowCells::new(spot, &record, &places, map);
        lines.push(cells.line(&file, markets)?);
    }
    if lines.is_empty() {
        let spot = Spot {
            file: name,
            line: 0,
        };
        return Err(spot.refuse(
            "",
            "no line below the header",
            "at least one line of an invoice",
            "export the invoice again, with its lines",
        ));
    }
    Ok(lines)
}

/// For each canonical column, where it stands in the file.
fn columns(
    header: &csv::StringRecord,
    name: &str,
    map: &InvoiceMap,
) -> Result<[Option<usize>; INVOICE_COLUMNS.len()], EvidenceError> {
    let spot = Spot {
        file: name,
        line: 1,
    };
    let mut places = [None; INVOICE_COLUMNS.len()];
    for (place, found) in header.iter().enumerate() {
        let Some(column) = map.target(found) else {
            continue;
        };
        if let Some(first) = places[column].replace(place) {
            return Err(spot.refuse(
                INVOICE_COLUMNS[column],
                format!(
                    "two columns for it, `{}` and `{}`",
                    header.get(first).unwrap_or_default().trim(),
                    found.trim()
                ),
                "one",
                "rename one of them, or name the right one in a map's [columns]",
            ));
        }
    }
    map.refuse_missing(header, spot)?;
    let amount = column_index("amount").unwrap_or_default();
    if places[amount].is_none() && map.constant(amount).is_none() {
        let found: Vec<&str> = header.iter().map(str::trim).collect();
        return Err(spot.refuse(
            "amount",
            format!("no such column among {}", found.join(", ")),
            "the money of each line",
            next_step(&found),
        ));
    }
    Ok(places)
}

/// How a file whose columns have other names can be read all the same.
fn next_step(found: &[&str]) -> String {
    if let [only] = found
        && let Some(delimiter) = [';', '\t', '|'].iter().find(|&&sign| only.contains(sign))
    {
        return format!(
            "the file seems to be separated by {delimiter:?}: say `delimiter` in a map"
        );
    }
    match nearest("amount", found.iter().copied()) {
        Some(column) => format!("if that is `{column}`, say \"{column}\" = \"amount\" in a map"),
        None => "say which column it is in the [columns] of a map".to_owned(),
    }
}

/// Counts lines. The CSV reader's own count is one short where lines end in CR LF.
struct LineCounter {
    byte: usize,
    line: u64,
}

impl LineCounter {
    /// The line on which the first cell at or after a byte stands; bytes are asked for in ascending order.
    fn line_at(&mut self, text: &str, byte: u64) -> u64 {
        let rest = text
            .as_bytes()
            .get(usize::try_from(byte).unwrap_or(usize::MAX)..);
        let rest = rest.unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let end = text.len() - rest.len() + breaks.count();
        let passed = &text.as_bytes()[self.byte.min(end)..end];
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.byte = end;
        self.line
    }
}

fn refuse_csv(error: &csv::Error, name: &str, text: &str) -> EvidenceError {
    let mut counter = LineCounter { byte: 0, line: 1 };
    let line = error
        .position()
        .map_or(1, |position| counter.line_at(text, position.byte()));
    let spot = Spot { file: name, line };
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => spot.refuse(
            "",
            format!("{len} cells"),
            format!("{expected_len}, as in the header"),
            "quote cells that hold the delimiter, and fill short rows",
        ),
        _ => spot.refuse(
            "",
            error.to_string(),
            "a row of CSV",
            "export the file again",
        ),
    }
}

#[cfg(test)]
mod tests;

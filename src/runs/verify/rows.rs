//! What the tests of tables share: where they report, how faults of many rows become one sentence, and
//! the key by which charges and lines meet.

use super::report::AreaReport;
use crate::log::TableCell;
use crate::tariff::Amount;

/// Between the fields of a key.
pub const SEPARATOR: u8 = 0x1f;
/// Rows at fault that are told for each kind of fault.
const ROWS_TOLD: usize = 3;

/// Where the tests of tables report.
pub struct Reports<'a> {
    /// Sums and cells.
    pub tables: &'a mut AreaReport,
    /// Ids.
    pub identities: &'a mut AreaReport,
    /// The order of rows.
    pub order: &'a mut AreaReport,
}

/// Rows at fault in one way.
pub struct Faults {
    what: &'static str,
    count: u64,
    told: Vec<String>,
}

impl Faults {
    /// None yet; `what` says what such rows are, as in "3 rows that differ".
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            count: 0,
            told: Vec::new(),
        }
    }

    /// A row at fault, counted from zero; `text` says what was expected and found.
    pub fn add(&mut self, row: u64, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.told.len() < ROWS_TOLD {
            self.told
                .push(format!("row {}: {}", row.saturating_add(1), text()));
        }
    }

    /// Tells them, or that there are none.
    pub fn tell(self, table: &str, report: &mut AreaReport, none: impl FnOnce() -> String) {
        if self.count == 0 {
            report.sound(none());
            return;
        }
        let (rows, more) = match self.count {
            1 => ("1 row".to_owned(), ""),
            count if count as usize > self.told.len() => (format!("{count} rows"), ", ..."),
            count => (format!("{count} rows"), ""),
        };
        report.difference(format!(
            "{table}: {rows} {}: {}{more}",
            self.what,
            self.told.join("; ")
        ));
    }
}

/// The text of a cell as people read it.
pub fn shown(cell: TableCell<'_>) -> String {
    match cell {
        TableCell::Null => "nothing".to_owned(),
        TableCell::Integer(number) => number.to_string(),
        TableCell::Text(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// The exact decimal of a cell: none where it is empty, an error where it is no decimal that fits.
pub fn amount(cell: TableCell<'_>) -> Result<Option<Amount>, String> {
    match cell {
        TableCell::Null => Ok(None),
        TableCell::Integer(_) => Err(format!("`{}` is no decimal", shown(cell))),
        TableCell::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|_| "no decimal".to_owned())?;
            let amount = Amount::parse(text).map_err(|error| format!("`{text}` {error}"))?;
            Ok(Some(amount))
        }
    }
}

/// Adds a cell to a key.
pub fn push_key(key: &mut Vec<u8>, cell: TableCell<'_>) {
    key.extend_from_slice(cell.text().unwrap_or_default());
    key.push(SEPARATOR);
}

/// Adds a decimal to a key, as the number it is.
pub fn push_amount(key: &mut Vec<u8>, amount: Option<Amount>) {
    if let Some(amount) = amount {
        key.extend_from_slice(&amount.units().to_be_bytes());
    }
    key.push(SEPARATOR);
}

/// What a charge or a line costs by its state, times its quantity.
///
/// # Errors
/// What is wrong with the state, or with what stands beside it.
pub fn cost(
    state: TableCell<'_>,
    rate: Option<Amount>,
    quantity: u64,
) -> Result<Option<Amount>, String> {
    match (state.text(), rate) {
        (Some(b"rated"), Some(rate)) => match rate.times(quantity) {
            Some(amount) => Ok(Some(amount)),
            None => Err(format!("{quantity} times {rate} does not fit")),
        },
        (Some(b"free"), None) => Ok(Some(Amount::ZERO)),
        (Some(b"unrated" | b"unpriced"), None) => Ok(None),
        (Some(b"rated"), None) => Err("rated without a rate".to_owned()),
        (Some(b"free" | b"unrated" | b"unpriced"), Some(rate)) => {
            Err(format!("{} with the rate {rate}", shown(state)))
        }
        _ => Err(format!("the state `{}`", shown(state))),
    }
}

/// An amount that may be missing, for people.
pub fn shown_amount(amount: Option<Amount>) -> String {
    amount.map_or_else(|| "no amount".to_owned(), |amount| amount.to_string())
}

//! Rows of `charges` that differ, as text, cell by cell.

use crate::log::{TableCell, TableRows};
use crate::report::tables::{CHARGE_COLUMNS, ColumnKind, ColumnSpec};
use crate::tariff::Amount;
use crate::vocabulary::{Instant, LocalDate};

/// A row in words: what a CSV table would hold, nothing for an empty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    cells: Vec<Option<String>>,
    /// When it was charged.
    pub instant: Instant,
    /// What it costs; zero where that is not known.
    pub amount: Amount,
}

impl Row {
    /// The text of a cell.
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.cells.get(column)?.as_deref()
    }

    /// The text of a cell, empty where there is none.
    pub fn text(&self, column: usize) -> &str {
        self.cell(column).unwrap_or_default()
    }

    /// Whether a cell holds this.
    pub fn is(&self, column: usize, text: &str) -> bool {
        self.cell(column) == Some(text)
    }

    /// The columns in which two rows differ.
    pub fn differing(&self, other: &Self) -> Vec<usize> {
        let cells = self.cells.iter().zip(&other.cells).enumerate();
        cells
            .filter(|(_, (left, right))| left != right)
            .map(|(column, _)| column)
            .collect()
    }

    /// Copies a row out of a batch in which all columns of `charges` were selected.
    ///
    /// # Errors
    /// What is wrong with its amount.
    pub fn read(rows: &TableRows<'_>, row: usize, places: &Places) -> Result<Self, String> {
        let specs = CHARGE_COLUMNS.iter().enumerate();
        let cells = specs.map(|(column, spec)| text(spec, rows.cell(column, row)));
        let at = rows.cell(places.charged_at, row).integer();
        Ok(Self {
            cells: cells.collect(),
            instant: Instant::from_micros(at.unwrap_or(i64::MIN)),
            amount: amount(rows.cell(places.amount, row))?,
        })
    }
}

/// The decimal of a cell, zero where it is empty.
///
/// # Errors
/// Where it holds something else.
pub fn amount(cell: TableCell<'_>) -> Result<Amount, String> {
    match cell {
        TableCell::Null => Ok(Amount::ZERO),
        TableCell::Integer(number) => Err(format!("`{number}` is no amount")),
        TableCell::Text(text) => {
            let text = String::from_utf8_lossy(text);
            Amount::parse(&text).map_err(|error| format!("`{text}` {error}"))
        }
    }
}

fn text(spec: &ColumnSpec, cell: TableCell<'_>) -> Option<String> {
    match cell {
        TableCell::Null => None,
        TableCell::Integer(number) => Some(match spec.kind {
            ColumnKind::Instant => Instant::from_micros(number).to_string(),
            ColumnKind::Date => {
                LocalDate::from_days(i32::try_from(number).unwrap_or(i32::MAX)).to_string()
            }
            ColumnKind::Flag => (number == 1).to_string(),
            _ => number.to_string(),
        }),
        TableCell::Text(text) => {
            let text = String::from_utf8_lossy(text).into_owned();
            match spec.kind {
                ColumnKind::Decimal => {
                    Some(Amount::parse(&text).map_or(text, |amount| amount.to_string()))
                }
                _ => Some(text),
            }
        }
    }
}

macro_rules! places {
    ($($name:ident),* $(,)?) => {
        /// Where the columns that causes look at stand among those of `charges`.
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)]
        pub struct Places { $(pub $name: usize),* }

        impl Places {
            /// The places in the table that this program writes.
            pub fn new() -> Self {
                let place = |name: &str| {
                    let mut columns = CHARGE_COLUMNS.iter();
                    columns.position(|column| column.name == name).unwrap_or(usize::MAX)
                };
                Self { $($name: place(stringify!($name))),* }
            }
        }
    };
}

places!(
    charge_id,
    account,
    business,
    customer,
    message_id,
    unit,
    regime,
    rule,
    category,
    pricing_type,
    charged_at,
    local_date,
    country,
    market,
    tier,
    rate_card,
    rate,
    currency,
    amount,
    state,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_causes_look_at_is_one_of_the_table() {
        let places = format!("{:?}", Places::new());
        assert!(!places.contains(&usize::MAX.to_string()), "{places}");
    }
}

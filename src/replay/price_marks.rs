//! Bids and cost marks (X-3, K-1): read again as text, for the few messages whose price they can decide.
//!
//! A bid decides only where a message has one, a cost mark besides only where the customer's market is
//! not known. Of two rows of a message that differ, the smaller figure stands: the order of rows must
//! not matter.

use hashbrown::HashMap;

use super::outcome::{PriceMark, RowNumber};
use super::rows::{RowPlace, RowPlaces};
use crate::log::chunk::TextRow;
use crate::log::columns::Column;
use crate::tariff::{Amount, Money};
use crate::vocabulary::Currency;

/// A row with a bid or a cost mark, and the row by which its message is known.
#[derive(Clone, Copy, Debug)]
pub struct MarkedRow {
    /// The row by which charges name the message.
    pub message: RowNumber,
    /// The row that has the figure.
    pub row: RowNumber,
}

/// Reads the figures of these rows.
///
/// # Errors
/// If a file can no longer be read.
pub fn read(
    marked: &[MarkedRow],
    places: &RowPlaces<'_>,
) -> anyhow::Result<HashMap<RowNumber, PriceMark>> {
    let rows: Vec<RowNumber> = marked.iter().map(|marked| marked.row).collect();
    let messages = marked.iter().map(|marked| marked.message);
    let mut wanted: Vec<(RowPlace, RowNumber)> =
        places.places(&rows).into_iter().zip(messages).collect();
    wanted.sort_unstable();
    let rows: Vec<RowPlace> = wanted.iter().map(|&(place, _)| place).collect();
    let mut marks: HashMap<RowNumber, PriceMark> = HashMap::with_capacity(wanted.len());
    places.text_rows(&rows, |index, text| {
        let mark = marks.entry(wanted[index].1).or_default();
        let found = price_mark(&text);
        mark.max_price = smaller(mark.max_price, found.max_price, |&amount| amount);
        mark.cost = smaller(mark.cost, found.cost, |cost| {
            (cost.currency.code().to_owned(), cost.amount)
        });
        Ok(())
    })?;
    Ok(marks)
}

fn price_mark(text: &TextRow) -> PriceMark {
    let cell = |column: Column| text.cells[column.index()].as_deref();
    // A figure that no card could hold says nothing; with those of a card every sum of a run fits.
    let is_price = |amount: &Amount| !amount.is_negative() && *amount < Amount::RATE_MAX;
    let amount = |column: Column| {
        let amount = Amount::parse(cell(column)?).ok();
        amount.filter(is_price)
    };
    let currency = cell(Column::MetaCostCurrency).and_then(Currency::parse);
    PriceMark {
        max_price: amount(Column::MaxPrice),
        cost: amount(Column::MetaCost)
            .zip(currency)
            .map(|(amount, currency)| Money { amount, currency }),
    }
}

fn smaller<T, K: Ord>(left: Option<T>, right: Option<T>, key: impl Fn(&T) -> K) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) if key(&right) < key(&left) => Some(right),
        (left, right) => left.or(right),
    }
}

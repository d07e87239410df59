//! The table of lines: charges at the grain of an invoice, in the order of its columns.

use anyhow::Result;

use super::charges::push_amount;
use super::csv;
use super::files::write_small;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Decimals, Words};
use crate::pricing::Line;
use crate::run::output::Folder;

/// The columns of `lines` (contract: what a run writes).
const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("month", Kind::Word),
    ColumnSpec::required("market", Kind::Word),
    ColumnSpec::required("category", Kind::Word),
    ColumnSpec::required("pricing_type", Kind::Word),
    ColumnSpec::nullable("tier", Kind::Word),
    ColumnSpec::nullable("rate_card", Kind::Word),
    ColumnSpec::nullable("rate", Kind::Decimal),
    ColumnSpec::required("currency", Kind::Word),
    ColumnSpec::required("quantity", Kind::Count),
    ColumnSpec::nullable("amount", Kind::Decimal),
    ColumnSpec::required("state", Kind::Word),
];

/// The places of the columns that hold words, in the table's order.
const WORDS: usize = 10;

/// Writes the table; the lines stand in their order.
///
/// # Errors
/// If a file cannot be written.
pub fn write(lines: &[Line], csv: bool, folder: &Folder) -> Result<u64> {
    write_small("lines", COLUMNS, lines, LineColumns::push, csv, folder)
}

/// The table as CSV, as [`write()`] would write it.
///
/// # Errors
/// None in practice: the bytes go to memory.
pub fn to_csv(lines: &[Line]) -> Result<Vec<u8>> {
    let mut columns = LineColumns::default();
    lines
        .iter()
        .for_each(|line| LineColumns::push(line, &mut columns));
    let mut text = csv::header(COLUMNS)?;
    csv::append(COLUMNS, &columns.cells(), &mut text)?;
    Ok(text)
}

#[derive(Default)]
struct LineColumns {
    words: [Words; WORDS],
    rate: Decimals,
    quantity: Vec<i64>,
    amount: Decimals,
}

impl LineColumns {
    fn push(line: &Line, columns: &mut Self) {
        let month = line.month.to_string();
        let cells: [Option<&str>; WORDS] = [
            Some(&line.account),
            Some(&line.business),
            Some(&month),
            Some(&line.market),
            Some(line.category.0.name()),
            Some(line.pricing_type.0.name()),
            line.tier.as_ref().map(|tier| &*tier.label),
            line.rate_card.as_deref(),
            Some(line.currency.code()),
            Some(line.state.0.name()),
        ];
        for (column, cell) in columns.words.iter_mut().zip(cells) {
            match cell {
                Some(cell) => column.push_word(cell),
                None => column.push_null(),
            }
        }
        push_amount(line.rate, &mut columns.rate);
        columns.quantity.push(line.quantity as i64);
        push_amount(line.amount, &mut columns.amount);
    }
}

impl Columns for LineColumns {
    fn clear_rows(&mut self) {
        self.words.iter_mut().for_each(Words::clear_rows);
        self.rate.clear_rows();
        self.quantity.clear();
        self.amount.clear_rows();
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        let [
            account,
            business,
            month,
            market,
            category,
            pricing_type,
            tier,
            card,
            currency,
            state,
        ] = &self.words;
        vec![
            Cells::Words(account),
            Cells::Words(business),
            Cells::Words(month),
            Cells::Words(market),
            Cells::Words(category),
            Cells::Words(pricing_type),
            Cells::Words(tier),
            Cells::Words(card),
            Cells::Decimals(&self.rate),
            Cells::Words(currency),
            Cells::Integers(&self.quantity),
            Cells::Decimals(&self.amount),
            Cells::Words(state),
        ]
    }
}

//! The table of differences between an invoice (or analytics) and what the replay expects.

use anyhow::Result;

use super::charges::push_amount;
use super::files::write_small;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Decimals, Texts, Words};
use crate::audit::Difference;
use crate::run::output::Folder;

/// The columns of `differences` (contract: what a run writes).
const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::nullable("invoice_id", Kind::Word),
    ColumnSpec::nullable("invoice_line", Kind::Number),
    ColumnSpec::nullable("account", Kind::Word),
    ColumnSpec::nullable("business", Kind::Word),
    ColumnSpec::nullable("month", Kind::Word),
    ColumnSpec::nullable("market", Kind::Word),
    ColumnSpec::nullable("category", Kind::Word),
    ColumnSpec::nullable("pricing_type", Kind::Word),
    ColumnSpec::nullable("tier", Kind::Word),
    ColumnSpec::nullable("currency", Kind::Word),
    ColumnSpec::nullable("expected_quantity", Kind::Number),
    ColumnSpec::nullable("billed_quantity", Kind::Number),
    ColumnSpec::nullable("expected_amount", Kind::Decimal),
    ColumnSpec::nullable("billed_amount", Kind::Decimal),
    ColumnSpec::nullable("difference", Kind::Decimal),
    ColumnSpec::required("status", Kind::Word),
    ColumnSpec::nullable("cause", Kind::Word),
    ColumnSpec::required("explanation", Kind::Text),
];

/// The places of words among the columns' words.
const WORDS: usize = 11;
const NUMBERS: usize = 3;
const AMOUNTS: usize = 3;

/// Writes a table of differences, in the order in which the comparison gave them.
///
/// # Errors
/// If a file cannot be written.
pub fn write(name: &str, rows: &[Difference], csv: bool, folder: &Folder) -> Result<u64> {
    write_small(name, COLUMNS, rows, DifferenceColumns::push, csv, folder)
}

#[derive(Default)]
struct DifferenceColumns {
    words: [Words; WORDS],
    numbers: [Vec<Option<i64>>; NUMBERS],
    amounts: [Decimals; AMOUNTS],
    explanation: Texts,
}

impl DifferenceColumns {
    fn push(row: &Difference, columns: &mut Self) {
        let month = row.month.map(|month| month.to_string());
        let words: [Option<&str>; WORDS] = [
            row.invoice_id.as_deref(),
            row.account.as_deref(),
            row.business.as_deref(),
            month.as_deref(),
            row.market.as_deref(),
            row.category,
            row.pricing_type,
            row.tier.as_deref(),
            row.currency.as_ref().map(|currency| currency.code()),
            Some(row.status.name()),
            row.cause.map(|cause| cause.name()),
        ];
        for (column, word) in columns.words.iter_mut().zip(words) {
            match word {
                Some(word) => column.push_word(word),
                None => column.push_null(),
            }
        }
        let line = row.invoice_line.map(|line| line as i64);
        let numbers = [line, row.expected_quantity, row.billed_quantity];
        for (column, number) in columns.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
        let amounts = [row.expected_amount, row.billed_amount, row.difference];
        for (column, amount) in columns.amounts.iter_mut().zip(amounts) {
            push_amount(amount, column);
        }
        columns.explanation.push(row.explanation.as_bytes());
    }
}

impl Columns for DifferenceColumns {
    fn clear_rows(&mut self) {
        self.words.iter_mut().for_each(Words::clear_rows);
        self.numbers.iter_mut().for_each(Vec::clear);
        self.amounts.iter_mut().for_each(Decimals::clear_rows);
        self.explanation.clear_rows();
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        let word = |place: usize| Cells::Words(&self.words[place]);
        let number = |place: usize| Cells::Instants(&self.numbers[place]);
        let amount = |place: usize| Cells::Decimals(&self.amounts[place]);
        let mut cells = vec![word(0), number(0)];
        cells.extend((1..9).map(word));
        cells.extend([number(1), number(2), amount(0), amount(1), amount(2)]);
        cells.extend([word(9), word(10), Cells::Text(&self.explanation)]);
        cells
    }
}

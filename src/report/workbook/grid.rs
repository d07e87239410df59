//! A sheet that lists a table: totals on top, a header that stays in sight, a filter, one row for each row.
//!
//! ```text
//!  1  Lines
//!  2  124 rows; the same as tables/lines.parquet
//!  3  Total USD                         1,204    USD 151.4400      (formulas)
//!  4  account  business  month  ...  quantity  amount  state      (frozen, filtered, repeated in print)
//!  5  ...
//! ```

use anyhow::Result;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, Formula, IgnoreError, RowNum, Worksheet};

use super::book::{Book, repeat, set_widths};
use super::cell::Cell;
use crate::report::figures::thousands;

const WIDTH_MAX: usize = 60;
/// Rows whose width is looked at.
const ROWS_MEASURED: usize = 2_000;

/// A table that is to be listed.
pub struct Grid<'a, Rows> {
    /// The sheet's name.
    pub name: &'a str,
    /// Where the rows are from.
    pub source: &'a str,
    /// Names of the columns.
    pub columns: &'a [&'a str],
    /// How many rows there are; where there are more than a sheet shows, `rows` gives the first of them.
    pub count: usize,
    /// The rows.
    pub rows: Rows,
    /// Totals.
    pub totals: Vec<Total<'a>>,
}

/// A row of totals.
pub struct Total<'a> {
    /// What is summed up.
    pub label: String,
    /// The column and the value that rows must have to count; none where all do.
    pub only: Option<(usize, &'a str)>,
    /// Columns with the stored value of the total.
    pub cells: Vec<(usize, Cell<'a>)>,
}

impl<'a, Rows: Iterator<Item = Vec<Cell<'a>>>> Grid<'a, Rows> {
    /// Writes the sheet.
    ///
    /// # Errors
    /// If a cell cannot be written.
    pub fn write(self, book: &mut Book) -> Result<()> {
        let mut sheet = book.sheet(self.name)?;
        let styles = &book.styles;
        let shown = self.count.min(book.rows_max);
        let is_cut = shown < self.count;
        let header = 2 + RowNum::try_from(self.totals.len())?;
        let last = header + RowNum::try_from(shown)?;
        let last_column = ColNum::try_from(self.columns.len().saturating_sub(1))?;
        sheet.write_string_with_format(0, 0, self.name, &styles.title)?;
        sheet.write_string(1, 0, self.note(shown))?;
        let mut widths: Vec<usize> = self.columns.iter().map(|name| name.len()).collect();
        let mut rows = self.rows.take(shown).peekable();
        for (column, name) in self.columns.iter().enumerate() {
            let below = rows.peek().and_then(|row| row.get(column));
            let format = styles.header_over(below);
            let column = ColNum::try_from(column)?;
            sheet.write_string_with_format(header, column, *name, format)?;
        }
        for (place, total) in self.totals.iter().enumerate() {
            let row = 2 + RowNum::try_from(place)?;
            for column in 0..=last_column {
                sheet.write_blank(row, column, &styles.total.text)?;
            }
            let label = match is_cut {
                true => format!(
                    "{} (all {} rows)",
                    total.label,
                    thousands(self.count as u64)
                ),
                false => total.label.clone(),
            };
            sheet.write_string_with_format(row, 0, label, &styles.total.text)?;
            for (column, stored) in &total.cells {
                widths[*column] = widths[*column].max(stored.width());
                let place = (row, ColNum::try_from(*column)?);
                match is_cut {
                    // A formula would only see the rows that are here.
                    true => stored.write(&mut sheet, place, &styles.total)?,
                    false => {
                        let formula = total.formula(*column, header + 1, last.max(header + 1));
                        write_formula(&mut sheet, place, &formula?, stored, book)?;
                    }
                }
            }
        }
        let mut exact = Vec::new();
        for (place, cells) in rows.enumerate() {
            let row = header + 1 + RowNum::try_from(place)?;
            for (column, cell) in cells.iter().enumerate() {
                if place < ROWS_MEASURED {
                    widths[column] = widths[column].max(cell.width());
                }
                cell.write(&mut sheet, (row, ColNum::try_from(column)?), &styles.body)?;
            }
            let texts = cells.iter().zip(self.columns).filter_map(|(cell, name)| {
                let text = cell.exact_text()?;
                Some(format!("{name} {text}"))
            });
            let texts = texts.collect::<Vec<_>>().join("; ");
            if !texts.is_empty() {
                exact.push((row, texts));
            }
        }
        let filtered = write_exact(&mut sheet, book, header, last_column, &exact)?;
        sheet.autofilter(header, 0, last.max(header + 1), filtered)?;
        sheet.set_freeze_panes(header + 1, 0)?;
        repeat(&mut sheet, header)?;
        if shown > 0 {
            // Ids are text even where they are made of digits.
            let error = IgnoreError::NumberStoredAsText;
            sheet.ignore_error_range(header + 1, 0, last, last_column, error)?;
        }
        set_widths(&mut sheet, &widths, WIDTH_MAX)?;
        book.add(sheet);
        Ok(())
    }

    fn note(&self, shown: usize) -> String {
        let count = thousands(self.count as u64);
        match shown < self.count {
            true => format!(
                "{} of {count} rows: the rest stands in {}.",
                thousands(shown as u64),
                self.source
            ),
            false => format!("{count} rows, as in {}.", self.source),
        }
    }
}

impl Total<'_> {
    /// The formula over these rows. Where all rows count, it follows the filter.
    fn formula(&self, column: usize, first: RowNum, last: RowNum) -> Result<String> {
        let range = |column: usize| -> Result<String> {
            let column = ColNum::try_from(column)?;
            let (from, to) = (
                row_col_to_cell(first, column),
                row_col_to_cell(last, column),
            );
            Ok(format!("{from}:{to}"))
        };
        let summed = range(column)?;
        Ok(match self.only {
            None => format!("=SUBTOTAL(109,{summed})"),
            Some((column, value)) => {
                format!("=SUMIFS({summed},{},\"{value}\")", range(column)?)
            }
        })
    }
}

/// A formula with the stored value as its result: a reader that computes nothing shows that.
///
/// # Errors
/// If the sheet has no such cell.
pub fn write_formula(
    sheet: &mut Worksheet,
    (row, column): (RowNum, ColNum),
    formula: &str,
    stored: &Cell<'_>,
    book: &Book,
) -> Result<()> {
    let total = &book.styles.total;
    let format = match stored {
        Cell::Money(_, currency) => total.money(currency),
        _ => &total.count,
    };
    let result = stored
        .number()
        .map_or_else(|| "0".to_owned(), |number| number.text());
    let formula = Formula::new(formula).set_result(result);
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

/// A last column with what numbers of fifteen digits cannot say, if there is anything; gives the last column.
fn write_exact(
    sheet: &mut Worksheet,
    book: &Book,
    header: RowNum,
    last_column: ColNum,
    exact: &[(RowNum, String)],
) -> Result<ColNum> {
    if exact.is_empty() {
        return Ok(last_column);
    }
    let column = last_column + 1;
    sheet.write_string_with_format(
        header,
        column,
        "exact values",
        book.styles.header_over(None),
    )?;
    for (row, text) in exact {
        sheet.write_string_with_format(*row, column, text, &book.styles.body.text)?;
    }
    sheet.set_column_width(column, WIDTH_MAX as u16)?;
    Ok(column)
}

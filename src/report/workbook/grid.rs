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

use super::book::{Book, set_widths};
use super::cell::Cell;
use crate::report::figures::thousands;

const WIDTH_MAX: usize = 60;
/// Letters of a line in a column that wide: fewer than fit, since lines break between words.
const LINE_LETTERS: usize = 54;
/// Rows whose width is looked at; in a table that has no more, long text takes several lines.
const ROWS_MEASURED: usize = 2_000;

/// A table that is to be listed.
pub struct Grid<'a, Rows> {
    /// The sheet's name.
    pub name: &'a str,
    /// Where the rows are from.
    pub source: &'a str,
    /// Names of the columns.
    pub columns: &'a [&'a str],
    /// How many rows there are.
    pub count: usize,
    /// How many of them are shown.
    pub rows_max: usize,
    /// The rows.
    pub rows: Rows,
    /// Totals.
    pub totals: Vec<Total<'a>>,
}

/// The first row of a table with so many rows of totals, as formulas count: from 1.
pub const fn first_row(totals: usize) -> usize {
    4 + totals
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
        let Self {
            name,
            columns,
            count,
            ..
        } = self;
        let mut sheet = book.sheet(name)?;
        let shown = count.min(self.rows_max);
        let header = 2 + RowNum::try_from(self.totals.len())?;
        // A filter and a formula need a row to speak of, even where there is none.
        let area = Area {
            first: header + 1,
            last: header + RowNum::try_from(shown.max(1))?,
            last_column: ColNum::try_from(columns.len().saturating_sub(1))?,
        };
        sheet.write_string_with_format(0, 0, name, &book.styles.title)?;
        sheet.write_string(1, 0, note(shown, count, self.source))?;
        let mut seen = Seen::new(columns);
        for (place, total) in self.totals.iter().enumerate() {
            let row = 2 + RowNum::try_from(place)?;
            let cut_from = (shown < count).then_some(count);
            total.write(&mut sheet, row, &area, cut_from, book)?;
            for (column, stored) in &total.cells {
                seen.widths[*column] = seen.widths[*column].max(stored.width());
            }
        }
        let is_wrapping = shown <= ROWS_MEASURED;
        let tone = match is_wrapping {
            true => &book.styles.wrapping,
            false => &book.styles.body,
        };
        for (place, cells) in self.rows.take(shown).enumerate() {
            let row = area.first + RowNum::try_from(place)?;
            for (column, cell) in cells.iter().enumerate() {
                let place = (row, ColNum::try_from(column)?);
                cell.write(&mut sheet, place, tone)?;
            }
            let heights = cells.iter().filter_map(|cell| cell.height(LINE_LETTERS));
            if let Some(height) = heights.max().filter(|_| is_wrapping) {
                sheet.set_row_height(row, height)?;
            }
            seen.add(place, row, &cells, columns);
        }
        for (column, name) in columns.iter().enumerate() {
            let format = book.styles.header_over(seen.is_of_numbers[column]);
            let column = ColNum::try_from(column)?;
            sheet.write_string_with_format(header, column, *name, format)?;
        }
        let last_column = write_exact(&mut sheet, book, header, &area, &seen.exact)?;
        sheet.autofilter(header, 0, area.last, last_column)?;
        sheet.set_freeze_panes(area.first, 0)?;
        sheet.set_repeat_rows(header, header)?;
        // Ids are text even where they are made of digits.
        let error = IgnoreError::NumberStoredAsText;
        sheet.ignore_error_range(area.first, 0, area.last, area.last_column, error)?;
        set_widths(&mut sheet, &seen.widths, WIDTH_MAX)?;
        book.add(sheet);
        Ok(())
    }
}

/// Where the rows stand.
struct Area {
    first: RowNum,
    last: RowNum,
    last_column: ColNum,
}

/// What is only known once the rows are written.
struct Seen {
    widths: Vec<usize>,
    is_of_numbers: Vec<bool>,
    exact: Vec<(RowNum, String)>,
}

impl Seen {
    fn new(columns: &[&str]) -> Self {
        Self {
            widths: columns.iter().map(|name| name.len()).collect(),
            is_of_numbers: vec![false; columns.len()],
            exact: Vec::new(),
        }
    }

    fn add(&mut self, place: usize, row: RowNum, cells: &[Cell<'_>], columns: &[&str]) {
        let mut texts = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            if place < ROWS_MEASURED {
                self.widths[column] = self.widths[column].max(cell.width());
            }
            self.is_of_numbers[column] |= cell.number().is_some();
            let exact = cell.exact_text();
            texts.extend(exact.map(|text| format!("{} {text}", columns[column])));
        }
        if !texts.is_empty() {
            self.exact.push((row, texts.join("; ")));
        }
    }
}

fn note(shown: usize, count: usize, source: &str) -> String {
    let (shown, all) = (thousands(shown as u64), thousands(count as u64));
    match shown == all {
        true => format!("{all} rows, as in {source}."),
        false => format!("{shown} of {all} rows: the rest stands in {source}."),
    }
}

impl Total<'_> {
    /// Writes the row; of a table that is cut, plain numbers, since a formula would only see the rows that are
    /// here.
    fn write(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        area: &Area,
        cut_from: Option<usize>,
        book: &Book,
    ) -> Result<()> {
        let total = &book.styles.total;
        for column in 0..=area.last_column {
            sheet.write_blank(row, column, &total.text)?;
        }
        let label = match cut_from {
            Some(count) => format!("{} (all {} rows)", self.label, thousands(count as u64)),
            None => self.label.clone(),
        };
        sheet.write_string_with_format(row, 0, label, &total.text)?;
        for (column, stored) in &self.cells {
            let place = (row, ColNum::try_from(*column)?);
            match cut_from {
                Some(_) => stored.write(sheet, place, total)?,
                None => {
                    let formula = self.formula(*column, area)?;
                    write_formula(sheet, place, &formula, stored, book)?;
                }
            }
        }
        Ok(())
    }

    /// The formula over these rows. Where all rows count, it follows the filter.
    fn formula(&self, column: usize, area: &Area) -> Result<String> {
        let range = |column: usize| -> Result<String> {
            let column = ColNum::try_from(column)?;
            let (from, to) = (
                row_col_to_cell(area.first, column),
                row_col_to_cell(area.last, column),
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
    let number = stored
        .number()
        .map_or_else(|| "0".to_owned(), |number| number.text());
    let format = stored.format(&book.styles.total);
    let formula = Formula::new(formula).set_result(number);
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

/// A last column with what numbers of fifteen digits cannot say, if there is anything; gives the last column.
fn write_exact(
    sheet: &mut Worksheet,
    book: &Book,
    header: RowNum,
    area: &Area,
    exact: &[(RowNum, String)],
) -> Result<ColNum> {
    if exact.is_empty() {
        return Ok(area.last_column);
    }
    let column = area.last_column + 1;
    sheet.write_string_with_format(
        header,
        column,
        "exact values",
        book.styles.header_over(false),
    )?;
    for (row, text) in exact {
        sheet.write_string_with_format(*row, column, text, &book.styles.body.text)?;
    }
    sheet.set_column_width(column, WIDTH_MAX as u16)?;
    Ok(column)
}

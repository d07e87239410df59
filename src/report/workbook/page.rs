//! A sheet that is read from top to bottom: headings, sentences, and small tables under each other.

use std::borrow::Cow;

use anyhow::Result;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, IgnoreError, RowNum, Worksheet};

use super::book::{Book, set_widths};
use super::cell::Cell;
use super::grid::write_formula;
use super::text::{cell_text, height};
use crate::report::figures::thousands;

/// Columns of a page; sentences go over all of them.
const COLUMNS: ColNum = 8;
const FIRST_WIDTH: usize = 34;
const OTHER_WIDTH: usize = 18;
/// Letters of a sentence in a line, a little less than fit.
const LINE_LETTERS: usize = 160;
const VALUE_LETTERS: usize = 130;

/// A page that is being filled.
pub struct Page<'b> {
    sheet: Worksheet,
    book: &'b mut Book,
    row: RowNum,
}

/// A small table.
pub struct Block<'a> {
    /// What it is of.
    pub title: String,
    /// Names of its columns.
    pub columns: &'a [&'a str],
    /// Its rows.
    pub rows: Vec<Vec<Cell<'a>>>,
    /// Label and stored values of its total; nothing where a column has none.
    pub total: Option<(String, Vec<Cell<'a>>)>,
}

impl<'b> Page<'b> {
    /// An empty page.
    ///
    /// # Errors
    /// If the name is none that a sheet can have.
    pub fn new(book: &'b mut Book, name: &str, title: &str) -> Result<Self> {
        let mut sheet = book.sheet(name)?;
        sheet.write_string_with_format(0, 0, title, &book.styles.title)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        Ok(Self {
            sheet,
            book,
            row: 2,
        })
    }

    /// Starts a part.
    ///
    /// # Errors
    /// If the page is full.
    pub fn heading(&mut self, text: &str) -> Result<()> {
        self.row += 1;
        for column in 0..COLUMNS {
            let heading = &self.book.styles.heading;
            self.sheet.write_blank(self.row, column, heading)?;
        }
        let heading = &self.book.styles.heading;
        self.sheet
            .write_string_with_format(self.row, 0, text, heading)?;
        self.row += 1;
        Ok(())
    }

    /// A name and what it names.
    ///
    /// # Errors
    /// If the page is full.
    pub fn pair(&mut self, label: &str, value: &str) -> Result<()> {
        let styles = &self.book.styles;
        let value = cell_text(value);
        self.sheet
            .write_string_with_format(self.row, 0, label, &styles.label)?;
        self.sheet.merge_range(
            self.row,
            1,
            self.row,
            COLUMNS - 1,
            &value,
            &styles.paragraph,
        )?;
        self.next(height(&value, VALUE_LETTERS))
    }

    /// A name and a number.
    ///
    /// # Errors
    /// If the page is full.
    pub fn figure(&mut self, label: &str, cell: &Cell<'_>) -> Result<()> {
        let styles = &self.book.styles;
        self.sheet
            .write_string_with_format(self.row, 0, label, &styles.label)?;
        cell.write(&mut self.sheet, (self.row, 1), &styles.body)?;
        if let Some(text) = cell.exact_text() {
            self.sheet
                .write_string(self.row, 2, format!("exactly {text}"))?;
        }
        self.next(None)
    }

    /// A sentence.
    ///
    /// # Errors
    /// If the page is full.
    pub fn sentence(&mut self, text: &str) -> Result<()> {
        let text = cell_text(text);
        let paragraph = &self.book.styles.paragraph;
        self.sheet
            .merge_range(self.row, 0, self.row, COLUMNS - 1, &text, paragraph)?;
        self.next(height(&text, LINE_LETTERS))
    }

    fn next(&mut self, height: Option<u16>) -> Result<()> {
        if let Some(height) = height {
            self.sheet.set_row_height(self.row, height)?;
        }
        self.row += 1;
        Ok(())
    }

    /// A small table; of very many rows the first, with the total of all.
    ///
    /// # Errors
    /// If the page is full.
    pub fn block(&mut self, block: &Block<'_>) -> Result<()> {
        self.row += 1;
        let rows_max = self.book.rows_max;
        let is_cut = block.rows.len() > rows_max;
        let styles = &self.book.styles;
        for (column, name) in block.columns.iter().enumerate() {
            let name: Cow<'_, str> = match column {
                0 => block.title.as_str().into(),
                _ => (*name).into(),
            };
            let mut below = block.rows.iter().filter_map(|row| row.get(column));
            let header = styles.header_over(below.any(|cell| cell.number().is_some()));
            let column = ColNum::try_from(column)?;
            self.sheet
                .write_string_with_format(self.row, column, name, header)?;
        }
        let first = self.row + 1;
        let exact_column = ColNum::try_from(block.columns.len())?;
        for (place, cells) in block.rows.iter().take(rows_max).enumerate() {
            let row = first + RowNum::try_from(place)?;
            for (column, cell) in cells.iter().enumerate() {
                cell.write(
                    &mut self.sheet,
                    (row, ColNum::try_from(column)?),
                    &styles.body,
                )?;
            }
            write_exact(&mut self.sheet, (row, exact_column), cells)?;
        }
        let shown = RowNum::try_from(block.rows.len().min(rows_max))?;
        self.row = first + shown;
        if let Some((label, stored)) = &block.total {
            self.total(label, stored, (first, shown, is_cut))?;
            write_exact(&mut self.sheet, (self.row, exact_column), stored)?;
            self.row += 1;
        }
        if shown > 0 {
            let error = IgnoreError::NumberStoredAsText;
            self.sheet
                .ignore_error_range(first, 0, first + shown - 1, 0, error)?;
        }
        if is_cut {
            let text = format!(
                "{} of {} rows: summary.json holds all of them.",
                thousands(u64::from(shown)),
                thousands(block.rows.len() as u64)
            );
            let note = &self.book.styles.note;
            self.sheet
                .merge_range(self.row, 0, self.row, COLUMNS - 1, &text, note)?;
            self.row += 1;
        }
        Ok(())
    }

    /// The row under a block: sums of the rows above it, where those are all.
    fn total(
        &mut self,
        label: &str,
        stored: &[Cell<'_>],
        (first, shown, is_cut): (RowNum, RowNum, bool),
    ) -> Result<()> {
        let total = &self.book.styles.total;
        self.sheet
            .write_string_with_format(self.row, 0, label, &total.text)?;
        for (place, cell) in stored.iter().enumerate() {
            let column = ColNum::try_from(place + 1)?;
            let place = (self.row, column);
            if shown == 0 || is_cut || cell.number().is_none() {
                cell.write(&mut self.sheet, place, total)?;
                continue;
            }
            let from = row_col_to_cell(first, column);
            let to = row_col_to_cell(first + shown - 1, column);
            let formula = format!("=SUM({from}:{to})");
            write_formula(&mut self.sheet, place, &formula, cell, self.book)?;
        }
        Ok(())
    }

    /// Adds the page to its book.
    ///
    /// # Errors
    /// None in practice: a page has few columns.
    pub fn finish(mut self) -> Result<()> {
        let mut widths = [OTHER_WIDTH; COLUMNS as usize];
        widths[0] = FIRST_WIDTH;
        set_widths(&mut self.sheet, &widths, FIRST_WIDTH)?;
        self.book.add(self.sheet);
        Ok(())
    }
}

/// What fifteen digits cannot say, beside the row.
fn write_exact(
    sheet: &mut Worksheet,
    (row, column): (RowNum, ColNum),
    cells: &[Cell<'_>],
) -> Result<()> {
    let texts: Vec<String> = cells.iter().filter_map(Cell::exact_text).collect();
    if !texts.is_empty() {
        let text = format!("exactly {}", texts.join("; "));
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

//! Rate cards: a row for each market, a column for each category.

use super::{
    ImportedRate, SheetReader,
    heading::{Heading, heading},
    sheet::{Sheet, SheetRow},
    value,
};
use crate::vocabulary::ChargeCategory;

/// Where the columns of a rate card stand.
#[derive(Debug)]
pub(super) struct RateTable {
    /// The position of the header in the rows of the sheet.
    header: usize,
    market: usize,
    currency: Option<usize>,
    categories: Vec<(usize, ChargeCategory)>,
    /// Columns of a category that stands twice, and columns with a heading that means nothing here.
    unknown: Vec<usize>,
}

/// The first row that reads like the header of a rate card.
pub(super) fn find(sheet: &Sheet) -> Option<RateTable> {
    (0..sheet.rows.len()).find_map(|place| table(sheet, place))
}

fn table(sheet: &Sheet, header: usize) -> Option<RateTable> {
    let row = &sheet.rows[header];
    let mut categories: Vec<(usize, ChargeCategory)> = Vec::new();
    let mut unknown = Vec::new();
    let (mut market, mut currency) = (None, None);
    for (column, text) in row.cells.iter().enumerate() {
        match heading(text) {
            Some(Heading::Market) if market.is_none() => market = Some(column),
            Some(Heading::Currency) if currency.is_none() => currency = Some(column),
            Some(Heading::Category(category))
                if categories.iter().all(|&(_, known)| known != category) =>
            {
                categories.push((column, category));
            }
            None if text.is_empty() => {}
            _ => unknown.push(column),
        }
    }
    // A header of two rows names market and currency above the categories.
    let above = header.checked_sub(1).map(|place| &sheet.rows[place]);
    let named_above = |wanted: Heading| {
        let cells = &above?.cells;
        cells.iter().position(|text| heading(text) == Some(wanted))
    };
    let market = market.or_else(|| named_above(Heading::Market))?;
    let currency = currency.or_else(|| named_above(Heading::Currency));
    (!categories.is_empty()).then_some(RateTable {
        header,
        market,
        currency,
        categories,
        unknown,
    })
}

impl SheetReader<'_> {
    pub(super) fn read_rates(&mut self, table: &RateTable) {
        let header = &self.sheet.rows[table.header];
        for &column in &table.unknown {
            let what = format!("column `{}`", header.cell(column));
            self.imported.unplaced(self.sheet.place(header), what);
        }
        for row in &self.sheet.rows[table.header + 1..] {
            if !row.is_blank() {
                self.read_rate_row(table, row);
            }
        }
    }

    fn read_rate_row(&mut self, table: &RateTable, row: &SheetRow) {
        let has_rates = table
            .categories
            .iter()
            .any(|&(column, _)| !row.cell(column).is_empty());
        let market = row.cell(table.market);
        if !has_rates || market.is_empty() {
            let what = format!("no row of the card: {}", row.text());
            self.imported.unplaced(self.sheet.place(row), what);
            return;
        }
        let currency = table.currency.map_or("", |column| row.cell(column));
        let Some(market) = self.market(row, market) else {
            return;
        };
        let Some(currency) = self.currency(row, currency) else {
            return;
        };
        for &(column, category) in &table.categories {
            let text = row.cell(column);
            if value::is_none(text) {
                continue;
            }
            match value::rate(text) {
                Some(rate) => self.imported.rates.push(ImportedRate {
                    currency,
                    market,
                    category,
                    rate,
                    source: self.source.to_owned(),
                }),
                None => {
                    let what = format!(
                        "{category} rate `{text}` of {} cannot be read",
                        row.cell(table.market)
                    );
                    self.imported.unplaced(self.sheet.place(row), what);
                }
            }
        }
    }
}

//! Volume tiers: a row for each step, in sections of columns or with the category in a column.
//!
//! Meta's own file has a row of labels (`Utility`, `Authentication`, …) above a header that repeats
//! `From`, `To`, `Rate type`, `Rate`, `vs. List rate` for each; the market stands only on the first row
//! of its block. Other files name the category in a column, or have one column of rates for each category
//! beside a common range.

use super::{
    ImportedStep, SheetReader,
    heading::{Heading, category_named, heading},
    sheet::{Sheet, SheetRow},
    value,
};
use crate::{
    rulebook::Place,
    tariff::{MarketId, StepEnd},
    vocabulary::{ChargeCategory, Currency},
};

/// How many rows above the header a section's label may stand.
const LABEL_ROWS: usize = 3;

/// Where the columns of a tier table stand.
#[derive(Debug)]
pub(super) struct TierTable {
    header: usize,
    market: usize,
    currency: Option<usize>,
    category_name: Option<usize>,
    sections: Vec<Section>,
}

/// Columns that describe one step.
#[derive(Debug, Default)]
struct Section {
    from: Option<usize>,
    to: Option<usize>,
    range: Option<usize>,
    rates: Vec<(usize, Option<ChargeCategory>)>,
    discount: Option<usize>,
}

impl Section {
    /// The column by which a section is told from the one before it.
    fn start(&self) -> Option<usize> {
        [self.from, self.range].into_iter().flatten().min()
    }

    fn is_complete(&self) -> bool {
        (self.from.is_some() || self.range.is_some()) && !self.rates.is_empty()
    }
}

/// The first row that reads like the header of a tier table.
pub(super) fn find(sheet: &Sheet) -> Option<TierTable> {
    (0..sheet.rows.len()).find_map(|place| table(sheet, place))
}

fn table(sheet: &Sheet, header: usize) -> Option<TierTable> {
    let headings: Vec<Option<Heading>> = sheet.rows[header]
        .cells
        .iter()
        .map(|text| heading(text))
        .collect();
    let find = |wanted| headings.iter().position(|&found| found == Some(wanted));
    let above = |wanted| {
        let row = &sheet.rows[header.checked_sub(1)?];
        row.cells
            .iter()
            .position(|text| heading(text) == Some(wanted))
    };
    let mut sections = sections(&headings);
    sections.retain(Section::is_complete);
    label_sections(&mut sections, sheet, header);
    (!sections.is_empty()).then_some(TierTable {
        header,
        market: find(Heading::Market).or_else(|| above(Heading::Market))?,
        currency: find(Heading::Currency).or_else(|| above(Heading::Currency)),
        category_name: find(Heading::CategoryName),
        sections,
    })
}

/// A section ends where one of its headings comes again.
fn sections(headings: &[Option<Heading>]) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for (column, heading) in headings.iter().enumerate() {
        let Some(last) = sections.last_mut() else {
            break;
        };
        let slot = match heading {
            Some(Heading::From) => &mut last.from,
            Some(Heading::To) => &mut last.to,
            Some(Heading::Range) => &mut last.range,
            Some(Heading::Discount) => &mut last.discount,
            Some(Heading::Rate) if last.rates.is_empty() => {
                last.rates.push((column, None));
                continue;
            }
            Some(Heading::Category(category)) => {
                last.rates.push((column, Some(*category)));
                continue;
            }
            _ => continue,
        };
        if slot.is_none() {
            *slot = Some(column);
            continue;
        }
        let mut next = Section::default();
        match heading {
            Some(Heading::From) => next.from = Some(column),
            Some(Heading::To) => next.to = Some(column),
            Some(Heading::Range) => next.range = Some(column),
            _ => next.discount = Some(column),
        }
        sections.push(next);
    }
    sections
}

/// Gives each section the category of the label above it, else the one that the sheet is named after.
fn label_sections(sections: &mut [Section], sheet: &Sheet, header: usize) {
    let rows_above = sheet.rows[header.saturating_sub(LABEL_ROWS)..header]
        .iter()
        .rev();
    let labels = rows_above
        .map(|row| {
            let cells = row.cells.iter().enumerate();
            cells
                .filter_map(|(column, text)| Some((column, category_named(text)?)))
                .collect::<Vec<_>>()
        })
        .find(|labels| !labels.is_empty())
        .unwrap_or_default();
    let of_sheet = category_named(&sheet.title);
    for section in sections {
        let start = section.start().unwrap_or_default();
        let label = labels
            .iter()
            .rfind(|&&(column, _)| column <= start)
            .map(|&(_, category)| category)
            .or(of_sheet);
        for (_, category) in &mut section.rates {
            *category = category.or(label);
        }
    }
}

/// What holds for the rows below until they say otherwise.
#[derive(Default)]
struct Block {
    market: Option<MarketId>,
    currency: String,
    category: Option<ChargeCategory>,
}

impl SheetReader<'_> {
    pub(super) fn read_tiers(&mut self, table: &TierTable) {
        let first = self.imported.steps.len();
        let mut block = Block::default();
        for row in &self.sheet.rows[table.header + 1..] {
            if !row.is_blank() {
                self.read_tier_row(table, row, &mut block);
            }
        }
        self.join_steps(first);
    }

    fn read_tier_row(&mut self, table: &TierTable, row: &SheetRow, block: &mut Block) {
        let bounds = |section: &Section| {
            let of =
                |column: Option<usize>| column.map_or("", |column| row.cell(column)).to_owned();
            (of(section.from), of(section.to), of(section.range))
        };
        let is_filled = |section: &Section| {
            let (from, _, range) = bounds(section);
            !value::is_none(&from) || !value::is_none(&range)
        };
        let market = row.cell(table.market);
        let is_none_at_all = table.sections.iter().all(|section| {
            let (from, _, range) = bounds(section);
            from.is_empty() && range.is_empty()
        });
        if is_none_at_all {
            let what = format!("no step: {}", row.text());
            self.imported.unplaced(self.sheet.place(row), what);
            return;
        }
        if !market.is_empty() {
            *block = Block {
                market: self.market(row, market),
                ..Block::default()
            };
        }
        if let Some(text) = table
            .currency
            .map(|column| row.cell(column))
            .filter(|text| !text.is_empty())
        {
            block.currency = text.to_owned();
        }
        if let Some(text) = table
            .category_name
            .map(|column| row.cell(column))
            .filter(|text| !text.is_empty())
        {
            block.category = category_named(text);
            if block.category.is_none() {
                let what = format!("unknown category `{text}`: {}", row.text());
                self.imported.unplaced(self.sheet.place(row), what);
                return;
            }
        }
        let Some(market) = block.market else {
            if market.is_empty() {
                let what = format!("a step of no known market: {}", row.text());
                self.imported.unplaced(self.sheet.place(row), what);
            }
            return;
        };
        let Some(currency) = self.currency(row, &block.currency) else {
            return;
        };
        for section in table.sections.iter().filter(|section| is_filled(section)) {
            let (from, to, range) = bounds(section);
            let bounds = if value::is_none(&from) {
                value::range(&range)
            } else {
                step_bounds(&from, &to)
            };
            match bounds {
                Some(bounds) => {
                    self.read_section(section, row, bounds, (currency, market, block.category))
                }
                None => {
                    let what = format!(
                        "tier `{from}{range}` to `{to}` cannot be read: {}",
                        row.text()
                    );
                    self.imported.unplaced(self.sheet.place(row), what);
                }
            }
        }
    }

    fn read_section(
        &mut self,
        section: &Section,
        row: &SheetRow,
        (from, to): (u64, StepEnd),
        (currency, market, named): (Currency, MarketId, Option<ChargeCategory>),
    ) {
        for &(column, labelled) in &section.rates {
            let text = row.cell(column);
            let Some(category) = named.or(labelled) else {
                let what = format!("a step of no known category: {}", row.text());
                self.imported.unplaced(self.sheet.place(row), what);
                continue;
            };
            let rate = value::rate(text);
            if rate.is_none() {
                let what = if value::is_none(text) {
                    format!(
                        "the {category} step from {from} has no rate: {}",
                        row.text()
                    )
                } else {
                    format!("{category} rate `{text}` cannot be read: {}", row.text())
                };
                // One of several columns of rates may have no tiers for this market at all.
                if section.rates.len() == 1 || !value::is_none(text) {
                    self.imported.unplaced(self.sheet.place(row), what);
                } else {
                    continue;
                }
            }
            let discount = section.discount.map_or("", |column| row.cell(column));
            self.imported.steps.push(ImportedStep {
                currency,
                market,
                category,
                from,
                to,
                rate,
                discount: value::discount(discount),
                source: self.source.to_owned(),
            });
        }
    }

    /// Makes the bounds of this sheet's steps meet as Meta means them: a ladder starts at the first
    /// message, a step that starts where the one before ends starts one later, and a blank upper bound
    /// is open only on the last step.
    fn join_steps(&mut self, first: usize) {
        let mut endless = Vec::new();
        let steps = &mut self.imported.steps[first..];
        steps.sort_by_key(|step| (ladder(step), step.from));
        for place in 0..steps.len() {
            let next = steps.get(place + 1).map(ladder);
            if steps[place].to == StepEnd::Unknown {
                if next == Some(ladder(&steps[place])) {
                    endless.push((
                        steps[place].market,
                        steps[place].category,
                        steps[place].from,
                    ));
                } else {
                    steps[place].to = StepEnd::Open;
                }
            }
            let before = place
                .checked_sub(1)
                .filter(|&before| ladder(&steps[before]) == ladder(&steps[place]));
            let touches =
                before.is_some_and(|before| steps[before].to == StepEnd::At(steps[place].from));
            if touches || steps[place].from == 0 {
                steps[place].from += 1;
            }
        }
        for (market, category, from) in endless {
            let market = self.markets.name(market);
            let what = format!("the upper bound of {market}, {category}, from {from} is blank");
            let place = Place::file(self.sheet.name.clone());
            self.imported.unplaced(place, what);
        }
    }
}

fn ladder(step: &ImportedStep) -> (Currency, MarketId, ChargeCategory) {
    (step.currency, step.market, step.category)
}

/// Lower and upper bound in cells of their own. A blank upper one is settled when all steps are known.
fn step_bounds(from: &str, to: &str) -> Option<(u64, StepEnd)> {
    let lower = value::count(from)?;
    let upper = if to.is_empty() {
        StepEnd::Unknown
    } else {
        value::upper_bound(to).or_else(|| value::is_none(to).then_some(StepEnd::Open))?
    };
    Some((lower, upper))
}

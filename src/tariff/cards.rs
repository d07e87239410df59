//! The rate cards: which list rate a cell has on a date (R-1).
//!
//! A card has a name, `MODEL-CURRENCY-EFFECTIVE_FROM` such as `PMP-USD-2026-10-01`: the model, the
//! currency, and the date from which the row that was used holds. Tables write it as `rate_card`. Rates
//! that a new card left alone keep the name of the card that brought them.
//!
//! A missing cell is an error value with a reason. Nothing is interpolated, converted or filled, with two
//! rules that Meta states: Marketing Lite costs what marketing costs where the card has no column for it
//! (X-3), and a service rate of zero, entered in US dollars, holds in every currency.

use std::collections::BTreeMap;

use super::{
    Amount, CardModel, Confidence, MarketId, Markets, Unrated, UnratedReason,
    card_file::{Cell, RateRow, rate_rows},
    overlay::overlay,
    periods::{Period, Periods},
};
use crate::{
    rulebook::{ConfigError, Place},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

pub(super) const EMBEDDED: &str = include_str!("../../data/tariff/rates.csv");
pub(super) const EMBEDDED_NAME: &str = "data/tariff/rates.csv";

/// A card of a [`Cards`], for [`Cards::card_name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(u16);

impl CardId {
    /// Its place among the cards.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A list rate and the days on which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The price of one unit.
    pub amount: Amount,
    /// The first day.
    pub from: LocalDate,
    /// The last day; [`LocalDate::MAX`] while it still holds.
    pub to: LocalDate,
    /// The card it stands on.
    pub card: CardId,
    /// How well it is supported.
    pub confidence: Confidence,
    /// Where it was read.
    pub source: Box<str>,
    /// Whether it comes from the user's own cards.
    pub is_own: bool,
}

/// What a card is, apart from its rates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    /// The pricing model.
    pub model: CardModel,
    /// The currency.
    pub currency: Currency,
    /// From when its rates hold.
    pub from: LocalDate,
    /// `MODEL-CURRENCY-EFFECTIVE_FROM`.
    pub name: String,
}

/// Every list rate that is known.
///
/// ```
/// use counterfoil::tariff::{CardModel, Cards, Markets};
/// use counterfoil::vocabulary::{ChargeCategory, Currency, LocalDate};
///
/// let markets = Markets::embedded()?;
/// let cards = Cards::embedded(&markets)?;
/// let india = markets.named("India").unwrap();
/// let date = LocalDate::parse("2026-10-01").unwrap();
/// let rate = cards.rate(CardModel::Pmp, Currency::USD, india, ChargeCategory::Marketing, date);
/// assert_eq!(rate.unwrap().amount.to_string(), "0.0118");
/// # Ok::<(), counterfoil::rulebook::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cards {
    /// Sorted by cell, then by date.
    rates: Vec<Rate>,
    cells: Vec<Cell>,
    /// For each model, currency, market and category: where its rates stand.
    index: Vec<(u32, u32)>,
    currencies: Vec<Currency>,
    market_count: usize,
    cards: Vec<Card>,
    /// The days on which a model has any card in a currency.
    any_card: BTreeMap<(CardModel, Currency), Periods>,
    /// The days on which it has a column for Marketing Lite.
    lite_column: BTreeMap<(CardModel, Currency), Periods>,
}

impl Cards {
    /// The cards that are built in.
    ///
    /// # Errors
    /// If `markets` lacks one of their markets.
    pub fn embedded(markets: &Markets) -> Result<Self, ConfigError> {
        Self::new(rate_rows(EMBEDDED, EMBEDDED_NAME, markets, false)?, markets)
    }

    /// Reads the text of a `rates.csv` that stands alone; `name` is what errors call it.
    ///
    /// # Errors
    /// If a row is malformed or names something unknown, or two rows of a cell hold on the same day.
    pub fn parse(text: &str, name: &str, markets: &Markets) -> Result<Self, ConfigError> {
        Self::new(rate_rows(text, name, markets, true)?, markets)
    }

    /// Reads the text of a `rates.csv` and lays it over the built-in cards.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_over_embedded(
        text: &str,
        name: &str,
        markets: &Markets,
    ) -> Result<Self, ConfigError> {
        let mut own = rate_rows(text, name, markets, true)?;
        refuse_overlaps(&mut own, markets)?;
        let built_in = rate_rows(EMBEDDED, EMBEDDED_NAME, markets, false)?;
        Self::new(overlay(built_in, own), markets)
    }

    /// Cards of rows that were taken from cards.
    pub(super) fn of_rows(rows: Vec<RateRow>, markets: &Markets) -> Self {
        Self::new(rows, markets).expect("rows of cards never hold on the same day")
    }

    /// The rows that it was made of, by cell and date.
    pub(super) fn rows(&self) -> Vec<RateRow> {
        let rates = self.cells.iter().zip(&self.rates);
        rates
            .map(|(&cell, rate)| RateRow {
                place: Place::file("cards"),
                cell,
                from: rate.from,
                to: (rate.to != LocalDate::MAX).then_some(rate.to),
                card_from: self.card(rate.card).from,
                rate: rate.amount,
                source: rate.source.to_string(),
                confidence: rate.confidence,
                is_own: rate.is_own,
            })
            .collect()
    }

    fn new(mut rows: Vec<RateRow>, markets: &Markets) -> Result<Self, ConfigError> {
        refuse_overlaps(&mut rows, markets)?;
        let mut currencies: Vec<Currency> = rows.iter().map(|row| row.cell.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let mut cards: Vec<Card> = rows.iter().map(card_of).collect();
        cards.sort_unstable();
        cards.dedup();
        let mut known = Self {
            rates: Vec::with_capacity(rows.len()),
            cells: rows.iter().map(|row| row.cell).collect(),
            index: Vec::new(),
            currencies,
            market_count: markets.names().count(),
            cards,
            any_card: BTreeMap::new(),
            lite_column: BTreeMap::new(),
        };
        for row in rows {
            known.add(row)?;
        }
        known.build_index();
        Ok(known)
    }

    fn add(&mut self, row: RateRow) -> Result<(), ConfigError> {
        let card = self
            .cards
            .binary_search(&card_of(&row))
            .ok()
            .and_then(|place| u16::try_from(place).ok())
            .ok_or_else(|| ConfigError::malformed(row.place.clone(), "too many cards"))?;
        let period = Period {
            from: row.from,
            to: row.last_day(),
        };
        let table = (row.cell.model, row.cell.currency);
        self.any_card.entry(table).or_default().add(period);
        if row.cell.category == ChargeCategory::MarketingLite {
            self.lite_column.entry(table).or_default().add(period);
        }
        self.rates.push(Rate {
            amount: row.rate,
            from: period.from,
            to: period.to,
            card: CardId(card),
            confidence: row.confidence,
            source: row.source.into_boxed_str(),
            is_own: row.is_own,
        });
        Ok(())
    }

    fn build_index(&mut self) {
        let places = CardModel::ALL.len()
            * self.currencies.len()
            * self.market_count
            * ChargeCategory::ALL.len();
        self.index = vec![(0, 0); places];
        for place in 0..self.cells.len() {
            if let Some(slot) = self.slot(self.cells[place]) {
                let (start, count) = &mut self.index[slot];
                if *count == 0 {
                    *start = place as u32;
                }
                *count += 1;
            }
        }
    }

    /// Where a cell stands in the index.
    #[inline]
    fn slot(&self, cell: Cell) -> Option<usize> {
        let currency = self
            .currencies
            .iter()
            .position(|&known| known == cell.currency)?;
        let table = cell.model as usize * self.currencies.len() + currency;
        let row = table * self.market_count + cell.market.index();
        Some(row * ChargeCategory::ALL.len() + cell.category as usize)
    }

    /// The list rate of a cell on a local date.
    ///
    /// The caller decides the category that is read: P26-2 prices a service message from the utility cell.
    ///
    /// # Errors
    /// If the card has no such rate on that date, or there is no card.
    #[inline]
    pub fn rate(
        &self,
        model: CardModel,
        currency: Currency,
        market: MarketId,
        category: ChargeCategory,
        date: LocalDate,
    ) -> Result<&Rate, Unrated> {
        let cell = Cell {
            model,
            currency,
            market,
            category,
        };
        match self.printed(cell, date) {
            Some(rate) => Ok(rate),
            None => self.stated_elsewhere(cell, date),
        }
    }

    /// The rate that a card prints in a cell.
    #[inline]
    fn printed(&self, cell: Cell, date: LocalDate) -> Option<&Rate> {
        let series = self.series(cell);
        let count = series.partition_point(|rate| rate.from <= date);
        series[..count].last().filter(|rate| date <= rate.to)
    }

    /// A rate that holds for a cell by rule, though the card does not print it there.
    #[cold]
    fn stated_elsewhere(&self, cell: Cell, date: LocalDate) -> Result<&Rate, Unrated> {
        let stated = match cell.category {
            ChargeCategory::MarketingLite if !self.has_lite_column(cell, date) => {
                let category = ChargeCategory::Marketing;
                self.printed(Cell { category, ..cell }, date)
            }
            ChargeCategory::Service => {
                let currency = Currency::USD;
                self.printed(Cell { currency, ..cell }, date)
                    .filter(|rate| rate.amount == Amount::ZERO)
            }
            _ => None,
        };
        stated.ok_or_else(|| {
            let is_covered = self
                .any_card
                .get(&(cell.model, cell.currency))
                .is_some_and(|days| days.contains(date));
            Unrated {
                model: cell.model,
                currency: cell.currency,
                market: cell.market,
                category: cell.category,
                date,
                reason: if is_covered {
                    UnratedReason::NoCell
                } else {
                    UnratedReason::NoCard
                },
            }
        })
    }

    fn has_lite_column(&self, cell: Cell, date: LocalDate) -> bool {
        self.lite_column
            .get(&(cell.model, cell.currency))
            .is_some_and(|days| days.contains(date))
    }

    /// Every rate a cell ever had, in the order of dates.
    #[inline]
    pub fn series(&self, cell: Cell) -> &[Rate] {
        let Some((start, count)) = self.slot(cell).and_then(|slot| self.index.get(slot)) else {
            return &[];
        };
        &self.rates[*start as usize..][..*count as usize]
    }

    /// Every cell that has a rate on some day, each once.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        let mut last = None;
        self.cells
            .iter()
            .copied()
            .filter(move |&cell| last.replace(cell) != Some(cell))
    }

    /// The date whose card prices a unit under a forced rulebook (R-1): the date itself where the model
    /// has any card in the currency on it, else the nearest day on which it has, the earlier of two as
    /// near. None where it never has.
    pub fn date_for(
        &self,
        model: CardModel,
        currency: Currency,
        date: LocalDate,
    ) -> Option<LocalDate> {
        self.any_card.get(&(model, currency))?.nearest(date)
    }

    /// The days on which a model has any card in a currency.
    pub fn days_with_card(&self, model: CardModel, currency: Currency) -> &[Period] {
        self.any_card
            .get(&(model, currency))
            .map_or(&[], Periods::as_slice)
    }

    /// The name of a card: the column `rate_card`.
    #[inline]
    pub fn card_name(&self, card: CardId) -> &str {
        &self.cards[usize::from(card.0)].name
    }

    /// The card with this name.
    pub fn named(&self, name: &str) -> Option<CardId> {
        let place = self.cards.iter().position(|card| card.name == name)?;
        u16::try_from(place).ok().map(CardId)
    }

    /// What a card is.
    pub fn card(&self, card: CardId) -> &Card {
        &self.cards[usize::from(card.0)]
    }

    /// Every card with its rates, by model, currency and date.
    pub fn cards(&self) -> impl Iterator<Item = (&Card, Vec<(Cell, &Rate)>)> {
        self.cards.iter().enumerate().map(|(place, card)| {
            let rates = self.cells.iter().copied().zip(&self.rates);
            let of_card = rates.filter(|(_, rate)| usize::from(rate.card.0) == place);
            (card, of_card.collect())
        })
    }

    /// The currencies that have a card, in the order of their codes.
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The first day of every card of a model in a currency.
    pub fn dates(&self, model: CardModel, currency: Currency) -> impl Iterator<Item = LocalDate> {
        self.cards
            .iter()
            .filter(move |card| card.model == model && card.currency == currency)
            .map(|card| card.from)
    }
}

fn card_of(row: &RateRow) -> Card {
    let Cell {
        model, currency, ..
    } = row.cell;
    Card {
        model,
        currency,
        from: row.card_from,
        name: format!("{model}-{currency}-{}", row.card_from),
    }
}

/// Sorts the rows by cell and date, and refuses two that hold on the same day.
fn refuse_overlaps(rows: &mut [RateRow], markets: &Markets) -> Result<(), ConfigError> {
    // A stable sort: of two rows of the same date the later line is the one refused.
    rows.sort_by_key(|row| (row.cell, row.from));
    for pair in rows.windows(2) {
        let [earlier, later] = pair else { continue };
        if earlier.cell != later.cell || later.from > earlier.last_day() {
            continue;
        }
        let Cell {
            model,
            currency,
            category,
            market,
        } = later.cell;
        let market = markets.name(market);
        let what = format!("{model} {currency} {market} {category}");
        return Err(if earlier.from == later.from {
            ConfigError::Duplicate {
                place: later.place.clone(),
                what: format!("{what} from {} (first at {})", later.from, earlier.place),
            }
        } else {
            ConfigError::Overlap {
                place: later.place.clone(),
                what: format!("{what} ({})", earlier.place),
                date: later.from.to_string(),
            }
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "cards_tests.rs"]
mod tests;

//! What units of a cell could have been priced at: the rates that the known cards and ladders have.

use crate::{
    tariff::{Amount, CardModel, Cell, MarketId, Tariff},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

use super::super::{comparison::Slice, key::Key};

/// The cards and ladders, asked for alternatives.
#[derive(Clone, Copy)]
pub(super) struct RateBook<'a> {
    pub tariff: &'a Tariff,
}

/// A rate that a card gives something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OtherRate {
    pub rate: Amount,
    /// What it is the rate of.
    pub of: String,
}

impl RateBook<'_> {
    fn list(
        &self,
        model: CardModel,
        currency: Currency,
        market: MarketId,
        category: ChargeCategory,
        date: LocalDate,
    ) -> Option<Amount> {
        let rate = self
            .tariff
            .cards
            .rate(model, currency, market, category, date);
        rate.ok().map(|rate| rate.amount)
    }

    /// The rates of every step that a cell has on a date.
    pub fn steps(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let (market, category, date) = (slice.market, slice.category, slice.last_date);
        let Some(ladder) = self.tariff.ladders.ladder(currency, market, category, date) else {
            return Vec::new();
        };
        let steps = ladder.steps.iter().filter_map(|step| {
            Some(OtherRate {
                rate: step.rate?,
                of: format!("tier {}", step.label),
            })
        });
        steps.collect()
    }

    /// The list rate of a slice's own cell and day, which is that of its first tier.
    pub fn first_tier(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let (market, category) = (slice.market, slice.category);
        let rate = self.list(slice.model, currency, market, category, slice.last_date);
        let of = "the first tier".to_owned();
        rate.map(|rate| OtherRate { rate, of })
            .into_iter()
            .collect()
    }

    /// The rates that the cell has at other times.
    pub fn other_dates(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let cell = Cell {
            model: slice.model,
            currency,
            market: slice.market,
            category: slice.category,
        };
        let series = self.tariff.cards.series(cell).iter();
        series
            .map(|rate| OtherRate {
                rate: rate.amount,
                of: format!("card {}", self.tariff.cards.card_name(rate.card)),
            })
            .collect()
    }

    /// The rates of the other categories in the same market on the same day.
    pub fn other_categories(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let others = ChargeCategory::ALL
            .iter()
            .filter(|&&category| category != slice.category);
        others
            .filter_map(|&category| {
                Some(OtherRate {
                    rate: self.list(
                        slice.model,
                        currency,
                        slice.market,
                        category,
                        slice.last_date,
                    )?,
                    of: format!("category {category}"),
                })
            })
            .collect()
    }

    /// The rates of the same category in the other markets on the same day.
    pub fn other_markets(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let markets = &self.tariff.markets;
        let others = markets.names().filter_map(|name| markets.named(name));
        others
            .filter(|&market| market != slice.market)
            .filter_map(|market| {
                Some(OtherRate {
                    rate: self.list(
                        slice.model,
                        currency,
                        market,
                        slice.category,
                        slice.last_date,
                    )?,
                    of: format!("market {}", markets.name(market)),
                })
            })
            .collect()
    }

    /// The rates of the same cell on the cards of other currencies.
    pub fn other_currencies(&self, currency: Currency, slice: &Slice) -> Vec<OtherRate> {
        let others = self
            .tariff
            .cards
            .currencies()
            .iter()
            .filter(|&&other| other != currency);
        others
            .filter_map(|&other| {
                Some(OtherRate {
                    rate: self.list(
                        slice.model,
                        other,
                        slice.market,
                        slice.category,
                        slice.last_date,
                    )?,
                    of: format!("the card in {other}"),
                })
            })
            .collect()
    }

    /// What a unit costs in a cell where nothing is expected, if its line says which cell that is: the line's
    /// own price where that is one of the cell's, else the list rate.
    pub fn unexpected(&self, key: &Key, unit_price: Option<Amount>) -> Option<Amount> {
        let (currency, market, category) = (key.currency?, key.market?, key.category?);
        let date = key.period?.from;
        let models = [CardModel::Pmp, CardModel::Cbp];
        let listed = models
            .iter()
            .find_map(|&model| self.list(model, currency, market, category, date))?;
        let ladder = self.tariff.ladders.ladder(currency, market, category, date);
        let is_step = ladder.is_some_and(|ladder| {
            ladder
                .steps
                .iter()
                .any(|step| step.rate.is_some() && step.rate == unit_price)
        });
        Some(if is_step {
            unit_price.unwrap_or(listed)
        } else {
            listed
        })
    }

    /// The name of the card a slice was priced from.
    pub fn card_name(&self, slice: &Slice) -> String {
        match slice.card {
            Some(card) => format!("card {}", self.tariff.cards.card_name(card)),
            None => "the card".to_owned(),
        }
    }
}

//! On which days each market exists, for telling a hole in a card from a market of another time.

use super::{
    MarketId, Markets,
    market_file::market_rows,
    periods::{Period, Periods},
};
use crate::{rulebook::ConfigError, vocabulary::LocalDate};

const EMBEDDED: &str = include_str!("../../data/tariff/markets.csv");

/// The days on which some number belongs to a market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketSpans(Vec<Periods>);

impl MarketSpans {
    /// Those of the built-in table.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn embedded(markets: &Markets) -> Result<Self, ConfigError> {
        parse(EMBEDDED, "data/tariff/markets.csv", markets)
    }

    /// The days on which a market exists.
    pub fn of(&self, market: MarketId) -> &[Period] {
        self.0.get(market.index()).map_or(&[], Periods::as_slice)
    }

    /// The markets that exist on some day, in the order of their ids.
    pub fn markets<'a>(&'a self, markets: &'a Markets) -> impl Iterator<Item = MarketId> + 'a {
        markets
            .names()
            .filter_map(|name| markets.named(name))
            .filter(|&market| !self.of(market).is_empty())
    }
}

/// Reads them from the text of a `markets.csv`.
///
/// # Errors
/// If a row is malformed.
pub(super) fn parse(text: &str, name: &str, markets: &Markets) -> Result<MarketSpans, ConfigError> {
    let mut spans = vec![Periods::default(); markets.names().count()];
    let always = Period {
        from: LocalDate::MIN,
        to: LocalDate::MAX,
    };
    spans[MarketId::OTHER.index()].add(always);
    for row in market_rows(text, name)? {
        if let Some(market) = markets.named(&row.market) {
            spans[market.index()].add(Period {
                from: row.from,
                to: row.to.unwrap_or(LocalDate::MAX),
            });
        }
    }
    Ok(MarketSpans(spans))
}

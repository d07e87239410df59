//! On which days each market exists, and which countries moved: for telling a hole in a card from a market
//! of another time.

use std::collections::BTreeMap;

use super::{
    MarketId, Markets,
    market_file::{CountryCode, market_rows},
    periods::{Period, Periods},
};
use crate::{rulebook::ConfigError, vocabulary::LocalDate};

const EMBEDDED: &str = include_str!("../../data/tariff/markets.csv");

/// The days on which some number belongs to a market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketSpans {
    spans: Vec<Periods>,
    moves: Vec<MarketMove>,
}

/// A country whose numbers changed their market.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarketMove {
    /// The first day in the new market.
    pub date: LocalDate,
    /// ISO alpha-2.
    pub country: String,
    /// The market it left.
    pub from: MarketId,
    /// The market it joined.
    pub to: MarketId,
}

impl MarketSpans {
    /// Those of the built-in table.
    ///
    /// # Errors
    /// If `markets` is another table than the built-in one.
    pub fn embedded(markets: &Markets) -> Result<Self, ConfigError> {
        Self::parse(EMBEDDED, "data/tariff/markets.csv", markets)
    }

    /// Reads them from the text of a `markets.csv`.
    ///
    /// # Errors
    /// If a row is malformed.
    pub fn parse(text: &str, name: &str, markets: &Markets) -> Result<Self, ConfigError> {
        let mut spans = vec![Periods::default(); markets.names().count()];
        let always = Period {
            from: LocalDate::MIN,
            to: LocalDate::MAX,
        };
        spans[MarketId::OTHER.index()].add(always);
        let mut of_number: BTreeMap<(u64, [u8; 2]), BTreeMap<LocalDate, MarketId>> =
            BTreeMap::new();
        for row in market_rows(text, name)? {
            // A blank market is Other, which is never missing.
            let market = markets.named(&row.market).unwrap_or(MarketId::OTHER);
            spans[market.index()].add(Period {
                from: row.from,
                to: row.to.unwrap_or(LocalDate::MAX),
            });
            let timeline = of_number.entry((row.prefix, row.country)).or_default();
            timeline.insert(row.from, market);
        }
        let mut moves: Vec<MarketMove> = of_number
            .iter()
            .flat_map(|(&(_, country), timeline)| moves(country, timeline))
            .collect();
        moves.sort();
        moves.dedup();
        Ok(Self { spans, moves })
    }

    /// The days on which a market exists.
    pub fn of(&self, market: MarketId) -> &[Period] {
        self.spans
            .get(market.index())
            .map_or(&[], Periods::as_slice)
    }

    /// The markets that exist on some day.
    pub fn markets<'a>(&'a self, markets: &'a Markets) -> impl Iterator<Item = MarketId> + 'a {
        markets
            .names()
            .filter_map(|name| markets.named(name))
            .filter(|&market| !self.of(market).is_empty())
    }

    /// The countries that changed their market, by date.
    pub fn moves(&self) -> &[MarketMove] {
        &self.moves
    }
}

fn moves(
    country: [u8; 2],
    timeline: &BTreeMap<LocalDate, MarketId>,
) -> impl Iterator<Item = MarketMove> {
    let later = timeline.iter().skip(1);
    timeline
        .values()
        .zip(later)
        .filter(|(from, (_, to))| from != to)
        .map(move |(&from, (&date, &to))| MarketMove {
            date,
            country: CountryCode(country).to_string(),
            from,
            to,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_markets_exist_from_the_day_a_country_joins_them() {
        let markets = Markets::embedded().expect("the built-in table");
        let spans = MarketSpans::embedded(&markets).expect("the built-in table");
        let from = |name| {
            let market = markets.named(name).expect("a market");
            spans.of(market)[0].from.to_string()
        };
        assert_eq!(from("Hungary"), "2026-07-01");
        assert_eq!(from("Kazakhstan"), "2026-10-01");
        assert_eq!(from("India"), "2022-02-01");
        let moves = |date: &str| {
            let of_date = spans
                .moves()
                .iter()
                .filter(|moved| moved.date.to_string() == date);
            of_date
                .map(|moved| moved.country.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(moves("2025-10-01"), ["ZW"]);
        assert_eq!(moves("2026-07-01"), ["HK", "HU", "PL", "QA", "RO", "SG"]);
        assert_eq!(
            moves("2026-10-01"),
            ["BD", "EH", "IQ", "KW", "KZ", "LK", "MA", "NP", "OM", "UA"]
        );
    }
}

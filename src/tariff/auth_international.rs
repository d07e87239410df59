//! The markets with an authentication-international rate, and the earliest date of each.

use std::collections::BTreeMap;

use super::{
    MarketId, Markets,
    card_file::{date, market},
};
use crate::{
    rulebook::{ConfigError, CsvTable},
    vocabulary::LocalDate,
};

pub(super) const EMBEDDED: &str = include_str!("../../data/tariff/auth_international.csv");
pub(super) const EMBEDDED_NAME: &str = "data/tariff/auth_international.csv";

/// From when authentication-international rates exist in a market. A business pays them from the later
/// of this date and its own start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthInternational {
    starts: BTreeMap<MarketId, LocalDate>,
}

impl AuthInternational {
    /// The list that is built in.
    ///
    /// # Errors
    /// If `markets` lacks one of its markets.
    pub fn embedded(markets: &Markets) -> Result<Self, ConfigError> {
        Self::parse(EMBEDDED, EMBEDDED_NAME, markets)
    }

    /// Reads the text of an `auth_international.csv`; `name` is what errors call it.
    ///
    /// # Errors
    /// If a row is malformed, names an unknown market, or a market stands twice.
    pub fn parse(text: &str, name: &str, markets: &Markets) -> Result<Self, ConfigError> {
        let table = CsvTable::read(text, name, &["market", "effective_from"])?;
        let mut starts = BTreeMap::new();
        for row in &table.rows {
            let listed = market(row, row.cells[0].trim(), markets)?;
            let start = date(row, "effective_from", row.cells[1].trim())?;
            if starts.insert(listed, start).is_some() {
                return Err(ConfigError::Duplicate {
                    place: row.place.clone(),
                    what: format!("market `{}`", markets.name(listed)),
                });
            }
        }
        Ok(Self { starts })
    }

    /// The first day on which a market has such a rate.
    #[inline]
    pub fn start(&self, market: MarketId) -> Option<LocalDate> {
        self.starts.get(&market).copied()
    }

    /// The listed markets with their first days.
    pub fn iter(&self) -> impl Iterator<Item = (MarketId, LocalDate)> {
        self.starts.iter().map(|(&market, &start)| (market, start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let markets = Markets::embedded().expect("the built-in table");
        AuthInternational::parse(text, "a.csv", &markets)
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn x1_the_markets_start_on_their_dates() {
        let markets = Markets::embedded().expect("the built-in table");
        let list = AuthInternational::embedded(&markets).expect("the built-in list");
        let start = |name: &str| {
            let market = markets.named(name).expect("a market");
            list.start(market).map(|date| date.to_string())
        };
        assert_eq!(start("Indonesia").as_deref(), Some("2024-06-01"));
        assert_eq!(start("India").as_deref(), Some("2024-07-01"));
        assert_eq!(start("Egypt").as_deref(), Some("2025-02-01"));
        assert_eq!(start("Ukraine").as_deref(), Some("2026-10-01"));
        assert_eq!(start("Brazil"), None);
        assert_eq!(list.iter().count(), 18);
    }

    #[test]
    fn x1_what_is_wrong_is_named_by_file_and_line() {
        assert_eq!(
            refused("market,effective_from\nIndia,2024-07-01\nindia,2025-01-01\n"),
            "a.csv:3: market `India` stands twice"
        );
        assert_eq!(
            refused("market,effective_from\nIndia,July\n"),
            "a.csv:2: effective_from `July` is no date: expected YYYY-MM-DD"
        );
        assert!(
            refused("market,effective_from\nIndai,2024-07-01\n")
                .starts_with("a.csv:2: unknown market `Indai`, nearest is `India`")
        );
        assert!(
            refused("market\nIndia\n").starts_with("a.csv:1: column `effective_from` is missing")
        );
    }
}

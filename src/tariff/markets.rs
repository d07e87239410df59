//! The market and the country of a customer's number (section 11 of the rules).
//!
//! A number belongs to the longest calling prefix of `markets.csv`, and the prefix to a market that
//! changes by date. `numbering.csv` adds what that table only says in words: which country speaks for a
//! shared code, which area codes are Canada's, and which ranges are a territory's own (K-2, K-4).

use std::{collections::BTreeMap, path::Path};

use super::{
    market_file::{CountryCode, MarketRow, country_code, market_rows},
    numbering::{NumberPlan, Role, numbering},
    trie::DigitTrie,
};
use crate::{
    rulebook::{
        ConfigError, Place, Settings, read_text,
        settings::{MarketKazakhstan, MarketSharedCodes, MarketUsTerritories},
    },
    vocabulary::LocalDate,
};

const EMBEDDED: &str = include_str!("../../data/tariff/markets.csv");

/// A market of a [`Markets`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(u16);

impl MarketId {
    /// The market of every number that no row names (K-1).
    pub const OTHER: Self = Self(0);
    /// The market of a customer whose number is hidden (K-1).
    pub const UNKNOWN: Self = Self(1);
    const NORTH_AMERICA: Self = Self(2);
    const RUSSIA: Self = Self(3);
    const REST_OF_CEE: Self = Self(4);

    /// The position in [`Markets::names`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The markets every table has, in the order of the constants of [`MarketId`].
const ALWAYS: [&str; 5] = [
    "Other",
    "Unknown",
    "North America",
    "Russia",
    "Rest of Central & Eastern Europe",
];

/// Which market and country a number belongs to.
///
/// ```
/// use counterfoil::{rulebook::Settings, tariff::Markets, vocabulary::LocalDate};
///
/// let markets = Markets::embedded()?;
/// let settings = Settings::default();
/// let date = |text| LocalDate::parse(text).unwrap();
/// let budapest = 36_1_555_0100;
/// assert_eq!(markets.country(budapest), Some(*b"HU"));
/// let before = markets.market(budapest, date("2026-06-30"), &settings);
/// let after = markets.market(budapest, date("2026-07-01"), &settings);
/// assert_eq!(markets.name(before), "Rest of Central & Eastern Europe");
/// assert_eq!(markets.name(after), "Hungary");
/// # Ok::<(), counterfoil::rulebook::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markets {
    names: Vec<String>,
    countries: Vec<String>,
    ranges: Vec<NumberRange>,
    trie: DigitTrie,
}

/// What holds for the numbers under one prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NumberRange {
    country: Option<[u8; 2]>,
    open_point: OpenPoint,
    periods: Vec<MarketPeriod>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MarketPeriod {
    from: LocalDate,
    to: LocalDate,
    market: MarketId,
}

/// Which setting has a say in the market of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenPoint {
    None,
    /// S-26, where the table says Other.
    UsTerritory,
    /// S-27, where the table says Other.
    Kazakhstan,
    /// S-28, whatever the table says.
    SharedCode,
}

impl Markets {
    /// The table that is built in.
    ///
    /// # Errors
    /// Never, unless the program was built from a broken table.
    pub fn embedded() -> Result<Self, ConfigError> {
        Self::parse(EMBEDDED, "data/tariff/markets.csv")
    }

    /// Reads another `markets.csv`.
    ///
    /// # Errors
    /// If it cannot be read, a row is malformed, or two rows of a prefix overlap or leave a gap.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// Reads the text of a `markets.csv`; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let mut markets = Self {
            names: ALWAYS.map(str::to_owned).to_vec(),
            countries: Vec::new(),
            ranges: Vec::new(),
            trie: DigitTrie::new(),
        };
        let mut by_prefix: BTreeMap<u64, Vec<MarketRow>> = BTreeMap::new();
        for row in market_rows(text, name)? {
            by_prefix.entry(row.prefix).or_default().push(row);
        }
        let numbering = numbering()?;
        for (&prefix, rows) in &mut by_prefix {
            let range = markets.range(prefix, rows, &numbering)?;
            markets.add(prefix, range, &rows[0].place)?;
        }
        for plan in numbering
            .iter()
            .filter(|plan| !by_prefix.contains_key(&plan.prefix))
        {
            markets.refine(plan)?;
        }
        markets.trie.finish();
        let mut countries: Vec<String> = by_prefix
            .values()
            .flatten()
            .map(|row| CountryCode(row.country).to_string())
            .collect();
        countries.sort_unstable();
        countries.dedup();
        markets.countries = countries;
        Ok(markets)
    }

    /// The country of a number, if its prefix tells one: of a shared code the parent (K-4).
    #[inline]
    pub fn country(&self, customer_number: u64) -> Option<[u8; 2]> {
        self.ranges[usize::from(self.trie.longest(customer_number)?)].country
    }

    /// The market of a number on a local date (K-1…K-4, S-26…S-28).
    ///
    /// Before its first row a prefix belongs to the market of that row; after its last one, to Other.
    #[inline]
    pub fn market(&self, customer_number: u64, date: LocalDate, settings: &Settings) -> MarketId {
        let Some(range) = self.trie.longest(customer_number) else {
            return MarketId::OTHER;
        };
        let range = &self.ranges[usize::from(range)];
        let count = range
            .periods
            .partition_point(|period| period.from <= date)
            .max(1);
        let period = range.periods[count - 1];
        let listed = if date <= period.to {
            period.market
        } else {
            MarketId::OTHER
        };
        range.open_point.decide(listed, settings)
    }

    /// The name as the rate cards write it.
    pub fn name(&self, market: MarketId) -> &str {
        &self.names[market.index()]
    }

    /// Every market; its position is its [`MarketId::index`].
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The market with this name, in any case.
    pub fn named(&self, name: &str) -> Option<MarketId> {
        let place = self
            .names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        u16::try_from(place).ok().map(MarketId)
    }

    /// The ISO alpha-2 code of a country of the table, in any case.
    pub fn country_code(&self, text: &str) -> Option<[u8; 2]> {
        let code = country_code(text)?;
        let known = self
            .countries
            .binary_search(&CountryCode(code).to_string())
            .is_ok();
        known.then_some(code)
    }

    /// The codes of every country of the table.
    pub fn country_codes(&self) -> impl Iterator<Item = &str> {
        self.countries.iter().map(String::as_str)
    }

    /// What the rows of one prefix say, checked for overlaps and gaps.
    fn range(
        &mut self,
        prefix: u64,
        rows: &mut [MarketRow],
        numbering: &[NumberPlan],
    ) -> Result<NumberRange, ConfigError> {
        rows.sort_by_key(|row| (row.from, row.to.is_none(), row.to));
        let mut periods: Vec<MarketPeriod> = Vec::new();
        for row in rows.iter() {
            let period = MarketPeriod {
                from: row.from,
                to: row.to.unwrap_or(LocalDate::MAX),
                market: self.intern(&row.market)?,
            };
            let Some(last) = periods.last() else {
                periods.push(period);
                continue;
            };
            let what = || format!("markets of prefix {prefix}");
            // Countries that share a prefix repeat its row: the same dates and market are no overlap.
            if *last == period {
                continue;
            }
            if period.from <= last.to {
                let date = period.from.to_string();
                return Err(ConfigError::Overlap {
                    place: row.place.clone(),
                    what: what(),
                    date,
                });
            }
            if period.from > last.to.next() {
                let date = last.to.next().to_string();
                return Err(ConfigError::Gap {
                    place: row.place.clone(),
                    what: what(),
                    date,
                });
            }
            periods.push(period);
        }
        let parent = numbering
            .iter()
            .find(|plan| plan.prefix == prefix && plan.role == Role::Parent);
        let shared = rows.iter().any(|row| row.country != rows[0].country);
        let country = match (shared, parent) {
            (false, _) => Some(rows[0].country),
            (true, parent) => parent
                .map(|plan| plan.country)
                .filter(|&code| rows.iter().any(|row| row.country == code)),
        };
        Ok(NumberRange {
            country,
            open_point: OpenPoint::of_country(country),
            periods,
        })
    }

    /// Adds a range that the table does not list, with the market of the prefix it lies in.
    fn refine(&mut self, plan: &NumberPlan) -> Result<(), ConfigError> {
        let Some(around) = self.trie.longest(plan.prefix) else {
            return Ok(());
        };
        let mut range = self.ranges[usize::from(around)].clone();
        match plan.role {
            Role::Own => range.country = Some(plan.country),
            Role::Territory => range.open_point = OpenPoint::SharedCode,
            Role::Parent => return Ok(()),
        }
        self.add(
            plan.prefix,
            range,
            &Place::file("data/tariff/numbering.csv"),
        )
    }

    fn add(&mut self, prefix: u64, range: NumberRange, place: &Place) -> Result<(), ConfigError> {
        let full = || ConfigError::malformed(place.clone(), "too many prefixes");
        let index = u16::try_from(self.ranges.len()).map_err(|_| full())?;
        self.trie.insert(prefix, index).ok_or_else(full)?;
        self.ranges.push(range);
        Ok(())
    }

    /// The id of a market's name; a blank one is Other (K-1).
    fn intern(&mut self, name: &str) -> Result<MarketId, ConfigError> {
        if name.is_empty() {
            return Ok(MarketId::OTHER);
        }
        if let Some(known) = self.named(name) {
            return Ok(known);
        }
        let id = u16::try_from(self.names.len())
            .map_err(|_| ConfigError::malformed(Place::file("markets.csv"), "too many markets"))?;
        self.names.push(name.to_owned());
        Ok(MarketId(id))
    }
}

impl OpenPoint {
    fn of_country(country: Option<[u8; 2]>) -> Self {
        match country.as_ref() {
            Some(b"AS" | b"GU" | b"MP" | b"VI") => Self::UsTerritory,
            Some(b"KZ") => Self::Kazakhstan,
            _ => Self::None,
        }
    }

    #[inline]
    fn decide(self, listed: MarketId, settings: &Settings) -> MarketId {
        match self {
            Self::None => listed,
            Self::SharedCode => match settings.market_shared_codes {
                MarketSharedCodes::Parent => listed,
                MarketSharedCodes::Other => MarketId::OTHER,
            },
            _ if listed != MarketId::OTHER => listed,
            Self::UsTerritory => match settings.market_us_territories {
                MarketUsTerritories::Other => MarketId::OTHER,
                MarketUsTerritories::NorthAmerica => MarketId::NORTH_AMERICA,
            },
            Self::Kazakhstan => match settings.market_kazakhstan_before_2026_10 {
                MarketKazakhstan::Other => MarketId::OTHER,
                MarketKazakhstan::Russia => MarketId::RUSSIA,
                MarketKazakhstan::RestOfCee => MarketId::REST_OF_CEE,
            },
        }
    }
}

#[cfg(test)]
#[path = "markets_tests.rs"]
mod tests;

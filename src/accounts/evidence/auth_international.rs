//! `auth_international.csv`: from when on accounts are eligible for authentication-international rates.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Source, rows};
use crate::{
    accounts::{Portfolio, Start, portfolio::EligibleFrom},
    rulebook::ConfigError,
    tariff::Markets,
    vocabulary::{Instant, LocalDate},
};

/// The start of each country; under none that of all others.
pub(super) type Starts = BTreeMap<Option<[u8; 2]>, Instant>;

/// An account is eligible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Eligibility {
    pub account: String,
    /// The country whose own start it is; none for all others.
    pub country: Option<[u8; 2]>,
    pub from: Instant,
}

pub(super) fn read(source: &Source, markets: &Markets) -> Result<Vec<Eligibility>, ConfigError> {
    let columns = ["account", "country", "eligible_from"];
    rows(source, &columns, |[account, country, from]| {
        Ok(Eligibility {
            account: account.account()?,
            country: match country.text {
                "" => None,
                _ => Some(country.country(markets)?),
            },
            from: from.instant()?,
        })
    })
}

impl Portfolio {
    /// Makes what Meta tells its eligibility.
    pub(super) fn take_starts(&mut self, starts: &Starts) {
        let by_country = starts
            .iter()
            .filter_map(|(country, &from)| Some(((*country)?, Start::At(from))));
        match starts.get(&None) {
            Some(&from) => {
                self.eligible_from = Some(EligibleFrom::Everywhere(Start::At(from)));
                self.exceptions = by_country.collect();
            }
            None => self.eligible_from = Some(EligibleFrom::ByCountry(by_country.collect())),
        }
    }
}

/// Where the starts that the accounts file states are not those that Meta tells; a date agrees with an instant that
/// lies on it, in UTC or on a clock of the portfolio.
pub(super) fn differences(
    stated: &Portfolio,
    told: &Starts,
    dates_of: impl Fn(Instant) -> BTreeSet<LocalDate>,
) -> Vec<String> {
    let mut countries: BTreeSet<Option<[u8; 2]>> = told.keys().copied().collect();
    countries.extend(stated.exceptions.keys().copied().map(Some));
    match &stated.eligible_from {
        Some(EligibleFrom::Everywhere(_)) => {
            countries.insert(None);
        }
        Some(EligibleFrom::ByCountry(starts)) => countries.extend(starts.keys().copied().map(Some)),
        None => {}
    }
    let mut differing = Vec::new();
    for country in countries {
        let ours = match (country, &stated.eligible_from) {
            (Some(country), _) => stated.auth_international_from(country),
            (None, Some(EligibleFrom::Everywhere(start))) => Some(*start),
            (None, _) => None,
        };
        let theirs = told.get(&country).or_else(|| told.get(&None)).copied();
        let agree = match (ours, theirs) {
            (None, None) => true,
            (Some(Start::Date(date)), Some(at)) => dates_of(at).contains(&date),
            (Some(Start::At(ours)), Some(theirs)) => ours == theirs,
            _ => false,
        };
        if !agree {
            let ours = match ours {
                Some(Start::Date(date)) => date.to_string(),
                Some(Start::At(at)) => at.to_string(),
                None => "never".to_owned(),
            };
            let theirs = theirs.map_or_else(|| "never".to_owned(), |at| at.to_string());
            let (id, country) = (&stated.id, named(country));
            differing.push(format!("{id} {country} {ours} instead of {theirs}"));
        }
    }
    differing
}

/// A country, or all of them.
pub(super) fn named(country: Option<[u8; 2]>) -> String {
    match country {
        Some(code) => String::from_utf8_lossy(&code).into_owned(),
        None => "all countries".to_owned(),
    }
}

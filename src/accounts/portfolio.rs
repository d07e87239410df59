//! A business portfolio, as far as authentication-international rates depend on it.

use std::collections::BTreeMap;

use crate::vocabulary::{Instant, LocalDate};

/// Where a business is, and from when on it is eligible for authentication-international rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolio {
    /// Its id, or that of the account that belongs to none.
    pub id: String,
    /// Where the business mainly is.
    pub primary_location: Option<[u8; 2]>,
    pub(super) eligible_from: Option<EligibleFrom>,
    pub(super) exceptions: BTreeMap<[u8; 2], Start>,
}

impl Portfolio {
    /// One of which nothing is known.
    pub(super) fn plain(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            primary_location: None,
            eligible_from: None,
            exceptions: BTreeMap::new(),
        }
    }

    /// From when on authentication templates to a country are charged at the international rate, if ever.
    pub fn auth_international_from(&self, country: [u8; 2]) -> Option<Start> {
        let eligible = match self.eligible_from.as_ref()? {
            EligibleFrom::Everywhere(start) => *start,
            EligibleFrom::ByCountry(starts) => *starts.get(&country)?,
        };
        Some(self.exceptions.get(&country).copied().unwrap_or(eligible))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EligibleFrom {
    Everywhere(Start),
    ByCountry(BTreeMap<[u8; 2], Start>),
}

/// When something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the local midnight of a date that the accounts file states (T-2).
    Date(LocalDate),
    /// At the instant that Meta has told.
    At(Instant),
}

impl Start {
    /// Whether it has come on a local date, at an instant of that date.
    pub fn has_come(self, date: LocalDate, at: Instant) -> bool {
        match self {
            Self::Date(from) => from <= date,
            Self::At(from) => from <= at,
        }
    }
}

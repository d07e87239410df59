//! `auth_international.csv`: from when on accounts are eligible for authentication-international rates.

use super::cells::{Source, rows};
use crate::{rulebook::ConfigError, tariff::Markets, vocabulary::Instant};

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

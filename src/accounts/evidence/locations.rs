//! `primary_locations.csv`: where Meta says that the business mainly is.

use super::cells::{Source, rows};
use crate::{rulebook::ConfigError, tariff::Markets, vocabulary::Instant};

/// A primary location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub account: String,
    pub country: [u8; 2],
    pub at: Instant,
}

pub(super) fn read(source: &Source, markets: &Markets) -> Result<Vec<Location>, ConfigError> {
    rows(
        source,
        &["account", "country", "at"],
        |[account, country, at]| {
            Ok(Location {
                account: account.account()?,
                country: country.country(markets)?,
                at: at.instant()?,
            })
        },
    )
}

//! The whole tariff, from the built-in tables or a user's folder (`--rates DIR`).
//!
//! A folder with all four tables stands alone: what it does not say is not known. A folder with some of
//! them is laid over the built-in ones: own rates and tiers override only their own cells and dates, an
//! own `markets.csv` or `auth_international.csv` takes the place of the built-in one.

use std::path::{Path, PathBuf};

use super::{AuthInternational, Cards, Ladders, MarketSpans, Markets};
use crate::rulebook::{ConfigError, Place, read_text};

/// The tables a folder may hold.
pub const TARIFF_FILES: [&str; 4] = [
    "rates.csv",
    "tiers.csv",
    "markets.csv",
    "auth_international.csv",
];

/// Everything a price depends on but the account.
#[derive(Clone, Debug)]
pub struct Tariff {
    /// Which market a number belongs to.
    pub markets: Markets,
    /// When each market existed.
    pub spans: MarketSpans,
    /// The list rates.
    pub cards: Cards,
    /// The volume tiers.
    pub ladders: Ladders,
    /// The markets of authentication-international.
    pub auth_international: AuthInternational,
    /// The user's files that were read, for the manifest.
    pub own_files: Vec<PathBuf>,
    /// Whether the built-in tables are not used at all.
    pub stands_alone: bool,
}

impl Tariff {
    /// The tables that are built in.
    ///
    /// # Errors
    /// Never, unless the program was built from broken tables.
    pub fn embedded() -> Result<Self, ConfigError> {
        let markets = Markets::embedded()?;
        let cards = Cards::embedded(&markets)?;
        Ok(Self {
            spans: MarketSpans::embedded(&markets)?,
            ladders: Ladders::embedded(&markets, &cards)?,
            auth_international: AuthInternational::embedded(&markets)?,
            cards,
            markets,
            own_files: Vec::new(),
            stands_alone: false,
        })
    }

    /// The built-in tables, or those of a folder where one is given.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_or_embedded(folder: Option<&Path>) -> Result<Self, ConfigError> {
        folder.map_or_else(Self::embedded, Self::load)
    }

    /// Reads a folder: alone if it is complete, else laid over the built-in tables.
    ///
    /// # Errors
    /// If the folder has none of the tables, or one of them is unreadable or refused.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let paths = TARIFF_FILES.map(|file| folder.join(file));
        let own_files: Vec<PathBuf> = paths.iter().filter(|path| path.exists()).cloned().collect();
        if own_files.is_empty() {
            let problem = format!(
                "no tariff table in this folder: expected one of {}",
                TARIFF_FILES.join(", ")
            );
            let place = Place::file(folder.display().to_string());
            return Err(ConfigError::malformed(place, problem));
        }
        let stands_alone = own_files.len() == paths.len();
        let [rates, tiers, market_table, auth_table] = paths;
        let (markets, spans) = match own(&market_table)? {
            Some((text, name)) => {
                let markets = Markets::parse(&text, &name)?;
                let spans = MarketSpans::parse(&text, &name, &markets)?;
                (markets, spans)
            }
            None => {
                let markets = Markets::embedded()?;
                let spans = MarketSpans::embedded(&markets)?;
                (markets, spans)
            }
        };
        let cards = match own(&rates)? {
            Some((text, name)) if stands_alone => Cards::parse(&text, &name, &markets)?,
            Some((text, name)) => Cards::parse_over_embedded(&text, &name, &markets)?,
            None => Cards::embedded(&markets)?,
        };
        let ladders = match own(&tiers)? {
            Some((text, name)) if stands_alone => Ladders::parse(&text, &name, &markets, &cards)?,
            Some((text, name)) => Ladders::parse_over_embedded(&text, &name, &markets, &cards)?,
            None => Ladders::embedded(&markets, &cards)?,
        };
        let auth_international = match own(&auth_table)? {
            Some((text, name)) => AuthInternational::parse(&text, &name, &markets)?,
            None => AuthInternational::embedded(&markets)?,
        };
        Ok(Self {
            markets,
            spans,
            cards,
            ladders,
            auth_international,
            own_files,
            stands_alone,
        })
    }
}

/// The text of a file and what errors call it, if it exists.
fn own(path: &Path) -> Result<Option<(String, String)>, ConfigError> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some((read_text(path)?, path.display().to_string())))
}

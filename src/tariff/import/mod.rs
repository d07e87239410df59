//! Meta's own rate-card downloads, taken in as rows of `rates.csv` and `tiers.csv`.
//!
//! Meta has changed the layout several times: notes above the header, a line break inside a heading, CSV
//! until the middle of 2026, then a workbook; volume tiers in a second file with one section of columns
//! for each category. Everything is therefore found by its heading, never by its position, and what
//! could not be placed is listed. Nothing is computed: a step given only by its discount has no rate.

mod heading;
mod rate_sheet;
mod sheet;
mod tier_sheet;
mod value;
mod write;

use std::path::{Path, PathBuf};

use super::{Amount, CardModel, MarketId, Markets, StepEnd};
use crate::{
    rulebook::{ConfigError, Place, nearest},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};
use sheet::{Sheet, SheetRow};

pub use write::{Written, write};

/// What a file does not say about itself.
#[derive(Clone, Debug)]
pub struct ImportTerms {
    /// The first day of the card.
    pub effective_from: LocalDate,
    /// The currency; rows that name another one are left out and listed. Without it every row names its own.
    pub currency: Option<Currency>,
    /// The pricing model of the card.
    pub model: CardModel,
}

/// What was read, and what was not.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// List rates.
    pub rates: Vec<ImportedRate>,
    /// Steps of volume tiers.
    pub steps: Vec<ImportedStep>,
    /// What could not be placed, in the order of the files.
    pub unplaced: Vec<Unplaced>,
}

/// A list rate of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRate {
    /// The currency.
    pub currency: Currency,
    /// The market.
    pub market: MarketId,
    /// The category.
    pub category: ChargeCategory,
    /// The price of one unit.
    pub rate: Amount,
    /// The file it stands in, with its fingerprint.
    pub source: String,
}

/// A step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedStep {
    /// The currency.
    pub currency: Currency,
    /// The market.
    pub market: MarketId,
    /// The category.
    pub category: ChargeCategory,
    /// The first rank.
    pub from: u64,
    /// Where it ends.
    pub to: StepEnd,
    /// The price of one unit, if the file says it.
    pub rate: Option<Amount>,
    /// The discount as the file writes it, without its minus.
    pub discount: String,
    /// The file it stands in, with its fingerprint.
    pub source: String,
}

/// Something that a file says and the tables do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Where it stands.
    pub place: Place,
    /// What it is and why it has no place.
    pub what: String,
}

impl Imported {
    fn unplaced(&mut self, place: Place, what: impl Into<String>) {
        let what = what.into();
        self.unplaced.push(Unplaced { place, what });
    }

    /// Whether nothing at all was placed.
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty() && self.steps.is_empty()
    }
}

/// Reads rate-card and tier files, in any order.
///
/// # Errors
/// If a file cannot be read, or is neither text nor a workbook. What is in it but cannot be placed is no
/// error; it is listed.
pub fn read(
    files: &[PathBuf],
    terms: &ImportTerms,
    markets: &Markets,
) -> Result<Imported, ConfigError> {
    let mut imported = Imported::default();
    for file in files {
        let source = source(file)?;
        for sheet in sheet::sheets(file)? {
            let mut reader = SheetReader {
                sheet: &sheet,
                terms,
                markets,
                source: &source,
                imported: &mut imported,
            };
            reader.read();
        }
    }
    Ok(imported)
}

/// The name of a file and the first half of its BLAKE3, so that a rate can be traced to it.
fn source(file: &Path) -> Result<String, ConfigError> {
    let bytes = std::fs::read(file).map_err(|cause| ConfigError::Unreadable {
        file: file.display().to_string(),
        cause,
    })?;
    let name = file
        .file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy();
    let hash = blake3::hash(&bytes).to_hex();
    Ok(format!("{name} blake3:{}", &hash[..32]))
}

/// One sheet on its way into the tables.
struct SheetReader<'a> {
    sheet: &'a Sheet,
    terms: &'a ImportTerms,
    markets: &'a Markets,
    source: &'a str,
    imported: &'a mut Imported,
}

impl SheetReader<'_> {
    fn read(&mut self) {
        if self.sheet.rows.iter().all(SheetRow::is_blank) {
            return;
        }
        if let Some(table) = tier_sheet::find(self.sheet) {
            self.read_tiers(&table);
        } else if let Some(table) = rate_sheet::find(self.sheet) {
            self.read_rates(&table);
        } else {
            let what = "no header: expected a row with `Market` and categories such as `Marketing`, \
                        or with `Market`, `From`, `To` and `Rate`";
            let place = Place::file(self.sheet.name.clone());
            self.imported.unplaced(place, what);
        }
    }

    /// The market that a cell names; what names none is listed.
    fn market(&mut self, row: &SheetRow, text: &str) -> Option<MarketId> {
        let found = market_named(text, self.markets);
        if found.is_none() {
            let hint = nearest(text, self.markets.names())
                .map_or_else(String::new, |name| format!(", nearest is `{name}`"));
            let what = format!("unknown market `{text}`{hint}: {}", row.text());
            self.imported.unplaced(self.sheet.place(row), what);
        }
        found
    }

    /// The currency of a row; a row without one, or in another one than was asked for, is listed.
    fn currency(&mut self, row: &SheetRow, text: &str) -> Option<Currency> {
        let found = value::currency(text);
        let place = self.sheet.place(row);
        match (found, self.terms.currency) {
            (Some(found), None) => Some(found),
            (Some(found), Some(wanted)) if found == wanted => Some(found),
            (Some(found), Some(wanted)) => {
                let what = format!("in {found}, not {wanted}: {}", row.text());
                self.imported.unplaced(place, what);
                None
            }
            (None, Some(wanted)) if value::is_none(text) => Some(wanted),
            (None, wanted) => {
                let hint = if wanted.is_none() && value::is_none(text) {
                    "the file names no currency: give --currency".to_owned()
                } else {
                    format!("unknown currency `{text}`")
                };
                let what = format!("{hint}: {}", row.text());
                self.imported.unplaced(place, what);
                None
            }
        }
    }
}

/// The market with a name as cards write it: case, footnote marks and `&` for `and` make no difference.
fn market_named(text: &str, markets: &Markets) -> Option<MarketId> {
    let wanted = plain(text);
    let alias = match wanted.as_str() {
        "türkiye" | "turkiye" => "turkey".to_owned(),
        "rest of central and eastern europe" | "rest of cee" => {
            "rest of central eastern europe".to_owned()
        }
        "rest of apac" => "rest of asia pacific".to_owned(),
        "all other countries" | "others" | "rest of world" => "other".to_owned(),
        _ => wanted,
    };
    let name = markets.names().find(|name| plain(name) == alias)?;
    markets
        .named(name)
        .filter(|&market| market != MarketId::UNKNOWN)
}

/// The letters of a name in lower case, words apart by one space.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;

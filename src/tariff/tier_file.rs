//! The rows of `tiers.csv`: one step of a ladder of volume tiers.

use super::{
    Amount, Confidence, MarketId, Markets,
    card_file::{category, confidence, currency, date, market, rate},
};
use crate::{
    rulebook::{ConfigError, CsvRow, CsvTable, Place},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

/// The columns, in the order of the shipped file.
pub const TIER_COLUMNS: [&str; 11] = [
    "effective_from",
    "currency",
    "market",
    "category",
    "tier_from",
    "tier_to",
    "tier_to_known",
    "rate",
    "discount",
    "source",
    "confidence",
];

/// Whose ladder it is, and from when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LadderKey {
    /// The currency.
    pub currency: Currency,
    /// The market.
    pub market: MarketId,
    /// The category.
    pub category: ChargeCategory,
    /// The first day.
    pub from: LocalDate,
}

/// Where a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepEnd {
    /// With this rank.
    At(u64),
    /// Never: the last step.
    Open,
    /// Somewhere: it was not published.
    Unknown,
}

/// One row, with the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct TierRow {
    pub place: Place,
    pub ladder: LadderKey,
    /// The first rank; the first step starts at 1.
    pub from: u64,
    pub to: StepEnd,
    /// None where it was published without one.
    pub rate: Option<Amount>,
    pub discount: String,
    pub source: String,
    pub confidence: Confidence,
    pub is_own: bool,
}

/// Reads the rows; columns are found by name, others are ignored.
pub(super) fn tier_rows(
    text: &str,
    name: &str,
    markets: &Markets,
    is_own: bool,
) -> Result<Vec<TierRow>, ConfigError> {
    let table = CsvTable::read(text, name, &TIER_COLUMNS)?;
    table
        .rows
        .iter()
        .map(|row| tier_row(row, markets, is_own))
        .collect()
}

fn tier_row(row: &CsvRow, markets: &Markets, is_own: bool) -> Result<TierRow, ConfigError> {
    let cell = |column: usize| row.cells[column].trim();
    // Meta counts the first tier from 0, the shipped table from 1: both mean the first message.
    let from = count(row, "tier_from", cell(4))?.max(1);
    Ok(TierRow {
        place: row.place.clone(),
        ladder: LadderKey {
            from: date(row, "effective_from", cell(0))?,
            currency: currency(row, cell(1))?,
            market: market(row, cell(2), markets)?,
            category: category(row, cell(3))?,
        },
        from,
        to: end(row, from, cell(5), cell(6))?,
        rate: match cell(7) {
            "" => None,
            text => Some(rate(row, text)?),
        },
        discount: cell(8).to_owned(),
        source: cell(9).to_owned(),
        confidence: confidence(row, cell(10))?,
        is_own,
    })
}

fn count(row: &CsvRow, column: &str, text: &str) -> Result<u64, ConfigError> {
    let is_count = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_count).ok_or_else(|| {
        let problem = format!("{column} `{text}` is no whole number of messages");
        ConfigError::malformed(row.place.clone(), problem)
    })
}

fn end(row: &CsvRow, from: u64, to: &str, is_known: &str) -> Result<StepEnd, ConfigError> {
    let is_known = match is_known {
        known if known.eq_ignore_ascii_case("true") => true,
        known if known.eq_ignore_ascii_case("false") => false,
        other => {
            return Err(ConfigError::unknown_value(
                row.place.clone(),
                "tier_to_known",
                other,
                "true, false",
                ["true", "false"],
            ));
        }
    };
    if to.is_empty() {
        return Ok(if is_known {
            StepEnd::Open
        } else {
            StepEnd::Unknown
        });
    }
    let last = count(row, "tier_to", to)?;
    if last < from {
        let problem = format!("tier_to {last} lies below tier_from {from}");
        return Err(ConfigError::malformed(row.place.clone(), problem));
    }
    Ok(if is_known {
        StepEnd::At(last)
    } else {
        StepEnd::Unknown
    })
}

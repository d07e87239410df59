//! The rows of `rates.csv`: one list rate, and from when to when it holds.

use super::{Amount, CardModel, Confidence, MarketId, Markets};
use crate::{
    rulebook::{ConfigError, CsvRow, CsvTable, Place},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

/// The columns, in the order of the shipped file.
pub const RATE_COLUMNS: [&str; 9] = [
    "effective_from",
    "effective_to",
    "model",
    "currency",
    "market",
    "category",
    "rate",
    "source",
    "confidence",
];

/// What a rate is for. Cells are dated; two rows of one cell never hold on the same day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The pricing model.
    pub model: CardModel,
    /// The currency.
    pub currency: Currency,
    /// The market.
    pub market: MarketId,
    /// The category.
    pub category: ChargeCategory,
}

/// One row, with the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct RateRow {
    pub place: Place,
    pub cell: Cell,
    pub from: LocalDate,
    /// The last day; none while it still holds.
    pub to: Option<LocalDate>,
    /// The date in the card's name: `from`, also where an own card has cut the beginning off.
    pub card_from: LocalDate,
    pub rate: Amount,
    pub source: String,
    pub confidence: Confidence,
    pub is_own: bool,
}

impl RateRow {
    /// The last day, for comparing.
    pub(super) fn last_day(&self) -> LocalDate {
        self.to.unwrap_or(LocalDate::MAX)
    }
}

/// Reads the rows; columns are found by name, others are ignored.
pub(super) fn rate_rows(
    text: &str,
    name: &str,
    markets: &Markets,
    is_own: bool,
) -> Result<Vec<RateRow>, ConfigError> {
    let table = CsvTable::read(text, name, &RATE_COLUMNS)?;
    table
        .rows
        .iter()
        .map(|row| rate_row(row, markets, is_own))
        .collect()
}

fn rate_row(row: &CsvRow, markets: &Markets, is_own: bool) -> Result<RateRow, ConfigError> {
    let cell = |column: usize| row.cells[column].trim();
    let (from, to) = interval(row, cell(0), cell(1))?;
    let model = CardModel::parse(cell(2).as_bytes()).ok_or_else(|| {
        ConfigError::unknown_value(row.place.clone(), "model", cell(2), "CBP, PMP", [])
    })?;
    Ok(RateRow {
        place: row.place.clone(),
        cell: Cell {
            model,
            currency: currency(row, cell(3))?,
            market: market(row, cell(4), markets)?,
            category: category(row, cell(5))?,
        },
        from,
        to,
        card_from: from,
        rate: rate(row, cell(6))?,
        source: cell(7).to_owned(),
        confidence: confidence(row, cell(8))?,
        is_own,
    })
}

/// `effective_from` and `effective_to`; a blank end is open.
fn interval(
    row: &CsvRow,
    from: &str,
    to: &str,
) -> Result<(LocalDate, Option<LocalDate>), ConfigError> {
    let first = date(row, "effective_from", from)?;
    if to.is_empty() {
        return Ok((first, None));
    }
    let last = date(row, "effective_to", to)?;
    if last < first {
        let problem = format!("effective_to {last} lies before effective_from {first}");
        return Err(ConfigError::malformed(row.place.clone(), problem));
    }
    Ok((first, Some(last)))
}

pub(super) fn date(row: &CsvRow, column: &str, text: &str) -> Result<LocalDate, ConfigError> {
    LocalDate::parse(text).ok_or_else(|| {
        let problem = format!("{column} `{text}` is no date: expected YYYY-MM-DD");
        ConfigError::malformed(row.place.clone(), problem)
    })
}

pub(super) fn currency(row: &CsvRow, text: &str) -> Result<Currency, ConfigError> {
    Currency::parse(text).ok_or_else(|| {
        ConfigError::unknown_value(
            row.place.clone(),
            "currency",
            text,
            "the codes of ISO 4217",
            Currency::codes(),
        )
    })
}

pub(super) fn market(row: &CsvRow, text: &str, markets: &Markets) -> Result<MarketId, ConfigError> {
    markets
        .named(text)
        .filter(|&market| market != MarketId::UNKNOWN)
        .ok_or_else(|| {
            ConfigError::unknown_value(
                row.place.clone(),
                "market",
                text,
                "the markets of markets.csv",
                markets.names(),
            )
        })
}

pub(super) fn category(row: &CsvRow, text: &str) -> Result<ChargeCategory, ConfigError> {
    ChargeCategory::parse(text.as_bytes())
        .filter(|&category| category != ChargeCategory::FreeEntryPoint)
        .ok_or_else(|| {
            let accepted: Vec<&str> = ChargeCategory::ALL
                .iter()
                .filter(|&&category| category != ChargeCategory::FreeEntryPoint)
                .map(|category| category.name())
                .collect();
            ConfigError::unknown_value(
                row.place.clone(),
                "category",
                text,
                accepted.join(", "),
                accepted.iter().copied(),
            )
        })
}

/// A rate: exact, not negative, below [`Amount::RATE_MAX`].
pub(super) fn rate(row: &CsvRow, text: &str) -> Result<Amount, ConfigError> {
    let refuse = |problem: &str| {
        ConfigError::malformed(row.place.clone(), format!("rate `{text}` {problem}"))
    };
    let rate = Amount::parse(text).map_err(|error| refuse(&error.to_string()))?;
    if rate.is_negative() {
        return Err(refuse("is negative"));
    }
    if rate >= Amount::RATE_MAX {
        return Err(refuse("is one million or more"));
    }
    Ok(rate)
}

/// How well the figure is supported; blank counts as a single source.
pub(super) fn confidence(row: &CsvRow, text: &str) -> Result<Confidence, ConfigError> {
    if text.is_empty() {
        return Ok(Confidence::SingleSource);
    }
    Confidence::parse(text.as_bytes()).ok_or_else(|| {
        ConfigError::unknown_value(
            row.place.clone(),
            "confidence",
            text,
            "confirmed, single-source, official",
            Confidence::ALL.iter().map(|confidence| confidence.name()),
        )
    })
}

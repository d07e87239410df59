//! The rows of `markets.csv`: which market a calling prefix belongs to, and when.

use std::fmt;

use crate::{
    rulebook::{ConfigError, CsvRow, CsvTable, Place},
    vocabulary::{LocalDate, PhoneDigits},
};

/// One row, with the line it stands on.
#[derive(Debug)]
pub(super) struct MarketRow {
    pub place: Place,
    pub country: [u8; 2],
    pub prefix: u64,
    /// Empty where Meta lists none.
    pub market: String,
    pub from: LocalDate,
    pub to: Option<LocalDate>,
}

/// Reads the rows; columns are found by name, others are ignored.
pub(super) fn market_rows(text: &str, name: &str) -> Result<Vec<MarketRow>, ConfigError> {
    let table = CsvTable::read(
        text,
        name,
        &["iso2", "prefix", "market", "valid_from", "valid_to"],
    )?;
    table.rows.iter().map(market_row).collect()
}

fn market_row(row: &CsvRow) -> Result<MarketRow, ConfigError> {
    let [iso2, prefix, market, valid_from, valid_to] =
        [0, 1, 2, 3, 4].map(|column| row.cells[column].trim());
    let refuse = |problem: String| ConfigError::malformed(row.place.clone(), problem);
    let country = country_code(iso2)
        .ok_or_else(|| refuse(format!("iso2 `{iso2}` is no country code of two letters")))?;
    let prefix = PhoneDigits::parse(prefix.as_bytes()).ok_or_else(|| {
        refuse(format!(
            "prefix `{prefix}` is no calling prefix: expected digits"
        ))
    })?;
    let from = LocalDate::parse(valid_from).ok_or_else(|| {
        refuse(format!(
            "valid_from `{valid_from}` is no date: expected YYYY-MM-DD"
        ))
    })?;
    let to = match valid_to {
        "" => None,
        text => Some(
            LocalDate::parse(text)
                .filter(|&to| to >= from)
                .ok_or_else(|| refuse(format!("valid_to `{text}` is no date from {from} on")))?,
        ),
    };
    Ok(MarketRow {
        place: row.place.clone(),
        country,
        prefix,
        market: market.to_owned(),
        from,
        to,
    })
}

/// Two letters, in any case.
pub(super) fn country_code(text: &str) -> Option<[u8; 2]> {
    match *text.as_bytes() {
        [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            Some([first.to_ascii_uppercase(), second.to_ascii_uppercase()])
        }
        _ => None,
    }
}

/// A country code as text.
pub(super) struct CountryCode(pub [u8; 2]);

impl fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.0).unwrap_or("??"))
    }
}

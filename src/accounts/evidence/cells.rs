//! The cells of evidence tables: each is what its column holds, or is refused with file, line, column and value.

use chrono::DateTime;

use crate::{
    rulebook::{ConfigError, CsvRow, CsvTable},
    tariff::Markets,
    vocabulary::Instant,
};

/// The text of a table and what errors call it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub text: String,
    pub name: String,
}

/// Reads the wanted columns of a table and makes something of each row.
pub(super) fn rows<const N: usize, T>(
    source: &Source,
    columns: &[&'static str; N],
    row: impl Fn([Cell<'_>; N]) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let table = CsvTable::read(&source.text, &source.name, columns)?;
    let cells = |found: &CsvRow| {
        row(std::array::from_fn(|place| Cell {
            row: found,
            column: columns[place],
            text: found.cells[place].trim(),
        }))
    };
    table.rows.iter().map(cells).collect()
}

/// A cell, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Cell<'r> {
    row: &'r CsvRow,
    column: &'static str,
    /// Its text without blanks around it.
    pub text: &'r str,
}

impl Cell<'_> {
    /// Says that the cell does not hold what it should.
    pub(super) fn refused(&self, expected: &str) -> ConfigError {
        let problem = match self.text {
            "" => format!("column `{}` is empty: expected {expected}", self.column),
            text => format!(
                "column `{}` holds `{text}`: expected {expected}",
                self.column
            ),
        };
        ConfigError::malformed(self.row.place.clone(), problem)
    }

    /// A word that must be there.
    pub(super) fn word(&self, expected: &str) -> Result<String, ConfigError> {
        match self.text {
            "" => Err(self.refused(expected)),
            text => Ok(text.to_owned()),
        }
    }

    /// The id of an account.
    pub(super) fn account(&self) -> Result<String, ConfigError> {
        self.word("the id of an account")
    }

    /// An instant, in UTC or with its offset.
    pub(super) fn instant(&self) -> Result<Instant, ConfigError> {
        let time = DateTime::parse_from_rfc3339(self.text)
            .map_err(|_| self.refused("an instant of RFC 3339 such as 2026-03-01T00:00:00Z"))?;
        Ok(Instant::from_micros(time.timestamp_micros()))
    }

    /// A country of the market table.
    pub(super) fn country(&self, markets: &Markets) -> Result<[u8; 2], ConfigError> {
        markets
            .country_code(self.text)
            .ok_or_else(|| self.refused("a code of ISO 3166-1 alpha-2 such as DE"))
    }
}

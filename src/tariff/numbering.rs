//! The rows of `numbering.csv`: what the longest prefix of `markets.csv` does not tell of a number.

use super::market_file::country_code;
use crate::rulebook::{ConfigError, CsvTable};

const NUMBERING: &str = include_str!("../../data/tariff/numbering.csv");

/// A row of `numbering.csv`.
pub(super) struct NumberPlan {
    pub prefix: u64,
    pub country: [u8; 2],
    pub role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The country that speaks for a shared code.
    Parent,
    /// A country of its own inside a larger code.
    Own,
    /// A territory inside its parent's code.
    Territory,
}

/// Reads the table that is built in.
pub(super) fn numbering() -> Result<Vec<NumberPlan>, ConfigError> {
    let table = CsvTable::read(
        NUMBERING,
        "data/tariff/numbering.csv",
        &["prefix", "country", "role"],
    )?;
    let plans = table.rows.into_iter().map(|row| {
        let role = match row.cells[2].as_str() {
            "parent" => Some(Role::Parent),
            "own" => Some(Role::Own),
            "territory" => Some(Role::Territory),
            _ => None,
        };
        match (row.cells[0].parse(), country_code(&row.cells[1]), role) {
            (Ok(prefix), Some(country), Some(role)) => Ok(NumberPlan {
                prefix,
                country,
                role,
            }),
            _ => Err(ConfigError::malformed(
                row.place,
                "expected prefix, country and role",
            )),
        }
    });
    plans.collect()
}

//! Small CSV tables of configuration: markets, templates. The log has a reader of its own.

use super::error::{ConfigError, Place};

/// The wanted columns of a CSV text.
#[derive(Debug)]
pub(crate) struct CsvTable {
    pub rows: Vec<CsvRow>,
}

/// The cells of the wanted columns, in the order they were asked for.
#[derive(Debug)]
pub(crate) struct CsvRow {
    pub place: Place,
    pub cells: Vec<String>,
}

impl CsvTable {
    /// Reads a text with a header; every wanted column must be there, in any case and any place.
    pub(crate) fn read(text: &str, name: &str, wanted: &[&str]) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let refuse = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            ConfigError::malformed(Place::line(name, line), error.to_string())
        };
        let header = reader.headers().map_err(refuse)?.clone();
        let columns: Result<Vec<usize>, ConfigError> = wanted
            .iter()
            .map(|column| {
                header
                    .iter()
                    .position(|found| found.trim().eq_ignore_ascii_case(column))
                    .ok_or_else(|| {
                        let found = header.iter().collect::<Vec<_>>().join(", ");
                        ConfigError::malformed(
                            Place::line(name, 1),
                            format!("column `{column}` is missing; found: {found}"),
                        )
                    })
            })
            .collect();
        let columns = columns?;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(refuse)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cells = columns
                .iter()
                .map(|&column| record.get(column).unwrap_or_default().to_owned())
                .collect();
            rows.push(CsvRow {
                place: Place::line(name, line),
                cells,
            });
        }
        Ok(Self { rows })
    }
}

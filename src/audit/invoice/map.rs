//! A user's map from the columns of some invoice to the canonical ones.
//!
//! ```toml
//! delimiter = ";"
//! date_format = "%d.%m.%Y"
//!
//! [columns]                      # source column = canonical column
//! "Invoice No" = "invoice_id"
//! "Net" = "amount"
//!
//! [constants]                    # the same for every line
//! currency = "USD"
//!
//! [values.category]              # what the source writes = what it means
//! "MKT" = "marketing"
//! ```

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::error::{EvidenceError, Spot},
    INVOICE_COLUMNS, column_index,
};
use crate::rulebook::{ConfigError, Place, read_text};

/// How to read an invoice that is not canonical.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceMap {
    delimiter: Option<u8>,
    date_format: Option<String>,
    /// Source column, as it was written, and the place of its canonical one.
    columns: Vec<(String, usize)>,
    constants: BTreeMap<usize, String>,
    /// Canonical column, source value in lower case, meaning.
    values: BTreeMap<usize, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    delimiter: Option<Spanned<String>>,
    date_format: Option<Spanned<String>>,
    #[serde(default)]
    columns: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    constants: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<Spanned<String>, BTreeMap<String, String>>,
}

impl InvoiceMap {
    /// Reads a map file.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or names a column that no invoice has.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// Reads the text of a map; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let file: MapFile =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
        let place = |span: std::ops::Range<usize>| Place::at_offset(name, text, span.start);
        let column = |cell: &Spanned<String>| {
            column_index(cell.get_ref()).ok_or_else(|| {
                ConfigError::unknown_value(
                    place(cell.span()),
                    "column of an invoice",
                    cell.get_ref(),
                    INVOICE_COLUMNS.join(", "),
                    INVOICE_COLUMNS,
                )
            })
        };
        let mut map = Self::default();
        if let Some(cell) = &file.delimiter {
            let &[delimiter] = cell.get_ref().as_bytes() else {
                let problem = format!("delimiter `{}` is not one ASCII sign", cell.get_ref());
                return Err(ConfigError::malformed(place(cell.span()), problem));
            };
            map.delimiter = Some(delimiter);
        }
        if let Some(cell) = file.date_format {
            use chrono::format::{Item, StrftimeItems};
            if StrftimeItems::new(cell.get_ref()).any(|item| item == Item::Error) {
                let problem = format!(
                    "date_format `{}` is no pattern such as %d.%m.%Y",
                    cell.get_ref()
                );
                return Err(ConfigError::malformed(place(cell.span()), problem));
            }
            map.date_format = Some(cell.into_inner());
        }
        for (source, target) in &file.columns {
            map.columns.push((source.clone(), column(target)?));
        }
        for (target, value) in &file.constants {
            map.constants
                .insert(column(target)?, value.get_ref().clone());
        }
        for (target, values) in file.values {
            let lower = |(from, to): (String, String)| (from.trim().to_lowercase(), to);
            map.values
                .insert(column(&target)?, values.into_iter().map(lower).collect());
        }
        Ok(map)
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(b',')
    }

    pub(super) fn date_format(&self) -> Option<&str> {
        self.date_format.as_deref()
    }

    /// Which canonical column a column of the file is: the map's word, else its own name.
    pub(super) fn target(&self, found: &str) -> Option<usize> {
        let found = found.trim();
        let mapped = self
            .columns
            .iter()
            .find(|(source, _)| source.trim().eq_ignore_ascii_case(found));
        if let Some((_, column)) = mapped {
            return Some(*column);
        }
        // A column that the map draws from elsewhere is not drawn from its namesake too.
        column_index(found).filter(|column| self.columns.iter().all(|(_, mapped)| mapped != column))
    }

    /// Refuses a map whose source column the file does not have.
    pub(super) fn refuse_missing(
        &self,
        header: &csv::StringRecord,
        spot: Spot<'_>,
    ) -> Result<(), EvidenceError> {
        let missing = self.columns.iter().find(|(source, _)| {
            !header
                .iter()
                .any(|found| found.trim().eq_ignore_ascii_case(source.trim()))
        });
        let Some((source, column)) = missing else {
            return Ok(());
        };
        let found: Vec<&str> = header.iter().map(str::trim).collect();
        Err(spot.refuse(
            INVOICE_COLUMNS[*column],
            format!("no column `{source}` among {}", found.join(", ")),
            "the source column that the map names",
            "correct the [columns] of the map",
        ))
    }

    pub(super) fn constant(&self, column: usize) -> Option<&str> {
        self.constants.get(&column).map(String::as_str)
    }

    /// What a source's value means.
    pub(super) fn translate<'a>(&'a self, column: usize, value: &'a str) -> &'a str {
        self.values
            .get(&column)
            .and_then(|values| values.get(&value.to_lowercase()))
            .map_or(value, String::as_str)
    }
}

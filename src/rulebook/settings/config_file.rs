//! `counterfoil.toml`: settings and command-line options that hold for a whole folder of work.

use std::{collections::BTreeMap, path::Path};

use toml::de::{DeTable, DeValue};

use crate::rulebook::error::{ConfigError, Place, read_text};

/// What a `counterfoil.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// The `[settings]` table, in the order of the lines.
    pub settings: Vec<ConfigEntry>,
    /// The `[options]` table: long flags without their dashes (`max-rejects`, `_` written as `-`).
    /// A list is joined by commas.
    pub options: BTreeMap<String, String>,
}

/// One `key = value` of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// The key as it was written.
    pub key: String,
    /// The value without quotes.
    pub value: String,
    /// The file and the line.
    pub place: Place,
}

impl ConfigFile {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or holds more than `[settings]` and `[options]`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// Reads the text of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let document =
            DeTable::parse(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
        let mut file = Self::default();
        for (key, value) in document.get_ref() {
            let place = Place::at_offset(name, text, key.span().start);
            let DeValue::Table(table) = value.get_ref() else {
                let problem = format!(
                    "`{}` stands outside of [settings] and [options]",
                    key.get_ref()
                );
                return Err(ConfigError::malformed(place, problem));
            };
            let entries = entries(table, text, name)?;
            match key.get_ref().as_ref() {
                "settings" => file.settings = entries,
                "options" => {
                    file.options = entries
                        .into_iter()
                        .map(|entry| (entry.key.replace('_', "-"), entry.value))
                        .collect();
                }
                other => {
                    let tables = ["settings", "options"];
                    return Err(ConfigError::unknown_value(
                        place,
                        "table",
                        other,
                        tables.join(", "),
                        tables,
                    ));
                }
            }
        }
        Ok(file)
    }
}

fn entries(table: &DeTable<'_>, text: &str, name: &str) -> Result<Vec<ConfigEntry>, ConfigError> {
    let mut found = Vec::with_capacity(table.len());
    for (key, value) in table {
        let place = Place::at_offset(name, text, key.span().start);
        let Some(value) = plain(value.get_ref()) else {
            let problem = format!(
                "`{}` must be a text, a number, true, false or a list of these",
                key.get_ref()
            );
            return Err(ConfigError::malformed(place, problem));
        };
        found.push((
            key.span().start,
            ConfigEntry {
                key: key.get_ref().to_string(),
                value,
                place,
            },
        ));
    }
    found.sort_by_key(|(offset, _)| *offset);
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

/// The value as it would be written after `KEY=` on the command line.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(list) => {
            let words: Option<Vec<String>> =
                list.iter().map(|item| plain(item.get_ref())).collect();
            words.map(|words| words.join(","))
        }
        DeValue::Table(_) => None,
    }
}

//! Values of a map's TOML, each asked for what it should be and refused with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Reader;
use crate::log::Column;
use crate::rulebook::{ConfigError, Place};

/// A value and where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;
/// A part of the text.
pub(super) type Span = Range<usize>;
/// Words of a source and what they mean.
pub(super) type Words = Vec<(String, String)>;

impl Reader<'_> {
    pub(super) fn by_column<'v>(
        &self,
        value: &'v Value<'v>,
    ) -> Result<Vec<(Column, &'v Value<'v>)>, ConfigError> {
        let table = self.table(value)?;
        let column = |(key, value): (&Spanned<_>, &'v Value<'v>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            match column_of(name) {
                Some(column) => Ok((column, value)),
                None => {
                    let names = Column::ALL.iter().map(|column| column.name());
                    Err(self.unknown_key("column of the log", key.span(), name, names))
                }
            }
        };
        table.iter().map(column).collect()
    }

    pub(super) fn words(&self, value: &Value<'_>) -> Result<Words, ConfigError> {
        let mut words = Vec::new();
        for (key, value) in self.table(value)?.iter() {
            let meaning = self.string(value)?.to_owned();
            words.push((key.get_ref().trim().to_lowercase(), meaning));
        }
        Ok(words)
    }

    pub(super) fn delimiter(&self, value: &Value<'_>) -> Result<u8, ConfigError> {
        let text = self.string(value)?;
        match text.as_bytes() {
            &[delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\n' | b'\r') => {
                Ok(delimiter)
            }
            _ => {
                let problem = format!("delimiter `{text}` is not one ASCII sign such as `;`");
                Err(self.malformed(value.span(), problem))
            }
        }
    }

    pub(super) fn tables<'v>(
        &self,
        value: &'v Value<'v>,
    ) -> Result<Vec<&'v DeTable<'v>>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(tables) => tables.iter().map(|table| self.table(table)).collect(),
            _ => Err(self.malformed(
                value.span(),
                "expected tables in double brackets, such as [[rows]]",
            )),
        }
    }

    pub(super) fn table<'v>(&self, value: &'v Value<'v>) -> Result<&'v DeTable<'v>, ConfigError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.malformed(value.span(), "expected a table")),
        }
    }

    pub(super) fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.malformed(value.span(), "expected a text in quotes")),
        }
    }

    pub(super) fn boolean(&self, value: &Value<'_>) -> Result<bool, ConfigError> {
        match value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.malformed(value.span(), "expected true or false")),
        }
    }

    /// A text, or a list of texts.
    pub(super) fn strings(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let texts = self.spanned_strings(value)?;
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    pub(super) fn spanned_strings(
        &self,
        value: &Value<'_>,
    ) -> Result<Vec<(Span, String)>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(texts) => {
                let text = |text: &Value<'_>| Ok((text.span(), self.string(text)?.to_owned()));
                texts.iter().map(text).collect()
            }
            _ => Ok(vec![(value.span(), self.string(value)?.to_owned())]),
        }
    }

    /// Words to compare with: texts, numbers, truths, or a list of these.
    pub(super) fn scalars(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(words) => {
                let words = words.iter().map(|word| self.scalars(word));
                Ok(words.collect::<Result<Vec<_>, _>>()?.concat())
            }
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Integer(number) => Ok(vec![number.to_string()]),
            DeValue::Boolean(value) => Ok(vec![value.to_string()]),
            _ => Err(self.malformed(value.span(), "expected a word or a list of words")),
        }
    }

    pub(super) fn known_keys(
        &self,
        table: &DeTable<'_>,
        known: &[&str],
    ) -> Result<(), ConfigError> {
        match table
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()))
        {
            None => Ok(()),
            Some(key) => {
                let known = known.iter().copied();
                Err(self.unknown_key("key", key.span(), key.get_ref(), known))
            }
        }
    }

    pub(super) fn unknown_key<'k>(
        &self,
        what: &str,
        span: Span,
        found: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> ConfigError {
        let known: Vec<&str> = known.collect();
        let place = Place::at_offset(self.name, self.text, span.start);
        let accepted = known.join(", ");
        ConfigError::unknown_value(place, what, found, accepted, known)
    }

    pub(super) fn malformed(&self, span: Span, problem: impl Into<String>) -> ConfigError {
        ConfigError::malformed(Place::at_offset(self.name, self.text, span.start), problem)
    }
}

/// The value of a key.
pub(super) fn get<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v Value<'t>> {
    let mut entries = table.iter();
    entries
        .find(|(name, _)| name.get_ref().as_ref() == key)
        .map(|(_, value)| value)
}

/// The column of this name.
pub(super) fn column_of(name: &str) -> Option<Column> {
    let mut columns = Column::ALL.iter().copied();
    columns.find(|column| column.name() == name)
}

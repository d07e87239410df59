//! Which columns of a file are columns of a log, and what they hold.

use std::path::Path;

use super::footer::{Footer, SchemaField};
use super::kind::ValueKind;
use super::leaf::LeafType;
use super::values::ValueType;
use crate::log::csv::header::{column_of, missing_columns};
use crate::log::{Column, LogError};

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// Those of a log, in the contract's order.
    pub(super) columns: Vec<LogColumn>,
    /// Their names.
    pub(super) names: Vec<Column>,
    /// The names of the others, in the file's order.
    pub(super) ignored: Vec<String>,
}

/// A column of a log in a Parquet file.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogColumn {
    /// The place of its chunk in every row group.
    pub(super) leaf: usize,
    /// Its name and type.
    pub(super) value_type: ValueType,
    /// Whether it may have nulls.
    pub(super) optional: bool,
    /// The physical type as the footer numbers it, which its chunks must repeat.
    pub(super) physical: i32,
}

impl Schema {
    /// Finds the columns of a log.
    pub(super) fn new(path: &Path, footer: &Footer) -> Result<Self, LogError> {
        let mut schema = Self::default();
        for field in &footer.fields {
            match column_of(field.name.trim()) {
                Some(column) => schema.columns.push(LogColumn::new(path, column, field)?),
                None => schema.ignored.push(field.name.clone()),
            }
        }
        schema
            .columns
            .sort_by_key(|column| column.value_type.column);
        schema.names = schema
            .columns
            .iter()
            .map(|column| column.value_type.column)
            .collect();
        if let Some(twice) = schema.names.windows(2).find(|names| names[0] == names[1]) {
            let found = format!("two that have this name in some case: {}", header(footer));
            return Err(LogError::format(
                path,
                format!("one column `{}`", twice[0]),
                found,
            ));
        }
        for (number, group) in footer.row_groups.iter().enumerate() {
            for column in &schema.columns {
                if group.chunks[column.leaf].physical != column.physical {
                    return Err(LogError::format(
                        path,
                        format!("column `{}` to have one type", column.value_type.column),
                        format!("another type in row group {number}"),
                    ));
                }
            }
        }
        let missing: Vec<Column> = Column::REQUIRED
            .into_iter()
            .filter(|column| !schema.names.contains(column))
            .collect();
        if missing.is_empty() {
            return Ok(schema);
        }
        let names: Vec<String> = footer
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect();
        let columns: Vec<Option<Column>> =
            names.iter().map(|name| column_of(name.trim())).collect();
        let message = missing_columns(&missing, &names, &columns);
        Err(LogError::Header {
            path: path.to_owned(),
            message,
        })
    }
}

impl Schema {
    /// The fields that a map draws from, each with the place that `place_of` gives to its name.
    pub(super) fn of_fields(
        path: &Path,
        footer: &Footer,
        place_of: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<(Self, Vec<usize>), LogError> {
        let (mut schema, mut places) = (Self::default(), Vec::new());
        for field in &footer.fields {
            match place_of(field.name.trim()) {
                Some(place) if !places.contains(&place) => {
                    // Only the kind of values matters: they are not yet those of a column.
                    schema
                        .columns
                        .push(LogColumn::new(path, Column::Text, field)?);
                    places.push(place);
                }
                _ => schema.ignored.push(field.name.clone()),
            }
        }
        Ok((schema, places))
    }
}

impl LogColumn {
    pub(super) fn new(path: &Path, column: Column, field: &SchemaField) -> Result<Self, LogError> {
        let wrong = |found: String| {
            let expected =
                format!("column `{column}` to hold text, numbers, booleans or timestamps");
            LogError::format(path, expected, found)
        };
        let leaf_type = match &field.leaf_type {
            None => return Err(wrong("nested fields".to_owned())),
            Some(LeafType { repetition: 2, .. }) => return Err(wrong("a list".to_owned())),
            Some(leaf_type) => leaf_type,
        };
        let width = match leaf_type.physical {
            1 | 4 => Some(4),
            2 | 5 => Some(8),
            3 => Some(12),
            7 => Some(
                usize::try_from(leaf_type.length)
                    .ok()
                    .filter(|&length| length > 0)
                    .ok_or_else(|| wrong(format!("values of {} bytes", leaf_type.length)))?,
            ),
            _ => None,
        };
        let kind = ValueKind::of(leaf_type).map_err(wrong)?;
        Ok(Self {
            leaf: field.leaf,
            value_type: ValueType {
                column,
                kind,
                width,
            },
            optional: leaf_type.repetition == 1,
            physical: leaf_type.physical,
        })
    }
}

fn header(footer: &Footer) -> String {
    let names: Vec<&str> = footer
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    names.join(", ")
}

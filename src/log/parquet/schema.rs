//! Which columns of a file are columns of a log, and what they hold.

use std::path::Path;

use super::footer::{Footer, SchemaField};
use super::kind::ValueKind;
use super::leaf::LeafType;
use super::values::ValueType;
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
    physical: i32,
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
        schema.columns.sort_by_key(|column| column.value_type.column);
        schema.names = schema.columns.iter().map(|column| column.value_type.column).collect();
        if let Some(twice) = schema.names.windows(2).find(|names| names[0] == names[1]) {
            let found = format!("two that have this name in some case: {}", header(footer));
            return Err(LogError::format(path, format!("one column `{}`", twice[0]), found));
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
        if Column::REQUIRED.iter().all(|column| schema.names.contains(column)) {
            return Ok(schema);
        }
        Err(LogError::Header { path: path.to_owned(), message: schema.lacking(footer) })
    }
}

impl LogColumn {
    fn new(path: &Path, column: Column, field: &SchemaField) -> Result<Self, LogError> {
        let wrong = |found: String| {
            let expected = format!("column `{column}` to hold text, numbers, booleans or timestamps");
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
            value_type: ValueType { column, kind, width },
            optional: leaf_type.repetition == 1,
            physical: leaf_type.physical,
        })
    }
}

fn column_of(name: &str) -> Option<Column> {
    Column::ALL.iter().copied().find(|column| column.name().eq_ignore_ascii_case(name))
}

fn header(footer: &Footer) -> String {
    let names: Vec<&str> = footer.fields.iter().map(|field| field.name.as_str()).collect();
    names.join(", ")
}

impl Schema {
    /// What is missing, what it may be called here, and how to say so.
    fn lacking(&self, footer: &Footer) -> String {
        let required: Vec<&str> = Column::REQUIRED.iter().map(|column| column.name()).collect();
        let mut message = format!("expected the columns {}\n  found {}", required.join(", "), header(footer));
        for column in Column::REQUIRED.iter().filter(|column| !self.names.contains(column)) {
            message.push_str(&format!("\n  `{column}` is missing"));
            if let Some(name) = self.nearest(column.name()) {
                message.push_str(&format!(
                    "; nearest is `{name}`: use --map FILE with the line {column} = {name:?}"
                ));
            }
        }
        message
    }

    /// The ignored column that this one most probably is.
    fn nearest(&self, wanted: &str) -> Option<&str> {
        let distance = |name: &String| {
            let name = name.to_lowercase();
            if name.contains(wanted) || (name.len() > 1 && wanted.contains(&name)) {
                return 0;
            }
            edits(&name, wanted)
        };
        let nearest = self.ignored.iter().min_by_key(|name| distance(name))?;
        (distance(nearest) <= wanted.len() / 2).then_some(nearest)
    }
}

/// How many characters must be put in, taken out or changed to make one word the other.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, left) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (place, &right) in right.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let ignored = ["ts", "msgid", "customer_phone", "foo"].map(str::to_owned).to_vec();
        let schema = Schema { ignored, ..Schema::default() };
        assert_eq!(schema.nearest("message_id"), Some("msgid"));
        assert_eq!(schema.nearest("customer"), Some("customer_phone"));
        assert_eq!(schema.nearest("direction"), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}

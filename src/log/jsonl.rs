//! Canonical rows as JSON lines: one object a line, its keys the columns.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use memchr::memchr;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::csv::header::{column_of, missing_columns};
use super::text::{Limits, RowEnds, RowFormat, ShownRow, TextChunk, TextFile, TextSource};
use super::{CellCode, CellContext, CellParser, Chunk, Column, LogError, LogFile, RowDefect};

/// How much of a file is looked at for the names of its columns.
const NAMES_LIMITS: Limits = Limits {
    chunk_bytes: 1 << 20,
    row_bytes: 1 << 20,
    chunk_rows: 4096,
};

/// Opens a file of JSON lines. Its columns are those that occur in its first rows.
///
/// # Errors
/// [`LogError`] if it cannot be read or a needed column does not occur in its first rows.
pub(super) fn open(
    source: TextSource,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let (names, first_row) = first_names(&source)?;
    let columns: Vec<Option<Column>> = names.iter().map(|name| column_of(name)).collect();
    let missing: Vec<Column> = Column::REQUIRED
        .into_iter()
        .filter(|&column| !columns.contains(&Some(column)))
        .collect();
    if !missing.is_empty() {
        let message = missing_columns(&missing, &names, &columns);
        return Err(LogError::Header {
            path: source.path,
            message,
        }
        .into());
    }
    let ignored = names
        .into_iter()
        .filter(|name| column_of(name).is_none())
        .collect();
    let mut columns: Vec<Column> = columns.into_iter().flatten().collect();
    columns.sort();
    columns.dedup();
    Ok(Box::new(TextFile::new(
        source,
        context,
        first_row,
        JsonLines { columns, ignored },
    )?))
}

/// The keys of the first rows, and the place of the first row.
fn first_names(source: &TextSource) -> Result<(Vec<String>, (u64, u64)), LogError> {
    let place = (1, 0);
    let mut splitter = TextSource {
        limits: NAMES_LIMITS,
        file: source.file.clone(),
        path: source.path.clone(),
        ..*source
    }
    .split(RowEnds::Newline, place)?;
    let first = splitter
        .next(Vec::new())
        .map_err(|error| source.error(&splitter, error))?;
    let text = first.map(|chunk| chunk.text).unwrap_or_default();
    let mut names = BTreeSet::new();
    for line in text.split(|&byte| byte == b'\n') {
        // What cannot be read is rejected when it is scanned.
        let _ = each_member(without_mark(line), |name, _| {
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        });
    }
    Ok((names.into_iter().collect(), place))
}

/// The form of a file of JSON lines.
struct JsonLines {
    columns: Vec<Column>,
    ignored: Vec<String>,
}

impl RowFormat for JsonLines {
    type Memory = ();

    fn row_ends(&self) -> RowEnds {
        RowEnds::Newline
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn ignored_columns(&self) -> &[String] {
        &self.ignored
    }

    fn decode(
        &self,
        (): &mut (),
        text: &TextChunk,
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    ) {
        for line in Lines::new(text) {
            let mut codes = [CellCode::EMPTY; Column::COUNT];
            let mut is_nested = false;
            let defect = line.defect.or_else(|| {
                each_member(line.text, |name, value| {
                    if let Some(column) = column_of(name) {
                        is_nested |= matches!(value, Value::Nested);
                        codes[column.index()] = value.code(column, parser);
                    }
                })
                .err()
            });
            let defect = defect.or(is_nested.then_some(RowDefect::InvalidJson));
            chunk
                .defects
                .extend(defect.map(|defect| (chunk.rows as u32, defect)));
            for (column, code) in chunk.columns.iter_mut().zip(codes) {
                column.push(code);
            }
            chunk.rows += 1;
        }
    }

    fn show(
        &self,
        (): &mut (),
        text: &TextChunk,
        wanted: &[(u32, u32)],
        show: &mut dyn FnMut(usize, ShownRow<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut lines = Lines::new(text).enumerate();
        for (index, &(_, row)) in wanted.iter().enumerate() {
            let Some((_, line)) = lines.find(|&(number, _)| number == row as usize) else {
                break;
            };
            let mut cells: [Option<String>; Column::COUNT] = [const { None }; Column::COUNT];
            if line.defect.is_none() {
                // A row that cannot be read has no cells.
                let read = each_member(line.text, |name, value| {
                    if let Some(column) = column_of(name) {
                        cells[column.index()] = value.text();
                    }
                });
                if read.is_err() {
                    cells.fill(None);
                }
            }
            let cell = |column: Column, buffer: &mut Vec<u8>| {
                buffer.extend_from_slice(
                    cells[column.index()]
                        .as_deref()
                        .unwrap_or_default()
                        .as_bytes(),
                );
            };
            show(
                index,
                ShownRow {
                    place: line.start..line.end,
                    cell: &cell,
                },
            )?;
        }
        Ok(())
    }
}

/// A line that is not blank.
struct Line<'t> {
    text: &'t [u8],
    start: usize,
    end: usize,
    defect: Option<RowDefect>,
}

/// The lines of a chunk.
struct Lines<'t> {
    chunk: &'t TextChunk,
    from: usize,
}

impl<'t> Lines<'t> {
    fn new(chunk: &'t TextChunk) -> Self {
        Self { chunk, from: 0 }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let start = self.from;
            let rest = self
                .chunk
                .text
                .get(start..)
                .filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            self.from = start + length + 1;
            let line = &rest[..length];
            let is_first = self.chunk.byte_offset == 0 && start == 0;
            let text = if is_first { without_mark(line) } else { line };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let rejected = self
                .chunk
                .rejected
                .iter()
                .find(|&&(place, _)| place as usize == start);
            let defect = match rejected {
                Some(&(_, defect)) => Some(defect),
                None if memchr(0, text).is_some() => Some(RowDefect::NulByte),
                None if std::str::from_utf8(text).is_err() => Some(RowDefect::InvalidUtf8),
                None => None,
            };
            return Some(Line {
                text,
                start,
                end: start + length,
                defect,
            });
        }
    }
}

fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// Visits the members of the object on a line.
fn each_member(line: &[u8], visit: impl FnMut(&str, Value<'_>)) -> Result<(), RowDefect> {
    let mut json = serde_json::Deserializer::from_slice(line);
    json.deserialize_map(Members(visit))
        .map_err(|_| RowDefect::InvalidJson)?;
    json.end().map_err(|_| RowDefect::InvalidJson)
}

struct Members<F>(F);

impl<'de, F: FnMut(&str, Value<'_>)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut name = String::new();
        while members.next_key_seed(Name(&mut name))?.is_some() {
            members.next_value_seed(Seed {
                name: &name,
                visit: &mut self.0,
            })?;
        }
        Ok(())
    }
}

/// Reads a key into memory that is used again.
struct Name<'n>(&'n mut String);

impl<'de> serde::de::DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(name);
        Ok(())
    }
}

/// The value of a member.
enum Value<'v> {
    Null,
    Text(&'v str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// An array or an object, which no cell can be: the row is rejected.
    Nested,
}

impl Value<'_> {
    fn code(&self, column: Column, parser: &mut CellParser<'_>) -> CellCode {
        match *self {
            Self::Null => CellCode::EMPTY,
            Self::Text(text) => parser.text(column, text.as_bytes()),
            Self::Integer(value) => parser.integer(column, value),
            Self::Number(value) => parser.text(column, value.to_string().as_bytes()),
            Self::Boolean(value) => parser.boolean(column, value),
            Self::Nested => CellCode::BAD,
        }
    }

    fn text(&self) -> Option<String> {
        match *self {
            Self::Null => None,
            Self::Text(text) => Some(text.to_owned()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Boolean(value) => Some(value.to_string()),
            Self::Nested => None,
        }
    }
}

struct Seed<'s, F> {
    name: &'s str,
    visit: &'s mut F,
}

impl<'de, F: FnMut(&str, Value<'_>)> serde::de::DeserializeSeed<'de> for Seed<'_, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&str, Value<'_>)> Visitor<'de> for Seed<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        (self.visit)(self.name, Value::Null);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.visit)(self.name, Value::Text(text));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        (self.visit)(self.name, Value::Integer(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        let value_text = value.to_string();
        let value = i64::try_from(value).map_or(Value::Text(&value_text), Value::Integer);
        (self.visit)(self.name, value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        (self.visit)(self.name, Value::Number(value));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        (self.visit)(self.name, Value::Boolean(value));
        Ok(())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        (self.visit)(self.name, Value::Nested);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        (self.visit)(self.name, Value::Nested);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;

    use super::super::text::Compression;
    use super::*;

    fn open_text(text: &str) -> anyhow::Result<(Box<dyn LogFile>, tempfile::NamedTempFile)> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        let source = TextSource {
            file: file.path().to_owned(),
            path: Path::new("log.jsonl").to_owned(),
            compression: Compression::Plain,
            limits: Limits::default(),
        };
        Ok((open(source, Arc::default())?, file))
    }

    const GOOD: &str = r#"{"message_id":"a","Timestamp":1700000000,"direction":"in","business":49,"customer":"+4915","price":[1]}"#;

    #[test]
    fn rows_and_defects() {
        let text = [
            GOOD,
            "",
            r#"{"message_id":"b","timestamp":1700000000.5,"direction":"out","business":"49","customer":"4915","meta_billable":true,"error_code":null}"#,
            "{\"message_id\":",
            "[1]",
            r#"{"message_id":["a"]}"#,
            r#"{"message_id":"a"} x"#,
            "{\"message_id\":\"\u{0}\"}",
        ]
        .join("\r\n");
        let (log, _file) = open_text(&text).unwrap();
        assert_eq!(log.ignored_columns(), ["price"]);
        assert_eq!(log.columns()[..2], [Column::MessageId, Column::Timestamp]);
        assert!(log.columns().contains(&Column::MetaBillable));
        let seen = Mutex::new(None);
        log.scan(&|_| (), &|address, chunk| {
            assert_eq!((address.sequence, address.first_line), (0, 1));
            let codes = |column: Column| chunk.columns[column.index()][..2].to_vec();
            assert_eq!(codes(Column::Customer), [CellCode(4915), CellCode(4915)]);
            assert_eq!(codes(Column::Business), [CellCode(0), CellCode(0)]);
            assert_eq!(codes(Column::MetaBillable), [CellCode::EMPTY, CellCode(1)]);
            assert_eq!(codes(Column::ErrorCode), [CellCode::EMPTY; 2]);
            let instants = codes(Column::Timestamp)
                .into_iter()
                .map(|code| code.instant().unwrap().millis());
            assert_eq!(
                instants.collect::<Vec<_>>(),
                [1_700_000_000_000, 1_700_000_000_500]
            );
            *seen.lock().unwrap() = Some((chunk.rows, chunk.defects.clone()));
            Ok(())
        })
        .unwrap();
        let invalid = |row| (row, RowDefect::InvalidJson);
        let expected = vec![
            invalid(2),
            invalid(3),
            invalid(4),
            invalid(5),
            (6, RowDefect::NulByte),
        ];
        assert_eq!(seen.into_inner().unwrap(), Some((7, expected)));

        let mut rows = Vec::new();
        log.text_rows(&[(0, 1), (0, 3)], &mut |index, row| {
            rows.push((index, row));
            Ok(())
        })
        .unwrap();
        assert_eq!((rows[0].1.line, rows[1].1.line), (3, 5));
        assert_eq!(
            rows[0].1.cells[Column::Timestamp.index()].as_deref(),
            Some("1700000000.5")
        );
        assert_eq!(rows[0].1.cells[Column::Text.index()], None);
        assert_eq!((rows[1].0, rows[1].1.raw.as_slice()), (1, &b"[1]"[..]));
        let ids = Mutex::new(Vec::new());
        log.message_ids(&[(0, 0), (0, 1)], &|range, found| {
            ids.lock().unwrap().push((range, found.concat()));
            Ok(())
        })
        .unwrap();
        assert_eq!(ids.into_inner().unwrap(), [(0..2, b"ab".to_vec())]);
    }

    #[test]
    fn columns_that_occur_nowhere_are_missing() {
        let error = open_text(r#"{"wamid":"a"}"#).err().unwrap();
        let message = error.downcast_ref::<LogError>().unwrap().to_string();
        assert!(message.contains("`wamid` for message_id"), "{message}");
        assert!(open_text("").is_err());
    }
}

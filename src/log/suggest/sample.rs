//! The first records of a file, as names with values.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::log::LogError;
use crate::log::text::json::{next_piece, next_start};
use crate::log::text::{Compression, TextStream};

/// How much of a file is looked at.
const SAMPLE_BYTES: u64 = 1 << 20;
/// How many values of a field are kept.
const VALUES_MAX: usize = 2_000;

/// Items that could be the rows, with the fields that belong to each.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    /// The path to the items; empty where the record is the item.
    pub each: String,
    /// How many there are in the sample.
    pub items: usize,
    /// What separates the cells of a CSV file, where it is one.
    pub delimiter: Option<u8>,
    /// Values by path, in the order of the file.
    pub fields: Vec<Field>,
}

/// A field of an item.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// Its path as a map writes it.
    pub path: String,
    /// The last name of the path.
    pub name: String,
    /// Values that are not empty.
    pub values: Vec<String>,
}

/// What could be the rows of a file.
pub(super) fn candidates(path: &Path) -> Result<Vec<Candidate>, LogError> {
    let text = beginning(path)?;
    let start = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    match start.trim_ascii_start().first() {
        None => Err(LogError::format(path, "records", "an empty file")),
        Some(b'{' | b'[') => Ok(of_json(start)),
        Some(_) => Ok(of_csv(start).into_iter().collect()),
    }
}

fn beginning(path: &Path) -> Result<Vec<u8>, LogError> {
    let cannot = |error| LogError::io(path, error);
    let mut start = Vec::new();
    let mut file = File::open(path).map_err(cannot)?;
    file.by_ref()
        .take(4096)
        .read_to_end(&mut start)
        .map_err(cannot)?;
    if start.starts_with(b"PAR1") {
        return Err(LogError::format(
            path,
            "CSV or JSON",
            "Parquet: name its columns in a map by hand",
        ));
    }
    let stream = TextStream::open(path, path, Compression::of_content(&start), 0)?;
    let mut text = Vec::new();
    let mut stream = stream.take(SAMPLE_BYTES);
    if let Err(error) = stream.read_to_end(&mut text) {
        return Err(stream.get_ref().error(path, error));
    }
    if text.len() as u64 == SAMPLE_BYTES {
        let whole = memchr::memrchr(b'\n', &text).map_or(text.len(), |newline| newline + 1);
        text.truncate(whole);
    }
    Ok(text)
}

/// The columns, by the separator that makes the most of the header.
fn of_csv(text: &[u8]) -> Option<Candidate> {
    let header = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, header).count();
    let delimiter = [b',', b';', b'\t', b'|']
        .into_iter()
        .rev()
        .max_by_key(count)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text);
    let header = reader.byte_headers().ok()?.clone();
    let name = |name: &[u8]| String::from_utf8_lossy(name.trim_ascii()).into_owned();
    let field = |cell: &[u8]| Field {
        path: quoted(&name(cell)),
        name: name(cell),
        values: Vec::new(),
    };
    let mut candidate = Candidate {
        delimiter: Some(delimiter),
        fields: header.iter().map(field).collect(),
        ..Candidate::default()
    };
    for row in reader.byte_records().map_while(Result::ok).take(VALUES_MAX) {
        candidate.items += 1;
        for (field, cell) in candidate.fields.iter_mut().zip(&row) {
            field.add(&String::from_utf8_lossy(cell));
        }
    }
    candidate.fields.retain(|field| is_path_name(&field.name));
    Some(candidate)
}

/// The records themselves, and the elements of every array of objects in them.
fn of_json(text: &[u8]) -> Vec<Candidate> {
    let mut items: BTreeMap<Vec<String>, Candidate> = BTreeMap::new();
    let mut from = 0;
    while let Some(start) = next_start(text, from) {
        let Some(piece) = next_piece(text, start) else {
            break;
        };
        from = piece.end;
        if let Ok(record) = serde_json::from_slice(&text[piece.start..piece.end]) {
            collect(&record, &[], &mut Vec::new(), &mut items);
        }
    }
    items.into_values().collect()
}

/// Adds an object as an item, with the scalars of the objects around it, and the items inside it.
fn collect(
    value: &Value,
    place: &[String],
    around: &mut Vec<(Vec<String>, String)>,
    items: &mut BTreeMap<Vec<String>, Candidate>,
) {
    let known = around.len();
    scalars(value, place, around);
    let candidate = items.entry(place.to_vec()).or_insert_with(|| Candidate {
        each: place.join("."),
        ..Candidate::default()
    });
    candidate.items += 1;
    for (path, value) in around.iter() {
        candidate.add(
            &relative(path, place),
            path.last().map_or("", String::as_str),
            value,
        );
    }
    for (path, elements) in arrays(value) {
        let mut inside = place.to_vec();
        inside.extend(path);
        if let Some(last) = inside.last_mut() {
            last.push_str("[]");
        }
        for element in elements.iter().filter(|element| element.is_object()) {
            collect(element, &inside, around, items);
        }
    }
    around.truncate(known);
}

/// The scalars of an object and of the objects in it, by path from the record.
fn scalars(value: &Value, place: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, value) in members.iter().filter(|(name, _)| is_path_name(name)) {
        let mut path = place.to_vec();
        path.push(quoted(name));
        match value {
            Value::Object(_) => scalars(value, &path, found),
            Value::String(text) => found.push((path, text.clone())),
            Value::Number(number) => found.push((path, number.to_string())),
            Value::Bool(value) => found.push((path, value.to_string())),
            Value::Null | Value::Array(_) => {}
        }
    }
}

/// The arrays of an object and of the objects in it, by path from the object.
fn arrays(value: &Value) -> Vec<(Vec<String>, &Vec<Value>)> {
    let mut found = Vec::new();
    if let Value::Object(members) = value {
        for (name, value) in members.iter().filter(|(name, _)| is_path_name(name)) {
            match value {
                Value::Array(elements) => found.push((vec![quoted(name)], elements)),
                Value::Object(_) => {
                    for (path, elements) in arrays(value) {
                        found.push(([vec![quoted(name)], path].concat(), elements));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a path can name it.
fn is_path_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('"')
}

/// A name as a path writes it.
fn quoted(name: &str) -> String {
    match name.contains(['.', '[', '^']) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    }
}

/// The path of a value as seen from an item: names inside it, or carets out of it first.
fn relative(path: &[String], item: &[String]) -> String {
    let shared = path
        .iter()
        .zip(item)
        .take_while(|(left, right)| left == right)
        .count();
    let carets = "^".repeat(item.len() - shared);
    format!("{carets}{}", path[shared..].join("."))
}

impl Candidate {
    fn add(&mut self, path: &str, name: &str, value: &str) {
        let place = self.fields.iter().position(|field| field.path == path);
        let place = place.unwrap_or_else(|| {
            self.fields.push(Field {
                path: path.to_owned(),
                name: name.trim_matches('"').to_owned(),
                values: Vec::new(),
            });
            self.fields.len() - 1
        });
        self.fields[place].add(value);
    }
}

impl Field {
    fn add(&mut self, value: &str) {
        let value = value.trim();
        if !value.is_empty() && self.values.len() < VALUES_MAX {
            self.values.push(value.to_owned());
        }
    }
}

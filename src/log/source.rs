//! From the LOG arguments of a command to opened files.
//!
//! A LOG is a file, a folder or a glob, here or in an object store, or `-`. What a file holds is decided by its content; its name only
//! says which files of a folder belong to the log, and what is inside a packed file.

mod copied;
mod found;
mod objects;
mod standard_input;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::found::Found;
use self::objects::Stores;
use super::map::Map;
use super::text::{Compression, Limits, TextSource, TextStream};
use super::{CellContext, LogError, LogFile, csv, jsonl, mapped, parquet};
use crate::store::Address;
use crate::vocabulary::named_enum;

/// How much of a file is looked at to tell what it is.
const START_BYTES: usize = 4096;

named_enum! {
    /// What standard input holds (`--input-format`).
    pub enum InputFormat {
        /// CSV.
        Csv = "csv",
        /// CSV, gzip.
        CsvGz = "csv.gz",
        /// CSV, zstd.
        CsvZst = "csv.zst",
        /// Parquet.
        Parquet = "parquet",
        /// JSON lines.
        Jsonl = "jsonl",
        /// JSON lines, gzip.
        JsonlGz = "jsonl.gz",
        /// JSON lines, zstd.
        JsonlZst = "jsonl.zst",
    }
}

/// The opened files of a log.
pub struct Logs {
    /// The files, in the order of the arguments; those of a folder or glob by path.
    pub files: Vec<Box<dyn LogFile>>,
    /// The names of the `key=value` folders on the way to them, which are not read as columns.
    pub partition_keys: Vec<String>,
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What cells are parsed against.
    pub context: Arc<CellContext>,
    /// The map through which they are read, where their rows are not canonical.
    pub map: Option<Arc<Map>>,
}

/// Opens the files that the LOG arguments of a command name, each once.
///
/// Standard input (`-`) and objects of a store are copied to files in `temp_dir` first, because a log is read
/// several times.
///
/// # Errors
/// [`LogError`] if an argument names nothing, or a file cannot be read or is no log.
pub fn open(
    arguments: &[PathBuf],
    input_format: Option<InputFormat>,
    temp_dir: &Path,
    reading: &Reading,
) -> anyhow::Result<Logs> {
    let mut found = Found::new(reading.map.is_some());
    let mut stores = Stores::default();
    let mut files: Vec<Box<dyn LogFile>> = Vec::new();
    for argument in arguments {
        if let Some(address) = Address::of(argument) {
            files.extend(stores.open(&address, &mut found, temp_dir, reading)?);
            continue;
        }
        if argument.as_os_str() == "-" {
            if found.seen.insert(argument.clone()) {
                files.push(standard_input::open(input_format, temp_dir, reading)?);
            }
            continue;
        }
        for path in found.files_of(argument)? {
            files.push(open_file(&path, &path, None, reading)?);
        }
    }
    if files.is_empty() {
        return Err(LogError::NotFound {
            looked_for: "no LOG was named".to_owned(),
        }
        .into());
    }
    Ok(Logs {
        files,
        partition_keys: found.partition_keys.into_iter().collect(),
    })
}

/// The files that arguments name, as [`open`] would find them, without opening one; an argument may lead to none yet.
///
/// # Errors
/// If a file or folder that is named is not there, or a folder cannot be read.
pub fn find(arguments: &[PathBuf], is_mapped: bool) -> Result<Vec<PathBuf>, LogError> {
    let mut found = Found::new(is_mapped);
    let mut files = Vec::new();
    for argument in arguments {
        match found.files_of(argument) {
            Ok(of_argument) => files.extend(of_argument),
            Err(LogError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

/// What the rows of a file are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Csv,
    Jsonl,
    Parquet,
}

/// Opens a file, which errors call `shown`; its content decides what it is unless `rows` says.
fn open_file(
    path: &Path,
    shown: &Path,
    rows: Option<Rows>,
    reading: &Reading,
) -> anyhow::Result<Box<dyn LogFile>> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(START_BYTES as u64).read_to_end(&mut start))
        .map_err(|error| LogError::io(shown, error))?;
    let name = shown
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    if rows == Some(Rows::Parquet) || start.starts_with(b"PAR1") || name.ends_with(".parquet") {
        let context = Arc::clone(&reading.context);
        return match &reading.map {
            Some(map) => parquet::open_mapped(path, shown, Arc::clone(map), context),
            None => parquet::open(path, shown, context),
        };
    }
    let compression = Compression::of_content(&start);
    let source = |limits| TextSource {
        file: path.to_owned(),
        path: shown.to_owned(),
        compression,
        limits,
    };
    if compression != Compression::Plain {
        start.clear();
        let stream = TextStream::open(path, shown, compression, 0)?;
        let mut begin = stream.take(START_BYTES as u64);
        if let Err(error) = begin.read_to_end(&mut start) {
            return Err(begin.get_ref().error(shown, error).into());
        }
        if start.starts_with(b"PAR1") {
            return Err(LogError::format(
                shown,
                "a Parquet file as it is",
                "a packed one: unpack it first, Parquet is packed inside",
            )
            .into());
        }
    }
    let is_json = rows == Some(Rows::Jsonl) || rows.is_none() && looks_like_json(&start, reading);
    let source = source(Limits::default());
    let context = Arc::clone(&reading.context);
    match &reading.map {
        Some(map) if is_json => mapped::open_json(source, Arc::clone(map), context),
        Some(map) => mapped::open_csv(source, Arc::clone(map), context),
        None if is_json => jsonl::open(source, context),
        None => csv::open(source, context),
    }
}

/// No header of a CSV file begins with a brace; with a map, an array of objects is read too. A map that draws no
/// row from a record itself can read of a CSV file only the JSON in its cells.
fn looks_like_json(start: &[u8], reading: &Reading) -> bool {
    if reading.map.as_ref().is_some_and(|map| map.is_json_only()) {
        let header = start
            .split(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default();
        let has_quoted_json = memchr::memmem::find(start, b"\"{\"\"").is_some();
        return header.contains(&b'{') || !has_quoted_json;
    }
    let start = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    start.starts_with(b"{") || reading.map.is_some() && start.starts_with(b"[")
}

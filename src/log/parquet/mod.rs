//! Parquet logs, read page by page.
//!
//! Rows become codes without becoming strings first: each entry of a dictionary is parsed once and the
//! rows look their codes up. Threads share an open file by positional reads and take pieces of row
//! groups, whose columns advance together by chunks of rows, so memory does not grow with row groups.
//!
//! Footers, headers and pages are parsed here and not by a library, because a damaged file must end in
//! an error that names the place, never in a panic or in a number that is not in the file.

mod cells;
mod column;
mod compression;
mod delta;
mod fetch;
mod footer;
mod hybrid;
mod io;
mod kind;
mod leaf;
mod mapped;
mod page;
mod pieces;
mod scan;
mod schema;
pub mod table;
pub mod table_cells;
#[cfg(test)]
mod tests;
mod thrift;
mod values;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::footer::Footer;
use self::io::PositionalFile;
use self::pieces::Pieces;
use self::schema::{LogColumn, Schema};
use self::thrift::ThriftError;
use super::chunk::{TakeMessageIds, TakeTexts, WantedRows};
use super::texts::TextRows;
use super::{CellContext, Chunk, ChunkAddress, Column, LogError, LogFile, Provenance, TextRow};

/// Opens the Parquet log at `file`, which errors call `path`.
///
/// # Errors
/// [`LogError`] if the file cannot be read, is no sound Parquet file, or lacks the columns of a log.
pub(super) fn open(
    file: &Path,
    path: &Path,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let file = PositionalFile::open(file).map_err(|error| LogError::io(path, error))?;
    opened(file, path, context)
}

/// Opens the Parquet log that stands inside another file, which errors call `path`: from a byte on, so many bytes.
///
/// # Errors
/// As those of any log.
pub fn open_part(
    (file, start, length): (Arc<File>, u64, u64),
    path: &Path,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    opened(PositionalFile::inside(file, start, length), path, context)
}

fn opened(
    file: PositionalFile,
    path: &Path,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let footer = Footer::read(&file).map_err(|damage| file_error(path, damage))?;
    let schema = Schema::new(path, &footer)?;
    Ok(Box::new(ParquetFile {
        path: path.to_owned(),
        context,
        file,
        footer,
        schema,
    }))
}

pub(super) use mapped::open as open_mapped;

/// The error of a file that cannot be opened.
fn file_error(path: &Path, damage: Damage) -> LogError {
    match damage {
        Damage::Io(error) => LogError::io(path, error),
        Damage::Found { expected, found } => LogError::format(path, expected, found),
        Damage::Bad(reason) => LogError::format(path, "a sound Parquet file", reason),
    }
}

/// An opened Parquet log.
#[derive(Debug)]
struct ParquetFile {
    path: PathBuf,
    context: Arc<CellContext>,
    file: PositionalFile,
    footer: Footer,
    schema: Schema,
}

impl LogFile for ParquetFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn columns(&self) -> &[Column] {
        &self.schema.names
    }

    fn ignored_columns(&self) -> &[String] {
        &self.schema.ignored
    }

    fn provenance(&self) -> Option<&Provenance> {
        self.footer.provenance.as_ref()
    }

    fn size_bytes(&self) -> u64 {
        self.file.len()
    }

    fn rows(&self) -> Option<u64> {
        Some(self.footer.rows)
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        scan::scan(self, progress, consume)
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        fetch::scan_texts(self, progress, consume)
    }

    fn scan_wanted_texts(&self, wanted: &WantedRows, consume: TakeTexts<'_>) -> anyhow::Result<()> {
        fetch::scan_wanted_texts(self, wanted, consume)
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: TakeMessageIds<'_>,
    ) -> anyhow::Result<()> {
        fetch::message_ids(self, wanted, consume)
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        fetch::text_rows(self, wanted, consume)
    }
}

impl ParquetFile {
    /// The row groups cut up for `threads` threads.
    fn pieces(&self, threads: usize) -> anyhow::Result<Pieces> {
        Ok(Pieces::new(&self.path, &self.footer, threads)?)
    }

    /// The error of a damaged column chunk.
    fn damaged(&self, group: usize, column: &LogColumn, position: u64, damage: Damage) -> LogError {
        let reason = match damage {
            Damage::Io(error) => return LogError::io(&self.path, error),
            Damage::Found { expected, found } => format!("expected {expected}, found {found}"),
            Damage::Bad(reason) => reason,
        };
        LogError::Damaged {
            path: self.path.clone(),
            what: format!("row group {group}, column `{}`", column.value_type.column),
            byte_offset: position,
            reason,
        }
    }
}

/// What is wrong with a part of a file, for whoever knows which part of which file.
#[derive(Debug)]
enum Damage {
    /// The operating system refused.
    Io(std::io::Error),
    /// Something else was expected.
    Found { expected: String, found: String },
    /// It cannot be.
    Bad(String),
}

impl Damage {
    fn new(reason: impl Into<String>) -> Self {
        Self::Bad(reason.into())
    }

    fn found(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Found {
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// A header that is no Thrift.
    fn thrift(what: &str, error: ThriftError) -> Self {
        match error {
            ThriftError::Incomplete => Self::found(format!("a whole {what}"), "its beginning only"),
            ThriftError::Malformed(found) => Self::found(format!("a {what}"), found),
        }
    }
}

impl From<std::io::Error> for Damage {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

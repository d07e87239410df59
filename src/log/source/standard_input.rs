//! Standard input, which is copied to a file first, because a log is read several times.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::Path;

use tempfile::NamedTempFile;

use super::{InputFormat, Reading, Rows, open_file};
use crate::log::texts::TextRows;
use crate::log::{Chunk, ChunkAddress, Column, LogError, LogFile, Provenance, TextRow};

/// Copies standard input and opens the copy.
pub(super) fn open(
    format: Option<InputFormat>,
    temp_dir: &Path,
    reading: &Reading,
) -> anyhow::Result<Box<dyn LogFile>> {
    let shown = Path::new("-");
    let Some(format) = format else {
        let formats: Vec<_> = InputFormat::ALL
            .iter()
            .map(|format| format.name())
            .collect();
        return Err(LogError::format(
            shown,
            format!("--input-format with one of {}", formats.join(", ")),
            "standard input without it",
        )
        .into());
    };
    let file = spool(&mut io::stdin().lock(), temp_dir)?;
    let rows = match format {
        InputFormat::Csv | InputFormat::CsvGz | InputFormat::CsvZst => Rows::Csv,
        InputFormat::Jsonl | InputFormat::JsonlGz | InputFormat::JsonlZst => Rows::Jsonl,
        InputFormat::Parquet => Rows::Parquet,
    };
    let log = open_file(file.path(), shown, Some(rows), reading)?;
    Ok(Box::new(Spooled { log, file }))
}

/// Copies a stream to a temporary file.
pub(super) fn spool(input: &mut dyn Read, temp_dir: &Path) -> Result<NamedTempFile, LogError> {
    let refused = |error| LogError::io(temp_dir, error);
    let mut file = tempfile::Builder::new()
        .prefix("counterfoil-")
        .tempfile_in(temp_dir)
        .map_err(refused)?;
    let mut block = vec![0; 1 << 20];
    loop {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(count) => file.write_all(&block[..count]).map_err(refused)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(LogError::io(Path::new("-"), error)),
        }
    }
    file.flush().map_err(refused)?;
    Ok(file)
}

/// Standard input, and the file that it was copied to for as long as it is needed.
pub(super) struct Spooled {
    pub(super) log: Box<dyn LogFile>,
    pub(super) file: NamedTempFile,
}

impl LogFile for Spooled {
    fn path(&self) -> &Path {
        Path::new("-")
    }

    fn content_path(&self) -> &Path {
        self.file.path()
    }

    fn columns(&self) -> &[Column] {
        self.log.columns()
    }

    fn ignored_columns(&self) -> &[String] {
        self.log.ignored_columns()
    }

    fn provenance(&self) -> Option<&Provenance> {
        self.log.provenance()
    }

    fn size_bytes(&self) -> u64 {
        self.log.size_bytes()
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan(progress, consume)
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan_texts(progress, consume)
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: &(dyn Fn(Range<usize>, &[&[u8]]) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.message_ids(wanted, consume)
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.log.text_rows(wanted, consume)
    }
}

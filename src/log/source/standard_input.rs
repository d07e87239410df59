//! Standard input, which is copied to a file first, because a log is read several times.

use std::io::{self, Read, Write};
use std::path::Path;

use super::copied::Copied;
use super::{InputFormat, Reading, Rows, open_file};
use crate::log::{LogError, LogFile};
use crate::store::LocalCopy;

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
    let copy = spool(&mut io::stdin().lock(), temp_dir)?;
    let rows = match format {
        InputFormat::Csv | InputFormat::CsvGz | InputFormat::CsvZst => Rows::Csv,
        InputFormat::Jsonl | InputFormat::JsonlGz | InputFormat::JsonlZst => Rows::Jsonl,
        InputFormat::Parquet => Rows::Parquet,
    };
    let log = open_file(copy.path(), shown, Some(rows), reading)?;
    Ok(Box::new(Copied::new(shown, log, copy)))
}

/// Copies a stream to a temporary file.
pub(super) fn spool(input: &mut dyn Read, temp_dir: &Path) -> Result<LocalCopy, LogError> {
    let refused = |error| LogError::io(temp_dir, error);
    let copy = LocalCopy::create(temp_dir).map_err(refused)?;
    let mut file = copy.file();
    let mut block = vec![0; 1 << 20];
    loop {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(count) => file.write_all(&block[..count]).map_err(refused)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(LogError::io(Path::new("-"), error)),
        }
    }
    Ok(copy)
}

//! A rate-card file as rows of text, whether it came as CSV or as a workbook.

use std::{io::Cursor, path::Path};

use calamine::{Data, Reader};

use super::value::number_text;
use crate::rulebook::{ConfigError, Place};

const ZIP_SIGNATURE: &[u8] = b"PK\x03\x04";

/// One table of a file: the whole CSV, or one sheet of a workbook.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What messages call it.
    pub name: String,
    /// The name of the sheet in its workbook.
    pub title: String,
    pub rows: Vec<SheetRow>,
}

#[derive(Debug)]
pub(super) struct SheetRow {
    /// As the spreadsheet counts them, from 1.
    pub line: u64,
    pub cells: Vec<String>,
}

impl SheetRow {
    /// The text of a column; blank beyond the last one.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// The filled cells, for messages.
    pub(super) fn text(&self) -> String {
        let filled: Vec<&str> = self
            .cells
            .iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        filled.join(" | ")
    }
}

impl Sheet {
    pub(super) fn place(&self, row: &SheetRow) -> Place {
        Place::line(self.name.clone(), row.line)
    }
}

/// Reads a file; what it is, its first bytes say, not its name.
pub(super) fn sheets(path: &Path) -> Result<Vec<Sheet>, ConfigError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|cause| ConfigError::Unreadable {
        file: name.clone(),
        cause,
    })?;
    if bytes.starts_with(ZIP_SIGNATURE) {
        workbook(bytes, &name)
    } else {
        let text = decode(bytes).ok_or_else(|| {
            ConfigError::malformed(
                Place::file(&name),
                "is neither UTF-8 text nor an XLSX workbook",
            )
        })?;
        Ok(vec![csv_sheet(&text, &name)])
    }
}

fn workbook(bytes: Vec<u8>, name: &str) -> Result<Vec<Sheet>, ConfigError> {
    let refuse = |error: calamine::XlsxError| {
        ConfigError::malformed(
            Place::file(name),
            format!("cannot be read as XLSX: {error}"),
        )
    };
    let mut workbook = calamine::Xlsx::new(Cursor::new(bytes)).map_err(refuse)?;
    let mut sheets = Vec::new();
    for title in workbook.sheet_names() {
        let range = workbook.worksheet_range(&title).map_err(refuse)?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let rows = range.rows().zip(first_row..).map(|(cells, row)| SheetRow {
            line: u64::from(row) + 1,
            cells: std::iter::repeat_n(String::new(), first_column as usize)
                .chain(cells.iter().map(cell_text))
                .collect(),
        });
        sheets.push(Sheet {
            name: format!("{name}[{title}]"),
            rows: rows.collect(),
            title,
        });
    }
    Ok(sheets)
}

/// What a cell of a workbook says. The format keeps a number in binary; what its author typed are the
/// fifteen digits that a spreadsheet shows, and those are taken.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Float(number) => number_text(&number.to_string()),
        other => tidy(&other.to_string()),
    }
}

fn csv_sheet(text: &str, name: &str) -> Sheet {
    let tables = [b',', b';', b'\t'].map(|delimiter| csv_rows(text, delimiter));
    let widest = tables
        .into_iter()
        .rev()
        .max_by_key(|rows| rows.iter().map(|row| row.cells.len()).sum::<usize>());
    Sheet {
        name: name.to_owned(),
        title: String::new(),
        rows: widest.unwrap_or_default(),
    }
}

fn csv_rows(text: &str, delimiter: u8) -> Vec<SheetRow> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .filter_map(Result::ok)
        .map(|record| SheetRow {
            line: record.position().map_or(0, csv::Position::line),
            cells: record.iter().map(tidy).collect(),
        });
    rows.collect()
}

/// UTF-8, or UTF-16 with a byte order mark, as spreadsheets save "Unicode text".
fn decode(bytes: Vec<u8>) -> Option<String> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..]
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .ok()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => {
            let text = String::from_utf8(bytes).ok()?;
            Some(
                text.strip_prefix('\u{feff}')
                    .map(str::to_owned)
                    .unwrap_or(text),
            )
        }
    }
}

/// Without line breaks, hard spaces and doubled spaces.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

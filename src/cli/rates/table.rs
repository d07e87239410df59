//! Tables of text: columns as wide as they need to be, numbers to the right.

use std::io::{self, Write};

/// Rows on their way to a terminal or a file.
pub(super) struct TextTable {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(super) fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns = 0..self.header.len();
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let widths: Vec<usize> = columns
            .clone()
            .map(|column| {
                let cells = self
                    .rows
                    .iter()
                    .map(|row| cell(row, column).chars().count());
                cells
                    .chain([self.header[column].chars().count()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let is_number: Vec<bool> = columns
            .map(|column| self.rows.iter().all(|row| is_number(&cell(row, column))))
            .collect();
        let header: Vec<String> = self.header.iter().map(|text| (*text).to_owned()).collect();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut line = String::new();
            for (column, &width) in widths.iter().enumerate() {
                let text = cell(row, column);
                let padding = " ".repeat(width.saturating_sub(text.chars().count()));
                let (before, after) = if is_number[column] {
                    (padding.as_str(), "")
                } else {
                    ("", padding.as_str())
                };
                line.extend([before, text.as_str(), after, "  "]);
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_end_matches('%').trim_start_matches(['+', '-']);
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

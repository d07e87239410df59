//! CSV logs: a header line, then a row for each message or status event.

pub(super) mod header;
pub(super) mod quoted;
mod scan;
mod structure;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::text::{Limits, RowEnds, RowFormat, ShownRow, TextChunk, TextFile, TextSource};
use super::{CellContext, CellParser, Chunk, Column, LogError, LogFile};
use header::Header;
use scan::Batch;

const ROW_ENDS: RowEnds = RowEnds::NewlineOutsideQuotes(b',');
/// How much of a file is read for its header; a longer one is refused.
const HEADER_LIMITS: Limits = Limits {
    chunk_bytes: 64 << 10,
    row_bytes: 1 << 20,
    chunk_rows: 1,
};

/// Opens a CSV file.
///
/// # Errors
/// [`LogError`] if it cannot be read or its header does not name the columns of a log.
pub(super) fn open(
    source: TextSource,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let (line, first_row) = header_line(&source, ROW_ENDS)?;
    let header = Header::read(&source.path, &line)?;
    let layout = header.layout();
    let columns = layout.columns.iter().map(|&(_, column)| column).collect();
    let format = Csv {
        layout,
        columns,
        ignored: header.ignored,
    };
    Ok(Box::new(TextFile::new(source, context, first_row, format)?))
}

/// The header line, and line and offset of what follows it.
pub(super) fn header_line(
    source: &TextSource,
    row_ends: RowEnds,
) -> Result<(TextChunk, (u64, u64)), LogError> {
    let mut splitter = TextSource {
        limits: HEADER_LIMITS,
        file: source.file.clone(),
        path: source.path.clone(),
        ..*source
    }
    .split(row_ends, (1, 0))?;
    loop {
        let next = splitter
            .next(Vec::new())
            .map_err(|error| source.error(&splitter, error))?;
        let Some(line) = next else {
            return Err(LogError::format(
                &source.path,
                "a header line that names the columns",
                "an empty file",
            ));
        };
        if !line.text.trim_ascii().is_empty() {
            return Ok((line, splitter.place()));
        }
    }
}

/// The form of a CSV file's rows.
struct Csv {
    layout: scan::Layout,
    columns: Vec<Column>,
    ignored: Vec<String>,
}

impl RowFormat for Csv {
    type Memory = Batch;

    fn row_ends(&self) -> RowEnds {
        ROW_ENDS
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn ignored_columns(&self) -> &[String] {
        &self.ignored
    }

    fn decode(
        &self,
        batch: &mut Batch,
        text: &TextChunk,
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    ) {
        let mut start = 0;
        batch.begin();
        while start < text.text.len() {
            start = batch.take(&self.layout, text, start);
            batch.parse(&self.layout, &text.text, parser, chunk);
        }
    }

    fn show(
        &self,
        batch: &mut Batch,
        text: &TextChunk,
        wanted: &[(u32, u32)],
        show: &mut dyn FnMut(usize, ShownRow<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut wanted = wanted.iter().enumerate().peekable();
        let (mut start, mut first) = (0, 0);
        batch.begin();
        while start < text.text.len() && wanted.peek().is_some() {
            start = batch.take(&self.layout, text, start);
            let in_batch =
                |&(_, &(_, row)): &(usize, &(u32, u32))| (row as usize) < first + batch.rows.len();
            while let Some((index, &(_, row))) = wanted.next_if(in_batch) {
                let row = batch.rows[row as usize - first];
                let cell = |column: Column, buffer: &mut Vec<u8>| {
                    let place = self
                        .layout
                        .columns
                        .iter()
                        .find(|&&(_, known)| known == column);
                    if let (Some(&(place, _)), None) = (place, row.defect) {
                        buffer.extend_from_slice(batch.cell(&text.text, row, place));
                    }
                };
                show(
                    index,
                    ShownRow {
                        place: row.start as usize..row.end as usize,
                        cell: &cell,
                    },
                )?;
            }
            first += batch.rows.len();
        }
        Ok(())
    }
}

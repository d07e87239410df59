//! JSON through a map: an object is a record, whether it stands on a line, over many, or in an array.

use std::sync::Arc;

use super::{Mapper, Memory, Record, given_up, text_of};
use crate::log::map::Map;
use crate::log::text::json::{line_of_object, next_piece, next_start};
use crate::log::text::{Limits, RowEnds, RowFormat, ShownRow, TextChunk, TextFile, TextSource};
use crate::log::texts::TextRows;
use crate::log::{CellContext, CellParser, Chunk, Column, LogFile, Provenance, RowDefect};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// A record may be a page of messages, so it may be longer than a row.
const LIMITS: Limits = Limits {
    chunk_bytes: 1 << 20,
    row_bytes: 64 << 20,
    chunk_rows: usize::MAX,
};

/// Opens a JSON file.
///
/// # Errors
/// [`crate::log::LogError`] if it cannot be read.
pub(in crate::log) fn open(
    source: TextSource,
    map: Arc<Map>,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let source = TextSource {
        limits: LIMITS,
        ..source
    };
    let format = MappedJson {
        columns: map.columns(),
        mapper: Mapper {
            map,
            context: Arc::clone(&context),
        },
    };
    Ok(Box::new(TextFile::new(source, context, (1, 0), format)?))
}

struct MappedJson {
    columns: Vec<Column>,
    mapper: Mapper,
}

impl MappedJson {
    /// Takes each record of a chunk out into memory.
    fn each_record(
        &self,
        memory: &mut Memory,
        text: &TextChunk,
        take: &mut dyn FnMut(&mut Memory, &Record) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let has_mark = text.byte_offset == 0 && text.text.starts_with(BYTE_ORDER_MARK);
        let bytes = &text.text;
        let mut from = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
        if let Some(defect) = given_up(text, 0) {
            let (place, taken) = (from..bytes.len(), Err(defect));
            return take(memory, &Record { place, taken });
        }
        // Most files have an object on each line, which saves looking for its end.
        let mut are_lines = true;
        while let Some(piece) = next_start(bytes, from) {
            if are_lines && let Some(line) = line_of_object(bytes, piece) {
                let place = line.start..line.end;
                let taken = self.take(memory, &bytes[place.clone()]);
                are_lines = taken.is_ok();
                if are_lines {
                    from = place.end;
                    take(memory, &Record { place, taken })?;
                    continue;
                }
            }
            let Some(piece) = next_piece(bytes, piece) else {
                break;
            };
            let place = piece.start..piece.end;
            from = place.end;
            let taken = self.take(memory, &bytes[place.clone()]);
            take(memory, &Record { place, taken })?;
        }
        Ok(())
    }

    fn take(&self, memory: &mut Memory, record: &[u8]) -> Result<(), RowDefect> {
        memory.take(&self.mapper.map, text_of(record)?)
    }
}

impl RowFormat for MappedJson {
    type Memory = Memory;

    fn row_ends(&self) -> RowEnds {
        RowEnds::JsonObject
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn ignored_columns(&self) -> &[String] {
        &[]
    }

    fn provenance(&self) -> Option<&Provenance> {
        Some(&self.mapper.map.provenance)
    }

    fn decode(
        &self,
        memory: &mut Memory,
        text: &TextChunk,
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    ) {
        let decoded = self.each_record(memory, text, &mut |memory, record| {
            self.mapper.decode(memory, record, parser, chunk);
            Ok(())
        });
        debug_assert!(decoded.is_ok());
    }

    fn texts(
        &self,
        memory: &mut Memory,
        text: &TextChunk,
        _parser: &mut CellParser<'_>,
        rows: &mut TextRows,
    ) -> anyhow::Result<()> {
        self.each_record(memory, text, &mut |memory, record| {
            self.mapper.texts(memory, record, rows);
            Ok(())
        })
    }

    fn show(
        &self,
        memory: &mut Memory,
        text: &TextChunk,
        wanted: &[(u32, u32)],
        show: &mut dyn FnMut(usize, ShownRow<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut wanted = wanted.iter().map(|&(_, row)| row).enumerate().peekable();
        let mut row = 0;
        self.each_record(memory, text, &mut |memory, record| {
            self.mapper
                .show(memory, record, &mut row, &mut wanted, show)
        })
    }
}

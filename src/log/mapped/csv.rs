//! CSV through a map: a row is a record, its columns the record's members.

use std::sync::Arc;

use memchr::memchr;

use super::{Mapper, Memory, Record, given_up, text_of};
use crate::log::csv::header::{header_text, names_of};
use crate::log::csv::{header_line, quoted};
use crate::log::map::Map;
use crate::log::text::{RowEnds, RowFormat, ShownRow, TextChunk, TextFile, TextSource};
use crate::log::texts::TextRows;
use crate::log::{
    CellContext, CellParser, Chunk, Column, LogError, LogFile, Provenance, RowDefect,
};

/// What cells are separated by, where the map does not say.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Opens a CSV file.
///
/// # Errors
/// [`LogError`] if it cannot be read, or the map can draw no row from its columns.
pub(in crate::log) fn open(
    source: TextSource,
    map: Arc<Map>,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let (line, _) = header_line(&source, RowEnds::NewlineOutsideQuotes(b','))?;
    let header = Header::read(&source, &map, &line)?;
    let row_ends = RowEnds::NewlineOutsideQuotes(header.delimiter);
    let (_, first_row) = header_line(&source, row_ends)?;
    let format = MappedCsv {
        mapper: Mapper {
            map,
            context: Arc::clone(&context),
        },
        header,
    };
    Ok(Box::new(TextFile::new(source, context, first_row, format)?))
}

/// The columns of a file.
struct Header {
    delimiter: u8,
    /// How many cells a row has.
    cells: usize,
    /// Which cell goes into which slot.
    slots: Vec<(usize, u16)>,
    /// Whether the records are JSON in cells, as a database of webhooks exports them.
    holds_json: bool,
    columns: Vec<Column>,
    ignored: Vec<String>,
}

impl Header {
    fn read(source: &TextSource, map: &Map, line: &TextChunk) -> Result<Self, LogError> {
        let text = header_text(&source.path, line)?;
        let delimiters = match map.delimiter {
            Some(delimiter) => vec![delimiter],
            None => DELIMITERS.to_vec(),
        };
        let headers = delimiters
            .into_iter()
            .map(|delimiter| Self::with(map, text, delimiter));
        // The first of those that find the most.
        let found = |header: &Self| match header.holds_json {
            true => header.cells,
            false => header.slots.len(),
        };
        let header = headers.rev().max_by_key(found);
        let header = header.unwrap_or_else(|| Self::with(map, text, b','));
        map.refuse_missing(
            &source.path,
            &header.columns,
            &names_of(text, header.delimiter),
        )?;
        Ok(header)
    }

    fn with(map: &Map, text: &[u8], delimiter: u8) -> Self {
        let names = names_of(text, delimiter);
        let columns = map.shape().columns();
        let slot = |name: &String| {
            let mut columns = columns.iter();
            columns.find(|(known, _)| known.trim().to_lowercase() == name.to_lowercase())
        };
        let mut slots = Vec::new();
        let mut ignored = Vec::new();
        for (place, name) in names.iter().enumerate() {
            match slot(name) {
                Some(&(_, slot)) if slots.iter().all(|&(_, known)| known != slot) => {
                    slots.push((place, slot))
                }
                _ if name.is_empty() => {}
                _ => ignored.push(name.clone()),
            }
        }
        let has_slot = |slot: u16| slots.iter().any(|&(_, known)| known == slot);
        let holds_json = map.is_json_only();
        Self {
            delimiter,
            cells: names.len(),
            columns: match holds_json {
                true => map.columns(),
                false => map.columns_with(&has_slot),
            },
            slots,
            ignored,
            holds_json,
        }
    }
}

struct MappedCsv {
    mapper: Mapper,
    header: Header,
}

impl MappedCsv {
    /// Takes each record of a chunk out into memory.
    fn each_record(
        &self,
        memory: &mut Memory,
        text: &TextChunk,
        take: &mut dyn FnMut(&mut Memory, &Record) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let bytes = &text.text;
        let (mut cells, mut unescaped) = (Vec::new(), Vec::new());
        let mut start = 0;
        while start < bytes.len() {
            cells.clear();
            unescaped.clear();
            let given_up = given_up(text, start);
            let next = match given_up {
                Some(_) => {
                    memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |end| start + end + 1)
                }
                None => quoted::split_row(
                    bytes,
                    start,
                    self.header.delimiter,
                    &mut cells,
                    &mut unescaped,
                ),
            };
            let end = next - usize::from(next > start && bytes[next - 1] == b'\n');
            let place = start..end;
            start = next;
            if given_up.is_none() && bytes[place.clone()].trim_ascii().is_empty() {
                continue;
            }
            let cell = |place: usize| cells[place].of(bytes, &unescaped).trim_ascii();
            let taken = match given_up {
                Some(defect) => Err(defect),
                None => text_of(&bytes[place.clone()]).and_then(|_| {
                    let are_whole = cells.len() == self.header.cells;
                    are_whole.then_some(()).ok_or(RowDefect::Ragged)
                }),
            };
            let taken = taken.and_then(|()| {
                if self.header.holds_json {
                    return self.take_json((0..self.header.cells).map(cell), memory);
                }
                let values = memory.begin(&self.mapper.map);
                for &(place, slot) in &self.header.slots {
                    values.set_text(0, slot, cell(place));
                }
                Ok(())
            });
            take(memory, &Record { place, taken })?;
        }
        Ok(())
    }
}

impl MappedCsv {
    /// Takes the values out of those cells that are JSON, each as if a log had wrapped it.
    fn take_json<'c>(
        &self,
        cells: impl Iterator<Item = &'c [u8]>,
        memory: &mut Memory,
    ) -> Result<(), RowDefect> {
        let mut json = b"[".to_vec();
        for cell in cells.filter(|cell| matches!(cell.first(), Some(b'{' | b'['))) {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(cell);
        }
        let wrapped = [b"{\"cells\":", &json[..], b"]}"].concat();
        memory.take(&self.mapper.map, text_of(&wrapped)?)
    }
}

impl RowFormat for MappedCsv {
    type Memory = Memory;

    fn row_ends(&self) -> RowEnds {
        RowEnds::NewlineOutsideQuotes(self.header.delimiter)
    }

    fn columns(&self) -> &[Column] {
        &self.header.columns
    }

    fn ignored_columns(&self) -> &[String] {
        &self.header.ignored
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

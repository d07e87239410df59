//! Parquet through a map: a row is a record, its columns the record's members.

use std::path::Path;
use std::sync::Arc;

use super::fetch::{ChunkTexts, each_chunk};
use super::footer::Footer;
use super::io::PositionalFile;
use super::schema::Schema;
use super::{ParquetFile, file_error};
use crate::log::chunk::TakeMessageIds;
use crate::log::map::Map;
use crate::log::mapped::{Mapper, Memory, Record};
use crate::log::texts::TextRows;
use crate::log::{
    CellContext, CellParser, Chunk, ChunkAddress, Column, LogError, LogFile, Provenance, TextRow,
};

/// Opens the Parquet file at `file`, which errors call `path`.
///
/// # Errors
/// [`LogError`] if it cannot be read, is no sound Parquet file, or the map can draw no row from its columns.
pub(in crate::log) fn open(
    file: &Path,
    path: &Path,
    map: Arc<Map>,
    context: Arc<CellContext>,
) -> anyhow::Result<Box<dyn LogFile>> {
    let file = PositionalFile::open(file).map_err(|error| LogError::io(path, error))?;
    let footer = Footer::read(&file).map_err(|damage| file_error(path, damage))?;
    let slots = map.shape().columns();
    let place_of = |name: &str| {
        let is_named =
            |(known, _): &(String, u16)| known.trim().to_lowercase() == name.to_lowercase();
        slots.iter().position(is_named)
    };
    let (schema, places) = Schema::of_fields(path, &footer, &place_of)?;
    let slots: Vec<u16> = places.into_iter().map(|place| slots[place].1).collect();
    let columns = map.columns_with(&|slot| slots.contains(&slot));
    let names: Vec<String> = footer
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    map.refuse_missing(path, &columns, &names)?;
    Ok(Box::new(MappedParquet {
        columns,
        slots,
        mapper: Mapper {
            map,
            context: Arc::clone(&context),
        },
        file: ParquetFile {
            path: path.to_owned(),
            context,
            file,
            footer,
            schema,
        },
    }))
}

struct MappedParquet {
    file: ParquetFile,
    columns: Vec<Column>,
    /// The slot of each column of the file's schema.
    slots: Vec<u16>,
    mapper: Mapper,
}

impl MappedParquet {
    /// Takes each record of a chunk out into memory. Its place is its row in the file, from 0.
    fn each_record(
        &self,
        memory: &mut Memory,
        address: ChunkAddress,
        texts: &ChunkTexts<'_>,
        take: &mut dyn FnMut(&mut Memory, &Record) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for row in 0..texts.rows {
            let taken = texts.defect(row).map_or(Ok(()), Err);
            let values = memory.begin(&self.mapper.map);
            if taken.is_ok() {
                for (place, &slot) in self.slots.iter().enumerate() {
                    values.set_text(0, slot, texts.cell(place, row));
                }
            }
            let at = address.first_line as usize - 1 + row;
            let place = at..at + 1;
            take(memory, &Record { place, taken })?;
        }
        Ok(())
    }

    /// Hands over the wanted rows of the log with their texts.
    fn each_wanted(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut memory = Memory::default();
        let is_wanted = |sequence: u32| {
            let place = wanted.partition_point(|&(known, _)| known < sequence);
            wanted
                .get(place)
                .is_some_and(|&(known, _)| known == sequence)
        };
        each_chunk(&self.file, &is_wanted, &mut |address, texts| {
            let first = wanted.partition_point(|&(known, _)| known < address.sequence);
            let end = wanted.partition_point(|&(known, _)| known <= address.sequence);
            let rows = wanted[first..end].iter().map(|&(_, row)| row).enumerate();
            let mut rows = rows.peekable();
            let mut row = 0;
            self.each_record(&mut memory, address, texts, &mut |memory, record| {
                let at = record.place.start;
                let in_chunk = at + 1 - address.first_line as usize;
                let mapper = &self.mapper;
                mapper.show(memory, record, &mut row, &mut rows, &mut |index, shown| {
                    let text = shown.text_row(self.raw(texts, in_chunk)?, at as u64 + 1);
                    consume(first + index, text)
                })
            })
        })
    }

    /// The columns that the map draws from, as a CSV row.
    fn raw(&self, texts: &ChunkTexts<'_>, row: usize) -> anyhow::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record((0..self.slots.len()).map(|place| texts.cell(place, row)))?;
        let raw = writer.into_inner();
        let mut raw = raw.map_err(|error| anyhow::anyhow!("writing to memory: {error}"))?;
        raw.truncate(raw.trim_ascii_end().len());
        Ok(raw)
    }
}

impl LogFile for MappedParquet {
    fn path(&self) -> &Path {
        &self.file.path
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn ignored_columns(&self) -> &[String] {
        &self.file.schema.ignored
    }

    fn provenance(&self) -> Option<&Provenance> {
        Some(&self.mapper.map.provenance)
    }

    fn size_bytes(&self) -> u64 {
        self.file.file.len()
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let mut memory = Memory::default();
        let mut parser = CellParser::new(&self.mapper.context);
        let mut chunk = Chunk::new();
        each_chunk(&self.file, &|_| true, &mut |address, texts| {
            chunk.clear();
            self.each_record(&mut memory, address, texts, &mut |memory, record| {
                self.mapper.decode(memory, record, &mut parser, &mut chunk);
                Ok(())
            })?;
            match chunk.rows {
                0 => Ok(()),
                _ => consume(address, &chunk),
            }
        })?;
        progress(self.size_bytes());
        parser.epoch_units().check(&self.file.path)?;
        Ok(())
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let mut memory = Memory::default();
        let mut rows = TextRows::default();
        each_chunk(&self.file, &|_| true, &mut |address, texts| {
            rows.clear();
            self.each_record(&mut memory, address, texts, &mut |memory, record| {
                self.mapper.texts(memory, record, &mut rows);
                Ok(())
            })?;
            consume(address.sequence, &rows)
        })?;
        progress(self.size_bytes());
        Ok(())
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: TakeMessageIds<'_>,
    ) -> anyhow::Result<()> {
        let mut ids: Vec<Vec<u8>> = Vec::with_capacity(wanted.len());
        self.each_wanted(wanted, &mut |_, row| {
            let id = row.cells[Column::MessageId.index()].clone();
            ids.push(id.unwrap_or_default().into_bytes());
            Ok(())
        })?;
        let mut start = 0;
        for chunk in wanted.chunk_by(|left, right| left.0 == right.0) {
            let range = start..start + chunk.len();
            let texts: Vec<&[u8]> = ids[range.clone()].iter().map(Vec::as_slice).collect();
            start = range.end;
            consume(range, &texts)?;
        }
        Ok(())
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.each_wanted(wanted, consume)
    }
}

//! Logs that are text: what CSV and JSON lines have in common.
//!
//! A stream of bytes, perhaps unpacked, is cut into chunks of whole rows by one thread and decoded by all.
//! The first scan remembers where the chunks of a plain file stand, so that rows can be fetched again
//! without reading the rest; a packed file is read anew.

mod decompress;
mod format;
pub(super) mod json;
mod parallel;
mod split;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use memchr::memchr_iter;

use super::texts::TextRows;
use super::{
    CellContext, CellParser, Chunk, ChunkAddress, Column, EpochUnits, LogError, LogFile,
    Provenance, RowDefect, TextRow,
};
pub(super) use decompress::{Compression, TextStream};
pub(super) use format::{RowFormat, ShownRow};
use parallel::{for_each_chunk, locked};
pub(super) use split::{Limits, RowEnds, Splitter, TextChunk};

/// Where a text file is and how to read it.
#[derive(Debug)]
pub(super) struct TextSource {
    /// The file on disk.
    pub(super) file: PathBuf,
    /// What to call it.
    pub(super) path: PathBuf,
    /// How it is packed.
    pub(super) compression: Compression,
    /// Where its chunks are cut.
    pub(super) limits: Limits,
}

impl TextSource {
    /// Begins to read at a line and its offset.
    pub(super) fn split(
        &self,
        row_ends: RowEnds,
        (line, byte_offset): (u64, u64),
    ) -> Result<Splitter, LogError> {
        let stream = TextStream::open(&self.file, &self.path, self.compression, byte_offset)?;
        Ok(Splitter::new(
            stream,
            self.limits,
            row_ends,
            line,
            byte_offset,
        ))
    }

    /// What a failed read means.
    pub(super) fn error(&self, splitter: &Splitter, error: io::Error) -> LogError {
        splitter.input().error(&self.path, error)
    }
}

/// Where a chunk stands in a plain file.
#[derive(Debug)]
struct ChunkPlace {
    first_line: u64,
    byte_offset: u64,
    length: usize,
    rejected: Vec<(u32, RowDefect)>,
}

/// A log file that is text.
pub(super) struct TextFile<F> {
    source: TextSource,
    context: Arc<CellContext>,
    size_bytes: u64,
    /// Line and offset of what follows the header.
    first_row: (u64, u64),
    format: F,
    /// The chunks of a plain file, once it was scanned.
    places: Mutex<Option<Arc<[ChunkPlace]>>>,
}

/// What a thread keeps from chunk to chunk.
struct Worker<'c, M> {
    parser: CellParser<'c>,
    chunk: Chunk,
    memory: M,
}

impl<'c, M: Default> Worker<'c, M> {
    fn new(context: &'c CellContext) -> Self {
        Self {
            parser: CellParser::new(context),
            chunk: Chunk::new(),
            memory: M::default(),
        }
    }
}

impl<F: RowFormat> TextFile<F> {
    /// A file whose rows begin at a line and its offset.
    pub(super) fn new(
        source: TextSource,
        context: Arc<CellContext>,
        first_row: (u64, u64),
        format: F,
    ) -> Result<Self, LogError> {
        let size_bytes = std::fs::metadata(&source.file)
            .map_err(|error| LogError::io(&source.path, error))?
            .len();
        Ok(Self {
            source,
            context,
            size_bytes,
            first_row,
            format,
            places: Mutex::new(None),
        })
    }

    /// Reads the chunks that hold wanted rows and hands each over with its range of `wanted`.
    fn for_each_wanted_chunk(
        &self,
        wanted: &[(u32, u32)],
        consume: &(dyn Fn(&TextChunk, Range<usize>) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let groups = chunks_of(wanted);
        let places = locked(&self.places).clone();
        if let Some(places) = places {
            use rayon::prelude::*;
            return groups
                .into_par_iter()
                .with_max_len(1)
                .try_for_each(|range| {
                    consume(&self.read_chunk(&places, wanted[range.start].0)?, range)
                });
        }
        let mut left = groups.into_iter().peekable();
        let ranges = Mutex::new(hashbrown::HashMap::new());
        let mut splitter = self.source.split(self.format.row_ends(), self.first_row)?;
        for_each_chunk(
            &mut splitter,
            |splitter, error| self.source.error(splitter, error).into(),
            |_, chunk| match left.peek() {
                None => ControlFlow::Break(()),
                Some(range) if wanted[range.start].0 == chunk.sequence => {
                    locked(&ranges).extend(left.next().map(|range| (chunk.sequence, range)));
                    ControlFlow::Continue(true)
                }
                Some(_) => ControlFlow::Continue(false),
            },
            &|chunk| {
                let range = locked(&ranges).remove(&chunk.sequence).unwrap_or_default();
                consume(chunk, range)
            },
        )?;
        if left.peek().is_some() {
            Err(self.changed().into())
        } else {
            Ok(())
        }
    }

    /// Reads the chunks that hold wanted rows in order.
    fn for_each_wanted_chunk_in_order(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(&TextChunk, Range<usize>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut groups = chunks_of(wanted).into_iter().peekable();
        let places = locked(&self.places).clone();
        if let Some(places) = places {
            return groups.try_for_each(|range| {
                consume(&self.read_chunk(&places, wanted[range.start].0)?, range)
            });
        }
        let mut splitter = self.source.split(self.format.row_ends(), self.first_row)?;
        let mut buffer = Vec::new();
        while let Some(range) = groups.peek() {
            let next = splitter
                .next(buffer)
                .map_err(|error| self.source.error(&splitter, error))?;
            let Some(chunk) = next else {
                return Err(self.changed().into());
            };
            if wanted[range.start].0 == chunk.sequence {
                consume(&chunk, range.clone())?;
                groups.next();
            }
            buffer = chunk.text;
        }
        Ok(())
    }

    /// Reads a chunk of a plain file again.
    fn read_chunk(&self, places: &[ChunkPlace], sequence: u32) -> Result<TextChunk, LogError> {
        let place = places
            .get(sequence as usize)
            .ok_or_else(|| self.changed())?;
        let mut text = vec![0; place.length];
        let mut read = || {
            let mut file = File::open(&self.source.file)?;
            file.seek(SeekFrom::Start(place.byte_offset))?;
            file.read_exact(&mut text)
        };
        read().map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => LogError::io(&self.source.path, error),
        })?;
        Ok(TextChunk {
            sequence,
            first_line: place.first_line,
            byte_offset: place.byte_offset,
            text,
            rejected: place.rejected.clone(),
        })
    }

    fn changed(&self) -> LogError {
        LogError::format(
            &self.source.path,
            "the file as it was first read",
            "another content: it changed",
        )
    }
}

impl<F: RowFormat> LogFile for TextFile<F> {
    fn path(&self) -> &Path {
        &self.source.path
    }

    fn columns(&self) -> &[Column] {
        self.format.columns()
    }

    fn ignored_columns(&self) -> &[String] {
        self.format.ignored_columns()
    }

    fn provenance(&self) -> Option<&Provenance> {
        self.format.provenance()
    }

    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let mut splitter = self.source.split(self.format.row_ends(), self.first_row)?;
        let workers = Mutex::new(Vec::<Worker<'_, F::Memory>>::new());
        let is_plain = self.source.compression == Compression::Plain;
        let skipped = if is_plain { self.first_row.1 } else { 0 };
        let (mut places, mut reported) = (Vec::new(), 0);
        for_each_chunk(
            &mut splitter,
            |splitter, error| self.source.error(splitter, error).into(),
            |splitter, chunk| {
                let read = skipped + splitter.input().position();
                progress(read - reported);
                reported = read;
                if is_plain {
                    places.push(ChunkPlace {
                        first_line: chunk.first_line,
                        byte_offset: chunk.byte_offset,
                        length: chunk.text.len(),
                        rejected: chunk.rejected.clone(),
                    });
                }
                ControlFlow::Continue(true)
            },
            &|text| {
                let taken = locked(&workers).pop();
                let mut worker = taken.unwrap_or_else(|| Worker::new(&self.context));
                worker.chunk.clear();
                self.format.decode(
                    &mut worker.memory,
                    text,
                    &mut worker.parser,
                    &mut worker.chunk,
                );
                let TextChunk {
                    sequence,
                    first_line,
                    byte_offset,
                    ..
                } = *text;
                let result = if worker.chunk.rows == 0 {
                    Ok(())
                } else {
                    consume(
                        ChunkAddress {
                            sequence,
                            first_line,
                            byte_offset,
                        },
                        &worker.chunk,
                    )
                };
                locked(&workers).push(worker);
                result
            },
        )?;
        let mut epoch_units = EpochUnits::default();
        for worker in locked(&workers).iter() {
            epoch_units.merge(worker.parser.epoch_units());
        }
        epoch_units.check(&self.source.path)?;
        if is_plain {
            *locked(&self.places) = Some(places.into());
        }
        Ok(())
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        let mut splitter = self.source.split(self.format.row_ends(), self.first_row)?;
        let workers = Mutex::new(Vec::<(Worker<'_, F::Memory>, TextRows)>::new());
        let mut reported = 0;
        for_each_chunk(
            &mut splitter,
            |splitter, error| self.source.error(splitter, error).into(),
            |splitter, _| {
                let read = splitter.input().position();
                progress(read - reported);
                reported = read;
                ControlFlow::Continue(true)
            },
            &|text| {
                let taken = locked(&workers).pop();
                let (mut worker, mut rows) =
                    taken.unwrap_or_else(|| (Worker::new(&self.context), TextRows::default()));
                rows.clear();
                let Worker { memory, parser, .. } = &mut worker;
                self.format.texts(memory, text, parser, &mut rows)?;
                consume(text.sequence, &rows)?;
                locked(&workers).push((worker, rows));
                Ok(())
            },
        )
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: &(dyn Fn(Range<usize>, &[&[u8]]) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.for_each_wanted_chunk(wanted, &|text, range| {
            let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(range.len()));
            self.format.show(
                &mut F::Memory::default(),
                text,
                &wanted[range.clone()],
                &mut |_, row| {
                    (row.cell)(Column::MessageId, &mut bytes);
                    ends.push(bytes.len());
                    Ok(())
                },
            )?;
            if ends.len() != range.len() {
                return Err(self.changed().into());
            }
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let ids: Vec<&[u8]> = starts
                .zip(&ends)
                .map(|(start, &end)| bytes[start..end].trim_ascii())
                .collect();
            consume(range, &ids)
        })
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut memory = F::Memory::default();
        self.for_each_wanted_chunk_in_order(wanted, &mut |text, range| {
            let mut shown = 0;
            // Lines are counted on from the row before.
            let (mut line, mut counted) = (text.first_line, 0);
            self.format.show(
                &mut memory,
                text,
                &wanted[range.clone()],
                &mut |index, row| {
                    shown += 1;
                    line += memchr_iter(b'\n', &text.text[counted..row.place.start]).count() as u64;
                    counted = row.place.start;
                    consume(range.start + index, text_row(text, line, &row))
                },
            )?;
            if shown == range.len() {
                Ok(())
            } else {
                Err(self.changed().into())
            }
        })
    }
}

fn text_row(text: &TextChunk, line: u64, row: &ShownRow<'_>) -> TextRow {
    let raw = &text.text[row.place.clone()];
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw).to_vec();
    TextRow {
        byte_offset: Some(text.byte_offset + row.place.start as u64),
        ..row.text_row(raw, line)
    }
}

/// The ranges of wanted rows that stand in the same chunk.
fn chunks_of(wanted: &[(u32, u32)]) -> Vec<Range<usize>> {
    let mut start = 0;
    let group = |group: &[(u32, u32)]| {
        let range = start..start + group.len();
        start = range.end;
        range
    };
    wanted
        .chunk_by(|left, right| left.0 == right.0)
        .map(group)
        .collect()
}

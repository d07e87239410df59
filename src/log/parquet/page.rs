//! The pages of a column chunk: headers, checksums, bodies.

use super::Damage;
use super::compression::{Codec, Inflater};
use super::footer::ColumnChunk;
use super::io::{ForwardReader, PositionalFile};
use super::thrift::{Field, ThriftError, ThriftReader};

/// Statistics can make a header long, but not this long.
const HEADER_BYTES_MAX: usize = 32 << 20;
const HEADER_BYTES_FIRST: usize = 64;

/// How the values of a page are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Dictionary,
    RunLength,
    DeltaBinaryPacked,
    DeltaLengthByteArray,
    DeltaByteArray,
    ByteStreamSplit,
}

impl Encoding {
    fn new(number: i32) -> Result<Self, Damage> {
        Ok(match number {
            0 => Self::Plain,
            2 | 8 => Self::Dictionary,
            3 => Self::RunLength,
            5 => Self::DeltaBinaryPacked,
            6 => Self::DeltaLengthByteArray,
            7 => Self::DeltaByteArray,
            9 => Self::ByteStreamSplit,
            other => {
                return Err(Damage::new(format!(
                    "values in the unknown encoding {other}"
                )));
            }
        })
    }
}

/// What kind of page follows its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    /// The values that other pages refer to.
    Dictionary,
    /// Levels and values, compressed together; or levels uncompressed before the values (version 2).
    Data { version: u8 },
    /// Anything else, to be passed over.
    Other,
}

/// The header of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageHeader {
    pub(super) kind: PageKind,
    /// Values in the page, nulls included: its rows, as columns are flat.
    pub(super) values: usize,
    encoding: i32,
    level_encoding: i32,
    uncompressed_bytes: usize,
    compressed_bytes: usize,
    checksum: Option<u32>,
    /// Version 2 only.
    definition_bytes: usize,
    repetition_bytes: usize,
    is_compressed: bool,
}

/// A data page's bytes, whose memory is kept from page to page.
#[derive(Debug, Default)]
pub(super) struct PageBody {
    /// Which rows have a value; empty for required columns.
    pub(super) levels: Vec<u8>,
    /// The values, behind `values_start`.
    pub(super) bytes: Vec<u8>,
    /// Where the values start.
    pub(super) values_start: usize,
}

/// Reads the pages of one column chunk in order.
#[derive(Debug)]
pub(super) struct PageReader<'a> {
    reader: ForwardReader<'a>,
    codec: Codec,
    inflater: Inflater,
    optional: bool,
    /// Where the column chunk ends.
    end: u64,
}

impl<'a> PageReader<'a> {
    /// A reader of a column chunk whose values may be null or not.
    pub(super) fn new(
        file: &'a PositionalFile,
        chunk: &ColumnChunk,
        optional: bool,
        (window, inflater): (Vec<u8>, Inflater),
    ) -> Result<Self, Damage> {
        let end = chunk.offset.saturating_add(chunk.bytes);
        let reader = ForwardReader::new(file, chunk.offset, end, window);
        Ok(Self {
            reader,
            codec: Codec::new(chunk.codec)?,
            inflater,
            optional,
            end,
        })
    }

    /// Gives the memory back.
    pub(super) fn into_parts(self) -> (Vec<u8>, Inflater) {
        (self.reader.into_window(), self.inflater)
    }

    /// Where in the file the next header or body stands.
    pub(super) fn position(&self) -> u64 {
        self.reader.position()
    }

    /// Whether the bytes of the column chunk are used up.
    pub(super) fn is_at_end(&self) -> bool {
        self.position() >= self.end
    }

    /// Reads the next page's header; its body must be read or skipped before the next.
    pub(super) fn header(&mut self) -> Result<PageHeader, Damage> {
        if self.is_at_end() {
            return Err(Damage::new("fewer rows than its metadata says"));
        }
        let mut wanted = HEADER_BYTES_FIRST;
        loop {
            let has_more = self.reader.fill(wanted)?;
            let mut thrift = ThriftReader::new(self.reader.window());
            match PageHeader::read(&mut thrift) {
                Ok(header) => {
                    let length = thrift.position();
                    self.reader.skip(length);
                    return Ok(header);
                }
                Err(ThriftError::Incomplete) if has_more && wanted < HEADER_BYTES_MAX => {
                    wanted = self.reader.window().len().max(wanted) * 2;
                }
                Err(error) => return Err(Damage::thrift("page header", error)),
            }
        }
    }

    /// Passes over the body without reading it.
    pub(super) fn skip_body(&mut self, header: &PageHeader) {
        self.reader.skip(header.compressed_bytes);
    }

    /// Reads and decompresses the body of a data page.
    pub(super) fn read_data(
        &mut self,
        header: &PageHeader,
        body: &mut PageBody,
    ) -> Result<Encoding, Damage> {
        let encoding = Encoding::new(header.encoding)?;
        self.load(header)?;
        body.levels.clear();
        if header.kind == (PageKind::Data { version: 2 }) {
            self.inflate_version_2(header, body)?;
        } else {
            self.inflate_version_1(header, body)?;
        }
        self.reader.skip(header.compressed_bytes);
        Ok(encoding)
    }

    /// Levels and values are compressed together, the levels behind their length.
    fn inflate_version_1(
        &mut self,
        header: &PageHeader,
        body: &mut PageBody,
    ) -> Result<(), Damage> {
        let compressed = &self.reader.window()[..header.compressed_bytes];
        self.inflater.inflate(
            self.codec,
            compressed,
            header.uncompressed_bytes,
            &mut body.bytes,
        )?;
        body.values_start = 0;
        if self.optional {
            if header.level_encoding != 3 {
                return Err(Damage::new(format!(
                    "definition levels in the unsupported encoding {}",
                    header.level_encoding
                )));
            }
            let (length, rest) = body
                .bytes
                .split_first_chunk::<4>()
                .ok_or_else(levels_too_long)?;
            let levels = rest
                .get(..u32::from_le_bytes(*length) as usize)
                .ok_or_else(levels_too_long)?;
            body.levels.extend_from_slice(levels);
            body.values_start = 4 + levels.len();
        }
        Ok(())
    }

    /// Levels stand before the values and are not compressed.
    fn inflate_version_2(
        &mut self,
        header: &PageHeader,
        body: &mut PageBody,
    ) -> Result<(), Damage> {
        let compressed = &self.reader.window()[..header.compressed_bytes];
        if header.repetition_bytes > 0 {
            return Err(Damage::new(
                "repetition levels in a column that is not repeated",
            ));
        }
        let (levels, values) = compressed
            .split_at_checked(header.definition_bytes)
            .ok_or_else(levels_too_long)?;
        let length = header
            .uncompressed_bytes
            .checked_sub(levels.len())
            .ok_or_else(levels_too_long)?;
        body.levels.extend_from_slice(levels);
        body.values_start = 0;
        // Some writers compress nothing to nothing.
        let codec = if header.is_compressed && !values.is_empty() {
            self.codec
        } else {
            Codec::None
        };
        self.inflater
            .inflate(codec, values, length, &mut body.bytes)
    }

    /// Reads and decompresses the body of a dictionary page.
    pub(super) fn read_dictionary(
        &mut self,
        header: &PageHeader,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        if Encoding::new(header.encoding)? != Encoding::Plain && header.encoding != 2 {
            return Err(Damage::new("a dictionary that is not plainly encoded"));
        }
        self.load(header)?;
        let compressed = &self.reader.window()[..header.compressed_bytes];
        self.inflater
            .inflate(self.codec, compressed, header.uncompressed_bytes, bytes)?;
        self.reader.skip(header.compressed_bytes);
        Ok(())
    }

    /// Reads the body ahead and checks it against its checksum, if it has one.
    fn load(&mut self, header: &PageHeader) -> Result<(), Damage> {
        if !self.reader.fill(header.compressed_bytes)? {
            return Err(Damage::found(
                format!("a page of {} bytes", header.compressed_bytes),
                "the end of the file",
            ));
        }
        if let Some(expected) = header.checksum {
            let mut checksum = flate2::Crc::new();
            checksum.update(&self.reader.window()[..header.compressed_bytes]);
            if checksum.sum() != expected {
                return Err(Damage::new("a page whose checksum is wrong"));
            }
        }
        Ok(())
    }
}

fn levels_too_long() -> Damage {
    Damage::new("a page with more bytes of levels than bytes")
}

impl PageHeader {
    fn read(reader: &mut ThriftReader<'_>) -> Result<Self, ThriftError> {
        let mut header = Self {
            kind: PageKind::Other,
            values: 0,
            encoding: -1,
            level_encoding: 3,
            uncompressed_bytes: 0,
            compressed_bytes: 0,
            checksum: None,
            definition_bytes: 0,
            repetition_bytes: 0,
            is_compressed: true,
        };
        // Type and sizes, and which of the special headers there are.
        let (mut page_type, mut sizes, mut special) = (None, 0, [false; 4]);
        reader.fields(|reader, field| {
            match field.id {
                1 => page_type = Some(reader.i32(field)?),
                2 => {
                    header.uncompressed_bytes = size(reader, field)?;
                    sizes += 1;
                }
                3 => {
                    header.compressed_bytes = size(reader, field)?;
                    sizes += 1;
                }
                4 => header.checksum = Some(reader.i32(field)? as u32),
                5 => {
                    special[0] = true;
                    reader.structure(field, |reader, field| match field.id {
                        1 => size(reader, field).map(|value| header.values = value),
                        2 => reader.i32(field).map(|value| header.encoding = value),
                        3 => reader.i32(field).map(|value| header.level_encoding = value),
                        _ => reader.skip(field),
                    })?;
                }
                7 => {
                    special[2] = true;
                    reader.structure(field, |reader, field| match field.id {
                        1 => size(reader, field).map(|value| header.values = value),
                        2 => reader.i32(field).map(|value| header.encoding = value),
                        _ => reader.skip(field),
                    })?;
                }
                8 => {
                    special[3] = true;
                    reader.structure(field, |reader, field| match field.id {
                        1 => size(reader, field).map(|value| header.values = value),
                        4 => reader.i32(field).map(|value| header.encoding = value),
                        5 => size(reader, field).map(|value| header.definition_bytes = value),
                        6 => size(reader, field).map(|value| header.repetition_bytes = value),
                        7 => reader
                            .boolean(field)
                            .map(|value| header.is_compressed = value),
                        _ => reader.skip(field),
                    })?;
                }
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        let Some(page_type) = page_type.filter(|_| sizes == 2) else {
            return Err(ThriftError::Malformed("a page without type or size"));
        };
        header.kind = match page_type {
            0 => PageKind::Data { version: 1 },
            2 => PageKind::Dictionary,
            3 => PageKind::Data { version: 2 },
            _ => PageKind::Other,
        };
        let complete = usize::try_from(page_type)
            .ok()
            .and_then(|place| special.get(place));
        if header.kind != PageKind::Other && complete != Some(&true) {
            return Err(ThriftError::Malformed(
                "a page without the header of its type",
            ));
        }
        Ok(header)
    }
}

/// A size or count of a page, which have 31 bits.
fn size(reader: &mut ThriftReader<'_>, field: Field) -> Result<usize, ThriftError> {
    usize::try_from(reader.i32(field)?).map_err(|_| ThriftError::Malformed("a negative size"))
}

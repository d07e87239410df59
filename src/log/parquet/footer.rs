//! The footer of a Parquet file: its columns and where their data stand.

use super::Damage;
use super::io::PositionalFile;
use super::leaf::{LeafType, SchemaElement};
use super::thrift::{Field, ThriftError, ThriftReader};
use crate::log::Provenance;

const MAGIC: &[u8; 4] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8; 4] = b"PARE";
/// Length of the footer and magic.
const TAIL_BYTES: u64 = 8;

/// What the footer says, as far as it is needed.
#[derive(Debug, Default)]
pub(super) struct Footer {
    /// Rows of the whole file.
    pub(super) rows: u64,
    /// The fields at the top level of the schema, in the file's order.
    pub(super) fields: Vec<SchemaField>,
    /// The row groups, in the file's order.
    pub(super) row_groups: Vec<RowGroup>,
    /// The source of the rows, where an import has noted it.
    pub(super) provenance: Option<Provenance>,
}

/// A field at the top level of the schema.
#[derive(Debug)]
pub(super) struct SchemaField {
    /// Its name.
    pub(super) name: String,
    /// The place of its (first) column chunk in every row group.
    pub(super) leaf: usize,
    /// What it holds; `None` for a group of fields.
    pub(super) leaf_type: Option<LeafType>,
}

/// A row group.
#[derive(Debug, Default)]
pub(super) struct RowGroup {
    /// Its rows.
    pub(super) rows: u64,
    /// One for each leaf of the schema.
    pub(super) chunks: Vec<ColumnChunk>,
}

/// The values of one column in one row group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ColumnChunk {
    /// Physical type, which must be the schema's.
    pub(super) physical: i32,
    /// Compression codec, by its number.
    pub(super) codec: i32,
    /// Values, nulls included.
    pub(super) values: u64,
    /// Bytes on disk.
    pub(super) bytes: u64,
    /// Where its first page stands.
    pub(super) offset: u64,
    /// Whether the values stand in this file and are not encrypted.
    pub(super) readable: bool,
}

impl Footer {
    /// Reads the footer of a file.
    pub(super) fn read(file: &PositionalFile) -> Result<Self, Damage> {
        if file.len() < 4 + TAIL_BYTES {
            return Err(Damage::found(
                "a Parquet file of at least 12 bytes",
                file.len().to_string(),
            ));
        }
        let mut tail = [0; TAIL_BYTES as usize];
        file.read_exact_at(&mut tail, file.len() - TAIL_BYTES)?;
        let (length, magic) = tail.split_at(4);
        if magic == ENCRYPTED_MAGIC {
            return Err(Damage::found("a Parquet file", "an encrypted one"));
        }
        if magic != MAGIC {
            return Err(Damage::found(
                "a Parquet file, which ends with PAR1",
                "other bytes at its end: it is truncated or of another kind",
            ));
        }
        let length = u64::from(u32::from_le_bytes([
            length[0], length[1], length[2], length[3],
        ]));
        let Some(start) = (file.len() - TAIL_BYTES)
            .checked_sub(length)
            .filter(|&start| start >= 4)
        else {
            return Err(Damage::found(
                "a footer inside the file",
                format!("one of {length} bytes in a file of {}", file.len()),
            ));
        };
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(&mut bytes, start)?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        let mut footer = Self::default();
        let mut elements = Vec::new();
        let mut encrypted = false;
        let (mut has_rows, mut has_groups) = (false, false);
        ThriftReader::new(bytes)
            .fields(|reader, field| {
                match field.id {
                    2 => reader.structs(field, |reader| {
                        elements.push(SchemaElement::read(reader)?);
                        Ok(())
                    })?,
                    3 => (footer.rows, has_rows) = (reader.count(field)?, true),
                    4 => {
                        has_groups = true;
                        reader.structs(field, |reader| {
                            footer.row_groups.push(RowGroup::read(reader)?);
                            Ok(())
                        })?;
                    }
                    5 => reader.structs(field, |reader| {
                        let (mut key, mut value) = (None, None);
                        reader.fields(|reader, field| {
                            match field.id {
                                1 => key = Some(reader.text(field)?),
                                2 => value = Some(reader.text(field)?),
                                _ => reader.skip(field)?,
                            }
                            Ok(())
                        })?;
                        if key == Some(Provenance::KEY) {
                            footer.provenance = value.and_then(Provenance::from_json);
                        }
                        Ok(())
                    })?,
                    8 => {
                        encrypted = true;
                        reader.skip(field)?;
                    }
                    _ => reader.skip(field)?,
                }
                Ok(())
            })
            .map_err(|error| Damage::thrift("footer", error))?;
        if encrypted {
            return Err(Damage::found("a Parquet file", "an encrypted one"));
        }
        if !has_rows || !has_groups {
            return Err(Damage::new(
                "the footer lacks the number of rows or the row groups",
            ));
        }
        let leaves = footer.read_schema(elements)?;
        footer.check(leaves)?;
        Ok(footer)
    }

    /// Fills in the fields from the flattened schema tree; returns how many leaves it has.
    fn read_schema(&mut self, elements: Vec<SchemaElement>) -> Result<usize, Damage> {
        let broken = || Damage::new("the footer's schema is no tree");
        let mut elements = elements.into_iter();
        let top_level = elements.next().ok_or_else(broken)?.children;
        let mut leaves = 0;
        for _ in 0..top_level {
            let root = elements.next().ok_or_else(broken)?;
            let leaf = leaves;
            let mut open = root.children;
            leaves += usize::from(root.children == 0);
            while open > 0 {
                let child = elements.next().ok_or_else(broken)?;
                open = (open - 1).checked_add(child.children).ok_or_else(broken)?;
                leaves += usize::from(child.children == 0);
            }
            let leaf_type = if root.children == 0 { root.leaf } else { None };
            self.fields.push(SchemaField {
                name: root.name,
                leaf,
                leaf_type,
            });
        }
        match elements.next() {
            None => Ok(leaves),
            Some(_) => Err(broken()),
        }
    }

    /// Checks that the counts agree with each other.
    fn check(&self, leaves: usize) -> Result<(), Damage> {
        let mut rows = 0u64;
        for (number, group) in self.row_groups.iter().enumerate() {
            if group.chunks.len() != leaves {
                return Err(Damage::found(
                    format!("{leaves} columns in row group {number}"),
                    group.chunks.len().to_string(),
                ));
            }
            rows = rows.saturating_add(group.rows);
        }
        if rows != self.rows {
            return Err(Damage::new(format!(
                "the footer says {} rows, but its row groups hold {rows}",
                self.rows
            )));
        }
        Ok(())
    }
}

impl RowGroup {
    fn read(reader: &mut ThriftReader<'_>) -> Result<Self, ThriftError> {
        let mut group = Self::default();
        let mut has_rows = false;
        reader.fields(|reader, field| {
            match field.id {
                1 => reader.structs(field, |reader| {
                    group.chunks.push(ColumnChunk::read(reader)?);
                    Ok(())
                })?,
                3 => (group.rows, has_rows) = (reader.count(field)?, true),
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        if has_rows {
            Ok(group)
        } else {
            Err(ThriftError::Malformed("a row group without rows"))
        }
    }
}

impl ColumnChunk {
    fn read(reader: &mut ThriftReader<'_>) -> Result<Self, ThriftError> {
        let mut chunk = Self::default();
        let mut elsewhere = false;
        reader.fields(|reader, field| {
            match field.id {
                1 => elsewhere = !reader.text(field)?.is_empty(),
                3 => {
                    chunk.readable = true;
                    chunk.read_metadata(reader, field)?;
                }
                8 | 9 => {
                    elsewhere = true;
                    reader.skip(field)?;
                }
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        chunk.readable &= !elsewhere;
        Ok(chunk)
    }

    fn read_metadata(
        &mut self,
        reader: &mut ThriftReader<'_>,
        field: Field,
    ) -> Result<(), ThriftError> {
        let mut dictionary_offset = None;
        reader.structure(field, |reader, field| {
            match field.id {
                1 => self.physical = reader.i32(field)?,
                4 => self.codec = reader.i32(field)?,
                5 => self.values = reader.count(field)?,
                7 => self.bytes = reader.count(field)?,
                9 => self.offset = reader.count(field)?,
                11 => dictionary_offset = Some(reader.i64(field)?),
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        // Some writers say 0 or an offset behind the data where there is no dictionary.
        let dictionary_offset = dictionary_offset.and_then(|offset| u64::try_from(offset).ok());
        if let Some(offset) = dictionary_offset.filter(|offset| (1..self.offset).contains(offset)) {
            self.offset = offset;
        }
        Ok(())
    }
}

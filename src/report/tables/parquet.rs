//! A table as a Parquet file: row groups are encoded in parallel and written in order.

use std::io::Write;

use anyhow::Result;
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::fallible_streaming_iterator;
use polars_parquet::parquet::metadata::{KeyValue, SchemaDescriptor};
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    IntegerType, ParquetType, PhysicalType, PrimitiveConvertedType as Converted,
    PrimitiveLogicalType as Logical, PrimitiveType, TimeUnit,
};
use polars_parquet::parquet::write::{
    DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions,
};

use super::frame::{Cells, ColumnKind, ColumnSpec, DECIMAL_PRECISION, DECIMAL_SCALE};
use super::pages::{self, ColumnType, PageCompressor};

/// Zstandard at its fastest ordinary level: the ids it is used on are mostly noise.
const COMPRESSION_LEVEL: i32 = 1;

/// How large a Parquet file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartSize {
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// A row group as a Parquet file of its own.
///
/// # Errors
/// If the encoder fails: a bug, or no memory.
pub fn part(schema: &Schema, group: &RowGroup) -> Result<(PartSize, Vec<u8>)> {
    let mut table = ParquetTable::new(Vec::new(), schema);
    table.write(group)?;
    let bytes = table.finish()?;
    let size = PartSize {
        rows: group.rows as u64,
        bytes: bytes.len() as u64,
    };
    Ok((size, bytes))
}

/// A row group that is being encoded, page by page.
pub struct RowGroup {
    rows: usize,
    columns: Vec<Vec<CompressedPage>>,
    compressor: PageCompressor,
}

/// The Parquet types of a table's columns.
pub struct Schema {
    columns: Vec<ColumnType>,
}

impl Schema {
    /// The types of these columns.
    pub fn new(specs: &[ColumnSpec]) -> Self {
        Self {
            columns: specs.iter().map(column_type).collect(),
        }
    }

    /// An empty row group.
    ///
    /// # Errors
    /// If there is no memory for the compressor.
    pub fn row_group(&self) -> Result<RowGroup> {
        Ok(RowGroup {
            rows: 0,
            columns: self.columns.iter().map(|_| Vec::new()).collect(),
            compressor: PageCompressor::new(COMPRESSION_LEVEL)?,
        })
    }

    /// Encodes a page of each column.
    ///
    /// # Errors
    /// If the encoder fails: a bug, or no memory.
    pub fn add_page(&self, cells: &[Cells<'_>], group: &mut RowGroup) -> Result<()> {
        for ((&cells, column), pages) in cells.iter().zip(&self.columns).zip(&mut group.columns) {
            pages.push(pages::data_page(cells, column, &mut group.compressor)?);
        }
        group.rows += cells.first().map_or(0, Cells::rows);
        Ok(())
    }

    /// Puts the dictionaries before the pages that refer to them.
    pub fn add_dictionaries(&self, cells: &[Cells<'_>], group: &mut RowGroup) {
        for (&cells, pages) in cells.iter().zip(&mut group.columns) {
            if let Some(dictionary) = pages::dictionary_page(cells) {
                pages.insert(0, dictionary);
            }
        }
    }
}

/// A Parquet file that is being written.
pub struct ParquetTable<W: Write> {
    writer: FileWriter<W>,
}

impl<W: Write> ParquetTable<W> {
    /// Starts a file.
    pub fn new(writer: W, schema: &Schema) -> Self {
        let fields = schema
            .columns
            .iter()
            .map(|column| ParquetType::PrimitiveType(column.primitive.clone()))
            .collect();
        let options = WriteOptions {
            write_statistics: false,
            version: Version::V1,
        };
        Self {
            writer: FileWriter::new(
                writer,
                SchemaDescriptor::new("counterfoil".into(), fields),
                options,
                Some(concat!("counterfoil ", env!("CARGO_PKG_VERSION")).to_owned()),
            ),
        }
    }

    /// Appends a row group.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, group: &RowGroup) -> Result<()> {
        let columns = DynIter::new(group.columns.iter().map(|pages| {
            Ok::<_, ParquetError>(DynStreamingIterator::new(
                fallible_streaming_iterator::convert(pages.iter().map(Ok::<_, ParquetError>)),
            ))
        }));
        self.writer.write(group.rows as u64, columns)?;
        Ok(())
    }

    /// Writes the footer and gives the file back.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self) -> Result<W> {
        self.finish_with(None)
    }

    /// Writes the footer with a note in it, a key and its value, and gives the file back.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish_with(mut self, note: Option<(&str, String)>) -> Result<W> {
        let note = note.map(|(key, value)| {
            vec![KeyValue {
                key: key.to_owned(),
                value: Some(value),
            }]
        });
        self.writer.end(note)?;
        Ok(self.writer.into_inner())
    }
}

fn column_type(spec: &ColumnSpec) -> ColumnType {
    let (physical_type, converted_type, logical_type) = match spec.kind {
        ColumnKind::Text | ColumnKind::Word => (
            PhysicalType::ByteArray,
            Some(Converted::Utf8),
            Some(Logical::String),
        ),
        ColumnKind::Instant => (
            PhysicalType::Int64,
            Some(Converted::TimestampMicros),
            Some(Logical::Timestamp {
                unit: TimeUnit::Microseconds,
                is_adjusted_to_utc: true,
            }),
        ),
        ColumnKind::Date => (
            PhysicalType::Int32,
            Some(Converted::Date),
            Some(Logical::Date),
        ),
        ColumnKind::Count => (
            PhysicalType::Int32,
            Some(Converted::Uint32),
            Some(Logical::Integer(IntegerType::UInt32)),
        ),
        ColumnKind::Number => (PhysicalType::Int64, None, None),
        ColumnKind::Flag => (PhysicalType::Boolean, None, None),
        ColumnKind::Decimal => (
            PhysicalType::FixedLenByteArray(16),
            Some(Converted::Decimal(DECIMAL_PRECISION, DECIMAL_SCALE)),
            Some(Logical::Decimal(DECIMAL_PRECISION, DECIMAL_SCALE)),
        ),
    };
    let mut type_ = PrimitiveType::from_physical(spec.name.into(), physical_type);
    type_.field_info.repetition = if spec.nullable {
        Repetition::Optional
    } else {
        Repetition::Required
    };
    type_.converted_type = converted_type;
    type_.logical_type = logical_type;
    ColumnType {
        primitive: type_,
        nullable: spec.nullable,
    }
}

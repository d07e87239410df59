//! A table as a Parquet file: row groups are encoded in parallel and written in order.

use std::io::Write;

use anyhow::Result;
use polars_parquet::parquet::compression::{CompressionOptions, ZstdLevel};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::fallible_streaming_iterator;
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    IntegerType, ParquetType, PhysicalType, PrimitiveConvertedType as Converted,
    PrimitiveLogicalType as Logical, PrimitiveType, TimeUnit,
};
use polars_parquet::parquet::write::{
    DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions,
};

use super::frame::{ColumnKind, ColumnSpec, DECIMAL_PRECISION, DECIMAL_SCALE, Frame};
use super::pages;

/// An encoded row group.
pub struct RowGroup {
    rows: usize,
    columns: Vec<Vec<CompressedPage>>,
}

/// The Parquet types of a table's columns.
pub struct Schema {
    specs: &'static [ColumnSpec],
    types: Vec<PrimitiveType>,
}

impl Schema {
    /// The types of these columns.
    pub fn new(specs: &'static [ColumnSpec]) -> Self {
        Self {
            specs,
            types: specs.iter().map(primitive_type).collect(),
        }
    }

    /// Encodes a row group.
    ///
    /// # Errors
    /// If the encoder fails: a bug, or no memory.
    pub fn encode(&self, frame: &Frame) -> Result<RowGroup> {
        let columns = self
            .specs
            .iter()
            .zip(&self.types)
            .zip(&frame.columns)
            .map(|((spec, type_), cells)| {
                pages::encode(cells, type_, spec.nullable, compression(spec.kind))
            })
            .collect::<Result<_>>()?;
        Ok(RowGroup {
            rows: frame.rows,
            columns,
        })
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
            .types
            .iter()
            .cloned()
            .map(ParquetType::PrimitiveType)
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
    pub fn finish(mut self) -> Result<W> {
        self.writer.end(None)?;
        Ok(self.writer.into_inner())
    }
}

fn compression(_kind: ColumnKind) -> CompressionOptions {
    CompressionOptions::Zstd(ZstdLevel::try_new(1).ok())
}

fn primitive_type(spec: &ColumnSpec) -> PrimitiveType {
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
    type_
}

//! The types of columns, as the footer writes them.

use super::thrift::{Field, ThriftError, ThriftReader};

/// The type of a column, as the footer writes it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeafType {
    /// Physical type: 0 BOOLEAN, 1 INT32, 2 INT64, 3 INT96, 4 FLOAT, 5 DOUBLE, 6 BYTE_ARRAY,
    /// 7 FIXED_LEN_BYTE_ARRAY.
    pub(super) physical: i32,
    /// Length of a fixed-length byte array.
    pub(super) length: i32,
    /// 0 required, 1 optional, 2 repeated.
    pub(super) repetition: i32,
    /// Old annotation, by its number.
    pub(super) converted: Option<i32>,
    /// Decimal places, of the old annotation.
    pub(super) scale: i32,
    /// New annotation.
    pub(super) logical: Option<Logical>,
}

/// A logical type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logical {
    Decimal {
        scale: i32,
    },
    Date,
    Time,
    Timestamp {
        utc: bool,
        unit: TimeUnit,
    },
    Integer {
        bits: i32,
        signed: bool,
    },
    Null,
    Uuid,
    Float16,
    /// Text in some form, or a type that is not known here.
    Other,
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeUnit {
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// A node of the schema's tree, which the footer writes out depth first.
#[derive(Default)]
pub(super) struct SchemaElement {
    /// Its name.
    pub(super) name: String,
    /// How many nodes hang on it; none for a leaf.
    pub(super) children: u64,
    /// What a leaf holds.
    pub(super) leaf: Option<LeafType>,
}

impl SchemaElement {
    /// Reads one node.
    pub(super) fn read(reader: &mut ThriftReader<'_>) -> Result<Self, ThriftError> {
        let mut element = Self::default();
        let mut leaf = LeafType::default();
        let mut has_type = false;
        reader.fields(|reader, field| {
            match field.id {
                1 => (leaf.physical, has_type) = (reader.i32(field)?, true),
                2 => leaf.length = reader.i32(field)?,
                3 => leaf.repetition = reader.i32(field)?,
                4 => element.name = reader.text(field)?.to_owned(),
                5 => element.children = reader.count(field)?,
                6 => leaf.converted = Some(reader.i32(field)?),
                7 => leaf.scale = reader.i32(field)?,
                10 => leaf.logical = Logical::read(reader, field)?,
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        element.leaf = has_type.then_some(leaf);
        Ok(element)
    }
}

impl Logical {
    fn read(reader: &mut ThriftReader<'_>, field: Field) -> Result<Option<Self>, ThriftError> {
        let mut logical = None;
        reader.structure(field, |reader, field| {
            logical = Some(match field.id {
                5 => {
                    let mut scale = 0;
                    reader.structure(field, |reader, field| match field.id {
                        1 => reader.i32(field).map(|value| scale = value),
                        _ => reader.skip(field),
                    })?;
                    Self::Decimal { scale }
                }
                8 => return Self::read_timestamp(reader, field).map(|read| logical = Some(read)),
                10 => {
                    let (mut bits, mut signed) = (64, true);
                    reader.structure(field, |reader, field| match field.id {
                        1 => reader.i32(field).map(|value| bits = value),
                        2 => reader.boolean(field).map(|value| signed = value),
                        _ => reader.skip(field),
                    })?;
                    Self::Integer { bits, signed }
                }
                id => {
                    reader.skip(field)?;
                    match id {
                        6 => Self::Date,
                        7 => Self::Time,
                        11 => Self::Null,
                        14 => Self::Uuid,
                        15 => Self::Float16,
                        _ => Self::Other,
                    }
                }
            });
            Ok(())
        })?;
        Ok(logical)
    }

    fn read_timestamp(reader: &mut ThriftReader<'_>, field: Field) -> Result<Self, ThriftError> {
        let (mut utc, mut unit) = (None, None);
        reader.structure(field, |reader, field| match field.id {
            1 => reader.boolean(field).map(|value| utc = Some(value)),
            2 => reader.structure(field, |reader, field| {
                unit = match field.id {
                    1 => Some(TimeUnit::Milliseconds),
                    2 => Some(TimeUnit::Microseconds),
                    3 => Some(TimeUnit::Nanoseconds),
                    _ => None,
                };
                reader.skip(field)
            }),
            _ => reader.skip(field),
        })?;
        match (utc, unit) {
            (Some(utc), Some(unit)) => Ok(Self::Timestamp { utc, unit }),
            _ => Err(ThriftError::Malformed("a timestamp without unit or zone")),
        }
    }
}

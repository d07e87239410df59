//! Thrift's compact protocol, as far as Parquet uses it: structs of numbered fields, read forwards.
//!
//! Read here rather than by a library because footers and page headers come from untrusted files: every
//! read is bounded by the bytes at hand and nothing is allocated by what a length claims.

use crate::log::varint;

/// How deep structs and lists may nest in a field that is skipped.
const SKIP_DEPTH_MAX: u32 = 32;

/// Why bytes are no Thrift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThriftError {
    /// They end too early: more bytes may mend it.
    Incomplete,
    /// They cannot be what they should be.
    Malformed(&'static str),
}

type Result<T> = std::result::Result<T, ThriftError>;

/// The type of a field or list element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    True,
    False,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl Wire {
    fn new(nibble: u8) -> Result<Self> {
        Ok(match nibble {
            1 => Self::True,
            2 => Self::False,
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(ThriftError::Malformed("an unknown field type")),
        })
    }
}

/// A field whose header has been read and whose value comes next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its number in the struct.
    pub(super) id: i16,
    wire: Wire,
}

/// Reads one value after the other.
#[derive(Debug)]
pub(super) struct ThriftReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> ThriftReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Reads a struct: calls `read` for each field, which must read or [`skip`](Self::skip) its value.
    pub(super) fn fields(
        &mut self,
        mut read: impl FnMut(&mut Self, Field) -> Result<()>,
    ) -> Result<()> {
        let mut id = 0i16;
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            let delta = i16::from(header >> 4);
            id = match delta {
                0 => i16::try_from(self.zigzag()?)
                    .map_err(|_| ThriftError::Malformed("a field number out of range"))?,
                _ => id
                    .checked_add(delta)
                    .ok_or(ThriftError::Malformed("a field number out of range"))?,
            };
            read(
                self,
                Field {
                    id,
                    wire: Wire::new(header & 0xf)?,
                },
            )?;
        }
    }

    /// The value of a field that is a struct, as by [`fields`](Self::fields).
    pub(super) fn structure(
        &mut self,
        field: Field,
        read: impl FnMut(&mut Self, Field) -> Result<()>,
    ) -> Result<()> {
        expect(field.wire == Wire::Struct, "a field that is no struct")?;
        self.fields(read)
    }

    /// The value of a field that is a list of structs: calls `read` for each.
    pub(super) fn structs(
        &mut self,
        field: Field,
        mut read: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        expect(field.wire == Wire::List, "a field that is no list")?;
        let (wire, count) = self.list_header()?;
        expect(
            count == 0 || wire == Wire::Struct,
            "a list of something else than structs",
        )?;
        (0..count).try_for_each(|_| read(self))
    }

    /// The value of a field that is an integer of at most 64 bits.
    pub(super) fn i64(&mut self, field: Field) -> Result<i64> {
        match field.wire {
            Wire::Integer => self.zigzag(),
            Wire::Byte => Ok(i64::from(self.byte()? as i8)),
            _ => Err(ThriftError::Malformed("a field that is no integer")),
        }
    }

    /// The value of a field that is an integer of at most 32 bits.
    pub(super) fn i32(&mut self, field: Field) -> Result<i32> {
        i32::try_from(self.i64(field)?)
            .map_err(|_| ThriftError::Malformed("an integer out of range"))
    }

    /// The value of a field that is a length, a count or an offset.
    pub(super) fn count(&mut self, field: Field) -> Result<u64> {
        u64::try_from(self.i64(field)?)
            .map_err(|_| ThriftError::Malformed("a negative count or offset"))
    }

    /// The value of a field that is a boolean.
    pub(super) fn boolean(&mut self, field: Field) -> Result<bool> {
        match field.wire {
            Wire::True => Ok(true),
            Wire::False => Ok(false),
            _ => Err(ThriftError::Malformed("a field that is no boolean")),
        }
    }

    /// The value of a field that is text.
    pub(super) fn text(&mut self, field: Field) -> Result<&'a str> {
        expect(field.wire == Wire::Binary, "a field that is no text")?;
        std::str::from_utf8(self.binary()?)
            .map_err(|_| ThriftError::Malformed("text that is not UTF-8"))
    }

    /// Passes over the value of a field.
    pub(super) fn skip(&mut self, field: Field) -> Result<()> {
        self.skip_value(field.wire, false, SKIP_DEPTH_MAX)
    }

    fn skip_value(&mut self, wire: Wire, in_list: bool, depth: u32) -> Result<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(ThriftError::Malformed("fields nested too deeply"));
        };
        match wire {
            // A boolean field is its own type; a boolean in a list is a byte.
            Wire::True | Wire::False if !in_list => Ok(()),
            Wire::True | Wire::False | Wire::Byte => self.byte().map(drop),
            Wire::Integer => self.varint().map(drop),
            Wire::Double => self.take(8).map(drop),
            Wire::Binary => self.binary().map(drop),
            Wire::List => {
                let (wire, count) = self.list_header()?;
                (0..count).try_for_each(|_| self.skip_value(wire, true, depth))
            }
            Wire::Map => {
                let count = self.varint()?;
                if count == 0 {
                    return Ok(());
                }
                let types = self.byte()?;
                let (key, value) = (Wire::new(types >> 4)?, Wire::new(types & 0xf)?);
                (0..count).try_for_each(|_| {
                    self.skip_value(key, true, depth)?;
                    self.skip_value(value, true, depth)
                })
            }
            Wire::Struct => {
                self.fields(|reader, field| reader.skip_value(field.wire, false, depth))
            }
        }
    }

    fn list_header(&mut self) -> Result<(Wire, u64)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        if count == 0 {
            return Ok((Wire::Byte, 0));
        }
        Ok((Wire::new(header & 0xf)?, count))
    }

    fn binary(&mut self) -> Result<&'a [u8]> {
        let length = self.varint()?;
        let length =
            usize::try_from(length).map_err(|_| ThriftError::Malformed("a length out of range"))?;
        self.take(length)
    }

    fn zigzag(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn varint(&mut self) -> Result<u64> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let (value, length) = varint(rest)?;
        self.position += length;
        Ok(value)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let end = self
            .position
            .checked_add(length)
            .ok_or(ThriftError::Incomplete)?;
        let taken = self
            .bytes
            .get(self.position..end)
            .ok_or(ThriftError::Incomplete)?;
        self.position = end;
        Ok(taken)
    }
}

/// An unsigned LEB128 number at the start of some bytes, and its length.
pub(super) fn varint(bytes: &[u8]) -> Result<(u64, usize)> {
    varint::read(bytes).ok_or(match bytes.len() < varint::BYTES_MAX {
        true => ThriftError::Incomplete,
        false => ThriftError::Malformed("a number longer than 64 bits"),
    })
}

fn expect(holds: bool, otherwise: &'static str) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(ThriftError::Malformed(otherwise))
    }
}

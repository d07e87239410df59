//! The values of one page, read or passed over in order.

use super::Damage;
use super::cells::Cells;
use super::delta;
use super::hybrid::Runs;
use super::kind::ValueKind;
use super::page::Encoding;
use crate::log::Column;

/// What a column's values are and how they are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueType {
    /// The column they belong to.
    pub(super) column: Column,
    /// What they mean.
    pub(super) kind: ValueKind,
    /// Bytes of a plainly encoded value; none where its length stands before it.
    pub(super) width: Option<usize>,
}

/// How many bytes may follow the values of a page that has hardly any.
const PADDING_BYTES_MAX: usize = 8;

/// The values of one page that are still to be read.
#[derive(Debug, Default)]
pub(super) struct Values {
    bytes: Vec<u8>,
    start: usize,
    position: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug, Default)]
enum Form {
    /// One after the other, from the position on.
    #[default]
    Plain,
    /// Bits; the position counts them.
    Bits,
    /// Runs of booleans.
    BooleanRuns(Runs),
    /// Runs of indices of the dictionary.
    Indices(Runs),
}

impl Values {
    /// No values yet, but memory for them.
    pub(super) fn in_memory(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// The memory in which the next page is to be put.
    pub(super) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Begins a page whose values stand in the memory from `start` on; it has at most `count_max` of them.
    pub(super) fn begin(
        &mut self,
        value_type: &ValueType,
        encoding: Encoding,
        start: usize,
        count_max: usize,
    ) -> Result<(), Damage> {
        (self.start, self.position) = (start, start);
        let is_boolean = value_type.kind == ValueKind::Boolean;
        self.form = match encoding {
            Encoding::Plain if is_boolean => {
                self.position = start * 8;
                Form::Bits
            }
            Encoding::Plain => Form::Plain,
            Encoding::Dictionary => match self.bytes.get(start) {
                Some(&width) => Form::Indices(Runs::new(u32::from(width), start + 1)?),
                // All rows are null.
                None => Form::Indices(Runs::default()),
            },
            Encoding::RunLength if is_boolean => {
                // The length before the runs says nothing that the page does not.
                Form::BooleanRuns(Runs::new(1, start + 4)?)
            }
            _ => {
                self.rewrite(value_type, encoding, count_max)?;
                Form::Plain
            }
        };
        Ok(())
    }

    /// Rewrites the rarer encodings as plain values.
    fn rewrite(
        &mut self,
        value_type: &ValueType,
        encoding: Encoding,
        count_max: usize,
    ) -> Result<(), Damage> {
        let mut plain = Vec::new();
        let bytes = self.bytes.get(self.position..).unwrap_or_default();
        if !bytes.is_empty() {
            match (encoding, value_type.width) {
                (Encoding::DeltaBinaryPacked, Some(width @ (4 | 8))) => {
                    delta::integers_to_plain(bytes, count_max, width, &mut plain)?;
                }
                (Encoding::DeltaLengthByteArray, None) => {
                    delta::lengths_to_plain(bytes, count_max, &mut plain)?;
                }
                (Encoding::DeltaByteArray, width) => {
                    delta::prefixes_to_plain(bytes, count_max, width, &mut plain)?;
                }
                (Encoding::ByteStreamSplit, Some(width)) => {
                    delta::split_bytes_to_plain(bytes, width, &mut plain)?;
                }
                _ => {
                    return Err(Damage::new(format!(
                        "values of the encoding {encoding:?}, which their type cannot have"
                    )));
                }
            }
        }
        self.bytes = plain;
        (self.start, self.position) = (0, 0);
        Ok(())
    }

    /// Reads `count` values and appends their cells.
    #[inline]
    pub(super) fn read<C: Cells>(
        &mut self,
        value_type: &ValueType,
        count: usize,
        dictionary: &[C::Cell],
        cells: &mut C,
        output: &mut Vec<C::Cell>,
    ) -> Result<(), Damage> {
        let &ValueType {
            column,
            kind,
            width,
        } = value_type;
        match &mut self.form {
            Form::Indices(runs) => runs.read(&self.bytes, count, dictionary, output),
            Form::Plain => {
                let position = match width {
                    Some(width) => {
                        let end = fixed_end(self.position, count, width, self.bytes.len())?;
                        let values = self.bytes[self.position..end].chunks_exact(width);
                        output.extend(values.map(|value| kind.cell(column, value, cells)));
                        end
                    }
                    None => {
                        let mut position = self.position;
                        // No more than the bytes can hold, whatever a damaged header says.
                        output.reserve(count.min(self.bytes.len() / 4));
                        for _ in 0..count {
                            let value = byte_array(&self.bytes, position)?;
                            position += 4 + value.len();
                            output.push(kind.cell(column, value, cells));
                        }
                        position
                    }
                };
                self.position = position;
                Ok(())
            }
            Form::Bits => {
                let end = fixed_end(self.position, count, 1, self.bytes.len().saturating_mul(8))?;
                let bytes = &self.bytes;
                output.extend(
                    (self.position..end)
                        .map(|bit| cells.boolean(column, bytes[bit / 8] >> (bit % 8) & 1 == 1)),
                );
                self.position = end;
                Ok(())
            }
            Form::BooleanRuns(runs) => {
                let both = [cells.boolean(column, false), cells.boolean(column, true)];
                runs.read(&self.bytes, count, &both, output)
            }
        }
    }

    /// Checks, after the last value, that the page held nothing else.
    ///
    /// Writers may pad a little. Most of a page unread means that its header is wrong about the encoding.
    pub(super) fn finish(&self) -> Result<(), Damage> {
        let end = match self.form {
            Form::Plain => self.position,
            Form::Bits => self.position.div_ceil(8),
            Form::BooleanRuns(runs) | Form::Indices(runs) => runs.position(),
        };
        let (read, left) = (
            end.saturating_sub(self.start),
            self.bytes.len().saturating_sub(end),
        );
        if left > read + PADDING_BYTES_MAX {
            return Err(Damage::found(
                format!("a page of about {read} bytes of values"),
                format!("one of {}", read + left),
            ));
        }
        Ok(())
    }

    /// Passes over `count` values.
    pub(super) fn skip(&mut self, value_type: &ValueType, count: usize) -> Result<(), Damage> {
        match (&mut self.form, value_type.width) {
            (Form::Indices(runs) | Form::BooleanRuns(runs), _) => {
                return runs.skip(&self.bytes, count);
            }
            (Form::Plain, Some(width)) => {
                self.position = fixed_end(self.position, count, width, self.bytes.len())?;
            }
            (Form::Plain, None) => {
                for _ in 0..count {
                    self.position += 4 + byte_array(&self.bytes, self.position)?.len();
                }
            }
            (Form::Bits, _) => {
                self.position =
                    fixed_end(self.position, count, 1, self.bytes.len().saturating_mul(8))?;
            }
        }
        Ok(())
    }
}

/// The value at a position, behind its length.
#[inline]
fn byte_array(bytes: &[u8], position: usize) -> Result<&[u8], Damage> {
    let rest = bytes
        .get(position..)
        .and_then(<[u8]>::split_first_chunk::<4>);
    match rest {
        Some((length, rest)) if u32::from_le_bytes(*length) as usize <= rest.len() => {
            Ok(&rest[..u32::from_le_bytes(*length) as usize])
        }
        _ => Err(truncated()),
    }
}

fn fixed_end(position: usize, count: usize, width: usize, length: usize) -> Result<usize, Damage> {
    let end = count
        .checked_mul(width)
        .and_then(|size| position.checked_add(size));
    end.filter(|&end| end <= length).ok_or_else(truncated)
}

#[cold]
fn truncated() -> Damage {
    Damage::new("a page with fewer values than its header says")
}

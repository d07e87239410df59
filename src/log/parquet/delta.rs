//! Delta encodings and split bytes, rewritten as plain values.
//!
//! They are rare in logs, so one pass more over a page is worth having one decoder of values.

use super::Damage;
use super::thrift::varint;

/// Differences of integers (`DELTA_BINARY_PACKED`), read one by one.
struct Deltas<'a> {
    bytes: &'a [u8],
    position: usize,
    miniblocks: usize,
    miniblock_values: usize,
    left: usize,
    value: i64,
    min_delta: i64,
    widths: usize,
    /// The miniblock that is being read, its width in bits and how many of its values are read.
    miniblock: usize,
    width: u32,
    read: usize,
    start: usize,
    is_first: bool,
}

impl<'a> Deltas<'a> {
    /// A reader of at most `count_max` integers.
    fn new(bytes: &'a [u8], count_max: usize) -> Result<Self, Damage> {
        let mut position = 0;
        let mut next = || {
            let (value, length) =
                varint(bytes.get(position..).unwrap_or_default()).map_err(|_| truncated())?;
            position += length;
            Ok::<_, Damage>(value)
        };
        let (block, miniblocks, left, first) = (next()?, next()?, next()?, next()?);
        let shape = || Damage::new("delta-encoded values in blocks of a shape that is not allowed");
        let block = usize::try_from(block)
            .ok()
            .filter(|&block| block <= 1 << 20)
            .ok_or_else(shape)?;
        let miniblocks = usize::try_from(miniblocks)
            .ok()
            .filter(|&miniblocks| miniblocks > 0 && block > 0 && block % miniblocks == 0)
            .ok_or_else(shape)?;
        let miniblock_values = block / miniblocks;
        if miniblock_values % 8 != 0 {
            return Err(shape());
        }
        let left = usize::try_from(left)
            .ok()
            .filter(|&left| left <= count_max)
            .ok_or_else(|| {
                Damage::found(
                    format!("at most {count_max} delta-encoded values"),
                    left.to_string(),
                )
            })?;
        Ok(Self {
            bytes,
            position,
            miniblocks,
            miniblock_values,
            left,
            value: unzigzag(first),
            min_delta: 0,
            widths: 0,
            miniblock: miniblocks,
            width: 0,
            read: miniblock_values,
            start: 0,
            is_first: true,
        })
    }

    fn next(&mut self) -> Result<Option<i64>, Damage> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        if self.is_first {
            self.is_first = false;
            return Ok(Some(self.value));
        }
        if self.read == self.miniblock_values {
            self.open_miniblock()?;
        }
        let delta = bits(
            self.bytes,
            self.start * 8 + self.read * self.width as usize,
            self.width,
        )?;
        self.read += 1;
        self.value = self
            .value
            .wrapping_add(self.min_delta)
            .wrapping_add(delta as i64);
        Ok(Some(self.value))
    }

    fn open_miniblock(&mut self) -> Result<(), Damage> {
        self.miniblock += 1;
        if self.miniblock >= self.miniblocks {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let (min_delta, length) = varint(rest).map_err(|_| truncated())?;
            self.min_delta = unzigzag(min_delta);
            self.widths = self.position + length;
            self.position = self.widths + self.miniblocks;
            self.miniblock = 0;
        }
        self.width = u32::from(
            *self
                .bytes
                .get(self.widths + self.miniblock)
                .ok_or_else(truncated)?,
        );
        if self.width > 64 {
            return Err(Damage::found(
                "values of at most 64 bits",
                self.width.to_string(),
            ));
        }
        self.start = self.position;
        self.position += self.miniblock_values / 8 * self.width as usize;
        self.read = 0;
        Ok(())
    }

    /// Where the bytes behind the integers start, once all are read.
    fn end(&self) -> usize {
        self.position
    }
}

/// Integers of 4 or 8 bytes (`DELTA_BINARY_PACKED`).
pub(super) fn integers_to_plain(
    bytes: &[u8],
    count_max: usize,
    width: usize,
    plain: &mut Vec<u8>,
) -> Result<(), Damage> {
    let mut deltas = Deltas::new(bytes, count_max)?;
    while let Some(value) = deltas.next()? {
        // An INT32 column's differences wrap at 32 bits.
        plain.extend_from_slice(&value.to_le_bytes()[..width]);
    }
    Ok(())
}

/// Byte arrays behind all their lengths (`DELTA_LENGTH_BYTE_ARRAY`).
pub(super) fn lengths_to_plain(
    bytes: &[u8],
    count_max: usize,
    plain: &mut Vec<u8>,
) -> Result<(), Damage> {
    let (lengths, mut position) = all_lengths(bytes, count_max)?;
    for length in lengths {
        let value = bytes
            .get(position..position + length)
            .ok_or_else(truncated)?;
        position += length;
        plain.extend_from_slice(&(length as u32).to_le_bytes());
        plain.extend_from_slice(value);
    }
    Ok(())
}

/// Byte arrays that share prefixes with their predecessors (`DELTA_BYTE_ARRAY`); `fixed_length` of them
/// have no length before them in plain encoding.
pub(super) fn prefixes_to_plain(
    bytes: &[u8],
    count_max: usize,
    fixed_length: Option<usize>,
    plain: &mut Vec<u8>,
) -> Result<(), Damage> {
    let (prefixes, end) = all_lengths(bytes, count_max)?;
    let suffixes_bytes = bytes.get(end..).unwrap_or_default();
    let (suffixes, mut position) = all_lengths(suffixes_bytes, count_max)?;
    if prefixes.len() != suffixes.len() {
        return Err(Damage::new("not as many prefixes as suffixes"));
    }
    let mut value: Vec<u8> = Vec::new();
    for (prefix, suffix) in prefixes.into_iter().zip(suffixes) {
        if prefix > value.len() {
            return Err(Damage::new("a prefix longer than the value before it"));
        }
        value.truncate(prefix);
        value.extend_from_slice(
            suffixes_bytes
                .get(position..position + suffix)
                .ok_or_else(truncated)?,
        );
        position += suffix;
        match fixed_length {
            None => plain.extend_from_slice(&(value.len() as u32).to_le_bytes()),
            Some(length) if length == value.len() => {}
            Some(length) => {
                return Err(Damage::found(
                    format!("values of {length} bytes"),
                    value.len().to_string(),
                ));
            }
        }
        // Shared prefixes multiply: a page never has more than the format's 2 GB.
        if plain.len() + value.len() > i32::MAX as usize {
            return Err(Damage::new("a page of more than 2 GB"));
        }
        plain.extend_from_slice(&value);
    }
    Ok(())
}

/// The first bytes of all values, then the second ones and so on (`BYTE_STREAM_SPLIT`).
pub(super) fn split_bytes_to_plain(
    bytes: &[u8],
    width: usize,
    plain: &mut Vec<u8>,
) -> Result<(), Damage> {
    if width == 0 || !bytes.len().is_multiple_of(width) {
        return Err(truncated());
    }
    let count = bytes.len() / width;
    plain
        .extend((0..count).flat_map(|row| (0..width).map(move |place| bytes[place * count + row])));
    Ok(())
}

fn all_lengths(bytes: &[u8], count_max: usize) -> Result<(Vec<usize>, usize), Damage> {
    let mut deltas = Deltas::new(bytes, count_max)?;
    let mut lengths = Vec::with_capacity(deltas.left.min(1 << 20));
    while let Some(length) = deltas.next()? {
        let length = i32::try_from(length)
            .ok()
            .and_then(|length| usize::try_from(length).ok());
        lengths.push(length.ok_or_else(|| Damage::new("a negative length"))?);
    }
    Ok((lengths, deltas.end()))
}

/// Up to 64 bits from a bit on.
fn bits(bytes: &[u8], first: usize, width: u32) -> Result<u64, Damage> {
    let end = (first + width as usize).div_ceil(8);
    let window = bytes.get(first / 8..end).ok_or_else(truncated)?;
    let word = window
        .iter()
        .rev()
        .fold(0u128, |word, &byte| word << 8 | u128::from(byte));
    let word = word >> (first % 8);
    Ok(if width == 64 {
        word as u64
    } else {
        word as u64 & ((1u64 << width) - 1)
    })
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cold]
fn truncated() -> Damage {
    Damage::new("a page with fewer values than its header says")
}

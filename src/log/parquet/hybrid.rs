//! Parquet's hybrid of run lengths and bit packing, for dictionary indices, levels and booleans.

use super::Damage;
use super::thrift::varint;

/// Where a reader stands in a stream of runs. The bytes are handed in with each call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Runs {
    /// Bits of a value.
    width: u32,
    /// Position of the next run's header.
    position: usize,
    /// Values left in a run of equal values, and the value.
    same_left: usize,
    same_value: u32,
    /// Values left in a run of packed values, and the bit at which the next stands.
    packed_left: usize,
    packed_bit: usize,
}

/// The next rows of an optional column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// All with or all without a value.
    Same { valid: bool, count: usize },
    /// The lowest bit says whether the first has a value, and so on.
    Mixed { mask: u64, count: usize },
}

impl Runs {
    /// A reader of values of `width` bits that start at `position`.
    pub(super) fn new(width: u32, position: usize) -> Result<Self, Damage> {
        if width > 32 {
            return Err(Damage::found(
                "values of at most 32 bits",
                width.to_string(),
            ));
        }
        Ok(Self {
            width,
            position,
            ..Self::default()
        })
    }

    /// Where the run behind the one that is being read starts.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Moves on to the next run where none is open.
    fn open(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        while self.same_left == 0 && self.packed_left == 0 {
            let rest = bytes.get(self.position..).unwrap_or_default();
            let (header, length) = varint(rest).map_err(|_| too_few())?;
            self.position += length;
            let count = usize::try_from(header >> 1).map_err(|_| too_few())?;
            if header & 1 == 0 {
                let value_bytes = self.width.div_ceil(8) as usize;
                let value = rest.get(length..length + value_bytes).ok_or_else(too_few)?;
                self.position += value_bytes;
                self.same_value = value
                    .iter()
                    .rev()
                    .fold(0, |value, &byte| value << 8 | u32::from(byte));
                self.same_left = count;
            } else {
                self.packed_bit = self.position.checked_mul(8).ok_or_else(too_few)?;
                self.packed_left = count.checked_mul(8).ok_or_else(too_few)?;
                let run_bytes = count.checked_mul(self.width as usize).ok_or_else(too_few)?;
                self.position = self.position.checked_add(run_bytes).ok_or_else(too_few)?;
            }
        }
        Ok(())
    }

    /// Reads `count` values and appends what the dictionary holds in their places.
    #[inline]
    pub(super) fn read<T: Copy>(
        &mut self,
        bytes: &[u8],
        count: usize,
        dictionary: &[T],
        output: &mut Vec<T>,
    ) -> Result<(), Damage> {
        let mut left = count;
        while left > 0 {
            self.open(bytes)?;
            if self.same_left > 0 {
                let count = left.min(self.same_left);
                let value = *dictionary
                    .get(self.same_value as usize)
                    .ok_or_else(outside)?;
                output.resize(output.len() + count, value);
                self.same_left -= count;
                left -= count;
            } else {
                let count = left.min(self.packed_left);
                self.read_packed(bytes, count, dictionary, output)?;
                left -= count;
            }
        }
        Ok(())
    }

    fn read_packed<T: Copy>(
        &mut self,
        bytes: &[u8],
        count: usize,
        dictionary: &[T],
        output: &mut Vec<T>,
    ) -> Result<(), Damage> {
        let width = self.width as usize;
        if bytes
            .len()
            .saturating_mul(8)
            .saturating_sub(self.packed_bit)
            < count * width
        {
            return Err(too_few());
        }
        let first = *dictionary.first().ok_or_else(outside)?;
        let mask = (1u64 << width) - 1;
        let mut bit = self.packed_bit;
        let mut inside = true;
        output.extend((0..count).map(|_| {
            let index = ((word_at(bytes, bit / 8) >> (bit % 8)) & mask) as usize;
            bit += width;
            match dictionary.get(index) {
                Some(&value) => value,
                None => {
                    inside = false;
                    first
                }
            }
        }));
        self.packed_bit = bit;
        self.packed_left -= count;
        if inside { Ok(()) } else { Err(outside()) }
    }

    /// Passes over `count` values.
    pub(super) fn skip(&mut self, bytes: &[u8], count: usize) -> Result<(), Damage> {
        let mut left = count;
        while left > 0 {
            self.open(bytes)?;
            let same = left.min(self.same_left);
            self.same_left -= same;
            left -= same;
            let packed = left.min(self.packed_left);
            self.packed_left -= packed;
            self.packed_bit += packed * self.width as usize;
            left -= packed;
        }
        Ok(())
    }

    /// Reads levels of one bit for at least one and at most `max` rows.
    #[inline]
    pub(super) fn rows(&mut self, bytes: &[u8], max: usize) -> Result<Rows, Damage> {
        self.open(bytes)?;
        if self.same_left > 0 {
            let count = max.min(self.same_left);
            self.same_left -= count;
            return match self.same_value {
                value @ (0 | 1) => Ok(Rows::Same {
                    valid: value == 1,
                    count,
                }),
                _ => Err(Damage::new("a definition level above 1 in a flat column")),
            };
        }
        // A word holds 57 bits from any bit of its first byte on.
        let count = max.min(self.packed_left).min(57);
        if bytes
            .len()
            .saturating_mul(8)
            .saturating_sub(self.packed_bit)
            < count
        {
            return Err(too_few());
        }
        let bits_all = (1u64 << count) - 1;
        let mask = word_at(bytes, self.packed_bit / 8) >> (self.packed_bit % 8) & bits_all;
        self.packed_bit += count;
        self.packed_left -= count;
        Ok(match mask {
            0 => Rows::Same {
                valid: false,
                count,
            },
            mask if mask == bits_all => Rows::Same { valid: true, count },
            mask => Rows::Mixed { mask, count },
        })
    }
}

/// Eight bytes from a position on, zeros where there are fewer.
#[inline]
fn word_at(bytes: &[u8], position: usize) -> u64 {
    if let Some(word) = bytes.get(position..position + 8) {
        return u64::from_le_bytes(word.try_into().unwrap_or_default());
    }
    last_word(bytes, position)
}

#[cold]
fn last_word(bytes: &[u8], position: usize) -> u64 {
    let rest = bytes.get(position..).unwrap_or_default();
    rest.iter()
        .take(8)
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[cold]
fn too_few() -> Damage {
    Damage::new("a page with fewer values than its header says")
}

#[cold]
fn outside() -> Damage {
    Damage::new("an index outside the dictionary")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_values_alternate() {
        // The example of the format's documentation: 0 to 7 in three bits, then 4 times 5.
        let bytes = [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010, 4 << 1, 5];
        let dictionary: Vec<u32> = (0..8).collect();
        let mut runs = Runs::new(3, 0).unwrap();
        let mut output = Vec::new();
        runs.read(&bytes, 5, &dictionary, &mut output).unwrap();
        runs.skip(&bytes, 1).unwrap();
        runs.read(&bytes, 6, &dictionary, &mut output).unwrap();
        assert_eq!(output, [0, 1, 2, 3, 4, 6, 7, 5, 5, 5, 5]);
        assert!(runs.read(&bytes, 1, &dictionary, &mut output).is_err());
        assert!(
            Runs::new(3, 0)
                .unwrap()
                .read(&bytes, 8, &dictionary[..7], &mut output)
                .is_err()
        );
    }

    #[test]
    fn levels_come_as_runs_and_masks() {
        let bytes = [0b11, 0b0000_0101, 20 << 1, 1, 3 << 1, 2];
        let mut runs = Runs::new(1, 0).unwrap();
        assert_eq!(
            runs.rows(&bytes, 3).unwrap(),
            Rows::Mixed {
                mask: 0b101,
                count: 3
            }
        );
        assert_eq!(
            runs.rows(&bytes, 100).unwrap(),
            Rows::Same {
                valid: false,
                count: 5
            }
        );
        assert_eq!(
            runs.rows(&bytes, 100).unwrap(),
            Rows::Same {
                valid: true,
                count: 20
            }
        );
        assert!(runs.rows(&bytes, 100).is_err(), "a level of 2");
    }
}

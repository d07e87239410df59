//! Small memories of words that were parsed before, per thread and column.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::super::intern::Intern;

/// A cell of at most 16 bytes as two integers that, with its length, identify it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ShortWord {
    low: u64,
    high: u64,
    length: usize,
}

impl ShortWord {
    #[inline]
    fn of(cell: &[u8]) -> Option<Self> {
        let length = cell.len();
        let (low, high) = match length {
            // Four overlapping quarters, so that no branch depends on how long a usual word is.
            4..=16 => {
                let quarter =
                    |from: usize| Some(u64::from(u32::from_le_bytes(*cell[from..].first_chunk()?)));
                let (middle, last) = (length >> 3 << 2, length - 4);
                (
                    quarter(0)? | quarter(middle)? << 32,
                    quarter(last)? | quarter(last - middle)? << 32,
                )
            }
            1..=3 => {
                let (middle, last) = (cell[length / 2], cell[length - 1]);
                (u64::from(cell[0]), u64::from(middle) << 8 | u64::from(last))
            }
            _ => return None,
        };
        Some(Self { low, high, length })
    }

    /// The upper bits are the well-mixed ones.
    #[inline]
    fn mixed(self) -> u64 {
        (self.low ^ self.high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// What [`PhoneDigits::parse`](crate::vocabulary::PhoneDigits::parse) says, eight digits at a time.
#[inline]
pub(super) fn phone_number(cell: &[u8]) -> Option<u64> {
    let digits = cell.strip_prefix(b"+").unwrap_or(cell);
    match digits.len() {
        8..=15 if digits[0] != b'0' => {
            // The last eight digits, and what stands before them filled up with zeros.
            let (last, first) = (digits.last_chunk::<8>()?, digits.first_chunk::<8>()?);
            let before = digits.len() - 8;
            let first = u64::from_le_bytes(*first) ^ ZEROS;
            let first = if before == 0 {
                0
            } else {
                first << (64 - 8 * before)
            };
            let last = u64::from_le_bytes(*last) ^ ZEROS;
            Some(eight_digits(first)? * 100_000_000 + eight_digits(last)?)
        }
        1..=7 if digits[0] != b'0' => digits.iter().try_fold(0, |number, &digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u64::from(digit - b'0'))
        }),
        _ => None,
    }
}

const ZEROS: u64 = u64::from_le_bytes(*b"00000000");

/// The number of eight digits, each a byte of its value, the first one lowest.
#[inline]
fn eight_digits(digits: u64) -> Option<u64> {
    let above_nine = digits | digits.wrapping_add(0x0606_0606_0606_0606);
    if above_nine & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

/// The last code of each of a few short words; a newer word takes an older one's slot.
#[derive(Debug)]
pub(super) struct WordCache {
    slots: Box<[(ShortWord, u64)]>,
    shift: u32,
}

impl WordCache {
    /// A cache of 2^`bits` slots.
    pub(super) fn new(bits: u32) -> Self {
        Self {
            slots: vec![Default::default(); 1 << bits].into(),
            shift: 64 - bits,
        }
    }

    /// The code of a word that is not empty: remembered, or from `parse`.
    #[inline]
    pub(super) fn code(&mut self, cell: &[u8], parse: impl FnOnce(&[u8]) -> u64) -> u64 {
        let Some(word) = ShortWord::of(cell) else {
            return parse(cell);
        };
        let slot = &mut self.slots[(word.mixed() >> self.shift) as usize];
        if slot.0 != word {
            *slot = (word, parse(cell));
        }
        slot.1
    }
}

/// How much a thread remembers of a column before it starts anew.
const LOCAL_WORDS_MAX: usize = 1 << 16;
const LOCAL_BYTES_MAX: usize = 4 << 20;

/// Codes of words of any length, to ask a table shared with other threads only once for each.
#[derive(Debug, Default)]
pub(super) struct WordMemory {
    table: HashTable<Remembered>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Remembered {
    hash: u64,
    start: usize,
    end: usize,
    code: u64,
}

impl WordMemory {
    /// The code of a word: remembered, or from `find`, which gets the word's hash too.
    pub(super) fn code(&mut self, word: &[u8], find: impl FnOnce(u64, &[u8]) -> u64) -> u64 {
        let hash = xxh3_64(word);
        let bytes = &self.bytes;
        let same =
            |known: &Remembered| known.hash == hash && &bytes[known.start..known.end] == word;
        if let Some(known) = self.table.find(hash, same) {
            return known.code;
        }
        let code = find(hash, word);
        if self.table.len() >= LOCAL_WORDS_MAX || self.bytes.len() >= LOCAL_BYTES_MAX {
            self.table.clear();
            self.bytes.clear();
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(word);
        let end = self.bytes.len();
        self.table.insert_unique(
            hash,
            Remembered {
                hash,
                start,
                end,
                code,
            },
            |known| known.hash,
        );
        code
    }

    /// The code of a word in a shared table.
    pub(super) fn interned(&mut self, word: &[u8], table: &Intern) -> u64 {
        self.code(word, |_, word| u64::from(table.code(word)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::PhoneDigits;

    proptest! {
        #[test]
        fn phone_numbers_are_what_the_vocabulary_says(
            cell in "[+]?[0-9]{0,17}|[0-9+x/:]{0,17}|[1-9][0-9]{6,14}"
        ) {
            prop_assert_eq!(phone_number(cell.as_bytes()), PhoneDigits::parse(cell.as_bytes()), "{}", cell);
        }
    }

    #[test]
    fn short_words_are_told_apart() {
        let words = [
            "",
            "a",
            "aa",
            "aaa",
            "a\0",
            "ab",
            "aba",
            "abb",
            "abcd",
            "abcdefgh",
            "abcdefghi",
            "aaaaaaaaa",
            "abcdefghijkl",
            "abcdefghijkm",
            "abcXefghijkl",
            "abcdefghijklmnop",
            "abcdefgXijklmnop",
        ];
        for left in words {
            for right in words {
                assert_eq!(
                    ShortWord::of(left.as_bytes()) == ShortWord::of(right.as_bytes()),
                    left == right,
                    "{left:?} {right:?}"
                );
            }
        }
        assert_eq!(ShortWord::of(&[b'x'; 17]), None);
    }

    #[test]
    fn memories_give_the_same_code_again() {
        let (mut cache, mut memory, table) =
            (WordCache::new(2), WordMemory::default(), Intern::default());
        for round in 0..2 {
            for number in 0..100_000u64 {
                let word = number.to_string();
                if number % 1000 == 0 {
                    assert_eq!(cache.code(word.as_bytes(), |_| number), number);
                }
                assert_eq!(
                    memory.interned(word.as_bytes(), &table),
                    number,
                    "round {round}"
                );
            }
        }
    }
}

//! Where commas and newlines stand, 64 bytes at a time.

/// Commas and newlines of a piece of text.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Offsets of commas and newlines, ascending.
    pub(super) ends: Vec<u32>,
    /// Which of them are newlines.
    pub(super) newlines: Vec<u32>,
    /// Whether there is a byte outside of ASCII.
    pub(super) has_non_ascii: bool,
    /// Whether there is a NUL byte.
    pub(super) has_nul: bool,
    found: usize,
}

const BLOCK: usize = 64;
/// Offsets are written in groups of this many, of which only the first ones may count.
const GROUP: usize = 8;

impl Structure {
    /// Looks through a text of less than 2^32 bytes. A last line without newline ends with one.
    pub(super) fn find(&mut self, text: &[u8]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
        {
            // SAFETY: the processor has just been asked.
            return unsafe { self.find_avx2(text) };
        }
        self.find_with(text, masks);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn find_avx2(&mut self, text: &[u8]) {
        self.find_with(text, |block| masks_avx2(block));
    }

    #[inline(always)]
    fn find_with(&mut self, text: &[u8], masks: impl Fn(&[u8; BLOCK]) -> Masks) {
        self.found = 0;
        self.newlines.clear();
        (self.has_non_ascii, self.has_nul) = (false, false);
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            self.add(masks(block), (number * BLOCK) as u32);
        }
        if !rest.is_empty() {
            let mut block = [b' '; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            self.add(masks(&block), (blocks.len() * BLOCK) as u32);
        }
        self.ends.truncate(self.found);
        if text.last().is_some_and(|&last| last != b'\n') {
            self.newlines.push(self.found as u32);
            self.ends.push(text.len() as u32);
        }
    }

    #[inline(always)]
    fn add(&mut self, masks: Masks, offset: u32) {
        let Masks {
            commas,
            newlines,
            has_non_ascii,
            has_nul,
        } = masks;
        self.has_non_ascii |= has_non_ascii;
        self.has_nul |= has_nul;
        let mut ends = commas | newlines;
        let mut left = newlines;
        while left != 0 {
            let below = (left & left.wrapping_neg()).wrapping_sub(1);
            self.newlines
                .push((self.found as u32).wrapping_add((ends & below).count_ones()));
            left &= left.wrapping_sub(1);
        }
        let count = ends.count_ones() as usize;
        if self.ends.len() < self.found + BLOCK {
            self.ends.resize((self.found + BLOCK) * 2, 0);
        }
        let places = &mut self.ends[self.found..self.found + BLOCK];
        for group in places.as_chunks_mut::<GROUP>().0 {
            for place in group {
                *place = offset.wrapping_add(ends.trailing_zeros());
                ends &= ends.wrapping_sub(1);
            }
            if ends == 0 {
                break;
            }
        }
        self.found += count;
    }
}

/// What there is in a block, by place.
struct Masks {
    commas: u64,
    newlines: u64,
    has_non_ascii: bool,
    has_nul: bool,
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn masks_avx2(block: &[u8; BLOCK]) -> Masks {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256,
    };

    let words = block.as_chunks::<8>().0;
    let word = |place: usize| i64::from_le_bytes(words[place]);
    let low = _mm256_set_epi64x(word(3), word(2), word(1), word(0));
    let high = _mm256_set_epi64x(word(7), word(6), word(5), word(4));
    let bits = |low: __m256i, high: __m256i| {
        let half = |half: __m256i| u64::from(_mm256_movemask_epi8(half) as u32);
        half(low) | half(high) << 32
    };
    let equal = |byte: u8| {
        let byte = _mm256_set1_epi8(byte as i8);
        bits(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
    };
    let smallest = _mm256_cmpeq_epi8(_mm256_min_epu8(low, high), _mm256_setzero_si256());
    Masks {
        commas: equal(b','),
        newlines: equal(b'\n'),
        has_non_ascii: _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0,
        has_nul: _mm256_movemask_epi8(smallest) != 0,
    }
}

/// The same on every processor.
#[inline]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks {
        commas: 0,
        newlines: 0,
        has_non_ascii: !block.is_ascii(),
        has_nul: false,
    };
    for (number, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        masks.commas |= equal_bytes(word, b',') << (number * 8);
        masks.newlines |= equal_bytes(word, b'\n') << (number * 8);
        masks.has_nul |= equal_bytes(word, 0) != 0;
    }
    masks
}

/// One bit for each byte of a word that is this byte.
#[inline]
const fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let other = word ^ u64::from_le_bytes([byte; 8]);
    // The high bit of each byte that is zero, without carries from byte to byte.
    let zeros = !(((other & LOW_BITS).wrapping_add(LOW_BITS)) | other | LOW_BITS);
    (zeros >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn structure_is_where_the_bytes_are(
            text in prop::collection::vec(prop::sample::select(b"a,\n\0\xff\",,".to_vec()), 0..400)
        ) {
            let mut structure = Structure::default();
            for _ in 0..2 {
                structure.find(&text);
                let mut ends: Vec<u32> = (0..text.len() as u32)
                    .filter(|&place| matches!(text[place as usize], b',' | b'\n'))
                    .collect();
                if text.last().is_some_and(|&last| last != b'\n') {
                    ends.push(text.len() as u32);
                }
                let newlines: Vec<u32> = (0..ends.len() as u32)
                    .filter(|&end| text.get(ends[end as usize] as usize).is_none_or(|&byte| byte == b'\n'))
                    .collect();
                prop_assert_eq!(&structure.ends, &ends);
                prop_assert_eq!(&structure.newlines, &newlines);
                prop_assert_eq!(structure.has_nul, text.contains(&0));
                prop_assert_eq!(structure.has_non_ascii, !text.is_ascii());
            }
        }

        #[test]
        fn both_ways_to_find_agree(text in prop::collection::vec(any::<u8>(), 0..400)) {
            let (mut left, mut right) = (Structure::default(), Structure::default());
            left.find(&text);
            right.find_with(&text, masks);
            prop_assert_eq!(left.ends, right.ends);
            prop_assert_eq!(left.newlines, right.newlines);
            prop_assert_eq!(left.has_nul, right.has_nul);
            prop_assert_eq!(left.has_non_ascii, right.has_non_ascii);
        }
    }
}

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
        self.found = 0;
        self.newlines.clear();
        (self.has_non_ascii, self.has_nul) = (false, false);
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            self.add(block, (number * BLOCK) as u32);
        }
        if !rest.is_empty() {
            let mut block = [b' '; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            self.add(&block, (blocks.len() * BLOCK) as u32);
        }
        self.ends.truncate(self.found);
        if text.last().is_some_and(|&last| last != b'\n') {
            self.newlines.push(self.found as u32);
            self.ends.push(text.len() as u32);
        }
    }

    #[inline]
    fn add(&mut self, block: &[u8; BLOCK], offset: u32) {
        let Masks { commas, newlines, non_ascii, nuls } = masks(block);
        self.has_non_ascii |= non_ascii != 0;
        self.has_nul |= nuls != 0;
        let mut ends = commas | newlines;
        let mut left = newlines;
        while left != 0 {
            let below = left & left.wrapping_neg();
            self.newlines.push((self.found as u32) + (ends & (below - 1)).count_ones());
            left &= left - 1;
        }
        let count = ends.count_ones() as usize;
        if self.ends.len() < self.found + BLOCK {
            self.ends.resize((self.found + BLOCK) * 2, 0);
        }
        let places = &mut self.ends[self.found..self.found + BLOCK];
        for group in places.as_chunks_mut::<GROUP>().0 {
            for place in group {
                *place = offset + ends.trailing_zeros();
                ends &= ends.wrapping_sub(1);
            }
            if ends == 0 {
                break;
            }
        }
        self.found += count;
    }
}

struct Masks {
    commas: u64,
    newlines: u64,
    non_ascii: u64,
    nuls: u64,
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn masks(block: &[u8; BLOCK]) -> Masks {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { masks_sse2(block) }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn masks_sse2(block: &[u8; BLOCK]) -> Masks {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};

    let mut masks = Masks { commas: 0, newlines: 0, non_ascii: 0, nuls: 0 };
    let (comma, newline) = (_mm_set1_epi8(b',' as i8), _mm_set1_epi8(b'\n' as i8));
    let nul = _mm_set1_epi8(0);
    for (number, half) in block.as_chunks::<8>().0.as_chunks::<2>().0.iter().enumerate() {
        let bytes = _mm_set_epi64x(i64::from_le_bytes(half[1]), i64::from_le_bytes(half[0]));
        let mask = |bits: i32| u64::from(bits as u32) << (number * 16);
        masks.commas |= mask(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, comma)));
        masks.newlines |= mask(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline)));
        masks.non_ascii |= mask(_mm_movemask_epi8(bytes));
        masks.nuls |= mask(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, nul)));
    }
    masks
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn masks(block: &[u8; BLOCK]) -> Masks {
    masks_portable(block)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn masks_portable(block: &[u8; BLOCK]) -> Masks {
    let of = |holds: fn(u8) -> bool| {
        block
            .iter()
            .enumerate()
            .fold(0, |mask, (place, &byte)| mask | u64::from(holds(byte)) << place)
    };
    Masks {
        commas: of(|byte| byte == b','),
        newlines: of(|byte| byte == b'\n'),
        non_ascii: of(|byte| byte >= 0x80),
        nuls: of(|byte| byte == 0),
    }
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
        fn both_ways_to_find_masks_agree(block in prop::array::uniform32(any::<u8>())) {
            let mut whole = [b','; BLOCK];
            whole[20..52].copy_from_slice(&block);
            let (left, right) = (masks(&whole), masks_portable(&whole));
            prop_assert_eq!(left.commas, right.commas);
            prop_assert_eq!(left.newlines, right.newlines);
            prop_assert_eq!(left.non_ascii, right.non_ascii);
            prop_assert_eq!(left.nuls, right.nuls);
        }
    }
}

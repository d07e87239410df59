//! Hashes the identities of many rows side by side.
//!
//! An identity is BLAKE3 of about a hundred bytes. One such hash is a chain of steps that wait for each
//! other; eight at once fill the processor's vectors, at a quarter of the cost. The result is that of
//! [`crate::vocabulary::charge_id`] and [`crate::vocabulary::conversation_id`], bit for bit.

use crate::vocabulary::HexId;

const LANES: usize = 8;
const BLOCK: usize = 64;
/// Longer inputs span several chunks of BLAKE3's tree and are left to its own crate.
const CHUNK: usize = 1024;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const ROOT: u32 = 8;

const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The order in which each round takes the words of a block.
const ROUNDS: [[usize; 16]; 7] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8],
    [3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1],
    [10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6],
    [12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4],
    [9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7],
    [11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13],
];

/// Identities of a few rows.
#[derive(Default)]
pub struct Identities {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    ids: Vec<HexId>,
}

impl Identities {
    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.ids.clear();
    }

    /// Adds a row by the pieces of its identity, separators included.
    #[inline]
    pub fn push(&mut self, pieces: &[&[u8]]) {
        for piece in pieces {
            self.bytes.extend_from_slice(piece);
        }
        self.ends.push(self.bytes.len());
    }

    /// Hashes all rows; gives their identities in order.
    pub fn hashed(&mut self) -> &[HexId] {
        self.ids.clear();
        let rows = self.ends.len();
        for first in (0..rows).step_by(LANES) {
            let lanes = std::array::from_fn(|lane| self.input((first + lane).min(rows - 1)));
            let ids = if lanes.iter().all(|input| input.len() <= CHUNK) {
                hash_lanes(&lanes)
            } else {
                lanes.map(hash_one)
            };
            self.ids.extend_from_slice(&ids[..LANES.min(rows - first)]);
        }
        &self.ids
    }

    fn input(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}

fn hash_one(input: &[u8]) -> HexId {
    let hash = blake3::hash(input);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    HexId(u64::from_be_bytes(first))
}

fn hash_lanes(inputs: &[&[u8]; LANES]) -> [HexId; LANES] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just been asked for the one feature that the function needs.
        return unsafe { avx2::hash_lanes(inputs) };
    }
    inputs.map(hash_one)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! Eight inputs of one chunk each, in step, on AVX2.

    use std::arch::x86_64::*;

    use super::{BLOCK, CHUNK_END, CHUNK_START, HexId, IV, LANES, ROOT, ROUNDS};

    /// One word of each lane, in memory and in a register.
    type Words = [u32; LANES];
    type Vector = __m256i;

    #[target_feature(enable = "avx2")]
    pub fn hash_lanes(inputs: &[&[u8]; LANES]) -> [HexId; LANES] {
        let blocks = inputs.map(|input| input.len().div_ceil(BLOCK).max(1));
        let blocks_most = blocks.into_iter().max().unwrap_or(1);
        let mut chained = IV.map(|word| _mm256_set1_epi32(word as i32));
        let (mut low, mut high) = ([0; LANES], [0; LANES]);
        for index in 0..blocks_most {
            let mut message = [[0; BLOCK]; LANES];
            let (mut lengths, mut flags) = ([0; LANES], [0; LANES]);
            for (lane, input) in inputs.iter().enumerate() {
                if index >= blocks[lane] {
                    continue;
                }
                let rest = &input[index * BLOCK..];
                let length = rest.len().min(BLOCK);
                message[lane][..length].copy_from_slice(&rest[..length]);
                lengths[lane] = length as u32;
                if index == 0 {
                    flags[lane] |= CHUNK_START;
                }
                if index + 1 == blocks[lane] {
                    flags[lane] |= CHUNK_END | ROOT;
                }
            }
            chained = compress(&chained, &message, &lengths, &flags);
            let (first, second) = (stored(chained[0]), stored(chained[1]));
            for lane in 0..LANES {
                if index + 1 == blocks[lane] {
                    (low[lane], high[lane]) = (first[lane], second[lane]);
                }
            }
        }
        std::array::from_fn(|lane| {
            HexId(u64::from(low[lane].swap_bytes()) << 32 | u64::from(high[lane].swap_bytes()))
        })
    }

    /// BLAKE3's compression, lane by lane; the counter of a first chunk is zero.
    #[target_feature(enable = "avx2")]
    fn compress(
        chained: &[Vector; 8],
        message: &[[u8; BLOCK]; LANES],
        lengths: &Words,
        flags: &Words,
    ) -> [Vector; 8] {
        let mut words = [_mm256_setzero_si256(); 16];
        words[..8].copy_from_slice(&words_of_lanes::<0>(message));
        words[8..].copy_from_slice(&words_of_lanes::<{ BLOCK / 2 }>(message));
        let mut state = [_mm256_setzero_si256(); 16];
        state[..8].copy_from_slice(chained);
        for (word, iv) in state[8..12].iter_mut().zip(IV) {
            *word = _mm256_set1_epi32(iv as i32);
        }
        state[14] = loaded(lengths);
        state[15] = loaded(flags);
        for order in &ROUNDS {
            mix(&mut state, [0, 4, 8, 12], words[order[0]], words[order[1]]);
            mix(&mut state, [1, 5, 9, 13], words[order[2]], words[order[3]]);
            mix(&mut state, [2, 6, 10, 14], words[order[4]], words[order[5]]);
            mix(&mut state, [3, 7, 11, 15], words[order[6]], words[order[7]]);
            mix(&mut state, [0, 5, 10, 15], words[order[8]], words[order[9]]);
            mix(
                &mut state,
                [1, 6, 11, 12],
                words[order[10]],
                words[order[11]],
            );
            mix(
                &mut state,
                [2, 7, 8, 13],
                words[order[12]],
                words[order[13]],
            );
            mix(
                &mut state,
                [3, 4, 9, 14],
                words[order[14]],
                words[order[15]],
            );
        }
        let mut result = *chained;
        for (place, word) in result.iter_mut().enumerate() {
            *word = _mm256_xor_si256(state[place], state[place + 8]);
        }
        result
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn mix(state: &mut [Vector; 16], [a, b, c, d]: [usize; 4], first: Vector, second: Vector) {
        state[a] = _mm256_add_epi32(_mm256_add_epi32(state[a], state[b]), first);
        state[d] = turn_16(_mm256_xor_si256(state[d], state[a]));
        state[c] = _mm256_add_epi32(state[c], state[d]);
        state[b] = turn::<12, 20>(_mm256_xor_si256(state[b], state[c]));
        state[a] = _mm256_add_epi32(_mm256_add_epi32(state[a], state[b]), second);
        state[d] = turn_8(_mm256_xor_si256(state[d], state[a]));
        state[c] = _mm256_add_epi32(state[c], state[d]);
        state[b] = turn::<7, 25>(_mm256_xor_si256(state[b], state[c]));
    }

    /// Eight words of each lane's block, from a byte on: word by word, with all lanes in a vector.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn words_of_lanes<const FROM: usize>(message: &[[u8; BLOCK]; LANES]) -> [Vector; 8] {
        let mut rows = [_mm256_setzero_si256(); LANES];
        for (row, block) in rows.iter_mut().zip(message) {
            let (longs, _) = block[FROM..FROM + BLOCK / 2].as_chunks::<8>();
            let long = |index: usize| i64::from_le_bytes(longs[index]);
            *row = _mm256_setr_epi64x(long(0), long(1), long(2), long(3));
        }
        // Pairs of rows, then fours, then all eight: each step doubles how many lanes lie together.
        let [a, b, c, d, e, f, g, h] = rows;
        let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
        let (ef, gh) = (_mm256_unpacklo_epi32(e, f), _mm256_unpacklo_epi32(g, h));
        let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
        let (ef_high, gh_high) = (_mm256_unpackhi_epi32(e, f), _mm256_unpackhi_epi32(g, h));
        let first = [
            _mm256_unpacklo_epi64(ab, cd),
            _mm256_unpackhi_epi64(ab, cd),
            _mm256_unpacklo_epi64(ab_high, cd_high),
            _mm256_unpackhi_epi64(ab_high, cd_high),
        ];
        let last = [
            _mm256_unpacklo_epi64(ef, gh),
            _mm256_unpackhi_epi64(ef, gh),
            _mm256_unpacklo_epi64(ef_high, gh_high),
            _mm256_unpackhi_epi64(ef_high, gh_high),
        ];
        [
            _mm256_permute2x128_si256::<0x20>(first[0], last[0]),
            _mm256_permute2x128_si256::<0x20>(first[1], last[1]),
            _mm256_permute2x128_si256::<0x20>(first[2], last[2]),
            _mm256_permute2x128_si256::<0x20>(first[3], last[3]),
            _mm256_permute2x128_si256::<0x31>(first[0], last[0]),
            _mm256_permute2x128_si256::<0x31>(first[1], last[1]),
            _mm256_permute2x128_si256::<0x31>(first[2], last[2]),
            _mm256_permute2x128_si256::<0x31>(first[3], last[3]),
        ]
    }

    /// Rotates each word to the right by two bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn turn_16(words: Vector) -> Vector {
        let (low, high) = (0x0504_0706_0100_0302, 0x0d0c_0f0e_0908_0b0a);
        _mm256_shuffle_epi8(words, _mm256_setr_epi64x(low, high, low, high))
    }

    /// Rotates each word to the right by one byte.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn turn_8(words: Vector) -> Vector {
        let (low, high) = (0x0407_0605_0003_0201, 0x0c0f_0e0d_080b_0a09);
        _mm256_shuffle_epi8(words, _mm256_setr_epi64x(low, high, low, high))
    }

    /// Rotates each word to the right; the two numbers sum to 32.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn turn<const RIGHT: i32, const LEFT: i32>(words: Vector) -> Vector {
        _mm256_or_si256(
            _mm256_srli_epi32::<RIGHT>(words),
            _mm256_slli_epi32::<LEFT>(words),
        )
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn loaded(words: &Words) -> Vector {
        let [a, b, c, d, e, f, g, h] = words.map(|word| word as i32);
        _mm256_setr_epi32(a, b, c, d, e, f, g, h)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn stored(words: Vector) -> Words {
        [
            _mm256_extract_epi32::<0>(words) as u32,
            _mm256_extract_epi32::<1>(words) as u32,
            _mm256_extract_epi32::<2>(words) as u32,
            _mm256_extract_epi32::<3>(words) as u32,
            _mm256_extract_epi32::<4>(words) as u32,
            _mm256_extract_epi32::<5>(words) as u32,
            _mm256_extract_epi32::<6>(words) as u32,
            _mm256_extract_epi32::<7>(words) as u32,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{ChargeUnit, charge_id};

    #[test]
    fn many_at_once_are_the_same_as_one_by_one() {
        let mut identities = Identities::default();
        let mut expected = Vec::new();
        let mut buffer = Vec::new();
        for length in [
            0, 1, 17, 18, 19, 63, 64, 65, 200, 400, 1000, 1100, 5000, 30, 31, 32,
        ] {
            for unit in [ChargeUnit::Conversation, ChargeUnit::Message] {
                let id = "x".repeat(length);
                let prefix = b"charge\x1faccount\x1f4930\x1f5511\x1f";
                identities.push(&[prefix, id.as_bytes(), b"\x1f", unit.name().as_bytes()]);
                expected.push(charge_id(
                    &mut buffer,
                    "account",
                    "4930",
                    "5511",
                    id.as_bytes(),
                    unit,
                ));
            }
        }
        assert_eq!(identities.hashed(), expected);
        identities.clear();
        assert!(identities.hashed().is_empty());
        identities.push(&[b"charge\x1fa\x1fb\x1f", b"c\x1fd\x1fmessage"]);
        let one = charge_id(&mut buffer, "a", "b", "c", b"d", ChargeUnit::Message);
        assert_eq!(identities.hashed(), [one]);
    }
}

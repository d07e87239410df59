//! Parquet's hybrid of run lengths and bit packing, for keys of few bits.
//!
//! Eight values at a time: a group that goes on with one value lengthens a run, every other group is
//! packed as it is. That finds the long runs, which are the ones that pay, at a nanosecond a value.

use crate::log::varint;

/// Values that are packed or found equal together.
const GROUP: usize = 8;
/// Shorter runs cost more than their packed values.
const RUN_GROUPS_MIN: usize = 4;
/// Most groups under one header: its number fits two bytes.
const PACKED_GROUPS_MAX: usize = 8191;

/// Appends the encoded values, none of which has more than `bits` bits (at most 32).
pub fn encode(values: &[u32], bits: u32, out: &mut Vec<u8>) {
    let groups = values.chunks(GROUP).len();
    let mut packed_from = 0;
    let mut at = 0;
    while at < groups {
        let equal = equal_groups(values, at);
        if equal < RUN_GROUPS_MIN {
            at += equal.max(1);
            continue;
        }
        pack(values, packed_from, at, bits, out);
        let end = values.len().min((at + equal) * GROUP);
        varint::push(((end - at * GROUP) as u64) << 1, out);
        let bytes = values[at * GROUP].to_le_bytes();
        out.extend_from_slice(&bytes[..bits.div_ceil(8) as usize]);
        at += equal;
        packed_from = at;
    }
    pack(values, packed_from, groups, bits, out);
}

/// How many groups from this one on hold nothing but its first value.
fn equal_groups(values: &[u32], group: usize) -> usize {
    let value = values[group * GROUP];
    values[group * GROUP..]
        .chunks(GROUP)
        .take_while(|group| {
            group
                .iter()
                .fold(0, |differ, other| differ | (other ^ value))
                == 0
        })
        .count()
}

/// Packs groups, the last one filled up with zeros.
fn pack(values: &[u32], from: usize, to: usize, bits: u32, out: &mut Vec<u8>) {
    let mut from = from;
    while from < to {
        let end = to.min(from + PACKED_GROUPS_MAX);
        varint::push(((end - from) as u64) << 1 | 1, out);
        for group in values[from * GROUP..values.len().min(end * GROUP)].chunks(GROUP) {
            let (mut held, mut width) = (0u128, 0);
            for &value in group {
                held |= u128::from(value) << width;
                width += bits;
                if width >= 64 {
                    out.extend_from_slice(&(held as u64).to_le_bytes());
                    held >>= 64;
                    width -= 64;
                }
            }
            // Eight values of any width fill whole bytes; what a last group lacks is zeros.
            let bytes = bits as usize - (group.len() * bits as usize - width as usize) / 8;
            out.extend_from_slice(&held.to_le_bytes()[..bytes.min(16)]);
            out.resize(out.len() + bytes.saturating_sub(16), 0);
        }
        from = end;
    }
}

#[cfg(test)]
mod tests {
    use polars_parquet::parquet::encoding::hybrid_rle::HybridRleDecoder;

    use super::*;

    #[test]
    fn a_decoder_gets_the_same_values_back() {
        let mut noise = 7u32;
        let mut random = |limit: u32| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 8) % limit
        };
        for length in [1, 7, 8, 9, 31, 32, 33, 100, 1000, 70_000] {
            for bits in [1, 2, 3, 5, 8, 9, 13, 17, 24] {
                let limit = 1u32 << bits;
                let mixed: Vec<u32> = (0..length)
                    .map(|n| {
                        if n / 50 % 2 == 0 {
                            random(limit)
                        } else {
                            limit - 1
                        }
                    })
                    .collect();
                for values in [
                    mixed,
                    vec![limit - 1; length],
                    (0..length).map(|_| random(limit)).collect(),
                ] {
                    let mut bytes = Vec::new();
                    encode(&values, bits, &mut bytes);
                    let decoder = HybridRleDecoder::new(&bytes, bits, length);
                    assert_eq!(
                        decoder.collect().unwrap(),
                        values,
                        "{length} of {bits} bits"
                    );
                }
            }
        }
    }
}

//! Parquet's DELTA_BINARY_PACKED: integers as bit-packed differences.
//!
//! Instants in order and small counts become a few bits each, which spares the compressor the work.
//! Blocks of 128 differences in 4 mini-blocks, as parquet-mr writes them.

use crate::log::varint;

const BLOCK: usize = 128;
const MINI_BLOCKS: usize = 4;
const MINI_BLOCK: usize = BLOCK / MINI_BLOCKS;

/// Appends the encoded values.
pub fn encode(values: &[i64], out: &mut Vec<u8>) {
    varint::push(BLOCK as u64, out);
    varint::push(MINI_BLOCKS as u64, out);
    varint::push(values.len() as u64, out);
    let mut previous = values.first().copied().unwrap_or(0);
    varint::push(zigzag(previous), out);
    let mut deltas = [0i64; BLOCK];
    for block in values.get(1..).unwrap_or_default().chunks(BLOCK) {
        for (delta, &value) in deltas.iter_mut().zip(block) {
            *delta = value.wrapping_sub(previous);
            previous = value;
        }
        let deltas = &deltas[..block.len()];
        let least = deltas.iter().copied().min().unwrap_or(0);
        varint::push(zigzag(least), out);
        let widths = out.len();
        out.extend_from_slice(&[0; MINI_BLOCKS]);
        for (index, mini_block) in deltas.chunks(MINI_BLOCK).enumerate() {
            let most = mini_block
                .iter()
                .map(|delta| delta.wrapping_sub(least) as u64)
                .fold(0, |most, delta| most | delta);
            let width = u64::BITS - most.leading_zeros();
            out[widths + index] = width as u8;
            pack(mini_block, least, width, out);
        }
    }
}

/// Packs a mini-block, filled up with zeros, least significant bits first.
fn pack(mini_block: &[i64], least: i64, width: u32, out: &mut Vec<u8>) {
    let mut bits = 0u128;
    let mut held = 0;
    for index in 0..MINI_BLOCK {
        let delta = mini_block
            .get(index)
            .map_or(0, |delta| delta.wrapping_sub(least) as u64);
        bits |= u128::from(delta) << held;
        held += width;
        if held >= 64 {
            out.extend_from_slice(&(bits as u64).to_le_bytes());
            bits >>= 64;
            held -= 64;
        }
    }
    // 32 values of any width fill whole bytes.
    out.extend_from_slice(&(bits as u64).to_le_bytes()[..held as usize / 8]);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::super::frame::{Cells, ColumnKind, ColumnSpec};
    use super::super::parquet::{ParquetTable, Schema};

    const COLUMN: &[ColumnSpec] = &[ColumnSpec::required("at", ColumnKind::Instant)];

    #[test]
    fn a_reader_gets_the_same_values_back() {
        let wide = [0, i64::MAX, i64::MIN, -1, 1, i64::MAX - 1];
        let cases: [Vec<i64>; 5] = [
            vec![7],
            vec![-3; 300],
            (0..1000).map(|n| n * n - 50 * n).collect(),
            (0..129).map(|n| n % 2).collect(),
            (0..500).map(|n| wide[n % wide.len()]).collect(),
        ];
        for values in cases {
            let schema = Schema::new(COLUMN);
            let mut table = ParquetTable::new(Vec::new(), &schema);
            let instants: Vec<Option<i64>> = values.iter().copied().map(Some).collect();
            let mut group = schema.row_group().unwrap();
            schema
                .add_page(&[Cells::Instants(&instants)], &mut group)
                .unwrap();
            table.write(&group).unwrap();
            let bytes = table.finish().unwrap();
            let table = ParquetReader::new(std::io::Cursor::new(bytes))
                .finish()
                .unwrap();
            let column = table.column("at").unwrap();
            for (row, &value) in values.iter().enumerate() {
                let found = column.get(row).unwrap().into_static();
                let AnyValue::DatetimeOwned(micros, _, _) = found else {
                    panic!("unexpected {found:?}");
                };
                assert_eq!(micros, value);
            }
        }
    }
}

//! Digests of rows: two rows with the same digest say the same in every column, wherever they stand.

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Table;
use super::files::PAGE_ROWS;
use super::frame::{Cells, Columns, NULL_KEY, NULL_LENGTH};
use super::order::Slice;

/// The digests of some rows of a table, in their order. They depend on the cells alone, so those of another run can
/// be held against them.
pub fn digests<T: Table>(table: &T, rows: Slice<'_>) -> Vec<u64> {
    let pages = rows.len().div_ceil(PAGE_ROWS);
    let pages: Vec<Vec<u64>> = (0..pages)
        .into_par_iter()
        .map_init(
            || table.columns(),
            |columns, page| {
                let first = page * PAGE_ROWS;
                columns.clear_rows();
                table.fill(
                    &rows.range(first..rows.len().min(first + PAGE_ROWS)),
                    columns,
                );
                of_cells(&columns.cells())
            },
        )
        .collect();
    pages.concat()
}

/// The digests of the rows of a page.
fn of_cells(cells: &[Cells<'_>]) -> Vec<u64> {
    let rows = cells.first().map_or(0, Cells::rows);
    let mut digests = vec![0; rows];
    for cells in cells {
        match cells {
            Cells::Text(texts) => {
                let mut bytes = texts.bytes();
                for (digest, &length) in digests.iter_mut().zip(texts.lengths()) {
                    let text = match length {
                        NULL_LENGTH => None,
                        length => {
                            let (text, rest) = bytes.split_at(length as usize);
                            bytes = rest;
                            Some(xxh3_64(text))
                        }
                    };
                    add(digest, text);
                }
            }
            Cells::Words(words) => {
                let known = words.words().iter();
                let known: Vec<u64> = known.map(|word| xxh3_64(word.as_bytes())).collect();
                add_keys(&mut digests, words.keys(), &known);
            }
            Cells::Decimals(decimals) => {
                let known = decimals.values().iter();
                let known: Vec<u64> = known.map(|value| xxh3_64(&value.to_le_bytes())).collect();
                add_keys(&mut digests, decimals.keys(), &known);
            }
            Cells::Instants(instants) => {
                for (digest, instant) in digests.iter_mut().zip(*instants) {
                    add(digest, instant.map(|instant| instant as u64));
                }
            }
            Cells::Integers(integers) => {
                for (digest, &integer) in digests.iter_mut().zip(*integers) {
                    add(digest, Some(integer as u64));
                }
            }
            Cells::Flags(flags) => {
                for (digest, &flag) in digests.iter_mut().zip(*flags) {
                    add(digest, Some(u64::from(flag)));
                }
            }
        }
    }
    digests
}

fn add_keys(digests: &mut [u64], keys: &[u32], known: &[u64]) {
    for (digest, &key) in digests.iter_mut().zip(keys) {
        add(
            digest,
            (key != NULL_KEY).then(|| known.get(key as usize).copied().unwrap_or_default()),
        );
    }
}

#[inline]
fn add(digest: &mut u64, cell: Option<u64>) {
    *digest = match cell {
        Some(value) => xxh3_64_with_seed(&value.to_le_bytes(), *digest),
        // Shorter than any value.
        None => xxh3_64_with_seed(&[0], *digest),
    };
}

#[cfg(test)]
mod tests {
    use super::super::frame::{Decimals, Texts, Words};
    use super::*;

    /// Text, word, instant, decimal, flag.
    type Row<'a> = (
        Option<&'a str>,
        Option<&'a str>,
        Option<i64>,
        Option<i128>,
        bool,
    );

    fn page(rows: &[Row<'_>]) -> Vec<u64> {
        let (mut texts, mut words, mut decimals) =
            (Texts::default(), Words::default(), Decimals::default());
        let (mut instants, mut flags) = (Vec::new(), Vec::new());
        for (text, word, instant, decimal, flag) in rows {
            match text {
                Some(text) => texts.push(text.as_bytes()),
                None => texts.push_null(),
            }
            match word {
                Some(word) => words.push_word(word),
                None => words.push_null(),
            }
            match decimal {
                Some(decimal) => decimals.push(*decimal),
                None => decimals.push_null(),
            }
            instants.push(*instant);
            flags.push(*flag);
        }
        of_cells(&[
            Cells::Text(&texts),
            Cells::Words(&words),
            Cells::Instants(&instants),
            Cells::Decimals(&decimals),
            Cells::Flags(&flags),
        ])
    }

    #[test]
    fn a_row_has_the_same_digest_wherever_it_stands_and_another_one_if_a_cell_differs() {
        let rows = [
            (Some("a"), Some("x"), Some(0), Some(0), false),
            (Some(""), Some("x"), Some(0), Some(0), false),
            (None, Some("x"), Some(0), Some(0), false),
            (Some("a"), Some("y"), Some(0), Some(0), false),
            (Some("a"), None, Some(0), Some(0), false),
            (Some("a"), Some("x"), None, Some(0), false),
            (Some("a"), Some("x"), Some(1), Some(0), false),
            (Some("a"), Some("x"), Some(0), None, false),
            (Some("a"), Some("x"), Some(0), Some(-1), false),
            (Some("a"), Some("x"), Some(0), Some(0), true),
        ];
        let together = page(&rows);
        // Keys of words and decimals are others where a row is alone.
        let alone: Vec<u64> = rows.iter().flat_map(|row| page(&[*row])).collect();
        assert_eq!(together, alone);
        let mut distinct = together;
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), rows.len());
    }
}

//! A set of rows as bits, each with its rank.

use super::outcome::RowNumber;

/// Rows, in the order of their numbers.
#[derive(Debug, Default)]
pub struct RowSet {
    /// Number of the first word's first row, in words.
    first_word: usize,
    words: Vec<u64>,
    /// How many rows stand before each word.
    ranks: Vec<u32>,
    len: usize,
}

impl RowSet {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows of the set have a smaller number.
    ///
    /// # Panics
    /// If the row is not in the set.
    #[inline]
    pub fn rank(&self, row: RowNumber) -> usize {
        let word = row.0 as usize / 64 - self.first_word;
        let bit = 1 << (row.0 % 64);
        debug_assert!(self.words[word] & bit != 0, "a row of the set");
        self.ranks[word] as usize + (self.words[word] & (bit - 1)).count_ones() as usize
    }

    /// Whether a row is in the set.
    #[inline]
    pub fn contains(&self, row: RowNumber) -> bool {
        let word = (row.0 as usize / 64).wrapping_sub(self.first_word);
        self.words
            .get(word)
            .is_some_and(|bits| bits >> (row.0 % 64) & 1 == 1)
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = RowNumber> {
        self.words.iter().enumerate().flat_map(|(word, &bits)| {
            let first = ((self.first_word + word) * 64) as u32;
            // Each step clears the lowest bit.
            std::iter::successors((bits != 0).then_some(bits), |bits| {
                let rest = bits & (bits - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |bits| RowNumber(first + bits.trailing_zeros()))
        })
    }
}

impl RowSet {
    /// Some of the rows of a log that has `total` of them, in any order and repeatedly.
    pub fn among(total: u64, rows: impl Iterator<Item = RowNumber>) -> Self {
        Self::in_words(0, (total as usize).div_ceil(64), rows)
    }

    fn in_words(first_word: usize, words: usize, rows: impl Iterator<Item = RowNumber>) -> Self {
        let mut words = vec![0u64; words];
        for row in rows {
            words[row.0 as usize / 64 - first_word] |= 1 << (row.0 % 64);
        }
        let mut len = 0;
        let ranks = words
            .iter()
            .map(|word| {
                let rank = len as u32;
                len += word.count_ones() as usize;
                rank
            })
            .collect();
        Self {
            first_word,
            words,
            ranks,
            len,
        }
    }
}

/// A few rows, in any order and repeatedly; they are gone through twice.
impl<I: Iterator<Item = RowNumber> + Clone> From<I> for RowSet {
    fn from(rows: I) -> Self {
        let (mut first, mut end) = (usize::MAX, 0);
        for row in rows.clone() {
            let word = row.0 as usize / 64;
            (first, end) = (first.min(word), end.max(word + 1));
        }
        let first = first.min(end);
        Self::in_words(first, end - first, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_and_have_ranks() {
        let rows = [700, 64, 63, 65, 700, 128, 1_000_000].map(RowNumber);
        let set = RowSet::from(rows.iter().copied());
        let sorted = [63, 64, 65, 128, 700, 1_000_000].map(RowNumber);
        assert_eq!(set.iter().collect::<Vec<_>>(), sorted);
        assert_eq!(set.len(), sorted.len());
        for (rank, row) in sorted.into_iter().enumerate() {
            assert_eq!(set.rank(row), rank);
        }
        assert!(RowSet::from([].into_iter()).is_empty());
        let same = RowSet::among(1_000_001, rows.into_iter());
        assert!(same.iter().eq(set.iter()));
    }
}

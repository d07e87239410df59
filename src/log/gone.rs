//! Rows of a file that stand in it and are no longer part of it: leaving them out is cheaper than writing the rest
//! again.

/// Which rows of a file are gone, by their place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Rows that the file has.
    rows: u64,
    /// A bit for each row, or nothing where none is gone.
    words: Vec<u64>,
}

const BITS: u64 = u64::BITS as u64;

impl Gone {
    /// Of a file with so many rows, none.
    pub fn none(rows: u64) -> Self {
        Self {
            rows,
            words: Vec::new(),
        }
    }

    /// Of a file with so many rows, all.
    pub fn all(rows: u64) -> Self {
        let mut words = vec![u64::MAX; rows.div_ceil(BITS) as usize];
        if let Some(last) = words.last_mut() {
            *last >>= (BITS - rows % BITS) % BITS;
        }
        Self { rows, words }
    }

    /// Of a file with so many rows, all but these.
    ///
    /// # Panics
    /// If the file has no such row.
    pub fn all_but(rows: u64, kept: impl Iterator<Item = u64>) -> Self {
        let mut gone = Self::all(rows);
        kept.for_each(|row| gone.bring_back(row));
        gone.shorten();
        gone
    }

    /// A row is there again.
    ///
    /// # Panics
    /// If the file has no such row, or none is gone.
    pub fn bring_back(&mut self, row: u64) {
        self.words[(row / BITS) as usize] &= !(1 << (row % BITS));
    }

    /// Takes no memory where no row is gone.
    pub fn shorten(&mut self) {
        if self.is_empty() {
            self.words = Vec::new();
        }
    }

    /// As it was written by [`Self::to_bytes`]; none if it was not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
        let rows = words.next()?;
        let words: Vec<u64> = words.collect();
        let beyond = match (words.last(), rows % BITS) {
            (Some(last), inside) if inside > 0 => last >> inside,
            _ => 0,
        };
        let is_for_each_row = words.is_empty() || words.len() as u64 == rows.div_ceil(BITS);
        (rest.is_empty() && is_for_each_row && beyond == 0).then_some(Self { rows, words })
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = std::iter::once(&self.rows).chain(&self.words);
        words.flat_map(|word| word.to_le_bytes()).collect()
    }

    /// How many rows the file has, those that are gone included.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many rows are gone.
    pub fn len(&self) -> u64 {
        let ones = self.words.iter().map(|word| u64::from(word.count_ones()));
        ones.sum()
    }

    /// Whether none is gone.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether a row is gone.
    #[inline]
    pub fn contains(&self, row: u64) -> bool {
        let word = self.words.get((row / BITS) as usize);
        word.is_some_and(|word| word >> (row % BITS) & 1 == 1)
    }

    /// Those of a stretch of rows that are gone, counted from its first.
    pub fn within(&self, first: u64, rows: usize) -> Vec<u32> {
        if self.words.is_empty() {
            return Vec::new();
        }
        let is_gone = |row: &u32| self.contains(first + u64::from(*row));
        (0..rows as u32).filter(is_gone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_gone() {
        let gone = Gone::all_but(70, (0..70).filter(|row| ![0, 63, 64, 69].contains(row)));
        assert_eq!((gone.rows(), gone.len(), gone.is_empty()), (70, 4, false));
        assert!(gone.contains(63) && !gone.contains(62) && !gone.contains(70));
        assert_eq!(gone.within(60, 10), [3, 4, 9]);
        assert_eq!(Gone::all_but(70, 0..70), Gone::none(70));
        assert_eq!(Gone::all_but(64, std::iter::empty()).len(), 64);
        assert_eq!(Gone::all_but(0, std::iter::empty()), Gone::none(0));
    }

    #[test]
    fn bytes_say_the_same_and_nothing_of_rows_that_are_not_there() {
        for gone in [Gone::none(70), Gone::all_but(70, 1..69)] {
            let bytes = gone.to_bytes();
            assert_eq!(Gone::from_bytes(&bytes), Some(gone));
        }
        let of_70 = Gone::all_but(70, 1..69).to_bytes();
        let of = |rows: u64| Gone::from_bytes(&[&rows.to_le_bytes(), &of_70[8..]].concat());
        // The 70th row is gone, so a file of 69 has it not; 128 rows would have two words, 129 three.
        assert_eq!(of(69), None);
        assert!(of(128).is_some());
        assert_eq!(of(129), None);
        assert_eq!(of(0), None);
        assert_eq!(Gone::from_bytes(&of_70[..23]), None);
        assert_eq!(Gone::from_bytes(&[]), None);
    }
}

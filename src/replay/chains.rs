//! The rows of a message found in a partition: linked by their fold key.

use super::row::Row;

/// Rows linked by equal fold key: an open-addressing table of heads, and the next row of each.
pub struct Chains {
    next: Vec<u32>,
    is_head: Vec<bool>,
}

const NONE: u32 = u32::MAX;

impl Chains {
    /// Links the rows of a partition.
    pub fn link(rows: &[Row]) -> Self {
        let slots = (rows.len() * 2).next_power_of_two().max(2);
        let mut tails: Vec<u32> = vec![NONE; slots];
        let mut next = vec![NONE; rows.len()];
        let mut is_head = vec![false; rows.len()];
        for (index, row) in rows.iter().enumerate() {
            let key = row.fold_key();
            // Partitions took the top bits; these are others.
            let mut slot = (key >> 8) as usize & (slots - 1);
            loop {
                let tail = tails[slot];
                if tail == NONE {
                    is_head[index] = true;
                    break;
                }
                if rows[tail as usize].fold_key() == key {
                    next[tail as usize] = index as u32;
                    break;
                }
                slot = (slot + 1) & (slots - 1);
            }
            tails[slot] = index as u32;
        }
        Self { next, is_head }
    }

    /// Whether a row is the first with its key.
    pub fn is_head(&self, row: usize) -> bool {
        self.is_head[row]
    }

    /// The next row with the same key.
    pub fn next(&self, row: usize) -> Option<usize> {
        let next = self.next[row];
        (next != NONE).then_some(next as usize)
    }
}

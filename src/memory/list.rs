//! A list of records in blocks.

use super::{Block, Memory};

/// Records by their places. It never holds two copies of itself, as a growing vector does.
#[derive(Debug)]
pub struct List<T> {
    /// Full, but for the last one.
    blocks: Vec<Block<T>>,
    len: usize,
    memory: Memory,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new(&Memory::unlimited())
    }
}

impl<T> List<T> {
    /// An empty list, whose blocks will come from there.
    pub fn new(memory: &Memory) -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
            memory: memory.clone(),
        }
    }

    /// Adds records.
    pub fn extend(&mut self, records: impl Iterator<Item = T>) {
        records.for_each(|record| self.push(record));
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.len = 0;
    }

    /// These records.
    pub fn of(memory: &Memory, records: impl Iterator<Item = T>) -> Self {
        let mut list = Self::new(memory);
        list.extend(records);
        list
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a record.
    #[inline]
    pub fn push(&mut self, record: T) {
        if self.len.is_multiple_of(Block::<T>::RECORDS) {
            let block = Block::with_capacity(&self.memory, Block::<T>::RECORDS);
            self.blocks.push(block);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(record);
            self.len += 1;
        }
    }

    /// The record at a place.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn at(&self, place: usize) -> &T {
        &self.blocks[place / Block::<T>::RECORDS][place % Block::<T>::RECORDS]
    }

    /// The last record.
    pub fn last(&self) -> Option<&T> {
        self.len.checked_sub(1).map(|last| self.at(last))
    }

    /// The records, by place.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.blocks.iter().flat_map(Block::visited)
    }

    /// The records, by place, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.blocks.iter_mut().flat_map(|block| block.iter_mut())
    }
}

impl<T: Copy> List<T> {
    /// The records of these blocks, in no particular order.
    pub fn of_blocks(blocks: Vec<Block<T>>, memory: &Memory) -> Self {
        let (full, partial): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .partition(|block| block.len() == Block::<T>::RECORDS);
        let mut list = Self {
            len: full.len() * Block::<T>::RECORDS,
            blocks: full,
            memory: memory.clone(),
        };
        for record in partial.iter().flat_map(|block| block.iter()) {
            list.push(*record);
        }
        list
    }

    /// Puts another record in a place.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn set(&mut self, place: usize, record: T) {
        self.blocks[place / Block::<T>::RECORDS][place % Block::<T>::RECORDS] = record;
    }
}

//! Records of a kind, packed, in blocks that the stages before have used.

use crate::memory::{Block, List, Memory};

/// What can be packed into fewer bytes than it has in memory.
pub trait Record: Copy {
    /// The packed form.
    type Packed: Copy + std::fmt::Debug;

    /// Packs it.
    fn packed(&self) -> Self::Packed;

    /// The same record again.
    fn unpacked(packed: &Self::Packed) -> Self;
}

/// A list of packed records.
#[derive(Debug)]
pub struct Records<T: Record>(List<T::Packed>);

impl<T: Record> Default for Records<T> {
    fn default() -> Self {
        Self(List::default())
    }
}

impl<T: Record> Records<T> {
    /// The records of these blocks, in no particular order.
    pub fn of_blocks(blocks: Vec<Block<T::Packed>>, memory: &Memory) -> Self {
        Self(List::of_blocks(blocks, memory))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The record at a place.
    #[inline]
    pub fn get(&self, place: usize) -> T {
        T::unpacked(self.0.at(place))
    }

    /// Puts another record in its place.
    pub fn set(&mut self, place: usize, record: &T) {
        self.0.set(place, record.packed());
    }

    /// Adds a record.
    pub fn push(&mut self, record: &T) {
        self.0.push(record.packed());
    }

    /// The records, by place.
    pub fn iter(&self) -> impl Iterator<Item = T> + Clone {
        self.0.iter().map(T::unpacked)
    }
}

//! Records of a kind, packed, in blocks that the stages before have used.

use super::partition::Partitions;

/// What can be packed into fewer bytes than it has in memory.
pub trait Record: Copy {
    /// The packed form.
    type Packed: Copy + std::fmt::Debug;

    /// Packs it.
    fn packed(&self) -> Self::Packed;

    /// The same record again.
    fn unpacked(packed: &Self::Packed) -> Self;
}

/// A list of packed records. It never holds two copies of itself, as a growing vector does.
#[derive(Debug)]
pub struct Records<T: Record> {
    /// Full, but for the last one.
    blocks: Vec<Vec<T::Packed>>,
    len: usize,
}

impl<T: Record> Default for Records<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Record> Records<T> {
    const BLOCK_RECORDS: usize = Partitions::<T::Packed>::BLOCK_RECORDS;

    /// The records of these blocks, in no particular order.
    pub fn of_blocks(blocks: Vec<Vec<T::Packed>>) -> Self {
        let (full, partial): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .partition(|block| block.len() == Self::BLOCK_RECORDS);
        let mut records = Self {
            len: full.len() * Self::BLOCK_RECORDS,
            blocks: full,
        };
        for packed in partial.iter().flatten() {
            records.push_packed(*packed);
        }
        records
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The record at a place.
    #[inline]
    pub fn get(&self, place: usize) -> T {
        T::unpacked(&self.blocks[place / Self::BLOCK_RECORDS][place % Self::BLOCK_RECORDS])
    }

    /// Puts another record in its place.
    pub fn set(&mut self, place: usize, record: &T) {
        self.blocks[place / Self::BLOCK_RECORDS][place % Self::BLOCK_RECORDS] = record.packed();
    }

    /// Adds a record.
    pub fn push(&mut self, record: &T) {
        self.push_packed(record.packed());
    }

    /// The records, by place.
    pub fn iter(&self) -> impl Iterator<Item = T> + Clone {
        self.blocks.iter().flatten().map(T::unpacked)
    }

    fn push_packed(&mut self, packed: T::Packed) {
        if self.len.is_multiple_of(Self::BLOCK_RECORDS) {
            self.blocks.push(Vec::with_capacity(Self::BLOCK_RECORDS));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(packed);
            self.len += 1;
        }
    }
}

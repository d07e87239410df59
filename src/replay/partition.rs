//! Scattering records over hash partitions, so that each fits the cache when it is worked on.
//!
//! Every worker fills small blocks of its own and hands over full ones, so threads meet only once in a
//! few hundred records. Blocks of all record types are equally large: what one stage frees, the next one
//! takes, so memory neither grows nor goes back to the system in between; under a bound they lie in a file
//! ([`crate::memory`]).

use std::sync::Mutex;

use crate::memory::{Block, Memory};

/// How many partitions records are scattered over.
pub const PARTITIONS: usize = 256;

/// Records by partition.
#[derive(Debug)]
pub struct Partitions<T> {
    memory: Memory,
    blocks: Vec<Mutex<Vec<Block<T>>>>,
    writers: Mutex<Vec<Writer<T>>>,
}

/// The unfinished blocks of one worker.
#[derive(Debug)]
pub struct Writer<T> {
    open: Vec<Block<T>>,
}

impl<T: Copy> Partitions<T> {
    /// Empty partitions, whose blocks will come from there.
    pub fn new(memory: &Memory) -> Self {
        Self {
            memory: memory.clone(),
            blocks: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
            writers: Mutex::default(),
        }
    }

    /// Lends a writer for a stretch of work; its blocks stay open for the next one that borrows it.
    pub fn write<R>(&self, work: impl FnOnce(&mut PartitionWriter<'_, T>) -> R) -> R {
        let writer = lock(&self.writers).pop().unwrap_or_else(|| Writer {
            open: (0..PARTITIONS).map(|_| Block::default()).collect(),
        });
        let mut writer = PartitionWriter {
            partitions: self,
            writer,
        };
        let result = work(&mut writer);
        lock(&self.writers).push(writer.writer);
        result
    }

    /// Takes the blocks of one partition, in no particular order; all but a few are full.
    pub fn take(&self, partition: usize) -> Vec<Block<T>> {
        let mut blocks = std::mem::take(&mut *lock(&self.blocks[partition]));
        for writer in lock(&self.writers).iter_mut() {
            blocks.push(std::mem::take(&mut writer.open[partition]));
        }
        blocks
    }

    /// Moves the records of one partition, in no particular order, to the end of `records`.
    pub fn take_into(&self, partition: usize, records: &mut Vec<T>) {
        let blocks = self.take(partition);
        records.reserve(blocks.iter().map(|block| block.len()).sum());
        for block in blocks {
            records.extend(block.visited());
        }
    }

    /// Copies the records of one partition, in no particular order, to the end of `records`.
    pub fn copy_into(&self, partition: usize, records: &mut Vec<T>) {
        for block in lock(&self.blocks[partition]).iter() {
            records.extend(block.visited());
        }
        for writer in lock(&self.writers).iter() {
            records.extend_from_slice(&writer.open[partition]);
        }
    }
}

/// Writes records into partitions.
pub struct PartitionWriter<'a, T> {
    partitions: &'a Partitions<T>,
    writer: Writer<T>,
}

impl<T: Copy> PartitionWriter<'_, T> {
    /// Adds a record to the partition its hash falls into (the hash's top bits).
    #[inline]
    pub fn push(&mut self, hash: u64, record: T) {
        self.push_to(
            (hash >> (64 - PARTITIONS.trailing_zeros())) as usize,
            record,
        );
    }

    /// Adds a record to a partition.
    #[inline]
    pub fn push_to(&mut self, partition: usize, record: T) {
        let block = &mut self.writer.open[partition];
        if block.len() == block.capacity() {
            self.hand_over(partition);
        }
        self.writer.open[partition].push(record);
    }

    #[cold]
    fn hand_over(&mut self, partition: usize) {
        let empty = Block::with_capacity(&self.partitions.memory, Block::<T>::RECORDS);
        let full = std::mem::replace(&mut self.writer.open[partition], empty);
        if !full.is_empty() {
            lock(&self.partitions.blocks[partition]).push(full);
        }
    }
}

/// A mutex whose data stays usable after a panic elsewhere: the panic itself ends the run.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Spreads the bits of a key over the whole word.
#[inline]
pub fn spread(key: u64) -> u64 {
    let mixed = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

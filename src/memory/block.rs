//! A piece of memory for records, of a size that never changes.

use std::alloc::{self, Layout};
use std::mem::needs_drop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{BLOCK_BYTES, Bounded, MAPPED_BYTES_MIN, Memory};

/// Records next to each other, with room for so many and no more. An empty one takes no memory.
#[derive(Debug)]
pub struct Block<T> {
    /// Where its room begins; dangling if it has none.
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    home: Home,
}

/// Where a block's room is.
#[derive(Debug)]
enum Home {
    /// In plain memory.
    Plain,
    /// In plain memory that counts.
    Counted(Arc<Bounded>),
    /// In the file.
    Mapped(Arc<Bounded>),
}

// SAFETY: a block owns its records as a vector does; its room is shared with no other block, and the bound's counters
// and the file are made for several threads.
unsafe impl<T: Send> Send for Block<T> {}
// SAFETY: a shared block gives out shared records only.
unsafe impl<T: Sync> Sync for Block<T> {}

impl<T> Default for Block<T> {
    fn default() -> Self {
        Self {
            start: NonNull::dangling(),
            len: 0,
            capacity: 0,
            home: Home::Plain,
        }
    }
}

impl<T> Block<T> {
    /// Records in a full block of [`BLOCK_BYTES`].
    pub const RECORDS: usize = BLOCK_BYTES / size_of::<T>();

    /// Records that are forgotten without further ado: room is given back as bytes.
    const IS_PLAIN: () = assert!(!needs_drop::<T>() && size_of::<T>() > 0);

    /// Room for so many records.
    ///
    /// # Panics
    /// If they are more than an address space holds.
    pub fn with_capacity(memory: &Memory, capacity: usize) -> Self {
        let () = Self::IS_PLAIN;
        if capacity == 0 {
            return Self::default();
        }
        let layout = Layout::array::<T>(capacity).expect("records fit the address space");
        let bytes = layout.size() as u64;
        let home = match &memory.0 {
            None => Home::Plain,
            Some(_) if layout.size() < MAPPED_BYTES_MIN => Home::Plain,
            Some(bounded) if bounded.takes_plain(bytes) => Home::Counted(Arc::clone(bounded)),
            Some(bounded) => match bounded.file.take(layout) {
                Ok(start) => {
                    bounded.touch();
                    return Self {
                        start: start.cast(),
                        len: 0,
                        capacity,
                        home: Home::Mapped(Arc::clone(bounded)),
                    };
                }
                // The run ends at its next check; until then it has what it asks for.
                Err(failure) => {
                    bounded.fail(failure);
                    Home::Plain
                }
            },
        };
        // SAFETY: the layout has a size, since there is a record and records have one.
        let start = unsafe { alloc::alloc(layout) };
        let Some(start) = NonNull::new(start) else {
            alloc::handle_alloc_error(layout);
        };
        Self {
            start: start.cast(),
            len: 0,
            capacity,
            home,
        }
    }

    /// These records.
    ///
    /// # Panics
    /// If there are more than there are said to be.
    pub fn of(memory: &Memory, capacity: usize, records: impl Iterator<Item = T>) -> Self {
        let mut block = Self::with_capacity(memory, capacity);
        for record in records {
            block.push(record);
        }
        block
    }

    /// For how many records it has room.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The records, of a block that is one of many that are gone through: the bound is looked after on the way.
    #[inline]
    pub fn visited(&self) -> std::slice::Iter<'_, T> {
        if let Home::Mapped(bounded) = &self.home {
            bounded.touch();
        }
        self.iter()
    }

    /// Adds a record.
    ///
    /// # Panics
    /// If there is no room.
    #[inline]
    pub fn push(&mut self, record: T) {
        assert!(self.len < self.capacity, "room for a record");
        // SAFETY: `start` has room for `capacity` records, of which `len` are in use, and one more fits.
        unsafe { self.start.add(self.len).write(record) };
        self.len += 1;
    }
}

impl<T> Deref for Block<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` records were written, and live as long as the block. A dangling start is aligned,
        // and has none.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for Block<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and nobody else has the block.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for Block<T> {
    fn drop(&mut self) {
        if self.capacity == 0 {
            return;
        }
        let layout = Layout::array::<T>(self.capacity).expect("the layout it was made with");
        let start = self.start.cast();
        match &self.home {
            Home::Mapped(bounded) => return bounded.file.give_back(start, layout),
            Home::Counted(bounded) => {
                let bytes = layout.size() as u64;
                bounded.plain_bytes.fetch_sub(bytes, Ordering::Relaxed);
            }
            Home::Plain => {}
        }
        // SAFETY: it was allocated with this layout, and the records need no dropping.
        unsafe { alloc::dealloc(start.as_ptr(), layout) };
    }
}

//! Keeps the bound: looks at the resident memory of the process, and gives the pages of the file back in time.
//!
//! It looks the more often the nearer the bound is: between two looks all threads together cannot touch so many pages
//! that it is passed. A thread that goes through many blocks looks itself, too, since on a busy machine the watch may
//! come late.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::resident::{self, Resident};
use super::{Bounded, MemoryError};

/// Bytes of pages that a thread can touch in a microsecond, and more: of what is read, many come with one.
const BYTES_PER_MICROSECOND: u64 = 16_000;
/// How often it looks: at most, and at least.
const MICROSECONDS: std::ops::RangeInclusive<u64> = 250..=10_000;
/// A thread looks itself whenever so many blocks were touched. The system maps up to 64 KiB around a page that is
/// read, so they are up to 8 MiB.
const BLOCKS_PER_LOOK: u64 = 128;
/// What stays free below the least bound.
pub const SPARE_BYTES_MIN: u64 = 56 << 20;

/// Starts to watch, until the memory is no longer in use.
///
/// # Errors
/// If the system has no means.
pub fn start(bounded: &Arc<Bounded>) -> io::Result<()> {
    let mut resident = Resident::open()?;
    let watched = Arc::downgrade(bounded);
    std::thread::Builder::new()
        .name("memory".to_owned())
        .stack_size(64 << 10)
        .spawn(move || watch(&watched, &mut resident))?;
    Ok(())
}

fn watch(watched: &Weak<Bounded>, resident: &mut Resident) {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    // What stayed when everything that can go had gone.
    let mut kept = 0;
    while let Some(bounded) = watched.upgrade() {
        let Some(mut bytes) = resident.bytes() else {
            return;
        };
        if bytes > bounded.due_bytes() && bytes > kept + bounded.spare_bytes() / 4 {
            bounded.file.give_back_pages();
            bytes = resident.bytes().unwrap_or(bytes);
            if bytes > bounded.due_bytes() {
                resident::release_memory();
                bytes = resident.bytes().unwrap_or(bytes);
            }
            kept = bytes;
            let limit = bounded.limits.resident_bytes;
            if bytes + bounded.spare_bytes() / 4 > limit {
                let exceeded = MemoryError::Exceeded { limit, kept };
                bounded.fail(exceeded.clone());
                if let Some(stop) = bounded.stop.get() {
                    stop(&exceeded);
                }
            }
        }
        let room = bounded.due_bytes().saturating_sub(bytes);
        drop(bounded);
        let pause = room / (threads * BYTES_PER_MICROSECOND);
        std::thread::sleep(Duration::from_micros(
            pause.clamp(*MICROSECONDS.start(), *MICROSECONDS.end()),
        ));
    }
}

impl Bounded {
    /// What stays free below the bound, for pages that are touched before the next look.
    fn spare_bytes(&self) -> u64 {
        (self.limits.resident_bytes / 12).max(SPARE_BYTES_MIN)
    }

    /// Above this pages are given back.
    fn due_bytes(&self) -> u64 {
        self.limits
            .resident_bytes
            .saturating_sub(self.spare_bytes())
    }

    /// A thread takes or goes through a block of the file: from time to time it looks itself.
    #[inline]
    pub(super) fn touch(&self) {
        let touched = self.touched.fetch_add(1, Ordering::Relaxed);
        if touched.is_multiple_of(BLOCKS_PER_LOOK) {
            self.give_back_if_due();
        }
    }

    #[cold]
    fn give_back_if_due(&self) {
        let resident = Resident::open().ok().and_then(|mut it| it.bytes());
        if resident.is_some_and(|bytes| bytes > self.due_bytes()) {
            self.file.give_back_pages();
        }
    }
}

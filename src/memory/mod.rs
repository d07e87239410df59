//! Memory with an end: what grows with the log stays below a bound, the rest of it lies in a temporary file.
//!
//! What a run keeps of every row (rows, messages, conversations, charges, codes of prices) lies in [`Block`]s. Without
//! a bound these are plain memory. With one, the first blocks are plain memory, too, up to a share of the bound; all
//! others are mapped from a temporary file that has no name ([`mapped`]). A mapped block reads and writes like any
//! other, so nothing that works on blocks knows of the bound. Pages that were touched count as the program's memory
//! until they are given back ([`watch`]), which changes nothing but where they are.

mod block;
mod list;
mod mapped;
mod resident;
#[cfg(test)]
mod tests;
mod watch;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

pub use block::Block;
pub use list::List;
pub use resident::{free_bytes, release_memory as release};

use mapped::MappedFile;

/// Bytes of a block of records, whatever they are, less than one record: what one stage frees, the next one takes.
pub const BLOCK_BYTES: usize = 12 * 1024;
/// Bytes below which a piece is not worth a place in the file.
const MAPPED_BYTES_MIN: usize = 4 * 1024;
/// Memory beside the blocks that no bound takes away: program, tables of rules and rates, the finished report.
const FIXED_BYTES: u64 = 112 << 20;
/// The same for each thread: decoders, a row group of each table, a partition that is worked on.
const FIXED_BYTES_PER_THREAD: u64 = 56 << 20;

/// Where blocks come from. Copies are the same memory.
#[derive(Clone, Debug, Default)]
pub struct Memory(Option<Arc<Bounded>>);

/// Memory with a bound.
#[derive(Debug)]
struct Bounded {
    limits: Limits,
    file: MappedFile,
    /// Bytes of the blocks that are plain memory.
    plain_bytes: AtomicU64,
    /// How many blocks of the file were taken or gone through.
    touched: AtomicU64,
    /// What ends the run at once when the bound cannot be kept.
    stop: OnceLock<fn(&MemoryError)>,
    /// Why the bound cannot be kept, or the file not be written.
    failure: OnceLock<MemoryError>,
}

/// How much memory a run may take, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of everything: peak resident memory of the process.
    pub resident_bytes: u64,
    /// Of the blocks that are no part of the file.
    pub plain_bytes: u64,
    /// Of the file.
    pub file_bytes: u64,
}

impl Limits {
    /// Limits under which a run of so many threads stays within `resident_bytes`.
    ///
    /// # Errors
    /// If the least that it needs is more.
    pub fn within(resident_bytes: u64, threads: usize) -> Result<Self, MemoryError> {
        let least = FIXED_BYTES + FIXED_BYTES_PER_THREAD * threads as u64 + watch::SPARE_BYTES_MIN;
        if resident_bytes < least {
            return Err(MemoryError::TooSmall {
                asked: resident_bytes,
                least,
                threads,
            });
        }
        Ok(Self {
            resident_bytes,
            // The other half is for pages of the file that are in use, and for what no block holds.
            plain_bytes: (resident_bytes - least) / 2,
            file_bytes: u64::MAX,
        })
    }
}

impl Memory {
    /// As much as it takes.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Memory within these limits; what does not fit goes to a file without a name in `folder`.
    ///
    /// # Errors
    /// If no file can be made there, or the system has no means to keep the bound.
    pub fn bounded(limits: Limits, folder: &Path) -> Result<Self, MemoryError> {
        let bounded = Arc::new(Bounded {
            limits,
            file: MappedFile::create(folder, limits.file_bytes)?,
            plain_bytes: AtomicU64::new(0),
            touched: AtomicU64::new(0),
            stop: OnceLock::new(),
            failure: OnceLock::new(),
        });
        watch::start(&bounded).map_err(|error| MemoryError::file(folder, 0, &error))?;
        Ok(Self(Some(bounded)))
    }

    /// Says what is to be done at once when the bound cannot be kept: a stage may take much more before the run looks.
    pub fn stop_with(&self, stop: fn(&MemoryError)) {
        if let Some(bounded) = &self.0 {
            let _ = bounded.stop.set(stop);
        }
    }

    /// Whether the bound was kept so far, and the file could be written.
    ///
    /// # Errors
    /// If not: the run is to end.
    pub fn check(&self) -> Result<(), MemoryError> {
        let bounded = self.0.as_ref();
        match bounded.and_then(|bounded| bounded.failure.get()) {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    /// At most this many bytes, and no more than this part of the bound.
    pub fn at_most(&self, bytes: usize, part: u64) -> usize {
        let share = self.0.as_ref().map(|it| it.limits.resident_bytes / part);
        share.map_or(bytes, |share| {
            bytes.min(usize::try_from(share).unwrap_or(usize::MAX))
        })
    }

    /// Looks ahead: whether the file could hold this many bytes.
    ///
    /// # Errors
    /// If the disk has no room for them.
    pub fn expect_bytes(&self, bytes: u64) -> Result<(), MemoryError> {
        let Some(bounded) = &self.0 else {
            return Ok(());
        };
        let spilled = bytes.saturating_sub(bounded.limits.plain_bytes);
        match resident::free_bytes(bounded.file.folder()) {
            Some(free) if free < spilled => Err(MemoryError::NoRoom {
                folder: bounded.file.folder().to_owned(),
                needed: spilled,
                free,
            }),
            _ => Ok(()),
        }
    }

    /// Gives all pages of the file back to the system now; their content stays.
    pub fn give_back_pages(&self) {
        if let Some(bounded) = &self.0 {
            bounded.file.give_back_pages();
        }
    }

    /// What a bounded run took.
    pub fn usage(&self) -> Option<Usage> {
        self.0.as_ref().map(|bounded| Usage {
            limit_bytes: bounded.limits.resident_bytes,
            peak_bytes: resident::peak_bytes().unwrap_or_default(),
            spilled_bytes: bounded.file.peak_bytes(),
            folder: bounded.file.folder().to_owned(),
        })
    }
}

/// What a bounded run took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What it might.
    pub limit_bytes: u64,
    /// Peak resident memory of the process.
    pub peak_bytes: u64,
    /// Bytes of the file at its largest.
    pub spilled_bytes: u64,
    /// Where the file was.
    pub folder: PathBuf,
}

impl fmt::Display for Usage {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (peak, limit) = (Size(self.peak_bytes), Size(self.limit_bytes));
        write!(text, "peak memory {peak} of {limit}, ")?;
        match self.spilled_bytes {
            0 => write!(text, "nothing spilled"),
            spilled => write!(
                text,
                "{} spilled to {}",
                Size(spilled),
                self.folder.display()
            ),
        }
    }
}

/// A number of bytes, shown in the largest unit of which there is one.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shift, unit) = match self.0 {
            bytes if bytes >= 1 << 30 => (30, "GiB"),
            bytes if bytes >= 1 << 20 => (20, "MiB"),
            _ => (10, "KiB"),
        };
        let tenths = (u128::from(self.0) * 10).div_ceil(1 << shift);
        write!(text, "{}", tenths / 10)?;
        if tenths % 10 > 0 {
            write!(text, ".{}", tenths % 10)?;
        }
        write!(text, " {unit}")
    }
}

/// Why memory could not be had within the bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// A run needs more, whatever the log.
    #[error(
        "--memory {} is too small: with {threads} threads a run needs at least {}, whatever the log; give that much, \
         or fewer --threads",
        Size(*asked),
        Size(*least)
    )]
    TooSmall {
        /// What was asked for.
        asked: u64,
        /// The least that is possible.
        least: u64,
        /// Threads that work.
        threads: usize,
    },
    /// This run needs more than the bound beside its blocks.
    #[error(
        "this log needs more than --memory {}: {} of what is kept of it cannot be spilled; give at least {}, or split \
         the log",
        Size(*limit),
        Size(*kept),
        Size(*kept + *kept / 4)
    )]
    Exceeded {
        /// The bound.
        limit: u64,
        /// Memory that was still taken when everything that can be spilled was.
        kept: u64,
    },
    /// The disk has less room than the run will need.
    #[error(
        "{} has {} free, and about {} have to be spilled there; free some, or name another folder with --temp-dir, or \
         give more --memory",
        folder.display(),
        Size(*free),
        Size(*needed)
    )]
    NoRoom {
        /// Where the file is.
        folder: PathBuf,
        /// Bytes that are foreseen.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The file cannot be made or grow.
    #[error(
        "cannot write a temporary file of {needed} bytes in {}: {cause}; free some room there, or name another folder \
         with --temp-dir, or give more --memory",
        folder.display()
    )]
    File {
        /// Where the file is.
        folder: PathBuf,
        /// How large it had to become.
        needed: u64,
        /// What the system said.
        cause: String,
    },
}

impl MemoryError {
    fn file(folder: &Path, needed: u64, cause: &std::io::Error) -> Self {
        Self::File {
            folder: folder.to_owned(),
            needed,
            cause: cause.to_string(),
        }
    }
}

impl Bounded {
    /// Whether a plain block of this many bytes still fits; it then counts.
    fn takes_plain(&self, bytes: u64) -> bool {
        let before = self.plain_bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = before + bytes <= self.limits.plain_bytes;
        if !fits {
            self.plain_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }

    fn fail(&self, failure: MemoryError) {
        let _ = self.failure.set(failure);
    }
}

/// A mutex whose data stays usable after a panic elsewhere: the panic itself ends the run.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

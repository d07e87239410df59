//! A temporary file without a name, of which pieces are memory.
//!
//! Disk space is reserved before a piece of the file is mapped, so a disk that is full is an error here, and never one
//! of the blocks that lie in it. The file has no name from the start: whatever ends the program, nothing stays.
//!
//! Why it is mapped, and not written and read: charges are looked up by their place, in parts of the log that are far
//! apart, by nearly everything that comes after the replay. All of it goes on as if there were no bound, and gives
//! the same result, since only the system knows where a page is.

use std::alloc::Layout;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError, RwLock};

use super::{BLOCK_BYTES, MemoryError, lock};

/// How much the file grows by for blocks of [`BLOCK_BYTES`].
const SEGMENT_BYTES: usize = 4096 * BLOCK_BYTES;
/// Every mapping begins and ends at a page, whatever its size.
const PAGE_BYTES: usize = 64 << 10;

const _: () = assert!(SEGMENT_BYTES.is_multiple_of(PAGE_BYTES) && BLOCK_BYTES.is_multiple_of(4096));

/// A temporary file, and what of it is mapped.
#[derive(Debug)]
pub struct MappedFile {
    file: File,
    folder: PathBuf,
    /// How large it may become.
    bytes_max: u64,
    /// Locked for writing while something is unmapped: nobody gives back pages of what is no longer there.
    segments: RwLock<Vec<Segment>>,
    places: Mutex<Places>,
}

/// A mapped piece of the file.
#[derive(Clone, Copy, Debug)]
struct Segment {
    start: NonNull<u8>,
    bytes: usize,
    /// Where in the file.
    offset: u64,
}

/// What of the file is free.
#[derive(Debug, Default)]
struct Places {
    /// Blocks that were given back.
    free: Vec<NonNull<u8>>,
    /// The part of the last segment that no block has had yet.
    fresh: Option<(NonNull<u8>, usize)>,
    end: u64,
    used_bytes: u64,
    peak_bytes: u64,
}

// SAFETY: the addresses are of shared mappings, which belong to the file and to no thread; whoever takes a piece is the
// only one that has it.
unsafe impl Send for MappedFile {}
// SAFETY: as above; everything that changes stands behind a lock.
unsafe impl Sync for MappedFile {}

impl MappedFile {
    /// An empty file in a folder.
    pub fn create(folder: &Path, bytes_max: u64) -> Result<Self, MemoryError> {
        let file = tempfile::tempfile_in(folder);
        Ok(Self {
            file: file.map_err(|error| MemoryError::file(folder, 0, &error))?,
            folder: folder.to_owned(),
            bytes_max,
            segments: RwLock::default(),
            places: Mutex::default(),
        })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The most bytes that were in use at a time.
    pub fn peak_bytes(&self) -> u64 {
        lock(&self.places).peak_bytes
    }

    /// Takes a piece, whose content is any.
    ///
    /// # Errors
    /// If the disk is full.
    pub fn take(&self, layout: Layout) -> Result<NonNull<u8>, MemoryError> {
        let places = &mut *lock(&self.places);
        let start = match is_block(layout) {
            true => match (places.free.pop(), places.fresh) {
                (Some(start), _) => start,
                (None, Some((start, bytes))) if bytes >= BLOCK_BYTES => {
                    // SAFETY: the segment goes on for so many bytes.
                    let next = unsafe { start.add(BLOCK_BYTES) };
                    places.fresh = Some((next, bytes - BLOCK_BYTES));
                    start
                }
                _ => {
                    let start = self.grow(places, SEGMENT_BYTES)?;
                    // SAFETY: a segment has room for many blocks.
                    let next = unsafe { start.add(BLOCK_BYTES) };
                    places.fresh = Some((next, SEGMENT_BYTES - BLOCK_BYTES));
                    start
                }
            },
            false => self.grow(places, layout.size().next_multiple_of(PAGE_BYTES))?,
        };
        places.used_bytes += layout.size() as u64;
        places.peak_bytes = places.peak_bytes.max(places.used_bytes);
        Ok(start)
    }

    /// Takes a piece back.
    pub fn give_back(&self, start: NonNull<u8>, layout: Layout) {
        let places = &mut *lock(&self.places);
        places.used_bytes -= layout.size() as u64;
        if is_block(layout) {
            places.free.push(start);
            return;
        }
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = segments.iter().position(|segment| segment.start == start) {
            let segment = segments.swap_remove(place);
            // SAFETY: a block of its own, which nobody has any more.
            unsafe { system::unmap(segment.start, segment.bytes) };
            system::free(&self.file, segment.offset, segment.bytes);
        }
    }

    /// Gives the pages of the whole file back to the system, which keeps or writes their content.
    pub fn give_back_pages(&self) {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        for segment in segments.iter() {
            // SAFETY: it is mapped as long as it is listed. Its content is that of the file and stays.
            unsafe { system::give_back_pages(segment.start, segment.bytes) };
        }
    }

    fn grow(&self, places: &mut Places, bytes: usize) -> Result<NonNull<u8>, MemoryError> {
        let offset = places.end;
        let end = offset + bytes as u64;
        let refused = |error: io::Error| MemoryError::file(&self.folder, end, &error);
        if end > self.bytes_max {
            return Err(refused(io::Error::from(io::ErrorKind::StorageFull)));
        }
        system::reserve(&self.file, offset, bytes).map_err(refused)?;
        let start = system::map(&self.file, offset, bytes).map_err(refused)?;
        places.end = end;
        self.segments
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Segment {
                start,
                bytes,
                offset,
            });
        Ok(start)
    }
}

impl Drop for MappedFile {
    fn drop(&mut self) {
        let segments = self
            .segments
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for segment in segments {
            // SAFETY: blocks keep the file, so none is left.
            unsafe { system::unmap(segment.start, segment.bytes) };
        }
    }
}

/// Whether a piece is one of those that stages hand on to each other.
fn is_block(layout: Layout) -> bool {
    layout.size() <= BLOCK_BYTES
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::ptr::{self, NonNull};

    /// Reserves room on the disk.
    pub fn reserve(file: &File, offset: u64, bytes: usize) -> io::Result<()> {
        loop {
            // SAFETY: an open file; no memory is handed over.
            let code = unsafe {
                libc::posix_fallocate(
                    file.as_raw_fd(),
                    offset as libc::off_t,
                    bytes as libc::off_t,
                )
            };
            match code {
                0 => return Ok(()),
                libc::EINTR => {}
                code => return Err(io::Error::from_raw_os_error(code)),
            }
        }
    }

    /// Maps a part of the file, for which there is room.
    pub fn map(file: &File, offset: u64, bytes: usize) -> io::Result<NonNull<u8>> {
        // SAFETY: the system chooses where, so nothing that is mapped is touched.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                offset as libc::off_t,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let refused = || io::Error::other("the system maps to nowhere");
        NonNull::new(start.cast()).ok_or_else(refused)
    }

    /// Ends a mapping.
    ///
    /// # Safety
    /// It was mapped as a whole, and nobody uses it any more.
    pub unsafe fn unmap(start: NonNull<u8>, bytes: usize) {
        // SAFETY: so says the caller.
        unsafe { libc::munmap(start.as_ptr().cast(), bytes) };
    }

    /// Gives pages back to the system; their content stays that of the file.
    ///
    /// # Safety
    /// It is a shared mapping of a file.
    pub unsafe fn give_back_pages(start: NonNull<u8>, bytes: usize) {
        // SAFETY: so says the caller. Pages of a shared mapping come back with their content when they are touched.
        unsafe { libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_DONTNEED) };
    }

    /// Gives the room on the disk back. Where the system cannot, it comes back with the file's end.
    pub fn free(file: &File, offset: u64, bytes: usize) {
        // SAFETY: an open file; no memory is handed over.
        unsafe {
            libc::fallocate(
                file.as_raw_fd(),
                libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE,
                offset as libc::off_t,
                bytes as libc::off_t,
            )
        };
    }
}

/// Elsewhere nothing is known that takes pages from a program without taking their content.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;
    use std::ptr::NonNull;

    pub fn reserve(_: &File, _: u64, _: usize) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }

    pub fn map(_: &File, _: u64, _: usize) -> io::Result<NonNull<u8>> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }

    pub unsafe fn unmap(_: NonNull<u8>, _: usize) {}

    pub unsafe fn give_back_pages(_: NonNull<u8>, _: usize) {}

    pub fn free(_: &File, _: u64, _: usize) {}
}

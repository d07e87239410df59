//! What the system says of the program's memory, and of a disk's room.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Reads the resident memory of the process again and again.
#[derive(Debug)]
pub struct Resident(File);

impl Resident {
    /// Begins.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn open() -> io::Result<Self> {
        File::open("/proc/self/statm").map(Self)
    }

    /// Bytes that are resident now.
    pub fn bytes(&mut self) -> Option<u64> {
        let mut text = [0; 128];
        self.0.seek(SeekFrom::Start(0)).ok()?;
        let length = self.0.read(&mut text).ok()?;
        let text = std::str::from_utf8(text.get(..length)?).ok()?;
        let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
        Some(pages * page_bytes())
    }
}

/// The most bytes that were resident at any time.
pub fn peak_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(target_os = "linux")]
fn page_bytes() -> u64 {
    // SAFETY: it only asks.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes).unwrap_or(4096)
}

#[cfg(not(target_os = "linux"))]
fn page_bytes() -> u64 {
    4096
}

/// Bytes that a disk has free for this program.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stated = rustix::fs::statvfs(path).ok()?;
    Some(stated.f_bavail.saturating_mul(stated.f_frsize))
}

/// Elsewhere it shows when the disk is full.
#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Gives freed memory back to the system. Elsewhere than on glibc the allocator is left to itself.
pub fn release_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim has no preconditions; it only returns free pages.
    unsafe {
        libc::malloc_trim(0);
    }
}

//! One lock per state, held by the system: it goes with the process, so none can be left behind.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run has it.
    #[error("another run holds {}{holder}", .path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// What the other run says of itself.
        holder: String,
    },
    /// The system refuses.
    #[error("cannot lock {}: {source}", .path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Lock {
    /// Takes the lock, or says at once who has it.
    ///
    /// # Errors
    /// If another run has it, or the file system knows no locks.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let refused = |source| LockError::Io {
            path: path.to_owned(),
            source,
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused)?;
        }
        let mut file = open(path).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(LockError::Held {
                    path: path.to_owned(),
                    holder: match holder.trim() {
                        "" => String::new(),
                        holder => format!(" ({holder})"),
                    },
                });
            }
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        if !names(path, &file) {
            // Someone has removed the file after it was opened: a lock on it would keep nobody out.
            return Self::take(path);
        }
        // Only said to people: the lock itself is the system's.
        let _ = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| write!(file, "process {}", std::process::id()));
        Ok(Self { _file: file })
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// Whether a path still names an open file.
#[cfg(unix)]
fn names(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;

    let place = |found: std::io::Result<fs::Metadata>| found.map(|it| (it.dev(), it.ino())).ok();
    place(fs::metadata(path)) == place(file.metadata())
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn names(_: &Path, _: &File) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/a.lock");
        let first = Lock::take(&path).expect("a lock");
        let error = Lock::take(&path).expect_err("it is held").to_string();
        let own = format!("process {}", std::process::id());
        assert!(error.contains(&own), "{error}");
        drop(first);
        Lock::take(&path).expect("it is free again");
    }
}

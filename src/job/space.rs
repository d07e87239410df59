//! Whether the disks have room for a run, asked before it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use crate::memory::free_bytes;

/// A folder that will be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What for.
    pub what: &'static str,
    /// The folder; it may not be there yet.
    pub path: PathBuf,
    /// How many bytes it is expected to take.
    pub bytes: u64,
}

/// What is known of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free {
    /// Which one it is.
    pub device: u64,
    /// Bytes that may still be written.
    pub bytes: u64,
}

/// Too little room.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}: {free} bytes are free, and the run is expected to need {needed} ({for_what})",
    .path.display()
)]
pub struct TooLittle {
    /// The first folder of the file system.
    pub path: PathBuf,
    /// Free bytes.
    pub free: u64,
    /// Expected bytes, with what must stay free.
    pub needed: u64,
    /// What for.
    pub for_what: String,
}

/// Asks whether every file system has room for all that is written to it, and `spare` bytes beside.
///
/// A file system that does not tell how much is free is left alone.
///
/// # Errors
/// If one has not.
pub fn check(
    needs: &[Need],
    spare: u64,
    free: impl Fn(&Path) -> io::Result<Free>,
) -> Result<(), TooLittle> {
    let mut by_device: BTreeMap<u64, (Free, Vec<&Need>)> = BTreeMap::new();
    for need in needs {
        if let Ok(found) = free(standing(&need.path)) {
            let of_device = by_device.entry(found.device);
            of_device
                .or_insert_with(|| (found, Vec::new()))
                .1
                .push(need);
        }
    }
    for (free, needs) in by_device.into_values() {
        let expected = needs.iter().map(|need| need.bytes);
        let needed = expected.fold(spare, u64::saturating_add);
        if free.bytes < needed {
            let named = needs.iter().map(|need| need.what);
            return Err(TooLittle {
                path: needs[0].path.clone(),
                free: free.bytes,
                needed,
                for_what: named.collect::<Vec<_>>().join(", "),
            });
        }
    }
    Ok(())
}

/// The path, or the nearest folder above it that is there.
fn standing(path: &Path) -> &Path {
    let mut ancestors = path.ancestors();
    let found = ancestors.find(|path| !path.as_os_str().is_empty() && path.exists());
    found.unwrap_or(Path::new("."))
}

/// What the system says is free.
///
/// # Errors
/// If it does not say.
#[cfg(unix)]
pub fn free_of(path: &Path) -> io::Result<Free> {
    use std::os::unix::fs::MetadataExt;

    Ok(Free {
        device: std::fs::metadata(path)?.dev(),
        bytes: free_bytes(path).ok_or(io::ErrorKind::Unsupported)?,
    })
}

/// Other systems are not asked.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn free_of(_: &Path) -> io::Result<Free> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(what: &'static str, path: &str, bytes: u64) -> Need {
        Need {
            what,
            path: PathBuf::from(path),
            bytes,
        }
    }

    #[test]
    fn needs_on_one_file_system_add_up() {
        let needs = [need("reports", "a", 60), need("temporary files", "b", 50)];
        let one = |_: &Path| {
            Ok(Free {
                device: 1,
                bytes: 119,
            })
        };
        assert_eq!(check(&needs, 9, one), Ok(()));
        let error = check(&needs, 10, one).expect_err("120 are needed");
        assert_eq!((error.free, error.needed), (119, 120));
        assert_eq!(
            error.to_string(),
            "a: 119 bytes are free, and the run is expected to need 120 (reports, temporary files)"
        );
    }

    #[test]
    fn a_file_system_that_says_nothing_stops_no_run() {
        let needs = [need("reports", "a", u64::MAX)];
        assert_eq!(
            check(&needs, 1, |_| Err(io::ErrorKind::Unsupported.into())),
            Ok(())
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_system_is_asked_at_the_nearest_folder_that_stands() {
        let asked = free_of(standing(Path::new("/nowhere/at/all"))).expect("the root is there");
        assert!(asked.bytes > 0);
    }
}

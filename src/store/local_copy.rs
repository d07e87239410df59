//! A temporary file, which is gone with the process whatever ends it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// A temporary file that can be opened by its path as long as this lives.
#[derive(Debug)]
pub struct LocalCopy {
    file: File,
    path: PathBuf,
    /// Its name in the folder, where the system cannot open what has none.
    _name: Option<TempPath>,
}

impl LocalCopy {
    /// An empty file in this folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let (file, name) = tempfile::Builder::new()
            .prefix("counterfoil-")
            .tempfile_in(folder)?
            .into_parts();
        if let Some(path) = path_without_name(&file) {
            // Without a name in the folder, nothing stays behind even where the process is killed.
            name.close()?;
            return Ok(Self {
                file,
                path,
                _name: None,
            });
        }
        Ok(Self {
            file,
            path: name.to_path_buf(),
            _name: Some(name),
        })
    }

    /// The path under which it can be opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself, to be written.
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// A path that leads to an open file by its descriptor, if the system has such paths.
#[cfg(target_os = "linux")]
fn path_without_name(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;

    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let (own, led_to) = (
        file.metadata().ok()?,
        File::open(&path).ok()?.metadata().ok()?,
    );
    ((own.dev(), own.ino()) == (led_to.dev(), led_to.ino())).then_some(path)
}

#[cfg(not(target_os = "linux"))]
fn path_without_name(_: &File) -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_copy_is_read_from_the_start_by_its_path_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let copy = LocalCopy::create(folder.path()).unwrap();
        copy.file().write_all(b"abc").unwrap();
        assert_eq!(std::fs::read(copy.path()).unwrap(), b"abc");
        assert_eq!(std::fs::read(copy.path()).unwrap(), b"abc");
        drop(copy);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

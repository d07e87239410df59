//! A file by itself, which appears whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::run::interrupt;

const BUFFER_BYTES: usize = 1 << 20;

/// A file that is being written beside its place.
pub struct LoneFile {
    target: PathBuf,
    replaces: bool,
    file: BufWriter<NamedTempFile>,
}

impl LoneFile {
    /// Starts a file, in folders that are made if they are not there.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn create(target: &Path, replaces: bool) -> Result<Self> {
        let parent = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".counterfoil-");
        // Like any file: readable by whom the user's mask lets.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let create = || {
            let file = builder.tempfile_in(parent);
            file.with_context(|| format!("cannot write {}", target.display()))
        };
        let file = interrupt::make(create, NamedTempFile::path)?;
        Ok(Self {
            target: target.to_owned(),
            replaces,
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
        })
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// If the rest cannot be written, or another file has come there meanwhile.
    pub fn finish(self) -> Result<()> {
        let cannot = || format!("cannot write {}", self.target.display());
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error);
        let file: NamedTempFile = file.with_context(cannot)?;
        file.as_file().sync_all().with_context(cannot)?;
        interrupt::undisturbed(|| {
            let placed = match self.replaces {
                true => file.persist(&self.target),
                false => file.persist_noclobber(&self.target),
            };
            placed.map(drop).with_context(cannot)?;
            super::sync_folder(super::parent_of(&self.target))
        })
    }
}

impl Write for LoneFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

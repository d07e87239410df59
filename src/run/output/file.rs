//! A file of the output folder, hashed on its way to the disk.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;

use super::{Folder, WrittenFile, lock};

const BUFFER_BYTES: usize = 1 << 20;

/// A file of the folder, hashed as it is written.
pub struct OutputFile<'a> {
    folder: &'a Folder,
    name: String,
    inner: BufWriter<Hashing>,
}

impl<'a> OutputFile<'a> {
    /// A file of this folder; `shown` is the path that errors name.
    pub(super) fn new(folder: &'a Folder, name: &str, file: File, shown: PathBuf) -> Self {
        Self {
            folder,
            name: name.to_owned(),
            inner: BufWriter::with_capacity(BUFFER_BYTES, Hashing::new(file, shown)),
        }
    }

    /// Syncs the file and notes its hash.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub fn finish(self) -> Result<()> {
        let hashing = self
            .inner
            .into_inner()
            .map_err(|error| error.into_error())?;
        hashing
            .file
            .sync_all()
            .map_err(|error| hashing.named(error))?;
        lock(&self.folder.written).push(WrittenFile {
            path: self.name,
            bytes: hashing.bytes,
            blake3: hashing.hasher.finalize().to_hex().to_string(),
        });
        Ok(())
    }
}

impl Write for OutputFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct Hashing {
    file: File,
    shown: PathBuf,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    fn new(file: File, shown: PathBuf) -> Self {
        Self {
            file,
            shown,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }

    fn named(&self, error: io::Error) -> io::Error {
        io::Error::new(
            error.kind(),
            format!("cannot write {}: {error}", self.shown.display()),
        )
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes).map_err(|error| self.named(error))?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

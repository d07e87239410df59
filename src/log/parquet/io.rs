//! Reads at positions, so that threads share one open file and no offset.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// An open file whose length is known.
#[derive(Debug)]
pub(super) struct PositionalFile {
    #[cfg(any(unix, windows))]
    file: Arc<File>,
    #[cfg(not(any(unix, windows)))]
    file: std::sync::Mutex<Arc<File>>,
    /// Where it begins: a file may stand inside another one.
    start: u64,
    length: u64,
}

impl PositionalFile {
    /// Opens a file for reading.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self::inside(Arc::new(file), 0, length))
    }

    /// The file that stands inside another one.
    pub(super) fn inside(file: Arc<File>, start: u64, length: u64) -> Self {
        #[cfg(not(any(unix, windows)))]
        let file = std::sync::Mutex::new(file);
        Self {
            file,
            start,
            length,
        }
    }

    /// Bytes of the file when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Fills a buffer from a position.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        let end = position.checked_add(buffer.len() as u64);
        if end.is_none_or(|end| self.length < end) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.fill_at(buffer, self.start + position)
    }

    #[cfg(unix)]
    fn fill_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&*self.file, buffer, position)
    }

    #[cfg(windows)]
    fn fill_at(&self, mut buffer: &mut [u8], mut position: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, position) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    buffer = &mut buffer[count..];
                    position += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    #[cfg(not(any(unix, windows)))]
    fn fill_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let file = self
            .file
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut file: &File = &file;
        file.seek(SeekFrom::Start(position))?;
        file.read_exact(buffer)
    }
}

/// Reads forwards from a position in pieces of a quarter megabyte.
#[derive(Debug)]
pub(super) struct ForwardReader<'a> {
    file: &'a PositionalFile,
    /// Bytes read ahead.
    window: Vec<u8>,
    /// How many of them have been passed.
    passed: usize,
    /// Position in the file behind the window.
    next: u64,
    /// Where reading ahead stops making sense.
    end_hint: u64,
}

const READ_AHEAD: u64 = 256 * 1024;

impl<'a> ForwardReader<'a> {
    /// A reader from `start`; `end_hint` is where its data are said to end, `window` memory to use.
    pub(super) fn new(
        file: &'a PositionalFile,
        start: u64,
        end_hint: u64,
        mut window: Vec<u8>,
    ) -> Self {
        window.clear();
        Self {
            file,
            window,
            passed: 0,
            next: start,
            end_hint,
        }
    }

    /// Gives the memory back.
    pub(super) fn into_window(self) -> Vec<u8> {
        self.window
    }

    /// What has been read ahead.
    pub(super) fn window(&self) -> &[u8] {
        &self.window[self.passed..]
    }

    /// Position in the file of the next byte.
    pub(super) fn position(&self) -> u64 {
        self.next - self.window().len() as u64
    }

    /// Passes over bytes, without reading them where they are not yet read.
    pub(super) fn skip(&mut self, length: usize) {
        let ahead = self.window().len();
        if length <= ahead {
            self.passed += length;
        } else {
            self.next = self.next.saturating_add((length - ahead) as u64);
            self.passed = self.window.len();
        }
    }

    /// Reads ahead at least `length` bytes, or what the file still has; returns whether it had as many.
    pub(super) fn fill(&mut self, length: usize) -> io::Result<bool> {
        let ahead = self.window().len();
        let left = self.file.len().saturating_sub(self.next);
        let missing = (length.saturating_sub(ahead) as u64).min(left);
        if missing > 0 {
            self.window.drain(..self.passed);
            self.passed = 0;
            let wanted = self
                .end_hint
                .saturating_sub(self.next)
                .min(READ_AHEAD)
                .max(missing)
                .min(left);
            self.window.resize(ahead + wanted as usize, 0);
            if let Err(error) = self
                .file
                .read_exact_at(&mut self.window[ahead..], self.next)
            {
                self.window.truncate(ahead);
                return Err(error);
            }
            self.next += wanted;
        }
        Ok(self.window().len() >= length)
    }
}

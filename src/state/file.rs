//! The file in which a state is kept: sections of any size behind a version, and a checksum over all of it.
//!
//! ```text
//!  COUNTERFOILSTATE | version | { section | length | bytes }* | 0 | BLAKE3 of everything before
//! ```
//!
//! It is read through once before anything of it is believed: a file that was cut off, or in which a bit has
//! changed, is refused, and so is one of a newer version.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Version of the form and of its tables' columns; a program reads its own and no other.
pub const STATE_VERSION: u32 = 2;

const MAGIC: [u8; 16] = *b"COUNTERFOILSTATE";
const END: u8 = 0;
const CHECKSUM_BYTES: usize = blake3::OUT_LEN;
const BUFFER_BYTES: usize = 1 << 20;
const START_BYTES: u64 = MAGIC.len() as u64 + 4;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// Everything small, as packed JSON.
    Header = 1,
    /// Counts of settled charges, as packed JSON.
    Charges = 2,
    /// Keys of settled messages.
    Messages = 3,
    /// A part of the rows that are carried, as a log.
    Log = 4,
    /// A part of the charges that were published and may still change, as the table.
    PublishedCharges = 5,
    /// A part of the conversations that were published and may still change, as the table.
    PublishedConversations = 6,
    /// Which rows of the part before it are gone.
    Gone = 7,
    /// The digests of the rows of the part before it, where those are lines that were published.
    Digests = 8,
}

impl Section {
    /// What it is called in errors.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Charges => "settled charges",
            Self::Messages => "settled messages",
            Self::Log => "carried rows",
            Self::PublishedCharges => "published charges",
            Self::PublishedConversations => "published conversations",
            Self::Gone => "rows that are gone",
            Self::Digests => "digests",
        }
    }
}

/// Why a state cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// The operating system refused.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is no state: a state begins with COUNTERFOILSTATE; give the file that --state-out wrote", .0.display())]
    NoState(PathBuf),
    /// It was written by a program that knows more.
    #[error("{}: the state has version {found}, and this program ({}) reads version {STATE_VERSION}: use the program that wrote it, or begin again from the whole log without --state-in", path.display(), env!("CARGO_PKG_VERSION"))]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// It ends too early.
    #[error("{}: the state is cut off at byte {bytes}; bring back the last whole one, or begin again from the whole log without --state-in", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Where it ends.
        bytes: u64,
    },
    /// It is not what was written.
    #[error("{}: the state is damaged: its checksum is {found}, and it says {stated}; bring back the last whole one, or begin again from the whole log without --state-in", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was computed.
        found: String,
        /// What stands at its end.
        stated: String,
    },
    /// A part of it says what none can say.
    #[error("{}: the state's {part} cannot be used: {reason}; begin again from the whole log without --state-in", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which part.
        part: &'static str,
        /// Why.
        reason: String,
    },
}

/// Writes the sections of a state, one after another.
pub struct StateWriter<W: Write> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> StateWriter<W> {
    /// Begins a state.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Self {
            out,
            hasher: blake3::Hasher::new(),
        };
        writer.put(&MAGIC)?;
        writer.put(&STATE_VERSION.to_le_bytes())?;
        Ok(writer)
    }

    /// Writes a section.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn section(&mut self, section: Section, bytes: &[u8]) -> io::Result<()> {
        self.begin(section, bytes.len() as u64)?;
        self.put(bytes)
    }

    /// Writes a section that stands in a file, from a byte on, so many bytes.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn section_of(
        &mut self,
        section: Section,
        mut file: &File,
        (start, length): (u64, u64),
    ) -> io::Result<()> {
        file.seek(SeekFrom::Start(start))?;
        self.begin(section, length)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut left = length;
        while left > 0 {
            let wanted = left.min(BUFFER_BYTES as u64) as usize;
            file.read_exact(&mut buffer[..wanted])?;
            self.put(&buffer[..wanted])?;
            left -= wanted as u64;
        }
        Ok(())
    }

    /// Ends the state with its checksum; what it was written to comes back.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.put(&[END])?;
        self.out.write_all(self.hasher.finalize().as_bytes())?;
        Ok(self.out)
    }

    fn begin(&mut self, section: Section, length: u64) -> io::Result<()> {
        self.put(&[section as u8])?;
        self.put(&length.to_le_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.out.write_all(bytes)
    }
}

/// A state whose checksum holds.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    file: Arc<File>,
    /// Number, first byte and length of each section.
    sections: Vec<(u8, u64, u64)>,
}

impl StateFile {
    /// Opens a state and reads it through.
    ///
    /// # Errors
    /// If it is none, is damaged, or of another version.
    pub fn open(path: &Path) -> Result<Self, StateFileError> {
        let failed = |source| StateFileError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut scan = Scan {
            path,
            reader: BufReader::with_capacity(BUFFER_BYTES, &file),
            hasher: blake3::Hasher::new(),
            at: 0,
            length,
        };
        let mut magic = [0; MAGIC.len()];
        if length < START_BYTES || scan.exact(&mut magic).is_err() || magic != MAGIC {
            return Err(StateFileError::NoState(path.to_owned()));
        }
        let mut version = [0; 4];
        scan.exact(&mut version)?;
        let found = u32::from_le_bytes(version);
        if found != STATE_VERSION {
            return Err(StateFileError::OtherVersion {
                path: path.to_owned(),
                found,
            });
        }
        let sections = scan.sections()?;
        Ok(Self {
            path: path.to_owned(),
            file: Arc::new(file),
            sections,
        })
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a section; none if the state has no such section.
    ///
    /// # Errors
    /// If it can no longer be read.
    pub fn bytes(&self, section: Section) -> Result<Vec<u8>, StateFileError> {
        let mut sections = self.sections.iter();
        let found = sections.find(|found| found.0 == section as u8);
        found.map_or(Ok(Vec::new()), |&(_, start, length)| {
            self.bytes_at(start, length)
        })
    }

    pub(super) fn bytes_at(&self, start: u64, length: u64) -> Result<Vec<u8>, StateFileError> {
        let mut bytes = Vec::new();
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(start))
            .and_then(|_| file.take(length).read_to_end(&mut bytes))
            .map_err(|source| self.unreadable(source))?;
        Ok(bytes)
    }

    /// Number, first byte and length of each section.
    pub(super) fn sections(&self) -> &[(u8, u64, u64)] {
        &self.sections
    }

    /// The open file, in which its parts stand.
    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    fn unreadable(&self, source: io::Error) -> StateFileError {
        StateFileError::Io {
            path: self.path.clone(),
            source,
        }
    }

    /// An error in what a section says.
    pub fn malformed(&self, part: &'static str, reason: impl ToString) -> StateFileError {
        StateFileError::Malformed {
            path: self.path.clone(),
            part,
            reason: reason.to_string(),
        }
    }
}

/// A file on its way through the checksum.
struct Scan<'a> {
    path: &'a Path,
    reader: BufReader<&'a File>,
    hasher: blake3::Hasher,
    at: u64,
    length: u64,
}

impl Scan<'_> {
    fn sections(&mut self) -> Result<Vec<(u8, u64, u64)>, StateFileError> {
        let mut sections = Vec::new();
        loop {
            let mut number = [0];
            self.exact(&mut number)?;
            if number[0] == END {
                break;
            }
            let mut length = [0; 8];
            self.exact(&mut length)?;
            let length = u64::from_le_bytes(length);
            if length > self.length - self.at {
                return Err(self.cut_off());
            }
            sections.push((number[0], self.at, length));
            self.skip(length)?;
        }
        let found = self.hasher.finalize();
        let mut stated = [0; CHECKSUM_BYTES];
        self.exact(&mut stated)?;
        let stated = blake3::Hash::from_bytes(stated);
        if found != stated || self.at != self.length {
            return Err(StateFileError::Damaged {
                path: self.path.to_owned(),
                found: found.to_hex()[..16].to_owned(),
                stated: stated.to_hex()[..16].to_owned(),
            });
        }
        Ok(sections)
    }

    fn skip(&mut self, length: u64) -> Result<(), StateFileError> {
        let mut buffer = vec![0; BUFFER_BYTES.min(length as usize)];
        let mut left = length;
        while left > 0 {
            let wanted = left.min(buffer.len() as u64) as usize;
            self.exact(&mut buffer[..wanted])?;
            left -= wanted as u64;
        }
        Ok(())
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), StateFileError> {
        self.reader
            .read_exact(bytes)
            .map_err(|source| match source.kind() {
                io::ErrorKind::UnexpectedEof => self.cut_off(),
                _ => StateFileError::Io {
                    path: self.path.to_owned(),
                    source,
                },
            })?;
        self.hasher.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn cut_off(&self) -> StateFileError {
        StateFileError::CutOff {
            path: self.path.to_owned(),
            bytes: self.length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let mut writer = StateWriter::new(Vec::new()).expect("memory");
        writer.section(Section::Header, b"{}").expect("memory");
        writer.section(Section::Log, b"rows").expect("memory");
        writer.finish().expect("memory")
    }

    fn open(bytes: &[u8]) -> Result<StateFile, StateFileError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        std::fs::write(&path, bytes).expect("a file");
        StateFile::open(&path)
    }

    #[test]
    fn sections_come_back() {
        let state = open(&written()).expect("a state");
        assert_eq!(state.bytes(Section::Header).expect("a section"), b"{}");
        assert_eq!(state.bytes(Section::Log).expect("a section"), b"rows");
        assert_eq!(state.bytes(Section::Charges).expect("no section"), b"");
    }

    #[test]
    fn a_state_that_was_cut_off_anywhere_is_refused() {
        let whole = written();
        for length in 0..whole.len() {
            let error = open(&whole[..length]).expect_err("a part of a state");
            let is_told = match error {
                StateFileError::NoState(_) => length < START_BYTES as usize,
                StateFileError::CutOff { bytes, .. } => bytes == length as u64,
                _ => false,
            };
            assert!(is_told, "cut to {length} bytes: {error}");
        }
    }

    #[test]
    fn a_changed_bit_anywhere_is_refused() {
        let whole = written();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            open(&bytes).expect_err("a damaged state");
        }
        open(&[&whole[..], b"more"].concat()).expect_err("a state with something behind it");
    }

    #[test]
    fn a_newer_version_is_refused_by_its_number() {
        let mut bytes = written();
        bytes[16..20].copy_from_slice(&(STATE_VERSION + 1).to_le_bytes());
        let error = open(&bytes).expect_err("a newer state").to_string();
        assert!(error.contains("the state has version 3"), "{error}");
    }
}

//! The bytes of a text file: plain, gzip or zstd.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::log::LogError;

const COMPRESSED_BLOCK_BYTES: usize = 256 << 10;
/// What `zstd --long=31` needs, the most there is.
const ZSTD_WINDOW_LOG_MAX: u32 = 31;

/// How the text is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) enum Compression {
    /// Not at all.
    Plain,
    /// Gzip, of any number of members.
    Gzip,
    /// Zstandard, of any number of frames.
    Zstd,
}

impl Compression {
    /// Recognises a packed file by its first bytes.
    pub(in crate::log) fn of_content(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "file",
            Self::Gzip => "gzip stream",
            Self::Zstd => "zstd stream",
        }
    }
}

/// The unpacked bytes of a file, and how far the file on disk was read for them.
pub(in crate::log) struct TextStream {
    bytes: Bytes,
    compression: Compression,
    position: Arc<AtomicU64>,
}

impl TextStream {
    /// Opens a file, which errors call `shown`, and skips its first unpacked bytes.
    pub(in crate::log) fn open(
        path: &Path,
        shown: &Path,
        compression: Compression,
        skip: u64,
    ) -> Result<Self, LogError> {
        let position = Arc::new(AtomicU64::new(0));
        let bytes = open_bytes(path, compression, skip, &position).map_err(|error| {
            damaged(shown, compression, position.load(Ordering::Relaxed), error)
        })?;
        Ok(Self {
            bytes,
            compression,
            position,
        })
    }

    /// Appends so many more bytes, fewer only at the end; says how many.
    pub(in crate::log) fn append_to(
        &mut self,
        text: &mut Vec<u8>,
        count: usize,
    ) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::Plain(Counted { file, position }) => {
                let count = file.take(count as u64).read_to_end(text)?;
                position.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Bytes::Packed(bytes) => bytes.take(count as u64).read_to_end(text),
        }
    }

    /// How many bytes on disk were read so far.
    pub(in crate::log) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// What a failed read means for the file.
    pub(in crate::log) fn error(&self, path: &Path, error: io::Error) -> LogError {
        damaged(path, self.compression, self.position(), error)
    }
}

impl Read for TextStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::Plain(file) => file.read(buffer),
            Bytes::Packed(bytes) => bytes.read(buffer),
        }
    }
}

/// Where the bytes come from. A plain file is known as one, for it fills memory that was never written.
enum Bytes {
    Plain(Counted),
    Packed(Box<dyn Read>),
}

fn open_bytes(
    path: &Path,
    compression: Compression,
    skip: u64,
    position: &Arc<AtomicU64>,
) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    if compression == Compression::Plain {
        file.seek(SeekFrom::Start(skip))?;
        return Ok(Bytes::Plain(Counted {
            file,
            position: Arc::clone(position),
        }));
    }
    let counted = Counted {
        file,
        position: Arc::clone(position),
    };
    let packed = BufReader::with_capacity(COMPRESSED_BLOCK_BYTES, counted);
    let mut bytes: Box<dyn Read> = if compression == Compression::Gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(packed))
    } else {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
        Box::new(decoder)
    };
    io::copy(&mut bytes.by_ref().take(skip), &mut io::sink())?;
    Ok(Bytes::Packed(bytes))
}

/// Tells the operating system's refusal from a stream that ends or breaks.
fn damaged(path: &Path, compression: Compression, byte_offset: u64, error: io::Error) -> LogError {
    if compression == Compression::Plain || error.raw_os_error().is_some() {
        return LogError::io(path, error);
    }
    let how = if error.kind() == io::ErrorKind::UnexpectedEof {
        "truncated"
    } else {
        "damaged"
    };
    LogError::Damaged {
        path: path.to_owned(),
        what: format!("{} {how}", compression.name()),
        byte_offset,
        reason: error.to_string(),
    }
}

struct Counted {
    file: File,
    position: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.position.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

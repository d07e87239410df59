//! Why an input cannot be read at all. Each of these ends a run with exit code 3.

use std::path::{Path, PathBuf};

/// An input that cannot be read, named with what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The operating system refused.
    #[error("cannot read {}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An object store refused.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// Nothing to read was found.
    #[error("no log found: {looked_for}")]
    NotFound {
        /// What was looked for and where.
        looked_for: String,
    },
    /// The file is of another kind than it should be.
    #[error("{}: expected {expected}, found {found}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The header does not name the columns of a log.
    #[error("{}: {message}", .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Expected, found, nearest names and what would help, over several lines.
        message: String,
    },
    /// The file ends or breaks in the middle of its data.
    #[error("{}: {what} at byte {byte_offset}: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is damaged, such as `gzip stream truncated`.
        what: String,
        /// Where, as an offset in the file on disk.
        byte_offset: u64,
        /// What the decoder says.
        reason: String,
    },
    /// One column of times holds epoch seconds and epoch milliseconds.
    #[error(
        "{}: column `{column}` mixes epoch seconds ({seconds}) and epoch milliseconds ({milliseconds}): \
         expected one unit throughout the column",
        .path.display()
    )]
    MixedEpochUnits {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// The smallest value taken as seconds.
        seconds: i64,
        /// The smallest value taken as milliseconds.
        milliseconds: i64,
    },
}

impl LogError {
    /// The operating system's refusal to read a file.
    pub fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// A file of another kind than expected.
    pub fn format(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Format {
            path: path.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

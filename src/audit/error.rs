//! Why an invoice or an analytics file cannot be used: where it stands, what was found, what was expected,
//! what to do next (exit code 3).

use std::fmt;

/// A piece of evidence that cannot be read, said so that it can be mended.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be opened or read.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not what its format asks for.
    #[error("{0}")]
    Malformed(Box<Malformed>),
}

/// A cell, or another place in a file, that is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The file and the line, counted from 1.
    pub place: String,
    /// The column of a table or the path in a JSON document; empty for a whole line.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What should stand there.
    pub expected: String,
    /// What to do next.
    pub next: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.place)?;
        if !self.column.is_empty() {
            write!(formatter, "`{}`: ", self.column)?;
        }
        write!(
            formatter,
            "found {}, expected {}",
            self.found, self.expected
        )?;
        if !self.next.is_empty() {
            write!(formatter, "; {}", self.next)?;
        }
        Ok(())
    }
}

/// A line of an evidence file, able to refuse its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    pub file: &'a str,
    /// Counted from 1; 0 for a whole file.
    pub line: u64,
}

impl Spot<'_> {
    /// Refuses what stands in a column.
    pub fn refuse(
        self,
        column: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
        next: impl Into<String>,
    ) -> EvidenceError {
        let place = match self.line {
            0 => self.file.to_owned(),
            line => format!("{}:{line}", self.file),
        };
        EvidenceError::Malformed(Box::new(Malformed {
            place,
            column: column.into(),
            found: found.into(),
            expected: expected.into(),
            next: next.into(),
        }))
    }
}

/// A file's text. It must be UTF-8; a byte order mark is dropped.
pub(super) fn text_of(bytes: &[u8], file: &str) -> Result<String, EvidenceError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            Err(Spot { file, line }.refuse(
                "",
                "bytes that are no UTF-8",
                "UTF-8 text",
                "save the file as UTF-8 and try again",
            ))
        }
    }
}

/// Reads a file whole.
pub(super) fn read(path: &std::path::Path) -> Result<String, EvidenceError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|cause| EvidenceError::Unreadable {
        file: file.clone(),
        cause,
    })?;
    text_of(&bytes, &file)
}

//! Why a rulebook, a setting, the accounts or a tariff table is refused: always exit code 2.

use std::{fmt, path::Path};

/// A configuration that cannot be used, said so that it can be mended.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not what its format asks for: syntax, unknown or missing keys, wrong types.
    #[error("{place}: {problem}")]
    Malformed {
        /// Where.
        place: Place,
        /// What is wrong with it.
        problem: String,
    },
    /// A value that is none of the accepted ones.
    #[error("{place}: unknown {what} `{found}`{}; accepted: {accepted}", hint(.nearest))]
    UnknownValue {
        /// Where.
        place: Place,
        /// What the value should have been.
        what: Box<str>,
        /// What stands there.
        found: String,
        /// The accepted values in words.
        accepted: Box<str>,
        /// The accepted value that looks most like it.
        nearest: Option<String>,
    },
    /// No setting has this id or name.
    #[error("{place}: unknown setting `{key}`{}; `counterfoil settings` lists them", hint(.nearest))]
    UnknownSetting {
        /// Where.
        place: Place,
        /// The key as it was written.
        key: String,
        /// The setting that looks most like it.
        nearest: Option<String>,
    },
    /// Two entries say the same thing.
    #[error("{place}: {what} stands twice")]
    Duplicate {
        /// Where the second one stands.
        place: Place,
        /// What stands twice.
        what: String,
    },
    /// Two dated entries hold at once.
    #[error("{place}: {what}: overlaps the entry before it on {date}")]
    Overlap {
        /// Where the later one stands.
        place: Place,
        /// Of what.
        what: String,
        /// The first date that both claim.
        date: String,
    },
    /// Between two dated entries nothing holds.
    #[error("{place}: {what}: nothing holds on {date}")]
    Gap {
        /// Where the later entry stands.
        place: Place,
        /// Of what.
        what: String,
        /// The first date without an entry.
        date: String,
    },
}

impl ConfigError {
    /// A malformed place, in words.
    pub(crate) fn malformed(place: Place, problem: impl Into<String>) -> Self {
        Self::Malformed {
            place,
            problem: problem.into(),
        }
    }

    /// A value that is none of `accepted`, with the one nearest to it.
    pub(crate) fn unknown_value<'a>(
        place: Place,
        what: impl Into<String>,
        found: &str,
        accepted: impl Into<String>,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::UnknownValue {
            place,
            what: what.into().into(),
            found: found.to_owned(),
            accepted: accepted.into().into(),
            nearest: nearest(found, candidates),
        }
    }

    /// What the TOML reader says, with the line it says it about, and the nearest key where it knows none of a name.
    pub(crate) fn from_toml(error: &toml::de::Error, file: &str, text: &str) -> Self {
        let place = match error.span() {
            Some(span) => Place::at_offset(file, text, span.start),
            None => Place::file(file),
        };
        let message = error.message();
        let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        match words.split_first() {
            Some((found, known)) if message.starts_with("unknown field") => {
                Self::unknown_value(place, "key", found, known.join(", "), known.iter().copied())
            }
            _ => Self::malformed(place, message.replace('\n', "; ")),
        }
    }
}

/// A file with a line, or another place a value came from, such as `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    name: Box<str>,
    line: Option<u64>,
}

impl Place {
    /// A whole file, or a place without lines.
    pub fn file(name: impl Into<String>) -> Self {
        Self {
            name: name.into().into(),
            line: None,
        }
    }

    /// A line of a file, counted from 1.
    pub fn line(name: impl Into<String>, line: u64) -> Self {
        Self {
            name: name.into().into(),
            line: Some(line),
        }
    }

    /// The line that holds a byte of the file's text.
    pub(crate) fn at_offset(name: &str, text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let newlines = before.iter().filter(|&&byte| byte == b'\n').count();
        Self::line(name, newlines as u64 + 1)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}

/// Reads a text file whole.
pub(crate) fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable {
        file: path.display().to_string(),
        cause,
    })
}

/// The candidate that differs from the word in the fewest letters, if the two are alike at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let tolerated = word.chars().count().max(3) / 2;
    candidates
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, _)| distance <= tolerated)
        .map(|(_, candidate)| candidate.to_owned())
}

/// How many letters must be put in, left out or changed to make one word of the other, case aside.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (place, letter) in left.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, &other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

fn hint(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |word| format!(", nearest is `{word}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_by_hand() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("Europe/Berln", "europe/berlin"), 1);
    }

    #[test]
    fn nothing_is_nearest_to_a_word_unlike_all() {
        assert_eq!(
            nearest("delivry", ["send", "delivery"]).as_deref(),
            Some("delivery")
        );
        assert_eq!(nearest("xyz", ["send", "delivery"]), None);
        assert_eq!(nearest("xyz", []), None);
    }

    #[test]
    fn a_place_counts_lines_from_one() {
        assert_eq!(
            Place::at_offset("a.toml", "x\ny\nz", 0).to_string(),
            "a.toml:1"
        );
        assert_eq!(
            Place::at_offset("a.toml", "x\ny\nz", 4).to_string(),
            "a.toml:3"
        );
        assert_eq!(Place::at_offset("a.toml", "x", 99).to_string(), "a.toml:1");
    }
}

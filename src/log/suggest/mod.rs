//! A draft of a map for a file that nobody has described: `check --suggest-map`.
//!
//! Names and values of the first records are held against what each column of the log looks like. A draft is a
//! beginning for a person: every guess stands with the reason for it.

mod draft;
mod guess;
mod sample;
#[cfg(test)]
mod tests;
pub(super) mod words;

use std::path::Path;

use super::LogError;

/// Drafts a map for a file.
///
/// # Errors
/// [`LogError`] if it cannot be read, or holds no records.
pub fn suggest(path: &Path) -> Result<String, LogError> {
    let candidates = sample::candidates(path)?;
    let guesses = candidates.iter().map(guess::Guess::of);
    // The first of the best: items that stand further out are the simpler reading.
    let best = guesses.rev().max_by_key(guess::Guess::worth);
    best.map(|guess| draft::draft(path, &guess))
        .ok_or_else(|| LogError::format(path, "records with named values", "none in its beginning"))
}

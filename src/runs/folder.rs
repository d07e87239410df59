//! A run folder and its manifest, read strictly: what is damaged is refused, never guessed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::run::manifest::{MANIFEST_VERSION, Manifest};
use crate::run::output::MANIFEST;

/// The hex digits of a BLAKE3 hash.
const HASH_DIGITS: usize = 64;

/// Why a folder is no run that can be looked at.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no folder, or it has no manifest.
    #[error("{}: expected a run folder with {MANIFEST}, found {found}", .path.display())]
    NotARun {
        /// The path as given.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// The system refuses to read something.
    #[error("cannot read {}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the run says something that no run writes.
    #[error("{}: expected {expected}, found {found}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// Where it is, as given.
    pub path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl RunFolder {
    /// Reads the manifest of a run.
    ///
    /// # Errors
    /// If there is no run here, or its manifest is damaged or of another version.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let not_a_run = |found| RunError::NotARun {
            path: path.to_owned(),
            found,
        };
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(not_a_run("a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(not_a_run("nothing"));
            }
            Err(source) => return Err(unreadable(path, source)),
        }
        let file = path.join(MANIFEST);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(not_a_run("a folder without it"));
            }
            Err(source) => return Err(unreadable(&file, source)),
        };
        let manifest = parse(&file, &bytes)?;
        Ok(Self {
            path: path.to_owned(),
            manifest,
        })
    }

    /// Where a file of the run stands; the name uses `/`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether the manifest lists a file of this name.
    pub fn lists(&self, name: &str) -> bool {
        let mut outputs = self.manifest.outputs.iter();
        outputs.any(|output| output.path == name)
    }
}

/// The system's refusal to read a file.
pub(super) fn unreadable(path: &Path, source: io::Error) -> RunError {
    RunError::Io {
        path: path.to_owned(),
        source,
    }
}

fn parse(file: &Path, bytes: &[u8]) -> Result<Manifest, RunError> {
    let damaged = |expected: &str, found: String| RunError::Damaged {
        path: file.to_owned(),
        expected: expected.to_owned(),
        found,
    };
    // The version first: a manifest of another one may hold anything else.
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| damaged("the manifest of a run as JSON", error.to_string()))?;
    match value.get("manifest_version").and_then(Value::as_u64) {
        Some(version) if version == u64::from(MANIFEST_VERSION) => {}
        Some(version) => {
            return Err(damaged(
                &format!("manifest version {MANIFEST_VERSION}"),
                format!("version {version}: use the counterfoil that wrote it"),
            ));
        }
        None => return Err(damaged("a manifest_version", "none".to_owned())),
    }
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| {
        damaged(
            "the fields of a manifest, each once and no others",
            error.to_string(),
        )
    })?;
    let mut names = BTreeSet::new();
    for output in &manifest.outputs {
        if !is_inside(&output.path) || !names.insert(&output.path) {
            return Err(damaged(
                "each output once, as a path inside the folder",
                format!("`{}`", output.path),
            ));
        }
    }
    let inputs = manifest.inputs.iter();
    let hashes = inputs.map(|input| &input.blake3);
    let hashes = hashes.chain(manifest.outputs.iter().map(|output| &output.blake3));
    let hashes = hashes.chain([&manifest.rulebook_blake3, &manifest.tariff_blake3]);
    for hash in hashes {
        if hash.len() != HASH_DIGITS || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(damaged("BLAKE3 as 64 hex digits", format!("`{hash}`")));
        }
    }
    Ok(manifest)
}

/// Whether a path names a file below the folder it starts from.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    path != MANIFEST && !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

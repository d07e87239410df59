//! Which files the LOG arguments of a command name.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::log::LogError;

/// The extensions of the files of a folder that belong to a log.
const EXTENSIONS: [&str; 7] = [
    "csv",
    "csv.gz",
    "csv.zst",
    "parquet",
    "jsonl",
    "jsonl.gz",
    "jsonl.zst",
];
/// Those that belong to it besides if it is read through a map.
const MAPPED_EXTENSIONS: [&str; 9] = [
    "json",
    "json.gz",
    "json.zst",
    "ndjson",
    "ndjson.gz",
    "ndjson.zst",
    "tsv",
    "tsv.gz",
    "tsv.zst",
];
/// What the arguments led to so far.
#[derive(Default)]
pub(super) struct Found {
    /// Files and folders by their one true path.
    pub(super) seen: HashSet<PathBuf>,
    /// Which files of a folder belong to the log.
    extensions: Vec<&'static str>,
    /// The names of the `key=value` folders on the way.
    pub(super) partition_keys: BTreeSet<String>,
}

impl Found {
    /// Nothing yet; of folders, the files of a log that is read through a map or is not.
    pub(super) fn new(is_mapped: bool) -> Self {
        Self {
            extensions: match is_mapped {
                true => [&EXTENSIONS[..], &MAPPED_EXTENSIONS].concat(),
                false => EXTENSIONS.to_vec(),
            },
            ..Self::default()
        }
    }

    /// The files of an argument that were not found before.
    pub(super) fn files_of(&mut self, argument: &Path) -> Result<Vec<PathBuf>, LogError> {
        let mut files = Vec::new();
        if argument.exists() {
            let known = self.seen.len();
            self.add(argument, true, &mut files)?;
            if files.is_empty() && self.seen.len() == known + 1 {
                let kinds = self.endings();
                return Err(LogError::NotFound {
                    looked_for: format!(
                        "looked for {kinds} files in {} and below",
                        argument.display()
                    ),
                });
            }
            return Ok(files);
        }
        let pattern = argument.to_string_lossy();
        if !pattern.contains(['*', '?', '[']) {
            return Err(LogError::io(argument, io::ErrorKind::NotFound.into()));
        }
        let matches = glob::glob(&pattern).map_err(|error| {
            LogError::format(argument, "a file, a folder or a glob", error.to_string())
        })?;
        let mut is_matched = false;
        for path in matches {
            let path = path.map_err(|error| {
                LogError::io(error.path(), std::io::Error::from(error.error().kind()))
            })?;
            let is_asked_for =
                |name: &Component<'_>| argument.components().any(|part| part == *name);
            if path
                .components()
                .any(|name| is_hidden(name.as_os_str()) && !is_asked_for(&name))
            {
                continue;
            }
            is_matched = true;
            self.add(&path, true, &mut files)?;
        }
        if is_matched {
            Ok(files)
        } else {
            Err(LogError::NotFound {
                looked_for: format!("no file matches {pattern}"),
            })
        }
    }

    /// The endings of the files that belong to the log.
    pub(super) fn endings(&self) -> String {
        let mut endings = self.extensions.iter();
        let first = endings.next().map(|ending| format!(".{ending}"));
        endings.fold(first.unwrap_or_default(), |list, ending| {
            format!("{list}, .{ending}")
        })
    }

    /// Whether an object was not found before; it is now.
    pub(super) fn is_new_object(&mut self, url: &Path) -> bool {
        self.add_partition_keys(url);
        self.seen.insert(url.to_owned())
    }

    /// Adds a file, or the files of a folder; a file that was not named itself only by its extension.
    fn add(
        &mut self,
        path: &Path,
        is_named: bool,
        files: &mut Vec<PathBuf>,
    ) -> Result<(), LogError> {
        let metadata = std::fs::metadata(path).map_err(|error| LogError::io(path, error))?;
        if !metadata.is_dir() && !is_named && !self.has_known_extension(path) {
            return Ok(());
        }
        let true_path = path
            .canonicalize()
            .map_err(|error| LogError::io(path, error))?;
        if !self.seen.insert(true_path) {
            return Ok(());
        }
        if !metadata.is_dir() {
            self.add_partition_keys(path);
            files.push(path.to_owned());
            return Ok(());
        }
        let entries = std::fs::read_dir(path).and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut entries = entries.map_err(|error| LogError::io(path, error))?;
        entries.retain(|entry| !entry.file_name().is_some_and(is_hidden));
        entries.sort();
        entries
            .iter()
            .try_for_each(|entry| self.add(entry, false, files))
    }

    /// Whether a file of a folder belongs to the log.
    pub(super) fn has_known_extension(&self, path: &Path) -> bool {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        self.extensions.iter().any(|extension| {
            name.strip_suffix(extension)
                .is_some_and(|stem| stem.len() > 1 && stem.ends_with('.'))
        })
    }

    fn add_partition_keys(&mut self, path: &Path) {
        for part in path.parent().into_iter().flat_map(Path::components) {
            if let Component::Normal(name) = part
                && let Some((key, _)) = name.to_string_lossy().split_once('=')
                && !key.is_empty()
            {
                self.partition_keys.insert(key.to_owned());
            }
        }
    }
}

/// Names that begin with `.` or, as Spark writes beside its data, with `_`.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') && name != "." && name != ".."
        || name.starts_with('_') && !name.contains('=')
}

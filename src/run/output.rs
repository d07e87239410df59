//! The output folder, which appears whole or not at all.
//!
//! Files are written into a hidden folder beside it, hashed as they pass, and synced; one rename makes
//! them visible. Until then the old folder, if there is one, stays as it was. A hidden folder is locked
//! as long as its run lives, so that a later run can tell a dead one's leavings and sweep them up. A folder in an
//! object store is written to the folder for temporary files instead, and uploaded ([`remote`]).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use self::remote::Remote;
use super::interrupt;
use crate::store::Address;

mod file;
mod lone;
mod remote;
mod sweep;

pub use file::OutputFile;
pub use lone::LoneFile;

/// The file by which a folder is known to be a run's output.
pub const MANIFEST: &str = "manifest.json";

/// Why an output folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It exists, and nobody said that it may be replaced.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// It exists and was not written by a run.
    #[error("{} is no run's output folder (it has no {MANIFEST}), so it is not replaced", .0.display())]
    NotARun(PathBuf),
    /// Other objects stand there already.
    #[error("{}/ has objects and no {MANIFEST}: it is no run, or one whose upload was cut off", .0.display())]
    HoldsObjects(PathBuf),
    /// It has no name of its own, such as `/` or `..`.
    #[error("{} cannot be an output folder", .0.display())]
    NoName(PathBuf),
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFile {
    /// Path inside the folder, with `/`.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// BLAKE3 of the content, in hex.
    pub blake3: String,
}

/// An output folder that is being written.
#[derive(Debug)]
pub struct Folder {
    target: PathBuf,
    partial: PathBuf,
    /// Held open: its lock tells other runs that this one lives.
    _lock: File,
    written: Mutex<Vec<WrittenFile>>,
    /// The folder around it, if this run made it.
    made_parent: Option<PathBuf>,
    /// Where it is uploaded to, if it is.
    remote: Option<Remote>,
    committed: bool,
}

impl Folder {
    /// Says whether a folder may be written here, without writing anything.
    ///
    /// # Errors
    /// If the folder exists and must not be replaced, see [`FolderError`].
    pub fn check(target: &Path, replace: bool) -> Result<()> {
        if target.file_name().is_none() {
            return Err(FolderError::NoName(target.to_owned()).into());
        }
        let found = match fs::symlink_metadata(target) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot look at {}", target.display()));
            }
        };
        let is_empty =
            found.is_dir() && fs::read_dir(target).is_ok_and(|mut list| list.next().is_none());
        if is_empty || (replace && found.is_dir() && target.join(MANIFEST).is_file()) {
            return Ok(());
        }
        if replace || !found.is_dir() {
            return Err(FolderError::NotARun(target.to_owned()).into());
        }
        Err(FolderError::Exists(target.to_owned()).into())
    }

    /// Starts a folder beside its final place.
    ///
    /// # Errors
    /// See [`Folder::check`]; also if nothing can be written there.
    pub fn create(target: &Path, replace: bool) -> Result<Self> {
        let target = std::path::absolute(target)
            .with_context(|| format!("cannot locate {}", target.display()))?;
        let parent = parent_of(&target).to_owned();
        if parent.is_dir() {
            sweep::recover(&target, &parent);
        }
        Self::check(&target, replace)?;
        let made = (!parent.exists()).then(|| parent.clone());
        fs::create_dir_all(&parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let create = || {
            let partial = unused_sibling(&target, "partial");
            let created = fs::create_dir(&partial);
            created.with_context(|| format!("cannot create {}", partial.display()))?;
            Ok(partial)
        };
        let partial = interrupt::make(create, |partial| partial)?;
        let lock =
            File::open(&partial).with_context(|| format!("cannot open {}", partial.display()))?;
        // A file system without locks only loses the sweeping up after dead runs.
        let _ = lock.try_lock();
        Ok(Self {
            target,
            partial,
            _lock: lock,
            written: Mutex::new(Vec::new()),
            made_parent: made,
            remote: None,
            committed: false,
        })
    }

    /// Says whether a run may be written to an object store, without writing anything.
    ///
    /// # Errors
    /// If something stands there and must not be replaced, see [`FolderError`], or the store refuses.
    pub fn check_remote(address: &Address, replace: bool, temp_dir: &Path) -> Result<()> {
        Remote::find(address, replace, temp_dir).map(drop)
    }

    /// Starts a folder that is uploaded when it is complete; `temp_dir` holds it until then.
    ///
    /// # Errors
    /// See [`Self::check_remote`]; also if nothing can be written to `temp_dir`.
    pub fn create_remote(address: &Address, replace: bool, temp_dir: &Path) -> Result<Self> {
        let remote = Remote::find(address, replace, temp_dir)?;
        let cannot = || format!("cannot write into {}", temp_dir.display());
        let mut partial = tempfile::Builder::new();
        let partial = partial.prefix("counterfoil-run-");
        let partial = interrupt::make(
            || Ok(partial.tempdir_in(temp_dir).with_context(cannot)?.keep()),
            |partial| partial,
        )?;
        let lock = File::open(&partial).with_context(cannot)?;
        Ok(Self {
            target: remote.address().path(),
            partial,
            _lock: lock,
            written: Mutex::new(Vec::new()),
            made_parent: None,
            remote: Some(remote),
            committed: false,
        })
    }

    /// Where the folder will appear.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Starts a file; the path uses `/`.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create_file(&self, name: &str) -> Result<OutputFile<'_>> {
        let path = self.partial.join(name);
        let shown = self.target.join(name);
        self.create_folders_of(name)
            .and_then(|()| File::create_new(&path))
            .with_context(|| format!("cannot create {}", shown.display()))
            .map(|file| OutputFile::new(self, name, file, shown))
    }

    /// Makes the folders of a file inside this one, which must stand: after an interruption it is gone for good.
    fn create_folders_of(&self, name: &str) -> io::Result<()> {
        let mut folder = self.partial.clone();
        for part in parent_of(Path::new(name)).components() {
            folder.push(part);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        Ok(())
    }

    /// Sweeps up what a dead run left beside this place, for whoever will not write here again.
    pub fn sweep(target: &Path) {
        let parent = parent_of(target);
        if parent.is_dir() {
            sweep::recover(target, parent);
        }
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_file(&self, name: &str, content: &[u8]) -> Result<()> {
        let mut file = self.create_file(name)?;
        file.write_all(content)?;
        file.finish()
    }

    /// The files that are complete, by path.
    pub fn written(&self) -> Vec<WrittenFile> {
        let mut written = lock(&self.written).clone();
        written.sort();
        written
    }

    /// Makes the folder visible.
    ///
    /// # Errors
    /// If it cannot be synced or renamed; the old folder is then where it was. In a store: if not everything can
    /// be uploaded; there is no manifest then.
    pub fn commit(mut self) -> Result<PathBuf> {
        if let Some(remote) = &self.remote {
            let files: Vec<String> = self.written().into_iter().map(|file| file.path).collect();
            remote.publish(&self.partial, &files)?;
            return Ok(self.target.clone());
        }
        sync_folders(&self.partial)?;
        interrupt::undisturbed(|| self.rename())?;
        Ok(self.target.clone())
    }

    fn rename(&mut self) -> Result<()> {
        let parent = parent_of(&self.target).to_owned();
        let cannot = |action: &str| format!("cannot {action} {}", self.target.display());
        let old = if self.target.exists() {
            let old = unused_sibling(&self.target, "replaced");
            fs::rename(&self.target, &old).with_context(|| cannot("replace"))?;
            Some(old)
        } else {
            None
        };
        if let Err(error) = fs::rename(&self.partial, &self.target) {
            if let Some(old) = &old {
                fs::rename(old, &self.target).with_context(|| {
                    format!(
                        "cannot put back {} from {}",
                        self.target.display(),
                        old.display()
                    )
                })?;
            }
            return Err(error).with_context(|| cannot("create"));
        }
        self.committed = true;
        sync_folder(&parent)?;
        if let Some(old) = old {
            // What cannot be removed now is swept up by the next run.
            let _ = fs::remove_dir_all(old);
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_dir_all(&self.partial);
            if let Some(parent) = &self.made_parent {
                // Goes only if it is empty: nobody else has put anything there meanwhile.
                let _ = fs::remove_dir(parent);
            }
            interrupt::forget_folder();
        }
    }
}

fn unused_sibling(target: &Path, what: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let process = std::process::id();
    (0u32..)
        .map(|attempt| target.with_file_name(format!(".{name}.{what}-{process}-{attempt}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| target.with_file_name(format!(".{name}.{what}-{process}")))
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn sync_folders(folder: &Path) -> Result<()> {
    let list = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in list {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        if entry.path().is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("cannot sync {}", folder.display()))
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<()> {
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests;

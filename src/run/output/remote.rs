//! The output folder in an object store: written here, uploaded when it is complete, the manifest last.
//!
//! A store cannot rename a folder, so the manifest is the seal: without it there is no run. Where a run is
//! replaced, the old manifest goes first; from then on until the end there is none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{FolderError, MANIFEST};
use crate::run::interrupt;
use crate::store::{Address, Client, LocalCopy, Upload};

/// A place in a store where a run will stand.
#[derive(Debug)]
pub(super) struct Remote {
    client: Client,
    /// The folder, without a slash at its end.
    address: Address,
    /// What the run that is replaced has written, if there is one.
    old: Option<Vec<String>>,
    replaces: bool,
}

/// What is asked of the manifest of a run that is replaced.
#[derive(Deserialize)]
struct OldManifest {
    outputs: Vec<OldFile>,
}

#[derive(Deserialize)]
struct OldFile {
    path: String,
}

impl Remote {
    /// Looks whether a run may be written here, without writing anything.
    ///
    /// # Errors
    /// If one is there and must not be replaced, see [`FolderError`], or the store refuses.
    pub(super) fn find(address: &Address, replaces: bool, temp_dir: &Path) -> Result<Self> {
        let mut remote = Self {
            client: Client::connect(address)?,
            address: address.with_key(address.key.trim_end_matches('/')),
            old: None,
            replaces,
        };
        let shown = remote.address.path();
        if let Some(manifest) = remote.client.object(&remote.key(MANIFEST))? {
            if !replaces {
                return Err(FolderError::Exists(shown).into());
            }
            let copies = remote.client.fetch(&[manifest], temp_dir)?;
            let old = copies.first().and_then(files_of);
            remote.old = Some(old.ok_or(FolderError::NotARun(shown))?);
        } else if !replaces && remote.client.has_objects(&remote.address.key)? {
            return Err(FolderError::HoldsObjects(shown).into());
        }
        Ok(remote)
    }

    /// The folder as it is shown.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Uploads the files of a folder.
    ///
    /// # Errors
    /// If the store refuses one; there is no manifest then.
    pub(super) fn publish(&self, folder: &Path, files: &[String]) -> Result<()> {
        let manifest = self.key(MANIFEST);
        let uploads: Vec<Upload> = files
            .iter()
            .filter(|name| *name != MANIFEST)
            .map(|name| self.upload(folder, name))
            .collect();
        interrupt::say_of_signal(Some(format!(
            "interrupted: {}/ has no {MANIFEST}, so it is no run; what was uploaded stays there",
            self.address
        )));
        let published = self.publish_all(&uploads, &manifest, folder);
        interrupt::say_of_signal(None);
        published.with_context(|| {
            format!(
                "{}/ is not complete: it has no {MANIFEST} of this run, and what was uploaded stays there",
                self.address
            )
        })
    }

    fn publish_all(&self, uploads: &[Upload], manifest: &str, folder: &Path) -> Result<()> {
        if let Some(old) = &self.old {
            self.client.remove(&[manifest.to_owned()])?;
            let is_new = |key: &String| uploads.iter().any(|upload| upload.key == *key);
            let mut gone: Vec<String> = old.iter().map(|name| self.key(name)).collect();
            gone.retain(|key| !is_new(key));
            self.client.remove(&gone)?;
        }
        self.client.upload(uploads)?;
        interrupt::undisturbed(|| {
            let manifest = self.upload(folder, MANIFEST);
            Ok(self.client.seal(&manifest, self.replaces)?)
        })
    }

    fn upload(&self, folder: &Path, name: &str) -> Upload {
        Upload {
            file: folder.join(name),
            key: self.key(name),
        }
    }

    fn key(&self, name: &str) -> String {
        match self.address.key.as_str() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        }
    }
}

/// The files that a manifest lists; `None` if it is none. A name that leads out of the folder is not believed.
fn files_of(copy: &LocalCopy) -> Option<Vec<String>> {
    let text = fs::read(copy.path()).ok()?;
    let manifest: OldManifest = serde_json::from_slice(&text).ok()?;
    let is_inside = |name: &str| name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let files = manifest.outputs.into_iter().map(|file| file.path);
    Some(files.filter(|name| is_inside(name)).collect())
}

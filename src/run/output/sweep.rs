//! Tidies up after runs that were killed, without touching those that live.

use std::fs::{self, File};
use std::path::Path;

/// Puts back a folder whose replacement was cut off, and removes what dead runs left behind.
pub fn recover(target: &Path, parent: &Path) {
    let Some(name) = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return;
    };
    let Ok(list) = fs::read_dir(parent) else {
        return;
    };
    for entry in list.flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if found.starts_with(&format!(".{name}.replaced-")) {
            if target.exists() {
                let _ = fs::remove_dir_all(&path);
            } else {
                let _ = fs::rename(&path, target);
            }
        } else if found.starts_with(&format!(".{name}.partial-")) && is_abandoned(&path) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// Whether no living run holds the folder. A fresh one may not be locked yet and is left alone.
fn is_abandoned(partial: &Path) -> bool {
    let is_old = fs::metadata(partial)
        .and_then(|found| found.modified())
        .is_ok_and(|time| time.elapsed().is_ok_and(|age| age.as_secs() >= 60));
    is_old && File::open(partial).is_ok_and(|folder| folder.try_lock().is_ok())
}

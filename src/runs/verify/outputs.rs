//! The files of a run folder against its manifest: missing, changed, not listed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::report::{Area, AreaReport};
use crate::run::manifest::hash_file;
use crate::run::output::{MANIFEST, WrittenFile};
use crate::runs::folder::RunFolder;

/// Hashes every file of the folder again.
pub fn test(run: &RunFolder) -> AreaReport {
    let mut report = AreaReport::new(Area::Outputs);
    let outputs = &run.manifest.outputs;
    let found: Vec<Option<String>> = outputs
        .par_iter()
        .map(|output| difference(run, output))
        .collect();
    found
        .into_iter()
        .flatten()
        .for_each(|text| report.difference(text));
    let mut listed: BTreeSet<&str> = outputs.iter().map(|output| &*output.path).collect();
    listed.insert(MANIFEST);
    match files_of(&run.path) {
        Ok(files) => files
            .iter()
            .filter(|name| !listed.contains(name.as_str()))
            .for_each(|name| {
                report.difference(format!("{name}: is in the folder but not in the manifest"));
            }),
        Err(error) => report.not_tested(format!("the folder cannot be listed: {error}")),
    }
    if report.count() == 0 {
        report.sound(format!(
            "{} files have the size and BLAKE3 that the manifest lists, and there are no others",
            outputs.len()
        ));
    }
    report
}

fn difference(run: &RunFolder, output: &WrittenFile) -> Option<String> {
    let (path, name) = (run.file(&output.path), &output.path);
    let found = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Some(format!("{name}: is missing"));
        }
        Err(error) => return Some(format!("{name}: cannot be looked at: {error}")),
        Ok(found) => found,
    };
    if !found.is_file() {
        return Some(format!("{name}: is no file any more"));
    }
    match hash_file(&path) {
        Err(error) => Some(format!("{name}: cannot be read: {error:#}")),
        Ok((bytes, hash)) => changed(&output.path, (output.bytes, &output.blake3), (bytes, &hash)),
    }
}

/// What to say of a file whose size or hash is not the one listed.
pub fn changed(name: &str, listed: (u64, &str), found: (u64, &str)) -> Option<String> {
    if listed.0 != found.0 {
        return Some(format!(
            "{name}: changed: {} bytes were sealed, {} found",
            listed.0, found.0
        ));
    }
    let is_same = listed.1.eq_ignore_ascii_case(found.1);
    (!is_same).then(|| {
        let short = |hash: &str| hash.chars().take(16).collect::<String>();
        format!(
            "{name}: changed: BLAKE3 {}... was sealed, {}... found, in as many bytes",
            short(listed.1),
            short(found.1)
        )
    })
}

/// Every file below the folder, with `/` between its parts, sorted. Links are files.
fn files_of(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut left = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = left.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                left.push((entry.path(), format!("{name}/")));
            } else {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

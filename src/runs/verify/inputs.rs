//! The files that a run read, against its manifest, where they can still be found.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Request;
use super::outputs::changed;
use super::report::{Area, AreaReport};
use crate::run::manifest::{Input, InputRole, hash_file};
use crate::runs::folder::RunFolder;
use crate::store::Address;

/// What became of an input.
enum Found {
    Same,
    Changed(String),
    NotAvailable(String),
}

/// Hashes every input again.
pub fn test(run: &RunFolder, request: Request<'_>) -> AreaReport {
    let mut report = AreaReport::new(Area::Inputs);
    let inputs = &run.manifest.inputs;
    let found: Vec<Found> = inputs
        .par_iter()
        .map(|input| look_at(input, request.log_root))
        .collect();
    let mut same = 0;
    for found in found {
        match found {
            Found::Same => same += 1,
            Found::Changed(text) => report.difference(text),
            Found::NotAvailable(text) if request.strict => report.difference(text),
            Found::NotAvailable(text) => report.not_tested(text),
        }
    }
    if same > 0 {
        report.sound(format!(
            "{same} of {} files that were read have their size and BLAKE3 still",
            inputs.len()
        ));
    }
    report
}

/// Where an input of a run is to be looked for: its path as given, from the root or the current folder.
pub fn find_input(path: &str, log_root: Option<&Path>) -> PathBuf {
    log_root.map_or_else(|| PathBuf::from(path), |root| root.join(path))
}

fn look_at(input: &Input, log_root: Option<&Path>) -> Found {
    let name = &input.path;
    if name == "-" {
        return Found::NotAvailable("standard input: not available, nothing kept it".to_owned());
    }
    if let Some(address) = Address::of(Path::new(name)) {
        let copy = address.scheme.copy_command(false);
        return Found::NotAvailable(format!(
            "{name}: in an object store, not read again here; copy it ({copy}) and hash it with b3sum"
        ));
    }
    let path = find_input(name, log_root);
    if !path.is_file() {
        return Found::NotAvailable(format!(
            "{}: not available; --log-root names the folder it was read from",
            path.display()
        ));
    }
    match hash_file(&path) {
        Err(error) => Found::NotAvailable(format!("{}: not available: {error:#}", path.display())),
        Ok((bytes, hash)) => {
            let listed = (input.bytes, &*input.blake3);
            match changed(&path.display().to_string(), listed, (bytes, &hash)) {
                Some(_) if input.role == InputRole::State => Found::NotAvailable(format!(
                    "{}: not available, a later run has replaced the state",
                    path.display()
                )),
                Some(text) => Found::Changed(text),
                None => Found::Same,
            }
        }
    }
}

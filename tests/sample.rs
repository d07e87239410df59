//! `data/sample/` is generated, and this test holds it to its generator byte for byte.
//!
//! After a change to the generator: `cargo test --test sample -- --ignored regenerate`.

mod sample_log;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
}

/// The files of a folder and of the folders in it, as paths from it.
fn file_names(folder: &Path) -> BTreeSet<PathBuf> {
    let mut names = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        let entries =
            fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                left.push(path);
            } else {
                names.insert(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    names
}

#[test]
fn the_shipped_sample_is_what_its_generator_writes() {
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).unwrap();
    }
    sample_log::write(&fresh).unwrap();

    assert_eq!(
        file_names(&shipped()),
        file_names(&fresh),
        "files in data/sample"
    );
    for name in file_names(&fresh) {
        let (old, new) = (
            fs::read(shipped().join(&name)).unwrap(),
            fs::read(fresh.join(&name)).unwrap(),
        );
        let first_difference = old.iter().zip(&new).position(|(old, new)| old != new);
        assert!(
            old == new,
            "data/sample/{} has drifted from its generator (first difference at byte {}): run \
             `cargo test --test sample -- --ignored regenerate` and look at the difference",
            name.display(),
            first_difference.unwrap_or(old.len().min(new.len()))
        );
    }
}

#[test]
fn the_sample_stays_small() {
    let (mut rows, mut bytes) = (0, 0);
    for name in ["log/messages.csv", "log/statuses.csv"] {
        let content = fs::read(shipped().join(name)).unwrap();
        bytes += content.len();
        rows += csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(&content[..])
            .records()
            .count();
    }
    assert!((3_000..=5_000).contains(&rows), "{rows} rows");
    assert!(bytes < 700_000, "{bytes} bytes");
}

#[test]
#[ignore = "writes data/sample"]
fn regenerate() {
    sample_log::write(&shipped()).unwrap();
}

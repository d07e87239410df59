//! `data/sample/` is generated, and this test holds it to its generator byte for byte.
//!
//! After a change to the generator: `cargo test --test sample -- --ignored regenerate`.

mod sample_log;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

    // The invoice is Meta's side of October 2026; it was made by hand, see the README.
    let mut names = file_names(&shipped());
    assert!(names.remove(Path::new("invoice.csv")));
    assert_eq!(names, file_names(&fresh), "files in data/sample");
    for name in names {
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

/// The errors that were put into the invoice (`data/sample/README.md`), and nothing else.
#[test]
fn the_errors_of_the_sample_invoice_are_found() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample-invoice");
    let sample = shipped();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .arg("audit")
        .arg(sample.join("log"))
        .arg("--accounts")
        .arg(sample.join("accounts.toml"))
        .arg("--templates")
        .arg(sample.join("templates.csv"))
        .arg("--invoice")
        .arg(sample.join("invoice.csv"))
        .arg("--out")
        .arg(&out)
        .args(["--csv", "--force", "--quiet"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let mut found = BTreeSet::new();
    let mut reader = csv::Reader::from_path(out.join("tables/differences.csv")).unwrap();
    let columns = ["invoice_line", "market", "category", "difference", "cause"];
    let headers = reader.headers().unwrap().clone();
    let place = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (columns, status) = (columns.map(place), place("status"));
    for row in reader.records().map(|row| row.unwrap()) {
        if &row[status] == "different" {
            found.insert(columns.map(|column| row[column].to_owned()).join(" "));
        }
    }
    let expected = [
        "107 Spain marketing_lite 0.14 A-DUPLICATE",
        "16 Netherlands marketing 0.64 A-MARKET",
        "29 Rest of Western Europe marketing -0.23 A-MARKET",
        "54 Brazil marketing 0.19 A-QUANTITY",
        "72 Mexico utility -0.02 A-QUANTITY",
        "8 Germany service 0.33 A-BILLED-FREE",
        "9 Germany utility 0.09 A-RATE",
    ];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
#[ignore = "writes data/sample"]
fn regenerate() {
    sample_log::write(&shipped()).unwrap();
}

//! `reports/example/` is the report of the sample with its invoice, byte for byte.
//!
//! After a change to what reports say: `cargo test --release --test example -- --ignored regenerate`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the example keeps of a run: what people open. Tables are large and say nothing that these do not.
const KEPT: [&str; 5] = [
    "report.html",
    "report.xlsx",
    "summary.json",
    "focus.csv",
    "claims.csv",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn example() -> PathBuf {
    root().join("reports/example")
}

/// Runs the audit of the sample; gives its folder.
fn audit() -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(root())
        .args([
            "audit",
            "data/sample/log",
            "--accounts",
            "data/sample/accounts.toml",
            "--templates",
            "data/sample/templates.csv",
            "--invoice",
            "data/sample/invoice.csv",
            "--force",
            "--quiet",
            "--out",
        ])
        .arg(&out)
        .output()
        .unwrap();
    // The invoice has errors.
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    out
}

fn charts(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("charts")).expect("charts");
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_example_is_what_the_program_writes() {
    let fresh = audit();
    let same = |name: &str| {
        let (kept, written) = (
            fs::read(example().join(name)).unwrap_or_default(),
            fs::read(fresh.join(name)).unwrap(),
        );
        assert!(
            kept == written,
            "reports/example/{name} has drifted: run \
             `cargo test --release --test example -- --ignored regenerate` and look at the difference"
        );
    };
    KEPT.iter().for_each(|name| same(name));
    assert_eq!(charts(&example()), charts(&fresh), "charts");
    for name in charts(&fresh) {
        // How a PNG is packed may change with a library; the drawing may not.
        if name.ends_with(".svg") {
            same(&format!("charts/{name}"));
        }
    }
}

#[test]
#[ignore = "writes reports/example"]
fn regenerate() {
    let fresh = audit();
    if example().exists() {
        fs::remove_dir_all(example()).unwrap();
    }
    fs::create_dir_all(example().join("charts")).unwrap();
    let charts = charts(&fresh)
        .into_iter()
        .map(|name| format!("charts/{name}"));
    for name in KEPT.iter().map(|&name| name.to_owned()).chain(charts) {
        fs::copy(fresh.join(&name), example().join(&name)).unwrap();
    }
}

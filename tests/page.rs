//! The report of the shipped sample, opened and printed in a browser.

mod browser;

use std::fs;
use std::path::Path;
use std::process::Command;

use browser::{Browser, Page};

#[test]
#[ignore = "waits for the command line to write report.html"]
fn the_report_of_the_sample_is_shown_and_printed_as_meant() {
    let folder = tempfile::tempdir().unwrap();
    let pages: Vec<Page> = [
        (
            "audit",
            &["audit", "--templates", "data/sample/templates.csv"][..],
        ),
        ("replay", &["replay"][..]),
    ]
    .map(|(name, words)| page(name, words, &folder.path().join(name)))
    .into();
    let Some(browser) = Browser::find() else {
        return;
    };
    browser.assert_shown(&pages, folder.path());
    browser.assert_printed(&pages, folder.path());
    browser.assert_complaints_are_seen(folder.path());
}

fn page(name: &str, words: &[&str], output: &Path) -> Page {
    let run = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(words)
        .args([
            "data/sample/log",
            "--accounts",
            "data/sample/accounts.toml",
            "--quiet",
            "--out",
        ])
        .arg(output)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{name}: {said}");
    let summary = fs::read_to_string(output.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let html = fs::read_to_string(output.join("report.html")).unwrap();
    let charts = fs::read_dir(output.join("charts")).map_or(0, |files| {
        let names = files.map(|file| file.unwrap().path());
        names
            .filter(|path| path.extension().is_some_and(|ending| ending == "svg"))
            .count()
    });
    Page {
        name: name.to_owned(),
        fingerprint: summary["fingerprint"].as_str().unwrap().to_owned(),
        html,
        charts,
    }
}

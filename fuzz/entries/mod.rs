//! What a fuzz target does with bytes: hands them to a parser and asserts what must hold whatever they are.
//!
//! The targets of `fuzz_targets/` and the property tests of `tests/hostile_input.rs` run these functions. Nothing
//! here knows of libFuzzer, so the tests need neither nightly Rust nor a C++ compiler.

mod evidence;
mod log;
mod maps;
mod on_disk;
mod replay;
mod scenario;
mod settings;
mod tariff;
mod who;

pub use evidence::{analytics, invoice};
pub use log::{csv_log, json_log, parquet_log};
pub use maps::{map, mapped_csv, mapped_json, suggest_map};
pub use replay::replay;
pub use scenario::scenario;
pub use settings::settings;
pub use tariff::{card_import, rates};
pub use who::{accounts, templates};

/// A target: its name, and its function, which says whether the input was accepted.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every target. Each has a file in `fuzz_targets/`, a `[[bin]]` in `Cargo.toml` and a folder in `seeds/`.
pub const TARGETS: &[Target] = &[
    ("csv_log", csv_log),
    ("json_log", json_log),
    ("parquet_log", parquet_log),
    ("map", map),
    ("mapped_json", mapped_json),
    ("mapped_csv", mapped_csv),
    ("suggest_map", suggest_map),
    ("replay", replay),
    ("invoice", invoice),
    ("analytics", analytics),
    ("accounts", accounts),
    ("templates", templates),
    ("rates", rates),
    ("card_import", card_import),
    ("settings", settings),
    ("scenario", scenario),
];

/// Separates the files of an input that is made of several: a line of its own, followed by the file's name.
pub const FILE_MARK: &str = "=== ";

/// The files of an input: what stands below each mark, by the name on it. What stands above the first has none.
fn files(text: &str) -> impl Iterator<Item = (&str, String)> {
    let mut files: Vec<(&str, String)> = vec![("", String::new())];
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix(FILE_MARK) {
            files.push((name.trim(), String::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.push_str(line);
        }
    }
    files.into_iter()
}

/// Input that is refused: whoever gets the error must be told which file it is about.
fn refused(error: &impl std::fmt::Display, file: &str) -> bool {
    let message = format!("{error:#}");
    assert!(
        message.contains(file),
        "an error that does not name {file}: {message}"
    );
    false
}

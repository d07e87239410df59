//! Every parser under input that nobody meant for it: the short twin of `fuzz/`.
//!
//! The same functions as the fuzz targets', on random bytes and on spoiled copies of their seeds. A find of the
//! fuzzer becomes a seed, which runs here as it is ever after ([docs/fuzzing.md](../docs/fuzzing.md)).

#[path = "../fuzz/entries/mod.rs"]
mod entries;

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use entries::TARGETS;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Spoiled seeds for each target; the whole file stays under 20 seconds.
const SPOILED_CASES: u32 = 600;
const RANDOM_CASES: u32 = 200;

#[test]
fn every_target_is_complete() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|&(name, _)| name).collect();
    assert_eq!(names.len(), TARGETS.len(), "a name is used twice");
    let with_file: BTreeSet<String> = paths(&fuzz_folder().join("fuzz_targets"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(
        with_file.iter().eq(names.iter()),
        "fuzz_targets/ has {with_file:?}"
    );
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!(
            "name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\""
        )));
        assert!(!seeds(name).is_empty(), "no seed for {name}");
    }
}

/// A target whose seeds are all refused would test nothing but refusals.
#[test]
fn seeds_hold_and_some_are_accepted() {
    for &(name, target) in TARGETS {
        let accepts = |(path, seed): (PathBuf, Vec<u8>)| {
            hold(target, &seed).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let accepted = seeds(name)
            .into_iter()
            .map(accepts)
            .filter(|&is| is)
            .count();
        assert!(accepted > 0, "{name} accepts none of its seeds");
    }
}

/// What may be done to a seed.
#[derive(Clone, Debug)]
enum Spoil {
    /// Another byte in one place.
    Byte(usize, u8),
    /// One bit in one place is turned over.
    Bit(usize, u8),
    /// A part is left out.
    Cut(usize, usize),
    /// The end is missing.
    End(usize),
    /// A part stands twice.
    Twice(usize, usize),
    /// A part of another seed, put in.
    Splice(usize, prop::sample::Index, usize, usize),
    /// A word that means something to some parser.
    Word(usize, &'static str),
}

/// Words at which parsers have gone wrong before, here or elsewhere.
const WORDS: [&str; 24] = [
    "\0",
    "\"",
    "\"\"",
    "\r",
    "\n",
    "\r\n",
    ",",
    ";",
    "\u{feff}",
    "\u{2028}",
    "{",
    "}",
    "[",
    "\\u0000",
    "-",
    "1e309",
    "99999999999999999999999",
    "-9223372036854775808",
    "0000-00-00",
    "9999-12-31",
    "+262142-01-01T00:00:00Z",
    "NaN",
    "İ",
    "ß",
];

fn spoil() -> impl Strategy<Value = Spoil> {
    let place = 0usize..1 << 14;
    let length = prop_oneof![3 => 1usize..8, 1 => 1usize..600];
    prop_oneof![
        3 => (place.clone(), any::<u8>()).prop_map(|(at, byte)| Spoil::Byte(at, byte)),
        3 => (place.clone(), 0u8..8).prop_map(|(at, bit)| Spoil::Bit(at, bit)),
        2 => (place.clone(), length.clone()).prop_map(|(at, length)| Spoil::Cut(at, length)),
        1 => place.clone().prop_map(Spoil::End),
        2 => (place.clone(), length.clone()).prop_map(|(at, length)| Spoil::Twice(at, length)),
        2 => (place.clone(), any::<prop::sample::Index>(), place.clone(), length)
            .prop_map(|(at, seed, from, length)| Spoil::Splice(at, seed, from, length)),
        3 => (place, prop::sample::select(&WORDS[..])).prop_map(|(at, word)| Spoil::Word(at, word)),
    ]
}

impl Spoil {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[(PathBuf, Vec<u8>)]) {
        let place = |at: usize| at % (bytes.len() + 1);
        let part = |at: usize, length: usize| place(at)..(place(at) + length).min(bytes.len());
        let copy = |other: &[u8], range: Range<usize>| other[range].to_vec();
        match *self {
            Self::Byte(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
            Self::Bit(at, bit) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old ^= 1 << bit;
                }
            }
            Self::Cut(at, length) => {
                let range = part(at, length);
                bytes.drain(range);
            }
            Self::End(at) => {
                let at = place(at);
                bytes.truncate(at);
            }
            Self::Twice(at, length) => {
                let range = part(at, length);
                let (end, again) = (range.end, copy(bytes, range));
                bytes.splice(end..end, again);
            }
            Self::Splice(at, seed, from, length) => {
                let other = &seeds[seed.index(seeds.len())].1;
                let from = from % (other.len() + 1);
                let piece = copy(other, from..(from + length).min(other.len()));
                let at = place(at);
                bytes.splice(at..at, piece);
            }
            Self::Word(at, word) => {
                let at = place(at);
                bytes.splice(at..at, word.bytes());
            }
        }
    }
}

/// Spoiled seeds are refused or read, and what is read keeps its promises.
#[test]
fn spoiled_seeds_hold() {
    for &(name, target) in TARGETS {
        let seeds = seeds(name);
        let input = (
            any::<prop::sample::Index>(),
            prop::collection::vec(spoil(), 1..6),
        );
        run(name, SPOILED_CASES, &input, |(seed, spoils)| {
            let mut bytes = seeds[seed.index(seeds.len())].1.clone();
            spoils
                .iter()
                .for_each(|spoil| spoil.apply(&mut bytes, &seeds));
            hold(target, &bytes).map(drop)
        });
    }
}

#[test]
fn random_bytes_hold() {
    for &(name, target) in TARGETS {
        let input = prop::collection::vec(any::<u8>(), 0..512);
        run(name, RANDOM_CASES, &input, |bytes| {
            hold(target, &bytes).map(drop)
        });
    }
}

/// Runs a property; what fails is shown as small as it can be made.
fn run<S: Strategy>(
    name: &str,
    cases: u32,
    input: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(input, test) {
        panic!("{name}: {error}");
    }
}

/// Whether a target accepts the bytes; a panic becomes an error that says with which.
fn hold(target: fn(&[u8]) -> bool, bytes: &[u8]) -> Result<bool, TestCaseError> {
    std::panic::catch_unwind(|| target(bytes)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a panic");
        TestCaseError::fail(format!("{message}\ninput: b\"{}\"", bytes.escape_ascii()))
    })
}

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The seeds of a target with their paths, by name.
fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let of_path = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    };
    paths(&fuzz_folder().join("seeds").join(name))
        .into_iter()
        .map(of_path)
        .collect()
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

//! `manifest.json`: what went in, what came out, under which rules; written last.
//!
//! It is the only file of a run that holds wall-clock time, so that all others are the same bytes
//! whenever and wherever the run is repeated.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{SecondsFormat, Utc};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::output::{Folder, MANIFEST, WrittenFile};
use crate::log::totals::ControlTotals;
use crate::report::summary::{SettingInForce, TimeRange};

/// Version of the manifest's own form.
pub const MANIFEST_VERSION: u32 = 1;
/// The tables of the rules that are built in.
const RULEBOOK_FILES: [&[u8]; 4] = [
    include_bytes!("../../data/rulebook.toml"),
    include_bytes!("../../data/tariff/auth_international.csv"),
    include_bytes!("../../data/tariff/markets.csv"),
    include_bytes!("../../data/tariff/numbering.csv"),
];
/// The rate cards and tiers that are built in.
const TARIFF_FILES: [&[u8]; 2] = [
    include_bytes!("../../data/tariff/rates.csv"),
    include_bytes!("../../data/tariff/tiers.csv"),
];
/// The time-zone tables that are compiled in.
pub const TIME_ZONES: &str = "chrono-tz 0.10, IANA tzdata as bundled";

/// What a run read and wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form.
    pub manifest_version: u32,
    /// Program and version.
    pub tool: Tool,
    /// When the run wrote this file, in UTC.
    pub finished_at: String,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Every option with its value and where the value comes from.
    pub options: Vec<OptionInForce>,
    /// Every setting with its value and where the value comes from.
    pub settings: Vec<SettingInForce>,
    /// BLAKE3 of the rulebook.
    pub rulebook_blake3: String,
    /// BLAKE3 of the built-in rate cards and tiers.
    pub tariff_blake3: String,
    /// Regimes that any conversation or charge cites.
    pub regimes: Vec<String>,
    /// Rate cards that priced anything, by id: none for a replay.
    pub rate_cards: Vec<String>,
    /// Files read.
    pub inputs: Vec<Input>,
    /// Files written, this one excepted.
    pub outputs: Vec<WrittenFile>,
    /// Control totals.
    pub control_totals: ControlTotals,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
}

/// An option of the command line, its value, and where the value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionInForce {
    /// Name without dashes.
    pub name: String,
    /// Value as given.
    pub value: String,
    /// `flag`, `environment`, `file` or `default`.
    pub origin: Cow<'static, str>,
}

/// The program that wrote it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `counterfoil`.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
    /// The time-zone tables it holds.
    pub time_zones: Cow<'static, str>,
}

impl Tool {
    /// This program.
    pub const THIS: Self = Self {
        name: Cow::Borrowed(env!("CARGO_PKG_NAME")),
        version: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
        time_zones: Cow::Borrowed(TIME_ZONES),
    };
}

/// What a file was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputRole {
    /// Part of the log.
    Log,
    /// Accounts.
    Accounts,
    /// Templates.
    Templates,
    /// Tables of Meta's own messages beside the log.
    Evidence,
    /// Own rate cards, tiers or markets.
    Rates,
    /// An invoice.
    Invoice,
    /// How columns of invoices are named.
    Map,
    /// How records of another system become rows of the log.
    LogMap,
    /// Meta's analytics.
    Analytics,
    /// A scenario of what-if.
    Scenario,
    /// Configuration.
    Config,
    /// What an earlier run left.
    State,
}

impl InputRole {
    /// The written form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Accounts => "accounts",
            Self::Templates => "templates",
            Self::Evidence => "evidence",
            Self::Rates => "rates",
            Self::Invoice => "invoice",
            Self::Map => "map",
            Self::LogMap => "log_map",
            Self::Analytics => "analytics",
            Self::Scenario => "scenario",
            Self::Config => "config",
            Self::State => "state",
        }
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What for.
    pub role: InputRole,
    /// Path as given; `-` for standard input.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// BLAKE3 of the content, in hex.
    pub blake3: String,
}

/// Input files with their hashes.
pub struct HashedInputs {
    /// The files, in the order of the manifest.
    pub inputs: Vec<Input>,
    /// What only a holder of these files can know: 32 bytes of each BLAKE3 that are printed nowhere.
    pub secrets: Vec<[u8; 32]>,
}

/// Hashes input files in parallel, each in one pass.
///
/// `contents` are (role, path as given, path to read): standard input is read from where it was kept.
///
/// # Errors
/// If a file can no longer be read.
pub fn hash_inputs(contents: &[(InputRole, PathBuf, PathBuf)]) -> Result<HashedInputs> {
    let mut hashed: Vec<(Input, [u8; 32])> = contents
        .par_iter()
        .map(|(role, path, content)| {
            let (bytes, hasher) = hasher_of_file(content)
                .with_context(|| format!("cannot read {} again", path.display()))?;
            let mut output = [0; 64];
            hasher.finalize_xof().fill(&mut output);
            let mut secret = [0; 32];
            secret.copy_from_slice(&output[32..]);
            let input = Input {
                role: *role,
                path: path.display().to_string(),
                bytes,
                blake3: hasher.finalize().to_hex().to_string(),
            };
            Ok((input, secret))
        })
        .collect::<Result<_>>()?;
    hashed.sort();
    let (inputs, secrets) = hashed.into_iter().unzip();
    Ok(HashedInputs { inputs, secrets })
}

/// Size and BLAKE3 of a file, in hex.
///
/// # Errors
/// If it cannot be read.
pub fn hash_file(path: &Path) -> Result<(u64, String)> {
    let (bytes, hasher) = hasher_of_file(path)?;
    Ok((bytes, hasher.finalize().to_hex().to_string()))
}

fn hasher_of_file(path: &Path) -> Result<(u64, blake3::Hasher)> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
    Ok((bytes, hasher))
}

/// BLAKE3 of the rules that are built in, in hex.
pub fn rulebook_hash() -> String {
    hash_of(&RULEBOOK_FILES)
}

/// BLAKE3 of the rate cards and tiers that are built in, in hex.
pub fn tariff_hash() -> String {
    hash_of(&TARIFF_FILES)
}

fn hash_of(files: &[&[u8]]) -> String {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file);
    }
    hasher.finalize().to_hex().to_string()
}

/// Seals a run: the program, its rules, what was read, the settings, and what was written so far.
///
/// Names and places of inputs play no part, so the same evidence gives the same seal anywhere.
pub fn fingerprint(
    inputs: &[Input],
    settings: &[SettingInForce],
    written: &[WrittenFile],
) -> String {
    let mut words: Vec<String> = inputs
        .iter()
        .map(|input| format!("input {} {}", input.role.name(), input.blake3))
        .collect();
    let settings = settings.iter();
    words.extend(settings.map(|setting| format!("setting {} {}", setting.name, setting.value)));
    let written = written.iter();
    words.extend(written.map(|file| format!("output {} {}", file.path, file.blake3)));
    words.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for word in [env!("CARGO_PKG_VERSION"), &rulebook_hash(), &tariff_hash()]
        .into_iter()
        .chain(words.iter().map(String::as_str))
    {
        hasher.update(word.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex().as_str()[..32].to_owned()
}

/// The current time as the manifest writes it.
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Manifest {
    /// Writes the manifest as the last file of the folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(mut self, folder: &Folder) -> Result<()> {
        self.outputs = folder.written();
        let mut text = serde_json::to_string_pretty(&self)?;
        text.push('\n');
        folder.write_file(MANIFEST, text.as_bytes())
    }
}

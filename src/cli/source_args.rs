//! The options of every command that goes through a log: what is read, and by which rules.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;

use super::values::{date, input_format, month, regime, zone};
use crate::log::source::InputFormat;
use crate::vocabulary::{LocalDate, Month, Regime};

/// What is read, and by which rules.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// Files (.csv, .csv.gz, .csv.zst, .parquet), folders, globs, or - for standard input, also in an object
    /// store (s3://, gs://, az://); together they are one log
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,

    /// Preset or file that says how the rows of another system become rows of the log; docs/sources lists the
    /// presets
    #[arg(
        long,
        value_name = "PRESET|FILE",
        env = "COUNTERFOIL_MAP",
        help_heading = "Input"
    )]
    pub map: Option<PathBuf>,

    /// Accounts with their zones, currencies and numbers; without it every account is UTC and USD
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_ACCOUNTS",
        help_heading = "Input"
    )]
    pub accounts: Option<PathBuf>,

    /// Timeline of template categories and approvals (CSV)
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_TEMPLATES",
        help_heading = "Input"
    )]
    pub templates: Option<PathBuf>,

    /// Folder with the tables that `import` keeps beside a log: templates.csv, opt_outs.csv,
    /// tier_updates.csv, auth_international.csv, primary_locations.csv, messaging_limits.csv
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_EVIDENCE",
        help_heading = "Input"
    )]
    pub evidence: Option<PathBuf>,

    /// Folder with own rates.csv, tiers.csv, markets.csv, auth_international.csv: alone if it has all
    /// four, else laid over the built-in tables
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_RATES",
        help_heading = "Input"
    )]
    pub rates: Option<PathBuf>,

    /// Form of standard input: csv, csv.gz, csv.zst, parquet, jsonl, jsonl.gz, jsonl.zst
    #[arg(
        long,
        value_parser = input_format,
        value_name = "FORMAT",
        env = "COUNTERFOIL_INPUT_FORMAT",
        help_heading = "Input"
    )]
    pub input_format: Option<InputFormat>,

    /// Zone of times in the log that carry none (IANA name) [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone, env = "COUNTERFOIL_LOG_TIMEZONE", help_heading = "Input")]
    pub log_timezone: Option<Tz>,

    /// Folder for temporary files [default: the system's]
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_TEMP_DIR",
        help_heading = "Input"
    )]
    pub temp_dir: Option<PathBuf>,

    /// Write this month only, by the account's local dates; earlier rows still warm up the state
    #[arg(long, value_name = "YYYY-MM", value_parser = month, conflicts_with_all = ["from", "to"], env = "COUNTERFOIL_MONTH", help_heading = "Rules")]
    pub month: Option<Month>,

    /// First local date to write
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, env = "COUNTERFOIL_FROM", help_heading = "Rules")]
    pub from: Option<LocalDate>,

    /// Last local date to write, inclusive
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, env = "COUNTERFOIL_TO", help_heading = "Rules")]
    pub to: Option<LocalDate>,

    /// Apply one regime to the whole log: cbp-2022, cbp-2023, pmp-2025 or pmp-2026
    #[arg(long, value_name = "ID", value_parser = regime, env = "COUNTERFOIL_RULEBOOK", help_heading = "Rules")]
    pub rulebook: Option<Regime>,

    /// Change a setting by id or name, such as S-07=delivery; `counterfoil settings` lists them
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Rules")]
    pub set: Vec<String>,

    /// Threads [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), env = "COUNTERFOIL_THREADS", help_heading = "Run")]
    pub threads: Option<u16>,

    /// Configuration file [default: counterfoil.toml, if there is one]
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_CONFIG",
        help_heading = "Run"
    )]
    pub config: Option<PathBuf>,
}

impl SourceArgs {
    /// The folder for temporary files.
    pub fn temp_folder(&self) -> PathBuf {
        self.temp_dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

//! The options of `explain`.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::{ArgGroup, Args};

use crate::cli::values::{date, input_format, month, regime, zone};
use crate::log::source::InputFormat;
use crate::vocabulary::{LocalDate, Month, Regime};

/// In which form a timeline is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TimelineFormat {
    /// A page of 80 columns.
    #[default]
    Human,
    /// The same as JSON.
    Json,
}

/// Help behind the options.
pub const HELP: &str = "\
Examples:
  counterfoil explain log.csv --pair 4930901820,5511999990001 --accounts accounts.toml
  counterfoil explain logs/ --message wamid.HBgM... --out message.svg
  counterfoil explain reports/q3 --charge 1f0c5e7a9b3d2468
  counterfoil explain reports/q3 --conversation 90ab12cd34ef5678 --out conversation.png
  counterfoil explain reports/q3 --difference 3

LOG may be the folder of a finished run: its log, accounts, settings and options are then taken
from its manifest.json. Options that are given count more.

Exit codes: 0 explained; 1 nothing with that id was found; 2 bad usage or configuration;
3 input unreadable; 70 a bug.";

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["pair", "message", "conversation", "charge", "difference"]).required(true).multiple(false))]
pub struct ExplainArgs {
    /// Files, folders, globs, - for standard input, or the folder of a finished run
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,

    /// Everything between a business number and a customer
    #[arg(long, value_name = "BUSINESS,CUSTOMER", value_parser = pair, help_heading = "What to explain")]
    pub pair: Option<(String, String)>,

    /// A message, by its message_id
    #[arg(long, value_name = "ID", help_heading = "What to explain")]
    pub message: Option<String>,

    /// A conversation or free entry point, by its conversation_id
    #[arg(long, value_name = "ID", value_parser = hex_id, help_heading = "What to explain")]
    pub conversation: Option<u64>,

    /// A charge, by its charge_id
    #[arg(long, value_name = "ID", value_parser = hex_id, help_heading = "What to explain")]
    pub charge: Option<u64>,

    /// A difference of an audit with an invoice, by its row in tables/differences (difference_row in
    /// claims.csv); LOG is the run's folder
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u64).range(1..), help_heading = "What to explain")]
    pub difference: Option<u64>,

    /// Draw the timeline into this file (.svg or .png), too
    #[arg(long, short, value_name = "FILE", value_parser = picture_file, help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// A page for people, or JSON
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: TimelineFormat,

    /// Accounts with their zones, currencies and numbers
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

    /// Folder with the tables that `import` keeps beside a log: templates, opt-outs, eligibility and so on
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_EVIDENCE",
        help_heading = "Input"
    )]
    pub evidence: Option<PathBuf>,

    /// Folder with own rates.csv, tiers.csv, markets.csv, auth_international.csv
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_RATES",
        help_heading = "Input"
    )]
    pub rates: Option<PathBuf>,

    /// Form of standard input: csv, csv.gz, csv.zst, parquet, jsonl, jsonl.gz, jsonl.zst
    #[arg(long, value_parser = input_format, value_name = "FORMAT", env = "COUNTERFOIL_INPUT_FORMAT", help_heading = "Input")]
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

    /// Charge this month only, by the account's local dates
    #[arg(long, value_name = "YYYY-MM", value_parser = month, conflicts_with_all = ["from", "to"], env = "COUNTERFOIL_MONTH", help_heading = "Rules")]
    pub month: Option<Month>,

    /// First local date to charge
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, env = "COUNTERFOIL_FROM", help_heading = "Rules")]
    pub from: Option<LocalDate>,

    /// Last local date to charge, inclusive
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

fn pair(text: &str) -> Result<(String, String), String> {
    let words = text
        .split_once(',')
        .map(|(business, customer)| (business.trim().to_owned(), customer.trim().to_owned()));
    words
        .filter(|(business, customer)| !business.is_empty() && !customer.is_empty())
        .ok_or_else(|| {
            "expected the business number and the customer, such as 4930901820,5511999990001"
                .to_owned()
        })
}

fn hex_id(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16)
        .ok()
        .filter(|_| is_id)
        .ok_or_else(|| {
            "expected 16 hex digits, as tables/charges and tables/conversations have them; a message is \
             named with --message"
                .to_owned()
        })
}

/// Whether a picture is to be drawn into pixels.
pub fn is_png(path: &Path) -> bool {
    ends_in(path, "png")
}

fn ends_in(path: &Path, ending: &str) -> bool {
    let own = path.extension();
    own.is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

fn picture_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = ends_in(&path, "svg") || is_png(&path);
    is_known
        .then_some(path)
        .ok_or_else(|| "expected a name that ends in .svg or .png".to_owned())
}

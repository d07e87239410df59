//! The words of `simulate`, and their help.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use crate::cli::printer::Format;

/// Help behind the options.
pub const SIMULATE_HELP: &str = "\
Examples:
  counterfoil simulate --scenario data/simulate/small.toml --out log.parquet
  counterfoil simulate --scenario shop.toml --out log.parquet --rows 10000000 --truth truth/
  counterfoil audit log.parquet --accounts log.accounts.toml

The form follows from the name of --out: .parquet, .csv, .csv.gz, .csv.zst, and for webhooks .jsonl,
.jsonl.gz, .jsonl.zst. Beside the log stands the accounts.toml that belongs to it (log.accounts.toml).
--truth writes truth.json (what was simulated, faults by kind, the bill), lines.csv (the true bill as
audit would write tables/lines.csv) and faults.csv (each fault); --wrong-invoice beside them an
invoice.csv with known errors, one of each cause unless the model says otherwise, and errors.csv
that lists them. docs/simulate.md explains models.

Exit codes: 0 clean; 2 bad usage or model; 70 a bug; 130 interrupted.";

/// Options of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Model of businesses and customers (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    pub scenario: PathBuf,

    /// The log to write
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub out: PathBuf,

    /// Scale the customers of the model so that the log has about so many rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Model")]
    pub rows: Option<u64>,

    /// What the random numbers follow from [default: the model's seed]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub seed: Option<u64>,

    /// Folder for the true bill and the list of faults
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub truth: Option<PathBuf>,

    /// Write into the folder of the truth an invoice with known errors, too: invoice.csv, errors.csv
    #[arg(long, requires = "truth", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub wrong_invoice: bool,

    /// Replace what is there
    #[arg(long, env = "COUNTERFOIL_FORCE", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub force: bool,

    /// Folder for temporary files [default: the system's]
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_TEMP_DIR",
        help_heading = "Output"
    )]
    pub temp_dir: Option<PathBuf>,

    /// A page for people, or JSON
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "COUNTERFOIL_FORMAT",
        help_heading = "Output"
    )]
    pub format: Format,

    /// Show nothing but errors and data asked for with --format
    #[arg(long, short, env = "COUNTERFOIL_QUIET", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub quiet: bool,

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

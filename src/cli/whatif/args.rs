//! The words of `whatif`, and their help.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use crate::cli::output_args::OutputArgs;
use crate::cli::source_args::SourceArgs;
use crate::whatif::vary::Variation;

/// What the help shows below the options.
pub const HELP: &str = "\
Examples:
  counterfoil whatif export.csv.gz --accounts accounts.toml --scenario pmp-2026.toml
  counterfoil whatif logs/ --scenario cards-of-october.toml --scenario fewer-reminders.toml --together
  counterfoil whatif logs/ --scenario provider.toml --sweep prices.provider.percent=0..20:5
  counterfoil whatif logs/ --scenario provider.toml --break-even prices.provider.percent=0..50

OUT appears whole or not at all: report.html, report.xlsx, charts/, tables/ (lines of the base,
scenario_lines, comparison, moved_pairs, moved_messages) as Parquet, summary.json, rejects.csv
and manifest.json, which seals the others.

Exit codes: 0 clean; 2 bad usage, configuration or scenario; 3 input unreadable or too many
rejects; 4 a rate is missing in the base or in a scenario; 70 a bug; 130 interrupted.";

/// Options of `whatif`.
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    /// What is read, and by which rules.
    #[command(flatten)]
    pub source: SourceArgs,

    /// Where it is written, and how it is shown.
    #[command(flatten)]
    pub output: OutputArgs,

    /// Scenario to hold against the base (TOML; repeatable, each a column beside the base)
    #[arg(
        long,
        short,
        value_name = "FILE",
        required = true,
        help_heading = "Scenarios"
    )]
    pub scenario: Vec<PathBuf>,

    /// Add one more scenario: all the given ones together
    #[arg(long, value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Scenarios")]
    pub together: bool,

    /// Run the scenarios with one of their values going from here to there (repeatable)
    #[arg(long, value_name = "KEY=FROM..TO:STEP", value_parser = Variation::parse, help_heading = "Scenarios")]
    pub sweep: Vec<Variation>,

    /// Search the value at which each scenario costs what the base does (repeatable)
    #[arg(long, value_name = "KEY=FROM..TO", value_parser = Variation::parse, help_heading = "Scenarios")]
    pub break_even: Vec<Variation>,

    /// Name so many pairs that a scenario moves, and every message; by default 20 pairs for scenarios that judge
    /// the messages again, and none for those of prices alone
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=10_000), help_heading = "Scenarios")]
    pub moved: Option<u64>,
}

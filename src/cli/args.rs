//! The words of the command line, and their help.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;

use super::batch::Purpose;
use super::check::{CHECK_HELP, CheckArgs};
use super::diff::{DIFF_HELP, DiffArgs};
use super::explain::args::{ExplainArgs, HELP as EXPLAIN_HELP};
use super::import::{IMPORT_HELP, ImportArgs};
use super::memory_args::MemoryArgs;
use super::output_args::OutputArgs;
use super::printer::Format;
use super::rates::RatesCommand;
use super::run::args::{RUN_HELP, RunArgs};
use super::simulate::args::{SIMULATE_HELP, SimulateArgs};
use super::source_args::SourceArgs;
use super::state::StateArgs;
use super::values::{amount, finding, tolerance};
use super::verify::{VERIFY_HELP, VerifyArgs};
use super::whatif::args::{HELP as WHATIF_HELP, WhatIfArgs};
use crate::audit::Tolerance;
use crate::tariff::Amount;

/// Replays WhatsApp message logs through Meta's conversation and pricing rules.
#[derive(Debug, Parser)]
#[command(
    name = "counterfoil",
    version,
    about = "Replays WhatsApp message logs through Meta's pricing rules",
    long_about = "Replays exported WhatsApp message logs through Meta's conversation and pricing rules \
        since 2022-02-01: which conversations and free entry points opened, which units are charged, \
        which are free, and by which rule. Same rows in, same bytes out.",
    after_help = EXIT_CODES,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean; 1 findings that --fail-on names; 2 bad usage or configuration;
3 input unreadable or too many rejects; 4 incomplete evidence, the result is not a
conclusion; 70 a bug in the program; 130 interrupted, nothing half written.";

const REPLAY_HELP: &str = "\
Examples:
  counterfoil replay export.csv.gz
  counterfoil replay 'exports/2025-*.parquet' --accounts accounts.toml --month 2025-07
  counterfoil replay logs/ --out reports/q3 --set S-07=delivery --csv

OUT appears whole or not at all: report.html, report.xlsx, charts/, tables/conversations.parquet,
tables/charges.parquet, summary.json, rejects.csv and manifest.json, which seals the others.

Any option can also be given as COUNTERFOIL_<OPTION> or under [options] in
counterfoil.toml (flag over environment over file); settings under [settings].

Exit codes: 0 clean; 1 findings that --fail-on names; 2 bad usage or configuration;
3 input unreadable or too many rejects; 4 incomplete evidence; 70 a bug; 130 interrupted.";

const AUDIT_HELP: &str = "\
Examples:
  counterfoil audit export.csv.gz --accounts accounts.toml
  counterfoil audit 'exports/2026-*.parquet' --accounts accounts.toml --invoice october.csv
  counterfoil audit logs/ --accounts accounts.toml --rates our-cards/ --csv

OUT appears whole or not at all: report.html, report.xlsx, charts/, focus.csv, tables/ (charges,
lines, conversations, findings, with an invoice differences) as Parquet, with an invoice claims.csv,
with --sample sample.csv, summary.json, rejects.csv and manifest.json, which seals the others.

Any option can also be given as COUNTERFOIL_<OPTION> or under [options] in
counterfoil.toml (flag over environment over file); settings under [settings].

Exit codes: 0 clean; 1 the invoice differs by more than --tolerance, or findings that
--fail-on names; 2 bad usage or configuration; 3 input unreadable or too many rejects;
4 incomplete evidence, such as a missing rate; 70 a bug; 130 interrupted.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconstruct conversations, free entry points and charges; needs no prices
    #[command(
        after_help = REPLAY_HELP,
        long_about = "Reconstructs every conversation, free entry point and charge of a log, each with \
            the rule that decided it. Needs no rate card: chargeable units are `unpriced`."
    )]
    Replay(Box<LogArgs>),
    /// State what Meta should have charged, and hold its invoice against it (the main job)
    #[command(
        after_help = AUDIT_HELP,
        long_about = "Replays a log and prices every charge from dated rate cards, markets, volume tiers \
            and allowances: what Meta should have charged, per message or conversation, per line, per \
            month. A charge without a known rate is `unrated`, never guessed, and the run exits with 4. \
            With --invoice, every cent of difference gets one cause."
    )]
    Audit(Box<AuditArgs>),
    /// Say what the log would cost under other rules, prices, volume or behaviour, side by side with the base
    #[command(
        name = "whatif",
        after_help = WHATIF_HELP,
        long_about = "Runs the log under scenarios, small TOML files that change rules, prices, volume, mix or \
            behaviour, by the engine of `audit`, and holds each against the base: amounts, units, conversations, \
            a bridge by effect that adds up exactly, what moved, sweeps and break-even. Where no card exists the \
            answer is quantities and `unrated`."
    )]
    WhatIf(Box<WhatIfArgs>),
    /// Profile a log: columns, rows, rejects, gaps, and what an audit of it can conclude
    #[command(
        after_help = CHECK_HELP,
        long_about = "Goes through a log without pricing it: columns found, missing and ignored, what becomes of \
            every row, kinds, categories and statuses, days of each number, contradictions, and what all that lets \
            an audit conclude, with what to bring to conclude more. Writes nothing."
    )]
    Check(Box<CheckArgs>),
    /// Run a scheduled job from one file: what is new, and no more
    #[command(
        after_help = RUN_HELP,
        long_about = "Looks which files of a job are new, runs `audit` or `replay` over them from the state that the \
            last run left, and keeps the books: months to date, alerts, a forecast, old runs, log lines, metrics. \
            Two runs of a job exclude each other; one that was cut off is taken up by the next."
    )]
    Run(RunArgs),
    /// Turn exports of other systems and raw webhooks into a canonical log
    #[command(
        after_help = IMPORT_HELP,
        long_about = "Reads the files of another system through a map, a preset or the user's own, and writes one \
            canonical log that every other command reads faster; rows that cannot be used and evidence that is \
            no row (tier updates, template history, opt-outs, limits) stand beside it."
    )]
    Import(Box<ImportArgs>),
    /// Write a seeded synthetic log, and on request the true bill of it
    #[command(
        after_help = SIMULATE_HELP,
        long_about = "Lets businesses and customers behave as a model says and writes the log that an exporter would \
            have written, with faults at known rates. Same model, seed and rows: same bytes, whatever the threads."
    )]
    Simulate(Box<SimulateArgs>),
    /// Say whether a finished run is still what it was, and whether it adds up
    #[command(
        after_help = VERIFY_HELP,
        long_about = "Hashes every file of a run folder and every file it was made from again, and computes \
            control totals, sums, amounts, ids and the order of rows again from its tables. Changes nothing."
    )]
    Verify(VerifyArgs),
    /// Say what changed between two finished runs, charge by charge, and why
    #[command(
        after_help = DIFF_HELP,
        long_about = "Compares what two runs were made of, matches their charges and conversations by id, and \
            gives each charge that was added, removed or changed one cause, with its money by currency: \
            new, late or removed rows of the log, market, category, rule, price and so on."
    )]
    Diff(DiffArgs),
    /// Show the timeline behind a message, conversation, charge, pair or invoice difference
    #[command(
        after_help = EXPLAIN_HELP,
        long_about = "Shows the timeline behind a message, a conversation, a charge, a pair, or a difference of an \
            invoice with its line, the charges expected there and the cause: every message \
            with its file and line, customer service windows, clicks and free entry points, conversations, \
            each charge with its rule, card, tier and rate, findings, and Meta's own marks beside it."
    )]
    Explain(Box<ExplainArgs>),
    /// Rate cards, tiers and market moves that are known: list, show, compare, check, import
    #[command(subcommand)]
    Rates(RatesCommand),
    /// List every setting: id, name, default, accepted values, and why it is open
    Settings(SettingsArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page of counterfoil, or of one of its commands
    Man(ManArgs),
}

impl Command {
    /// The purpose and the options of a command that goes through a log once and writes a run of it.
    pub fn batch(&self) -> Option<(Purpose<'_>, &LogArgs)> {
        match self {
            Self::Replay(args) => Some((Purpose::Replay, args)),
            Self::Audit(args) => Some((Purpose::Audit(args), &args.log)),
            _ => None,
        }
    }

    /// The options of such a command, to be changed.
    pub fn batch_args_mut(&mut self) -> Option<&mut LogArgs> {
        match self {
            Self::Replay(args) => Some(args),
            Self::Audit(args) => Some(&mut args.log),
            _ => None,
        }
    }

    /// In which form results are printed.
    pub fn format(&self) -> Format {
        match self {
            Self::Replay(args) => args.output.format,
            Self::Audit(args) => args.log.output.format,
            Self::WhatIf(args) => args.output.format,
            Self::Check(args) => args.format,
            Self::Run(args) => args.format,
            Self::Import(args) => args.format,
            Self::Simulate(args) => args.format,
            Self::Settings(args) => args.format,
            Self::Verify(args) => args.format,
            Self::Diff(args) => args.format,
            Self::Explain(_) | Self::Rates(_) | Self::Completions(_) | Self::Man(_) => {
                Format::Human
            }
        }
    }

    /// Whether only errors and the asked-for data are shown.
    pub fn quiet(&self) -> bool {
        match self {
            Self::Replay(args) => args.output.quiet,
            Self::Audit(args) => args.log.output.quiet,
            Self::WhatIf(args) => args.output.quiet,
            Self::Check(args) => args.quiet,
            Self::Run(args) => args.quiet,
            Self::Import(args) => args.quiet,
            Self::Simulate(args) => args.quiet,
            _ => false,
        }
    }
}

/// Options of the commands that go through a log: `replay`, and `audit` with some more.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// What is read, and by which rules.
    #[command(flatten)]
    pub source: SourceArgs,

    /// Where it is written, and how it is shown.
    #[command(flatten)]
    pub output: OutputArgs,

    /// What it continues, and what it leaves.
    #[command(flatten)]
    pub state: StateArgs,

    /// How much memory it may take.
    #[command(flatten)]
    pub memory: MemoryArgs,

    /// Write a charge row for every message that a conversation covers
    #[arg(
        long,
        value_name = "WHAT",
        env = "COUNTERFOIL_DETAIL",
        help_heading = "Output"
    )]
    pub detail: Option<Detail>,

    /// Reconstruct cbp-2023 conversations under per-message pricing too, for comparison
    #[arg(long, env = "COUNTERFOIL_SHADOW", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Rules")]
    pub shadow: bool,

    /// Exit with 1 if the run warns of one of these findings, such as Q-CONFLICT
    #[arg(long, value_name = "CODE,...", value_delimiter = ',', value_parser = finding, env = "COUNTERFOIL_FAIL_ON", help_heading = "Run")]
    pub fail_on: Vec<String>,
}

/// Options of `audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Options that it shares with `replay`.
    #[command(flatten)]
    pub log: LogArgs,

    /// Invoice to hold the reconstruction against (CSV; repeatable)
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_INVOICE",
        help_heading = "Evidence"
    )]
    pub invoice: Vec<PathBuf>,

    /// How the columns of the invoices are named (TOML), where they are not the canonical ones
    #[arg(
        long,
        value_name = "MAP.toml",
        requires = "invoice",
        env = "COUNTERFOIL_INVOICE_MAP",
        help_heading = "Evidence"
    )]
    pub invoice_map: Option<PathBuf>,

    /// Meta's conversation_analytics or pricing_analytics (JSON; repeatable)
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_ANALYTICS",
        help_heading = "Evidence"
    )]
    pub analytics: Vec<PathBuf>,

    /// Difference of a line or total that is tolerated, as an amount or a share of what is expected
    #[arg(long, value_name = "AMOUNT|P%", value_parser = tolerance, env = "COUNTERFOIL_TOLERANCE", help_heading = "Evidence")]
    pub tolerance: Option<Tolerance>,

    /// Difference of a total from which on it is called material
    #[arg(long, value_name = "AMOUNT", value_parser = amount, env = "COUNTERFOIL_MATERIALITY", help_heading = "Evidence")]
    pub materiality: Option<Amount>,

    /// Draw a money-unit sample of so many charges into sample.csv, with all that is needed to work each
    /// out by hand; goes through the log a second time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000), env = "COUNTERFOIL_SAMPLE", help_heading = "Output")]
    pub sample: Option<u64>,

    /// What the random start of the sample is made of [default: the charges themselves]
    #[arg(
        long,
        value_name = "TEXT",
        requires = "sample",
        env = "COUNTERFOIL_SAMPLE_SEED",
        help_heading = "Output"
    )]
    pub sample_seed: Option<String>,
}

/// Options of `settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// A page for people, or JSON
    #[arg(long, value_enum, default_value_t, env = "COUNTERFOIL_FORMAT")]
    pub format: Format,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A command, such as `replay`
    pub command: Option<String>,
}

/// What is written in more detail than by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Detail {
    /// Covered messages.
    Messages,
}

//! `counterfoil rates`: what cards, tiers and market moves are known, and taking in Meta's own files.

mod check;
mod check_log;
mod diff;
mod import;
mod list;
mod show;
mod table;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::values::zone;
use crate::{
    rulebook::{ConfigError, Rulebook},
    run::exit::{ExitStatus, Failure},
    tariff::{CardModel, MarketId, Tariff},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

/// The categories that have a column in tables of rates, in the order of Meta's cards.
const COLUMNS: [ChargeCategory; 5] = [
    ChargeCategory::Marketing,
    ChargeCategory::Utility,
    ChargeCategory::Authentication,
    ChargeCategory::AuthenticationInternational,
    ChargeCategory::Service,
];

/// What `rates` can do.
#[derive(Debug, Subcommand)]
pub enum RatesCommand {
    /// Every card, how much of the markets it covers, its tiers, and the moves of markets
    List(ListArgs),
    /// The rates that hold on a date
    Show(ShowArgs),
    /// What changes between two dates, absolute and in percent
    Diff(DiffArgs),
    /// Holes: missing cells, gaps in a series, tiers without a rate; exit 4 if there are any
    Check(CheckArgs),
    /// Take in Meta's own rate-card files as tables for --rates
    Import(ImportArgs),
}

/// Which tables are read, and how the answer is written.
#[derive(Debug, Args)]
pub struct TableArgs {
    /// Folder with own rates.csv, tiers.csv, markets.csv, auth_international.csv: alone if it has all
    /// four, else laid over the built-in tables
    #[arg(long, value_name = "DIR", env = "COUNTERFOIL_RATES")]
    pub rates: Option<PathBuf>,

    /// How the answer is written
    #[arg(long, value_enum, default_value_t, env = "COUNTERFOIL_FORMAT")]
    pub format: RatesFormat,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RatesFormat {
    /// Tables of text
    #[default]
    Human,
    /// One JSON document; amounts are text, so that no reader rounds them
    Json,
}

/// Options of `rates list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    tables: TableArgs,

    /// Only this currency
    #[arg(long, value_name = "CUR", value_parser = currency)]
    currency: Option<Currency>,
}

/// Options of `rates show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    tables: TableArgs,

    /// The local date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: LocalDate,

    /// The billing currency
    #[arg(long, value_name = "CUR", value_parser = currency)]
    currency: Currency,

    /// One market, with its tiers, cards and sources
    #[arg(long, value_name = "NAME")]
    market: Option<String>,

    /// CBP or PMP [default: that of the date]
    #[arg(long, value_name = "MODEL", value_parser = model)]
    model: Option<CardModel>,
}

/// Options of `rates diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    tables: TableArgs,

    /// The earlier local date
    #[arg(value_name = "DATE", value_parser = date)]
    from: LocalDate,

    /// The later local date
    #[arg(value_name = "DATE", value_parser = date)]
    to: LocalDate,

    /// Only this currency
    #[arg(long, value_name = "CUR", value_parser = currency)]
    currency: Option<Currency>,

    /// Only this market
    #[arg(long, value_name = "NAME")]
    market: Option<String>,
}

/// Options of `rates check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only what the charges of this log need: files, folders or globs
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,

    /// With a log: the preset or file that says how the rows of another system become rows of the log
    #[arg(long, value_name = "PRESET|FILE", requires = "logs")]
    map: Option<PathBuf>,

    /// With a log: the zone of times in it that carry none (IANA name) [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone, requires = "logs")]
    log_timezone: Option<Tz>,

    #[command(flatten)]
    tables: TableArgs,

    /// Only these currencies [default: every currency with a card]
    #[arg(long, value_name = "CUR", value_parser = currency)]
    currency: Vec<Currency>,

    /// The currencies that these accounts bill in; with a log, its accounts
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,

    /// With a log: its timeline of template categories (CSV)
    #[arg(long, value_name = "FILE", requires = "logs")]
    templates: Option<PathBuf>,

    /// Only days from this one on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<LocalDate>,

    /// Only days until this one
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    to: Option<LocalDate>,
}

/// Options of `rates import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Rate cards and tier files as Meta publishes them, CSV or XLSX
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The first day on which the card holds
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    effective_from: LocalDate,

    /// The currency of the card; rows in another one are left out and listed
    #[arg(long, value_name = "CUR", value_parser = currency)]
    currency: Option<Currency>,

    /// CBP or PMP [default: that of the date]
    #[arg(long, value_name = "MODEL", value_parser = model)]
    model: Option<CardModel>,

    /// The folder whose rates.csv and tiers.csv the card is added to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    tables: TableArgs,
}

/// How a `rates` command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatesStatus {
    /// Clean.
    Success,
    /// A rate is missing: exit 4.
    Incomplete,
}

/// Why a `rates` command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum RatesError {
    /// The command line or a table is wrong: exit 2.
    #[error("{0}")]
    Usage(String),
    /// A table is refused: exit 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file to import cannot be read, or nothing in it can be placed: exit 3.
    #[error("{0}")]
    Input(String),
    /// The answer cannot be written. A reader that has seen enough is no failure.
    #[error("the answer cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// Runs a `rates` command on the standard streams.
///
/// # Errors
/// As [`run`].
pub fn answer(command: &RatesCommand) -> Result<ExitStatus, Failure> {
    match run(command, &mut io::stdout().lock(), &mut io::stderr().lock()) {
        Ok(RatesStatus::Success) => Ok(ExitStatus::Success),
        Ok(RatesStatus::Incomplete) => Ok(ExitStatus::Incomplete),
        Err(error) => Err(error.into()),
    }
}

impl From<RatesError> for Failure {
    fn from(error: RatesError) -> Self {
        match error {
            RatesError::Input(problem) => Self::input(anyhow::anyhow!(problem)),
            RatesError::Output(error) => Self::output(error),
            RatesError::Usage(_) | RatesError::Config(_) => Self::usage(error),
        }
    }
}

/// Runs a `rates` command: the answer goes to `out`, what else there is to say to `messages`.
///
/// # Errors
/// If the tables are refused, the files cannot be read, or the answer cannot be written.
pub fn run(
    command: &RatesCommand,
    out: &mut dyn Write,
    messages: &mut dyn Write,
) -> Result<RatesStatus, RatesError> {
    match command {
        RatesCommand::List(args) => list::run(args, out),
        RatesCommand::Show(args) => show::run(args, out),
        RatesCommand::Diff(args) => diff::run(args, out),
        RatesCommand::Check(args) if args.logs.is_empty() => check::run(args, out),
        RatesCommand::Check(args) => check_log::run(args, out),
        RatesCommand::Import(args) => import::run(args, out, messages),
    }
}

fn tariff(args: &TableArgs) -> Result<Tariff, RatesError> {
    Ok(Tariff::load_or_embedded(args.rates.as_deref())?)
}

/// The pricing model of a date, unless another one is asked for.
fn model_on(
    asked: Option<CardModel>,
    rulebook: &Rulebook,
    date: LocalDate,
) -> Result<CardModel, RatesError> {
    let of_date = || rulebook.regime_on(date).map(CardModel::from);
    asked.or_else(of_date).ok_or_else(|| {
        RatesError::Usage(format!(
            "no pricing regime holds on {date}: the first one is of 2022-02-01"
        ))
    })
}

fn market(tariff: &Tariff, name: &str) -> Result<MarketId, RatesError> {
    tariff.markets.named(name).ok_or_else(|| {
        let names = tariff.markets.names();
        let hint = crate::rulebook::nearest(name, names)
            .map_or_else(String::new, |name| format!(", nearest is `{name}`"));
        RatesError::Usage(format!(
            "unknown market `{name}`{hint}; `rates list` knows them"
        ))
    })
}

fn write_json(out: &mut dyn Write, answer: &impl Serialize) -> Result<(), RatesError> {
    serde_json::to_writer_pretty(&mut *out, answer).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text)
        .ok_or_else(|| format!("`{text}` is no currency: expected a code of ISO 4217"))
}

fn date(text: &str) -> Result<LocalDate, String> {
    LocalDate::parse(text).ok_or_else(|| format!("`{text}` is no date: expected YYYY-MM-DD"))
}

fn model(text: &str) -> Result<CardModel, String> {
    CardModel::parse(text.as_bytes())
        .ok_or_else(|| format!("`{text}` is no model: expected CBP or PMP"))
}

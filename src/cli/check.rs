//! `check`: what a log is made of, what is wrong with it, and what an audit of it can conclude.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use clap::builder::BoolishValueParser;

use super::batch::use_threads;
use super::config::Parsed;
use super::inputs::Inputs;
use super::opened_log::OpenedLog;
use super::printer::{Format, Printer};
use super::source_args::SourceArgs;
use super::values::{RejectLimit, finding};
use crate::log::census::Census;
use crate::log::suggest::suggest;
use crate::report::profile::{self, Checked, Profile, RejectedRow};
use crate::report::summary::{LogFileSummary, MapSummary};
use crate::report::terminal;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::progress::Progress;
use crate::store::Address;

/// Rejected rows that are told of; `replay` writes all of them.
const REJECTED_SHOWN: usize = 20;

/// Help behind the options.
pub const CHECK_HELP: &str = "\
Examples:
  counterfoil check export.csv.gz
  counterfoil check logs/ --accounts accounts.toml --format json
  counterfoil check export.csv --suggest-map > my-map.toml

Writes nothing. `counterfoil replay` writes every rejected row to rejects.csv.

Exit codes: 0 clean; 1 warnings that --fail-on names; 2 bad usage or configuration;
3 input unreadable or too many rejects; 4 incomplete evidence; 70 a bug; 130 interrupted.";

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What is read, and by which rules.
    #[command(flatten)]
    pub source: SourceArgs,

    /// Print a draft of a map for the LOG, a file of which nothing is known yet, and nothing else
    #[arg(long, help_heading = "Output")]
    pub suggest_map: bool,

    /// Rejected rows that are tolerated, as a number or a share of the rows read
    #[arg(
        long,
        value_name = "N|P%",
        default_value = "1%",
        env = "COUNTERFOIL_MAX_REJECTS",
        help_heading = "Input"
    )]
    pub max_rejects: RejectLimit,

    /// Exit with 1 if one of these warnings is there, such as Q-CONFLICT
    #[arg(long, value_name = "CODE,...", value_delimiter = ',', value_parser = finding, env = "COUNTERFOIL_FAIL_ON", help_heading = "Run")]
    pub fail_on: Vec<String>,

    /// What standard output shows: a page for people, JSON, or GitHub annotations
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "COUNTERFOIL_FORMAT",
        help_heading = "Output"
    )]
    pub format: Format,

    /// Show nothing but errors and data asked for with --format
    #[arg(long, short, env = "COUNTERFOIL_QUIET", value_parser = BoolishValueParser::new(), action = clap::ArgAction::SetTrue, help_heading = "Output")]
    pub quiet: bool,
}

/// Goes through a log twice: row by row, and as a replay.
///
/// # Errors
/// If the configuration is wrong or the log cannot be read.
pub fn run(args: &CheckArgs, parsed: &Parsed, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    use_threads(args.source.threads)?;
    if args.suggest_map {
        return suggest_map(&args.source.logs, printer);
    }
    let inputs = Inputs::load(&args.source, parsed)?;
    let log =
        OpenedLog::open(&inputs.log_request(&args.source, false), &inputs.templates).or_input()?;
    let files = log.files();
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let progress = Progress::new(2 * bytes, args.quiet);
    progress.stage("counting");
    let census = census(&log, &|bytes| progress.add(bytes))?;
    progress.stage("replaying");
    let request = inputs.request(&args.source, true);
    let replayed = log.replay(&request, &|bytes| progress.add(bytes));
    let replayed = replayed.or_input()?;
    let mut columns: Vec<&'static str> = Vec::new();
    for column in files.iter().flat_map(|file| &file.columns) {
        if !columns.contains(column) {
            columns.push(column);
        }
    }
    let rejected = replayed.rejects.take(REJECTED_SHOWN).map(|reject| {
        reject.map(|reject| RejectedRow {
            file: reject.file,
            line: reject.line,
            column: reject.column.unwrap_or_default().to_owned(),
            code: reject.code.to_owned(),
            reason: reject.reason,
        })
    });
    let map = MapSummary::of(files.iter().filter_map(|file| file.provenance.as_ref()));
    let profile = Profile::new(Checked {
        outcome: &replayed.outcome,
        census: &census,
        files: files
            .into_iter()
            .map(|file| LogFileSummary {
                path: file.path.display().to_string(),
                bytes: file.bytes,
                ignored_columns: file.ignored_columns,
            })
            .collect(),
        columns,
        rejected_first: rejected.collect::<anyhow::Result<_>>().or_input()?,
        accounts_file_absent: inputs.accounts.is_absent(),
        map,
    });
    drop(progress);
    show(&profile, args, printer)?;
    let totals = &profile.control_totals;
    let is_named = |code: &String| args.fail_on.contains(code);
    Ok(ExitStatus::of_run(
        args.max_rejects
            .is_exceeded(totals.rejected, totals.rows_read),
        !profile.incomplete.is_empty(),
        profile
            .warnings
            .iter()
            .any(|warning| is_named(&warning.code)),
    ))
}

/// Prints a draft of a map for one file.
fn suggest_map(logs: &[PathBuf], printer: &Printer) -> Result<ExitStatus, Failure> {
    let [file] = logs else {
        let failure = Failure::usage(anyhow::anyhow!("--suggest-map looks at one file"));
        return Err(
            failure.hint("name one file of the export; the map then fits the others of its kind")
        );
    };
    if file.as_os_str() == "-" || file.is_dir() || Address::of(file).is_some() {
        let found = file.display();
        let failure = Failure::usage(anyhow::anyhow!(
            "--suggest-map looks at a local file, not at {found}"
        ));
        return Err(failure.hint("name one file of the export, copied here"));
    }
    printer.data(&suggest(file).or_input()?)?;
    Ok(ExitStatus::Success)
}

fn census(log: &OpenedLog, progress: &(dyn Fn(u64) + Sync)) -> Result<Census, Failure> {
    let census: Mutex<Census> = Mutex::default();
    log.scan(progress, &|chunk| {
        let mut counted = Census::default();
        counted.take(chunk);
        let mut census = census.lock().unwrap_or_else(PoisonError::into_inner);
        census.add(&counted);
    })
    .or_input()?;
    Ok(census.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn show(profile: &Profile, args: &CheckArgs, printer: &Printer) -> Result<(), Failure> {
    let text = match args.format {
        Format::Human if args.quiet => return Ok(()),
        Format::Human => profile::page(profile, printer.colour()),
        Format::Json => profile.to_json().or_output()?,
        Format::Github => {
            let errors = profile.incomplete.iter();
            let errors = errors.map(|text| terminal::error_annotation(text));
            let warnings = profile.warnings.iter().map(|warning| {
                let text = format!("{}: {} {}", warning.code, warning.count, warning.text);
                terminal::warning_annotation(&text)
            });
            errors.chain(warnings).collect()
        }
    };
    printer.data(&text)
}

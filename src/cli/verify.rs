//! `verify`: whether a finished run is still what it was.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use super::printer::{Format, Printer};
use super::reperform;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::runs::RunFolder;
use crate::runs::verify::{self, Request};

/// What the help says after the options.
pub const VERIFY_HELP: &str = "\
Examples:
  counterfoil verify reports/2026-10
  counterfoil verify reports/2026-10 --log-root /archive/2026-10 --strict
  counterfoil verify reports/2026-10 --re-perform --format json

Exit codes: 0 sound; 1 something differs; 2 bad usage; 3 RUN is no run folder or cannot be
read; 70 a bug; 130 interrupted.";

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder that a run wrote
    #[arg(value_name = "RUN")]
    pub run: PathBuf,

    /// Folder from which the paths of the run's inputs start [default: the current one]
    #[arg(long, value_name = "DIR", env = "COUNTERFOIL_LOG_ROOT")]
    pub log_root: Option<PathBuf>,

    /// An input that cannot be found any more is a difference
    #[arg(long, env = "COUNTERFOIL_STRICT", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub strict: bool,

    /// Run the same command again, with the options and settings of the manifest, and compare every file
    #[arg(long, env = "COUNTERFOIL_RE_PERFORM", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub re_perform: bool,

    /// Folder for temporary files of --re-perform [default: the system's]
    #[arg(long, value_name = "DIR", env = "COUNTERFOIL_TEMP_DIR")]
    pub temp_dir: Option<PathBuf>,

    /// A page for people, JSON, or GitHub annotations
    #[arg(long, value_enum, default_value_t, env = "COUNTERFOIL_FORMAT")]
    pub format: Format,
}

/// Tests a run folder and prints what was found.
///
/// # Errors
/// If the folder is no run's, or the run cannot be performed again for want of a temporary folder.
pub fn run(args: &VerifyArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    let run = open(&args.run)?;
    let request = Request {
        log_root: args.log_root.as_deref(),
        strict: args.strict,
    };
    let mut verification = verify::verify(&run, request);
    if args.re_perform {
        verification.add(reperform::test(&run, args)?);
    }
    let text = match args.format {
        Format::Human => verify::render(&verification, printer.colour()),
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&verification).or_output()?;
            text.push('\n');
            text
        }
        Format::Github => verify::annotations(&verification),
    };
    printer.data(&text)?;
    Ok(match verification.is_sound {
        true => ExitStatus::Success,
        false => ExitStatus::Findings,
    })
}

/// Opens a run folder.
///
/// # Errors
/// If it is none.
pub fn open(path: &std::path::Path) -> Result<RunFolder, Failure> {
    RunFolder::open(path).map_err(|error| {
        Failure::input(error).hint("a run folder is what replay or audit wrote with --out")
    })
}

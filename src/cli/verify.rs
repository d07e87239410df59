//! `verify`: whether a finished run is still what it was.

use super::args::VerifyArgs;
use super::printer::{Format, Printer};
use super::reperform;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::runs::RunFolder;
use crate::runs::verify::{self, Request};

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

//! The command line: one file per command, each returning an exit status.

mod args;
mod batch;
mod check;
mod command_line;
mod config;
mod customers;
mod diff;
mod evidence;
mod explain;
mod generate;
mod import;
mod inputs;
mod memory_args;
mod opened_log;
mod output_args;
mod plan;
mod priced;
mod printer;
pub mod rates;
mod readings;
mod reject_texts;
mod reperform;
mod run;
mod sample;
mod settings;
mod simulate;
mod source_args;
mod sources;
mod state;
#[cfg(test)]
mod tests;
mod urls;
mod values;
mod verify;
mod whatif;
mod written;

use std::panic::{AssertUnwindSafe, catch_unwind};

use args::Command;
use batch::Purpose;
use printer::Printer;

use crate::run::exit::{self, ExitStatus, Failure};

/// Parses the command line, runs the command, and says how it went.
pub fn main() -> ExitStatus {
    exit::install_bug_report();
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let parsed = match config::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(config::Refused::Clap(error)) => {
            // Help and version are no errors; a reader that left early is none either.
            let _ = error.print();
            return match error.exit_code() {
                0 => ExitStatus::Success,
                _ => ExitStatus::Usage,
            };
        }
        Err(config::Refused::Failure(failure)) => {
            Printer::plain().failure(&failure);
            return failure.status;
        }
    };
    let printer = Printer::new(parsed.command.format(), parsed.command.quiet());
    let run = AssertUnwindSafe(|| answer(parsed, &words, &printer));
    match catch_unwind(run) {
        Ok(Ok(status)) => status,
        Ok(Err(failure)) => {
            printer.failure(&failure);
            failure.status
        }
        Err(_) => ExitStatus::Bug,
    }
}

fn answer(
    parsed: config::Parsed,
    words: &[String],
    printer: &Printer,
) -> Result<ExitStatus, Failure> {
    match &parsed.command {
        Command::Replay(args) => batch::run(Purpose::Replay, args, &parsed, words, printer),
        Command::Audit(args) => {
            batch::run(Purpose::Audit(args), &args.log, &parsed, words, printer)
        }
        Command::WhatIf(args) => whatif::run(args, &parsed, words, printer),
        Command::Check(args) => check::run(args, &parsed, printer),
        Command::Run(args) => run::run(args, printer),
        Command::Import(args) => import::run(args, printer),
        Command::Simulate(args) => simulate::run(args, printer),
        Command::Diff(args) => diff::run(args, printer),
        Command::Verify(args) => verify::run(args, printer),
        Command::Explain(args) => explain::run(args, &parsed, printer),
        Command::Rates(command) => rates::answer(command),
        Command::Settings(args) => settings::run(args, printer),
        Command::Completions(args) => generate::completions(args.shell, printer),
        Command::Man(args) => generate::man(args.command.as_deref(), printer),
    }
}

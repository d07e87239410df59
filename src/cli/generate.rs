//! `completions` and `man`: generated from the same definitions as the help.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::printer::Printer;
use crate::run::exit::{ExitStatus, Failure};

/// Prints a completion script.
///
/// # Errors
/// If standard output cannot be written.
pub fn completions(shell: Shell, printer: &Printer) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "counterfoil", &mut script);
    printer.data(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}

/// Prints a manual page: of the program, or of one command.
///
/// # Errors
/// If there is no such command, or standard output cannot be written.
pub fn man(command: Option<&str>, printer: &Printer) -> Result<ExitStatus, Failure> {
    let mut root = Cli::command();
    root.build();
    let command = match command {
        None => root,
        Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = root
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            Failure::usage(anyhow::anyhow!(
                "no command `{name}`: there are {}",
                names.join(", ")
            ))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(Failure::output)?;
    printer.data(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Success)
}

//! Options from the command line, the environment and `counterfoil.toml`, the first that speaks.
//!
//! What the file says becomes the default of the option, so that clap judges it as it judges a flag.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::args::{Cli, Command};
use super::command_line::CommandLine;
use super::urls;
use crate::rulebook::nearest;
use crate::rulebook::settings::ConfigFile;
use crate::run::exit::Failure;
use crate::run::manifest::OptionInForce;

/// The file that is read where nobody names another.
const DEFAULT_FILE: &str = "counterfoil.toml";
/// Options that only make sense for one call.
const NOT_IN_A_FILE: [&str; 5] = ["logs", "config", "set", "help", "version"];

/// A command line that was understood.
pub struct Parsed {
    /// The command with its options.
    pub command: Command,
    /// The configuration file, if there is one, and what it says.
    pub file: Option<(PathBuf, ConfigFile)>,
    /// Every option that has a value, with its origin.
    pub options: Vec<OptionInForce>,
    /// What makes the same run again.
    pub command_line: CommandLine,
}

/// A command line that was not understood.
pub enum Refused {
    /// Clap says why, or shows the help that was asked for.
    Clap(clap::Error),
    /// The configuration file is at fault.
    Failure(Failure),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

/// Understands a command line.
///
/// # Errors
/// If it, the environment or the configuration file says something that no option takes.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Parsed, Refused> {
    let words: Vec<OsString> = words.into_iter().collect();
    let matches = Cli::command().try_get_matches_from(&words)?;
    let Some((name @ ("replay" | "audit" | "whatif" | "check" | "explain"), given)) =
        matches.subcommand()
    else {
        return finish(&matches, None);
    };
    let file =
        load(given.get_one::<PathBuf>("config").map(PathBuf::as_path)).map_err(Refused::Failure)?;
    let Some((path, file)) = file else {
        return finish(&matches, None);
    };
    let mut command = Cli::command();
    for (option, value) in &file.options {
        let id = known_option(&command, option, &path).map_err(Refused::Failure)?;
        if yields_to_flags(&id, given) || !takes(&command, name, &id) {
            continue;
        }
        let default: &'static str = Box::leak(value.clone().into_boxed_str());
        command = command.mut_subcommand(name, |command| {
            command.mut_arg(&id, |argument| argument.default_value(default))
        });
    }
    let matches = command.try_get_matches_from(&words)?;
    finish(&matches, Some((path, file)))
}

fn finish(matches: &ArgMatches, file: Option<(PathBuf, ConfigFile)>) -> Result<Parsed, Refused> {
    urls::refuse(matches).map_err(Refused::Failure)?;
    let config = file.as_ref().map(|(_, file)| file);
    let (options, command_line) = matches
        .subcommand()
        .map(|(name, matches)| in_force(name, matches, config))
        .unwrap_or_default();
    Ok(Parsed {
        command: Cli::from_arg_matches(matches)?.command,
        file,
        options,
        command_line,
    })
}

fn load(named: Option<&Path>) -> Result<Option<(PathBuf, ConfigFile)>, Failure> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let file = ConfigFile::load(path).map_err(Failure::usage)?;
    // An empty file is no input of a run: `verify --re-perform` names one to keep today's away.
    let is_empty = std::fs::metadata(path).is_ok_and(|found| found.len() == 0);
    Ok((!is_empty).then(|| (path.to_owned(), file)))
}

/// The id of the option that a line of the file names.
fn known_option(command: &clap::Command, name: &str, path: &Path) -> Result<String, Failure> {
    let replay = command.find_subcommand("replay");
    let names: Vec<&str> = replay
        .into_iter()
        .flat_map(clap::Command::get_arguments)
        .filter(|argument| !NOT_IN_A_FILE.contains(&argument.get_id().as_str()))
        .filter_map(clap::Arg::get_long)
        .collect();
    if names.contains(&name) {
        return Ok(name.replace('-', "_"));
    }
    let failure = Failure::usage(anyhow::anyhow!(
        "{}: no option `{name}` for [options]",
        path.display()
    ));
    Err(match nearest(name, names.iter().copied()) {
        Some(nearest) => failure.hint(format!("the nearest one is `{nearest}`")),
        None => failure.hint(format!("there are {}", names.join(", "))),
    })
}

/// Whether what the file says of runs holds for a command: a timeline has no folder to write.
fn takes(command: &clap::Command, name: &str, id: &str) -> bool {
    let of_runs_alone = name == "explain" && matches!(id, "out" | "format");
    let command = command.find_subcommand(name);
    let mut arguments = command.into_iter().flat_map(clap::Command::get_arguments);
    !of_runs_alone && arguments.any(|argument| argument.get_id().as_str() == id)
}

/// A month in the file is not meant where the caller names dates, and the other way round.
fn yields_to_flags(id: &str, matches: &ArgMatches) -> bool {
    let is_given = |id: &str| {
        matches!(
            matches.value_source(id),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        )
    };
    match id {
        "month" => is_given("from") || is_given("to"),
        "from" | "to" => is_given("month"),
        _ => false,
    }
}

fn in_force(
    command: &str,
    matches: &ArgMatches,
    file: Option<&ConfigFile>,
) -> (Vec<OptionInForce>, CommandLine) {
    let cli = Cli::command();
    // Clap also lists its groups of arguments, which are no options.
    let is_argument = |id: &str| {
        let command = cli.find_subcommand(command);
        let mut arguments = command.into_iter().flat_map(clap::Command::get_arguments);
        arguments.any(|argument| argument.get_id() == id)
    };
    let mut options: Vec<OptionInForce> = matches
        .ids()
        .map(clap::Id::as_str)
        .filter(|id| is_argument(id))
        .filter_map(|id| {
            let name = id.replace('_', "-");
            let origin = match matches.value_source(id)? {
                ValueSource::CommandLine => "flag",
                ValueSource::EnvVariable => "environment",
                _ if file.is_some_and(|file| file.options.contains_key(&name)) => "file",
                _ => "default",
            };
            let values: Vec<String> = matches
                .get_raw(id)?
                .map(|value| value.to_string_lossy().into_owned())
                .collect();
            Some(OptionInForce {
                name,
                value: values.join(","),
                origin: origin.into(),
            })
        })
        .collect();
    options.sort();
    (options, CommandLine::of(command, matches, is_argument))
}

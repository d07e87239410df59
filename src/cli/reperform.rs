//! Performs a run again from its manifest, in a process of its own, and compares what it writes.
//!
//! Options and settings come from where they came from the first time: flags as flags, the environment
//! as the environment, the configuration file from its place, because the summary names their origins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use clap::CommandFactory;

use super::args::Cli;
use super::verify::VerifyArgs;
use crate::run::exit::{Failure, OrFail};
use crate::run::manifest::{InputRole, rulebook_hash, tariff_hash};
use crate::runs::RunFolder;
use crate::runs::verify::{Area, AreaReport, compare};

/// Options that do not enter what a run writes, or that belong to the first time only.
const NOT_REPEATED: [&str; 11] = [
    "out", "force", "dry-run", "format", "quiet", "threads", "temp-dir", "memory", "config", "set",
    "logs",
];

/// Performs the run again and compares every file but the manifest.
///
/// # Errors
/// If no temporary folder can be written.
pub fn test(run: &RunFolder, args: &VerifyArgs) -> Result<AreaReport, Failure> {
    let mut report = AreaReport::new(Area::Reperformance);
    let mut unable = |text: String| match args.strict {
        true => report.difference(text),
        false => report.not_tested(text),
    };
    if run.manifest.inputs.iter().any(|input| input.path == "-") {
        unable("the log came from standard input, and nothing kept it".to_owned());
        return Ok(report);
    }
    let home = match &args.temp_dir {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }
    .or_output()?;
    // The process may start from another folder.
    let folder = std::path::absolute(home.path()).or_output()?;
    let no_config = folder.join("counterfoil.toml");
    fs::write(&no_config, "").or_output()?;
    let Some(again) = Again::of(run, &no_config) else {
        unable(format!(
            "counterfoil {} does not know the command of manifest.json",
            env!("CARGO_PKG_VERSION")
        ));
        return Ok(report);
    };
    let out = folder.join("run");
    let said = again.perform(&out, args)?;
    match RunFolder::open(&out) {
        Ok(written) => compare::compare(run, &written, &mut report),
        Err(_) => unable(format!("the command did not run again: {said}")),
    }
    note_other_program(run, &mut report);
    Ok(report)
}

/// Another program or other rules explain other bytes.
fn note_other_program(run: &RunFolder, report: &mut AreaReport) {
    let manifest = &run.manifest;
    let this = env!("CARGO_PKG_VERSION");
    if manifest.tool.version != this {
        let version = &manifest.tool.version;
        report.not_tested(format!(
            "under counterfoil {version}, which made the run: this is {this}"
        ));
    }
    let holds = [
        ("rules", &manifest.rulebook_blake3, rulebook_hash()),
        ("rate cards", &manifest.tariff_blake3, tariff_hash()),
    ];
    for (what, sealed, held) in holds {
        if *sealed != held {
            report.not_tested(format!(
                "under the built-in {what} of the run: this counterfoil holds others"
            ));
        }
    }
}

/// A command line that repeats a run.
struct Again {
    words: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Again {
    /// Performs the command; gives the first line that it says on standard error.
    fn perform(self, out: &Path, args: &VerifyArgs) -> Result<String, Failure> {
        let mut process = Process::new(std::env::current_exe().or_output()?);
        let (options, logs) = match self.words.iter().position(|word| word == "--") {
            Some(place) => self.words.split_at(place),
            None => (&self.words[..], &[][..]),
        };
        process.args(options).arg("--out").arg(out).arg("--quiet");
        process.args(logs);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COUNTERFOIL_") {
                process.env_remove(name);
            }
        }
        process.envs(self.environment);
        if let Some(root) = &args.log_root {
            process.current_dir(root);
        }
        let done = process.stdin(Stdio::null()).output().or_output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        Ok(said.lines().next().unwrap_or("it says nothing").to_owned())
    }

    /// What repeats a run; `no_config` is an empty configuration file, so that none of today's is read.
    fn of(run: &RunFolder, no_config: &Path) -> Option<Self> {
        let manifest = &run.manifest;
        let matches = Cli::command()
            .try_get_matches_from(&manifest.command)
            .ok()?;
        let (name, given) = matches.subcommand()?;
        let command = Cli::command();
        let known = command.find_subcommand(name)?;
        let mut again = Self {
            words: vec![name.to_owned()],
            environment: Vec::new(),
        };
        for option in &manifest.options {
            let (long, value) = (option.name.as_str(), option.value.as_str());
            if NOT_REPEATED.contains(&long) {
                continue;
            }
            let mut arguments = known.get_arguments();
            let argument = arguments.find(|argument| argument.get_long() == Some(long))?;
            match &*option.origin {
                "flag" if argument.get_action().takes_values() => {
                    // A list stands in the manifest joined; the command line still has its parts.
                    let values = given.try_get_raw(argument.get_id().as_str()).ok()??;
                    let values = values.map(|value| value.to_string_lossy());
                    again
                        .words
                        .extend(values.map(|value| format!("--{long}={value}")));
                }
                "flag" => again.words.push(format!("--{long}")),
                "environment" => {
                    let variable = format!("COUNTERFOIL_{}", long.replace('-', "_"));
                    let variable = variable.to_ascii_uppercase();
                    again.environment.push((variable, value.to_owned()));
                }
                _ => {}
            }
        }
        for setting in &manifest.settings {
            if setting.origin == "--set" {
                let assignment = format!("{}={}", setting.name, setting.value);
                again.words.push(format!("--set={assignment}"));
            } else if setting.origin.starts_with("COUNTERFOIL_") {
                let variable = setting.origin.clone();
                again.environment.push((variable, setting.value.clone()));
            }
        }
        let mut inputs = manifest.inputs.iter();
        let config = inputs.find(|input| input.role == InputRole::Config);
        let config = match config {
            Some(input) => input.path.clone(),
            None => no_config.display().to_string(),
        };
        again.words.push(format!("--config={config}"));
        again.words.push("--".to_owned());
        let logs = given.try_get_many::<PathBuf>("logs").ok()??;
        again
            .words
            .extend(logs.map(|log| log.display().to_string()));
        Some(again)
    }
}

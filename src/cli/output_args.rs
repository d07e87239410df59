//! The options of every command that writes a run's folder: where it goes, and what is shown of it.

use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use super::opened_log::{self, FileInfo};
use super::printer::Format;
use super::source_args::SourceArgs;
use super::values::RejectLimit;
use crate::log::totals::ControlTotals;
use crate::run::exit::Failure;
use crate::run::output::{Folder, FolderError};
use crate::store::Address;

/// Where a run is written, and what is shown of it.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Output folder, here or in an object store (s3://, gs://, az://) [default: reports/<first log's stem>]
    #[arg(
        long,
        short,
        value_name = "DIR",
        env = "COUNTERFOIL_OUT",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,

    /// Replace the output folder if an earlier run wrote it
    #[arg(long, env = "COUNTERFOIL_FORCE", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub force: bool,

    /// Write the tables as CSV too
    #[arg(long, env = "COUNTERFOIL_CSV", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub csv: bool,

    /// Say what would be read and written, reading headers only
    #[arg(long, env = "COUNTERFOIL_DRY_RUN", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub dry_run: bool,

    /// What standard output shows: a page for people, summary.json, or GitHub annotations
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "COUNTERFOIL_FORMAT",
        help_heading = "Output"
    )]
    pub format: Format,

    /// Show nothing but errors and data asked for with --format
    #[arg(long, short, env = "COUNTERFOIL_QUIET", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub quiet: bool,

    /// Rejected rows that are tolerated, as a number or a share of the rows read
    #[arg(
        long,
        value_name = "N|P%",
        default_value = "1%",
        env = "COUNTERFOIL_MAX_REJECTS",
        help_heading = "Input"
    )]
    pub max_rejects: RejectLimit,
}

impl OutputArgs {
    /// The folder that is written: the one asked for, or one named after the log.
    pub fn folder(&self, logs: &[PathBuf], files: &[FileInfo]) -> PathBuf {
        if let Some(out) = &self.out {
            return out.clone();
        }
        let named = logs.first().map_or(Path::new("log"), PathBuf::as_path);
        let is_pattern = named.to_string_lossy().contains(['*', '?', '[']) && !named.exists();
        let first = match files.first() {
            Some(file) if is_pattern => &file.path,
            _ => named,
        };
        Path::new("reports").join(opened_log::stem(first))
    }

    /// Refuses a folder that cannot be written.
    ///
    /// # Errors
    /// If it stands there and is not to be replaced, or is no run.
    pub fn check(&self, out: &Path, source: &SourceArgs) -> Result<(), Failure> {
        match Address::of(out) {
            Some(address) => Folder::check_remote(&address, self.force, &source.temp_folder()),
            None => Folder::check(out, self.force),
        }
        .map_err(refused)
    }

    /// Begins the folder.
    ///
    /// # Errors
    /// As [`Self::check`], or if it cannot be written.
    pub fn create(&self, out: &Path, source: &SourceArgs) -> Result<Folder, Failure> {
        match Address::of(out) {
            Some(address) => Folder::create_remote(&address, self.force, &source.temp_folder()),
            None => Folder::create(out, self.force),
        }
        .map_err(refused)
    }

    /// The finished folder as the caller named it.
    pub fn shown(&self, target: &Path, out: &Path) -> PathBuf {
        match self.out {
            Some(_) => out.to_owned(),
            None => target
                .strip_prefix(std::env::current_dir().unwrap_or_default())
                .unwrap_or(target)
                .to_owned(),
        }
    }

    /// What is told where more rows were rejected than is tolerated.
    pub fn too_many_rejects(&self, totals: &ControlTotals) -> Option<String> {
        let is_exceeded = self
            .max_rejects
            .is_exceeded(totals.rejected, totals.rows_read);
        is_exceeded.then(|| {
            format!(
                "error: {} of {} rows were rejected, more than --max-rejects allows; see rejects.csv",
                totals.rejected, totals.rows_read
            )
        })
    }
}

fn refused(error: anyhow::Error) -> Failure {
    let hint = match error.downcast_ref() {
        Some(FolderError::Exists(_)) => {
            Some("use --force to replace it, or --out for another folder")
        }
        Some(FolderError::HoldsObjects(_)) => Some(
            "use --out for another folder; --force writes there, and only over objects of the same names",
        ),
        Some(FolderError::NotARun(_)) => Some("use --out for another folder"),
        _ => None,
    };
    let failure = Failure::usage(error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

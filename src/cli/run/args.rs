//! The options of `run`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use crate::cli::printer::Format;

/// What the help says last.
pub const RUN_HELP: &str = "\
Examples:
  counterfoil run job.toml
  counterfoil run job.toml --dry-run
  15 6 * * *  counterfoil run /srv/whatsapp/job.toml

Paths in the job file are relative to its folder. A file that was read is skipped when it comes again,
under whatever name; one that was changed is an error. docs/jobs.md has every key, and examples for
cron, systemd, Airflow and GitHub Actions.

Exit codes: 0 clean, also without new rows; 1 an alert of the job file, or findings; 2 bad usage or
configuration, too little disk, or another run of the job at work; 3 input unreadable or changed;
4 incomplete evidence; 70 a bug; 130 interrupted: the next run goes on where this one was cut off.";

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The job file
    #[arg(value_name = "JOB.toml")]
    pub job: PathBuf,

    /// Say what would be read, run and written, and write nothing
    #[arg(long, env = "COUNTERFOIL_DRY_RUN", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub dry_run: bool,

    /// Take this for the present instant, by which runs are named and months closed (RFC 3339) [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<DateTime<Utc>>,

    /// Go on from the state as it stands, though the job has no record of it: every file that is there now
    /// counts as read
    #[arg(long)]
    pub adopt: bool,

    /// What standard output shows: a few lines for people, JSON, or GitHub annotations
    #[arg(long, value_enum, default_value_t, env = "COUNTERFOIL_FORMAT")]
    pub format: Format,

    /// Show nothing but warnings, errors and data asked for with --format
    #[arg(long, short, env = "COUNTERFOIL_QUIET", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub quiet: bool,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|_| format!("`{text}` is no instant such as 2026-11-23T06:15:00Z"))
}

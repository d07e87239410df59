//! `diff`: what changed between two finished runs, and why.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use super::printer::{Format, Printer};
use super::verify::open;
use crate::report::tables::CHARGE_COLUMNS;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::output::LoneFile;
use crate::runs::diff::{self, DiffError, DifferingCharge};

/// What the help says after the options.
pub const DIFF_HELP: &str = "\
Examples:
  counterfoil diff reports/2026-10 reports/2026-10-again
  counterfoil diff reports/before reports/after --out differing-charges.csv
  counterfoil diff reports/before reports/after --format json

Exit codes: 0 charges and conversations are the same; 1 they differ; 2 bad usage; 3 a folder is
no run's or cannot be read; 70 a bug; 130 interrupted.";

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Folder of the first run
    #[arg(value_name = "RUN_A")]
    pub before: PathBuf,

    /// Folder of the second run
    #[arg(value_name = "RUN_B")]
    pub after: PathBuf,

    /// Write the charges that differ as CSV, a line for each cell that changed
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Replace the file that --out names
    #[arg(long, env = "COUNTERFOIL_FORCE", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub force: bool,

    /// A page for people, JSON, or GitHub annotations
    #[arg(long, value_enum, default_value_t, env = "COUNTERFOIL_FORMAT")]
    pub format: Format,
}

/// The columns of the file that `--out` writes.
const COLUMNS: [&str; 12] = [
    "change",
    "cause",
    "charge_id",
    "account",
    "business",
    "customer",
    "message_id",
    "charged_at",
    "column",
    "before",
    "after",
    "currency",
];

/// Compares two runs and prints what differs.
///
/// # Errors
/// If a folder is no run's, a table cannot be read, or the file cannot be written.
pub fn run(args: &DiffArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    let (before, after) = (open(&args.before)?, open(&args.after)?);
    let mut file = match &args.out {
        Some(path) => Some(ChargeFile::create(path, args.force)?),
        None => None,
    };
    let diff = diff::diff(&before, &after, &mut |charge| match &mut file {
        Some(file) => file.write(charge),
        None => Ok(()),
    })
    .map_err(|error| match error {
        DiffError::Written(error) => Failure::output(error),
        error => Failure::input(error)
            .hint("`counterfoil verify` says whether a run is still what it was"),
    })?;
    if let Some(file) = file {
        file.finish().or_output()?;
    }
    let text = match args.format {
        Format::Human => diff::render(&diff, printer.colour()),
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&diff).or_output()?;
            text.push('\n');
            text
        }
        Format::Github => diff::annotations(&diff),
    };
    printer.data(&text)?;
    Ok(match diff.is_same {
        true => ExitStatus::Success,
        false => ExitStatus::Findings,
    })
}

/// The charges that differ, as CSV: a line for each cell that changed. It appears whole or not at all.
struct ChargeFile {
    writer: csv::Writer<LoneFile>,
}

impl ChargeFile {
    fn create(path: &Path, replace: bool) -> Result<Self, Failure> {
        if fs::symlink_metadata(path).is_ok() && !replace {
            let error = anyhow::anyhow!("{} exists already", path.display());
            return Err(Failure::usage(error).hint("use --force to replace it"));
        }
        let file = LoneFile::create(path, replace).or_output()?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(COLUMNS).or_output()?;
        Ok(Self { writer })
    }

    fn write(&mut self, charge: &DifferingCharge) -> anyhow::Result<()> {
        let Some(row) = charge.row() else {
            return Ok(());
        };
        let places = &charge.places;
        let amount = [places.amount];
        let columns = match charge.columns.is_empty() {
            true => &amount[..],
            false => &charge.columns,
        };
        for &column in columns {
            let of = |row: Option<&crate::runs::diff::Row>| {
                let cell = row.and_then(|row| row.cell(column));
                cell.unwrap_or_default().to_owned()
            };
            self.writer.write_record([
                charge.change.name(),
                charge.cause.name(),
                row.text(places.charge_id),
                row.text(places.account),
                row.text(places.business),
                row.text(places.customer),
                row.text(places.message_id),
                row.text(places.charged_at),
                CHARGE_COLUMNS[column].name,
                &of(charge.before.as_ref()),
                &of(charge.after.as_ref()),
                row.text(places.currency),
            ])?;
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        let file = self.writer.into_inner();
        file.map_err(csv::IntoInnerError::into_error)?.finish()
    }
}

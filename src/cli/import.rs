//! `import`: the files of another system become one canonical log, with the evidence beside it.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use chrono_tz::Tz;
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use serde::Serialize;

use super::batch::use_threads;
use super::opened_log::{LogRequest, OpenedLog};
use super::printer::{Format, Printer};
use super::values::{RejectLimit, input_format, zone};
use crate::accounts::TemplateRegistry;
use crate::import::{self, Finished, Form, Imported, RefusedRow, Sink};
use crate::log::map::Map;
use crate::log::source::InputFormat;
use crate::log::{Column, LogFile};
use crate::memory::Memory;
use crate::report::figures::thousands;
use crate::report::rejects::{self, Reject};
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::output::LoneFile;
use crate::run::progress::Progress;

/// The word of `--from` for files that are canonical already.
const CANONICAL: &str = "canonical";
/// Rows fetched again at once.
const REJECTS_BATCH: usize = 65_536;

/// Help behind the options.
pub const IMPORT_HELP: &str = "\
Examples:
  counterfoil import webhooks/ --from cloud-api --out march.parquet
  counterfoil import export.csv --from my-map.toml --out march.parquet --log-timezone Asia/Kolkata
  counterfoil import log.csv --from canonical --out log.parquet
  counterfoil audit march.parquet --evidence march.evidence --accounts accounts.toml

Beside the log stand, where there are any: its rejected rows (march.rejects.csv) and the tables of
evidence that the source holds (march.evidence/). docs/sources lists the presets and what each lacks.

Exit codes: 0 clean; 2 bad usage or configuration; 3 input unreadable or too many rejects;
70 a bug; 130 interrupted.";

/// Options of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files (CSV, JSON, JSON lines, packed or not), folders, globs, or - for standard input
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<PathBuf>,

    /// Preset or map file that says how records become rows; `canonical` where they are rows of the log already
    #[arg(
        long,
        value_name = "PRESET|FILE",
        env = "COUNTERFOIL_FROM_MAP",
        help_heading = "Input"
    )]
    pub from: PathBuf,

    /// The log to write: .parquet or .csv
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub out: PathBuf,

    /// Folder for the evidence [default: beside the log, NAME.evidence]
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_EVIDENCE",
        help_heading = "Output"
    )]
    pub evidence: Option<PathBuf>,

    /// Replace what is there
    #[arg(long, env = "COUNTERFOIL_FORCE", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "Output")]
    pub force: bool,

    /// Templates (CSV) whose names a map may ask for
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_TEMPLATES",
        help_heading = "Input"
    )]
    pub templates: Option<PathBuf>,

    /// Form of standard input: csv, csv.gz, csv.zst, parquet, jsonl, jsonl.gz, jsonl.zst
    #[arg(long, value_parser = input_format, value_name = "FORMAT", env = "COUNTERFOIL_INPUT_FORMAT", help_heading = "Input")]
    pub input_format: Option<InputFormat>,

    /// Zone of times that carry none and of which the map says nothing (IANA name) [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone, env = "COUNTERFOIL_LOG_TIMEZONE", help_heading = "Input")]
    pub log_timezone: Option<Tz>,

    /// Rejected rows that are tolerated, as a number or a share of the rows read
    #[arg(
        long,
        value_name = "N|P%",
        default_value = "1%",
        env = "COUNTERFOIL_MAX_REJECTS",
        help_heading = "Input"
    )]
    pub max_rejects: RejectLimit,

    /// Folder for temporary files [default: the system's]
    #[arg(
        long,
        value_name = "DIR",
        env = "COUNTERFOIL_TEMP_DIR",
        help_heading = "Input"
    )]
    pub temp_dir: Option<PathBuf>,

    /// A page for people, or JSON
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

    /// Threads [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), env = "COUNTERFOIL_THREADS", help_heading = "Run")]
    pub threads: Option<u16>,

    /// Configuration file [default: counterfoil.toml, if there is one]
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_CONFIG",
        help_heading = "Run"
    )]
    pub config: Option<PathBuf>,
}

/// What was written, and what the source cannot settle.
#[derive(Serialize)]
struct Report<'r> {
    #[serde(flatten)]
    imported: &'r Imported,
    log: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_folder: Option<String>,
    map: &'r str,
    lacks: &'r [String],
}

/// Writes the log.
///
/// # Errors
/// If the map is wrong, the sources cannot be read, or something cannot be written.
pub fn run(args: &ImportArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    use_threads(args.threads)?;
    let form = form(&args.out)?;
    let beside = |ending: &str| args.out.with_extension(ending);
    let evidence_folder = args.evidence.clone().unwrap_or_else(|| beside("evidence"));
    let rejects_file = beside("rejects.csv");
    for path in [&args.out, &rejects_file] {
        if path.exists() && !args.force {
            let failure = Failure::usage(anyhow::anyhow!("{} exists already", path.display()));
            return Err(failure.hint("choose another --out, or replace it with --force"));
        }
    }
    let map = match args.from.as_os_str() == CANONICAL {
        true => None,
        false => Some(Arc::new(Map::load(&args.from).or_usage()?)),
    };
    let templates = match &args.templates {
        Some(path) => TemplateRegistry::load(path).or_usage()?,
        None => TemplateRegistry::default(),
    };
    let log = OpenedLog::open(
        &LogRequest {
            logs: args.sources.clone(),
            map: map.clone(),
            format: args.input_format,
            zone: args.log_timezone,
            temp_dir: args.temp_dir.clone(),
            reads_texts: false,
            memory: Memory::unlimited(),
        },
        &templates,
    )
    .or_input()?;
    let progress = Progress::new(log.files().iter().map(|file| file.bytes).sum(), args.quiet);
    progress.stage("importing");
    let mut output = LoneFile::create(&args.out, args.force).or_output()?;
    let finished = {
        let columns = import::columns(log.opened());
        let source = map.as_ref().map(|map| map.provenance.clone());
        let mut sink = Sink::new(form, columns, source, &mut output).or_output()?;
        import::import(log.opened(), log.cells(), &mut sink, &|bytes| {
            progress.add(bytes)
        })
        .or_input()?
    };
    output.finish().or_output()?;
    let Finished {
        mut imported,
        refused,
        evidence,
    } = finished;
    imported.evidence = import::write_evidence(&evidence, &evidence_folder).or_output()?;
    let has_rejects = !refused.is_empty();
    if has_rejects {
        let mut file = LoneFile::create(&rejects_file, args.force).or_output()?;
        write_rejects(log.opened(), &refused, &mut file).or_input()?;
        file.finish().or_output()?;
    } else if rejects_file.exists() {
        std::fs::remove_file(&rejects_file)
            .with_context(|| format!("cannot remove {}", rejects_file.display()))
            .or_output()?;
    }
    drop(progress);
    let report = Report {
        imported: &imported,
        log: args.out.display().to_string(),
        rejects: has_rejects.then(|| rejects_file.display().to_string()),
        evidence_folder: (!imported.evidence.is_empty())
            .then(|| evidence_folder.display().to_string()),
        map: map.as_ref().map_or(CANONICAL, |map| &map.provenance.name),
        lacks: map.as_ref().map_or(&[], |map| &map.provenance.lacks),
    };
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&report)
                .context("the report as JSON")
                .or_output()?;
            printer.data(&format!("{json}\n"))?;
        }
        _ if args.quiet => {}
        _ => printer.data(&page(&report))?,
    }
    let rejected = imported.rejected.values().sum();
    let too_many = args.max_rejects.is_exceeded(rejected, imported.rows_read);
    if too_many {
        printer.message(&format!(
            "error: {rejected} of {} rows were rejected, more than --max-rejects allows; see {}",
            imported.rows_read,
            rejects_file.display()
        ));
    }
    Ok(ExitStatus::of_run(too_many, false, false))
}

fn form(out: &Path) -> Result<Form, Failure> {
    let ending = out
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    match ending.as_str() {
        "parquet" => Ok(Form::Parquet),
        "csv" => Ok(Form::Csv),
        _ => {
            let failure = Failure::usage(anyhow::anyhow!(
                "--out {}: expected a name that ends in .parquet or .csv",
                out.display()
            ));
            Err(failure.hint(format!("--out {}", out.with_extension("parquet").display())))
        }
    }
}

/// Fetches the rejected rows again and writes them with their reasons.
fn write_rejects(
    files: &[Box<dyn LogFile>],
    refused: &[RefusedRow],
    output: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for rows in refused.chunk_by(|left, right| left.0 == right.0) {
        let file = &files[rows[0].0];
        for rows in rows.chunks(REJECTS_BATCH) {
            let wanted: Vec<(u32, u32)> = rows.iter().map(|row| row.1).collect();
            file.text_rows(&wanted, &mut |index, text| {
                let refused = rows[index].2;
                let cell = refused.column().and_then(|column: Column| {
                    text.cells.get(column.index()).and_then(Option::as_deref)
                });
                found.push(Ok(Reject {
                    file: file.path().display().to_string(),
                    line: text.line,
                    byte_offset: text.byte_offset,
                    column: refused.column().map(Column::name),
                    code: refused.code(),
                    reason: refused.explain(cell.unwrap_or_default()),
                    raw: text.raw,
                }));
                Ok(())
            })?;
        }
    }
    let mut output = output;
    rejects::write(found, &mut output)?;
    Ok(())
}

fn page(report: &Report<'_>) -> String {
    let imported = report.imported;
    let mut page = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(page, "{name:<42}{value:>12}");
    };
    line("Rows read", thousands(imported.rows_read));
    line("  written", thousands(imported.rows_written));
    for (channel, count) in &imported.other_channels {
        line(
            &format!("    of these, channel {channel}"),
            thousands(*count),
        );
    }
    let rejected: u64 = imported.rejected.values().sum();
    if rejected > 0 {
        line("  rejected", thousands(rejected));
    }
    for (code, count) in &imported.rejected {
        line(&format!("    {code}"), thousands(*count));
    }
    for (table, count) in &imported.evidence {
        line(&format!("Evidence: {table}"), thousands(*count));
    }
    if !report.lacks.is_empty() {
        let _ = writeln!(page, "\nWhat {} cannot settle", report.map);
        for lack in report.lacks {
            let _ = writeln!(page, "  {lack}");
        }
    }
    let _ = writeln!(page, "\nLog        {}", report.log);
    if let Some(rejects) = &report.rejects {
        let _ = writeln!(page, "Rejects    {rejects}");
    }
    if let Some(folder) = &report.evidence_folder {
        let _ = writeln!(page, "Evidence   {folder}");
    }
    page
}

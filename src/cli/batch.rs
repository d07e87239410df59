//! The commands that go through a log and write a folder: `replay`, and `audit`, which also prices.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{AuditArgs, LogArgs};
use super::config::Parsed;
use super::evidence::Evidence;
use super::inputs::Inputs;
use super::memory_args;
use super::opened_log::{LogRequest, OpenedLog, ReplayRequest};
use super::plan::plan;
use super::priced::price;
use super::printer::{Format, Printer};
use super::readings;
use super::sample;
use super::sources::Sources;
use super::state::{Continued, Left};
use super::written::Run;
use crate::report::summary::{Comparison, Summary};
use crate::report::terminal;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::progress::Progress;

/// What a log is gone through for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// To know what opened and what is charged.
    Replay,
    /// To know what it costs as well, and how that compares.
    Audit(&'a AuditArgs),
}

impl Purpose<'_> {
    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Audit(_) => "audit",
        }
    }

    /// The files that it writes beside tables.
    pub fn files(self) -> Vec<&'static str> {
        let mut files = vec!["report.html", "report.xlsx", "charts/"];
        if let Self::Audit(args) = self {
            files.push("focus.csv");
            files.extend((!args.invoice.is_empty()).then_some("claims.csv"));
            files.extend(args.sample.map(|_| sample::FILE));
        }
        files.extend(["summary.json", "rejects.csv", "manifest.json"]);
        files
    }

    /// The tables that it writes.
    pub fn tables(self) -> Vec<&'static str> {
        let mut tables = vec!["conversations", "charges"];
        if let Self::Audit(args) = self {
            tables.extend(["lines", "findings"]);
            if !args.invoice.is_empty() {
                tables.push("differences");
            }
            if !args.analytics.is_empty() {
                tables.push("analytics_differences");
            }
        }
        tables
    }
}

/// Goes through a log and writes the output folder.
///
/// # Errors
/// If the configuration is wrong, the log cannot be read, or the output cannot be written.
pub fn run(
    purpose: Purpose<'_>,
    args: &LogArgs,
    parsed: &Parsed,
    words: &[String],
    printer: &Printer,
) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    let source = &args.source;
    use_threads(source.threads)?;
    let inputs = Inputs::load(source, parsed)?;
    let evidence = match purpose {
        Purpose::Replay => None,
        Purpose::Audit(args) => Some(Evidence::load(args, &inputs)?),
    };
    let continued = Continued::load(args, purpose, &inputs)?;
    let continued = continued.as_ref();
    let memory = args.memory.memory(source.temp_dir.as_deref())?;
    let request = LogRequest {
        memory: memory.clone(),
        ..inputs.log_request(source, evidence.is_some())
    };
    let carried_log = |cells: &_| continued.map_or(Ok(Vec::new()), |run| run.carried_log(cells));
    let log = OpenedLog::open_after(&carried_log, &request, &inputs.templates);
    let log = log.or_input()?;
    let files = log.files();
    let output = &args.output;
    let out = output.folder(&source.logs, &files);
    output.check(&out, source)?;
    if output.dry_run {
        printer.data(&plan(purpose, args, &files, &out))?;
        return Ok(ExitStatus::Success);
    }
    let folder = output.create(&out, source)?;
    let progress = Progress::new(files.iter().map(|file| file.bytes).sum(), printer.quiet());
    progress.stage("replaying");
    let request = ReplayRequest {
        carried: continued.and_then(Continued::carried),
        keeping: continued.and_then(Continued::keeping),
        ..inputs.request_of_run(args, evidence.is_some())
    };
    let replayed = log.replay(&request, &|bytes| progress.add(bytes));
    let mut replayed = replayed.or_input()?;
    if let Some(continued) = continued {
        continued.check_time(&replayed.outcome)?;
    }
    progress.stage("pricing");
    let mut priced = price(&replayed, &inputs, args, evidence.as_ref(), continued)?;
    // Of a log that comes in pieces no other reading is known.
    let readings = match continued {
        None => readings::of_inferred(&log, &inputs, args, &replayed, &priced, &progress)?,
        Some(_) => Vec::new(),
    };
    let left = match continued {
        None => Left::default(),
        Some(continued) => {
            progress.stage("settling");
            continued.settle(args, &log, &inputs, &mut replayed, &mut priced)?
        }
    };
    progress.stage("writing");
    let run = Run {
        purpose,
        args,
        read: Sources {
            inputs: &inputs,
            source,
            parsed,
            log: &files,
        },
        readings: &readings,
        evidence: evidence.as_ref(),
        left: &left,
    };
    let sample = match purpose {
        Purpose::Replay => None,
        Purpose::Audit(args) => sample::draw(args, &replayed, &priced)?,
    };
    let (summary, hashed) = run.write(replayed, &priced, &folder)?;
    drop(priced);
    if let Some(sample) = sample {
        progress.stage("sampling");
        sample::write(&sample, &log, &inputs, args, &folder)?;
    }
    run.seal(&summary, words, hashed, &folder)?;
    let too_many = output.too_many_rejects(&summary.totals_of_run());
    memory.check().or_output()?;
    let target = folder.commit().or_output()?;
    let stands = format!("interrupted: {} stands", target.display());
    if let (Some(next), Some(path)) = (left.next, &args.state.state_out) {
        let state = path.display();
        interrupt::say_of_signal(Some(format!(
            "{stands}, but {state} does not know of it yet; make the run again with --force"
        )));
        next.write(path)?;
    }
    interrupt::say_of_signal(Some(stands));
    drop(progress);
    show(&summary, args, &output.shown(&target, &out), printer)?;
    memory_args::report(&memory, printer);
    if let Some(message) = &too_many {
        printer.message(message);
    }
    Ok(ExitStatus::of_run(
        too_many.is_some(),
        !summary.incomplete.is_empty(),
        fails(&summary, &args.fail_on),
    ))
}

/// Whether the run found what `--fail-on` names; without it, an invoice that differs by more than the tolerance.
fn fails(summary: &Summary, fail_on: &[String]) -> bool {
    if fail_on.is_empty() {
        let disagrees = |comparison: &Comparison| comparison.rows.contains_key("different");
        return summary.invoice.as_ref().is_some_and(disagrees);
    }
    let is_named = |code: &str| fail_on.iter().any(|named| named == code);
    let mut warned = summary.warnings.iter();
    let mut found = summary.findings.iter().flat_map(BTreeMap::keys);
    let mut causes = summary.invoice.iter().flat_map(Comparison::causes);
    warned.any(|warning| is_named(&warning.code))
        || found.any(|code| is_named(code))
        || causes.any(is_named)
}

/// Sets how many threads work.
///
/// # Errors
/// If they cannot be started.
pub fn use_threads(threads: Option<u16>) -> Result<(), Failure> {
    let Some(threads) = threads else {
        return Ok(());
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .or_usage()
}

fn show(
    summary: &Summary,
    args: &LogArgs,
    target: &Path,
    printer: &Printer,
) -> Result<(), Failure> {
    let text = match args.output.format {
        Format::Human if printer.quiet() => return Ok(()),
        Format::Human => terminal::render(summary, Some(target), printer.colour()),
        Format::Json => summary.to_json().or_output()?,
        Format::Github => terminal::annotations(summary),
    };
    printer.data(&text)
}

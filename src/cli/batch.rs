//! The commands that go through a log and write a folder: `replay`, and `audit`, which also prices.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::{AuditArgs, LogArgs};
use super::config::Parsed;
use super::evidence::Evidence;
use super::inputs::Inputs;
use super::opened_log::{self, FileInfo, OpenedLog, Replayed};
use super::plan::plan;
use super::priced::{Billed, Priced, price};
use super::printer::{Format, Printer};
use super::sample;
use crate::audit::{self, Difference, Reconciliation};
use crate::report::summary::{
    Circumstances, Comparison, LogFileSummary, Period, Summary, TimeRange,
};
use crate::report::{claims, rejects, tables, terminal};
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::manifest::{self, InputRole, Manifest, Tool};
use crate::run::output::{Folder, FolderError};
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

    /// The files that it writes beside tables and those that every run has.
    pub fn files(self) -> Vec<&'static str> {
        let mut files = Vec::new();
        if let Self::Audit(args) = self {
            files.extend((!args.invoice.is_empty()).then_some("claims.csv"));
            files.extend(args.sample.map(|_| sample::FILE));
        }
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
    use_threads(args.threads)?;
    let inputs = Inputs::load(args, parsed)?;
    let evidence = match purpose {
        Purpose::Replay => None,
        Purpose::Audit(args) => Some(Evidence::load(args, &inputs)?),
    };
    let request = inputs.log_request(args, evidence.is_some());
    let log = OpenedLog::open(&request, &inputs.templates).or_input()?;
    let files = log.files();
    let out = output_folder(args, &files);
    Folder::check(&out, args.force).map_err(refused_folder)?;
    if args.dry_run {
        printer.data(&plan(purpose, args, &files, &out))?;
        return Ok(ExitStatus::Success);
    }
    let folder = Folder::create(&out, args.force).map_err(refused_folder)?;
    let progress = Progress::new(files.iter().map(|file| file.bytes).sum(), printer.quiet());
    progress.stage("replaying");
    let replayed = log
        .replay(&inputs.request(args, evidence.is_some()), &|bytes| {
            progress.add(bytes)
        })
        .or_input()?;
    progress.stage("pricing");
    let priced = price(&replayed, &inputs, args, evidence.as_ref())?;
    progress.stage("writing");
    let circumstances = circumstances(purpose, &inputs, args, &files);
    let summary = write(&replayed, &priced, &inputs, args, &folder, circumstances)?;
    let totals = &summary.control_totals;
    let too_many = args
        .max_rejects
        .is_exceeded(totals.rejected, totals.rows_read);
    let sample = match purpose {
        Purpose::Replay => None,
        Purpose::Audit(args) => sample::draw(args, &replayed, &priced)?,
    };
    drop(priced);
    let rejected = rejects_of(replayed, &folder)?;
    assert_eq!(rejected, totals.rejected, "every rejected row is written");
    if let Some(sample) = sample {
        progress.stage("sampling");
        sample::write(&sample, &log, &inputs, args, &folder)?;
    }
    progress.stage("sealing");
    manifest_of(
        &summary,
        &inputs,
        args,
        parsed,
        words,
        &files,
        evidence.as_ref(),
    )?
    .write(&folder)
    .or_output()?;
    let target = folder.commit().or_output()?;
    drop(progress);
    show(&summary, args, &shown(&target, args, &out), printer)?;
    if too_many {
        printer.message(&format!(
            "error: {} of {} rows were rejected, more than --max-rejects allows; see rejects.csv",
            totals.rejected, totals.rows_read
        ));
    }
    Ok(ExitStatus::of_run(
        too_many,
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

fn output_folder(args: &LogArgs, files: &[FileInfo]) -> PathBuf {
    if let Some(out) = &args.out {
        return out.clone();
    }
    let named = args.logs.first().map_or(Path::new("log"), PathBuf::as_path);
    let is_pattern = named.to_string_lossy().contains(['*', '?', '[']) && !named.exists();
    let first = match files.first() {
        Some(file) if is_pattern => &file.path,
        _ => named,
    };
    Path::new("reports").join(opened_log::stem(first))
}

fn refused_folder(error: anyhow::Error) -> Failure {
    let hint = match error.downcast_ref() {
        Some(FolderError::Exists(_)) => {
            Some("use --force to replace it, or --out for another folder")
        }
        Some(FolderError::NotARun(_)) => Some("use --out for another folder"),
        _ => None,
    };
    let failure = Failure::usage(error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn circumstances(
    purpose: Purpose<'_>,
    inputs: &Inputs,
    args: &LogArgs,
    files: &[FileInfo],
) -> Circumstances {
    Circumstances {
        command: purpose.name(),
        period: Period {
            from: inputs.from.map(|date| date.to_string()),
            to: inputs.to.map(|date| date.to_string()),
        },
        files: files
            .iter()
            .map(|file| LogFileSummary {
                path: file.path.display().to_string(),
                bytes: file.bytes,
                ignored_columns: file.ignored_columns.clone(),
            })
            .collect(),
        accounts_file_absent: inputs.accounts.is_absent(),
        rulebook: args.rulebook.map(|regime| regime.name().to_owned()),
        settings: inputs.settings_in_force(),
    }
}

/// Writes tables and summary.
fn write(
    replayed: &Replayed<'_>,
    priced: &Priced,
    inputs: &Inputs,
    args: &LogArgs,
    folder: &Folder,
    circumstances: Circumstances,
) -> Result<Summary, Failure> {
    let outcome = &replayed.outcome;
    let tariff = &inputs.tariff;
    let billed = priced.billed.as_ref();
    fn rows(compared: &Option<Reconciliation>) -> Option<&[Difference]> {
        compared
            .as_ref()
            .map(|compared| compared.differences.as_slice())
    }
    let content = tables::Content {
        outcome,
        pricing: &priced.pricing,
        lines: billed.map(|billed| billed.lines.as_slice()),
        differences: billed.and_then(|billed| rows(&billed.compared.invoice)),
        analytics_differences: billed.and_then(|billed| rows(&billed.compared.analytics)),
        findings: billed.map(|billed| billed.findings.as_slice()),
        tariff,
        ids: &replayed.ids,
    };
    let table_rows = tables::write(&content, args.csv, folder).or_output()?;
    if let Some(differences) = billed.and_then(|billed| rows(&billed.compared.invoice)) {
        let claims = audit::claims(differences, outcome, &priced.pricing, tariff, &replayed.ids);
        let mut file = folder.create_file("claims.csv").or_output()?;
        let pricing = &priced.pricing;
        claims::write(
            &claims.or_input()?,
            differences,
            outcome,
            pricing,
            tariff,
            &mut file,
        )
        .or_output()?;
        file.finish().or_output()?;
    }
    let bill = billed.map(|billed| billed.bill.clone());
    let findings = billed.map(|billed| billed.findings.as_slice());
    let mut summary = Summary::new(
        outcome,
        &priced.pricing,
        table_rows,
        bill,
        findings,
        circumstances,
    );
    if let Some(Billed { compared, .. }) = billed {
        let comparison = |found: &Option<Reconciliation>, notes: &[String]| {
            found
                .as_ref()
                .map(|found| Comparison::new(found, compared.materiality, notes))
        };
        summary.compare(
            comparison(&compared.invoice, &[]),
            comparison(&compared.analytics, &compared.analytics_notes),
        );
    }
    let json = summary.to_json().or_output()?;
    folder
        .write_file("summary.json", json.as_bytes())
        .or_output()?;
    Ok(summary)
}

fn rejects_of(replayed: Replayed<'_>, folder: &Folder) -> Result<u64, Failure> {
    let mut file = folder.create_file("rejects.csv").or_output()?;
    let count = rejects::write(replayed.rejects, &mut file).or_output()?;
    file.finish().or_output()?;
    Ok(count)
}

fn manifest_of(
    summary: &Summary,
    inputs: &Inputs,
    args: &LogArgs,
    parsed: &Parsed,
    words: &[String],
    files: &[FileInfo],
    evidence: Option<&Evidence<'_>>,
) -> Result<Manifest, Failure> {
    let mut contents: Vec<(InputRole, PathBuf, PathBuf)> = files
        .iter()
        .map(|file| (InputRole::Log, file.path.clone(), file.content.clone()))
        .collect();
    let config = parsed.file.as_ref().map(|(path, _)| path);
    for (role, path) in [
        (InputRole::Accounts, args.accounts.as_ref()),
        (InputRole::Templates, args.templates.as_ref()),
        (InputRole::Config, config),
    ] {
        contents.extend(path.map(|path| (role, path.clone(), path.clone())));
    }
    let compared = evidence.into_iter().flat_map(Evidence::files);
    contents.extend(compared.map(|(role, path)| (role, path.clone(), path.clone())));
    let own = inputs.tariff.own_files.iter();
    contents.extend(own.map(|path| (InputRole::Rates, path.clone(), path.clone())));
    Ok(Manifest {
        manifest_version: manifest::MANIFEST_VERSION,
        tool: Tool::THIS,
        finished_at: manifest::now(),
        command: words.to_vec(),
        options: parsed.options.clone(),
        settings: inputs.settings_in_force(),
        rulebook_blake3: manifest::rulebook_hash(),
        regimes: summary.regimes(),
        tariff_blake3: manifest::tariff_hash(),
        rate_cards: summary
            .bill
            .as_ref()
            .map_or_else(Vec::new, |bill| bill.rate_cards.clone()),
        inputs: manifest::hash_inputs(&contents).or_input()?,
        outputs: Vec::new(),
        control_totals: summary.control_totals.clone(),
        time_range: summary.time_range.as_ref().map(|range| TimeRange {
            first: range.first.clone(),
            last: range.last.clone(),
        }),
    })
}

/// The folder as the caller named it.
fn shown(target: &Path, args: &LogArgs, out: &Path) -> PathBuf {
    match args.out {
        Some(_) => out.to_owned(),
        None => target
            .strip_prefix(std::env::current_dir().unwrap_or_default())
            .unwrap_or(target)
            .to_owned(),
    }
}

fn show(
    summary: &Summary,
    args: &LogArgs,
    target: &Path,
    printer: &Printer,
) -> Result<(), Failure> {
    let text = match args.format {
        Format::Human if printer.quiet() => return Ok(()),
        Format::Human => terminal::render(summary, Some(target), printer.colour()),
        Format::Json => summary.to_json().or_output()?,
        Format::Github => terminal::annotations(summary),
    };
    printer.data(&text)
}

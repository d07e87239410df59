//! `simulate`: a model becomes a log, with what belongs to it beside.

pub mod args;
mod truth;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use super::batch::use_threads;
use super::printer::{Format, Printer};
use crate::audit::Cause;
use crate::report::figures::thousands;
use crate::report::summary::Bill;
use crate::report::tables;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::output::LoneFile;
use crate::run::progress::Progress;
use crate::simulate::wrong_invoice::Wish;
use crate::simulate::{self, Fault, Form, Model, Shape, Simulation, Written};
use args::SimulateArgs;
use truth::{Truth, WrongInvoiceFiles};

/// What was simulated.
#[derive(Serialize)]
struct Report {
    /// What the random numbers followed from.
    seed: u64,
    /// First local day.
    from: String,
    /// Last one.
    to: String,
    /// As which exporter the log is written.
    shape: &'static str,
    /// Customers of all businesses.
    customers: u64,
    /// Rows of the log.
    rows: u64,
    /// Rows that a fault was done to, by kind.
    faults: BTreeMap<&'static str, u64>,
    /// The log.
    log: String,
    /// The accounts that belong to it.
    accounts: String,
    /// The folder of the truth, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    truth: Option<String>,
    /// Errors of the wrong invoice, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong_invoice: Option<WrongInvoiceReport>,
    /// The true bill, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<Bill>,
}

/// What is wrong with the wrong invoice.
#[derive(Serialize)]
struct WrongInvoiceReport {
    /// How many errors it has.
    errors: u64,
    /// How many more of a cause were wished for, and why they found no place.
    could_not: BTreeMap<&'static str, String>,
}

/// Writes the log.
///
/// # Errors
/// If the model is wrong, or something cannot be written.
pub fn run(args: &SimulateArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    use_threads(args.threads)?;
    let mut model = Model::load(&args.scenario).or_usage()?;
    model.seed = args.seed.unwrap_or(model.seed);
    let form = form(&args.out, model.shape)?;
    let accounts = beside(&args.out, "accounts.toml");
    let in_truth = |name: &str| args.truth.as_ref().map(|folder| folder.join(name));
    let truth_files = ["truth.json", "lines.csv", "faults.csv"].map(in_truth);
    let wrong_files =
        ["invoice.csv", "errors.csv"].map(|name| in_truth(name).filter(|_| args.wrong_invoice));
    let mut files = [Some(&args.out), Some(&accounts)]
        .into_iter()
        .flatten()
        .chain(truth_files.iter().chain(&wrong_files).flatten());
    if let Some(path) = files.find(|path| path.exists() && !args.force) {
        let failure = Failure::usage(anyhow::anyhow!("{} exists already", path.display()));
        return Err(failure.hint("choose another place, or replace it with --force"));
    }
    if let Some(rows) = args.rows {
        model = simulate::with_rows(&model, rows).or_usage()?;
    }
    let progress = Progress::of_days(Simulation::days(&model), args.quiet);
    progress.stage("simulating");
    let mut output = LoneFile::create(&args.out, args.force).or_output()?;
    let Written { rows, injected } =
        simulate::write(&model, form, &mut output, &|| progress.add(1)).or_output()?;
    output.finish().or_output()?;
    put(&accounts, simulate::accounts_toml(&model).as_bytes(), args)?;
    let mut report = Report {
        seed: model.seed,
        from: model.from.to_string(),
        to: model.to.to_string(),
        shape: model.shape.name(),
        customers: model
            .businesses
            .iter()
            .map(|business| business.customers)
            .sum(),
        rows,
        faults: Fault::ALL.iter().map(|fault| (fault.name(), 0)).collect(),
        log: args.out.display().to_string(),
        accounts: accounts.display().to_string(),
        truth: args
            .truth
            .as_ref()
            .map(|folder| folder.display().to_string()),
        wrong_invoice: None,
        bill: None,
    };
    for found in &injected {
        *report.faults.entry(found.fault.name()).or_default() += 1;
    }
    if let [Some(json), Some(lines), Some(faults)] = &truth_files {
        progress.stage("pricing");
        put(faults, simulate::faults_csv(&injected).as_bytes(), args)?;
        drop(injected);
        let temp_dir = args.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let truth = Truth::of(&model, &accounts, &temp_dir).or_output()?;
        put(lines, &tables::lines_csv(&truth.lines).or_output()?, args)?;
        if let [Some(invoice), Some(errors)] = &wrong_files {
            let files = truth.wrong_invoice(&wish(&model)).or_output()?;
            put(invoice, &files.invoice, args)?;
            put(errors, &files.errors, args)?;
            report.wrong_invoice = Some(WrongInvoiceReport::of(&files));
        }
        report.bill = Some(truth.bill);
        put(json, as_json(&report)?.as_bytes(), args)?;
    }
    drop(progress);
    match args.format {
        Format::Json => printer.data(&as_json(&report)?)?,
        _ if args.quiet => {}
        _ => printer.data(&page(&report))?,
    }
    Ok(ExitStatus::Success)
}

impl WrongInvoiceReport {
    fn of(files: &WrongInvoiceFiles) -> Self {
        let could_not = files.could_not.iter();
        Self {
            errors: files.count,
            could_not: could_not
                .map(|missed| {
                    (
                        missed.cause.name(),
                        format!("{} more: {}", missed.count, missed.why),
                    )
                })
                .collect(),
        }
    }
}

/// The errors that the model asks for; one of each cause where it is silent.
fn wish(model: &Model) -> Wish {
    model.wrong_invoice.clone().unwrap_or_else(|| Wish {
        seed: model.seed,
        errors: Cause::ALL.iter().map(|&cause| (cause, 1)).collect(),
        ..Wish::default()
    })
}

fn form(out: &Path, shape: Shape) -> Result<Form, Failure> {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    Form::of_name(&name, shape).ok_or_else(|| {
        Failure::usage(anyhow::anyhow!(
            "--out {}: a log of shape {shape} has a name that ends in {}",
            out.display(),
            Form::endings(shape)
        ))
    })
}

/// The file beside the log that is called like it, but for all its endings.
fn beside(out: &Path, ending: &str) -> PathBuf {
    let stem = super::opened_log::stem(out);
    out.with_file_name(format!("{stem}.{ending}"))
}

fn put(path: &Path, content: &[u8], args: &SimulateArgs) -> Result<(), Failure> {
    let mut file = LoneFile::create(path, args.force).or_output()?;
    file.write_all(content).or_output()?;
    file.finish().or_output()
}

fn as_json(report: &Report) -> Result<String, Failure> {
    let json = serde_json::to_string_pretty(report).context("the report as JSON");
    Ok(format!("{}\n", json.or_output()?))
}

fn page(report: &Report) -> String {
    let mut page = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(page, "{name:<24}{value:>24}");
    };
    line("Seed", report.seed.to_string());
    line("Days", format!("{} to {}", report.from, report.to));
    line("Customers", thousands(report.customers));
    line("Rows", thousands(report.rows));
    for (fault, &rows) in report.faults.iter().filter(|fault| *fault.1 > 0) {
        line(&format!("  {fault}"), thousands(rows));
    }
    let _ = writeln!(page, "\nLog        {}", report.log);
    let _ = writeln!(page, "Accounts   {}", report.accounts);
    if let Some(truth) = &report.truth {
        let _ = writeln!(page, "Truth      {truth}");
    }
    if let Some(wrong) = &report.wrong_invoice {
        let _ = writeln!(page, "Invoice    {} known errors", wrong.errors);
        for (cause, why) in &wrong.could_not {
            let _ = writeln!(page, "           no {cause}, {why}");
        }
    }
    page
}

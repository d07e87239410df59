//! `whatif`: the same log under other rules, prices, volume or behaviour, side by side with the base.

pub mod args;
mod compared;
mod written;

use args::WhatIfArgs;

use super::batch::use_threads;
use super::config::Parsed;
use super::inputs::Inputs;
use super::opened_log::{OpenedLog, ReplayRequest};
use super::printer::{Format, Printer};
use super::sources::Sources;
use crate::report::whatif::terminal::{annotations, render};
use crate::rulebook::ConfigError;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::progress::Progress;
use crate::whatif::{Base, Engine, Scenario, Tables, WhatIfError};

/// Runs the command.
///
/// # Errors
/// If the configuration or a scenario is wrong, the log cannot be read, or the output cannot be written.
pub fn run(
    args: &WhatIfArgs,
    parsed: &Parsed,
    words: &[String],
    printer: &Printer,
) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    let source = &args.source;
    use_threads(source.threads)?;
    let inputs = Inputs::load(source, parsed)?;
    let scenarios = scenarios(args).or_usage()?;
    let request = inputs.request(source, false);
    let tables = Tables {
        rulebook: inputs.rulebook.clone(),
        settings: inputs.settings.clone(),
        scope: request.scope(),
        accounts: inputs.accounts.clone(),
        tariff: inputs.tariff.clone(),
    };
    // What a scenario says wrongly is said before the log is read.
    for scenario in &scenarios {
        tables.under(scenario).or_usage()?;
        let swept = args.sweep.iter().map(|variation| (variation, "--sweep"));
        let searched = args.break_even.iter();
        let searched = searched.map(|variation| (variation, "--break-even"));
        for (variation, option) in swept.chain(searched) {
            let varied = scenario.with_value(&variation.key, variation.from, option);
            tables.under(&varied.or_usage()?).or_usage()?;
        }
        if scenario.forecast.is_some() && inputs.to.is_some() {
            let failure = Failure::usage(anyhow::anyhow!(
                "{}: a forecast goes on after the log, and --to or --month ends before it",
                scenario.name
            ));
            return Err(failure.hint("leave out --to and --month; --from may stay"));
        }
    }
    let log = OpenedLog::open(&inputs.log_request(source, false), &inputs.templates).or_input()?;
    let files = log.files();
    let output = &args.output;
    let out = output.folder(&source.logs, &files);
    output.check(&out, source)?;
    let read = Sources {
        inputs: &inputs,
        source,
        parsed,
        log: &files,
    };
    if output.dry_run {
        printer.data(&written::plan(args, &read, &scenarios, &out))?;
        return Ok(ExitStatus::Success);
    }
    let folder = output.create(&out, source)?;
    let progress = Progress::new(files.iter().map(|file| file.bytes).sum(), printer.quiet());
    progress.stage("replaying");
    let told = |bytes| progress.add(bytes);
    let folded = log.fold(&request, &tables.rulebook, &told).or_input()?;
    let customers = request.customers();
    let read_again = |tables: &Tables| {
        let request = ReplayRequest {
            settings: &tables.settings,
            accounts: &tables.accounts,
            rulebook: tables.scope.forced_regime,
            ..request
        };
        log.fold(&request, &tables.rulebook, &|_| {})
    };
    let base = Base {
        log: &folded,
        cells: log.cells(),
        templates: &inputs.templates,
        customers: &customers,
        tables,
        read_again: &read_again,
    };
    let counts_messages = scenarios.iter().any(|each| each.prices.counts_messages());
    let found = base.judge(counts_messages).map_err(failure)?;
    let engine = Engine::new(&base, &found).map_err(failure)?;
    progress.stage("comparing");
    let compared = compared::compare(args, &engine, &scenarios).map_err(failure)?;
    progress.stage("writing");
    let written = written::write(args, &read, &scenarios, &engine, &compared, &folder)?;
    drop(engine);
    drop((base, found));
    written::write_rejects(folded, &folder)?;
    let summary = written::seal(written, &read, words, &folder)?;
    let target = folder.commit().or_output()?;
    drop(progress);
    let target = output.shown(&target, &out);
    match output.format {
        Format::Human if printer.quiet() => {}
        Format::Human => printer.data(&render(&summary, Some(&target), printer.colour()))?,
        Format::Json => printer.data(&summary.to_json().or_output()?)?,
        Format::Github => printer.data(&annotations(&summary))?,
    }
    let too_many = output.too_many_rejects(&summary.control_totals);
    if let Some(message) = &too_many {
        printer.message(message);
    }
    Ok(ExitStatus::of_run(
        too_many.is_some(),
        !summary.incomplete.is_empty(),
        false,
    ))
}

/// The scenarios as they were given, and on request all of them together.
fn scenarios(args: &WhatIfArgs) -> Result<Vec<Scenario>, ConfigError> {
    let given = args.scenario.iter().map(|path| Scenario::load(path));
    let mut scenarios: Vec<Scenario> = given.collect::<Result<_, _>>()?;
    if args.together && scenarios.len() > 1 {
        scenarios.push(Scenario::together(&scenarios)?);
    }
    Scenario::refuse_same_names(&scenarios)?;
    Ok(scenarios)
}

fn failure(error: WhatIfError) -> Failure {
    match error {
        WhatIfError::Scenario(error) => Failure::usage(error),
        WhatIfError::Log(error) => Failure::input(error),
    }
}

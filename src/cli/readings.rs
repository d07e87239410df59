//! The range of the bill where messages carry no template mark: the log again under each other reading.
//!
//! Allowances and tiers span pairs, so no reading's bill follows from another's: each takes a replay and prices of
//! its own. Only an audit of a log with inferred messages pays for it.

use std::collections::BTreeMap;

use super::args::LogArgs;
use super::inputs::Inputs;
use super::opened_log::{OpenedLog, ReplayRequest, Replayed};
use super::priced::Priced;
use crate::pricing::{self, Groups};
use crate::replay::outcome::Inferred;
use crate::report::summary::{Bill, BillTotals, Reading};
use crate::rulebook::Settings;
use crate::rulebook::settings::{InferredCategory, InferredTemplate};
use crate::run::exit::{Failure, OrFail};
use crate::run::progress::Progress;

/// What the log comes to under each reading of its inferred messages, that of the run first. Empty without a bill,
/// and where nothing was inferred.
///
/// # Errors
/// If the log can no longer be read.
pub fn of_inferred(
    log: &OpenedLog,
    inputs: &Inputs,
    args: &LogArgs,
    replayed: &Replayed<'_>,
    priced: &Priced,
    progress: &Progress,
) -> Result<Vec<Reading>, Failure> {
    let inferred = replayed.outcome.inferred;
    let Some(billed) = priced.billed.as_ref().filter(|_| inferred.is_any()) else {
        return Ok(Vec::new());
    };
    progress.stage("reading otherwise");
    let settings = &inputs.settings;
    let in_force = (settings.inferred_template, settings.inferred_category);
    let mut readings = vec![Reading {
        in_force: true,
        ..reading(in_force, billed.bill.totals.clone())
    }];
    for other in others(inferred, in_force) {
        let mut settings = settings.clone();
        (settings.inferred_template, settings.inferred_category) = other;
        readings.push(reading(other, totals(log, inputs, args, &settings)?));
    }
    Ok(readings)
}

type Values = (InferredTemplate, InferredCategory);
type Totals = BTreeMap<String, BillTotals>;

/// The readings beside that of the run which span what the inferences leave open.
fn others(inferred: Inferred, in_force: Values) -> Vec<Values> {
    let kinds = match inferred.leaves_kinds_open {
        true => vec![InferredTemplate::Never, InferredTemplate::Always],
        false => vec![in_force.0],
    };
    let mut others = Vec::new();
    for kind in kinds {
        let is_open = match kind {
            // Free-form messages have no category.
            InferredTemplate::Never => inferred.leaves_template_categories_open,
            InferredTemplate::Window | InferredTemplate::Always => inferred.leaves_categories_open,
        };
        let categories = match is_open {
            true => &InferredCategory::ALL[1..],
            false => std::slice::from_ref(&in_force.1),
        };
        others.extend(categories.iter().map(|&category| (kind, category)));
    }
    others.retain(|&other| other != in_force);
    others
}

fn reading((kind, category): Values, totals: Totals) -> Reading {
    Reading {
        inferred_template: kind.to_string(),
        inferred_category: category.to_string(),
        in_force: false,
        totals,
    }
}

/// What the log comes to under some settings.
fn totals(
    log: &OpenedLog,
    inputs: &Inputs,
    args: &LogArgs,
    settings: &Settings,
) -> Result<Totals, Failure> {
    let request = ReplayRequest {
        settings,
        ..inputs.request(&args.source, false)
    };
    let replayed = log.replay(&request, &|_| {}).or_input()?;
    let pricing = pricing::price(&pricing::Request {
        outcome: &replayed.outcome,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        settings,
        cards: pricing::CardDays::of_run(args.source.rulebook.is_some()),
        with_rates: true,
        settled_tiers: &[],
        ids: &replayed.ids,
    })
    .or_input()?;
    Ok(Bill::totals_of(
        pricing.list(),
        &Groups::of(&replayed.outcome, &pricing),
    ))
}

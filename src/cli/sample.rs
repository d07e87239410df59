//! `audit --sample`: draws the sample, and gathers what an auditor needs to work each item out again.
//!
//! The log is gone through a second time with a listener at the pairs of the sample, as `explain` does: so the
//! windows, conversations and rows beside a charge are those of the engine itself, and a run without a sample
//! pays nothing for them.

use hashbrown::HashMap;

use super::args::{AuditArgs, LogArgs};
use super::inputs::Inputs;
use super::opened_log::{OpenedLog, ReplayRequest, Replayed};
use super::priced::Priced;
use crate::audit::{self, Sample, SampleRequest};
use crate::explain::{self, Asked, NamedMessage};
use crate::pricing;
use crate::replay::trace::{Tracer, Wanted};
use crate::report::sample as file;
use crate::rulebook::Rulebook;
use crate::run::exit::{Failure, OrFail};
use crate::run::output::Folder;

/// Where the sample stands.
pub const FILE: &str = "sample.csv";

/// Draws the sample that was asked for, if one was.
///
/// # Errors
/// If the log can no longer be read.
pub fn draw(
    args: &AuditArgs,
    replayed: &Replayed<'_>,
    priced: &Priced,
) -> Result<Option<Sample>, Failure> {
    let drawn = args.sample.map(|size| {
        audit::sample(&SampleRequest {
            outcome: &replayed.outcome,
            pricing: &priced.pricing,
            ids: &replayed.ids,
            size,
            seed: args.sample_seed.as_deref(),
        })
    });
    drawn.transpose().or_input()
}

/// Writes the sample with everything that decided its items.
///
/// # Errors
/// If the log can no longer be read, or the file cannot be written.
pub fn write(
    sample: &Sample,
    log: &OpenedLog,
    inputs: &Inputs,
    args: &LogArgs,
    folder: &Folder,
) -> Result<(), Failure> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for item in &sample.items {
        let pair = log.pair(&item.business, &item.customer);
        if !wanted.contains(&pair) {
            wanted.push(pair);
        }
    }
    let tracer = Tracer::new(wanted);
    let replayed = log
        .replay(
            &ReplayRequest {
                tracer: Some(&tracer),
                ..inputs.request_of_run(args, false)
            },
            &|_| {},
        )
        .or_input()?;
    let heard = tracer.into_heard();
    let outcome = &replayed.outcome;
    let rulebook = Rulebook::embedded().or_usage()?;
    let pricing = pricing::price(&pricing::Request {
        outcome,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        settings: &inputs.settings,
        cards: pricing::CardDays::of_run(args.source.rulebook.is_some()),
        with_rates: true,
        settled_tiers: &[],
        ids: &replayed.ids,
    })
    .or_input()?;
    let rejects: HashMap<_, _> = replayed.rejects.reasons().collect();
    let named = sample.items.iter().map(|item| NamedMessage {
        business: item.business.clone(),
        customer: item.customer.clone(),
        message_id: item.message_id.clone(),
    });
    let timelines = explain::timelines(&explain::Request {
        asked: &Asked::Messages(named.collect()),
        heard: &heard,
        outcome,
        pricing: &pricing,
        findings: &[],
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        rulebook: &rulebook,
        places: &replayed.ids,
        rejects: &rejects,
    })
    .or_input()?;
    let mut output = folder.create_file(FILE).or_output()?;
    file::write(sample, &timelines, &mut output).or_input()?;
    output.finish().or_output()
}

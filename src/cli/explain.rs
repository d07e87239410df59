//! `explain`: the timeline behind a message, a conversation, a charge, a pair or an invoice's difference.
//!
//! The whole log is gone through, since a free thousand and a volume tier know all pairs; only what
//! happens to the pair in question is told.

pub mod args;
mod difference;
mod source;

use std::fs;
use std::path::Path;

use anyhow::Context;
use args::{ExplainArgs, TimelineFormat};
use hashbrown::HashMap;
use source::Source;

use super::batch::use_threads;
use super::config::Parsed;
use super::inputs::Inputs;
use super::opened_log::{OpenedLog, ReplayRequest, Replayed};
use super::printer::Printer;
use crate::audit::Charged;
use crate::explain::{self, Asked, DifferenceView, Explanation, Sought};
use crate::findings;
use crate::picture;
use crate::pricing::{self, CardDays, Groups, Pricer};
use crate::replay::trace::{Heard, Tracer, Wanted};
use crate::rulebook::Rulebook;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::vocabulary::HexId;

/// A PNG has twice the size of the drawing, so that letters of ten units can be read in print.
const PIXELS_PER_UNIT: u32 = 2;

/// Explains what was asked for.
///
/// # Errors
/// If the configuration is wrong, the log cannot be read, or nothing of the name is in it.
pub fn run(args: &ExplainArgs, parsed: &Parsed, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    use_threads(args.source.threads)?;
    let source = Source::of(args, parsed)?;
    let inputs = Inputs::load(&source.args.source, parsed)?;
    let request = inputs.log_request(&source.args.source, true);
    let log = OpenedLog::open(&request, &inputs.templates).or_input()?;
    let question = Question::of(args, &source)?;
    let wanted = question.wanted(&log, &source, &inputs)?;
    let tracer = Tracer::new(wanted.iter().copied());
    let mut replayed = log
        .replay(
            &ReplayRequest {
                tracer: Some(&tracer),
                shadow: source.args.shadow,
                ..inputs.request(&source.args.source, true)
            },
            &|_| {},
        )
        .or_input()?;
    let heard = tracer.into_heard();
    // Findings at other pairs would cost more than everything else.
    let outcome = &mut replayed.outcome;
    let pairs = &outcome.pairs;
    outcome
        .sightings
        .keep(|sighting| wanted.contains(&Wanted::of(pairs.parts(sighting.pair))));
    if heard.rows.is_empty() && question.difference.is_none() {
        return Err(question.not_found(&log, heard.knows_business));
    }
    let files = log.files().into_iter();
    let files = files.map(|file| file.path.display().to_string()).collect();
    let mut explanation = Explanation::new(question.name, &question.id, files);
    if let Some(run) = source.run {
        explanation.notes = run.notes;
    }
    explanation.difference = question.difference;
    let is_forced = source.args.source.rulebook.is_some();
    tell(
        &mut explanation,
        &question.asked,
        &wanted,
        &heard,
        &replayed,
        &inputs,
        is_forced,
    )?;
    if let Some(path) = &args.out {
        draw(path, &explanation)?;
    }
    let text = match args.format {
        TimelineFormat::Human => explain::page(&explanation, printer.colour()),
        TimelineFormat::Json => explanation.to_json().or_output()?,
    };
    printer.data(&text)?;
    Ok(ExitStatus::Success)
}

/// Writes the timeline as SVG, or drawn into a PNG, by the file's ending.
fn draw(path: &Path, explanation: &Explanation) -> Result<(), Failure> {
    let svg = explain::picture(explanation);
    let content = match args::is_png(path) {
        true => picture::png(&svg, PIXELS_PER_UNIT).or_output()?,
        false => svg.into_bytes(),
    };
    fs::write(path, content)
        .with_context(|| format!("cannot write {}", path.display()))
        .or_output()
}

/// Prices what was replayed, and puts the timelines together.
fn tell(
    explanation: &mut Explanation,
    asked: &Asked,
    wanted: &[Wanted],
    heard: &Heard,
    replayed: &Replayed<'_>,
    inputs: &Inputs,
    is_regime_forced: bool,
) -> Result<(), Failure> {
    let outcome = &replayed.outcome;
    let rulebook = Rulebook::embedded().or_usage()?;
    let request = pricing::Request {
        outcome,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        settings: &inputs.settings,
        cards: CardDays::of_run(is_regime_forced),
        with_rates: true,
        settled_tiers: &[],
        ids: &replayed.ids,
    };
    let pricing = pricing::price(&request).or_input()?;
    let findings = findings::find(&findings::Request {
        outcome,
        pricing: &pricing,
        groups: &Groups::of(outcome, &pricing),
        pricer: &Pricer::new(request),
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        rulebook: &rulebook,
        ids: &replayed.ids,
        only: Some(&|pair| wanted.contains(&Wanted::of(outcome.pairs.parts(pair)))),
    })
    .or_input()?;
    if let Some(difference) = &mut explanation.difference {
        let charged = Charged {
            outcome,
            pricing: &pricing,
            tariff: &inputs.tariff,
            accounts: &inputs.accounts,
        };
        let groups = charged.groups();
        difference.complete(&groups, &inputs.tariff);
    }
    let rejects: HashMap<_, _> = replayed.rejects.reasons().collect();
    explanation.pairs = explain::timelines(&explain::Request {
        asked,
        heard,
        outcome,
        pricing: &pricing,
        findings: &findings,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        rulebook: &rulebook,
        places: &replayed.ids,
        rejects: &rejects,
    })
    .or_input()?;
    explanation.cite(&rulebook);
    if inputs.accounts.is_absent() {
        let note = "no accounts file: every account in UTC and USD";
        explanation.notes.push(note.to_owned());
    }
    if outcome.sent_counts_as_delivered {
        let note = "the log knows no deliveries: sent counts as delivered (D-3)";
        explanation.notes.push(note.to_owned());
    }
    Ok(())
}

/// What is asked for, and by which name.
struct Question {
    name: &'static str,
    id: String,
    asked: Asked,
    pair: Option<(String, String)>,
    difference: Option<DifferenceView>,
}

impl Question {
    fn of(args: &ExplainArgs, source: &Source) -> Result<Self, Failure> {
        if let Some(row) = args.difference {
            return Self::of_difference(row, source);
        }
        let unit = |sought: Sought, id: u64| (Asked::Unit(sought), HexId(id).to_string());
        let (name, (asked, id)) = match (&args.pair, &args.message, args.conversation, args.charge)
        {
            (_, Some(message), ..) => {
                let message = message.trim().to_owned();
                ("message", (Asked::Message(message.clone()), message))
            }
            (_, _, Some(id), _) => ("conversation", unit(Sought::Conversation(HexId(id)), id)),
            (_, _, _, Some(id)) => ("charge", unit(Sought::Charge(HexId(id)), id)),
            (Some((business, customer)), ..) => {
                ("pair", (Asked::Pair, format!("{business},{customer}")))
            }
            // Clap asks for exactly one, and the difference was looked at before.
            (None, None, None, None) => ("pair", (Asked::Pair, String::new())),
        };
        Ok(Self {
            name,
            id,
            asked,
            pair: args.pair.clone(),
            difference: None,
        })
    }

    fn of_difference(row: u64, source: &Source) -> Result<Self, Failure> {
        let Some(run) = &source.run else {
            let failure = Failure::usage(anyhow::anyhow!(
                "a difference is that of a finished run: LOG must be its folder"
            ));
            return Err(failure.hint("counterfoil audit LOG --invoice FILE --out DIR writes one"));
        };
        let Some(view) = difference::read(&run.folder, row).or_input()? else {
            return Err(Failure {
                status: ExitStatus::Findings,
                error: anyhow::anyhow!(
                    "tables/differences of {} has no row {row}",
                    run.folder.display()
                ),
                hints: vec!["rows count from 1, as difference_row in claims.csv does".to_owned()],
            });
        };
        Ok(Self {
            name: "difference",
            id: row.to_string(),
            asked: Asked::Messages(view.messages_shown.clone()),
            pair: None,
            difference: Some(view),
        })
    }

    /// The pairs that have to be told of.
    fn wanted(
        &self,
        log: &OpenedLog,
        source: &Source,
        inputs: &Inputs,
    ) -> Result<Vec<Wanted>, Failure> {
        let found = match &self.asked {
            Asked::Pair => self
                .pair
                .iter()
                .map(|(business, customer)| log.pair(business, customer))
                .collect(),
            Asked::Message(id) => log.pairs_of_message(id).or_input()?,
            Asked::Unit(sought) => self.wanted_of_unit(*sought, log, source, inputs)?,
            Asked::Messages(named) => {
                let mut wanted: Vec<Wanted> = Vec::new();
                for message in named {
                    let pair = log.pair(&message.business, &message.customer);
                    if !wanted.contains(&pair) {
                        wanted.push(pair);
                    }
                }
                return Ok(wanted);
            }
        };
        match found.is_empty() {
            true => Err(self.not_found(log, false)),
            false => Ok(found),
        }
    }

    fn wanted_of_unit(
        &self,
        sought: Sought,
        log: &OpenedLog,
        source: &Source,
        inputs: &Inputs,
    ) -> Result<Vec<Wanted>, Failure> {
        if let Some(run) = &source.run {
            let (table, column) = match sought {
                Sought::Conversation(_) => ("conversations", "conversation_id"),
                Sought::Charge(_) => ("charges", "charge_id"),
            };
            let pair = run.pair_of(table, column, &self.id)?;
            return Ok(pair
                .iter()
                .map(|(business, customer)| log.pair(business, customer))
                .collect());
        }
        let request = ReplayRequest {
            shadow: source.args.shadow,
            ..inputs.request(&source.args.source, false)
        };
        let replayed = log.replay(&request, &|_| {}).or_input()?;
        let outcome = &replayed.outcome;
        let found = explain::find(sought, outcome, &replayed.ids).or_input()?;
        let wanted = found.map(|pair| Wanted::of(outcome.pairs.parts(pair)));
        Ok(wanted.into_iter().collect())
    }

    /// Exit code 1, and what may have been meant.
    fn not_found(&self, log: &OpenedLog, knows_business: bool) -> Failure {
        let failure = Failure {
            status: ExitStatus::Findings,
            error: anyhow::anyhow!("no {} {} in the log", self.name, self.id),
            hints: Vec::new(),
        };
        match (&self.asked, &self.pair) {
            (Asked::Pair, Some(_)) if knows_business => {
                failure.hint("the business number is in the log, but has no row with this customer")
            }
            (Asked::Pair, Some((business, _))) => match log.nearest_business(business) {
                Some(nearest) => failure.hint(format!("the nearest business number is {nearest}")),
                None => failure.hint("--pair takes the business number first, then the customer"),
            },
            (Asked::Message(_), _) => {
                failure.hint("ids are compared letter by letter, as the column message_id has them")
            }
            (Asked::Unit(Sought::Conversation(_)), _) => failure.hint(
                "ids depend on the accounts file and the settings: explain the run that wrote it; \
                 a charge is named with --charge",
            ),
            _ => failure.hint(
                "ids depend on the accounts file and the settings: explain the run that wrote it; \
                 a conversation is named with --conversation",
            ),
        }
    }
}

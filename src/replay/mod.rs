//! From a log to conversations and charges: the pair machine and the parallel engine around it.
//!
//! ```text
//!  chunks ─▶ assemble ─▶ fold ─────▶ judge ──────────▶ allowance ─▶ Outcome
//!            rows by     messages    order T-5, then    counters     by time
//!            message     by pair     the machine
//! ```
//!
//! Rows are scattered by message, folded, scattered again by pair, replayed, and what is found is
//! scattered by time. A partition of any kind fits the cache; nothing is ever sorted as a whole. Phase two
//! looks at counters that span pairs, and there only at their thresholds.

pub mod activity;
mod allowance;
mod assemble;
mod attributes;
mod chains;
mod conflict;
mod fold;
mod folded;
mod inferred;
mod judge;
mod longer_entry_points;
pub mod machine;
mod message;
pub mod notes;
mod order;
pub mod outcome;
mod packed;
pub mod pair;
mod partition;
mod price_marks;
pub mod ranking;
mod records;
pub mod reject;
mod row;
mod row_set;
pub mod rows;
mod sighting;
pub mod stages;
mod stop_list;
mod stretches;
mod template_category;
mod terms;
pub mod trace;
mod warnings;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use rayon::prelude::*;

use allowance::Allowances;
use assemble::{Assembled, Assembler};
use fold::Folder;
use folded::Folded;
use judge::Judge;
pub use machine::CustomerPlaces;
use machine::Judgement;
use message::Message;
use outcome::Outcome;
use pair::PairTable;
use partition::{PARTITIONS, Partitions, lock};
use ranking::Ranking;
use reject::{Reject, Rejects};
use row::Row;
use rows::RowPlaces;
use stages::{Stage, StageTimes};
use stop_list::StopList;
use stretches::Stretches;
pub use terms::Scope;
use terms::Terms;
use trace::Tracer;

use crate::accounts::Accounts;
use crate::accounts::templates::TemplateRegistry;
use crate::log::cell::CellContext;
use crate::log::chunk::LogFile;
use crate::rulebook::Rulebook;
use crate::rulebook::settings::{AssumeSentIsDelivered, Settings};
use crate::vocabulary::Instant;

/// With fewer outbound messages D-3 `auto` never assumes a delivery.
const AUTO_DELIVERY_MESSAGES_MIN: u64 = 1_000;

/// Smaller files are scanned side by side.
const SMALL_FILE_BYTES: u64 = 8 << 20;

/// What is to be replayed, and by which rules.
pub struct Request<'l, 'a> {
    /// The log.
    pub files: &'l [Box<dyn LogFile>],
    /// The words its cells were parsed into.
    pub cells: Arc<CellContext>,
    /// Who pays.
    pub accounts: &'a Accounts,
    /// Category and status of templates over time.
    pub templates: Option<&'a TemplateRegistry>,
    /// The regimes.
    pub rulebook: &'a Rulebook,
    /// What is open.
    pub settings: Settings,
    /// Period, forced regime, detail.
    pub scope: Scope,
    /// Where customers are (X-1, X-5).
    pub customers: &'a dyn CustomerPlaces,
    /// Told what happens to a few pairs (`explain`).
    pub tracer: Option<&'a Tracer>,
    /// Told how many bytes of the log have been read so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// A finished replay: what was found, and how to get back to the rows.
pub struct Replayed<'l> {
    /// What was found.
    pub outcome: Outcome,
    /// Unusable rows, in no particular order.
    pub rejects: Vec<Reject>,
    /// Where rows stand.
    pub places: RowPlaces<'l>,
    /// How long it took.
    pub stages: StageTimes,
}

/// Replays a log.
///
/// # Errors
/// If a file cannot be read, holds instants of two units in a column, or the log is larger than one run
/// can take.
///
/// # Panics
/// If the control totals do not close: a bug in the program.
pub fn replay<'l>(request: &Request<'l, '_>) -> anyhow::Result<Replayed<'l>> {
    let mut stages = StageTimes::start();
    let places = RowPlaces::new(request.files);
    let rejects = Rejects::default();
    let pairs = PairTable::new(Arc::clone(&request.cells));
    let rows = Partitions::<Row>::new();
    let mut assembled = read(request, &places, &pairs, &rows, &rejects)?;
    assembled.notes.finish();
    stages.end(Stage::Read);
    let mut totals = crate::log::totals::ControlTotals {
        rows_read: assembled.rows_read,
        other_channel: assembled.other_channels.values().sum(),
        ..Default::default()
    };
    let mut rejects = rejects.into_vec();
    totals.rejected = rejects.len() as u64;

    let terms = Terms::compile(
        request.rulebook,
        request.settings.clone(),
        request.scope.clone(),
        request.accounts,
        &request.cells,
    );
    // Of Meta's own webhooks a missing delivery says that there was none.
    let mut sources = request.files.iter().filter_map(|file| file.provenance());
    let is_raw = sources.any(|source| source.is_raw_webhooks);
    let knows_deliveries = assembled.knows_deliveries || is_raw;
    let stop_list = match request.scope.findings {
        true => StopList::compile(request.accounts.opt_outs(), &request.cells),
        false => StopList::default(),
    };
    let folder = Folder {
        terms: &terms,
        stop_list: &stop_list,
        odd_values: &assembled.odd_values,
        notes: &assembled.notes,
        templates: request.templates,
        pairs: &pairs,
        knows_deliveries,
    };
    let messages = Partitions::<Message>::new();
    let mut folded = fold(&folder, &rows, &messages, &places, &request.cells)?;
    drop(rows);
    let stretches = Stretches::of_sample(std::mem::take(&mut folded.sample));
    stages.end(Stage::Fold);

    let assumes_delivery = match terms.settings.assume_sent_is_delivered {
        AssumeSentIsDelivered::On => true,
        AssumeSentIsDelivered::Off => false,
        AssumeSentIsDelivered::Auto => {
            !knows_deliveries && folded.outbound_messages >= AUTO_DELIVERY_MESSAGES_MIN
        }
    };
    if assumes_delivery {
        folded.totals.outbound_delivered += folded.undecided;
    } else {
        folded.totals.outbound_undelivered += folded.undecided;
    }
    folded.totals.rows_read = 0;
    totals.add(&folded.totals);
    totals.assert_closed();
    rejects.append(&mut folded.rejects);

    let end_of_log = folded.time_range.map_or(Instant::MAX, |(_, last)| last);
    let special_accounts = special_accounts(request.accounts, &request.cells);
    let opted_out = std::mem::take(&mut folded.opted_out).into_iter().collect();
    let has_limit = accounts_with_limit(request.accounts, &request.cells);
    let judgement = Judgement {
        terms: &terms,
        accounts: request.accounts,
        account_names: &account_names(&request.cells),
        odd_values: &assembled.odd_values,
        pairs: &pairs,
        customers: request.customers,
        ai_periods: request.rulebook.ai_periods(),
        end_of_log,
        us_pause_from: request.rulebook.us_marketing_pause_from(),
        has_limit: &has_limit,
        stop_list: &stop_list,
        opted_out: &opted_out,
        special_accounts: &special_accounts,
        tracer: request.tracer,
    };
    let longer = match request.scope.findings {
        true => longer_entry_points::longer(&request.settings),
        false => None,
    };
    let longer_terms = longer.map(|settings| {
        let scope = Scope {
            findings: false,
            detail_messages: false,
            ..request.scope.clone()
        };
        let accounts = request.accounts;
        Terms::compile(request.rulebook, settings, scope, accounts, &request.cells)
    });
    let judge = Judge {
        judgement,
        longer: longer_terms.as_ref().map(|terms| Judgement {
            terms,
            tracer: None,
            ..judgement
        }),
        assumes_delivery,
        stretches: &stretches,
        ids: &places,
        cells: &request.cells,
    };
    let judged = judge.judge(&messages)?;
    let (mut parts, outside_window) = (judged.parts, judged.outside_window);
    let mut sightings = judged.sightings;
    sightings.append(&mut folded.sightings);
    drop(messages);
    partition::release_memory();
    stages.end(Stage::Judge);
    let allowances = Allowances {
        terms: &terms,
        accounts: request.accounts,
        ranking: Ranking {
            cells: &request.cells,
            pairs: &pairs,
            ids: &places,
        },
    }
    .apply(&mut parts)?;
    let price_marks = price_marks::read(&folded.price_marks, &places)?;
    partition::release_memory();
    stages.end(Stage::Allowance);

    let found = warnings::Found {
        folded: &folded,
        parts: &parts,
        outside_window,
        assumes_delivery,
        terms: &terms,
        accounts: request.accounts,
    };
    let outcome = Outcome {
        warnings: found.warnings(),
        incomplete: found.incomplete(),
        rejected_by_code: warnings::rejected_by_code(&rejects),
        other_channels: warnings::channels(&assembled.other_channels, &request.cells),
        totals,
        inferred: folded.inferred,
        time_range: folded.time_range,
        sent_counts_as_delivered: assumes_delivery,
        parts,
        price_marks,
        allowances,
        sightings,
        activity: judged.activity,
        freed_by_longer_entry_points: judged.freed,
        notes: assembled.notes,
        pairs,
        cells: Arc::clone(&request.cells),
    };
    Ok(Replayed {
        outcome,
        rejects,
        places,
        stages,
    })
}

/// Reads all files into packed rows, partitioned by message.
fn read(
    request: &Request<'_, '_>,
    places: &RowPlaces<'_>,
    pairs: &PairTable,
    rows: &Partitions<Row>,
    rejects: &Rejects,
) -> anyhow::Result<Assembled> {
    let assembler = Assembler {
        cells: &request.cells,
        pairs,
        accounts: request.accounts,
        keeps_notes: request.scope.findings,
        rows,
        rejects,
        assembled: Default::default(),
    };
    let bytes_read = AtomicU64::new(0);
    let scan = |index: usize| {
        let file = &request.files[index];
        let progress = |bytes: u64| {
            (request.progress)(bytes_read.fetch_add(bytes, Ordering::Relaxed) + bytes);
        };
        file.scan(&progress, &|address, chunk| {
            let first_row = places.register(index as u32, address, chunk.rows)?;
            if let Some(tracer) = request.tracer {
                tracer.look(chunk, first_row);
            }
            assembler.take(chunk, first_row)
        })
        .with_context(|| format!("cannot read {}", file.path().display()))
    };
    let mut first = 0;
    while first < request.files.len() {
        let wave = first..first + files_at_once(&request.files[first..]);
        first = wave.end;
        let scanned: Vec<anyhow::Result<()>> = wave.into_par_iter().map(scan).collect();
        scanned.into_iter().collect::<anyhow::Result<()>>()?;
    }
    Ok(assembler
        .assembled
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner()))
}

/// How many of the next files are scanned side by side: a large one keeps all threads busy by itself.
fn files_at_once(files: &[Box<dyn LogFile>]) -> usize {
    let small = files
        .iter()
        .take_while(|file| file.size_bytes() < SMALL_FILE_BYTES)
        .count();
    // Not more: a thread that waits for one may take up the next, and has a stack to keep.
    small.clamp(1, 4 * rayon::current_num_threads())
}

fn fold(
    folder: &Folder<'_>,
    rows: &Partitions<Row>,
    messages: &Partitions<Message>,
    places: &RowPlaces<'_>,
    cells: &CellContext,
) -> anyhow::Result<Folded> {
    // Memory for the rows of a partition: as much of it as there are threads.
    let benches: Mutex<Vec<Vec<Row>>> = Mutex::default();
    let mut folded = (0..PARTITIONS)
        .into_par_iter()
        .with_max_len(1)
        .map(|partition| {
            let mut bench = lock(&benches).pop().unwrap_or_default();
            bench.clear();
            rows.take_into(partition, &mut bench);
            let folded = messages.write(|writer| folder.fold(&bench, writer));
            lock(&benches).push(bench);
            folded
        })
        .reduce(Folded::default, |mut left, right| {
            left.add(right);
            left
        });
    let contradictory = std::mem::take(&mut folded.contradictory);
    if !contradictory.is_empty() {
        let again = messages.write(|writer| {
            conflict::fold_contradictory(folder, contradictory, places, cells, writer)
        })?;
        folded.add(again);
    }
    Ok(folded)
}

fn account_names(cells: &CellContext) -> Vec<String> {
    (0..cells.accounts.len() as u32)
        .map(|code| cells.accounts.word(code))
        .collect()
}

fn accounts_with_limit(accounts: &Accounts, cells: &CellContext) -> Vec<bool> {
    account_names(cells)
        .iter()
        .map(|name| accounts.account(name).messaging_limits.bind())
        .collect()
}

fn special_accounts(accounts: &Accounts, cells: &CellContext) -> Vec<bool> {
    account_names(cells)
        .iter()
        .map(|name| accounts.account(name).is_special())
        .collect()
}

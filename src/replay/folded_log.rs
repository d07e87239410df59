//! A log that is read and folded, and what it is judged by.
//!
//! Reading and folding is most of a replay's work, and scenarios share it: what-if judges the folded messages
//! again under other rules, or rewritten, without reading the log again.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::allowance::Allowances;
use super::assemble::Assembled;
use super::carried::{Carried, Carrying, Doubts, Keeping, Kept, Seen, Settled};
use super::fold::Folder;
use super::folded::Folded;
use super::judge::{Judge, Judged};
use super::keep::Keeper;
use super::longer_entry_points;
use super::machine::{CustomerPlaces, Judgement};
use super::message::Message;
use super::outcome::{Outcome, PriceMark, RowNumber};
use super::pair::PairTable;
use super::partition::{PARTITIONS, Partitions};
use super::ranking::Ranking;
use super::reject::{Reject, Rejects};
use super::rest::RestSearch;
use super::rewriting::Rewriting;
use super::row::Row;
use super::rows::RowPlaces;
use super::stages::{Stage, StageTimes};
use super::stop_list::StopList;
use super::stretches::Stretches;
use super::terms::{Scope, Terms};
use super::trace::Tracer;
use super::{Replayed, Request, price_marks, read, warnings};
use crate::accounts::Accounts;
use crate::log::cell::CellContext;
use crate::log::totals::{ControlTotals, add_counts};
use crate::memory::{self, Memory};
use crate::rulebook::Rulebook;
use crate::rulebook::settings::{AssumeSentIsDelivered, Settings};
use crate::vocabulary::{Instant, Month};

/// What is kept of a row until it is folded.
const ROW_BYTES: u64 = size_of::<Row>() as u64;
/// With fewer outbound messages D-3 `auto` never assumes a delivery.
const AUTO_DELIVERY_MESSAGES_MIN: u64 = 1_000;

/// What a folded log is judged by.
#[derive(Clone)]
pub struct Lens<'a> {
    /// Who pays.
    pub accounts: &'a Accounts,
    /// The regimes.
    pub rulebook: &'a Rulebook,
    /// What is open.
    pub settings: Settings,
    /// Period, forced regime, detail.
    pub scope: Scope,
    /// Where customers are.
    pub customers: &'a dyn CustomerPlaces,
    /// What an earlier run left.
    pub carried: Option<&'a Carried>,
    /// What is to be left for the next one.
    pub keeping: Option<Keeping>,
    /// Told what happens to a few pairs (`explain`).
    pub tracer: Option<&'a Tracer>,
    /// What is done to the messages of each pair before they are judged (`whatif`).
    pub rewriting: Option<&'a dyn Rewriting>,
}

impl Lens<'_> {
    fn terms(&self, settings: Settings, scope: Scope, cells: &CellContext) -> Terms {
        Terms::compile(self.rulebook, settings, scope, self.accounts, cells)
    }
}

/// A log whose messages stand by pair, and what was seen on the way.
pub struct FoldedLog<'l> {
    messages: Partitions<Message>,
    folded: Folded,
    assembled: Assembled,
    pairs: Arc<PairTable>,
    cells: Arc<CellContext>,
    memory: Memory,
    places: RowPlaces<'l>,
    rejects: Vec<Reject>,
    stretches: Stretches,
    stop_list: StopList,
    opted_out: HashSet<RowNumber>,
    price_marks: Arc<HashMap<RowNumber, PriceMark>>,
    knows_deliveries: bool,
    /// Whether D-3 is decided by what rows know.
    asks_deliveries: bool,
    late: HashSet<RowNumber>,
    /// What the next run may need.
    seen: Seen,
    carried_rows: u32,
    stages: StageTimes,
}

impl<'l> FoldedLog<'l> {
    /// Reads a log and folds its rows into messages, by the settings and the period of the request.
    ///
    /// # Errors
    /// If a file cannot be read, holds instants of two units in a column, or the log is larger than one run
    /// can take.
    pub fn read(request: &Request<'l, '_>) -> anyhow::Result<Self> {
        let mut stages = StageTimes::start();
        let memory = &request.memory;
        let known = request.files.iter().filter_map(|file| file.rows());
        memory.expect_bytes(known.fold(0, u64::saturating_add).saturating_mul(ROW_BYTES))?;
        let places = RowPlaces::new(request.files);
        let rejects = Rejects::default();
        let pairs = PairTable::new(Arc::clone(&request.cells));
        let rows = Partitions::<Row>::new(memory);
        let (mut assembled, carried_rows) = read::read(request, &places, &pairs, &rows, &rejects)?;
        assembled.notes.finish();
        memory.check()?;
        stages.end(Stage::Read);
        let mut rejects = rejects.into_vec();
        let rejected_before_folding = rejects.len() as u64;

        let lens = request.lens();
        let terms = lens.terms(lens.settings.clone(), lens.scope.clone(), &request.cells);
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
            carrying: Carrying {
                carried_rows,
                settled_before: request.carried.map(|carried| carried.settled_before),
                ends: request.carried.map_or(Instant::MIN, |carried| carried.ends),
                settled: request
                    .carried
                    .map_or_else(HashSet::new, |carried| carried.messages.keys()),
                keeps: request.keeping.is_some(),
            },
        };
        let messages = Partitions::<Message>::new(memory);
        let seen = Mutex::new(Seen::new(memory));
        let cells = &request.cells;
        let mut folded = read::fold(&folder, &rows, &messages, &places, cells, &seen)?;
        drop(rows);
        folded.totals.rows_read = 0;
        folded.totals.add(&ControlTotals {
            rows_read: assembled.rows_read,
            other_channel: assembled.other_channels.values().sum(),
            rejected: rejected_before_folding,
            ..Default::default()
        });
        rejects.append(&mut folded.rejects);
        let stretches = Stretches::of_sample(std::mem::take(&mut folded.sample));
        let opted_out = std::mem::take(&mut folded.opted_out).into_iter().collect();
        let late = std::mem::take(&mut folded.track.late).into_iter().collect();
        if let Some((first, last)) = request.carried.and_then(|carried| carried.time_range) {
            folded.see(first);
            folded.see(last);
        }
        let price_marks = price_marks::read(&folded.price_marks, &places)?;
        memory.check()?;
        stages.end(Stage::Fold);
        Ok(Self {
            messages,
            folded,
            assembled,
            pairs: Arc::new(pairs),
            cells: Arc::clone(&request.cells),
            memory: memory.clone(),
            places,
            rejects,
            stretches,
            stop_list,
            opted_out,
            price_marks: Arc::new(price_marks),
            knows_deliveries,
            asks_deliveries: request.settings.assume_sent_is_delivered
                == AssumeSentIsDelivered::Auto,
            late,
            seen: seen.into_inner().unwrap_or_else(PoisonError::into_inner),
            carried_rows,
            stages,
        })
    }

    /// Judges the log for the last time: its messages are forgotten on the way, and what folding saw goes with
    /// what is found.
    ///
    /// # Errors
    /// If rows whose ids decide an order can no longer be read.
    ///
    /// # Panics
    /// If the control totals do not close: a bug in the program.
    pub fn judge(mut self, lens: &Lens<'_>) -> anyhow::Result<Replayed<'l>> {
        let (mut outcome, mut stages) = self.judged(lens, Afterwards::Forget)?;
        outcome.sightings.append(&mut self.folded.sightings);
        outcome.notes = self.assembled.notes;
        stages.end(Stage::Allowance);
        Ok(Replayed {
            outcome,
            // Those of earlier runs have been told of.
            rejects: match self.carried_rows {
                0 => self.rejects,
                carried => new_rejects(self.rejects, carried),
            },
            places: self.places,
            stages,
        })
    }

    /// Judges the log and keeps it for the next time; findings are not looked for.
    ///
    /// # Errors
    /// If rows whose ids decide an order can no longer be read.
    ///
    /// # Panics
    /// If the control totals do not close: a bug in the program.
    pub fn judge_and_keep(&self, lens: &Lens<'_>) -> anyhow::Result<Outcome> {
        Ok(self.judged(lens, Afterwards::Keep)?.0)
    }

    /// Unusable rows, in no particular order, and where rows stand.
    pub fn into_rejects(self) -> (Vec<Reject>, RowPlaces<'l>) {
        (self.rejects, self.places)
    }

    /// Whether rows fold otherwise under other settings and rules than those by which they were folded: then the
    /// log must be read again.
    ///
    /// Folding decides the category of templates (D-7), what is assumed of deliveries (D-3), and which templates
    /// need a category (D-9), which is a matter of the regime only before categories came.
    pub fn folds_otherwise(&self, folded_by: &Lens<'_>, lens: &Lens<'_>) -> bool {
        let (before, after) = (&folded_by.settings, &lens.settings);
        let needs_categories = folded_by.rulebook.categories_required_from();
        let has_old_rows = self
            .time_range()
            .is_some_and(|(first, _)| first < needs_categories.next().midnight_utc());
        let has_other_regimes = folded_by.scope.forced_regime != lens.scope.forced_regime
            || folded_by.rulebook.regimes() != lens.rulebook.regimes();
        before.trust != after.trust
            || before.category_basis != after.category_basis
            || before.inferred_category != after.inferred_category
            || before.assume_sent_is_delivered != after.assume_sent_is_delivered
            || before.cutover_basis != after.cutover_basis
            || (has_old_rows && has_other_regimes)
    }

    /// Where rows stand.
    pub fn places(&self) -> &RowPlaces<'l> {
        &self.places
    }

    /// Names of pairs.
    pub fn pairs(&self) -> &PairTable {
        &self.pairs
    }

    /// How many messages there are in a month of UTC.
    pub fn messages_in(&self, month: Month) -> u64 {
        let days = month.first_day().midnight_utc()..month.last_day().next().midnight_utc();
        let in_partition = |partition| {
            let mut messages = Vec::new();
            self.messages.copy_into(partition, &mut messages);
            let in_month = messages
                .iter()
                .filter(|message| days.contains(&message.instant()));
            in_month.count() as u64
        };
        (0..PARTITIONS).into_par_iter().map(in_partition).sum()
    }

    /// First and last instant of any accepted row, if there is one.
    pub fn time_range(&self) -> Option<(Instant, Instant)> {
        self.folded.time_range
    }

    /// How many rows were rejected that no earlier run has left.
    fn new_rejects(&self) -> u64 {
        let is_new = |reject: &&Reject| reject.row.0 >= self.carried_rows;
        self.rejects.iter().filter(is_new).count() as u64
    }

    /// What this run could no longer settle.
    fn doubts(&self) -> Doubts {
        Doubts {
            late: self.late.len() as u64,
            revived: self.folded.track.revived,
        }
    }

    /// In what new rows contradict what earlier runs have settled.
    fn contradictions(&self, lens: &Lens<'_>) -> Vec<String> {
        let mut told = Vec::new();
        let Some(carried) = lens.carried else {
            return told;
        };
        let Doubts { late, revived } = self.doubts().and(carried.doubts);
        if late > 0 {
            told.push(format!(
                "{late} messages have rows that came after {}, up to which the state is settled: what is charged for \
                 them is an adjustment and an estimate, and lines around them may be wrong; run the whole log again \
                 without --state-in, or begin with a longer --horizon",
                carried.settled_before
            ));
        }
        if revived > 0 {
            told.push(format!(
                "{revived} messages were settled as failed or never delivered, and were delivered after all: what they \
                 cost is missing; run the whole log again without --state-in, or begin with a longer --horizon"
            ));
        }
        if carried.assumes_delivery && (self.knows_deliveries || carried.knows_deliveries) {
            told.push(
                "D-3: the first run took what was sent for delivered, because no row told of a delivery; now some do. \
                 Run the whole log again without --state-in, or set assume_sent_is_delivered=off from the beginning"
                    .to_owned(),
            );
        }
        let outbound = self.folded.outbound_messages
            + carried.totals.outbound_delivered
            + carried.totals.outbound_undelivered;
        if self.asks_deliveries
            && !carried.assumes_delivery
            && !carried.knows_deliveries
            && !self.knows_deliveries
            && outbound >= AUTO_DELIVERY_MESSAGES_MIN
        {
            told.push(format!(
                "D-3: the first run was too small to take what was sent for delivered, and none of the {outbound} \
                 outbound messages so far tells of a delivery: one run over all of it would charge them. Begin again \
                 without --state-in, with more of the log or with assume_sent_is_delivered=on or off"
            ));
        }
        told
    }

    fn judged(
        &self,
        lens: &Lens<'_>,
        afterwards: Afterwards,
    ) -> anyhow::Result<(Outcome, StageTimes)> {
        let mut stages = self.stages;
        let (folded, cells) = (&self.folded, &self.cells);
        let terms = lens.terms(lens.settings.clone(), lens.scope.clone(), cells);
        let assumes_delivery = match terms.settings.assume_sent_is_delivered {
            AssumeSentIsDelivered::On => true,
            AssumeSentIsDelivered::Off => false,
            AssumeSentIsDelivered::Auto => {
                !self.knows_deliveries && folded.outbound_messages >= AUTO_DELIVERY_MESSAGES_MIN
            }
        };
        let mut totals = folded.totals.clone();
        if let Some(carried) = lens.carried {
            totals.add(&carried.totals);
        }
        match assumes_delivery {
            true => totals.outbound_delivered += folded.undecided,
            false => totals.outbound_undelivered += folded.undecided,
        }
        totals.assert_closed();

        let longer = match lens.scope.findings {
            true => longer_entry_points::longer(&lens.settings),
            false => None,
        };
        let longer_terms = longer.map(|settings| {
            let scope = Scope {
                findings: false,
                detail_messages: false,
                ..lens.scope.clone()
            };
            lens.terms(settings, scope, cells)
        });
        let special_accounts = special_accounts(lens.accounts, cells);
        let has_limit = accounts_with_limit(lens.accounts, cells);
        let account_names = account_names(cells);
        let end_of_log = folded.time_range.map_or(Instant::MAX, |(_, last)| last);
        let judgement = Judgement {
            terms: &terms,
            accounts: lens.accounts,
            account_names: &account_names,
            odd_values: &self.assembled.odd_values,
            pairs: &self.pairs,
            customers: lens.customers,
            ai_periods: lens.rulebook.ai_periods(),
            end_of_log: match lens.rewriting {
                Some(rewriting) => rewriting.end_of_log(end_of_log),
                None => end_of_log,
            },
            us_pause_from: lens.rulebook.us_marketing_pause_from(),
            has_limit: &has_limit,
            stop_list: &self.stop_list,
            opted_out: &self.opted_out,
            special_accounts: &special_accounts,
            tracer: lens.tracer,
        };
        let settled = lens.carried.map(|carried| Settled {
            before: carried.settled_before,
            late: &self.late,
        });
        let keeper = lens
            .keeping
            .map(|keeping| Keeper::new(keeping, lens.carried, &self.seen, assumes_delivery));
        let rest = keeper
            .as_ref()
            .map(|keeper| keeper.rest(&terms, &self.pairs));
        let judge = Judge {
            judgement,
            settled,
            rest: rest.as_ref(),
            longer: longer_terms.as_ref().map(|terms| Judgement {
                terms,
                tracer: None,
                ..judgement
            }),
            assumes_delivery,
            stretches: &self.stretches,
            ids: &self.places,
            cells,
            rewriting: lens.rewriting,
            memory: &self.memory,
        };
        let Judged {
            mut parts,
            sightings,
            activity,
            freed,
            outside_window,
        } = judge.judge(&self.messages, afterwards)?;
        memory::release();
        self.memory.check()?;
        stages.end(Stage::Judge);
        let allowances = Allowances {
            terms: &terms,
            accounts: lens.accounts,
            settled: lens.carried.map(|carried| &carried.allowances),
            ranking: Ranking {
                cells,
                pairs: &self.pairs,
                ids: &self.places,
            },
            memory: &self.memory,
        };
        let positions = allowances.apply(&mut parts)?;
        memory::release();
        stages.end(Stage::Allowance);

        let found = warnings::Found {
            folded,
            parts: &parts,
            outside_window,
            assumes_delivery,
            terms: &terms,
            accounts: lens.accounts,
        };
        let mut rejected_by_code = warnings::rejected_by_code(&self.rejects);
        let mut other_channels = warnings::channels(&self.assembled.other_channels, cells);
        if let Some(carried) = lens.carried {
            add_counts(&mut rejected_by_code, &carried.rejected_by_code);
            add_counts(&mut other_channels, &carried.other_channels);
        }
        let since_rest = rest.map(RestSearch::finish).unwrap_or_default();
        let kept = keeper.map(|keeper| {
            let left = keeper.keep(
                (since_rest, &self.opted_out),
                &totals,
                &rejected_by_code,
                self.places.rows(),
            );
            Kept {
                allowances: allowances.settled_before(keeper.settles_before(), &parts),
                knows_deliveries: left.knows_deliveries || self.knows_deliveries,
                ..left
            }
        });
        let mut incomplete = found.incomplete();
        incomplete.extend(self.contradictions(lens));
        let outcome = Outcome {
            warnings: found.warnings(),
            incomplete,
            rejected_by_code,
            other_channels,
            kept,
            new_rows: folded.track.new_rows,
            new_rejects: self.new_rejects(),
            doubts: self.doubts(),
            rows: self.places.rows(),
            settled_rows: folded.track.settled_rows,
            carried_rows: self.carried_rows,
            totals,
            inferred: folded.inferred,
            time_range: folded.time_range,
            sent_counts_as_delivered: assumes_delivery,
            parts,
            price_marks: Arc::clone(&self.price_marks),
            allowances: positions,
            sightings,
            activity,
            freed_by_longer_entry_points: freed,
            notes: Default::default(),
            pairs: Arc::clone(&self.pairs),
            cells: Arc::clone(cells),
            memory: self.memory.clone(),
        };
        Ok((outcome, stages))
    }
}

fn new_rejects(mut rejects: Vec<Reject>, carried_rows: u32) -> Vec<Reject> {
    rejects.retain(|reject| reject.row.0 >= carried_rows);
    rejects
}

/// What becomes of the messages of a log once they are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// Their memory serves what is found.
    Forget,
    /// They are judged again.
    Keep,
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

//! From messages by pair to conversations and charges by time, partition by partition.
//!
//! A partition is put in order, judged and forgotten; what was found is scattered over stretches of
//! time, in which it will be written. Only pairs with messages whose order depends on their ids wait to
//! the end, when these ids are fetched for all of them at once.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::activity::Activity;
use super::longer_entry_points;
use super::machine::{Findings, Judgement, PairMachine, starts_window};
use super::message::Message;
use super::order::{Grouping, resolve_ties, tied_rows};
use super::outcome::{
    Charge, Conversation, FetchMessageIds, Part, Record, Records, RowNumber, RowSet, Sightings,
};
use super::partition::{PARTITIONS, Partitions, lock};
use super::stretches::Stretches;
use crate::log::cell::CellContext;
use crate::vocabulary::Instant;

/// How many waiting pairs a thread takes at a time.
const WAITING_PAIRS_CHUNK: usize = 1024;

/// Replays all pairs.
pub struct Judge<'a> {
    /// By what.
    pub judgement: Judgement<'a>,
    /// The same with longer entry points (S-11b), where a run asks what they would change.
    pub longer: Option<Judgement<'a>>,
    /// D-3: whether what was sent counts as delivered.
    pub assumes_delivery: bool,
    /// Where what is found goes.
    pub stretches: &'a Stretches,
    /// For pairs whose messages ids must order.
    pub ids: &'a dyn FetchMessageIds,
    /// Names of accounts, the last resort of that order.
    pub cells: &'a CellContext,
}

/// What the pairs of a run have led to so far.
struct Found {
    conversations: Partitions<<Conversation as Record>::Packed>,
    charges: Partitions<<Charge as Record>::Packed>,
    sightings: Mutex<Sightings>,
    activity: Mutex<Activity>,
    freed: Mutex<Vec<RowNumber>>,
    outside_window: AtomicU64,
}

/// What all pairs have led to.
pub struct Judged {
    /// Conversations and charges by stretch of time.
    pub parts: Vec<Part>,
    /// What findings speak of, where they were asked for.
    pub sightings: Sightings,
    /// Which numbers were active when, where findings were asked for.
    pub activity: Activity,
    /// Charged messages that longer entry points would make free (S-11b), in the order of their rows.
    pub freed: Vec<RowNumber>,
    /// Delivered free-form messages that were sent with no window open.
    pub outside_window: u64,
}

/// A thread's memory, which serves one partition after another.
#[derive(Default)]
struct Bench {
    messages: Vec<Message>,
    grouping: Grouping,
    starts: Vec<Instant>,
    spans: Vec<Range<usize>>,
    findings: Findings,
}

/// Pairs that wait for ids: each one's messages, and the starts of its customer service windows.
#[derive(Default)]
struct Waiting {
    pairs: Vec<(Vec<Message>, Vec<Instant>)>,
}

impl Judge<'_> {
    /// Judges every pair.
    ///
    /// # Errors
    /// If message ids can no longer be read.
    pub fn judge(&self, messages: &Partitions<Message>) -> anyhow::Result<Judged> {
        let found = Found {
            conversations: Partitions::new(),
            charges: Partitions::new(),
            sightings: Mutex::default(),
            activity: Mutex::default(),
            freed: Mutex::default(),
            outside_window: AtomicU64::new(0),
        };
        let benches: Mutex<Vec<Bench>> = Mutex::default();
        let waiting: Mutex<Waiting> = Mutex::default();
        (0..PARTITIONS)
            .into_par_iter()
            .with_max_len(1)
            .for_each(|partition| {
                let mut bench = lock(&benches).pop().unwrap_or_default();
                bench.messages.clear();
                messages.take_into(partition, &mut bench.messages);
                let waits = self.judge_partition(&mut bench, &found);
                lock(&waiting).pairs.extend(waits.pairs);
                lock(&benches).push(bench);
            });
        drop(benches);
        let waiting = waiting
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        self.judge_waiting(waiting, &found)?;
        let parts = (0..PARTITIONS)
            .map(|stretch| Part {
                conversations: Records::of_blocks(found.conversations.take(stretch)),
                charges: Records::of_blocks(found.charges.take(stretch)),
            })
            .collect();
        let unpoisoned = |poisoned: std::sync::PoisonError<_>| poisoned.into_inner();
        let mut freed = std::mem::take(&mut *lock(&found.freed));
        freed.sort_unstable();
        Ok(Judged {
            freed,
            parts,
            sightings: found.sightings.into_inner().unwrap_or_else(unpoisoned),
            activity: found
                .activity
                .into_inner()
                .unwrap_or_else(|poisoned| poisoned.into_inner()),
            outside_window: found.outside_window.into_inner(),
        })
    }

    /// Replays the pairs of a partition, but for those that come back.
    fn judge_partition(&self, bench: &mut Bench, found: &Found) -> Waiting {
        let Bench {
            messages,
            grouping,
            starts,
            spans,
            findings,
        } = bench;
        if self.assumes_delivery {
            let unknown = messages.iter_mut().filter(|message| {
                !message.is_inbound() && !message.is_delivered() && !message.has_failed()
            });
            unknown.for_each(Message::assume_delivery);
        }
        let messages = grouping.by_pair_and_instants(messages);
        if self.judgement.terms.scope.findings {
            let activity = self.activity(messages);
            lock(&found.activity).append(activity);
        }
        let pairs = || messages.chunk_by(|left, right| left.pair() == right.pair());
        let groups = self.group_windows(messages);
        let refreshing = self.judgement.terms.settings.window_refreshing_types;
        starts.clear();
        spans.clear();
        // Window starts of all pairs in one piece of memory; pairs borrow their stretch.
        for pair in pairs() {
            let start = starts.len();
            let opening = pair
                .iter()
                .filter(|message| starts_window(message, refreshing));
            starts.extend(opening.map(Message::instant));
            spans.push(start..starts.len());
        }
        let mut waiting = Waiting::default();
        let mut machine = PairMachine::new(self.judgement, findings);
        for (pair, span) in pairs().zip(spans) {
            let group = self.judgement.pairs.group(pair[0].pair());
            let starts = group
                .and_then(|group| groups.get(&group))
                .map_or(&starts[span.clone()], Vec::as_slice);
            if tied_rows(pair).next().is_some() {
                waiting.pairs.push((pair.to_vec(), starts.to_vec()));
            } else {
                self.replay(&mut machine, pair, starts, found);
            }
        }
        found
            .outside_window
            .fetch_add(machine.outside_window, Ordering::Relaxed);
        self.scatter(findings, found);
        waiting
    }

    fn replay<'s>(
        &self,
        machine: &mut PairMachine<'s>,
        pair: &[Message],
        window_starts: &'s [Instant],
        found: &Found,
    ) {
        let before = machine.places();
        machine.replay(pair, window_starts);
        if let Some(longer) = self.longer {
            let judged = machine.since(before);
            let terms = self.judgement.terms;
            let freed = longer_entry_points::freed(longer, terms, &judged, pair, window_starts);
            if !freed.is_empty() {
                lock(&found.freed).extend(freed);
            }
        }
    }

    fn judge_waiting(&self, waiting: Waiting, found: &Found) -> anyhow::Result<()> {
        let mut pairs = waiting.pairs;
        if pairs.is_empty() {
            return Ok(());
        }
        let tied = RowSet::from(pairs.iter().flat_map(|(messages, _)| tied_rows(messages)));
        let ids = self.ids.message_ids(tied)?;
        pairs.par_chunks_mut(WAITING_PAIRS_CHUNK).for_each(|pairs| {
            let mut findings = Findings::default();
            for (messages, _) in &mut *pairs {
                resolve_ties(messages, &ids, self.cells);
            }
            let mut machine = PairMachine::new(self.judgement, &mut findings);
            for (messages, starts) in &*pairs {
                self.replay(&mut machine, messages, starts, found);
            }
            found
                .outside_window
                .fetch_add(machine.outside_window, Ordering::Relaxed);
            self.scatter(&mut findings, found);
        });
        Ok(())
    }

    fn activity(&self, messages: &[Message]) -> Activity {
        let mut activity = Activity::default();
        for pair in messages.chunk_by(|left, right| left.pair() == right.pair()) {
            let business = self.judgement.pairs.parts(pair[0].pair()).business;
            for message in pair {
                let account = message.attributes().account();
                activity.add(business, account, message.instant());
            }
        }
        activity
    }

    /// Hands findings over to the stretches of time in which they lie.
    fn scatter(&self, findings: &mut Findings, found: &Found) {
        if !findings.sightings.is_empty() {
            lock(&found.sightings).append(&mut findings.sightings);
        }
        found.conversations.write(|writer| {
            for conversation in findings.conversations.drain(..) {
                let stretch = self.stretches.of(conversation.opened_at);
                writer.push_to(stretch, conversation.packed());
            }
        });
        found.charges.write(|writer| {
            for charge in findings.charges.drain(..) {
                let stretch = self.stretches.of(charge.charged_at);
                writer.push_to(stretch, charge.packed());
            }
        });
    }

    /// any member's message opens the window of the whole group.
    fn group_windows(&self, messages: &[Message]) -> HashMap<(u32, u32), Vec<Instant>> {
        let refreshing = self.judgement.terms.settings.window_refreshing_types;
        let mut windows: HashMap<(u32, u32), Vec<Instant>> = HashMap::new();
        for message in messages {
            if let Some(group) = self.judgement.pairs.group(message.pair())
                && starts_window(message, refreshing)
            {
                windows.entry(group).or_default().push(message.instant());
            }
        }
        windows
            .values_mut()
            .for_each(|starts| starts.sort_unstable());
        windows
    }
}

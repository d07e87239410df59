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
use super::carried::Settled;
use super::folded_log::Afterwards;
use super::longer_entry_points;
use super::machine::{Findings, Judgement, PairMachine, starts_window};
use super::message::Message;
use super::order::{Grouping, resolve_ties, tied_rows};
use super::outcome::{
    Charge, Conversation, FetchMessageIds, Part, Record, Records, RowNumber, RowSet, Sightings,
};
use super::partition::{PARTITIONS, Partitions, lock};
use super::rest::RestSearch;
use super::rewriting::{Rewriting, Timelines};
use super::stretches::Stretches;
use crate::log::cell::CellContext;
use crate::memory::Memory;
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
    /// What is done to the messages of each pair first (`whatif`).
    pub rewriting: Option<&'a dyn Rewriting>,
    /// What an earlier run has settled.
    pub settled: Option<Settled<'a>>,
    /// Looks for the messages that the next run must see again.
    pub rest: Option<&'a RestSearch<'a>>,
    /// Where what is found is kept.
    pub memory: &'a Memory,
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
    timelines: Timelines,
}

/// A pair whose messages stand in the order T-5.
#[derive(Clone, Copy)]
struct OrderedPair<'s> {
    messages: &'s [Message],
    /// The windows of its whole group, if it is a member's.
    group_windows: Option<&'s [Instant]>,
}

impl<'s> OrderedPair<'s> {
    fn of_waiting((messages, windows): &'s (Vec<Message>, Option<Vec<Instant>>)) -> Self {
        Self {
            messages,
            group_windows: windows.as_deref(),
        }
    }
}

/// Pairs that wait for ids: the messages of each, and the windows of its group.
#[derive(Default)]
struct Waiting {
    pairs: Vec<(Vec<Message>, Option<Vec<Instant>>)>,
}

impl Judge<'_> {
    /// Judges every pair.
    ///
    /// # Errors
    /// If message ids can no longer be read.
    pub fn judge(
        &self,
        messages: &Partitions<Message>,
        afterwards: Afterwards,
    ) -> anyhow::Result<Judged> {
        let found = Found {
            conversations: Partitions::new(self.memory),
            charges: Partitions::new(self.memory),
            sightings: Mutex::new(Sightings::new(self.memory)),
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
                match afterwards {
                    Afterwards::Forget => messages.take_into(partition, &mut bench.messages),
                    Afterwards::Keep => messages.copy_into(partition, &mut bench.messages),
                }
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
                conversations: Records::of_blocks(found.conversations.take(stretch), self.memory),
                charges: Records::of_blocks(found.charges.take(stretch), self.memory),
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
            timelines,
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
        let groups = self.group_windows(messages);
        let mut waiting = Waiting::default();
        let mut in_order = Vec::new();
        for messages in messages.chunk_by(|left, right| left.pair() == right.pair()) {
            let pair = self.with_windows_of_group(messages, &groups);
            if tied_rows(messages).next().is_some() {
                let windows = pair.group_windows.map(<[_]>::to_vec);
                waiting.pairs.push((messages.to_vec(), windows));
            } else {
                in_order.push(pair);
            }
        }
        if let Some(rewriting) = self.rewriting {
            timelines.clear();
            for pair in in_order.drain(..) {
                rewriting.rewrite(pair.messages[0].pair(), pair.messages, timelines);
            }
            let rewritten = timelines.iter();
            in_order = rewritten
                .map(|messages| self.with_windows_of_group(messages, &groups))
                .collect();
        }
        self.replay_pairs(&in_order, starts, spans, findings, found);
        waiting
    }

    /// Judges pairs whose messages are in order.
    fn replay_pairs<'s>(
        &self,
        pairs: &[OrderedPair<'s>],
        starts: &mut Vec<Instant>,
        spans: &mut Vec<Range<usize>>,
        findings: &mut Findings,
        found: &Found,
    ) {
        let refreshing = self.judgement.terms.settings.window_refreshing_types;
        starts.clear();
        spans.clear();
        // Window starts of all pairs in one piece of memory; pairs borrow their stretch.
        for pair in pairs {
            let start = starts.len();
            let opening = pair
                .messages
                .iter()
                .filter(|message| starts_window(message, refreshing));
            starts.extend(opening.map(Message::instant));
            spans.push(start..starts.len());
        }
        let mut machine = PairMachine::new(self.judgement, findings);
        for (pair, span) in pairs.iter().zip(spans) {
            let starts = pair.group_windows.unwrap_or(&starts[span.clone()]);
            self.replay(&mut machine, pair.messages, starts, found);
        }
        found
            .outside_window
            .fetch_add(machine.outside_window, Ordering::Relaxed);
        self.scatter(findings, found);
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
        if let Some(rest) = self.rest {
            rest.take(pair, window_starts, &machine.since(before));
        }
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
            let Bench {
                starts,
                spans,
                findings,
                ..
            } = &mut Bench::default();
            for (messages, _) in &mut *pairs {
                resolve_ties(messages, &ids, self.cells);
            }
            let rewritten: Vec<Timelines>;
            let in_order: Vec<OrderedPair<'_>> = match self.rewriting {
                None => pairs.iter().map(OrderedPair::of_waiting).collect(),
                Some(rewriting) => {
                    let rewrite = |(messages, _): &(Vec<Message>, _)| {
                        let mut timelines = Timelines::default();
                        rewriting.rewrite(messages[0].pair(), messages, &mut timelines);
                        timelines
                    };
                    rewritten = pairs.iter().map(rewrite).collect();
                    let of_pairs = rewritten.iter().zip(&*pairs);
                    of_pairs
                        .flat_map(|(timelines, (_, windows))| {
                            timelines.iter().map(|messages| OrderedPair {
                                messages,
                                group_windows: windows.as_deref(),
                            })
                        })
                        .collect()
                }
            };
            self.replay_pairs(&in_order, starts, spans, findings, found);
        });
        Ok(())
    }

    fn with_windows_of_group<'s>(
        &self,
        messages: &'s [Message],
        groups: &'s HashMap<(u32, u32), Vec<Instant>>,
    ) -> OrderedPair<'s> {
        let group = self.judgement.pairs.group(messages[0].pair());
        OrderedPair {
            messages,
            group_windows: group
                .and_then(|group| groups.get(&group))
                .map(Vec::as_slice),
        }
    }

    fn activity(&self, messages: &[Message]) -> Activity {
        let mut activity = Activity::default();
        for pair in messages.chunk_by(|left, right| left.pair() == right.pair()) {
            let business = self.judgement.pairs.parts(pair[0].pair()).business;
            for message in pair {
                // Of days that are settled only some rows are here.
                let is_settled = |settled: Settled<'_>| message.instant() < settled.before;
                if self.settled.is_some_and(is_settled) {
                    continue;
                }
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
            for mut conversation in findings.conversations.drain(..) {
                conversation.is_written &= self.settled.is_none_or(|settled| {
                    settled.before < conversation.expires_at
                        || settled.late.contains(&conversation.opened_by)
                });
                let stretch = self.stretches.of(conversation.opened_at);
                writer.push_to(stretch, conversation.packed());
            }
        });
        found.charges.write(|writer| {
            for mut charge in findings.charges.drain(..) {
                if let Some(settled) = self.settled {
                    if settled.holds(charge.charged_at, charge.row) {
                        continue;
                    }
                    // What lay around it is not known any more.
                    charge.estimated |= settled.is_late(charge.charged_at, charge.row);
                }
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

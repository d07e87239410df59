//! Which messages the next run must see again: those since each pair was last at rest.
//!
//! A pair is at rest at an instant if nothing before it can reach beyond it: no customer service window, no click
//! that waits for an answer, no conversation or entry point, no message on its way. What came before such an
//! instant decides nothing after it, so the rows since then, judged by themselves, give what the whole log gives.
//! A message that was sent and may still be delivered needs, beside those, what was open when it was sent: the rows
//! since the rest before, up to itself.
//! Members of a group share its windows and so its rest.

use std::sync::Mutex;

use hashbrown::HashMap;

use super::carried::Tracked;
use super::longer_entry_points::{Judged, LONGER_HOURS};
use super::message::Message;
use super::outcome::RowNumber;
use super::pair::{PairKey, PairTable};
use super::partition::lock;
use super::terms::Terms;
use crate::vocabulary::{ConversationCategory, Instant, Kind};

/// A stretch of time in which something is open: from its first instant, up to but not with its last.
type Busy = (Instant, Instant);

/// Findings look this much further than charges: a template repeated, or sent late after a window (hours).
const FINDING_HOURS: i64 = 24;

/// What was opened before an instant ends within so much, whatever comes then: longer than the longest conversation,
/// entry point, or look of a finding (hours).
const REACH_HOURS: i64 = LONGER_HOURS + FINDING_HOURS;

/// Looks for the messages since each pair's last rest.
pub struct RestSearch<'a> {
    /// The instant at which pairs should be at rest.
    at: Instant,
    terms: &'a Terms,
    pairs: &'a PairTable,
    /// When the messages were sent that a pair still waits to see delivered.
    waiting: HashMap<PairKey, Vec<Instant>>,
    found: Mutex<Vec<RowNumber>>,
    groups: Mutex<HashMap<(u32, u32), GroupStretches>>,
}

/// What is open in any pair of a group, and its messages.
#[derive(Default)]
struct GroupStretches {
    busy: Vec<Busy>,
    messages: Vec<(Instant, RowNumber)>,
}

impl<'a> RestSearch<'a> {
    /// A search at an instant, with the messages that wait for their delivery.
    pub fn new<'t>(
        at: Instant,
        terms: &'a Terms,
        pairs: &'a PairTable,
        waiting: impl Iterator<Item = &'t Tracked>,
    ) -> Self {
        let mut sent: HashMap<PairKey, Vec<Instant>> = HashMap::new();
        for message in waiting {
            sent.entry(message.pair).or_default().push(message.sent);
        }
        Self {
            at,
            terms,
            pairs,
            waiting: sent,
            found: Mutex::default(),
            groups: Mutex::default(),
        }
    }

    /// Takes a pair that was judged.
    pub fn take(&self, pair: &[Message], window_starts: &[Instant], judged: &Judged<'_>) {
        let Some(first) = pair.first() else {
            return;
        };
        if first.instant() >= self.at {
            return;
        }
        let mut busy = Vec::new();
        self.collect(pair, window_starts, judged, &mut busy);
        match self.pairs.group(first.pair()) {
            Some(group) => {
                let mut groups = lock(&self.groups);
                let stretches = groups.entry(group).or_default();
                stretches.busy.append(&mut busy);
                let messages = pair
                    .iter()
                    .map(|message| (message.instant(), message.row()));
                stretches.messages.extend(messages);
            }
            None => {
                let waiting = self.waiting.get(&first.pair());
                let needed = needed(&mut busy, waiting.map_or(&[], Vec::as_slice), self.at);
                if needed.since < self.at || !needed.before.is_empty() {
                    let rows = pair
                        .iter()
                        .filter(|message| needed.holds(message.instant()));
                    lock(&self.found).extend(rows.map(Message::row));
                }
            }
        }
    }

    /// The rows that stand for the messages since the last rest of their pairs; of messages at or after the instant
    /// asked for some are missing.
    pub fn finish(self) -> Vec<RowNumber> {
        let mut found = self
            .found
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut groups = self
            .groups
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for (pair, sent) in &self.waiting {
            if let Some(group) = self.pairs.group(*pair) {
                let busy = &mut groups.entry(group).or_default().busy;
                busy.extend(sent.iter().map(|&sent| (sent, Instant::MAX)));
            }
        }
        for stretches in groups.values_mut() {
            let rest = last_rest(&mut stretches.busy, self.at);
            let since = stretches.messages.iter().filter(|(at, _)| rest <= *at);
            found.extend(since.map(|(_, row)| *row));
        }
        found
    }

    fn collect(
        &self,
        pair: &[Message],
        window_starts: &[Instant],
        judged: &Judged<'_>,
        busy: &mut Vec<Busy>,
    ) {
        let Terms {
            window_hours,
            armed_hours,
            ..
        } = *self.terms;
        let watched = match self.terms.scope.findings {
            true => FINDING_HOURS,
            false => 0,
        };
        for &start in window_starts.iter().filter(|&&start| start < self.at) {
            busy.push((start, start.plus_hours(window_hours + watched)));
        }
        for message in pair {
            let (sent, at) = (message.sent(), message.instant());
            if message.is_inbound() {
                // Any may prove to be a click (F-3), and one that nobody answered is told of (O-MISSED-FEP).
                let missed = match self.terms.scope.findings
                    && message.attributes().entry_point().is_some()
                {
                    true => self
                        .terms
                        .account(message.attributes().account())
                        .entry_point_hours_at(at),
                    false => 0,
                };
                busy.push((at, at.plus_hours(armed_hours.max(missed))));
            } else {
                let watched = match message.kind() {
                    Kind::Template => watched,
                    _ => 0,
                };
                // What it opens at its own instant rests on what there was when it was sent.
                let end = at.max(sent).plus_hours(watched);
                busy.push((sent.min(at), just_after(end)));
            }
        }
        for conversation in judged.conversations {
            let opened = conversation.opened_at;
            let is_entry_point = conversation.category == ConversationCategory::FreeEntryPoint;
            let longest = match self.terms.scope.findings && is_entry_point {
                true => opened.plus_hours(LONGER_HOURS),
                false => opened,
            };
            busy.push((opened, conversation.expires_at.max(longest)));
        }
    }
}

/// The first instant that is later.
fn just_after(at: Instant) -> Instant {
    Instant::from_micros(at.micros().saturating_add(1))
}

/// Which messages of a pair are needed.
#[derive(Debug, PartialEq, Eq)]
struct Needed {
    /// All since then.
    since: Instant,
    /// And those in these stretches, their ends included.
    before: Vec<(Instant, Instant)>,
}

impl Needed {
    fn holds(&self, at: Instant) -> bool {
        let is_before = |(start, end): &(Instant, Instant)| *start <= at && at <= *end;
        self.since <= at || self.before.iter().any(is_before)
    }
}

/// The messages since the last rest, and what was open when the messages were sent that are still on their way.
fn needed(busy: &mut [Busy], sent: &[Instant], at: Instant) -> Needed {
    let mut needed = Needed {
        since: last_rest(busy, at),
        before: Vec::new(),
    };
    let mut sent = sent.to_vec();
    sent.sort_unstable();
    for &sent in sent.iter().rev().filter(|&&sent| sent < at) {
        if needed.holds(sent) {
            continue;
        }
        let start = last_rest(busy, sent).min(sent);
        // Rows in between are left out only where nothing from before reaches over the gap.
        if needed.since <= sent.plus_hours(REACH_HOURS) {
            needed.since = start;
        } else {
            needed.before.push((start, sent));
        }
    }
    needed
}

/// The last instant, not after `at`, at which nothing is open.
fn last_rest(busy: &mut [Busy], at: Instant) -> Instant {
    busy.sort_unstable();
    let mut reach = Instant::MIN;
    let mut since = Instant::MIN;
    for &(start, end) in busy.iter().take_while(|(start, _)| *start < at) {
        if reach <= start {
            since = start;
        }
        reach = reach.max(end);
    }
    match at < reach {
        true => since,
        false => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(busy: &[(i64, i64)], at: i64) -> i64 {
        let hours = |hour: i64| Instant::from_seconds(hour * 3600);
        let mut busy: Vec<Busy> = busy
            .iter()
            .map(|&(from, to)| (hours(from), hours(to)))
            .collect();
        last_rest(&mut busy, hours(at)).micros() / 3_600_000_000
    }

    #[test]
    fn a_pair_rests_where_nothing_is_open() {
        assert_eq!(rest(&[], 100), 100);
        // Ended before, or exactly at the instant: what is open until then is not open then.
        assert_eq!(rest(&[(10, 34)], 100), 100);
        assert_eq!(rest(&[(76, 100)], 100), 100);
        assert_eq!(rest(&[(77, 101)], 100), 77);
        // What begins at the instant is seen again anyway.
        assert_eq!(rest(&[(100, 124)], 100), 100);
    }

    #[test]
    fn what_was_open_when_a_message_was_sent_is_needed_as_long_as_it_may_be_delivered() {
        let hours = |hour: i64| Instant::from_seconds(hour * 3600);
        let needed = |busy: &[(i64, i64)], sent: &[i64], at: i64| {
            let busy = busy.iter().map(|&(from, to)| (hours(from), hours(to)));
            let sent: Vec<Instant> = sent.iter().map(|&hour| hours(hour)).collect();
            let needed = super::needed(&mut busy.collect::<Vec<_>>(), &sent, hours(at));
            let hour = |at: Instant| at.micros() / 3_600_000_000;
            let before: Vec<(i64, i64)> = needed
                .before
                .iter()
                .map(|&(start, end)| (hour(start), hour(end)))
                .collect();
            (hour(needed.since), before)
        };
        let busy = [(10, 34), (20, 44), (500, 524), (990, 1014)];
        assert_eq!(needed(&busy, &[], 1000), (990, vec![]));
        // Sent while something was open: from its beginning up to the message.
        assert_eq!(needed(&busy, &[30], 1000), (990, vec![(10, 30)]));
        // Sent while nothing was open.
        assert_eq!(needed(&busy, &[60], 1000), (990, vec![(60, 60)]));
        // Sent so late that what it met could reach over the gap: everything since.
        assert_eq!(needed(&busy, &[510, 810], 1000), (810, vec![(500, 510)]));
        assert_eq!(needed(&busy, &[998], 1000), (990, vec![]));
    }

    #[test]
    fn what_overlaps_is_followed_back_to_its_beginning() {
        // 10–34 and 30–54 overlap, 54–78 begins as they end, 77–101 overlaps that one.
        let busy = [(77, 101), (10, 34), (54, 78), (30, 54)];
        assert_eq!(rest(&busy, 100), 54);
        assert_eq!(rest(&busy, 50), 10);
        // A long one covers short ones inside.
        assert_eq!(rest(&[(1, 200), (5, 29), (90, 114)], 100), 1);
    }
}

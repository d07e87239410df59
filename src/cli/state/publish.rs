//! What is new of the lines that a run has come to, and what changed of those that were published before.

use std::collections::BTreeSet;

use super::Continued;
use crate::findings::Finding;
use crate::log::TableFile;
use crate::replay::outcome::{Charge, Conversation, Outcome};
use crate::report::tables::{self, Adjustment, Content, Entry, InTime, Target};
use crate::run::exit::{Failure, OrFail};
use crate::state::{Closed, Held, News, Parts, PublishedTable, Unlike};
use crate::vocabulary::Instant;

/// The lines of a run, held against those that an earlier one published.
pub struct HeldLines<'a> {
    charges: Held<'a>,
    conversations: Held<'a>,
    /// What is written of them.
    written_charges: Parts,
    written_conversations: Parts,
}

impl Continued<'_> {
    /// Holds the lines that the run has come to against those that were published, and writes those that are not among
    /// them, or that the next run needs.
    ///
    /// # Errors
    /// If a table cannot be written or read.
    pub fn hold(&self, content: &Content<'_>) -> Result<HeldLines<'_>, Failure> {
        let outcome = content.outcome;
        let earlier = self.earlier.as_ref();
        let mut charges = Held::new(earlier.map(|earlier| &earlier.charges));
        let mut conversations = Held::new(earlier.map(|earlier| &earlier.conversations));
        let left_since = outcome.kept.as_ref().map(|kept| kept.settles_before);
        let is_charge_left = |entry: Entry| {
            left_since.is_some_and(|since| since <= charge(outcome, entry).charged_at)
        };
        let is_conversation_left = |entry: Entry| {
            left_since.is_some_and(|since| since < conversation(outcome, entry).expires_at)
        };
        let mut choose = |table, entries: &[Entry], digests: &[u64]| match table {
            InTime::Charges => charges.take(entries, digests, is_charge_left),
            InTime::Conversations => conversations.take(entries, digests, is_conversation_left),
        };
        let targets = (Target::Parts(self.file()?), Target::Parts(self.file()?));
        let since = match earlier {
            // Lines of late rows stand before all that is left.
            Some(_) => Instant::MIN,
            None => left_since.unwrap_or(Instant::MIN),
        };
        let written = tables::in_time(content, since, targets, Some(&mut choose)).or_output()?;
        let of_charges = (written.charges.file, &*written.charges.parts);
        let of_conversations = (written.conversations.file, &*written.conversations.parts);
        Ok(HeldLines {
            written_charges: charges.written(of_charges.0, of_charges.1),
            written_conversations: conversations.written(of_conversations.0, of_conversations.1),
            charges,
            conversations,
        })
    }

    /// Finds out what is new; rows that were published before are no longer written.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn publish(
        &self,
        outcome: &Outcome,
        lines: &HeldLines<'_>,
    ) -> Result<Option<(Vec<Adjustment>, Republished)>, Failure> {
        let Some(earlier) = &self.earlier else {
            return Ok(None);
        };
        let written_charges = lines.written_charges.open(&self.temp_dir).or_input()?;
        let written_conversations = lines
            .written_conversations
            .open(&self.temp_dir)
            .or_input()?;
        let closed = Closed {
            before: earlier.carried.settled_before,
            months: &earlier.state.header.closed_months,
        };
        let others = lines.charges.others();
        let news = News::of(
            &unlike(&earlier.charges, &lines.charges, &written_charges),
            &unlike(
                &earlier.conversations,
                &lines.conversations,
                &written_conversations,
            ),
            |place| closed.reason(&charge(outcome, others[place].1)),
        )
        .or_input()?;
        let republished = Republished {
            charges: republished(&lines.charges, &news.charges),
            conversations: republished(&lines.conversations, &news.conversations),
        };
        Ok(Some((news.adjustments, republished)))
    }

    /// The findings that were not published before, and the ids of those that could be found again.
    pub fn new_findings(
        &self,
        findings: Vec<Finding>,
        settles_before: Instant,
    ) -> (Vec<Finding>, BTreeSet<String>) {
        let header = self.header();
        let settled = header.map_or(Instant::MIN, |header| header.settled_before());
        let mut known = BTreeSet::new();
        let mut new = Vec::with_capacity(findings.len());
        for finding in findings {
            if finding.at.is_some_and(|at| at < settled) {
                continue;
            }
            let id = finding.id().to_string();
            let is_known = header.is_some_and(|header| header.findings.contains(&id));
            if finding.at.is_none_or(|at| settles_before <= at) {
                known.insert(id);
            }
            if !is_known {
                new.push(finding);
            }
        }
        (new, known)
    }
}

impl HeldLines<'_> {
    /// What the next run needs of the charges and of the conversations.
    pub fn left(self) -> (Vec<Parts>, Vec<Parts>) {
        (
            self.charges.left(self.written_charges),
            self.conversations.left(self.written_conversations),
        )
    }
}

fn unlike<'a>(
    earlier: &'a PublishedTable,
    held: &Held<'_>,
    written: &'a [TableFile],
) -> Unlike<'a> {
    Unlike {
        published: earlier.tables(),
        not_met: held.not_met().collect(),
        written,
        others: held.others().iter().map(|(place, _)| *place).collect(),
    }
}

fn republished(held: &Held<'_>, is_new: &[bool]) -> Vec<Entry> {
    let others = held.others().iter().zip(is_new);
    let old = others.filter(|(_, is_new)| !**is_new);
    let old = old.map(|((_, entry), _)| *entry);
    held.standing().iter().copied().chain(old).collect()
}

fn charge(outcome: &Outcome, entry: Entry) -> Charge {
    let charges = &outcome.parts[entry.part as usize].charges;
    charges.get(entry.place as usize)
}

fn conversation(outcome: &Outcome, entry: Entry) -> Conversation {
    let conversations = &outcome.parts[entry.part as usize].conversations;
    conversations.get(entry.place as usize)
}

/// Lines that are not published again: they stand as they were, or became adjustments.
pub struct Republished {
    charges: Vec<Entry>,
    conversations: Vec<Entry>,
}

impl Republished {
    /// Keeps them from being written again.
    pub fn take_from(self, outcome: &mut Outcome) {
        for entry in self.charges {
            let charges = &mut outcome.parts[entry.part as usize].charges;
            let mut charge = charges.get(entry.place as usize);
            charge.is_written = false;
            charges.set(entry.place as usize, &charge);
        }
        for entry in self.conversations {
            let conversations = &mut outcome.parts[entry.part as usize].conversations;
            let mut conversation = conversations.get(entry.place as usize);
            conversation.is_written = false;
            conversations.set(entry.place as usize, &conversation);
        }
    }
}

//! What is new of the lines that a run has come to, and what changed of those that were published before.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use super::Continued;
use crate::findings::Finding;
use crate::log::TableFile;
use crate::replay::outcome::Outcome;
use crate::report::tables::{self, Adjustment, Content, Entry, InTime};
use crate::run::exit::{Failure, OrFail};
use crate::state::{Closed, News, Published};
use crate::vocabulary::Instant;

/// Tables of a run, written to be looked at, and which rows they hold in which order.
pub struct Snapshot {
    /// The file of the charges, and where it stands.
    pub charges: (PathBuf, File),
    /// The file of the conversations.
    pub conversations: (PathBuf, File),
    charge_rows: Vec<Entry>,
    conversation_rows: Vec<Entry>,
}

impl Continued<'_> {
    /// Writes the charges from an instant on, and the conversations that end later, into the scratch folder.
    pub(super) fn snapshot(
        &self,
        content: &Content<'_>,
        since: Instant,
        name: &str,
    ) -> Result<Snapshot, Failure> {
        let (charge_path, charges) = self.file(&format!("{name}_charges.parquet")).or_output()?;
        let (conversation_path, conversations) = self
            .file(&format!("{name}_conversations.parquet"))
            .or_output()?;
        let (mut charge_rows, mut conversation_rows) = (Vec::new(), Vec::new());
        let targets = ((conversations, None), (charges, None));
        let written = tables::in_time(content, since, targets, &mut |table, entries| match table {
            InTime::Charges => charge_rows.extend_from_slice(entries),
            InTime::Conversations => conversation_rows.extend_from_slice(entries),
        })
        .or_output()?;
        Ok(Snapshot {
            charges: (charge_path, written.charges.0.0),
            conversations: (conversation_path, written.conversations.0.0),
            charge_rows,
            conversation_rows,
        })
    }

    /// Finds out what is new; rows that were published before are no longer written, and findings neither.
    ///
    /// # Errors
    /// If a table cannot be written or read.
    pub fn publish(
        &self,
        content: &Content<'_>,
    ) -> Result<Option<(Vec<Adjustment>, Republished)>, Failure> {
        let Some(earlier) = &self.earlier else {
            return Ok(None);
        };
        let before = earlier.carried.settled_before;
        // Lines of late rows stand before it.
        let snapshot = self.snapshot(content, Instant::MIN, "now")?;
        let now = Published {
            charges: TableFile::open(&snapshot.charges.0).or_input()?,
            conversations: TableFile::open(&snapshot.conversations.0).or_input()?,
        };
        let closed = Closed {
            before,
            months: &earlier.state.header.closed_months,
        };
        let news = News::of(&earlier.published, &now, closed).or_input()?;
        let old = |rows: &[Entry], is_new: &[bool]| -> Vec<Entry> {
            let rows = rows.iter().zip(is_new);
            rows.filter(|(_, is_new)| !**is_new)
                .map(|(row, _)| *row)
                .collect()
        };
        let republished = Republished {
            charges: old(&snapshot.charge_rows, &news.charges),
            conversations: old(&snapshot.conversation_rows, &news.conversations),
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

/// Lines that stand as they were published.
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

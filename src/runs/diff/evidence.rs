//! What decides causes: what differs around the two runs, and what the other table knows of a message.

use hashbrown::HashMap;
use xxhash_rust::xxh3::Xxh3;

use super::manifests::{Difference, Subject};
use crate::log::{LogError, TableFile, TableRows};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedSummary;
use crate::vocabulary::Instant;

/// The run that a charge belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Before,
    /// The second.
    After,
}

/// What differs around the two runs.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The logs have other bytes.
    pub logs_differ: bool,
    /// Something that decides rules or prices differs.
    pub rules_differ: bool,
    /// One run alone was asked for covered messages.
    pub detail_differs: bool,
    /// The periods that were asked for: first and last local date.
    periods: [(Option<String>, Option<String>); 2],
    /// The first run's end of log, as it is written.
    end_before: Option<Instant>,
}

impl Circumstances {
    /// What two runs say of themselves.
    pub fn new(
        runs: [&RunFolder; 2],
        summaries: &[SealedSummary; 2],
        differences: &[Difference],
    ) -> Self {
        let has = |subject| differences.iter().any(|found| found.subject == subject);
        let option = |name| {
            let mut options = differences.iter();
            options.any(|found| found.subject == Subject::Option && found.name == name)
        };
        let period = |summary: &SealedSummary| {
            let period = &summary.period;
            (period.from.clone(), period.to.clone())
        };
        let end = runs[0].manifest.time_range.as_ref();
        let end = end.and_then(|range| chrono::DateTime::parse_from_rfc3339(&range.last).ok());
        Self {
            logs_differ: has(Subject::Log),
            rules_differ: [
                Subject::Setting,
                Subject::Rules,
                Subject::Program,
                Subject::OtherInput,
            ]
            .into_iter()
            .any(has)
                || ["rulebook", "shadow", "log-timezone"]
                    .into_iter()
                    .any(option),
            detail_differs: option("detail"),
            periods: [period(&summaries[0]), period(&summaries[1])],
            end_before: end.map(|end| Instant::from_micros(end.timestamp_micros())),
        }
    }

    /// Whether the other run was not asked for this local date. Dates compare as they are written.
    pub fn is_outside_other_period(&self, side: Side, date: Option<&str>) -> bool {
        let (from, to) = match side {
            Side::Before => &self.periods[1],
            Side::After => &self.periods[0],
        };
        let Some(date) = date else { return false };
        from.as_deref().is_some_and(|from| date < from) || to.as_deref().is_some_and(|to| date > to)
    }

    /// Whether the first run's log had ended at this instant.
    pub fn was_over_before(&self, instant: Instant) -> bool {
        self.end_before.is_none_or(|end| instant > end)
    }
}

/// What the other table knows of the message of a charge that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// No charge of it.
    Unknown,
    /// Another charge of it, in another account, which in turn is not in this table.
    AnotherAccount,
    /// Another charge of it, as another unit, which in turn is not in this table.
    AnotherUnit,
    /// A charge that both tables have.
    Known,
}

/// Charges of one table alone, by message and customer.
#[derive(Debug, Default)]
pub struct OneSided {
    /// Hash of message and customer to hash of account and unit.
    charges: HashMap<u64, (u64, u64)>,
    /// Those whose message has some charge in the other table.
    known: hashbrown::HashSet<u64>,
}

const COLUMNS: [&str; 4] = ["message_id", "customer", "account", "unit"];

impl OneSided {
    /// Reads the rows with these numbers, and asks the other table for their messages.
    ///
    /// # Errors
    /// If a table is damaged.
    pub fn read(table: &TableFile, numbers: &[u64], other: &TableFile) -> Result<Self, LogError> {
        let mut found = Self::default();
        if numbers.is_empty() {
            return Ok(found);
        }
        let mut rows = table.select(&COLUMNS)?;
        for &number in numbers {
            if rows.read_row(number)? {
                let row = (number - rows.batch().start) as usize;
                let place = (hash(&rows, row, &[2]), hash(&rows, row, &[3]));
                found.charges.insert(hash(&rows, row, &[0, 1]), place);
            }
        }
        let mut rows = other.select(&COLUMNS[..2])?;
        while rows.next_batch()? {
            for row in 0..rows.len() {
                let key = hash(&rows, row, &[0, 1]);
                if found.charges.contains_key(&key) {
                    found.known.insert(key);
                }
            }
        }
        Ok(found)
    }

    /// What the other table, of which these are the rows it has alone, knows of a charge of this one.
    pub fn other(&self, other: &Self, message: &str, customer: &str, own: [&str; 2]) -> Other {
        let key = hash_texts(&[message.as_bytes(), customer.as_bytes()]);
        if !self.known.contains(&key) {
            return Other::Unknown;
        }
        let [account, unit] = own.map(|text| hash_texts(&[text.as_bytes()]));
        match other.charges.get(&key) {
            Some((_, of)) if *of != unit => Other::AnotherUnit,
            Some((of, _)) if *of != account => Other::AnotherAccount,
            _ => Other::Known,
        }
    }
}

/// Hash of some texts of a row.
pub(super) fn hash(rows: &TableRows<'_>, row: usize, columns: &[usize]) -> u64 {
    let mut hasher = Xxh3::new();
    for &column in columns {
        let text = rows.cell(column, row).text().unwrap_or_default();
        hasher.update(text);
        hasher.update(&[0x1f]);
    }
    hasher.digest()
}

/// The same of texts.
pub(super) fn hash_texts(texts: &[&[u8]]) -> u64 {
    let mut hasher = Xxh3::new();
    for text in texts {
        hasher.update(text);
        hasher.update(&[0x1f]);
    }
    hasher.digest()
}

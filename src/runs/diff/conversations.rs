//! The conversations that differ between two runs, each with its cause.
//!
//! A conversation's id holds its account, category and opening, so one that opened otherwise is another one: it is
//! looked for among those that the other run alone has, by the message that opened it.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use serde::Serialize;

use super::causes::Cause;
use super::evidence::{Circumstances, Side, hash, hash_texts};
use super::matching::{Keys, Matching, TableDifference, match_rows};
use super::{DiffError, EXAMPLES_TOLD};
use crate::log::{LogError, TableFile, TableRows};
use crate::report::tables::CONVERSATION_COLUMNS;
use crate::runs::folder::RunFolder;
use crate::runs::verify::{CHARGES, CONVERSATIONS};
use crate::vocabulary::{CloseReason, Instant, LocalDate};

/// A local date is at most this far from that of UTC.
const ZONE_HOURS_MOST: i64 = 14;

/// The columns that causes look at; the constants below are their places.
const COLUMNS: [&str; 12] = [
    "conversation_id",
    "account",
    "business",
    "customer",
    "category",
    "opened_at",
    "opened_by",
    "expires_at",
    "regime",
    "rule",
    "close_reason",
    "messages_outbound",
];
const ID: usize = 0;
const ACCOUNT: usize = 1;
const BUSINESS: usize = 2;
const CUSTOMER: usize = 3;
const CATEGORY: usize = 4;
const OPENED_AT: usize = 5;
const OPENED_BY: usize = 6;
const EXPIRES_AT: usize = 7;
const REGIME: usize = 8;
const RULE: usize = 9;
const CLOSE_REASON: usize = 10;
const OUTBOUND: usize = 11;
/// Read after those.
const INBOUND: usize = 12;

/// Differing conversations of one cause.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationCauses {
    /// The cause.
    pub cause: Cause,
    /// Conversations of the second run alone.
    pub added: u64,
    /// Conversations of the first run alone.
    pub removed: u64,
    /// Conversations of both.
    pub changed: u64,
    /// Ids of some of them.
    pub examples: Vec<String>,
}

/// What causes look at.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    account: String,
    category: String,
    /// Hash of opening message, customer and business number.
    opener: u64,
    /// Hash of opening message and customer, as charges have them.
    message: u64,
    opened_at: Instant,
    expires_at: Instant,
    rule: (String, String),
    is_open: bool,
    messages: i64,
}

/// Compares the tables of conversations.
///
/// # Errors
/// If a table is damaged.
pub fn compare(
    before: &RunFolder,
    after: &RunFolder,
    circumstances: &Circumstances,
) -> Result<(TableDifference, Vec<ConversationCauses>), DiffError> {
    let place = |name: &str| {
        let mut columns = CONVERSATION_COLUMNS.iter();
        columns.position(|column| column.name == name).unwrap_or(0)
    };
    let keys = Keys {
        id: place("conversation_id"),
        at: place("opened_at"),
        money: None,
    };
    let runs = [before, after];
    let tables = [
        TableFile::open(&before.file(CONVERSATIONS))?,
        TableFile::open(&after.file(CONVERSATIONS))?,
    ];
    let (matching, _) = match_rows([&tables[0], &tables[1]], CONVERSATION_COLUMNS, keys)?;
    let mut difference = TableDifference::from(&matching);
    difference.changed_columns = changed_columns(&tables, &matching)?;
    let mut causes = Causes::default();
    let alone = [
        rows(&tables[0], &matching.removed)?,
        rows(&tables[1], &matching.added)?,
    ];
    for (side, own) in [(Side::Before, 0), (Side::After, 1)] {
        let other = 1 - own;
        let twins: HashMap<u64, &Row> = alone[other].iter().map(|row| (row.opener, row)).collect();
        let charged = charged(&alone[own], runs[other])?;
        for row in &alone[own] {
            let twin = twins.get(&row.opener).copied();
            let is_known = twin.is_some() || charged.contains(&row.message);
            let cause = of_one_sided(row, twin, is_known, side, circumstances);
            let sums = causes.of(cause, &row.id);
            match side {
                Side::Before => sums.removed += 1,
                Side::After => sums.added += 1,
            }
        }
    }
    let (first, second): (Vec<u64>, Vec<u64>) = matching.changed.iter().copied().unzip();
    let changed = [rows(&tables[0], &first)?, rows(&tables[1], &second)?];
    for (before, after) in changed[0].iter().zip(&changed[1]) {
        let cause = of_changed(before, after, circumstances);
        causes.of(cause, &after.id).changed += 1;
    }
    Ok((difference, causes.0.into_values().collect()))
}

#[derive(Default)]
struct Causes(BTreeMap<Cause, ConversationCauses>);

impl Causes {
    fn of(&mut self, cause: Cause, example: &str) -> &mut ConversationCauses {
        let sums = self.0.entry(cause).or_insert_with(|| ConversationCauses {
            cause,
            added: 0,
            removed: 0,
            changed: 0,
            examples: Vec::new(),
        });
        if sums.examples.len() < EXAMPLES_TOLD {
            sums.examples.push(example.to_owned());
        }
        sums
    }
}

/// Why a conversation stands on one side only; `twin` is what the other side alone has of the same opening message.
fn of_one_sided(
    row: &Row,
    twin: Option<&Row>,
    is_known: bool,
    side: Side,
    circumstances: &Circumstances,
) -> Cause {
    if let Some(twin) = twin {
        return match twin {
            twin if twin.account != row.account => Cause::Account,
            // Each regime has categories of its own.
            twin if twin.rule.0 != row.rule.0 => Cause::Rule,
            twin if twin.category != row.category => Cause::Category,
            twin if twin.opened_at != row.opened_at => Cause::Time,
            _ => Cause::Rule,
        };
    }
    // The table holds no local date: the dates of any zone.
    let is_outside = [-ZONE_HOURS_MOST, ZONE_HOURS_MOST]
        .into_iter()
        .any(|hours| {
            let date = LocalDate::at_offset(row.opened_at.plus_hours(hours), 0).to_string();
            circumstances.is_outside_other_period(side, Some(&date))
        });
    if is_outside {
        return Cause::Period;
    }
    if circumstances.logs_differ && !is_known {
        return match side {
            Side::Before => Cause::RemovedRows,
            Side::After if circumstances.was_over_before(row.opened_at) => Cause::NewRows,
            Side::After => Cause::LateRows,
        };
    }
    if circumstances.rules_differ || circumstances.logs_differ {
        return Cause::Rule;
    }
    Cause::Other
}

/// Why a conversation that both runs have changed: another rule, other messages in it, another length.
fn of_changed(before: &Row, after: &Row, circumstances: &Circumstances) -> Cause {
    if before.rule != after.rule {
        return Cause::Rule;
    }
    // What a longer log shows of a conversation that ran on when the first one ended.
    let ran_on = before.is_open || circumstances.was_over_before(before.expires_at);
    if circumstances.logs_differ {
        match after.messages.cmp(&before.messages) {
            std::cmp::Ordering::Greater if ran_on => return Cause::NewRows,
            std::cmp::Ordering::Greater => return Cause::LateRows,
            std::cmp::Ordering::Less => return Cause::RemovedRows,
            std::cmp::Ordering::Equal if before.is_open && !after.is_open => return Cause::NewRows,
            std::cmp::Ordering::Equal if after.is_open && !before.is_open => {
                return Cause::RemovedRows;
            }
            std::cmp::Ordering::Equal => {}
        }
    }
    match circumstances.rules_differ || circumstances.logs_differ {
        true => Cause::Rule,
        false => Cause::Other,
    }
}

/// Changed cells by column.
fn changed_columns(
    tables: &[TableFile; 2],
    matching: &Matching,
) -> Result<BTreeMap<&'static str, u64>, DiffError> {
    let names: Vec<&str> = CONVERSATION_COLUMNS.iter().map(|spec| spec.name).collect();
    let [mut left, mut right] = [tables[0].select(&names)?, tables[1].select(&names)?];
    let mut columns = BTreeMap::new();
    for &(before, after) in &matching.changed {
        left.read_row(before)?;
        right.read_row(after)?;
        let before = (before - left.batch().start) as usize;
        let after = (after - right.batch().start) as usize;
        for (column, spec) in CONVERSATION_COLUMNS.iter().enumerate() {
            if left.cell(column, before) != right.cell(column, after) {
                *columns.entry(spec.name).or_default() += 1;
            }
        }
    }
    Ok(columns)
}

/// The rows with these numbers, as they are given.
fn rows(table: &TableFile, numbers: &[u64]) -> Result<Vec<Row>, LogError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let columns: Vec<&str> = COLUMNS.into_iter().chain(["messages_inbound"]).collect();
    let mut rows = table.select(&columns)?;
    // The table is read forward, whatever the order asked for.
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_unstable_by_key(|&place| numbers[place]);
    let mut found: Vec<Option<Row>> = vec![None; numbers.len()];
    for place in order {
        if rows.read_row(numbers[place])? {
            let row = (numbers[place] - rows.batch().start) as usize;
            found[place] = Some(Row::read(&rows, row));
        }
    }
    Ok(found.into_iter().flatten().collect())
}

impl Row {
    fn read(rows: &TableRows<'_>, row: usize) -> Self {
        let text = |column: usize| {
            let text = rows.cell(column, row).text().unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        };
        let number = |column: usize| rows.cell(column, row).integer().unwrap_or_default();
        let instant = |column: usize| Instant::from_micros(number(column));
        Self {
            id: text(ID),
            account: text(ACCOUNT),
            category: text(CATEGORY),
            opener: hash(rows, row, &[OPENED_BY, CUSTOMER, BUSINESS]),
            message: hash(rows, row, &[OPENED_BY, CUSTOMER]),
            opened_at: instant(OPENED_AT),
            expires_at: instant(EXPIRES_AT),
            rule: (text(REGIME), text(RULE)),
            is_open: text(CLOSE_REASON) == CloseReason::OpenAtEndOfLog.name(),
            messages: number(OUTBOUND).saturating_add(number(INBOUND)),
        }
    }
}

/// The opening messages of these rows that the other run charges somehow.
fn charged(alone: &[Row], other: &RunFolder) -> Result<HashSet<u64>, LogError> {
    let mut charged = HashSet::new();
    if alone.is_empty() {
        return Ok(charged);
    }
    let wanted: HashSet<u64> = alone.iter().map(|row| row.message).collect();
    let table = TableFile::open(&other.file(CHARGES))?;
    let mut rows = table.select(&["message_id", "customer"])?;
    while rows.next_batch()? {
        for row in 0..rows.len() {
            let [message, customer] =
                [0, 1].map(|column| rows.cell(column, row).text().unwrap_or_default());
            let key = hash_texts(&[message, customer]);
            if wanted.contains(&key) {
                charged.insert(key);
            }
        }
    }
    Ok(charged)
}

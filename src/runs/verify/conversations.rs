//! The table of conversations: ids, order, and the counts that the summary repeats.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Faults, Reports, shown};
use crate::log::{LogError, TableCell, TableFile, TableRows};
use crate::report::summary::ConversationCounts;
use crate::runs::folder::RunFolder;
use crate::runs::sealed::{ByName, SealedSummary};
use crate::vocabulary::{ConversationCategory, HexId, Instant, conversation_id};

/// Where the table stands.
pub const TABLE: &str = "tables/conversations.parquet";

/// The columns that are read; the constants below are their places.
const COLUMNS: [&str; 11] = [
    "conversation_id",
    "account",
    "business",
    "customer",
    "category",
    "opened_at",
    "close_reason",
    "opened_by",
    "regime",
    "messages_outbound",
    "messages_inbound",
];
const CONVERSATION_ID: usize = 0;
const ACCOUNT: usize = 1;
const BUSINESS: usize = 2;
const CUSTOMER: usize = 3;
const CATEGORY: usize = 4;
const OPENED_AT: usize = 5;
const CLOSE_REASON: usize = 6;
const OPENED_BY: usize = 7;
const REGIME: usize = 8;
const MESSAGES_OUTBOUND: usize = 9;
const MESSAGES_INBOUND: usize = 10;

/// What rows are ordered by: opening, opening message, customer, account, business, category.
const ORDER: [usize; 6] = [OPENED_AT, OPENED_BY, CUSTOMER, ACCOUNT, BUSINESS, CATEGORY];

/// Goes through the table.
pub fn test(run: &RunFolder, summary: Option<&SealedSummary>, reports: &mut Reports<'_>) {
    let mut scan = Scan::new();
    if let Err(error) = scan.table(run) {
        reports.tables.difference(error.to_string());
        return;
    }
    let rows = scan.rows;
    scan.wrong_ids.tell(TABLE, reports.identities, || {
        format!("{rows} conversation ids follow from their fields")
    });
    scan.wrong_order.tell(TABLE, reports.order, || {
        format!("{rows} conversations stand in their order, each once")
    });
    let Some(summary) = summary else { return };
    let listed = summary.tables.conversations;
    if rows != listed {
        reports.tables.difference(format!(
            "{TABLE}: has {rows} rows, summary.json says {listed}"
        ));
    }
    let (found, listed) = (flat(&scan.counts), flat(&summary.conversations));
    let names: BTreeSet<&String> = found.keys().chain(listed.keys()).collect();
    for name in names {
        let counts = |counts: &BTreeMap<String, ConversationCounts>| {
            counts.get(name).copied().unwrap_or_default()
        };
        let (found, listed) = (counts(&found), counts(&listed));
        if found != listed {
            reports.tables.difference(format!(
                "{TABLE}: {name}: {}; summary.json says {}",
                described(found),
                described(listed)
            ));
        }
    }
    reports
        .tables
        .sound(format!("{rows} conversations were counted again"));
}

fn flat(counts: &ByName<ByName<ConversationCounts>>) -> BTreeMap<String, ConversationCounts> {
    let mut flat = BTreeMap::new();
    for (regime, categories) in counts {
        for (category, counts) in categories {
            flat.insert(format!("{regime}, {category}"), *counts);
        }
    }
    flat
}

fn described(counts: ConversationCounts) -> String {
    format!(
        "{} conversations ({} open at the end of the log) with {} messages out and {} in",
        counts.count, counts.open_at_end_of_log, counts.messages_outbound, counts.messages_inbound
    )
}

/// One pass over the table.
struct Scan {
    rows: u64,
    counts: ByName<ByName<ConversationCounts>>,
    wrong_ids: Faults,
    wrong_order: Faults,
    /// What the row before is ordered by.
    last: Option<(i64, [Vec<u8>; 5])>,
    buffer: Vec<u8>,
}

impl Scan {
    fn new() -> Self {
        Self {
            rows: 0,
            counts: ByName::new(),
            wrong_ids: Faults::new("whose conversation_id does not follow from its fields"),
            wrong_order: Faults::new("that do not come after the one before"),
            last: None,
            buffer: Vec::new(),
        }
    }

    fn table(&mut self, run: &RunFolder) -> Result<(), LogError> {
        let file = TableFile::open(&run.file(TABLE))?;
        let mut rows = file.select(&COLUMNS)?;
        while rows.next_batch()? {
            let first = rows.batch().start;
            for row in 0..rows.len() {
                self.rows = first + row as u64 + 1;
                self.identity(&rows, row);
                self.order(&rows, row);
                self.count(&rows, row);
            }
        }
        Ok(())
    }

    fn identity(&mut self, rows: &TableRows<'_>, row: usize) {
        let text = |column| {
            let text = rows.cell(column, row).text().unwrap_or_default();
            std::str::from_utf8(text).unwrap_or("\u{fffd}")
        };
        let category = text(CATEGORY);
        let mut categories = ConversationCategory::ALL.iter();
        let category = categories.find(|known| known.name() == category);
        let expected = category.map(|&category| {
            conversation_id(
                &mut self.buffer,
                text(ACCOUNT),
                text(BUSINESS),
                text(CUSTOMER),
                category,
                Instant::from_micros(instant(rows.cell(OPENED_AT, row))),
                rows.cell(OPENED_BY, row).text().unwrap_or_default(),
            )
        });
        let found = rows.cell(CONVERSATION_ID, row);
        let digits = expected.map(HexId::digits);
        if digits.as_ref().map(|digits| &digits[..]) != found.text() {
            self.wrong_ids.add(self.rows - 1, || match expected {
                Some(expected) => format!("expected {expected}, found {}", shown(found)),
                None => format!("no category `{}` is known", text(CATEGORY)),
            });
        }
    }

    fn order(&mut self, rows: &TableRows<'_>, row: usize) {
        let at = instant(rows.cell(OPENED_AT, row));
        let text = |place: usize| rows.cell(ORDER[place], row).text().unwrap_or_default();
        let Some((last, texts)) = &mut self.last else {
            let texts = std::array::from_fn(|place| text(place + 1).to_vec());
            self.last = Some((at, texts));
            return;
        };
        let keys = texts.iter().enumerate();
        let after_last = keys
            .map(|(place, last)| text(place + 1).cmp(last.as_slice()))
            .find(|order| order.is_ne());
        if (at.cmp(last)).then(after_last.unwrap_or(std::cmp::Ordering::Equal))
            != std::cmp::Ordering::Greater
        {
            let last = Instant::from_micros(*last);
            self.wrong_order.add(self.rows - 1, || {
                format!("{} after {last}", Instant::from_micros(at))
            });
        }
        *last = at;
        for (place, last) in texts.iter_mut().enumerate() {
            last.clear();
            last.extend_from_slice(text(place + 1));
        }
    }

    fn count(&mut self, rows: &TableRows<'_>, row: usize) {
        let name = |column| shown(rows.cell(column, row));
        let number = |column| {
            let number = rows.cell(column, row).integer().unwrap_or_default();
            u64::try_from(number).unwrap_or_default()
        };
        let counts = self.counts.entry(name(REGIME)).or_default();
        let counts = counts.entry(name(CATEGORY)).or_default();
        counts.count += 1;
        let is_open = rows.cell(CLOSE_REASON, row).text() == Some(b"open_at_end_of_log");
        counts.open_at_end_of_log += u64::from(is_open);
        counts.messages_outbound += number(MESSAGES_OUTBOUND);
        counts.messages_inbound += number(MESSAGES_INBOUND);
    }
}

fn instant(cell: TableCell<'_>) -> i64 {
    cell.integer().unwrap_or(i64::MIN)
}

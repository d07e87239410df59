//! The tables of a run: conversations, charges and lines, as Parquet and on request as CSV.
//!
//! Same rows in, same bytes out, whatever the number of threads and the order of the parts: rows are
//! sorted by a total order, row groups hold a fixed number of rows, dictionaries list words in the
//! order in which rows first use them.

pub mod adjustments;
mod charges;
mod conversations;
pub mod csv;
mod delta;
mod differences;
mod digest;
mod files;
mod findings;
pub mod frame;
mod identities;
mod lines;
mod names;
mod order;
mod pages;
pub mod parquet;
mod runs;
pub mod scenarios;
#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use adjustments::{Adjustment, AdjustmentReason, Change, SIDE_WORDS, Side};
pub use charges::COLUMNS as CHARGE_COLUMNS;
pub use conversations::COLUMNS as CONVERSATION_COLUMNS;
pub use frame::{ColumnKind, ColumnSpec};
pub use lines::{to_csv as lines_csv, write as write_lines};

use crate::audit::Difference;
use crate::findings::Finding;
use crate::pricing::{Line, Pricing};
use crate::replay::outcome::{FetchMessageIds, Outcome};
use crate::run::output::{Folder, OutputFile};
use crate::tariff::Tariff;
use crate::vocabulary::Instant;
use files::TableFiles;
use frame::Columns;
pub use order::Entry;
use order::{Ordered, Slice};
pub use parquet::PartSize;

/// Ids of messages may take this much memory, and [`ID_BYTES_PER_ROW`] for each row that was read.
const ID_BYTES_MIN: usize = 24 << 20;
const ID_BYTES_PER_ROW: usize = 1;
/// Of a bound on memory, one part in so many.
const ID_BYTES_PART: u64 = 16;
/// Rows that are copied next to each other before they are looked at.
const BLOCK_ROWS: usize = 256;

/// How many rows each table has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Rows of `conversations`.
    pub conversations: u64,
    /// Rows of `charges`.
    pub charges: u64,
    /// Rows of `lines`, in a run with prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u64>,
    /// Rows of `differences`, in a run with an invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<u64>,
    /// Rows of `analytics_differences`, in a run with analytics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_differences: Option<u64>,
    /// Rows of `findings`, in a run that looks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<u64>,
    /// Rows of `adjustments`, in a run that continues another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustments: Option<u64>,
}

/// What the tables are made of.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// Conversations and charges.
    pub outcome: &'a Outcome,
    /// What the charges cost.
    pub pricing: &'a Pricing,
    /// The charges at the grain of an invoice, in a run with prices.
    pub lines: Option<&'a [Line]>,
    /// How invoices differ, in a run with some.
    pub differences: Option<&'a [Difference]>,
    /// How Meta's analytics differ, in a run with some.
    pub analytics_differences: Option<&'a [Difference]>,
    /// What was found beside prices, in a run that looks for it.
    pub findings: Option<&'a [Finding]>,
    /// What changed of lines that earlier runs have published, in a run that continues one.
    pub adjustments: Option<&'a [Adjustment]>,
    /// Countries, and names of markets and cards.
    pub tariff: &'a Tariff,
    /// Message ids.
    pub ids: &'a dyn FetchMessageIds,
}

/// Writes the tables of an outcome into the folder.
///
/// # Errors
/// If ids can no longer be fetched from the log, or a file cannot be written.
pub fn write(content: &Content<'_>, csv: bool, folder: &Folder) -> Result<TableRows> {
    let file = |name: &str, ending: &str| folder.create_file(&format!("tables/{name}.{ending}"));
    let target = |name: &str| {
        let csv = csv.then(|| file(name, "csv")).transpose()?;
        anyhow::Ok(Target::Whole(file(name, "parquet")?, csv))
    };
    let targets = (target("conversations")?, target("charges")?);
    let written = in_time(content, Instant::MIN, targets, None)?;
    let finish = |table: WrittenTable<OutputFile<'_>>| {
        table.file.finish()?;
        table.csv.map(OutputFile::finish).transpose()?;
        anyhow::Ok(table.rows)
    };
    let (conversations, charges) = (finish(written.conversations)?, finish(written.charges)?);
    let lines = content.lines.map(|lines| lines::write(lines, csv, folder));
    let differences = |name: &str, rows: Option<&[Difference]>| {
        rows.map(|rows| differences::write(name, rows, csv, folder))
            .transpose()
    };
    let findings = content
        .findings
        .map(|findings| findings::write(findings, csv, folder));
    let adjustments = content
        .adjustments
        .map(|rows| adjustments::write(rows, csv, folder));
    Ok(TableRows {
        conversations,
        charges,
        lines: lines.transpose()?,
        differences: differences("differences", content.differences)?,
        analytics_differences: differences("analytics_differences", content.analytics_differences)?,
        findings: findings.transpose()?,
        adjustments: adjustments.transpose()?,
    })
}

/// Where a table goes.
pub enum Target<W> {
    /// As Parquet, and perhaps as CSV.
    Whole(W, Option<W>),
    /// As Parquet files of a row group each, one behind the other.
    Parts(W),
}

/// A table that is written.
pub struct WrittenTable<W> {
    /// As Parquet.
    pub file: W,
    /// As CSV.
    pub csv: Option<W>,
    /// The files of a row group each, where it was written so.
    pub parts: Vec<PartSize>,
    /// How many rows it has.
    pub rows: u64,
}

/// The tables in the order of time, written.
pub struct WrittenInTime<W> {
    /// Conversations.
    pub conversations: WrittenTable<W>,
    /// Charges.
    pub charges: WrittenTable<W>,
}

/// Says which rows are written; it hears of all, in their order, and of their digests.
pub type Choose<'a> = &'a mut dyn FnMut(InTime, &[Entry], &[u64]) -> Vec<Entry>;

/// A table in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTime {
    /// Conversations.
    Conversations,
    /// Charges.
    Charges,
}

/// Writes conversations that end after an instant, and charges from it on: all, or those that are chosen.
///
/// # Errors
/// If ids can no longer be fetched from the log, or something cannot be written.
pub fn in_time<W: Write + Sync>(
    content: &Content<'_>,
    since: Instant,
    (conversation_target, charge_target): (Target<W>, Target<W>),
    mut choose: Option<Choose<'_>>,
) -> Result<WrittenInTime<W>> {
    let Content {
        outcome,
        ids: fetch,
        ..
    } = *content;
    let budget = ID_BYTES_MIN + ID_BYTES_PER_ROW * outcome.rows as usize;
    let budget = outcome.memory.at_most(budget, ID_BYTES_PART);
    let names = names::Names::new(outcome);
    let conversation_ids = conversations::ConversationIds::new(outcome);
    let conversations = conversations::Conversations {
        outcome,
        names: &names,
        ids: &conversation_ids,
        since,
    };
    let charges = charges::Charges {
        outcome,
        names: &names,
        pricing: content.pricing,
        tariff: content.tariff,
        conversation_ids: &conversation_ids,
        since,
    };
    let mut conversation_files =
        TableFiles::new(conversations::COLUMNS, &conversations, conversation_target)?;
    let mut charge_files = TableFiles::new(charges::COLUMNS, &charges, charge_target)?;
    // A charge names conversations of its own part or of an earlier one, whose ids are known by then.
    order::with_ids(outcome, fetch, budget, &mut |parts, ids| {
        for parts in order::portions(outcome, parts) {
            conversations.identify_unwritten(parts.clone(), ids);
            let mut entries = order::ordered(outcome, parts.clone(), &conversations, ids);
            if let Some(choose) = &mut choose {
                let digests = conversation_files.digests(Slice::new(&entries, ids));
                entries = choose(InTime::Conversations, &entries, &digests);
            }
            conversation_files.write(Slice::new(&entries, ids))?;
            let mut entries = order::ordered(outcome, parts, &charges, ids);
            if let Some(choose) = &mut choose {
                let digests = charge_files.digests(Slice::new(&entries, ids));
                entries = choose(InTime::Charges, &entries, &digests);
            }
            charge_files.write(Slice::new(&entries, ids))?;
        }
        outcome.memory.check()?;
        Ok(())
    })?;
    Ok(WrittenInTime {
        conversations: conversation_files.finish()?,
        charges: charge_files.finish()?,
    })
}

/// A table that builds its columns page by page.
trait Table: Ordered {
    /// The columns of a row group.
    type Columns: Columns + Send + Sync;

    /// Columns without rows.
    fn columns(&self) -> Self::Columns;

    /// Adds the rows of a slice.
    fn fill(&self, slice: &Slice<'_>, columns: &mut Self::Columns);
}

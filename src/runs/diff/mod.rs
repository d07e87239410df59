//! `diff`: what changed between two runs, row by row, and why.
//!
//! Both tables are gone through side by side in the order of their instants ([`matching`]): a row of
//! either waits for its other half as eight bytes of its id, so that memory holds the rows that differ
//! and not the tables. What differs is then fetched again, a few rows at a time, and gets one cause
//! ([`causes`]). The sums by cause are asserted to be the difference of the totals.

mod causes;
mod charges;
mod conversations;
mod evidence;
mod manifests;
mod matching;
mod page;
mod row;
mod sums;

use serde::Serialize;

use super::folder::{RunError, RunFolder};
use super::sealed::SealedSummary;
use crate::log::LogError;
pub use causes::{Cause, Change};
pub use charges::DifferingCharge;
pub use conversations::ConversationCauses;
pub use manifests::Difference;
pub use matching::TableDifference;
pub use page::{annotations, render};
pub use row::Row;
pub use sums::{CauseSums, Money};

/// Examples that are told for each cause.
const EXAMPLES_TOLD: usize = 3;

/// Why two runs cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// One of them is damaged.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] LogError),
    /// A cell of a table holds what no run writes.
    #[error("{table}: row {row}: {found}")]
    Cell {
        /// The table's path.
        table: String,
        /// The row, from 1.
        row: u64,
        /// What was found.
        found: String,
    },
    /// Sums are larger than 128 bits.
    #[error("the amounts of the two runs sum to more than fits: {0}")]
    TooLarge(String),
    /// What differs cannot be written.
    #[error(transparent)]
    Written(#[from] anyhow::Error),
}

/// What changed between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The first run's folder, as given.
    pub before: String,
    /// The second one's.
    pub after: String,
    /// Whether charges and conversations are the same.
    pub is_same: bool,
    /// What differs in what the runs were made of and by.
    pub circumstances: Vec<Difference>,
    /// Charges matched by id.
    pub charges: TableDifference,
    /// Conversations matched by id.
    pub conversations: TableDifference,
    /// All amounts, by currency.
    pub totals: std::collections::BTreeMap<String, Money>,
    /// Differing charges by cause, in the order in which causes are tested.
    pub causes: Vec<CauseSums>,
    /// Differing conversations by cause.
    pub conversation_causes: Vec<ConversationCauses>,
}

/// Compares two runs; `take` gets every charge that differs.
///
/// # Errors
/// If a table or summary cannot be read, or `take` fails.
///
/// # Panics
/// If the causes do not sum to the difference of the totals: a bug in the program.
pub fn diff(
    before: &RunFolder,
    after: &RunFolder,
    take: &mut dyn FnMut(&DifferingCharge) -> anyhow::Result<()>,
) -> Result<Diff, DiffError> {
    let summaries = [SealedSummary::read(before)?, SealedSummary::read(after)?];
    let circumstances = manifests::differences([before, after], &summaries);
    let evidence = evidence::Circumstances::new([before, after], &summaries, &circumstances);
    let (conversations, conversation_causes) = conversations::compare(before, after, &evidence)?;
    let charges = charges::compare(before, after, &evidence, take)?;
    Ok(Diff {
        before: before.path.display().to_string(),
        after: after.path.display().to_string(),
        is_same: charges.table.is_same() && conversations.is_same(),
        circumstances,
        charges: charges.table,
        conversations,
        totals: charges.totals,
        causes: charges.causes,
        conversation_causes,
    })
}

//! From a log to conversations and charges: the pair machine and the parallel engine around it.
//!
//! ```text
//!  chunks ─▶ assemble ─▶ fold ─────▶ judge ──────────▶ allowance ─▶ Outcome
//!            rows by     messages    order T-5, then    counters     by time
//!            message     by pair     the machine
//! ```
//!
//! Rows are scattered by message, folded, scattered again by pair, replayed, and what is found is
//! scattered by time. A partition of any kind fits the cache; nothing is ever sorted as a whole. Phase two
//! looks at counters that span pairs, and there only at their thresholds.

pub mod activity;
mod allowance;
mod assemble;
mod attributes;
pub mod carried;
mod chains;
mod conflict;
mod fate;
mod fold;
mod folded;
mod folded_log;
mod inferred;
mod judge;
mod keep;
mod longer_entry_points;
pub mod machine;
pub mod message;
pub mod notes;
mod order;
pub mod outcome;
mod packed;
pub mod pair;
mod partition;
mod price_marks;
pub mod ranking;
mod read;
mod records;
pub mod reject;
mod rest;
pub mod rewriting;
mod row;
mod row_set;
pub mod rows;
mod sighting;
pub mod stages;
mod stop_list;
mod stretches;
mod template_category;
mod terms;
pub mod trace;
mod warnings;

use std::sync::Arc;

use carried::{Carried, Keeping};
pub use folded_log::{FoldedLog, Lens};
pub use machine::CustomerPlaces;
use outcome::Outcome;
use reject::Reject;
use rows::RowPlaces;
use stages::StageTimes;
pub use terms::Scope;
use trace::Tracer;

use crate::accounts::Accounts;
use crate::accounts::templates::TemplateRegistry;
use crate::log::cell::CellContext;
use crate::log::chunk::LogFile;
use crate::memory::Memory;
use crate::rulebook::Rulebook;
use crate::rulebook::settings::{AssumeSentIsDelivered, Settings};

/// What is to be replayed, and by which rules.
pub struct Request<'l, 'a> {
    /// The log.
    pub files: &'l [Box<dyn LogFile>],
    /// The words its cells were parsed into.
    pub cells: Arc<CellContext>,
    /// Who pays.
    pub accounts: &'a Accounts,
    /// Category and status of templates over time.
    pub templates: Option<&'a TemplateRegistry>,
    /// The regimes.
    pub rulebook: &'a Rulebook,
    /// What is open.
    pub settings: Settings,
    /// Period, forced regime, detail.
    pub scope: Scope,
    /// Where customers are (X-1, X-5).
    pub customers: &'a dyn CustomerPlaces,
    /// What an earlier run left; its rows are the first files.
    pub carried: Option<&'a Carried>,
    /// What is to be left for the next one.
    pub keeping: Option<Keeping>,
    /// Told what happens to a few pairs (`explain`).
    pub tracer: Option<&'a Tracer>,
    /// Where what is kept of the log lies.
    pub memory: Memory,
    /// Told how many bytes of the log have been read so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// A finished replay: what was found, and how to get back to the rows.
pub struct Replayed<'l> {
    /// What was found.
    pub outcome: Outcome,
    /// Unusable rows, in no particular order.
    pub rejects: Vec<Reject>,
    /// Where rows stand.
    pub places: RowPlaces<'l>,
    /// How long it took.
    pub stages: StageTimes,
}

impl<'a> Request<'_, 'a> {
    /// By what the log is judged.
    pub fn lens(&self) -> Lens<'a> {
        let mut settings = self.settings.clone();
        // D-3 is decided once for a log that comes in pieces.
        if let Some(carried) = self.carried {
            settings.assume_sent_is_delivered = match carried.assumes_delivery {
                true => AssumeSentIsDelivered::On,
                false => AssumeSentIsDelivered::Off,
            };
        }
        Lens {
            accounts: self.accounts,
            rulebook: self.rulebook,
            settings,
            scope: self.scope.clone(),
            customers: self.customers,
            carried: self.carried,
            keeping: self.keeping,
            tracer: self.tracer,
            rewriting: None,
        }
    }
}

/// Replays a log.
///
/// # Errors
/// If a file cannot be read, holds instants of two units in a column, or the log is larger than one run
/// can take.
///
/// # Panics
/// If the control totals do not close: a bug in the program.
pub fn replay<'l>(request: &Request<'l, '_>) -> anyhow::Result<Replayed<'l>> {
    FoldedLog::read(request)?.judge(&request.lens())
}

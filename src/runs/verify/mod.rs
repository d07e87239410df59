//! `verify`: whether a run is what it was when it was sealed, and whether it adds up.
//!
//! Each [`Area`] is tested by itself and says what was tested, what differs, and what could not be
//! tested. A table that no longer has its hash is still read, so that the reader learns what in it is
//! wrong.

mod bill;
mod charge_sums;
mod charges;
pub mod compare;
mod conversations;
mod differences;
mod findings;
mod inputs;
mod lines;
mod outputs;
mod page;
mod report;
mod rows;
mod totals;
mod what_if;

use std::path::Path;

use super::folder::RunFolder;
use super::sealed::{SealedSummary, SealedWhatIf};
pub use charges::TABLE as CHARGES;
pub use conversations::TABLE as CONVERSATIONS;
pub use inputs::find_input;
pub use page::{annotations, render};
pub use report::{Area, AreaReport, Verification};

/// How a run is verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The folder from which the run's inputs were named; the current one if there is none.
    pub log_root: Option<&'a Path>,
    /// Whether an input that is not there any more is a difference.
    pub strict: bool,
}

/// Tests everything that a run folder and its inputs tell.
pub fn verify(run: &RunFolder, request: Request<'_>) -> Verification {
    let mut verification = Verification::of(run);
    verification.add(outputs::test(run));
    verification.add(inputs::test(run, request));
    if let Some(what_if) = SealedWhatIf::read(run) {
        what_if::test(run, &what_if, &mut verification);
        return verification;
    }
    let summary = SealedSummary::read(run);
    let mut totals = AreaReport::new(Area::ControlTotals);
    let mut tables = AreaReport::new(Area::Tables);
    let mut bill = AreaReport::new(Area::Bill);
    let mut identities = AreaReport::new(Area::Identities);
    let mut order = AreaReport::new(Area::Order);
    let summary = match summary {
        Ok(summary) => {
            totals::test(run, &summary, &mut totals);
            Some(summary)
        }
        Err(error) => {
            totals.difference(error.to_string());
            None
        }
    };
    let mut reports = rows::Reports {
        tables: &mut tables,
        identities: &mut identities,
        order: &mut order,
    };
    let charges = charges::test(run, summary.as_ref(), &mut reports);
    conversations::test(run, summary.as_ref(), &mut reports);
    // Lines to date are more than the charges of one run.
    let continues = summary.as_ref().is_some_and(SealedSummary::continues);
    let charges = charges.filter(|_| !continues);
    let lines = lines::test(run, summary.as_ref(), charges.as_ref(), &mut reports);
    bill::test(
        summary.as_ref(),
        charges.as_ref(),
        lines.as_ref(),
        &mut bill,
    );
    differences::test(run, summary.as_ref(), &mut bill, &mut reports);
    findings::test(run, summary.as_ref(), &mut reports);
    if continues {
        let lines = "the lines are those to date: they sum up the charges and adjustments of all runs so far";
        reports.tables.not_tested(lines);
    }
    for report in [totals, tables, bill, identities, order] {
        verification.add(report);
    }
    verification
}

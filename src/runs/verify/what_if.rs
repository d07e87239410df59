//! Runs of `whatif`: their control totals and bridges. Their tables are sums over scenarios; only `whatif` itself can
//! work those out again, so here they are hashed and no more.

use super::report::{Area, AreaReport, Verification};
use super::totals::outcomes;
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedWhatIf;

/// Tests what a run of `whatif` says of itself.
pub fn test(run: &RunFolder, summary: &SealedWhatIf, verification: &mut Verification) {
    let mut totals = AreaReport::new(Area::ControlTotals);
    let read = summary.control_totals.rows_read;
    let sum = outcomes(&summary.control_totals);
    if sum == u128::from(read) && run.manifest.control_totals == summary.control_totals {
        totals.sound(format!("{read} rows were read, and each has an outcome"));
    } else {
        totals.difference(format!(
            "summary.json: {read} rows were read, but the outcomes sum to {sum}, or manifest.json has others"
        ));
    }
    let mut bill = AreaReport::new(Area::Bill);
    for bridge in &summary.bridges {
        let mut steps = bridge.steps.iter();
        let sum = steps.try_fold(bridge.base, |sum, step| sum.plus(step.amount));
        if sum != Some(bridge.total) {
            bill.difference(format!(
                "the bridge to {} in {} does not lead from {} to {}",
                bridge.scenario, bridge.currency, bridge.base, bridge.total
            ));
        }
    }
    if bill.count() == 0 {
        bill.sound(format!("{} bridges add up", summary.bridges.len()));
    }
    let mut tables = AreaReport::new(Area::Tables);
    tables.not_tested(
        "tables of whatif are hashed, but not worked out again; run the command again to compare",
    );
    for report in [totals, tables, bill] {
        verification.add(report);
    }
}

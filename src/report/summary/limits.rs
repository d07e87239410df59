//! What a reader may not conclude from a report, in sentences.

use super::{Assumptions, Summary};
use crate::log::totals::ControlTotals;
use crate::report::figures::{money, thousands};

/// The limits of a run, the weightiest first.
pub(super) fn limits(summary: &Summary) -> Vec<String> {
    let mut limits = inferred(summary);
    if let Some(continued) = summary
        .continued
        .as_ref()
        .filter(|continued| continued.run > 1)
    {
        limits.push(format!(
            "This is run {} of a log that comes in pieces: bill, lines and comparisons are to date; charges, \
             conversations, findings, days and hours are what is new.",
            continued.run
        ));
    }
    limits.extend(summary.incomplete.iter().cloned());
    limits.extend(limits_of_log(&summary.assumptions, &summary.control_totals));
    let charges = || summary.charges_by_account.values();
    let estimated: u64 = charges().map(|counts| counts.estimated).sum();
    if estimated > 0 {
        limits.push(format!(
            "{} of {} units rest on an assumption that the log cannot settle (S-12, R-2).",
            thousands(estimated),
            thousands(charges().map(|counts| counts.count).sum()),
        ));
    }
    let edge: u64 = charges().map(|counts| counts.edge).sum();
    if edge > 0 {
        limits.push(format!(
            "{} units lie so near an edge of a window or a month that a clock a minute off would decide \
             otherwise (S-08).",
            thousands(edge),
        ));
    }
    if let Some(bill) = &summary.bill {
        for (currency, freed) in &bill.longer_entry_points {
            limits.push(format!(
                "Meta says that free entry points last \"up to 7 days\" from 2026-09-28; they count 72 hours here. \
                 At 168 hours {} more units would be free, {} {currency} of the bill (S-11b).",
                thousands(freed.units),
                money(freed.amount, currency),
            ));
        }
        for (currency, range) in &bill.tier_range {
            if range.list != range.best {
                limits.push(format!(
                    "Volume that the log does not show could move tiered charges between {} and {} {currency} \
                     (S-23); they stand at {}.",
                    money(range.best, currency),
                    money(range.list, currency),
                    money(range.amount, currency),
                ));
            }
        }
    }
    limits
}

/// What was taken for granted about a log, and what of it could not be used.
pub fn limits_of_log(assumptions: &Assumptions, totals: &ControlTotals) -> Vec<String> {
    let mut limits = Vec::new();
    if assumptions.accounts_file_absent {
        limits.push(
            "No accounts file was given: every account counts in UTC and US dollars.".to_owned(),
        );
    }
    if assumptions.sent_counts_as_delivered {
        limits
            .push("The log knows no delivery: what was sent counts as delivered (D-3).".to_owned());
    }
    if let Some(regime) = &assumptions.rulebook {
        limits.push(format!(
            "The rules of {regime} were forced on the whole log: this is no account of what was owed."
        ));
    }
    if totals.rejected > 0 {
        limits.push(format!(
            "{} of {} rows were rejected and play no part; rejects.csv holds them.",
            thousands(totals.rejected),
            thousands(totals.rows_read),
        ));
    }
    if let Some(map) = &assumptions.map {
        let lacks = map.lacks.iter();
        limits.extend(lacks.map(|lack| format!("The source ({}): {lack}.", map.name)));
    }
    limits
}

/// What rests on a map's rule: first, because it is a choice of ours and not a fact of the log.
fn inferred(summary: &Summary) -> Vec<String> {
    let Some(inferred) = &summary.inferred else {
        return Vec::new();
    };
    let mut limits = inferred.sentences();
    let unrated = inferred.unrated_most();
    if unrated > 0 && !inferred.lowest.is_empty() {
        limits.push(format!(
            "Up to {} units of such a reading have no rate: its bill lacks what they cost.",
            thousands(unrated)
        ));
    }
    limits.push(format!(
        "The log does not say of {} messages whether they are templates, nor the category of {}: rules decided \
         it, and lines that rest on them are estimated.",
        thousands(inferred.kinds),
        thousands(inferred.categories),
    ));
    limits
}

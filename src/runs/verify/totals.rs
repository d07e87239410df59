//! Control totals: every row has an outcome, and manifest, summary and rejects say the same.

use std::fmt::Display;

use super::report::AreaReport;
use crate::log::totals::ControlTotals;
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedSummary;

const REJECTS: &str = "rejects.csv";

/// Tests control totals, and what else stands in both manifest and summary.
pub fn test(run: &RunFolder, summary: &SealedSummary, report: &mut AreaReport) {
    let manifest = &run.manifest;
    for (name, totals) in [
        ("manifest.json", &manifest.control_totals),
        ("summary.json", &summary.control_totals),
    ] {
        let (read, outcomes) = (totals.rows_read, outcomes(totals));
        if outcomes == u128::from(read) {
            continue;
        }
        report.difference(format!(
            "{name}: {read} rows were read, but the outcomes sum to {outcomes}"
        ));
    }
    let range = |range: Option<&crate::report::summary::TimeRange>| {
        range.map(|range| (range.first.clone(), range.last.clone()))
    };
    let is_same = [
        (
            "control totals",
            manifest.control_totals == summary.control_totals,
        ),
        (
            "time ranges",
            range(manifest.time_range.as_ref()) == range(summary.time_range.as_ref()),
        ),
        ("settings", manifest.settings == summary.settings),
        ("program versions", manifest.tool.version == summary.version),
        ("rate cards", is_priced_by(summary, &manifest.rate_cards)),
        ("regimes", regimes(summary) == manifest.regimes),
    ];
    for (what, is_same) in is_same {
        if !is_same {
            report.difference(format!(
                "manifest.json and summary.json differ in their {what}"
            ));
        }
    }
    rejects(run, summary, report);
    if report.count() == 0 {
        report.sound(format!(
            "the outcomes of {} rows sum to the rows read; manifest, summary and rejects agree",
            manifest.control_totals.rows_read
        ));
    }
}

/// The sum of the outcomes, which a hand may have made as large as it likes.
pub fn outcomes(totals: &ControlTotals) -> u128 {
    let ControlTotals {
        rows_read: _,
        inbound,
        outbound_delivered,
        outbound_undelivered,
        not_api,
        exact_duplicates,
        folded_status_rows,
        other_channel,
        outside_period,
        rejected,
    } = *totals;
    [
        inbound,
        outbound_delivered,
        outbound_undelivered,
        not_api,
        exact_duplicates,
        folded_status_rows,
        other_channel,
        outside_period,
        rejected,
    ]
    .into_iter()
    .map(u128::from)
    .sum()
}

fn is_priced_by(summary: &SealedSummary, cards: &[String]) -> bool {
    let bill = summary.bill.as_ref();
    bill.map_or(&[][..], |bill| &bill.rate_cards) == cards
}

fn regimes(summary: &SealedSummary) -> Vec<String> {
    let charges = summary.charges.keys();
    let mut regimes: Vec<String> = charges
        .chain(summary.conversations.keys())
        .cloned()
        .collect();
    regimes.sort();
    regimes.dedup();
    regimes
}

fn rejects(run: &RunFolder, summary: &SealedSummary, report: &mut AreaReport) {
    let rejected = summary.control_totals.rejected;
    let by_code = summary.rejected_by_code.values();
    let by_code: u128 = by_code.map(|&count| u128::from(count)).sum();
    let mut compare = |what: &str, found: &dyn Display, is_same: bool| {
        if !is_same {
            report.difference(format!(
                "{what} {found} rejected rows, the control totals {rejected}"
            ));
        }
    };
    compare(
        "summary.json: rejected_by_code sums to",
        &by_code,
        by_code == u128::from(rejected),
    );
    match count_rejects(run) {
        Ok(count) => compare("rejects.csv: has", &count, count == summary.rejected()),
        Err(error) => report.difference(format!("{REJECTS}: cannot be read as CSV: {error}")),
    }
}

fn count_rejects(run: &RunFolder) -> Result<u64, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(run.file(REJECTS))?;
    let mut record = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut record)? {
        count += 1;
    }
    Ok(count)
}

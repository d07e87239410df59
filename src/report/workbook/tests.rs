//! The workbook read back: number by number against the summary and the tables.

pub mod archive;
pub mod formulas;
mod hostile;
pub mod run;

use std::collections::BTreeMap;

use calamine::{Data, DataType, Range, Reader};

use crate::report::summary::BillTotals;
use run::{Run, date, float, mask, number, row_of, sheet, text};

#[test]
fn sheets_are_those_that_the_run_has_something_for() {
    let names = Run::new(200).book(1000).sheet_names();
    assert_eq!(
        names,
        [
            "Summary",
            "Lines",
            "Differences",
            "Findings",
            "Conversations by day",
            "Charges by day",
            "Cost by day",
            "Allowances and tiers",
            "Control totals",
            "Settings",
            "Rules"
        ]
    );
}

#[test]
fn every_line_stands_as_it_is() {
    let run = Run::new(1500);
    let range = sheet(&mut run.book(100_000), "Lines");
    assert_eq!(text(&range, 3, 11), "amount");
    assert_eq!(range.height(), 4 + run.lines.len());
    for (place, line) in run.lines.iter().enumerate() {
        let row = 4 + place;
        assert_eq!(text(&range, row, 0), line.account);
        assert_eq!(range[(row, 0)].get_string(), Some(line.account.as_str()));
        assert_eq!(text(&range, row, 3), line.market);
        let month = date(&range, row, 2).unwrap();
        assert_eq!(month, line.month.first_day());
        assert_eq!(number(&range, row, 10), line.quantity as f64);
        match line.amount {
            Some(amount) => assert_eq!(number(&range, row, 11), float(amount)),
            None => assert_eq!(text(&range, row, 11), ""),
        }
        assert_eq!(line.rate.is_some(), !text(&range, row, 8).is_empty());
    }
    let bill = run.summary.bill.as_ref().unwrap();
    let (currency, totals) = bill.totals.first_key_value().unwrap();
    assert_eq!(text(&range, 2, 0), format!("Total {currency}"));
    assert_eq!(number(&range, 2, 11), float(totals.amount));
    let units = totals.rated + totals.free + totals.unrated;
    assert_eq!(number(&range, 2, 10), units as f64);
}

#[test]
fn the_bill_stands_as_in_the_summary() {
    let run = Run::new(1500);
    let range = sheet(&mut run.book(100_000), "Summary");
    let bill = run.summary.bill.as_ref().unwrap();
    let accounts = bill.by_account.iter();
    let accounts = accounts.map(|(name, sums)| (name.clone(), sums["USD"]));
    let tables = [
        ("By account, USD", accounts.collect()),
        ("By category, USD", bill.by_category["USD"].clone()),
        ("By market, USD", bill.by_market["USD"].clone()),
        ("By month, USD", bill.by_month["USD"].clone()),
        ("By business number, USD", bill.by_business["USD"].clone()),
    ];
    for (title, parts) in tables {
        let header = row_of(&range, title);
        let rows = header + 1..header + 1 + parts.len();
        let mut seen = BTreeMap::new();
        for row in rows {
            let name = match date(&range, row, 0) {
                Some(date) => date.month().to_string(),
                None => text(&range, row, 0),
            };
            seen.insert(name, row);
        }
        for (name, totals) in &parts {
            assert_totals(&range, seen[name], totals);
        }
        let total = header + 1 + parts.len();
        assert_eq!(text(&range, total, 0), "Total USD");
        assert_totals(&range, total, &bill.totals["USD"]);
    }
    assert_eq!(
        text(&range, row_of(&range, "Fingerprint"), 1),
        "0123456789abcdef"
    );
}

fn assert_totals(range: &Range<Data>, row: usize, totals: &BillTotals) {
    assert_eq!(number(range, row, 1), float(totals.amount));
    let counts = [
        totals.rated,
        totals.free,
        totals.unrated,
        totals.estimated,
        totals.edge,
    ];
    for (place, count) in counts.into_iter().enumerate() {
        assert_eq!(number(range, row, place + 2), count as f64);
    }
}

/// 0.41 expected, 0.19 at a wrong rate, 0.11 not tested: 0.71.
#[test]
fn the_bridge_leads_from_expected_to_invoiced() {
    let run = Run::new(50);
    let mut book = run.book(1000);
    let range = sheet(&mut book, "Summary");
    let first = row_of(&range, "Bridge, USD");
    let labels = (1..=4).map(|place| text(&range, first + place, 0));
    assert_eq!(
        labels.collect::<Vec<_>>(),
        ["Expected", "A-RATE", "Not tested", "Invoiced"]
    );
    let amounts = (1..=4).map(|place| number(&range, first + place, 1));
    assert_eq!(amounts.collect::<Vec<_>>(), [0.41, 0.19, 0.11, 0.71]);
    assert_eq!(text(&range, row_of(&range, "Verdict"), 1), "disagree");
    let range = sheet(&mut book, "Differences");
    let totals = [12, 13, 14].map(|column| number(&range, 2, column));
    assert_eq!(totals, [0.41, 0.71, 0.19]);
    assert_eq!(text(&range, 4, 16), "A-RATE");
    assert_eq!(text(&range, 4, 17), "-0.2 instead of 0.1365");
    assert_eq!(number(&range, 4, 14), 0.19);
    assert_eq!(text(&range, 5, 14), "");
}

#[test]
fn findings_hide_customers_and_name_no_message() {
    let run = Run::new(50);
    let range = sheet(&mut run.book(1000), "Findings");
    assert_eq!(range.height(), 3 + run.findings.len());
    for (place, finding) in run.findings.iter().enumerate() {
        let row = 3 + place;
        assert_eq!(text(&range, row, 0), finding.id().to_string());
        assert_eq!(text(&range, row, 5), mask().pseudonym(&finding.customer));
        assert_eq!(number(&range, row, 7), float(finding.money));
    }
    // Three quarters of 2026-10-01, which a spreadsheet counts as day 46,296.
    let at = range[(3, 6)].get_datetime().unwrap();
    assert_eq!(at.as_f64(), 46_296.75);
    for (name, part) in archive::parts(&run.bytes(1000)) {
        for secret in ["1415555", "wamid"] {
            assert!(!part.contains(secret), "{secret} in {name}");
        }
    }
}

#[test]
fn days_stand_as_in_the_summary() {
    let run = Run::new(1500);
    let mut book = run.book(100_000);
    let over_time = &run.summary.over_time;
    let range = sheet(&mut book, "Conversations by day");
    for (name, days) in [
        ("Conversations by day", &over_time.conversations),
        ("Charges by day", &over_time.charges),
    ] {
        let range = sheet(&mut book, name);
        assert_eq!(range.height(), 4 + days.len());
        let header: Vec<String> = range
            .rows()
            .nth(3)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        for (place, (day, counts)) in days.iter().enumerate() {
            assert_eq!(date(&range, 4 + place, 0).unwrap().to_string(), *day);
            for (column, category) in header.iter().enumerate().skip(1) {
                let count = counts.get(category.as_str()).copied().unwrap_or_default();
                assert_eq!(number(&range, 4 + place, column), count as f64);
            }
        }
        for column in 1..header.len() {
            let rows = 4..4 + days.len();
            let sum: f64 = rows.map(|row| number(&range, row, column)).sum();
            assert_eq!(number(&range, 2, column), sum, "{name}");
        }
    }
    assert_eq!(text(&range, 2, 0), "Total");
    let range = sheet(&mut book, "Cost by day");
    for (place, (day, sums)) in over_time.amounts["USD"].iter().enumerate() {
        let row = 4 + place;
        assert_eq!(date(&range, row, 0).unwrap().to_string(), *day);
        for column in 2..range.width() {
            let sum = sums.get(text(&range, 3, column).as_str());
            let sum = sum.copied().unwrap_or_default();
            assert_eq!(number(&range, row, column), float(sum));
        }
    }
}

#[test]
fn control_totals_settings_and_rules() {
    let run = Run::new(300);
    let mut book = run.book(1000);
    let range = sheet(&mut book, "Control totals");
    let totals = &run.summary.control_totals;
    for (label, count) in [
        ("inbound", totals.inbound),
        ("outbound, delivered", totals.outbound_delivered),
        ("rejected", totals.rejected),
        ("rows read", totals.rows_read),
    ] {
        assert_eq!(number(&range, row_of(&range, label), 1), count as f64);
    }
    let range = sheet(&mut book, "Settings");
    let cells = [0, 1, 2, 3].map(|column| text(&range, 3, column));
    assert_eq!(cells, ["S-07", "window_instant", "=delivery", "flag"]);
    let range = sheet(&mut book, "Rules");
    for (place, rule) in run.summary.rules.iter().enumerate() {
        assert_eq!(text(&range, 3 + place, 0), rule.id);
        assert_eq!(number(&range, 3 + place, 1), rule.conversations as f64);
        assert_eq!(number(&range, 3 + place, 2), rule.charges as f64);
    }
}

#[test]
fn a_table_that_is_too_long_is_cut_and_says_so() {
    let run = Run::new(1500);
    let mut book = run.book(3);
    let range = sheet(&mut book, "Lines");
    assert_eq!(range.height(), 4 + 3);
    let count = crate::report::figures::thousands(run.lines.len() as u64);
    let note = format!("3 of {count} rows: the rest stands in tables/lines.parquet.");
    assert_eq!(text(&range, 1, 0), note);
    assert_eq!(text(&range, 2, 0), format!("Total USD (all {count} rows)"));
    let bill = run.summary.bill.as_ref().unwrap();
    assert_eq!(number(&range, 2, 11), float(bill.totals["USD"].amount));
    let formulas = book.worksheet_formula("Lines").unwrap();
    assert!(
        formulas
            .used_cells()
            .all(|(_, _, formula)| formula.is_empty())
    );
    // Of the findings the gravest stay: the violation, then the dearest, in the order of the table.
    let range = sheet(&mut run.book(2), "Findings");
    let ids = [3, 4].map(|row| text(&range, row, 0));
    assert_eq!(
        ids,
        [0, 2].map(|place| run.findings[place].id().to_string())
    );
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let run = Run::new(300);
    assert_eq!(run.bytes(1000), run.bytes(1000));
}

#[test]
fn a_replay_without_prices_has_no_money() {
    let mut run = Run::new(100);
    run.summary.bill = None;
    run.summary.invoice = None;
    let names = run.book(1000).sheet_names();
    for name in ["Lines", "Differences", "Cost by day"] {
        assert!(!names.contains(&name.to_owned()), "{name}");
    }
}

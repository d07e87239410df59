//! The workbook read back: number by number against the summary and the tables.

mod archive;
mod formulas;
mod hostile;

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, DataType, Range, Reader, Xlsx};

use super::workbook;
use crate::audit::{
    Bridge, BridgeStep, Cause, Conclusion, Difference, DifferenceStatus, Reconciliation, Verdict,
};
use crate::findings::Finding;
use crate::pricing::Line;
use crate::report::fixture::{Priced, World};
use crate::report::mask::Mask;
use crate::report::summary::{BillTotals, Circumstances, Comparison, SettingInForce, Summary};
use crate::report::tables::Content;
use crate::tariff::Amount;
use crate::vocabulary::{Currency, FindingCode, Instant, LocalDate, Month, Severity};

type Book = Xlsx<Cursor<Vec<u8>>>;

/// A run whose parts a test may change before it is written.
struct Run {
    world: World,
    priced: Priced,
    summary: Summary,
    lines: Vec<Line>,
    differences: Vec<Difference>,
    findings: Vec<Finding>,
}

fn mask() -> Mask {
    Mask::of_run([&[7; 32]])
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// As a reader of JSON in binary floating point would take it.
fn float(amount: Amount) -> f64 {
    amount.to_string().parse().unwrap()
}

impl Run {
    fn new(rows: usize) -> Self {
        let world = World::generated(rows, 2, 11);
        let priced = world.priced();
        let circumstances = Circumstances {
            command: "audit",
            command_line: "counterfoil audit log.csv".to_owned(),
            fingerprint: "0123456789abcdef".to_owned(),
            settings: vec![SettingInForce {
                id: "S-07".to_owned(),
                name: "window_instant".to_owned(),
                value: "=delivery".to_owned(),
                origin: "flag".to_owned(),
            }],
            ..Circumstances::default()
        };
        let mut summary = world.summary(true, circumstances);
        let differences = differences();
        summary.invoice = Some(Comparison::new(&reconciliation(&differences), None, &[]));
        let findings = findings();
        summary.findings = Some(crate::report::summary::by_code(&findings, &mask()));
        Self {
            lines: priced.lines.clone(),
            world,
            priced,
            summary,
            differences,
            findings,
        }
    }

    fn bytes(&self, rows_max: usize) -> Vec<u8> {
        let content = Content {
            outcome: &self.world.outcome,
            pricing: &self.priced.pricing,
            lines: Some(&self.lines),
            differences: Some(&self.differences),
            analytics_differences: None,
            findings: Some(&self.findings),
            tariff: &self.priced.tariff,
            ids: &self.world.ids,
        };
        workbook(&self.summary, &content, &mask(), rows_max).unwrap()
    }

    fn book(&self, rows_max: usize) -> Book {
        Xlsx::new(Cursor::new(self.bytes(rows_max))).unwrap()
    }
}

/// 0.41 was expected and 0.60 billed at a wrong rate; 0.19 more than nothing for tax was not tested.
fn differences() -> Vec<Difference> {
    let row = Difference {
        invoice_id: Some(Arc::from("INV-1")),
        invoice_line: Some(2),
        file: Some(Arc::from("october.csv")),
        account: Some(Arc::from("1020")),
        business: None,
        month: Month::parse("2026-10"),
        market: Some("Germany".to_owned()),
        category: Some("marketing"),
        pricing_type: Some("regular"),
        tier: None,
        currency: Some(Currency::USD),
        expected_quantity: Some(3),
        billed_quantity: Some(3),
        expected_amount: Some(amount("0.41")),
        billed_amount: Some(amount("0.6")),
        difference: Some(amount("0.19")),
        status: DifferenceStatus::Different,
        cause: Some(Cause::Rate),
        is_evidence_missing: false,
        explanation: "-0.2 instead of 0.1365".to_owned(),
    };
    let tax = Difference {
        invoice_line: Some(3),
        expected_quantity: None,
        billed_quantity: None,
        expected_amount: None,
        billed_amount: Some(amount("0.11")),
        difference: None,
        status: DifferenceStatus::NotTested,
        cause: None,
        ..row.clone()
    };
    vec![row, tax]
}

fn reconciliation(differences: &[Difference]) -> Reconciliation {
    let bridge = Bridge {
        currency: Currency::USD,
        expected: amount("0.41"),
        steps: vec![BridgeStep {
            cause: Cause::Rate,
            amount: amount("0.19"),
            overcharged: amount("0.19"),
            undercharged: Amount::ZERO,
            rows: 1,
        }],
        not_tested: amount("0.11"),
        invoiced: amount("0.71"),
        difference: amount("0.19"),
        is_material: false,
    };
    Reconciliation {
        differences: differences.to_vec(),
        bridges: vec![bridge],
        conclusion: Conclusion {
            verdict: Verdict::Disagree,
            reasons: vec!["A wrong rate.".to_owned()],
        },
    }
}

fn findings() -> Vec<Finding> {
    let finding = |code, severity, customer: &str, money: &str| Finding {
        code,
        account: Arc::from("1020"),
        business: Arc::from("49301"),
        at: Some(Instant::from_seconds(1_790_877_600)),
        customer: customer.to_owned(),
        message_id: format!("wamid.secret{customer}"),
        severity,
        money: amount(money),
        currency: Some(Currency::USD),
        explanation: Arc::from("what was seen"),
    };
    vec![
        finding(
            FindingCode::UsPause,
            Severity::Violation,
            "14155550123",
            "0.5",
        ),
        finding(
            FindingCode::LateReply,
            Severity::Warning,
            "14155550124",
            "2.25",
        ),
        finding(
            FindingCode::LateReply,
            Severity::Warning,
            "14155550125",
            "7",
        ),
        finding(FindingCode::Gap, Severity::Info, "", "0"),
    ]
}

fn sheet(book: &mut Book, name: &str) -> Range<Data> {
    let range = book.worksheet_range(name).unwrap();
    assert_eq!(range.start().unwrap_or_default(), (0, 0), "{name}");
    range
}

fn text(range: &Range<Data>, row: usize, column: usize) -> String {
    let cell = range.get((row, column));
    cell.map(ToString::to_string).unwrap_or_default()
}

fn number(range: &Range<Data>, row: usize, column: usize) -> f64 {
    let cell = range.get((row, column)).unwrap();
    cell.as_f64()
        .unwrap_or_else(|| panic!("{cell:?} is no number"))
}

/// The day of a cell that is a date, and no number that looks like one.
fn date(range: &Range<Data>, row: usize, column: usize) -> Option<LocalDate> {
    let date = range.get((row, column))?.get_datetime()?;
    Some(LocalDate::from_days(date.as_f64() as i32 - 25_569))
}

/// The row whose first cell holds this.
fn row_of(range: &Range<Data>, label: &str) -> usize {
    let mut rows = range.rows();
    rows.position(|row| row[0].to_string() == label)
        .unwrap_or_else(|| panic!("no row {label}"))
}

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
        let mut seen = std::collections::BTreeMap::new();
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

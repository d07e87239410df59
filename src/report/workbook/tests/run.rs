//! A run whose parts a test may change before it is written, and a look into the workbook.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, DataType, Range, Reader, Xlsx};

use super::super::workbook;
use crate::audit::{
    Bridge, BridgeStep, Cause, Conclusion, Difference, DifferenceStatus, Reconciliation, Verdict,
};
use crate::findings::Finding;
use crate::pricing::Line;
use crate::report::fixture::{Priced, World};
use crate::report::mask::Mask;
use crate::report::summary::{Circumstances, Comparison, SettingInForce, Summary};
use crate::report::tables::Content;
use crate::tariff::Amount;
use crate::vocabulary::{Currency, FindingCode, Instant, LocalDate, Month, Severity};

pub type Book = Xlsx<Cursor<Vec<u8>>>;

/// A run whose parts a test may change before it is written.
pub struct Run {
    pub world: World,
    pub priced: Priced,
    pub summary: Summary,
    pub lines: Vec<Line>,
    pub differences: Vec<Difference>,
    pub findings: Vec<Finding>,
}

pub fn mask() -> Mask {
    Mask::of_run([&[7; 32]])
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// As a reader of JSON in binary floating point would take it.
pub fn float(amount: Amount) -> f64 {
    amount.to_string().parse().unwrap()
}

impl Run {
    pub fn new(rows: usize) -> Self {
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

    pub fn bytes(&self, rows_max: usize) -> Vec<u8> {
        let content = Content {
            outcome: &self.world.outcome,
            pricing: &self.priced.pricing,
            lines: Some(&self.lines),
            differences: Some(&self.differences),
            analytics_differences: None,
            findings: Some(&self.findings),
            adjustments: None,
            tariff: &self.priced.tariff,
            ids: &self.world.ids,
        };
        workbook(&self.summary, &content, &mask(), rows_max).unwrap()
    }

    pub fn book(&self, rows_max: usize) -> Book {
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

pub fn sheet(book: &mut Book, name: &str) -> Range<Data> {
    let range = book.worksheet_range(name).unwrap();
    assert_eq!(range.start().unwrap_or_default(), (0, 0), "{name}");
    range
}

pub fn text(range: &Range<Data>, row: usize, column: usize) -> String {
    let cell = range.get((row, column));
    cell.map(ToString::to_string).unwrap_or_default()
}

pub fn number(range: &Range<Data>, row: usize, column: usize) -> f64 {
    let cell = range.get((row, column)).unwrap();
    cell.as_f64()
        .unwrap_or_else(|| panic!("{cell:?} is no number"))
}

/// The day of a cell that is a date, and no number that looks like one.
pub fn date(range: &Range<Data>, row: usize, column: usize) -> Option<LocalDate> {
    let date = range.get((row, column))?.get_datetime()?;
    Some(LocalDate::from_days(date.as_f64() as i32 - 25_569))
}

/// The row whose first cell holds this.
pub fn row_of(range: &Range<Data>, label: &str) -> usize {
    let mut rows = range.rows();
    rows.position(|row| row[0].as_string().as_deref() == Some(label))
        .unwrap_or_else(|| panic!("no row {label}"))
}

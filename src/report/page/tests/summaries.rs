//! Summaries of every kind of run: an audit that disagrees, a replay, nothing at all, too much, and malice.

mod hostile;
mod huge;

use std::collections::BTreeMap;

use crate::log::totals::ControlTotals;
use crate::replay::outcome::Warning;
use crate::report::fixture::World;
use crate::report::summary::{
    BridgeSummary, Circumstances, Comparison, DifferenceRow, FindingCounts, FindingExample,
    InputSummary, LogFileSummary, Period, SettingInForce, StepSummary, Summary,
};
use crate::tariff::Amount;
use crate::vocabulary::FindingCode;

pub use hostile::hostile;
pub use huge::huge;

const CAUSES: [&str; 8] = [
    "A-DUPLICATE",
    "A-BILLED-FREE",
    "A-CATEGORY",
    "A-MARKET",
    "A-TIER",
    "A-RATE",
    "A-QUANTITY",
    "A-UNEXPLAINED",
];
const FINGERPRINT: &str = "9d977ba1a02531ab05d1b879dfaffae1";

/// All of them, by name.
pub fn all() -> Vec<(&'static str, Summary)> {
    vec![
        ("audit", audit()),
        ("cost", cost()),
        ("replay", replay()),
        ("empty", empty()),
        ("huge", huge()),
        ("hostile", hostile()),
    ]
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn circumstances(command: &'static str) -> Circumstances {
    let path = "exports/2025/07/a-rather-long-name-of-a-file-that-somebody-chose";
    Circumstances {
        command,
        command_line: format!(
            "counterfoil {command} {path}-1.parquet {path}-2.parquet --accounts accounts.toml"
        ),
        period: Period {
            from: Some("2025-07-01".into()),
            to: Some("2025-07-31".into()),
        },
        files: (1..=2)
            .map(|number| LogFileSummary {
                path: format!("{path}-{number}.parquet"),
                bytes: 123_456_789,
                ignored_columns: vec!["agent".into()],
            })
            .collect(),
        inputs: ["log", "accounts", "invoice"]
            .map(|role| InputSummary {
                role: role.into(),
                path: format!("{path}.{role}"),
                bytes: 1_234_567,
                blake3: "c2e4f1897f941c0ebfa0b951b2a3460f221029def8f215005293cff889245fc7".into(),
            })
            .to_vec(),
        fingerprint: FINGERPRINT.into(),
        settings: vec![SettingInForce {
            id: "S-07".into(),
            name: "window_instant".into(),
            value: "send".into(),
            origin: "default".into(),
        }],
        ..Circumstances::default()
    }
}

/// A run with prices and no invoice.
pub fn cost() -> Summary {
    let mut summary = World::generated(2_000, 2, 5).summary(true, circumstances("audit"));
    summary.findings = Some(findings("customer-4f3c7865da"));
    summary.warnings.push(Warning {
        code: "C-UNAPPROVED".into(),
        count: 6,
        text: "delivered templates were not approved at that time by the registry".into(),
    });
    summary
}

/// Eight causes, ten and more differences, long names.
pub fn audit() -> Summary {
    let mut summary = cost();
    summary.invoice = Some(comparison("USD", "Rest of Central & Eastern Europe"));
    summary.analytics = Some(comparison("USD", "Brazil"));
    summary.limits = (1..=6)
        .map(|number| format!("Limit {number}: days that were billed have no rows in the log, so that nothing can be said about what was sent on them, nor about what followed."))
        .collect();
    // The limits of this run count to six.
    summary.limits[5].push_str(" The others are 1, 2, 3, 4 and 5.");
    summary
}

/// A run without prices.
pub fn replay() -> Summary {
    let mut summary = World::generated(2_000, 2, 5).summary(false, circumstances("replay"));
    summary.findings = None;
    summary
}

/// A log without a usable row.
pub fn empty() -> Summary {
    let mut world = World::generated(0, 1, 5);
    world.outcome.totals = ControlTotals::default();
    world.outcome.time_range = None;
    world.outcome.warnings.clear();
    world.summary(true, Circumstances::default())
}

fn comparison(currency: &str, market: &str) -> Comparison {
    let steps = CAUSES.iter().enumerate();
    let steps = steps.map(|(place, cause)| StepSummary {
        cause,
        amount: amount(if place % 2 == 0 {
            "1234.5"
        } else {
            "-234.56789"
        }),
        overcharged: amount("1300.25"),
        undercharged: amount("65.75"),
        rows: 3 + place as u64,
    });
    let rows = CAUSES.iter().cycle().take(14).enumerate();
    let largest = rows.map(|(place, cause)| DifferenceRow {
        invoice_id: "INV-2025-07-000123456789".into(),
        invoice_line: Some(1_000 + place as u64),
        account: "102000000001".into(),
        business: "493012345671".into(),
        month: "2025-07".into(),
        market: market.into(),
        category: "authentication_international",
        pricing_type: "regular",
        tier: "0:100000".into(),
        currency: currency.into(),
        expected_quantity: Some(1_234_567),
        billed_quantity: Some(1_234_890),
        expected_amount: Some(amount("1234567.0001")),
        billed_amount: Some(amount("1334567.25")),
        difference: Some(amount("100000.2499")),
        status: "different",
        cause,
        explanation: "323 units billed beyond the chargeable ones; the replay holds exactly as many delivered in this cell free: potential overcharge of 100000.2499".into(),
    });
    Comparison {
        verdict: "disagree",
        reasons: vec![
            "14 rows differ by more than the tolerance".into(),
            "in USD the lines together differ by 99999.5".into(),
        ],
        bridges: vec![BridgeSummary {
            currency: currency.into(),
            expected: amount("1234567.0001"),
            steps: steps.collect(),
            not_tested: amount("1.17"),
            invoiced: amount("1334567.25"),
            difference: amount("99999.5"),
            explained: amount("99000"),
            unexplained: amount("999.5"),
            is_material: true,
        }],
        rows: BTreeMap::from([("different", 14), ("matched", 2_345), ("not_tested", 2)]),
        largest: largest.collect(),
        sentences: vec!["Billed 1,334,567.2500 USD, expected 1,234,567.0001 USD, not tested 1.1700 USD; 99,999.5000 USD more than expected, of which 99,000.0000 USD has a cause and 999.5000 USD has none.".into()],
        notes: vec!["the column Betrag was read as amount".into()],
    }
}

fn findings(customer: &str) -> BTreeMap<&'static str, FindingCounts> {
    let codes = FindingCode::ALL.iter();
    codes
        .map(|code| {
            let example = FindingExample {
                finding_id: "6fb59d0f157d7a55".into(),
                severity: "warning",
                account: "102000000001".into(),
                business: "493012345671".into(),
                customer: customer.into(),
                at: Some("2025-07-04T23:43:02Z".into()),
                money: amount("0.0853"),
                currency: Some("USD".into()),
                explanation: "the customer's last message was answered after its window had closed"
                    .into(),
            };
            let counts = FindingCounts {
                count: 25,
                violations: 3,
                money: BTreeMap::from([("USD".into(), amount("0.6986"))]),
                meaning: code.meaning(),
                examples: vec![example; 12],
            };
            (code.name(), counts)
        })
        .collect()
}

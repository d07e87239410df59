//! Summaries of every kind of run: an audit that disagrees, a replay, nothing at all, too much, and malice.

use std::collections::BTreeMap;

use crate::log::totals::ControlTotals;
use crate::replay::outcome::Warning;
use crate::report::fixture::World;
use crate::report::summary::{
    Allowance, BillTotals, BridgeSummary, Circumstances, CitedRule, CitedSource, Comparison,
    DifferenceRow, FindingCounts, FindingExample, InputSummary, LogFileSummary, MissingRate,
    Period, SettingInForce, StepSummary, Summary, TierClimb, TierRange,
};
use crate::tariff::Amount;
use crate::vocabulary::FindingCode;

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
const HOSTILE: [&str; 6] = [
    "<script>alert('x')</script><img src=x onerror=\"alert(1)\">",
    "=cmd|' /C calc'!A0",
    "\u{202e}gnp.exe\u{2066} and \0 a NUL",
    "שלום تونس",
    "👩‍💻🧾 東京都千代田区",
    "]]>--></style></title></svg>{{ 7 * 7 }}{% raw %}&#x3c;",
];

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

/// Three years of many accounts, numbers and currencies.
pub fn huge() -> Summary {
    let mut summary = audit();
    let name = |kind: &str, number: usize| format!("{kind}-{number:06}");
    let totals = |number: usize| BillTotals {
        amount: amount("9876543.2109").times(number as u64 + 1).unwrap(),
        rated: 123_456_789,
        free: 23_456_789,
        unrated: 12,
        estimated: 3_456_789,
        edge: 56_789,
    };
    let many = |kind: &'static str, count: usize| -> BTreeMap<String, BillTotals> {
        (0..count)
            .map(|number| (name(kind, number), totals(number)))
            .collect()
    };
    let currencies = ["EUR", "IDR", "USD"];
    let by_currency = |kind: &'static str, count: usize| -> BTreeMap<_, _> {
        currencies
            .iter()
            .map(|code| ((*code).to_owned(), many(kind, count)))
            .collect()
    };
    let days: Vec<String> = (0..1_100)
        .map(|day| crate::vocabulary::LocalDate::from_days(19_358 + day).to_string())
        .collect();
    let bill = summary.bill.as_mut().unwrap();
    bill.totals = currencies
        .iter()
        .map(|code| ((*code).to_owned(), totals(99)))
        .collect();
    bill.by_account = (0..1_000)
        .map(|number| (name("account", number), many("USD", 0)))
        .collect();
    for account in bill.by_account.values_mut() {
        for code in currencies {
            account.insert(code.to_owned(), totals(3));
        }
    }
    bill.by_month = by_currency("2023", 36);
    bill.by_market = by_currency("market", 47);
    bill.by_business = by_currency("number", 5_000);
    bill.by_tier = by_currency("0:100000", 60);
    for code in currencies {
        bill.tier_range.insert(
            code.to_owned(),
            TierRange {
                amount: amount("2"),
                list: amount("3"),
                best: amount("1"),
            },
        );
        bill.bounded.insert(code.to_owned(), totals(1));
    }
    bill.nearest_cards = days.iter().take(3).map(|day| (day.clone(), 7)).collect();
    bill.rate_cards = (0..300).map(|number| name("PMP-USD", number)).collect();
    bill.unrated = (0..3_000)
        .map(|number| MissingRate {
            currency: "USD".into(),
            market: name("market", number),
            category: "marketing",
            reason: "unknown_market",
            first_date: "2023-01-01".into(),
            last_date: "2025-12-31".into(),
            quantity: 12,
            lowest: Some(amount("1")),
            highest: None,
            text: "no card of 2023 has this market".into(),
        })
        .collect();
    bill.allowances = (0..2_000)
        .map(|number| Allowance {
            regime: "pmp-2026",
            owner: name("number", number),
            month: "2026-10".into(),
            size: 1_000,
            used_elsewhere: 910,
            units: 189,
            free: 90,
            by_day: days.iter().take(31).map(|day| (day.clone(), 6)).collect(),
        })
        .collect();
    bill.tiers = (0..6_000)
        .map(|number| TierClimb {
            owner: name("portfolio", number),
            market: "Germany".into(),
            category: "utility",
            month: "2026-10".into(),
            used_elsewhere: 0,
            counted: 1_234_567,
            without_ladder: 0,
            currencies: vec!["USD".into()],
            tier: (number % 2 == 0).then(|| "100001:500000".into()),
            next_from: Some(500_001),
        })
        .collect();
    for day in &days {
        let parts = BTreeMap::from([("marketing", 5), ("utility", 7)]);
        summary
            .over_time
            .conversations
            .insert(day.clone(), parts.clone());
        summary.over_time.charges.insert(day.clone(), parts);
    }
    for code in currencies {
        let parts = || BTreeMap::from([("marketing", amount("5.5"))]);
        let days = days.iter().map(|day| (day.clone(), parts()));
        summary
            .over_time
            .amounts
            .insert(code.to_owned(), days.collect());
    }
    let counts = *summary.charges_by_account.values().next().unwrap();
    for number in 0..1_000 {
        summary
            .charges_by_account
            .insert(name("account", number), counts);
        let months = (0..36).map(|month| (name("2023", month), counts)).collect();
        summary
            .charges_by_business
            .insert(name("number", number), months);
    }
    summary.files = vec![summary.files[0].clone(); 3_000];
    summary.inputs = vec![summary.inputs[0].clone(); 3_000];
    summary.warnings = vec![summary.warnings[0].clone(); 300];
    summary.limits = vec![summary.limits[0].clone(); 3_000];
    summary.other_channels = (0..3_000)
        .map(|number| (name("channel", number), 5))
        .collect();
    let comparison = summary.invoice.as_mut().unwrap();
    comparison.largest = vec![comparison.largest[0].clone(); 200];
    comparison.rows.insert("different", 123_456);
    comparison.reasons = vec![comparison.reasons[0].clone(); 30];
    for code in ["EUR", "IDR"] {
        let mut bridge = comparison.bridges[0].clone();
        bridge.currency = code.to_owned();
        comparison.bridges.push(bridge);
        comparison.sentences.push(comparison.sentences[0].clone());
    }
    comparison.sentences.push(comparison.sentences[0].clone());
    summary
}

/// Names by somebody who wants the page to do what it should not.
pub fn hostile() -> Summary {
    let mut summary = audit();
    let evil = |place: usize| HOSTILE[place % HOSTILE.len()].to_owned();
    let long = "W".repeat(600);
    summary.command_line = format!("counterfoil audit '{}' {}", HOSTILE.join("' '"), long);
    for (place, file) in summary.files.iter_mut().enumerate() {
        file.path = evil(place);
        file.ignored_columns = HOSTILE.map(str::to_owned).to_vec();
        file.ignored_columns.push(long.clone());
    }
    for (place, input) in summary.inputs.iter_mut().enumerate() {
        input.path = format!("{}{long}", evil(place));
    }
    let counts = *summary.charges_by_account.values().next().unwrap();
    summary.charges_by_account.clear();
    for (place, name) in HOSTILE.iter().enumerate() {
        summary
            .charges_by_account
            .insert((*name).to_owned(), counts);
        let months = BTreeMap::from([("2025-07".to_owned(), counts)]);
        summary
            .charges_by_business
            .insert((*name).to_owned(), months);
        summary
            .other_channels
            .insert((*name).to_owned(), place as u64);
        summary.limits.insert(0, format!("{name} {long}"));
        summary.incomplete.push((*name).to_owned());
        summary.warnings.push(Warning {
            code: "Q-CONFLICT".into(),
            count: 1,
            text: (*name).to_owned(),
        });
    }
    summary.charges_by_account.insert(long.clone(), counts);
    let bill = summary.bill.as_mut().unwrap();
    let totals = bill.totals["USD"];
    let by_business = bill.by_business.get_mut("USD").unwrap();
    for name in HOSTILE {
        by_business.insert(name.to_owned(), totals);
        let currencies = BTreeMap::from([("USD".to_owned(), totals)]);
        bill.by_account.insert(name.to_owned(), currencies);
    }
    by_business.insert(long.clone(), totals);
    let comparison = summary.invoice.as_mut().unwrap();
    for (place, row) in comparison.largest.iter_mut().enumerate() {
        (row.invoice_id, row.account) = (evil(place), evil(place + 1));
        (row.business, row.market) = (format!("{}{long}", evil(place + 2)), evil(place + 3));
        row.explanation = format!("{} {}", evil(place + 4), evil(place));
    }
    comparison.notes = HOSTILE.map(str::to_owned).to_vec();
    comparison.reasons.insert(0, HOSTILE.join(" "));
    comparison.reasons.insert(1, long.clone());
    for counts in summary.findings.as_mut().unwrap().values_mut() {
        for (place, example) in counts.examples.iter_mut().enumerate() {
            (example.account, example.business) = (evil(place), evil(place + 1));
            example.explanation = format!("{} {long}", evil(place + 2));
        }
    }
    summary.settings.push(SettingInForce {
        id: String::new(),
        name: "rates_folder".into(),
        value: evil(0),
        origin: "flag".into(),
    });
    summary.rules.push(CitedRule {
        id: "X-5",
        text: evil(0),
        confidence: "meta",
        sources: vec![CitedSource {
            title: evil(1),
            url: Some("javascript:alert(1)".into()),
        }],
        conversations: 0,
        charges: 1,
    });
    summary
}

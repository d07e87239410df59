//! A run of many accounts, numbers, currencies and days.

use std::collections::BTreeMap;

use super::{amount, audit};
use crate::report::summary::{
    Allowance, BillTotals, InferredSummary, MissingRate, Reading, Summary, TierClimb, TierRange,
    TierTold,
};
use crate::vocabulary::LocalDate;

/// 2023-01-01, in days.
const FIRST_DAY: i32 = 19_358;

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
        .map(|day| LocalDate::from_days(FIRST_DAY + day).to_string())
        .collect();
    infer(&mut summary, &currencies);
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
    bill.tiers_told = (0..6_000)
        .map(|number| TierTold {
            owner: name("portfolio", number),
            market: "Germany".into(),
            category: "utility",
            month: "2026-10".into(),
            tier: "100001:500000".into(),
            told_at: "2026-10-20T00:00:00Z".into(),
            used_elsewhere: 0,
            counted_then: 90_000,
            counted: 1_234_567,
            crossed_at: (number % 2 == 0).then(|| "2026-10-21T00:00:00Z".into()),
            crossing: "later",
            missing: 10_001,
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

/// A log without template marks: the bill is a range in every currency.
fn infer(summary: &mut Summary, currencies: &[&str]) {
    let by_currency = |text: &str| -> BTreeMap<String, _> {
        let currencies = currencies.iter();
        currencies
            .map(|code| ((*code).to_owned(), amount(text)))
            .collect()
    };
    let reading = |kind: &str, category: &str, in_force: bool| Reading {
        inferred_template: kind.into(),
        inferred_category: category.into(),
        in_force,
        totals: by_currency("987654321.0987")
            .into_iter()
            .map(|(code, amount)| {
                let totals = BillTotals {
                    amount,
                    rated: 123_456_789,
                    unrated: 12,
                    ..BillTotals::default()
                };
                (code, totals)
            })
            .collect(),
    };
    let inferred = InferredSummary {
        kinds: 123_456_789,
        categories: 98_765_432,
        readings: vec![
            reading("window", "map", true),
            reading("never", "map", false),
            reading("always", "authentication", false),
        ],
        lowest: by_currency("123456789.0123"),
        highest: by_currency("9876543210.9876"),
    };
    summary.limits.splice(0..0, inferred.sentences());
    summary.inferred = Some(inferred);
}

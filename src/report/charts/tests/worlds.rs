//! Summaries of runs as large, small and odd as they come.

use std::collections::BTreeMap;

use crate::report::fixture::{Random, World};
use crate::report::summary::{
    Allowance, BillTotals, BridgeSummary, Circumstances, Comparison, Period, StepSummary, Summary,
    TierClimb,
};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, ConversationCategory, LocalDate, PricingType};

const CAUSES: [&str; 13] = [
    "A-DUPLICATE",
    "A-BILLED-FREE",
    "A-FREE-BILLED",
    "A-CATEGORY",
    "A-MARKET",
    "A-TIER",
    "A-RATE",
    "A-PERIOD",
    "A-QUANTITY",
    "A-ROUNDING",
    "A-CURRENCY",
    "A-TAX",
    "A-UNEXPLAINED",
];

/// Every extreme by name.
pub fn extremes() -> Vec<(&'static str, Summary)> {
    vec![
        ("month", month()),
        ("day", day()),
        ("years", years()),
        ("century", century()),
        ("nothing", nothing()),
        ("unpriced", unpriced()),
        ("outlier", outlier()),
        ("small", scaled("0.0001")),
        ("large", scaled("1000000000")),
        ("huge", scaled("99999999999999999")),
        ("markets", markets(47)),
        ("market", markets(1)),
        ("hostile", hostile()),
        ("currencies", currencies()),
        ("bridge_cut", bridge_cut()),
        ("bridge_down", bridge_down()),
    ]
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

/// A generated summary without anything over time.
fn empty() -> Summary {
    let mut summary = World::generated(60, 1, 7).summary(true, Circumstances::default());
    summary.over_time = Default::default();
    summary.over_time.chargeable_by_hour = vec![vec![0; 24]; 7];
    if let Some(bill) = &mut summary.bill {
        *bill = Default::default();
    }
    summary.time_range = None;
    summary
}

/// Days of a business that rests on Sundays.
fn fill(summary: &mut Summary, currency: &str, first: &str, days: u32, unit: Amount) {
    let mut random = Random(u64::from(days) + 11);
    let mut day = date(first);
    let bill = summary.bill.get_or_insert_default();
    let over_time = &mut summary.over_time;
    for _ in 0..days {
        let weekday = (day.days() + 3).rem_euclid(7) as usize;
        let busy = if weekday == 6 { 3 } else { 40 };
        let text = day.to_string();
        for &category in ConversationCategory::ALL {
            let count = random.below(busy * 30) + 1;
            let counts = over_time.conversations.entry(text.clone()).or_default();
            counts.insert(category.name(), count);
        }
        for &category in ChargeCategory::ALL {
            let cost = unit.times(random.below(busy * 25)).expect("fits");
            let days = over_time.amounts.entry(currency.to_owned()).or_default();
            days.entry(text.clone())
                .or_default()
                .insert(category.name(), cost);
            let totals = bill.totals.entry(currency.to_owned()).or_default();
            totals.amount = totals.amount.plus(cost).expect("fits");
        }
        for &pricing_type in PricingType::ALL {
            let types = over_time.charges.entry(text.clone()).or_default();
            types.insert(pricing_type.name(), random.below(busy * 50) + 1);
        }
        for (hour, count) in over_time.chargeable_by_hour[weekday].iter_mut().enumerate() {
            let open = (7..21).contains(&hour);
            *count += random.below(if open { busy * 9 } else { 4 });
        }
        day = day.next();
    }
}

fn market_totals(summary: &mut Summary, currency: &str, count: usize, unit: Amount) {
    let mut random = Random(count as u64);
    let names = [
        "India",
        "Brazil",
        "Indonesia",
        "Mexico",
        "United Kingdom",
        "Rest of Central & Eastern Europe",
        "Saudi Arabia",
        "Germany",
        "Rest of Asia Pacific",
        "North America",
        "United Arab Emirates",
    ];
    let bill = summary.bill.get_or_insert_default();
    let table = bill.by_market.entry(currency.to_owned()).or_default();
    for number in 0..count {
        let name = match names.get(number) {
            Some(&name) => name.to_owned(),
            None => format!("Market {number}"),
        };
        let weight = 1_000_000 / ((number as u64 + 1) * (number as u64 + 1)) + random.below(100);
        let amount = unit.times(weight).expect("fits");
        table.insert(
            name,
            BillTotals {
                amount,
                rated: weight,
                ..BillTotals::default()
            },
        );
    }
}

fn allowance(owner: &str, month: &str, size: u64, elsewhere: u64, per_day: u64) -> Allowance {
    let mut random = Random(size + per_day);
    let mut by_day = BTreeMap::new();
    let mut day = date(&format!("{month}-01"));
    while day <= date(&format!("{month}-28")) {
        by_day.insert(day.to_string(), random.below(2 * per_day + 1));
        day = day.next();
    }
    let units = by_day.values().sum();
    Allowance {
        regime: "pmp-2026",
        owner: owner.to_owned(),
        month: month.to_owned(),
        size,
        used_elsewhere: elsewhere,
        units,
        free: units.min(size.saturating_sub(elsewhere)),
        by_day,
    }
}

fn climb(
    owner: &str,
    market: &str,
    category: &'static str,
    counted: u64,
    next: Option<u64>,
) -> TierClimb {
    TierClimb {
        owner: owner.to_owned(),
        market: market.to_owned(),
        category,
        month: "2026-10".to_owned(),
        used_elsewhere: counted / 5,
        counted,
        without_ladder: 0,
        currencies: vec!["INR".to_owned()],
        tier: Some(match next {
            Some(next) => format!("100001:{}", next - 1),
            None => "30000001:MAX".to_owned(),
        }),
        next_from: next,
    }
}

fn bridge(
    currency: &str,
    expected: &str,
    steps: &[(&'static str, &str)],
    not_tested: &str,
) -> BridgeSummary {
    let steps: Vec<StepSummary> = steps
        .iter()
        .map(|&(cause, text)| StepSummary {
            cause,
            amount: amount(text),
            overcharged: amount(text),
            undercharged: Amount::ZERO,
            rows: 3,
        })
        .collect();
    let difference = steps.iter().fold(Amount::ZERO, |sum, step| {
        sum.plus(step.amount).expect("fits")
    });
    let billed = amount(expected).plus(difference).expect("fits");
    BridgeSummary {
        currency: currency.to_owned(),
        expected: amount(expected),
        invoiced: billed.plus(amount(not_tested)).expect("fits"),
        not_tested: amount(not_tested),
        explained: difference,
        unexplained: Amount::ZERO,
        difference,
        is_material: false,
        steps,
    }
}

fn invoice(bridges: Vec<BridgeSummary>) -> Comparison {
    Comparison {
        verdict: "disagree",
        reasons: Vec::new(),
        bridges,
        rows: BTreeMap::new(),
        largest: Vec::new(),
        sentences: Vec::new(),
        notes: Vec::new(),
    }
}

/// What most runs are: a month, some markets, an invoice.
pub fn month() -> Summary {
    let mut summary = empty();
    fill(&mut summary, "USD", "2026-10-01", 31, amount("0.0618"));
    market_totals(&mut summary, "USD", 14, amount("0.0618"));
    let bill = summary.bill.get_or_insert_default();
    bill.allowances = vec![
        allowance("493012345678", "2026-10", 1_000, 0, 60),
        allowance("493012345679", "2026-10", 1_000, 120, 12),
        allowance("551199990000", "2026-10", 250, 0, 300),
    ];
    bill.tiers = vec![
        climb(
            "Portfolio North",
            "India",
            "utility",
            1_234_567,
            Some(4_500_001),
        ),
        climb(
            "Portfolio North",
            "Argentina",
            "authentication",
            180_000,
            Some(400_001),
        ),
        climb("Portfolio South", "Brazil", "utility", 45_000_000, None),
    ];
    let steps = [
        ("A-DUPLICATE", "310.5"),
        ("A-BILLED-FREE", "122.1568"),
        ("A-CATEGORY", "-87.25"),
        ("A-RATE", "240"),
        ("A-QUANTITY", "-12.0041"),
        ("A-UNEXPLAINED", "9.99"),
    ];
    summary.invoice = Some(invoice(vec![bridge("USD", "2410.1234", &steps, "35.5")]));
    summary
}

fn day() -> Summary {
    let mut summary = empty();
    fill(&mut summary, "USD", "2026-10-14", 1, amount("0.0618"));
    market_totals(&mut summary, "USD", 2, amount("0.0618"));
    let bill = summary.bill.get_or_insert_default();
    let mut one = allowance("493012345678", "2026-10", 1_000, 0, 60);
    one.by_day.retain(|date, _| date == "2026-10-14");
    bill.allowances = vec![one];
    summary
}

/// Three years, many owners.
pub fn years() -> Summary {
    let mut summary = empty();
    fill(&mut summary, "USD", "2023-10-03", 1_096, amount("12.0618"));
    market_totals(&mut summary, "USD", 30, amount("12.0618"));
    let bill = summary.bill.get_or_insert_default();
    for number in 0..40 {
        let owner = format!("4930123456{number:02}");
        let month = format!("2025-{:02}", number % 12 + 1);
        bill.allowances.push(allowance(
            &owner,
            &month,
            1_000,
            number * 7,
            10 + number * 3,
        ));
        let climb = climb(
            &owner,
            "India",
            "utility",
            1_000_000 * number,
            Some(50_000_001),
        );
        bill.tiers.push(climb);
    }
    summary
}

fn century() -> Summary {
    let mut summary = empty();
    fill(&mut summary, "USD", "2026-01-01", 40, amount("1"));
    fill(&mut summary, "USD", "1931-05-01", 40, amount("1"));
    summary
}

/// A month in which nothing happened.
pub fn nothing() -> Summary {
    let mut summary = empty();
    summary.period = Period {
        from: Some("2026-10-01".to_owned()),
        to: Some("2026-10-31".to_owned()),
    };
    summary
}

/// A run that was not asked for prices.
pub fn unpriced() -> Summary {
    let mut summary = month();
    summary.over_time.amounts.clear();
    summary.bill = None;
    summary.invoice = None;
    summary
}

fn outlier() -> Summary {
    let mut summary = month();
    let days = summary
        .over_time
        .amounts
        .entry("USD".to_owned())
        .or_default();
    days.entry("2026-10-17".to_owned())
        .or_default()
        .insert("marketing", amount("98765432.1"));
    let conversations = summary
        .over_time
        .conversations
        .entry("2026-10-17".to_owned())
        .or_default();
    conversations.insert("free_entry_point", 9_999_999);
    summary.over_time.chargeable_by_hour[4][17] = 12_345_678;
    let bill = summary.bill.get_or_insert_default();
    let table = bill.by_market.entry("USD".to_owned()).or_default();
    let totals = BillTotals {
        amount: amount("98765432.1"),
        unrated: 7,
        ..BillTotals::default()
    };
    table.insert("Other".to_owned(), totals);
    bill.allowances.push(allowance(
        "a business beyond its allowance",
        "2026-10",
        10,
        0,
        1_000_000,
    ));
    summary
}

fn scaled(unit: &str) -> Summary {
    let mut summary = empty();
    fill(&mut summary, "IDR", "2026-10-01", 31, amount(unit));
    market_totals(&mut summary, "IDR", 5, amount(unit));
    let steps = CAUSES.map(|cause| (cause, unit));
    summary.invoice = Some(invoice(vec![bridge("IDR", unit, &steps, unit)]));
    summary
}

fn markets(count: usize) -> Summary {
    let mut summary = month();
    let bill = summary.bill.get_or_insert_default();
    bill.by_market.clear();
    market_totals(&mut summary, "USD", count, amount("7.5"));
    summary
}

/// Names that would break a drawing.
pub fn hostile() -> Summary {
    let mut summary = month();
    let names = [
        "<script>alert(1)</script> & \"quotes\" 'and' more of them, for a very long time indeed",
        "شركة الاتصالات المتقدمة للخدمات الرقمية والتسويق المحدودة",
        "\u{202e}gnorw eht yaw dnuora\u{202c}\u{0}\u{7}\u{ffff}",
        "🎉🎊👩‍👩‍👧‍👦🇧🇷 the party people of 東京株式会社 with a long tail 🎉🎊",
        "",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    ];
    let bill = summary.bill.get_or_insert_default();
    bill.allowances.clear();
    bill.tiers.clear();
    for name in names {
        bill.allowances
            .push(allowance(name, "2026-10", 1_000, 3, 40));
        bill.tiers.push(climb(
            name,
            name,
            "authentication_international",
            7_654_321,
            Some(9_999_999_999),
        ));
        let table = bill.by_market.entry("USD".to_owned()).or_default();
        let totals = BillTotals {
            amount: amount("54321"),
            unrated: 1_234_567,
            ..BillTotals::default()
        };
        table.insert(name.to_owned(), totals);
    }
    bill.tiers[0].tier =
        Some("a tier <of> nobody knows what, with words and words and words".to_owned());
    bill.tiers[1].month = "<no month & no end to it, which is long>".to_owned();
    bill.allowances[1].month = "<no month & no end to it, which is long>".to_owned();
    bill.allowances[2].by_day.clear();
    summary
}

/// Several currencies.
pub fn currencies() -> Summary {
    let mut summary = month();
    fill(&mut summary, "INR", "2026-10-01", 31, amount("0.1081"));
    market_totals(&mut summary, "INR", 3, amount("0.1081"));
    let steps = [("A-TAX", "18")];
    let bridges = vec![
        bridge("INR", "0", &steps, "0"),
        bridge("USD", "100", &[], "0"),
    ];
    summary.invoice = Some(invoice(bridges));
    summary
}

/// A small difference on a large invoice.
fn bridge_cut() -> Summary {
    let mut summary = empty();
    summary.period.from = Some("2026-10-01".to_owned());
    let steps = CAUSES.map(|cause| (cause, if cause < "A-M" { "1203.5" } else { "-777.125" }));
    summary.invoice = Some(invoice(vec![bridge("USD", "1234567890.1234", &steps, "0")]));
    summary
}

/// Credits: an invoice below zero.
fn bridge_down() -> Summary {
    let mut summary = empty();
    let steps = [
        ("A-RATE", "-300.5"),
        ("A-CATEGORY", "0"),
        ("A-CURRENCY", "0.0001"),
    ];
    summary.invoice = Some(invoice(vec![bridge("USD", "120", &steps, "-10")]));
    summary
}

//! Summaries of runs as large, small and odd as they come.

use super::ingredients::{allowance, amount, bridge, climb, empty, fill, invoice, market_totals};
use crate::report::fixture::World;
use crate::report::summary::{BillTotals, Circumstances, Period, Summary};

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
        ("generated", generated()),
    ]
}

/// What the program itself makes of a log.
pub fn generated() -> Summary {
    World::generated(4_000, 2, 5).summary(true, Circumstances::default())
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

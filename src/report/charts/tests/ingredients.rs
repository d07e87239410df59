//! What summaries are put together from.

use std::collections::BTreeMap;

use crate::report::fixture::{Random, World};
use crate::report::summary::{
    Allowance, BillTotals, BridgeSummary, Circumstances, Comparison, StepSummary, Summary,
    TierClimb,
};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, ConversationCategory, LocalDate, PricingType};

pub fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

pub fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

/// A generated summary without anything over time.
pub fn empty() -> Summary {
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
pub fn fill(summary: &mut Summary, currency: &str, first: &str, days: u32, unit: Amount) {
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

pub fn market_totals(summary: &mut Summary, currency: &str, count: usize, unit: Amount) {
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

pub fn allowance(owner: &str, month: &str, size: u64, elsewhere: u64, per_day: u64) -> Allowance {
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

pub fn climb(
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

pub fn bridge(
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

pub fn invoice(bridges: Vec<BridgeSummary>) -> Comparison {
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

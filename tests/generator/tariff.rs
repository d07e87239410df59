//! The tariff of a case: the shipped one, or cards of its own with ladders so short that a few
//! messages climb them.

use std::fmt::Write;
use std::sync::OnceLock;

use chrono::{NaiveDate, TimeDelta};
use rust_decimal::Decimal;

use super::random::Random;
use super::times::Times;
use crate::oracle::Tariff;
use crate::oracle::tariff::{Rate, Step};

#[derive(Clone, Debug)]
pub enum Tables {
    Shipped,
    Own(Tariff),
}

impl Tables {
    pub fn tariff(&self) -> &Tariff {
        match self {
            Tables::Shipped => shipped(),
            Tables::Own(tariff) => tariff,
        }
    }
}

/// Read once for all seeds.
fn shipped() -> &'static Tariff {
    static SHIPPED: OnceLock<Tariff> = OnceLock::new();
    SHIPPED.get_or_init(Tariff::shipped)
}

/// Markets that the customers of `prices` can belong to on some day.
const MARKETS: [&str; 15] = [
    "India",
    "Brazil",
    "Germany",
    "Italy",
    "United Kingdom",
    "North America",
    "Rest of Latin America",
    "Russia",
    "Kazakhstan",
    "Other",
    "Rest of Africa",
    "Rest of Central & Eastern Europe",
    "Poland",
    "Rest of Asia Pacific",
    "Bangladesh",
];

pub fn tables(r: &mut Random, times: &Times, currencies: &[&str]) -> Tables {
    if r.chance(35) {
        return Tables::Shipped;
    }
    let mut tariff = Tariff {
        rates: Vec::new(),
        steps: Vec::new(),
        ..shipped().clone()
    };
    for currency in currencies {
        let lite = r.chance(40); // a column that a card has or has not
        let ai = r.chance(90);
        let gaps = r.pick(&[0, 0, 5, 30]);
        let first = first_day(r, times);
        let ladders = first + TimeDelta::days(r.pick(&[0, 0, 0, 5, 690, 705]));
        for market in MARKETS {
            for category in categories(lite, ai) {
                if !r.chance(gaps) {
                    let card = (*currency, market, category);
                    cell(r, times, "PMP", card, first, &mut tariff);
                    if r.chance(70) {
                        climb(r, card, ladders, &mut tariff);
                    }
                }
            }
            for category in CONVERSATIONS {
                if !r.chance(gaps) {
                    let card = (*currency, market, category);
                    cell(r, times, "CBP", card, first, &mut tariff);
                }
            }
        }
    }
    Tables::Own(tariff)
}

const CONVERSATIONS: [&str; 7] = [
    "marketing",
    "utility",
    "authentication",
    "authentication_international",
    "service",
    "user_initiated",
    "business_initiated",
];

fn categories(lite: bool, ai: bool) -> Vec<&'static str> {
    let mut categories = vec![
        "marketing",
        "utility",
        "authentication",
        "authentication_international",
    ];
    if lite {
        categories.push("marketing_lite");
    }
    if ai {
        categories.push("general_purpose_ai");
    }
    categories
}

/// Mostly long before the log, sometimes within it, so that days without any card occur.
fn first_day(r: &mut Random, times: &Times) -> NaiveDate {
    let day = r.pick(&times.days);
    r.weighted(&[
        (80, day - TimeDelta::days(700)),
        (10, day),
        (10, day + TimeDelta::days(3)),
    ])
}

type Cell<'a> = (&'a str, &'a str, &'a str);

/// One cell from its first day on, its rate changing once or twice near the log.
fn cell(
    r: &mut Random,
    times: &Times,
    model: &str,
    (currency, market, category): Cell,
    first: NaiveDate,
    tariff: &mut Tariff,
) {
    let mut starts = vec![first];
    for _ in 0..r.pick(&[0, 0, 0, 1, 2]) {
        let near = r.pick(&times.days) + TimeDelta::days(r.pick(&[-1, 0, 0, 0, 1, 2]));
        if near > first && !starts.contains(&near) {
            starts.push(near);
        }
    }
    starts.sort();
    let mut rate = amount(r);
    for (index, from) in starts.iter().enumerate() {
        if r.chance(50) {
            rate = amount(r); // else the same amount is printed again
        }
        let next = starts.get(index + 1);
        tariff.rates.push(Rate {
            from: *from,
            to: next.and_then(|next| next.pred_opt()),
            model: model.to_string(),
            currency: currency.to_string(),
            market: market.to_string(),
            category: category.to_string(),
            rate,
        });
    }
}

/// The ladders of a cell that may have some; none starts before the cell has a rate.
fn climb(r: &mut Random, card: Cell, earliest: NaiveDate, tariff: &mut Tariff) {
    let (currency, market, category) = card;
    let tiered = ["utility", "authentication", "authentication_international"];
    if !tiered.contains(&category) {
        return;
    }
    let rates = tariff.rates.iter().filter(|rate| {
        let same = rate.currency == currency && rate.market == market;
        same && rate.category == category && rate.model == "PMP"
    });
    let starts: Vec<NaiveDate> = rates.map(|rate| rate.from.max(earliest)).collect();
    let mut known = Vec::new();
    for _ in 0..r.pick(&[1, 1, 2]) {
        let start = if r.chance(50) {
            starts[0]
        } else {
            r.pick(&starts)
        };
        let from = start + TimeDelta::days(r.pick(&[0, 0, 0, 1, 40]));
        if !known.contains(&from) {
            known.push(from);
            ladder(r, card, from, &mut tariff.steps);
        }
    }
}

fn ladder(
    r: &mut Random,
    (currency, market, category): Cell,
    from: NaiveDate,
    steps: &mut Vec<Step>,
) {
    let mut tier_from = 1;
    let count = r.pick(&[1, 2, 3, 3, 4]);
    for index in 0..count {
        let last = index + 1 == count;
        let open = last && r.chance(70);
        let known = !open || r.chance(85);
        let tier_to = (!open).then(|| tier_from + r.pick(&[0, 0, 0, 1, 2]));
        let priced = known && r.chance(95);
        steps.push(Step {
            from,
            currency: currency.to_string(),
            market: market.to_string(),
            category: category.to_string(),
            tier_from,
            tier_to,
            tier_to_known: known,
            rate: priced.then(|| amount(r)),
        });
        tier_from = tier_to.map_or(tier_from, |last| last + 1);
    }
}

fn amount(r: &mut Random) -> Decimal {
    let digits = r.pick(&[1_u32, 2, 4, 4, 4, 6]);
    Decimal::new(r.between(1, 9_999), digits)
}

pub fn rates_csv(tariff: &Tariff) -> String {
    let mut text =
        "effective_from,effective_to,model,currency,market,category,rate,source,confidence\n"
            .to_string();
    for it in &tariff.rates {
        let to = it.to.map_or(String::new(), |day| day.to_string());
        let (model, currency, market) = (&it.model, &it.currency, &it.market);
        let cell = format!("{model},{currency},{market},{},{}", it.category, it.rate);
        writeln!(text, "{},{to},{cell},generated,single-source", it.from).unwrap();
    }
    text
}

pub fn tiers_csv(tariff: &Tariff) -> String {
    let mut text = "effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence\n".to_string();
    for it in &tariff.steps {
        let to = it.tier_to.map_or(String::new(), |last| last.to_string());
        let rate = it.rate.map_or(String::new(), |rate| rate.to_string());
        let cell = format!("{},{},{},{}", it.from, it.currency, it.market, it.category);
        let (low, known) = (it.tier_from, it.tier_to_known);
        writeln!(
            text,
            "{cell},{low},{to},{known},{rate},,generated,single-source"
        )
        .unwrap();
    }
    text
}

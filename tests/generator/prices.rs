//! Logs whose money is the point: several currencies, portfolios that share volume, volume used
//! elsewhere, small allowances, bids, Meta's own costs, and a tariff with short ladders.

use super::messages::{self, Habits};
use chrono::{NaiveDate, TimeDelta};

use super::random::Random;
use super::times::{PRICE_DAYS, Times};
use super::{Case, inferred, tariff, world};
use crate::oracle::clock::{date, month};
use crate::oracle::{Accounts, Change, International, Portfolio, Row, Settings, UsedVolume};

/// Customers of the markets of `tariff`, neighbours in the list meeting in one log.
const CUSTOMERS: [&str; 19] = [
    "919876500001",
    "919876500002",
    "919876500003",
    "5511987650001",
    "5511987650002",
    "393331234567",
    "4915112345678",
    "447700900123",
    "447781123456", // Guernsey
    "14155550123",
    "16715550123", // Guam
    "18095550123", // the Dominican Republic
    "79161234567",
    "77011234567",
    "263771234567",
    "48601234567",
    "8801712345678",
    "IN.8899aabbccddeeff",
    "BD.112233",
];

/// Many templates of one category, so that a few messages climb a ladder.
const CLIMBING: Habits = Habits {
    customers: &CUSTOMERS,
    inbound: 12,
    clicks: 8,
    favourites: &["utility", "utility", "authentication", "authentication"],
};

const MIXED: Habits = Habits {
    customers: &CUSTOMERS,
    favourites: &["", "marketing_lite", "marketing", "utility"],
    ..messages::ADVERSARIAL
};

const CURRENCIES: [&str; 5] = ["USD", "INR", "GBP", "EUR", "BRL"];

pub fn generate(seed: u64) -> Case {
    let mut random = Random::new(seed ^ 0x5052_4943_4553); // other logs than those of `generate`
    let r = &mut random;
    let mut accounts = world::accounts(r);
    let count = r.pick(&[1, 2, 3]);
    let currencies = &CURRENCIES[..count];
    let mut clock = Times::new(r, &accounts, PRICE_DAYS);
    money(r, &mut accounts, currencies, &clock);
    let mut settings = world::settings(r, &accounts, &clock);
    world::lean(r, &mut accounts, &mut settings, &clock);
    let by_conversation = clock.days[0] < date(2025, 7, 1);
    if by_conversation && r.chance(60) {
        for name in ["allowance_cbp_2022", "allowance_cbp_2023"] {
            settings.set.retain(|(known, _)| known != name); // said once only
            let size = r.pick(&["0", "1", "2"]);
            settings.set.push((name.to_string(), size.to_string()));
        }
    }
    lean(r, &mut settings, &clock);
    let templates = world::templates(r, &clock);
    let tables = tariff::tables(r, &clock, currencies);
    let habits = if r.chance(if by_conversation { 40 } else { 70 }) {
        &CLIMBING
    } else {
        &MIXED
    };
    let mut rows = messages::log(r, &mut clock, habits);
    costs(r, &mut rows, currencies);
    let mut case = Case {
        seed,
        rows,
        accounts,
        templates,
        settings,
        tables: Some(tables),
        all_columns: r.chance(30),
        upper_case_header: r.chance(10),
    };
    used_volume(r, &mut case);
    inferred::guess(&mut case);
    case
}

/// Currencies and portfolios of the accounts, and changes of both.
fn money(r: &mut Random, accounts: &mut Accounts, currencies: &[&str], times: &Times) {
    if !accounts.present {
        return;
    }
    for id in ["P", "Q"] {
        accounts.portfolios.push(Portfolio {
            id: id.to_string(),
            primary_location: Some(r.pick(&["US", "IN", "BD", "DE"]).to_string()),
            international: r.chance(85).then(|| international(r, times)),
        });
    }
    for account in &mut accounts.accounts {
        account.currency = r.chance(80).then(|| r.pick(currencies).to_string());
        let portfolio = r.pick(&["", "P", "P", "P", "P", "Q"]);
        account.portfolio = (!portfolio.is_empty()).then(|| portfolio.to_string());
        if account.changes.is_empty() && r.chance(40) {
            let currency = r.chance(60).then(|| r.pick(currencies).to_string());
            account.changes.push(Change {
                from: near(r, times),
                portfolio: currency.is_none().then(|| r.pick(&["P", "Q"]).to_string()),
                currency,
                ..Change::default()
            });
        }
    }
}

/// eligible since some day, everywhere or in named countries, with a country that begins later.
fn international(r: &mut Random, times: &Times) -> International {
    let day = |r: &mut Random| {
        if r.chance(30) {
            return near(r, times);
        }
        let (year, month, day) = r.pick(&[(2024, 1, 1), (2024, 1, 1), (2024, 7, 2), (2026, 10, 2)]);
        date(year, month, day)
    };
    let mut international = International::default();
    if r.chance(70) {
        international.everywhere_from = Some(day(r));
    } else {
        let countries = ["IN", "BD"].map(|country| (country.to_string(), day(r)));
        international.country_from = countries.to_vec();
    }
    if r.chance(40) {
        let later = near(r, times);
        international.exceptions = vec![("IN".to_string(), later)];
    }
    international
}

/// A day on which something changes within the log.
fn near(r: &mut Random, times: &Times) -> NaiveDate {
    r.pick(&times.days) + TimeDelta::days(r.pick(&[0, 1, 1, 2, 3]))
}

/// The settings that only prices feel, more often than others.
fn lean(r: &mut Random, settings: &mut Settings, times: &Times) {
    let choices = [
        (20, "cutover_basis", "send"),
        (20, "late_delivery_rate", "send"),
        (20, "tier_counts_window_utility_2026", "no"),
        (15, "max_price_basis", "bid"),
        (15, "max_price_basis", "list"),
        (15, "market_us_territories", "north_america"),
        (15, "market_shared_codes", "other"),
        (15, "market_kazakhstan_before_2026_10", "russia"),
    ];
    for (percent, name, value) in choices {
        if r.chance(percent) {
            settings.set.retain(|(known, _)| known != name); // said once only
            settings.set.push((name.to_string(), value.to_string()));
        }
    }
    if settings.rulebook.is_none() && r.chance(15) {
        settings.rulebook = Some(r.pick(&["cbp-2023", "pmp-2025", "pmp-2026"]).to_string());
    }
    if settings.from.is_none() && settings.to.is_none() && r.chance(20) {
        settings.from = Some(near(r, times)); // what came before counts all the same
    }
}

/// Volume used elsewhere, of cells that the log really fills.
fn used_volume(r: &mut Random, case: &mut Case) {
    if !case.accounts.present || r.chance(30) {
        return;
    }
    let tiered = ["utility", "authentication", "authentication_international"];
    let charges = case.outcome().charges;
    let charges = charges.iter().filter(|charge| {
        charge["pricing_type"] == "regular" && tiered.contains(&charge["category"].as_str())
    });
    for charge in charges {
        let day = charge["local_date"].parse().expect("a date");
        let used = UsedVolume {
            portfolio: case.accounts.owner_of_volume(&charge["account"], day),
            market: charge["market"].clone(),
            category: charge["category"].clone(),
            month: month(day),
            count: r.pick(&[1, 1, 2, 2, 3, 79_999, 749_999, 24_999_998]),
        };
        let same = |other: &UsedVolume| {
            let same_cell = other.market == used.market && other.category == used.category;
            other.portfolio == used.portfolio && same_cell && other.month == used.month
        };
        // An account that the file does not name has no volume in it either.
        let named = case.accounts.find(&charge["account"]).is_some();
        if named && r.chance(30) && !case.accounts.used_volume.iter().any(same) {
            case.accounts.used_volume.push(used);
        }
    }
}

/// Bids and Meta's costs on some outbound messages, alike on all rows of a message.
fn costs(r: &mut Random, rows: &mut [Row], currencies: &[&str]) {
    let share = r.pick(&[0, 10, 40]);
    let salt = r.next();
    for row in rows {
        let id: u64 = row.get("message_id").bytes().map(u64::from).sum();
        let mut own = Random::new(salt.wrapping_add(id));
        if own.chance(share) {
            row.set("max_price", own.pick(&["0.02", "0.1", "3"]));
        }
        if own.chance(50) {
            row.set("meta_cost", own.pick(&["0", "0.0118", "0.5"]));
            row.set("meta_cost_currency", own.pick(currencies));
        }
    }
}

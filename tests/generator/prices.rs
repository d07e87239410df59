//! Logs whose money is the point: several currencies, portfolios that share volume, volume used
//! elsewhere, small allowances, bids, Meta's own costs, and a tariff with short ladders.

use super::messages::{self, Habits};
use super::random::Random;
use super::times::{PRICE_DAYS, Times};
use super::{Case, tariff, world};
use crate::oracle::clock::{date, month};
use crate::oracle::{Accounts, Change, International, Portfolio, Row, UsedVolume};

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
    "18095550123", // the Dominican Republic
    "79161234567",
    "77011234567",
    "263771234567",
    "48601234567",
    "8801712345678",
    "IN.8899aabbccddeeff",
    "BD.112233",
    "16715550123", // Guam
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
    ..messages::ADVERSARIAL
};

const CURRENCIES: [&str; 5] = ["USD", "INR", "GBP", "EUR", "BRL"];

pub fn generate(seed: u64) -> Case {
    let mut random = Random::new(seed ^ 0x5052_4943_4553); // other logs than those of `generate`
    let r = &mut random;
    let mut accounts = world::accounts(r);
    let count = r.pick(&[1, 2, 3]);
    let currencies = &CURRENCIES[..count];
    money(r, &mut accounts, currencies);
    let mut clock = Times::new(r, &accounts, PRICE_DAYS);
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
    let templates = world::templates(r, &clock);
    let tables = tariff::tables(r, &clock, currencies);
    used_volume(r, &mut accounts, &clock);
    let habits = if r.chance(if by_conversation { 40 } else { 70 }) {
        &CLIMBING
    } else {
        &MIXED
    };
    let mut rows = messages::log(r, &mut clock, habits);
    costs(r, &mut rows, currencies);
    Case {
        seed,
        rows,
        accounts,
        templates,
        settings,
        tables: Some(tables),
        all_columns: r.chance(30),
        upper_case_header: r.chance(10),
    }
}

/// Currencies and portfolios of the accounts, and changes of both.
fn money(r: &mut Random, accounts: &mut Accounts, currencies: &[&str]) {
    if !accounts.present {
        return;
    }
    for id in ["P", "Q"] {
        accounts.portfolios.push(Portfolio {
            id: id.to_string(),
            primary_location: Some(r.pick(&["US", "IN", "BD", "DE"]).to_string()),
            international: r.chance(85).then(|| international(r)),
        });
    }
    for account in &mut accounts.accounts {
        account.currency = r.chance(80).then(|| r.pick(currencies).to_string());
        let portfolio = r.pick(&["", "P", "P", "P", "P", "Q"]);
        account.portfolio = (!portfolio.is_empty()).then(|| portfolio.to_string());
        if account.changes.is_empty() && r.chance(25) {
            let (year, month) = r.pick(&[(2025, 7), (2026, 9), (2026, 10), (2026, 11)]);
            let currency = r.chance(60).then(|| r.pick(currencies).to_string());
            account.changes.push(Change {
                from: date(year, month, r.pick(&[2, 14, 28])),
                portfolio: currency.is_none().then(|| r.pick(&["P", "Q"]).to_string()),
                currency,
                ..Change::default()
            });
        }
    }
}

/// eligible since some day, everywhere or in named countries, with a country that begins later.
fn international(r: &mut Random) -> International {
    let day = |r: &mut Random| {
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
    if r.chance(30) {
        let later = date(2026, 10, 15);
        international.exceptions = vec![("IN".to_string(), later)];
    }
    international
}

fn used_volume(r: &mut Random, accounts: &mut Accounts, times: &Times) {
    if !accounts.present {
        return;
    }
    let categories = [
        "utility",
        "utility",
        "authentication",
        "authentication_international",
    ];
    for _ in 0..r.pick(&[0, 1, 3, 6]) {
        let used = UsedVolume {
            portfolio: r.pick(&["P", "P", "Q", "A", "B"]).to_string(),
            market: r
                .pick(&["India", "India", "Brazil", "Germany", "Other"])
                .to_string(),
            category: r.pick(&categories).to_string(),
            month: month(r.pick(&times.days)),
            count: r.pick(&[1, 2, 3, 5, 79_999, 749_999, 24_999_998]),
        };
        let same = |other: &UsedVolume| {
            let same_cell = other.market == used.market && other.category == used.category;
            other.portfolio == used.portfolio && same_cell && other.month == used.month
        };
        if !accounts.used_volume.iter().any(same) {
            accounts.used_volume.push(used);
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

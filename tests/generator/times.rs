//! Where in time a log lies: around switches, month starts and clock changes, in the zones of its
//! accounts, and at telling distances from instants already used.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::random::Random;
use crate::oracle::Accounts;
use crate::oracle::clock::{DAY, HOUR, MILLISECOND, MINUTE, SECOND, date, midnight};

pub const ZONES: [&str; 9] = [
    "UTC",
    "Asia/Kolkata",
    "America/Los_Angeles",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "America/Asuncion", // 2023-10-01 began at 01:00
    "Pacific/Chatham",  // 12:45 and 13:45 ahead
    "America/Havana",   // 2026-11-01 began twice
];

pub struct Times {
    /// The days around which the log lies.
    pub days: Vec<NaiveDate>,
    interesting: Vec<i64>,
    /// Instants of the pair whose message is being made, and of all pairs so far.
    pair: String,
    of_pairs: Vec<(String, i64)>,
    /// The finest step of the log's instants.
    pub precision: i64,
}

impl Times {
    pub fn new(r: &mut Random, accounts: &Accounts, choices: &[Weighed]) -> Times {
        let mut days = vec![day(r, choices)];
        if r.chance(30) {
            days.push(day(r, choices));
        }
        let changes = accounts
            .accounts
            .iter()
            .flat_map(|account| &account.changes);
        days.extend(changes.map(|change| change.from));
        if !days.is_empty() && r.chance(70) {
            days.truncate(1); // mostly one place in time, so that messages meet
        }
        let mut zones = vec!["UTC".to_string()];
        zones.extend(
            accounts
                .accounts
                .iter()
                .filter_map(|account| account.timezone.clone()),
        );
        let mut interesting = Vec::new();
        for day in &days {
            for zone in &zones {
                let zone: Tz = zone.parse().expect("a zone");
                interesting.push(midnight(zone, *day));
            }
        }
        let precision = r.weighted(&[(75, SECOND), (20, MILLISECOND), (5, 1)]);
        Times {
            days,
            interesting,
            pair: String::new(),
            of_pairs: Vec::new(),
            precision,
        }
    }

    /// An instant at a telling distance from one that matters, often one of the same pair.
    pub fn next(&mut self, r: &mut Random, pair: &str) -> i64 {
        self.pair = pair.to_string();
        let own = self.of_pairs.iter().filter(|(of, _)| of == pair);
        let own: Vec<i64> = own.map(|(_, instant)| *instant).collect();
        let near_own = !own.is_empty() && r.chance(60);
        let base = r.pick(if near_own { &own } else { &self.interesting });
        let distance = match r.below(12) {
            0 | 1 => 0,
            2 => r.pick(&[-SECOND, SECOND, -MILLISECOND, MILLISECOND, -1, 1]),
            3 => r.pick(&[59, 60, 61, -59, -60, -61]) * SECOND,
            4 => r.between(-90, 90) * MINUTE,
            5 | 11 => r.pick(&[
                DAY,
                DAY,
                -DAY,
                DAY,
                DAY - SECOND,
                DAY + SECOND,
                DAY - MILLISECOND,
                DAY + 1,
            ]),
            6 => 3 * r.pick(&[DAY, -DAY]) + r.pick(&[0, SECOND, -SECOND, MILLISECOND]),
            7 => r.between(-30, 30) * HOUR,
            8 | 9 => r.between(-20 * 60, 20 * 60) * MINUTE,
            10 => r.between(-40 * 3_600, 80 * 3_600) * SECOND,
            _ => r.between(0, 24 * 3_600 * 1_000) * MILLISECOND,
        };
        let instant = (base + distance).div_euclid(self.precision) * self.precision;
        self.remember(r, instant);
        instant
    }

    /// A delay between sending and delivery, or delivery and reading.
    pub fn after(&mut self, r: &mut Random, instant: i64) -> i64 {
        let short = r.between(0, 5) * SECOND;
        let delay = r.weighted(&[
            (40, short),
            (15, 0),
            (8, MILLISECOND),
            (8, 60 * SECOND),
            (6, 61 * SECOND),
            (6, 20 * MINUTE),
            (6, DAY),
            (3, DAY - SECOND),
            (2, 3 * DAY),
            (2, 29 * DAY),
            (2, -SECOND), // the clocks of two machines
            (2, -HOUR),
        ]);
        let later = (instant + delay).div_euclid(self.precision) * self.precision;
        self.remember(r, later);
        later
    }

    fn remember(&mut self, r: &mut Random, instant: i64) {
        // A drift of some weeks is welcome, an endless one is not.
        self.of_pairs.push((self.pair.clone(), instant));
        let near = self
            .interesting
            .iter()
            .take(4)
            .any(|it| (it - instant).abs() < 35 * DAY);
        if near && r.chance(60) {
            self.interesting.push(instant);
        }
    }
}

fn day(r: &mut Random, choices: &[Weighed]) -> NaiveDate {
    let (year, month, day) = r.weighted(choices);
    date(year, month, day)
}

/// A day with its weight.
pub type Weighed = (u64, (i32, u32, u32));

/// Days on which rules change, and clocks.
pub const DAYS: &[Weighed] = &[
    (8, (2022, 2, 1)),
    (8, (2023, 3, 1)),
    (16, (2023, 6, 1)),
    (8, (2024, 11, 1)),
    (28, (2025, 7, 1)),
    (10, (2026, 9, 28)),
    (20, (2026, 10, 1)),
    (4, (2022, 6, 6)),
    (8, (2023, 9, 4)),
    (4, (2023, 10, 1)),
    (2, (2024, 2, 29)),
    (2, (2025, 3, 9)),
    (2, (2025, 3, 30)),
    (2, (2025, 9, 28)),
    (4, (2026, 2, 16)),
    (5, (2026, 3, 11)),
    (5, (2026, 5, 13)),
    (4, (2026, 11, 1)),
    (4, (2028, 1, 1)),
];

/// Days on which prices change as well: cards, ladders, markets, tier months.
pub const PRICE_DAYS: &[Weighed] = &[
    (12, (2022, 6, 6)),
    (8, (2023, 9, 4)),
    (8, (2024, 7, 1)),
    (14, (2024, 8, 1)),
    (8, (2024, 10, 1)),
    (6, (2024, 10, 31)),
    (5, (2025, 2, 1)),
    (16, (2025, 7, 1)),
    (12, (2025, 10, 1)),
    (14, (2026, 1, 1)),
    (12, (2026, 3, 11)),
    (10, (2026, 4, 1)),
    (5, (2026, 5, 13)),
    (16, (2026, 7, 1)),
    (30, (2026, 10, 1)),
    (16, (2026, 11, 1)),
    (8, (2026, 12, 1)),
];

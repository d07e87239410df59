//! What happened when: conversations, units and money by local day, and the hours of the week.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Serialize;

use crate::accounts::{Account, Accounts};
use crate::pricing::{PriceCode, Pricing};
use crate::replay::outcome::{AllowancePosition, Outcome, Part};
use crate::tariff::Amount;
use crate::vocabulary::{
    ChargeCategory, ConversationCategory, Instant, LocalDate, PricingType, Regime,
};

const HOURS: usize = 24;
const DAYS: usize = 7;
const SECONDS_PER_HOUR: i64 = 3_600;
/// 1970-01-01 was a Thursday; weeks start on Monday.
const WEEKDAY_OF_DAY_ZERO: i32 = 3;

/// A run by local days of the accounts. Days on which nothing happened are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OverTime {
    /// Opened conversations and free entry points, by local date of the opening, then category.
    pub conversations: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Charges, by local date, then pricing type.
    pub charges: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// What rated charges cost, by currency, then local date, then category.
    pub amounts: BTreeMap<String, BTreeMap<String, BTreeMap<&'static str, Amount>>>,
    /// Chargeable units by local weekday, Monday first, and hour.
    pub chargeable_by_hour: Vec<Vec<u64>>,
}

/// Counts by day, in integers, until the names are needed.
#[derive(Default)]
pub(super) struct Days {
    conversations: HashMap<(LocalDate, ConversationCategory), u64>,
    charges: HashMap<(LocalDate, ChargeCategory, PricingType, PriceCode), u64>,
    allowances: HashMap<(LocalDate, Regime, u32, u32), u64>,
    chargeable_by_hour: [[u64; HOURS]; DAYS],
}

impl Days {
    /// Counts every part of an outcome.
    pub fn of(outcome: &Outcome, pricing: &Pricing, accounts: &Accounts) -> Self {
        let codes = 0..outcome.cells.accounts.len() as u32;
        let accounts: Vec<&Account> = codes
            .map(|code| accounts.account(&outcome.cells.accounts.word(code)))
            .collect();
        (0..outcome.parts.len())
            .into_par_iter()
            .fold(Self::default, |mut days, number| {
                days.add_conversations(&outcome.parts[number], &accounts);
                days.add_charges(outcome, pricing, number as u32, &accounts);
                days
            })
            .reduce(Self::default, Self::plus)
    }

    fn add_conversations(&mut self, part: &Part, accounts: &[&Account]) {
        for row in part.conversations.iter().filter(|row| row.is_written) {
            let clock = &accounts[row.account as usize].clock;
            let day = (clock.local_date(row.opened_at), row.category);
            *self.conversations.entry(day).or_default() += 1;
        }
    }

    fn add_charges(
        &mut self,
        outcome: &Outcome,
        pricing: &Pricing,
        number: u32,
        accounts: &[&Account],
    ) {
        let part = &outcome.parts[number as usize];
        for (place, row) in part.charges.iter().enumerate() {
            if row.uses_allowance {
                let business = outcome.pairs.parts(row.pair).business;
                let owner = (row.local_date, row.regime, row.account, business);
                *self.allowances.entry(owner).or_default() += 1;
            }
            if !row.is_written {
                continue;
            }
            let code = pricing.code(number, place as u32);
            let day = (row.local_date, row.category, row.pricing_type, code);
            *self.charges.entry(day).or_default() += 1;
            if row.is_chargeable() {
                let clock = &accounts[row.account as usize].clock;
                let offset = clock.offset_seconds(row.charged_at);
                let (weekday, hour) = hour_of_week(row.charged_at, row.local_date, offset);
                self.chargeable_by_hour[weekday][hour] += 1;
            }
        }
    }

    fn plus(mut self, other: Self) -> Self {
        merge(&mut self.conversations, other.conversations);
        merge(&mut self.charges, other.charges);
        merge(&mut self.allowances, other.allowances);
        let hours = self.chargeable_by_hour.iter_mut().flatten();
        for (mine, theirs) in hours.zip(other.chargeable_by_hour.iter().flatten()) {
            *mine += theirs;
        }
        self
    }

    /// By day, with names.
    pub fn over_time(&self, pricing: &Pricing) -> OverTime {
        let mut over_time = OverTime {
            chargeable_by_hour: self.chargeable_by_hour.map(Vec::from).to_vec(),
            ..OverTime::default()
        };
        for (&(date, category), &count) in &self.conversations {
            let day = over_time.conversations.entry(date.to_string()).or_default();
            *day.entry(category.name()).or_default() += count;
        }
        for (&(date, category, pricing_type, code), &count) in &self.charges {
            let date = date.to_string();
            let price = pricing.price(code);
            if let Some(rate) = price.rate {
                let currency = price.currency.code().to_owned();
                let days = over_time.amounts.entry(currency).or_default();
                let day = days.entry(date.clone()).or_default();
                let sum = day.entry(category.name()).or_default();
                let amount = rate.times(count).expect("a line fits");
                *sum = sum.plus(amount).expect("a sum of lines fits");
            }
            let day = over_time.charges.entry(date).or_default();
            *day.entry(pricing_type.name()).or_default() += count;
        }
        over_time
    }

    /// The units of each allowance, by local date.
    pub fn of_allowances(&self, outcome: &Outcome) -> Vec<BTreeMap<String, u64>> {
        let cells = &outcome.cells;
        let mut days = vec![BTreeMap::new(); outcome.allowances.len()];
        let place = |position: &AllowancePosition| (position.regime, position.month);
        let mut positions: HashMap<_, Vec<usize>> = HashMap::new();
        for (number, position) in outcome.allowances.iter().enumerate() {
            positions.entry(place(position)).or_default().push(number);
        }
        for (&(date, regime, account, business), &count) in &self.allowances {
            // S-18: the owner is one of the two.
            let owners = [
                cells.accounts.word(account),
                cells.businesses.word(business),
            ];
            let numbers = positions.get(&(regime, date.month()));
            let mut numbers = numbers.into_iter().flatten();
            let own = numbers.find(|&&number| owners.contains(&outcome.allowances[number].owner));
            if let Some(&number) = own {
                *days[number].entry(date.to_string()).or_default() += count;
            }
        }
        days
    }
}

/// The weekday, Monday first, and the hour on a clock that shows this date.
fn hour_of_week(instant: Instant, date: LocalDate, offset_seconds: i32) -> (usize, usize) {
    let local = instant.plus_seconds(i64::from(offset_seconds));
    let second = local.millis().div_euclid(1_000);
    let hour = second.div_euclid(SECONDS_PER_HOUR).rem_euclid(HOURS as i64);
    let weekday = (date.days() + WEEKDAY_OF_DAY_ZERO).rem_euclid(DAYS as i32);
    (weekday as usize, hour as usize)
}

fn merge<K: std::hash::Hash + Eq>(mine: &mut HashMap<K, u64>, theirs: HashMap<K, u64>) {
    for (key, count) in theirs {
        *mine.entry(key).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_the_wall() {
        // 2026-11-22 is a Sunday; 23:30 in UTC is 00:30 on Monday in Berlin.
        let date = |text: &str| LocalDate::parse(text).expect("a date");
        let instant = date("2026-11-22").midnight_utc().plus_seconds(84_600);
        assert_eq!(hour_of_week(instant, date("2026-11-22"), 0), (6, 23));
        assert_eq!(hour_of_week(instant, date("2026-11-23"), 3_600), (0, 0));
        assert_eq!(
            hour_of_week(instant, date("2026-11-22"), -5 * 3_600),
            (6, 18)
        );
    }
}

//! How many distinct customers an account may start to write to in 24 hours, over time (C-LIMIT).

use std::collections::BTreeMap;

use crate::vocabulary::Instant;

/// The business number by which a limit of each number of an account is told.
const EACH_NUMBER: &str = "*";

/// From when on, and how many; none is no limit.
type Steps = Vec<(Instant, Option<u64>)>;

/// The messaging limits of an account: its own, which is its portfolio's, and those of its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagingLimits {
    of_account: Steps,
    of_numbers: BTreeMap<String, Steps>,
}

impl MessagingLimits {
    /// The one limit of all times that the accounts file states.
    pub(super) fn stated(limit: Option<u64>) -> Self {
        Self {
            of_account: vec![(Instant::MIN, limit)],
            of_numbers: BTreeMap::new(),
        }
    }

    /// Adds what held from an instant on, for a number or (empty) the account; [`Self::close`] puts all in order.
    pub(super) fn add(&mut self, business: &str, at: Instant, limit: Option<u64>) {
        let steps = match business {
            "" => &mut self.of_account,
            number => self.of_numbers.entry(number.to_owned()).or_default(),
        };
        steps.push((at, limit));
    }

    /// Puts the steps in order; of one instant the highest limit counts, no limit being the highest.
    pub(super) fn close(&mut self) {
        let order = |&(at, limit): &(Instant, Option<u64>)| (at, limit.unwrap_or(u64::MAX));
        for steps in self.of_numbers.values_mut().chain([&mut self.of_account]) {
            steps.sort_by_key(order);
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.of_account.is_empty() && self.of_numbers.is_empty()
    }

    /// Whether any limit was ever in force.
    pub fn bind(&self) -> bool {
        let mut steps = self.of_numbers.values().chain([&self.of_account]).flatten();
        steps.any(|(_, limit)| limit.is_some())
    }

    /// The limit of the account and its portfolio at an instant; none if there is none, or none is known yet.
    pub fn of_account(&self, at: Instant) -> Option<u64> {
        in_force(&self.of_account, at)?
    }

    /// The limit of a business number: its own where it has one, else that of each number (`*`), else the account's.
    pub fn of_number(&self, business: &str, at: Instant) -> Option<u64> {
        let limit = |number: &str| in_force(self.of_numbers.get(number)?, at);
        match limit(business).or_else(|| limit(EACH_NUMBER)) {
            Some(limit) => limit,
            None => self.of_account(at),
        }
    }
}

fn in_force(steps: &Steps, at: Instant) -> Option<Option<u64>> {
    let later = steps.partition_point(|&(from, _)| from <= at);
    Some(steps[later.checked_sub(1)?].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Instant = Instant::from_seconds(3_600);
    const DAY: Instant = Instant::from_seconds(86_400);

    #[test]
    fn a_limit_holds_from_its_instant_on_and_a_number_has_its_own() {
        let mut limits = MessagingLimits::default();
        assert!(limits.is_empty() && !limits.bind());
        limits.add("", DAY, None);
        limits.add("", HOUR, Some(250));
        limits.add("491", DAY, Some(50));
        limits.close();
        assert!(limits.bind());
        assert_eq!(limits.of_account(Instant::from_seconds(3_599)), None);
        assert_eq!(limits.of_account(HOUR), Some(250));
        assert_eq!(limits.of_account(DAY), None, "no limit any more");
        assert_eq!(limits.of_number("491", HOUR), Some(250), "the account's");
        assert_eq!(limits.of_number("491", DAY), Some(50));
        assert_eq!(limits.of_number("492", DAY), None);
    }

    #[test]
    fn what_holds_for_each_number_stands_between_its_own_and_the_account_s() {
        let mut limits = MessagingLimits::default();
        limits.add("", HOUR, Some(10_000));
        limits.add("*", HOUR, Some(250));
        limits.add("491", HOUR, Some(1_000));
        limits.close();
        assert_eq!(limits.of_number("491", HOUR), Some(1_000));
        assert_eq!(limits.of_number("492", HOUR), Some(250));
        assert_eq!(limits.of_account(HOUR), Some(10_000));
    }

    #[test]
    fn of_one_instant_the_highest_limit_counts() {
        let mut limits = MessagingLimits::default();
        limits.add("", HOUR, Some(1_000));
        limits.add("", HOUR, Some(250));
        limits.close();
        assert_eq!(limits.of_account(HOUR), Some(1_000));
        let stated = MessagingLimits::stated(Some(2));
        assert_eq!(stated.of_number("491", Instant::MIN), Some(2));
        assert!(!MessagingLimits::stated(None).bind());
        assert!(!MessagingLimits::stated(None).is_empty());
    }
}

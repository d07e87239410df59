//! Which account a business number belonged to, and when.
//!
//! The days of an assignment are days of the account that holds the number, both ends included. When a
//! number moves overnight between accounts in different zones, it moves at the new account's midnight.

use std::collections::HashMap;

use super::{AccountClock, file::NumberCell};
use crate::{
    rulebook::{ConfigError, Place},
    vocabulary::{Instant, LocalDate, PhoneDigits},
};

/// Every assignment of every number.
#[derive(Clone, Debug, Default)]
pub(super) struct NumberBook(HashMap<String, Vec<Assignment>>);

#[derive(Clone, Debug)]
struct Assignment {
    account: usize,
    from: LocalDate,
    to: LocalDate,
    start: Instant,
    end: Instant,
    place: Place,
}

impl NumberBook {
    /// Notes that a number belonged to an account.
    pub(super) fn assign(
        &mut self,
        cell: NumberCell,
        account: usize,
        clock: &AccountClock,
        place: Place,
    ) {
        let assignment = Assignment {
            account,
            from: cell.from.unwrap_or(LocalDate::MIN),
            to: cell.to.unwrap_or(LocalDate::MAX),
            start: cell.from.map_or(Instant::MIN, |from| clock.midnight(from)),
            end: cell.to.map_or(Instant::MAX, |to| clock.midnight(to.next())),
            place,
        };
        self.0
            .entry(key(&cell.number))
            .or_default()
            .push(assignment);
    }

    /// Puts the assignments of each number in order, once all are noted.
    pub(super) fn close(&mut self) -> Result<(), ConfigError> {
        // In the order of names, so that the same file is always refused for the same number.
        let mut numbers: Vec<_> = self.0.iter_mut().collect();
        numbers.sort_by(|left, right| left.0.cmp(right.0));
        for (number, assignments) in numbers {
            assignments.sort_by_key(|assignment| (assignment.from, assignment.to));
            for place in 1..assignments.len() {
                let (earlier, later) = assignments.split_at_mut(place);
                let (earlier, later) = (&mut earlier[place - 1], &later[0]);
                if later.from <= earlier.to {
                    let date = if later.from == LocalDate::MIN {
                        "every date".to_owned()
                    } else {
                        later.from.to_string()
                    };
                    let what = format!("business number `{number}`");
                    return Err(ConfigError::Overlap {
                        place: later.place.clone(),
                        what,
                        date,
                    });
                }
                if later.from == earlier.to.next() || earlier.end > later.start {
                    earlier.end = later.start;
                }
            }
        }
        Ok(())
    }

    /// Numbers with dated assignments, and who had them from when on.
    pub(super) fn moved(&self) -> impl Iterator<Item = (&str, Vec<(Instant, Option<usize>)>)> {
        let is_dated = |assignment: &Assignment| {
            assignment.start != Instant::MIN || assignment.end != Instant::MAX
        };
        let dated = self
            .0
            .iter()
            .filter(move |(_, assignments)| assignments.iter().any(is_dated));
        dated.map(|(number, assignments)| {
            let mut moves: Vec<(Instant, Option<usize>)> = vec![(Instant::MIN, None)];
            for assignment in assignments {
                moves.retain(|&(from, _)| from < assignment.start);
                moves.push((assignment.start, Some(assignment.account)));
                moves.push((assignment.end, None));
            }
            (number.as_str(), moves)
        })
    }

    /// Who has had a number, from when to when.
    pub(super) fn assignments(
        &self,
        number: &str,
    ) -> impl Iterator<Item = (usize, LocalDate, LocalDate)> {
        let found = self.0.get(&key(number)).into_iter().flatten();
        found.map(|assignment| (assignment.account, assignment.from, assignment.to))
    }

    /// The account of a number at an instant, or the last it had.
    pub(super) fn account_at(&self, number: &str, at: Option<Instant>) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        let assignments = match self.0.get(number) {
            Some(found) => found,
            None => self.0.get(&key(number))?,
        };
        let found = match at {
            None => assignments.last(),
            Some(at) => assignments
                .iter()
                .find(|assignment| assignment.start <= at && at < assignment.end),
        };
        found.map(|assignment| assignment.account)
    }
}

/// The form in which numbers and ids are compared: digits lose their `+` and the marks people group them with.
pub(super) fn key(number: &str) -> String {
    let number = number.trim();
    let grouping = [' ', '-', '(', ')', '.', '/'];
    let plain = if number.starts_with('+') {
        number.replace(grouping, "")
    } else {
        number.to_owned()
    };
    match std::str::from_utf8(PhoneDigits::strip_plus(plain.as_bytes())) {
        Ok(digits) => digits.to_owned(),
        Err(_) => plain,
    }
}

//! When business numbers wrote and were written to: what gaps and double accounts show in (Q-GAP,
//! Q-TWO-ACCOUNTS).

use hashbrown::HashMap;

use crate::vocabulary::{Instant, LocalDate};

const MICROS_PER_DAY: i64 = 86_400 * crate::vocabulary::MICROS_PER_SECOND;

/// The activity of numbers, by number and account, as codes of the log's words.
#[derive(Debug, Default)]
pub struct Activity {
    numbers: HashMap<(u32, u32), NumberActivity>,
}

/// The activity of one number under one account.
#[derive(Clone, Debug)]
pub struct NumberActivity {
    /// Its first message.
    pub first: Instant,
    /// Its last one.
    pub last: Instant,
    /// Messages by day of UTC.
    pub days: HashMap<LocalDate, u64>,
}

impl Activity {
    /// Counts a message.
    pub fn add(&mut self, business: u32, account: u32, at: Instant) {
        let number = self.number(business, account, at);
        number.first = number.first.min(at);
        number.last = number.last.max(at);
        let day = LocalDate::from_days(at.micros().div_euclid(MICROS_PER_DAY) as i32);
        *number.days.entry(day).or_default() += 1;
    }

    /// Adds what another part counted.
    pub fn append(&mut self, other: Self) {
        for ((business, account), theirs) in other.numbers {
            let mine = self.number(business, account, theirs.first);
            mine.first = mine.first.min(theirs.first);
            mine.last = mine.last.max(theirs.last);
            for (day, count) in theirs.days {
                *mine.days.entry(day).or_default() += count;
            }
        }
    }

    /// Every number and account with what they did, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, &NumberActivity)> {
        self.numbers
            .iter()
            .map(|(&(business, account), number)| (business, account, number))
    }

    fn number(&mut self, business: u32, account: u32, at: Instant) -> &mut NumberActivity {
        self.numbers
            .entry((business, account))
            .or_insert_with(|| NumberActivity {
                first: at,
                last: at,
                days: HashMap::new(),
            })
    }
}

//! Large logs for benchmarks: seeded, nearly in order of time, made as they are read.
//!
//! Businesses write to a heavy tail of customers over a month with days and nights; customers answer;
//! agents answer those, so that windows open and free-form messages mostly fall inside one. Memory is
//! two short rings of recent messages, whatever the number of rows.
//!
//! ```ignore
//! mod log_generator;
//! let bytes = log_generator::write_csv(log_generator::generate(1_000_000, (2026, 10), 1), path)?;
//! ```

#![allow(dead_code, unused_imports, reason = "each bench uses a part")]

mod csv;
mod random;
mod vocabulary;

use chrono::{Datelike, NaiveDate};

pub use csv::write_csv;
use random::Random;
use vocabulary::{CALLING_PREFIXES, FREE_FORM, HOUR_WEIGHTS, INBOUND, TEMPLATES};

pub const BUSINESS_NUMBERS: u64 = 200;
pub const ACCOUNTS: u64 = 20;
/// Rows per customer, on average.
pub const ROWS_PER_CUSTOMER: usize = 12;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Most rows stand at most this far (seconds) from their place in time.
const DISORDER: i64 = 180;
/// How many messages back a reply or a late status row may reach.
const RING: usize = 4096;

/// A row of the log. Times are seconds since the epoch; empty words are empty cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    pub message_id: [u8; 30],
    pub timestamp: i64,
    pub delivered_at: Option<i64>,
    pub direction: &'static str,
    pub business: u64,
    pub customer: u64,
    pub kind: &'static str,
    pub category: &'static str,
    pub template: &'static str,
    pub status: &'static str,
    pub entry_point: &'static str,
    /// From 0; [`Row::account_id`] is what the log says.
    pub account: u64,
}

impl Row {
    pub fn message_id(&self) -> &str {
        std::str::from_utf8(&self.message_id).expect("ids are ASCII")
    }

    pub fn account_id(&self) -> String {
        format!("waba{:02}", self.account)
    }
}

/// A log of exactly that many rows over one month (UTC); the month decides which rules apply.
///
/// # Panics
/// If there is no such month.
pub fn generate(rows: usize, month: (i32, u32), seed: u64) -> impl Iterator<Item = Row> {
    let first_day = NaiveDate::from_ymd_opt(month.0, month.1, 1).expect("a month");
    let days = i64::from(first_day.num_days_in_month());
    Generator {
        random: Random::seeded(seed),
        rows: rows as u64,
        made: 0,
        start: i64::from(first_day.to_epoch_days()) * DAY,
        days,
        customers: (rows / ROWS_PER_CUSTOMER).max(1) as u64,
        questions: Ring::new(),
        delivered: Ring::new(),
    }
}

struct Generator {
    random: Random,
    rows: u64,
    made: u64,
    start: i64,
    days: i64,
    customers: u64,
    /// Messages from customers that nobody answered yet.
    questions: Ring,
    /// Delivered messages that nobody read yet.
    delivered: Ring,
}

impl Iterator for Generator {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.made == self.rows {
            return None;
        }
        let at = self.next_instant();
        self.made += 1;
        let lot = self.random.below(100);
        let row = match lot {
            0..6 => self.read_later(at),
            6..51 => None,
            _ => Some(self.outbound(at)),
        };
        Some(row.unwrap_or_else(|| self.inbound(at)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.rows - self.made) as usize;
        (left, Some(left))
    }
}

impl Generator {
    /// Rows follow the clock through busy and quiet hours, some minutes to and fro.
    fn next_instant(&mut self) -> i64 {
        const PARTS: u64 = 1 << 20;
        let progress =
            u128::from(self.made) * self.days as u128 * u128::from(PARTS) / u128::from(self.rows);
        let (day, part) = ((progress >> 20) as i64, progress as u64 & (PARTS - 1));
        // How much of the day's traffic has passed, in hundredths of its weight, decides the hour.
        let mut passed = part * HOUR_WEIGHTS.iter().sum::<u64>();
        let mut hour = 0;
        while passed >= HOUR_WEIGHTS[hour] * PARTS {
            passed -= HOUR_WEIGHTS[hour] * PARTS;
            hour += 1;
        }
        let second = (passed * HOUR as u64 / (HOUR_WEIGHTS[hour] * PARTS)) as i64;
        let disorder = self.random.below(2 * DISORDER as u64 + 1) as i64 - DISORDER;
        let at = self.start + day * DAY + hour as i64 * HOUR + second + disorder;
        at.clamp(self.start, self.start + self.days * DAY - 1)
    }

    /// A `read` status row of a message that stands further up, if there is one.
    fn read_later(&mut self, at: i64) -> Option<Row> {
        let mut row = self.delivered.take(&mut self.random)?;
        row.timestamp = at.max(row.delivered_at.unwrap_or(row.timestamp) + 2);
        (row.status, row.delivered_at) = ("read", None);
        Some(row)
    }

    fn inbound(&mut self, at: i64) -> Row {
        let mut row = self.row(at);
        (row.direction, row.kind) = ("inbound", *self.random.pick(&INBOUND));
        // 0.5 % of all rows, of which inbound ones are a bit over 45 %.
        if self.random.below(1000) < 11 {
            row.entry_point = "ad";
        }
        self.questions.put(row);
        row
    }

    fn outbound(&mut self, at: i64) -> Row {
        let mut row = self.row(at);
        row.direction = "outbound";
        let is_template = self.random.below(100) < 60;
        let answers = !is_template || self.random.below(100) < 15;
        let question = if answers {
            self.questions.take(&mut self.random)
        } else {
            None
        };
        if let Some(question) = question {
            (row.business, row.customer, row.account) =
                (question.business, question.customer, question.account);
            row.timestamp = at.max(question.timestamp + 5);
        }
        if is_template {
            row.kind = "template";
            (row.category, row.template) = *self.random.pick(&TEMPLATES);
        } else {
            row.kind = *self.random.pick(&FREE_FORM);
        }
        let delay = match self.random.below(100) {
            0..90 => self.random.below(8) + 1,
            90..98 => self.random.below(20 * 60),
            _ => self.random.below(12 * 3600),
        };
        match self.random.below(100) {
            0..2 => row.status = "failed",
            2..5 => row.status = "sent",
            lot => {
                row.status = if lot < 40 { "read" } else { "delivered" };
                row.delivered_at = Some(row.timestamp + delay as i64);
                // Its `read` row will stand where its time is.
                if row.status == "delivered" && delay < DISORDER as u64 {
                    self.delivered.put(row);
                }
            }
        }
        row
    }

    /// A new message of some customer with, nine times of ten, the business they always write with.
    fn row(&mut self, at: i64) -> Row {
        let customer = self.random.pareto(self.customers);
        let traits = random::mix(customer);
        let usual = squared(traits >> 32, BUSINESS_NUMBERS);
        let business = if self.random.below(10) == 0 {
            self.random.below(BUSINESS_NUMBERS)
        } else {
            usual
        };
        let prefix = CALLING_PREFIXES[(traits % CALLING_PREFIXES.len() as u64) as usize];
        Row {
            message_id: self.message_id(),
            timestamp: at,
            delivered_at: None,
            direction: "",
            business: 493_023_125_000 + business,
            customer: prefix * 100_000_000 + customer,
            kind: "",
            category: "",
            template: "",
            status: "",
            entry_point: "",
            account: business * ACCOUNTS / BUSINESS_NUMBERS,
        }
    }

    /// `wamid.` and 24 characters: the row's number, which makes it unique, mixed over all of them.
    fn message_id(&mut self) -> [u8; 30] {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut id = *b"wamid.HBgN00000000000000000000";
        // Mixing is a bijection of 64 bits, so eleven characters tell any two rows apart.
        let (mut unique, mut rest) = (random::mix(self.made), self.random.next());
        for character in &mut id[10..21] {
            *character = ALPHABET[(unique & 63) as usize];
            unique >>= 6;
        }
        for character in &mut id[21..] {
            *character = ALPHABET[(rest & 63) as usize];
            rest >>= 6;
        }
        id
    }
}

/// A number below `end`, small ones more often: some businesses write much more than others.
fn squared(bits_32: u64, end: u64) -> u64 {
    let share = (bits_32 * bits_32) >> 32;
    (share * end) >> 32
}

/// The latest messages; taking one out leaves room for a newer one.
struct Ring {
    rows: Vec<Option<Row>>,
    next: usize,
}

impl Ring {
    fn new() -> Self {
        Self {
            rows: vec![None; RING],
            next: 0,
        }
    }

    fn put(&mut self, row: Row) {
        self.rows[self.next] = Some(row);
        self.next = (self.next + 1) % RING;
    }

    /// Looks in some places only, so that it takes the same time however full the ring is.
    fn take(&mut self, random: &mut Random) -> Option<Row> {
        (0..4).find_map(|_| self.rows[random.below(RING as u64) as usize].take())
    }
}

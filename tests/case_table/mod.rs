//! The case tables of `tests/cases/*.txt` as values: what a table says, before anything is run.
//!
//! `parse` reads the text, `message` one message line, `log` writes the input of the program,
//! `tariff` the cards a case brings along, `run` calls it, `compare` holds its tables against the
//! `expected` cells, `bill` the lines and their sums.

pub mod accounts;
pub mod bill;
pub mod by_oracle;
pub mod compare;
pub mod conversation;
pub mod expected;
pub mod instant;
pub mod log;
pub mod message;
pub mod parse;
pub mod price;
pub mod run;
mod selftest;
pub mod tariff;

use chrono::{DateTime, NaiveDate, Utc};
use price::Price;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub type Instant = DateTime<Utc>;

/// One `case` of a file: settings, messages, and what the rules say must come of them.
#[derive(Debug, Default)]
pub struct Case {
    pub file: String,
    pub line: usize,
    pub title: String,
    /// Ids of rules and settings the title names.
    pub holds: Vec<String>,
    /// Further arguments of `counterfoil replay`.
    pub arguments: Vec<String>,
    pub exit_code: Option<i32>,
    pub accounts: BTreeMap<String, Account>,
    pub portfolio: Vec<(String, String)>,
    pub allowances_used: Vec<AllowanceUsed>,
    pub volumes_used: Vec<VolumeUsed>,
    /// Lines that the case adds to the shipped tariff, by file.
    pub tariff: BTreeMap<&'static str, Vec<String>>,
    /// What `lines` must add up to, by currency.
    pub bills: Vec<Bill>,
    /// Lines of templates.csv.
    pub registry: Vec<[String; 5]>,
    pub messages: Vec<Message>,
    pub conversations: Vec<Conversation>,
}

#[derive(Debug, Default, Clone)]
pub struct Account {
    pub terms: BTreeMap<String, String>,
    pub changes: Vec<(NaiveDate, String, String)>,
}

#[derive(Debug, PartialEq)]
pub struct AllowanceUsed {
    /// `account` or `number`.
    pub scope: &'static str,
    pub name: String,
    pub month: String,
    pub count: u32,
}

/// `[[used_volume]]`; the owner is a portfolio or an account without one.
#[derive(Debug, PartialEq)]
pub struct VolumeUsed {
    pub owner: String,
    pub market: String,
    pub category: String,
    pub month: String,
    pub count: u64,
}

/// A `bill` line: the sum of all lines of a currency.
#[derive(Debug, PartialEq)]
pub struct Bill {
    pub line: usize,
    pub currency: String,
    pub amount: Decimal,
}

/// A message line: one message, or with `status=` one raw row of a message.
#[derive(Debug, Clone)]
pub struct Message {
    pub line: usize,
    pub id: String,
    pub inbound: bool,
    pub kind: String,
    pub category: String,
    pub business: String,
    pub customer: String,
    /// The account that owns the message, even where its cell is left blank.
    pub account: String,
    pub account_cell_blank: bool,
    /// Other canonical columns with their text, marks included.
    pub cells: BTreeMap<&'static str, String>,
    pub fate: Fate,
    /// No statement on lines that are further raw rows of a message.
    pub outcome: Option<Outcome>,
}

/// What the log knows of a message's way.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    Received {
        at: Instant,
    },
    Delivered {
        sent: Instant,
        delivered: Instant,
    },
    Undelivered {
        sent: Instant,
    },
    Failed {
        sent: Instant,
        at: Instant,
    },
    /// Several statuses besides `sent`; cannot be one row.
    Statuses {
        sent: Instant,
        later: Vec<(&'static str, Instant)>,
    },
    /// One row exactly as the line gives it.
    RawRow {
        at: Instant,
        status: String,
        delivered_at: Option<Instant>,
    },
}

impl Fate {
    /// The delivery as far as the line states it (D-1); raw rows state it in their outcome.
    pub fn delivery(&self) -> Option<Instant> {
        match self {
            Fate::Delivered { delivered, .. } => Some(*delivered),
            Fate::Statuses { later, .. } => {
                let earliest = |status: &[&str]| {
                    later
                        .iter()
                        .filter(|(name, _)| status.contains(name))
                        .map(|(_, at)| *at)
                        .min()
                };
                earliest(&["delivered"]).or_else(|| earliest(&["read", "played"]))
            }
            _ => None,
        }
    }

    pub fn fits_one_row(&self) -> bool {
        !matches!(self, Fate::Statuses { .. })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Opens a conversation of this category; the `opens` line below gives its terms.
    Opens(String),
    /// Delivered inside a conversation that bills it: no row of its own.
    Covered,
    /// Delivered, but no business of the rules: no row.
    Nothing,
    NotDelivered,
    Rejected,
    Charge(Charge),
}

/// A row of charges, as far as a case states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    pub pricing_type: String,
    /// `None` where section 13 of the rules names no rule.
    pub rule: Option<String>,
    pub category: Option<String>,
    pub edge: bool,
    pub estimated: bool,
    pub local_date: Option<NaiveDate>,
    pub charged_at: Option<Instant>,
    /// What it costs; a case with any price is run by `audit`.
    pub price: Option<Price>,
}

#[derive(Debug, Clone)]
pub struct Conversation {
    pub line: usize,
    pub category: String,
    pub opened: Instant,
    pub expires: Instant,
    pub ending: Ending,
    pub rule: String,
    pub regime: Option<String>,
    pub opened_by: Option<String>,
    pub outbound: Option<u32>,
    pub inbound: Option<u32>,
    pub charge: Option<Charge>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// Not said: it ran its scheduled time, or the log ended first.
    Scheduled,
    Expired,
    StillOpen,
    Closed {
        at: Instant,
        reason: String,
    },
}

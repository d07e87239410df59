//! The independent oracle: the rules of rules.md done slowly, one message at a time, with lists and
//! linear searches only, so that a reader can hold each line beside the rule whose id it cites.
//!
//! It shares no code with the engine. `replay` takes the log as its cells would stand in a CSV and
//! gives back the rows that `counterfoil replay --csv` must write, with a tariff those of `audit`.
#![allow(dead_code, unused_imports)]

use std::collections::BTreeMap;

pub mod accounts;
pub mod allowance;
pub mod card;
pub mod cells;
pub mod charges;
pub mod clock;
pub mod conversation;
pub mod edge;
pub mod entry_point;
pub mod exceptions;
pub mod fold;
pub mod hand;
pub mod inferred;
pub mod lines;
pub mod market;
pub mod message;
pub mod pair;
pub mod portfolio;
pub mod price;
pub mod regime;
pub mod settings;
pub mod tariff;
pub mod window;

pub use accounts::{Account, Accounts, Change, UsedAllowance};
pub use portfolio::{International, Portfolio, UsedVolume};
pub use settings::Settings;
pub use tariff::Tariff;

/// The canonical columns in the contract's order (contract 3).
pub const COLUMNS: [&str; 30] = [
    "message_id",
    "timestamp",
    "direction",
    "business",
    "customer",
    "type",
    "category",
    "template",
    "status",
    "delivered_at",
    "entry_point",
    "account",
    "group",
    "channel",
    "origin",
    "error_code",
    "max_price",
    "text",
    "seen_at",
    "meta_pricing_model",
    "meta_billable",
    "meta_pricing_type",
    "meta_category",
    "meta_conversation_id",
    "meta_conversation_origin",
    "meta_expires_at",
    "meta_pricing_subtype",
    "meta_cost",
    "meta_cost_currency",
    "inferred",
];

/// One row of a log; an empty cell is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    pub fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", |cell| cell.as_str())
    }

    pub fn set(&mut self, column: &str, cell: &str) {
        let name = COLUMNS.iter().find(|name| **name == column);
        let name = name.expect("a canonical column");
        self.cells.insert(name, cell.to_string());
    }

    pub fn with(mut self, column: &str, cell: &str) -> Row {
        self.set(column, cell);
        self
    }
}

/// One line of the template registry (contract 5); `template` is `name` or `name/language`.
#[derive(Clone, Debug)]
pub struct Registered {
    pub template: String,
    pub category: String,
    pub status: String,
    pub valid_from: i64,
}

/// A row of an output table: column → cell as the CSV holds it.
pub type ConversationRow = BTreeMap<&'static str, String>;
pub type ChargeRow = BTreeMap<&'static str, String>;

/// The control totals of contract 3, in rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub rows_read: u64,
    pub inbound: u64,
    pub outbound_delivered: u64,
    pub outbound_undelivered: u64,
    pub not_api: u64,
    pub exact_duplicates: u64,
    pub folded_status_rows: u64,
    pub other_channel: u64,
    pub outside_period: u64,
    pub rejected: u64,
}

impl Totals {
    pub fn named(&self) -> [(&'static str, u64); 10] {
        [
            ("rows_read", self.rows_read),
            ("inbound", self.inbound),
            ("outbound_delivered", self.outbound_delivered),
            ("outbound_undelivered", self.outbound_undelivered),
            ("not_api", self.not_api),
            ("exact_duplicates", self.exact_duplicates),
            ("folded_status_rows", self.folded_status_rows),
            ("other_channel", self.other_channel),
            ("outside_period", self.outside_period),
            ("rejected", self.rejected),
        ]
    }
}

#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub conversations: Vec<ConversationRow>,
    pub charges: Vec<ChargeRow>,
    pub totals: Totals,
    pub rejected: BTreeMap<&'static str, u64>,
}

/// What stands outside the log.
pub struct World<'a> {
    pub accounts: &'a Accounts,
    pub settings: &'a Settings,
    pub templates: &'a [Registered],
    /// The ISO country of a customer's number; ask.
    pub country_of: &'a dyn Fn(&str) -> Option<String>,
    /// What things cost; without it nothing is priced.
    pub tariff: Option<&'a Tariff>,
}

pub fn no_country(_customer: &str) -> Option<String> {
    None
}

/// Replays a log.
pub fn replay(log: &[Row], world: &World) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.totals.rows_read = log.len() as u64;

    let folded = fold::fold(log, world, &mut outcome);
    let messages = fold::in_period(folded.messages, world, &mut outcome);
    let messages = inferred::with_decided_kinds(messages, world);

    let mut places = Vec::new();
    let mut conversations = Vec::new();
    for key in pair::pairs(&messages) {
        pair::run(&key, &messages, world, &mut conversations, &mut places);
    }
    outcome.conversations =
        conversation::conversation_rows(&conversations, &messages, world, folded.end_of_log);
    outcome.charges = charges::charge_rows(&conversations, &places, &messages, world);

    let totals = outcome.totals.named();
    let sum: u64 = totals[1..].iter().map(|(_, rows)| rows).sum();
    assert_eq!(
        outcome.totals.rows_read, sum,
        "the control totals close (contract 3)"
    );
    outcome
}

//! A conversation or free entry point, and its row in `conversations.csv`.

use std::collections::BTreeMap;

use super::clock::{self, show_instant};
use super::message::Message;
use super::{ConversationRow, World, fold};

#[derive(Clone, Debug)]
pub struct Conversation {
    /// Index of the message that opened it.
    pub opener: usize,
    pub category: String,
    pub opened_at: i64,
    pub expires_at: i64,
    /// F-5: closed by an entry point.
    pub closed_at: Option<i64>,
    pub regime: &'static str,
    pub rule: &'static str,
    /// Reconstructed under per-message pricing on `--shadow` (P25-6).
    pub shadow: bool,
    pub outbound: u64,
    pub inbound: u64,
}

impl Conversation {
    pub fn is_entry_point(&self) -> bool {
        self.category == "free_entry_point"
    }

    pub fn is_open(&self, at: i64) -> bool {
        self.closed_at.is_none() && at < self.expires_at // T-4
    }

    /// Reading 25: the actual end.
    pub fn end(&self) -> i64 {
        self.closed_at.unwrap_or(self.expires_at)
    }
}

/// `conversations.csv` (contract 4).
pub fn conversation_rows(
    conversations: &[Conversation],
    messages: &[Message],
    world: &World,
    end_of_log: i64,
) -> Vec<ConversationRow> {
    let mut rows = Vec::new();
    for conversation in conversations {
        let opener = &messages[conversation.opener];
        if fold::is_before_period(opener, world) {
            continue; // reading 15
        }
        let end_of_log = match world.settings.to {
            Some(to) => {
                let next = to.succ_opt().expect("a next day");
                *world
                    .accounts
                    .midnights(&opener.account, next, world.settings)
                    .first()
                    .unwrap()
            }
            None => end_of_log,
        };
        let (closed_at, reason) = match conversation.closed_at {
            Some(at) => (show_instant(at), "entry_point_opened"), // F-5
            None if conversation.expires_at > end_of_log => (String::new(), "open_at_end_of_log"),
            None => (show_instant(conversation.expires_at), "expired"),
        };
        rows.push(BTreeMap::from([
            ("conversation_id", conversation_id(conversation, opener)),
            ("account", opener.account.clone()),
            ("business", opener.business.clone()),
            ("customer", opener.customer.clone()),
            ("category", conversation.category.clone()),
            ("opened_at", show_instant(conversation.opened_at)),
            ("expires_at", show_instant(conversation.expires_at)),
            ("closed_at", closed_at),
            ("close_reason", reason.to_string()),
            ("opened_by", opener.id.clone()),
            ("regime", conversation.regime.to_string()),
            ("rule", conversation.rule.to_string()),
            ("messages_outbound", conversation.outbound.to_string()),
            ("messages_inbound", conversation.inbound.to_string()),
        ]));
    }
    rows
}

/// Contract 4: the first 16 hex digits of BLAKE3 over the fields joined with U+001F.
pub fn id(fields: &[&str]) -> String {
    let hash = blake3::hash(fields.join("\u{1f}").as_bytes());
    hash.to_hex()[..16].to_string()
}

pub fn conversation_id(conversation: &Conversation, opener: &Message) -> String {
    let opened_ms = conversation
        .opened_at
        .div_euclid(clock::MILLISECOND)
        .to_string();
    id(&[
        "conversation",
        &opener.account,
        &opener.business,
        &opener.customer,
        &conversation.category,
        &opened_ms,
        &opener.id,
    ])
}

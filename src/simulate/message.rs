//! A message of the simulation, before it becomes rows.

use crate::vocabulary::EntryPoint;

/// Seconds until something that never happens.
pub const NEVER: u32 = u32::MAX;
/// Meta's error for a message that cannot be delivered.
pub const UNDELIVERABLE: u16 = 26;
/// Meta's error for marketing that it holds back (X-6 among its reasons).
pub const HELD_BACK: u16 = 49;
/// What Meta's errors for messages begin at.
pub const ERRORS_FROM: u32 = 131_000;

/// What kind of message it is, and who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A customer writes.
    Inbound,
    /// A customer puts an emoji on a message (D-6).
    Reaction,
    /// A notice of the platform about a customer (D-6).
    System,
    /// A customer calls and is answered (W-4).
    Call,
    /// The business writes without a template.
    FreeForm,
    /// The business sends a template.
    Template,
}

impl Kind {
    /// Whether the business wrote it.
    pub const fn is_outbound(self) -> bool {
        matches!(self, Self::FreeForm | Self::Template)
    }
}

/// What Meta says of the price on the message's statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// Nothing: an inbound message, or one that failed.
    None,
    /// Only the model and the category: not delivered (yet).
    PerMessage,
    /// The first conversation-based pricing, which had no categories.
    FirstConversation,
    /// Conversation-based pricing, in a conversation of the message's own category.
    Conversation,
    /// Conversation-based pricing, in a free entry point.
    ConversationEntryPoint,
    /// Per message, at a rate.
    Regular,
    /// Per message, free as customer service.
    FreeService,
    /// Per message, free inside a free entry point.
    FreeEntryPoint,
}

/// A message; times are whole seconds, as Meta's webhooks have them.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Received or sent, in seconds since the epoch.
    pub at: i64,
    /// The unique part of its id.
    pub id: u64,
    /// The customer's number.
    pub customer: u64,
    /// Seconds from sending to delivery, or [`NEVER`].
    pub delivered_after: u32,
    /// Seconds from sending to reading, or [`NEVER`].
    pub read_after: u32,
    /// The customer's place in its block.
    pub place: u32,
    /// The business's place in the model.
    pub business: u16,
    /// The template's place in the model.
    pub template: u16,
    /// Meta's error less [`ERRORS_FROM`], or 0.
    pub error: u16,
    /// What kind of message it is.
    pub kind: Kind,
    /// Through what an inbound message came in.
    pub entry_point: Option<EntryPoint>,
    /// What Meta says of its price.
    pub mark: Mark,
}

impl Message {
    /// When it was delivered, if it was.
    pub fn delivered(&self) -> Option<i64> {
        (self.delivered_after != NEVER).then(|| self.at + i64::from(self.delivered_after))
    }

    /// When it was read, if it was.
    pub fn read(&self) -> Option<i64> {
        (self.read_after != NEVER).then(|| self.at + i64::from(self.read_after))
    }

    /// The instant of T-5: receipt, or delivery; sending where there is none.
    pub fn instant(&self) -> i64 {
        self.delivered().unwrap_or(self.at)
    }

    /// Its place in the order of T-5 among messages of one pair; ids are written in the order of their numbers.
    pub fn order(&self) -> (i64, bool, i64, u64) {
        (self.instant(), self.kind.is_outbound(), self.at, self.id)
    }
}

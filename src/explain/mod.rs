//! The timeline behind a message, a conversation, a charge, a pair or an invoice's difference: evidence that
//! a reader can follow from a cent back to the rows of the log.
//!
//! ```text
//!  trace of the machine ─┐
//!  rows of the log ──────┼─▶ Timeline ─▶ page (80 columns), JSON, picture (SVG)
//!  prices, findings ─────┘
//! ```
//!
//! No rule is applied here. The machine tells what it did ([`crate::replay::trace`]); conversations,
//! charges, prices and findings are those of the run; the rows are read again as text.

mod build;
mod difference;
mod effects;
mod evidence;
mod find;
mod marks;
mod messages;
mod moment;
mod page;
mod picture;
mod view;

pub use build::{Asked, Request, timelines};
pub use difference::{DifferenceView, ExpectedView, NamedMessage};
pub use find::{Sought, find};
pub use moment::Moment;
pub use page::page;
pub use picture::picture;
pub use view::{
    ChargeView, ClosingView, ConversationView, EffectView, Entry, Explanation, FindingView,
    MarkView, MessageView, RowView, Timeline, What,
};

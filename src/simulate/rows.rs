//! From messages to the rows that an exporter writes of them.

use super::message::{Mark, Message};
use super::model::Shape;
use crate::vocabulary::Status;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// It stands under another channel.
    WrongChannel,
    /// Meta's marks are missing.
    MissingMarks,
    /// It is a second row of its message, with another customer.
    OtherCustomer,
}

/// A row of the log.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Of which message.
    pub message: Message,
    /// Its own time.
    pub at: i64,
    /// Where it stands in the file, as the time at which a tidy exporter would write it.
    pub stands: i64,
    /// Its status, if it has one.
    pub status: Option<Status>,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl Row {
    /// The order of rows in the file.
    pub fn order(&self) -> (i64, u64, Option<Status>, Flaw, i64) {
        (
            self.stands,
            self.message.id,
            self.status,
            self.flaw,
            self.at,
        )
    }

    /// The customer it names.
    pub fn customer(&self) -> u64 {
        let customer = self.message.customer;
        match self.flaw {
            Flaw::OtherCustomer if customer % 10 == 9 => customer - 1,
            Flaw::OtherCustomer => customer + 1,
            _ => customer,
        }
    }
}

/// Writes a message as rows of a shape.
pub fn of(message: &Message, shape: Shape, mut take: impl FnMut(Row)) {
    let row = |at: i64, status: Option<Status>| Row {
        message: *message,
        at,
        stands: at,
        status,
        flaw: Flaw::None,
    };
    let is_failed = message.error != 0;
    if !message.kind.is_outbound() {
        take(row(message.at, None));
    } else if shape == Shape::MessageRows {
        let status = match (is_failed, message.delivered(), message.read()) {
            (true, _, _) => Status::Failed,
            (_, _, Some(_)) => Status::Read,
            (_, Some(_), None) => Status::Delivered,
            (_, None, None) => Status::Sent,
        };
        take(row(message.at, Some(status)));
    } else {
        take(row(message.at, Some(Status::Sent)));
        if is_failed {
            take(row(message.at + 1, Some(Status::Failed)));
        }
        if let Some(at) = message.delivered() {
            take(row(at, Some(Status::Delivered)));
        }
        if let Some(at) = message.read() {
            take(row(at, Some(Status::Read)));
        }
    }
}

/// Whether a row carries Meta's marks: those of a status that prices are told with. A message's one row carries
/// them whatever its last status; a status of its own that a message was read does not.
pub fn carries_marks(row: &Row, shape: Shape) -> bool {
    let is_told = match row.status {
        None | Some(Status::Failed) => false,
        Some(Status::Read) => shape == Shape::MessageRows,
        Some(_) => true,
    };
    is_told && row.message.mark != Mark::None
}

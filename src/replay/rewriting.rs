//! Rewriting the messages of a log before they are judged: other volume, other mix, other behaviour (`whatif`).
//!
//! A rewriting sees one pair at a time, its messages in the order T-5, and says what becomes of them. It must
//! decide by the messages alone, never by the order in which pairs come: the same log then gives the same
//! result for any number of threads. Windows of a group's members stay those of the log.

use super::message::Message;
use super::outcome::PairKey;

/// What a scenario does to the messages of a log.
pub trait Rewriting: Sync {
    /// Says what becomes of a pair's messages, which stand in the order T-5: nothing, one timeline, or several
    /// that are judged independently of each other, as if they were those of customers of the same market.
    fn rewrite(&self, pair: PairKey, messages: &[Message], timelines: &mut Timelines);

    /// The latest instant of the rewritten log, given that of the log itself.
    fn end_of_log(&self, end: crate::vocabulary::Instant) -> crate::vocabulary::Instant {
        end
    }
}

/// What a rewriting makes of the messages of a pair.
#[derive(Debug, Default)]
pub struct Timelines {
    messages: Vec<Message>,
    ends: Vec<usize>,
}

impl Timelines {
    /// Adds a timeline; its messages are put in the order of their instants, and those of the same instants stay
    /// as they come.
    pub fn add(&mut self, messages: impl IntoIterator<Item = Message>) {
        let start = self.messages.len();
        self.messages.extend(messages);
        self.messages[start..].sort_by_key(Message::order);
        self.ends.push(self.messages.len());
    }

    /// Forgets all of them, but not their memory.
    pub fn clear(&mut self) {
        self.messages.clear();
        self.ends.clear();
    }

    /// How many timelines there are, empty ones among them.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The timeline at a place.
    pub fn timeline(&self, place: usize) -> &[Message] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.messages[start..self.ends[place]]
    }

    /// The timelines that hold anything, as they were added.
    pub fn iter(&self) -> impl Iterator<Item = &[Message]> {
        let timelines = (0..self.len()).map(|place| self.timeline(place));
        timelines.filter(|messages| !messages.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::message::{Attributes, Message};
    use crate::replay::outcome::RowNumber;
    use crate::vocabulary::Instant;

    fn message(second: i64, row: u32) -> Message {
        let at = Instant::from_seconds(second);
        Message::new(PairKey(1), at, at, Attributes::EMPTY, RowNumber(row))
    }

    #[test]
    fn timelines_stand_in_the_order_of_instants_and_ties_stay_as_they_came() {
        let mut timelines = Timelines::default();
        timelines.add([message(5, 1), message(3, 2), message(5, 0)]);
        timelines.add([]);
        timelines.add([message(4, 9)]);
        let rows: Vec<Vec<u32>> = timelines
            .iter()
            .map(|messages| messages.iter().map(|message| message.row().0).collect())
            .collect();
        assert_eq!(rows, [vec![2, 1, 0], vec![9]]);
        timelines.clear();
        assert_eq!(timelines.iter().count(), 0);
    }
}

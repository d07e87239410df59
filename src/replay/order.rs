//! The order T-5 inside each pair.
//!
//! Instants decide nearly always. Where two messages of the business to one customer have the same
//! delivery and sending, their ids decide: they are fetched again for just these messages. Inbound
//! messages of the same instant need no order, since nothing tells them apart.

use super::message::Message;
use super::outcome::{MessageIds, RowNumber};
use super::partition::spread;
use crate::log::cell::CellContext;

/// Puts messages of a partition next to those of their pair, in memory that serves the next partition.
#[derive(Default)]
pub struct Grouping {
    /// An open-addressing table of pairs: the number of each.
    slots: Vec<u32>,
    /// The pair of each message.
    numbers: Vec<u32>,
    /// By pair: its key, and where its next message goes.
    pairs: Vec<(u64, u32)>,
    grouped: Vec<Message>,
}

const FREE: u32 = u32::MAX;
/// As few messages as this are sorted by insertion, which moves little.
const INSERTION_MAX: usize = 24;

impl Grouping {
    /// The messages pair by pair, those of a pair by their instants; their ties are left.
    pub fn by_pair_and_instants(&mut self, messages: &[Message]) -> &[Message] {
        self.number_pairs(messages);
        let mut start = 0;
        for (_, place) in &mut self.pairs {
            start += std::mem::replace(place, start);
        }
        self.grouped.clear();
        let Some(&first) = messages.first() else {
            return &[];
        };
        self.grouped.resize(messages.len(), first);
        for (message, &number) in messages.iter().zip(&self.numbers) {
            let place = &mut self.pairs[number as usize].1;
            self.grouped[*place as usize] = *message;
            *place += 1;
        }
        let mut rest = &mut self.grouped[..];
        let mut start = 0;
        for &(_, end) in &self.pairs {
            let (pair, after) = rest.split_at_mut((end - start) as usize);
            sort_by_instants(pair);
            (rest, start) = (after, end);
        }
        &self.grouped
    }

    /// Numbers the pairs in the order of their first messages, and counts their messages.
    fn number_pairs(&mut self, messages: &[Message]) {
        let slots = (messages.len() * 2).next_power_of_two().max(2);
        self.slots.clear();
        self.slots.resize(slots, FREE);
        self.pairs.clear();
        self.numbers.clear();
        for message in messages {
            let key = message.pair().0;
            // Partitions took the top bits; these are others.
            let mut slot = (spread(key) >> 16) as usize & (slots - 1);
            let number = loop {
                match self.slots[slot] {
                    FREE => {
                        let number = self.pairs.len() as u32;
                        self.slots[slot] = number;
                        self.pairs.push((key, 0));
                        break number;
                    }
                    number if self.pairs[number as usize].0 == key => break number,
                    _ => slot = (slot + 1) & (slots - 1),
                }
            };
            self.pairs[number as usize].1 += 1;
            self.numbers.push(number);
        }
    }
}

fn sort_by_instants(messages: &mut [Message]) {
    if messages.len() > INSERTION_MAX {
        messages.sort_unstable_by_key(Message::order);
        return;
    }
    for at in 1..messages.len() {
        let message = messages[at];
        let mut to = at;
        while to > 0 && message.order() < messages[to - 1].order() {
            messages[to] = messages[to - 1];
            to -= 1;
        }
        messages[to] = message;
    }
}

/// The rows of a pair's messages whose order their instants leave open.
pub fn tied_rows(pair: &[Message]) -> impl Iterator<Item = RowNumber> + Clone {
    pair.chunk_by(is_tie)
        .filter(|run| run.len() > 1)
        .flatten()
        .map(Message::row)
}

/// Puts the messages of a pair that their instants do not order into the order of their ids.
pub fn resolve_ties(pair: &mut [Message], ids: &MessageIds, cells: &CellContext) {
    for run in pair.chunk_by_mut(is_tie).filter(|run| run.len() > 1) {
        // T-5: message id as UTF-8 bytes, then account; the customer is that of the pair.
        run.sort_by(|left, right| {
            ids.get(left.row()).cmp(ids.get(right.row())).then_with(|| {
                let account =
                    |message: &Message| cells.accounts.word(message.attributes().account());
                account(left).cmp(&account(right))
            })
        });
    }
}

/// Whether neighbours in the order of instants are equal in it.
fn is_tie(left: &Message, right: &Message) -> bool {
    !left.is_inbound() && left.order() == right.order()
}

//! The order T-5 inside each pair.
//!
//! Instants decide nearly always. Where two messages of the business to one customer have the same
//! delivery and sending, their ids decide: they are fetched again for just these messages. Inbound
//! messages of the same instant need no order, since nothing tells them apart.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::message::Message;
use super::outcome::{FetchMessageIds, MessageIds, RowNumber};
use crate::log::cell::CellContext;

/// Sorts a partition by pair and instants.
pub fn sort_by_instants(messages: &mut [Message]) {
    messages.sort_unstable_by_key(|message| (message.pair(), message.order()));
}

/// Puts messages that their instants do not order into the order of their ids.
///
/// # Errors
/// If message ids can no longer be read.
pub fn resolve_ties(
    partitions: &mut [Vec<Message>],
    ids: &dyn FetchMessageIds,
    cells: &CellContext,
) -> anyhow::Result<()> {
    let tied: Vec<RowNumber> = partitions
        .par_iter()
        .flat_map_iter(|messages| {
            messages
                .chunk_by(is_tie)
                .filter(|run| run.len() > 1)
                .flatten()
        })
        .map(Message::row)
        .collect();
    if tied.is_empty() {
        return Ok(());
    }
    let fetched = ids.message_ids(&tied)?;
    let places: HashMap<RowNumber, usize> = tied.into_iter().zip(fetched.places()).collect();
    partitions.par_iter_mut().for_each(|messages| {
        for run in messages.chunk_by_mut(is_tie).filter(|run| run.len() > 1) {
            sort_by_ids(run, &places, &fetched, cells);
        }
    });
    Ok(())
}

fn is_tie(left: &Message, right: &Message) -> bool {
    !left.is_inbound() && left.pair() == right.pair() && left.order() == right.order()
}

/// T-5: message id as UTF-8 bytes, then account; the customer is that of the pair.
fn sort_by_ids(
    run: &mut [Message],
    places: &HashMap<RowNumber, usize>,
    ids: &MessageIds,
    cells: &CellContext,
) {
    let id = |message: &Message| {
        places
            .get(&message.row())
            .map_or(&[][..], |&place| ids.get(place))
    };
    run.sort_by(|left, right| {
        id(left).cmp(id(right)).then_with(|| {
            let account = |message: &Message| cells.accounts.word(message.attributes().account());
            account(left).cmp(&account(right))
        })
    });
}

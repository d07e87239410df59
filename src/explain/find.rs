//! Which pair a conversation or a charge belongs to: its identity is looked for among those of a run.

use rayon::prelude::*;

use crate::replay::outcome::{FetchMessageIds, Outcome, RowNumber, RowSet};
use crate::replay::pair::PairKey;
use crate::vocabulary::{
    ChargeUnit, ConversationCategory, HexId, Instant, charge_id, conversation_id,
};

/// As many identities are made at a time, so that their message ids fit into memory.
const PORTION: usize = 1 << 19;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// A conversation.
    Conversation(HexId),
    /// A charge.
    Charge(HexId),
}

/// What an identity is made of.
#[derive(Clone, Copy)]
struct Fields {
    pair: PairKey,
    account: u32,
    row: RowNumber,
    of: Of,
}

#[derive(Clone, Copy)]
enum Of {
    Conversation(ConversationCategory, Instant),
    Charge(ChargeUnit),
}

/// The pair of a conversation or charge, if the run has it.
///
/// # Errors
/// If message ids can no longer be read.
pub fn find(
    sought: Sought,
    outcome: &Outcome,
    ids: &dyn FetchMessageIds,
) -> anyhow::Result<Option<PairKey>> {
    let mut portion: Vec<Fields> = Vec::new();
    for (index, part) in outcome.parts.iter().enumerate() {
        match sought {
            Sought::Conversation(_) => {
                portion.extend(part.conversations.iter().map(|conversation| Fields {
                    pair: conversation.pair,
                    account: conversation.account,
                    row: conversation.opened_by,
                    of: Of::Conversation(conversation.category, conversation.opened_at),
                }));
            }
            Sought::Charge(_) => portion.extend(part.charges.iter().map(|charge| Fields {
                pair: charge.pair,
                account: charge.account,
                row: charge.row,
                of: Of::Charge(charge.unit),
            })),
        }
        let is_last = index + 1 == outcome.parts.len();
        if portion.len() >= PORTION || is_last && !portion.is_empty() {
            if let Some(pair) = find_among(sought, &portion, outcome, ids)? {
                return Ok(Some(pair));
            }
            portion.clear();
        }
    }
    Ok(None)
}

fn find_among(
    sought: Sought,
    portion: &[Fields],
    outcome: &Outcome,
    ids: &dyn FetchMessageIds,
) -> anyhow::Result<Option<PairKey>> {
    let (Sought::Conversation(wanted) | Sought::Charge(wanted)) = sought;
    let ids = ids.message_ids(RowSet::from(portion.iter().map(|fields| fields.row)))?;
    let found = portion.par_iter().find_any(|fields| {
        let account = outcome.cells.accounts.word(fields.account);
        let business = outcome.pairs.business(fields.pair);
        let mut customer = String::new();
        outcome.pairs.push_customer(fields.pair, &mut customer);
        let (buffer, message) = (&mut Vec::new(), ids.get(fields.row));
        let id = match fields.of {
            Of::Conversation(category, opened_at) => conversation_id(
                buffer, &account, &business, &customer, category, opened_at, message,
            ),
            Of::Charge(unit) => charge_id(buffer, &account, &business, &customer, message, unit),
        };
        id == wanted
    });
    Ok(found.map(|fields| fields.pair))
}

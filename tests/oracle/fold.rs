//! From rows to messages: other channels, rejects, exact duplicates, conflicts, folding
//! (D-3 to D-5, readings 5 to 9 and 15).

use super::cells::{self, Cells, Direction, Kind};
use super::message::{Message, message};
use super::{Outcome, Row, World, clock};
use chrono::NaiveDate;

pub struct Folded {
    /// Every message that is not rejected, with app and agent messages.
    pub messages: Vec<Message>,
    pub end_of_log: i64,
}

/// All rows of one message.
struct Pile {
    account: String,
    id: String,
    group_customer: Option<String>,
    rows: Vec<Cells>,
}

pub fn fold(log: &[Row], world: &World, outcome: &mut Outcome) -> Folded {
    let mut piles: Vec<Pile> = Vec::new();
    for row in log {
        if cells::is_other_channel(row) {
            outcome.totals.other_channel += 1; // D-5, before any other check
            continue;
        }
        match cells::parse(row, world.accounts) {
            Err(code) => reject(outcome, code, 1),
            Ok(parsed) => put(&mut piles, parsed),
        }
    }

    // Reading 8: conflicts first, then what only the whole message can tell.
    let mut kept: Vec<(Pile, Vec<Cells>)> = Vec::new();
    for pile in piles {
        let distinct = settle(&pile, outcome);
        kept.push((pile, distinct));
    }
    let assumes = assumes_delivery(&kept, world);
    let mut messages = Vec::new();
    let mut end_of_log = i64::MIN;
    for (pile, distinct) in &kept {
        let copies = pile
            .rows
            .iter()
            .filter(|row| same_as_any(row, distinct))
            .count() as u64;
        match message(&pile.account, &pile.id, distinct, assumes, world) {
            Err(code) => reject(outcome, code, copies), // reading 8: repeated ones included
            Ok(message) => {
                outcome.totals.exact_duplicates += copies - distinct.len() as u64;
                outcome.totals.folded_status_rows += distinct.len() as u64 - 1;
                for row in distinct {
                    end_of_log = end_of_log.max(row.timestamp); // reading 5
                    end_of_log = end_of_log.max(row.delivered_at.unwrap_or(i64::MIN));
                }
                messages.push(message);
            }
        }
    }
    Folded {
        messages,
        end_of_log,
    }
}

fn reject(outcome: &mut Outcome, code: &'static str, rows: u64) {
    outcome.totals.rejected += rows;
    *outcome.rejected.entry(code).or_insert(0) += rows;
}

/// D-4 and X-4: the key is (account, message id), in a group with the customer.
fn put(piles: &mut Vec<Pile>, row: Cells) {
    let group_customer = (!row.group.is_empty()).then(|| row.customer.clone());
    for pile in piles.iter_mut() {
        let same_message = pile.account == row.account && pile.id == row.message_id;
        if same_message && pile.group_customer == group_customer {
            pile.rows.push(row);
            return;
        }
    }
    let (account, id) = (row.account.clone(), row.message_id.clone());
    piles.push(Pile {
        account,
        id,
        group_customer,
        rows: vec![row],
    });
}

fn same_as_any(row: &Cells, rows: &[Cells]) -> bool {
    rows.iter().any(|other| other.canonical == row.canonical)
}

/// D-4: the distinct rows of a message in their order, without those that conflict. A copy of a
/// conflicting row conflicts as well, so it is rejected rather than counted as a duplicate.
fn settle(pile: &Pile, outcome: &mut Outcome) -> Vec<Cells> {
    let mut rows = pile.rows.clone();
    rows.sort_by_key(|row| {
        let unseen = row.seen_at.is_none(); // rows without a seen time last
        (unseen, row.seen_at, row.timestamp, row.canonical.clone())
    });
    let mut kept: Vec<Cells> = Vec::new();
    let mut kind = None;
    let mut is_guess = false; // no row so far states the kind; some row guesses it
    for row in rows {
        let first = kept.first().unwrap_or(&row);
        let conflicts = row.direction != first.direction
            || row.business != first.business
            || row.customer != first.customer
            || contradicts(&row, kind, is_guess);
        if conflicts {
            reject(outcome, "conflict", 1);
            continue;
        }
        if row.kind.is_some() && (kind.is_none() || (is_guess && !row.guesses_kind)) {
            kind = row.kind;
            is_guess = row.guesses_kind;
        }
        if !same_as_any(&row, &kept) {
            kept.push(row);
        }
    }
    kept
}

/// D-4: another kind; but of template and free-form, a guess contradicts nobody.
fn contradicts(row: &Cells, kind: Option<Kind>, is_guess: bool) -> bool {
    let (Some(mine), Some(theirs)) = (row.kind, kind) else {
        return false;
    };
    let may_be_guessed = |kind: Kind| kind == Kind::Template || kind == Kind::FreeForm;
    let is_open = is_guess || row.guesses_kind;
    mine != theirs && !(is_open && may_be_guessed(mine) && may_be_guessed(theirs))
}

/// D-3, reading 9.
fn assumes_delivery(kept: &[(Pile, Vec<Cells>)], world: &World) -> bool {
    match world.settings.get("assume_sent_is_delivered") {
        "on" => true,
        "off" => false,
        _ => {
            let mut outbound = 0;
            for (_, rows) in kept {
                for row in rows {
                    let told = ["delivered", "read", "played", "failed"];
                    if told.contains(&row.status.as_str()) || row.delivered_at.is_some() {
                        return false;
                    }
                }
                outbound += usize::from(rows[0].direction == Direction::Outbound);
            }
            outbound >= 1_000
        }
    }
}

/// The local date by which a message is in or outside the period: receipt, delivery, else sending.
pub fn local_date(message: &Message, world: &World) -> NaiveDate {
    world
        .accounts
        .local_date(&message.account, message.instant(), world.settings)
}

/// T-2: before 2022-02-01, unless a rulebook is forced, and `--from` (reading 15).
pub fn is_before_period(message: &Message, world: &World) -> bool {
    let day = local_date(message, world);
    let no_regime = world.settings.rulebook.is_none() && day < clock::date(2022, 2, 1);
    no_regime || world.settings.from.is_some_and(|from| day < from)
}

/// Counts every message once and leaves out what nothing may see: app and agent messages (X-2,
/// X-7) and what comes after `--to` (reading 15).
pub fn in_period(messages: Vec<Message>, world: &World, outcome: &mut Outcome) -> Vec<Message> {
    let mut seen = Vec::new();
    for message in messages {
        let day = local_date(&message, world);
        let after = world.settings.to.is_some_and(|to| day > to);
        let totals = &mut outcome.totals;
        if message.is_not_api() {
            totals.not_api += 1;
            continue;
        } else if after || is_before_period(&message, world) {
            totals.outside_period += 1;
        } else if message.direction == Direction::Inbound {
            totals.inbound += 1;
        } else if message.delivered.is_some() {
            totals.outbound_delivered += 1;
        } else {
            totals.outbound_undelivered += 1;
        }
        if !after {
            seen.push(message);
        }
    }
    seen
}

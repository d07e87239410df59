//! From what was heard and found to timelines, pair by pair.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::Moment;
use super::difference::NamedMessage;
use super::evidence::{self, EvidenceRow};
use super::find::Sought;
use super::messages::PairStory;
use super::view::{ClosingView, ConversationView, Entry, MessageView, Timeline, What};
use crate::accounts::Accounts;
use crate::findings::Finding;
use crate::log::columns::Column;
use crate::pricing::{Price, Pricing};
use crate::replay::outcome::{Charge, Conversation, Outcome};
use crate::replay::pair::PairKey;
use crate::replay::reject::RejectReason;
use crate::replay::rows::{RowPlace, RowPlaces};
use crate::replay::trace::{Heard, PairTrace};
use crate::rulebook::Rulebook;
use crate::tariff::Tariff;
use crate::vocabulary::{CloseReason, Direction, Instant};

/// What can bear on a message lies at most this long before it: an entry point of seven days (F-4), and the
/// day of the click before it.
const REACH_HOURS: i64 = 192;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Everything of the pair.
    Pair,
    /// A message, by its id.
    Message(String),
    /// A conversation or a charge.
    Unit(Sought),
    /// Messages of several pairs: those behind a difference.
    Messages(Vec<NamedMessage>),
}

impl Asked {
    /// Whether a message is asked for by its id, and by its pair where that is named.
    pub(super) fn names(&self, business: &str, customer: &str, message_id: &str) -> bool {
        match self {
            Self::Message(asked) => asked == message_id,
            Self::Messages(asked) => asked.iter().any(|asked| {
                (&*asked.business, &*asked.customer, &*asked.message_id)
                    == (business, customer, message_id)
            }),
            Self::Pair | Self::Unit(_) => false,
        }
    }
}

/// What timelines are made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What was asked for.
    pub asked: &'a Asked,
    /// What the machine told.
    pub heard: &'a Heard,
    /// What the run found.
    pub outcome: &'a Outcome,
    /// What it costs.
    pub pricing: &'a Pricing,
    /// What else was found.
    pub findings: &'a [Finding],
    /// Names of markets and cards.
    pub tariff: &'a Tariff,
    /// Clocks.
    pub accounts: &'a Accounts,
    /// What rules say.
    pub rulebook: &'a Rulebook,
    /// Where rows stand.
    pub places: &'a RowPlaces<'a>,
    /// Why rows were rejected.
    pub rejects: &'a HashMap<RowPlace, RejectReason>,
}

/// Where an inbound row of a group stands.
pub struct GroupRow {
    /// Code of the business number.
    pub business: u32,
    /// Code of the group.
    pub group: u32,
    /// When.
    pub at: Instant,
    /// File and line.
    pub place: String,
}

/// A charge with its price.
pub struct PricedCharge<'a> {
    /// The charge.
    pub charge: Charge,
    /// Its price.
    pub price: &'a Price,
}

/// The timelines of all pairs that were heard of: 1:1 first, then groups, by their names.
///
/// # Errors
/// If the log can no longer be read.
pub fn timelines(request: &Request<'_>) -> anyhow::Result<Vec<Timeline>> {
    let mut numbers = request.heard.rows.clone();
    let groups: HashSet<u32> = request
        .heard
        .pairs
        .iter()
        .filter_map(|trace| request.outcome.pairs.parts(trace.pair).group)
        .collect();
    let in_groups = request.heard.group_rows.iter();
    numbers.extend(
        in_groups
            .filter(|(group, ..)| groups.contains(group))
            .map(|&(.., row)| row),
    );
    let cells = &request.outcome.cells;
    let rows = evidence::read(&numbers, request.places, request.rejects, cells)?;
    let own: HashSet<_> = request.heard.rows.iter().copied().collect();
    let group_rows: Vec<GroupRow> = rows
        .iter()
        .filter(|row| {
            let direction = row.cell(Column::Direction).unwrap_or("");
            Direction::parse(direction.as_bytes()) == Some(Direction::Inbound)
        })
        .filter_map(|row| {
            Some(GroupRow {
                business: row.pair.business,
                group: row.pair.group?,
                at: row.timestamp?,
                place: row.place(),
            })
        })
        .collect();
    let rows = rows.into_iter().filter(|row| own.contains(&row.number));
    let mut by_pair: BTreeMap<(Option<String>, String, String), Vec<EvidenceRow>> = BTreeMap::new();
    for row in rows {
        let group = row.pair.group.map(|group| cells.groups.word(group));
        let key = request.outcome.pairs.key(row.pair);
        let mut customer = String::new();
        request.outcome.pairs.push_customer(key, &mut customer);
        let names = (group, request.outcome.pairs.business(key), customer);
        by_pair.entry(names).or_default().push(row);
    }
    let keys: HashSet<PairKey> = request.heard.pairs.iter().map(|trace| trace.pair).collect();
    let (conversations, charges) = of_pairs(request, &keys);
    let mut timelines = Vec::with_capacity(by_pair.len());
    for ((group, business, customer), rows) in by_pair {
        let key = request.outcome.pairs.key(rows[0].pair);
        let story = PairStory {
            request: *request,
            trace: request.heard.pairs.iter().find(|trace| trace.pair == key),
            conversations: conversations.get(&key).map_or(&[], Vec::as_slice),
            charges: charges.get(&key).map_or(&[], Vec::as_slice),
            rows: &rows,
            group_rows: &group_rows,
            business,
            customer,
            group,
        };
        timelines.push(timeline(&story));
    }
    Ok(timelines)
}

type ByPair<T> = HashMap<PairKey, Vec<T>>;

/// Conversations and charges of some pairs.
fn of_pairs<'a>(
    request: &Request<'a>,
    keys: &HashSet<PairKey>,
) -> (ByPair<Conversation>, ByPair<PricedCharge<'a>>) {
    let parts: Vec<(Vec<Conversation>, Vec<PricedCharge<'a>>)> = request
        .outcome
        .parts
        .par_iter()
        .enumerate()
        .map(|(part, found)| {
            let conversations = found.conversations.iter();
            let charges = found.charges.iter().enumerate();
            let priced = |(place, charge): (usize, Charge)| PricedCharge {
                charge,
                price: request
                    .pricing
                    .price(request.pricing.code(part as u32, place as u32)),
            };
            (
                conversations
                    .filter(|conversation| keys.contains(&conversation.pair))
                    .collect(),
                charges
                    .filter(|(_, charge)| keys.contains(&charge.pair))
                    .map(priced)
                    .collect(),
            )
        })
        .collect();
    let (mut conversations, mut charges) = (ByPair::new(), ByPair::new());
    for (some_conversations, some_charges) in parts {
        for conversation in some_conversations {
            let list: &mut Vec<_> = conversations.entry(conversation.pair).or_default();
            list.push(conversation);
        }
        for charge in some_charges {
            let list: &mut Vec<_> = charges.entry(charge.charge.pair).or_default();
            list.push(charge);
        }
    }
    conversations
        .values_mut()
        .for_each(|list: &mut Vec<Conversation>| {
            list.sort_by_key(|conversation| (conversation.opened_at, conversation.category));
        });
    (conversations, charges)
}

/// Where an entry stands among others of the same instant: what ends, then messages, then the log's end.
const ENDS: u8 = 0;
const MESSAGES: u8 = 1;
const LOG_ENDS: u8 = 2;

fn timeline(story: &PairStory<'_>) -> Timeline {
    let conversations: Vec<ConversationView> = story
        .conversations
        .iter()
        .map(|conversation| story.conversation(conversation))
        .collect();
    let (messages, unplaced) = story.messages();
    let mut entries: Vec<(Instant, u8, Entry)> = Vec::new();
    let mut add = |rank: u8, at: Moment, what: What| {
        entries.push((at.instant, rank, Entry { at, what }));
    };
    for (at, message) in messages {
        add(MESSAGES, at, What::Message(Box::new(message)));
    }
    for conversation in &conversations {
        if let Some(at) = conversation.closed_at
            && conversation.close_reason == CloseReason::Expired.name()
        {
            let closing = ClosingView {
                conversation_id: conversation.conversation_id.clone(),
                category: conversation.category,
                close_reason: conversation.close_reason,
            };
            add(ENDS, at, What::Closes(closing));
        }
    }
    let end_of_log = story.end_of_log();
    let windows = story
        .trace
        .map_or_else(Vec::new, |trace| story.windows(trace));
    for &(_, closes) in &windows {
        if closes.instant <= end_of_log {
            add(ENDS, closes, What::WindowCloses);
        }
    }
    if let Some(trace) = story.trace {
        for at in story.missed_clicks(trace) {
            if at.instant <= end_of_log {
                add(ENDS, at, What::ClickExpires);
            }
        }
        for (at, what) in story.windows_of_others(trace) {
            add(MESSAGES, at, what);
        }
    }
    let mut open: Vec<String> = conversations
        .iter()
        .filter(|conversation| conversation.closed_at.is_none())
        .map(|conversation| format!("{} {}", conversation.category, conversation.conversation_id))
        .collect();
    if windows
        .iter()
        .any(|(_, closes)| end_of_log < closes.instant)
    {
        open.push("customer service window".to_owned());
    }
    if end_of_log < Instant::MAX {
        add(LOG_ENDS, story.moment(end_of_log), What::LogEnds { open });
    }
    entries.sort_by_key(|&(at, rank, _)| (at, rank));
    let entries = entries.into_iter().map(|(.., entry)| entry).collect();
    let mut timeline = Timeline {
        business: story.business.clone(),
        customer: story.customer.clone(),
        group: story.group.clone(),
        entries,
        unplaced,
        earlier_left_out: 0,
        later_left_out: 0,
        windows,
        conversations,
    };
    if *story.request.asked != Asked::Pair {
        keep_what_bears(&mut timeline);
    }
    timeline
}

/// Leaves out what can neither bear on what was asked for nor follow from it.
fn keep_what_bears(timeline: &mut Timeline) {
    let asked = |entry: &Entry| match &entry.what {
        What::Message(message) if message.is_asked_for => Some((entry.at.instant, message.clone())),
        _ => None,
    };
    let asked: Vec<(Instant, Box<MessageView>)> =
        timeline.entries.iter().filter_map(asked).collect();
    let (Some((first, _)), Some((last, _))) = (asked.first(), asked.last()) else {
        return;
    };
    let touched = asked.iter().flat_map(|(_, message)| &message.effects);
    let touched: HashSet<&String> = touched
        .filter_map(|effect| effect.conversation_id.as_ref())
        .collect();
    let ends = timeline
        .conversations
        .iter()
        .filter(|conversation| touched.contains(&conversation.conversation_id))
        .map(|conversation| {
            let end = conversation.closed_at.unwrap_or(conversation.expires_at);
            end.instant
        });
    let from = first.plus_hours(-REACH_HOURS);
    let to = ends.max().map_or(*last, |end| end.max(*last));
    let is_early = |entry: &Entry| entry.at.instant < from;
    let is_late = |entry: &Entry| to < entry.at.instant;
    timeline.earlier_left_out = timeline
        .entries
        .iter()
        .filter(|entry| is_early(entry))
        .count();
    timeline.later_left_out = timeline
        .entries
        .iter()
        .filter(|entry| is_late(entry))
        .count();
    timeline
        .entries
        .retain(|entry| !is_early(entry) && !is_late(entry));
    timeline.conversations.retain(|conversation| {
        let end = conversation.closed_at.unwrap_or(conversation.expires_at);
        from <= end.instant && conversation.opened_at.instant <= to
    });
    timeline
        .windows
        .retain(|(opens, closes)| from <= closes.instant && opens.instant <= to);
}

impl PairStory<'_> {
    /// The stretches in which the customer service window was open.
    fn windows(&self, trace: &PairTrace) -> Vec<(Moment, Moment)> {
        let mut windows: Vec<(Instant, Instant)> = Vec::new();
        for &start in &trace.window_starts {
            let end = start.plus_hours(trace.window_hours);
            match windows.last_mut() {
                Some((_, open_until)) if start < *open_until => *open_until = end,
                _ => windows.push((start, end)),
            }
        }
        let moments = |(from, to)| (self.moment(from), self.moment(to));
        windows.into_iter().map(moments).collect()
    }
}

//! What Meta writes on the statuses of a message: its pricing model, type and category.
//!
//! A second, small telling of the rules for 1:1 pairs, which knows nothing of the engine: where the two disagree,
//! an audit of a log without faults finds A-BILLED-FREE or A-FREE-BILLED, and a test fails. Conversation-based
//! marks name model and category only, as they do not say which message opened the conversation.

use super::message::{Kind, Mark, Message};
use super::model::Model;
use crate::vocabulary::{EntryPoint, LocalDate, Month, TemplateCategory};

const DAY: i64 = 86_400;
const ENTRY_POINT: i64 = 72 * 3600;
/// Of entry points that opened before 2023-03-01 (F-4).
const FIRST_ENTRY_POINT: i64 = DAY;

/// What is known of a pair after its messages so far, in the order of T-5; seconds since the epoch.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    /// The messages of the last two days that began the window anew: what is delivered now was sent a day ago at
    /// the earliest.
    inbound: Vec<i64>,
    /// Clicks that no answer has used up, each with the earliest sending that may answer it.
    clicks: Vec<(i64, i64)>,
    /// Until when an entry point is open.
    entry_point: i64,
    /// Until when a utility conversation that opened before 2025-07-01 covers (P25-5).
    utility: i64,
}

/// The dates at which the rules change.
pub struct Rules {
    longer_entry_points: LocalDate,
    categories: LocalDate,
    per_message: LocalDate,
    charged_service: LocalDate,
}

impl Rules {
    /// The dates of the rules.
    pub fn new() -> Self {
        let date = |text: &str| LocalDate::parse(text).unwrap_or(LocalDate::MAX);
        Self {
            longer_entry_points: date("2023-03-01"),
            categories: date("2023-06-01"),
            per_message: date("2025-07-01"),
            charged_service: date("2026-10-01"),
        }
    }

    /// Takes up the next message of a pair and marks it. A service message that may be one of its month's first
    /// thousand is marked as charged; the month is given back, and the allowance decides.
    pub fn mark(&self, pair: &mut Pair, message: &mut Message, model: &Model) -> Option<Month> {
        match message.kind {
            Kind::Inbound | Kind::Reaction | Kind::Call => pair.receive(message),
            Kind::System => {}
            Kind::FreeForm | Kind::Template => return self.judge(pair, message, model),
        }
        None
    }

    fn judge(&self, pair: &mut Pair, message: &mut Message, model: &Model) -> Option<Month> {
        let business = &model.businesses[usize::from(message.business)];
        let Some(delivered) = message.delivered() else {
            let is_per_message = business.local_date(message.at) >= self.per_message;
            if message.error == 0 && is_per_message {
                message.mark = Mark::PerMessage;
            }
            return None;
        };
        let date = business.local_date(delivered);
        let is_per_message = date >= self.per_message;
        let opened_before = delivered < pair.entry_point;
        if opened_before || pair.answers(message.at) {
            if !opened_before {
                let length = match date >= self.longer_entry_points {
                    true => ENTRY_POINT,
                    false => FIRST_ENTRY_POINT,
                };
                let start = if is_per_message {
                    message.at
                } else {
                    delivered
                };
                pair.entry_point = start + length;
                pair.clicks.clear();
                if !is_per_message {
                    pair.utility = 0;
                }
            }
            message.mark = match is_per_message {
                true => Mark::FreeEntryPoint,
                false => Mark::ConversationEntryPoint,
            };
            return None;
        }
        let category = (message.kind == Kind::Template)
            .then(|| model.templates[usize::from(message.template)].category);
        if !is_per_message {
            if category == Some(TemplateCategory::Utility) && delivered >= pair.utility {
                pair.utility = delivered + DAY;
            }
            message.mark = match date >= self.categories {
                true => Mark::Conversation,
                false => Mark::FirstConversation,
            };
            return None;
        }
        let charges_service = date >= self.charged_service;
        message.mark = match category {
            Some(TemplateCategory::Utility) if delivered < pair.utility => Mark::Conversation,
            Some(TemplateCategory::Utility) if !charges_service && pair.is_open(message.at) => {
                Mark::FreeService
            }
            None if !charges_service => Mark::FreeService,
            Some(_) | None => Mark::Regular,
        };
        (category.is_none() && charges_service).then(|| date.month())
    }
}

impl Pair {
    fn receive(&mut self, message: &Message) {
        self.inbound.retain(|&at| message.at - at < 2 * DAY);
        self.inbound.push(message.at);
        let qualifies = message
            .entry_point
            .is_some_and(|source| matches!(source, EntryPoint::Ad | EntryPoint::PageCta));
        if qualifies {
            // F-7: while one is open, only an answer that is sent after its end counts.
            let earliest = self.entry_point.max(message.at);
            self.clicks.retain(|&(at, _)| message.at - at < 4 * DAY);
            self.clicks.push((message.at, earliest));
        }
    }

    /// Whether the window was open at this second (W-3).
    fn is_open(&self, second: i64) -> bool {
        let mut inbound = self.inbound.iter();
        inbound.any(|&at| at <= second && second < at + DAY)
    }

    /// Whether a message that was sent at this second answers a click in time (F-3).
    fn answers(&self, second: i64) -> bool {
        let mut clicks = self.clicks.iter();
        clicks.any(|&(at, earliest)| at <= second && earliest <= second && second < at + DAY)
    }
}

/// The free messages of each number and month (P26-2), counted in the order of T-5 over all customers.
#[derive(Debug, Default)]
pub struct Allowances {
    used: hashbrown::HashMap<(u16, Month), usize>,
}

/// A service message that may be free: its number and month, and its place in the order.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The business's place in the model.
    pub business: u16,
    /// The local month of its delivery.
    pub month: Month,
    /// Its place in T-5.
    pub order: (i64, bool, i64, u64),
    /// Its place among what its block has judged.
    pub message: usize,
}

/// Which candidates of a number's month are free: those up to a place in the order.
pub type Cuts = hashbrown::HashMap<(u16, Month), Option<(i64, bool, i64, u64)>>;

impl Allowances {
    const FREE: usize = 1000;

    /// Takes up what was delivered in a stretch of time, after everything before it.
    pub fn settle<'c>(&mut self, candidates: impl Iterator<Item = &'c Candidate>) -> Cuts {
        let mut orders: hashbrown::HashMap<(u16, Month), Vec<_>> = hashbrown::HashMap::new();
        for candidate in candidates {
            let key = (candidate.business, candidate.month);
            orders.entry(key).or_default().push(candidate.order);
        }
        let mut cuts = Cuts::new();
        for (key, mut orders) in orders {
            let used = self.used.entry(key).or_default();
            let left = Self::FREE - *used;
            let cut = match left.min(orders.len()) {
                0 => None,
                free => Some(*orders.select_nth_unstable(free - 1).1),
            };
            *used += left.min(orders.len());
            cuts.insert(key, cut);
        }
        cuts
    }
}

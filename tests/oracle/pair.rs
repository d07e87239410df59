//! One pair: its events in the order T-5, the conversations they open, and the place each business
//! message takes (sections 5 to 9).

use super::cells::{Direction, Kind};
use super::clock::DAY;
use super::conversation::Conversation;
use super::entry_point::{self, Clicks};
use super::exceptions::is_ai_provider_message;
use super::message::Message;
use super::regime::{is_pmp, regime};
use super::{World, window};

/// What became of one delivered business message or reaction.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub message: usize,
    /// The entry point it belongs to, and whether it opened that.
    pub entry_point: Option<usize>,
    /// For the answer, the end of its click's armed period.
    pub click_end: Option<i64>,
    pub opened: Option<usize>,
    pub covered_by: Option<usize>,
    pub is_inside_window: bool,
    /// For S-08: what came before it.
    pub earlier_entry_point: Option<usize>,
    pub unused_click_end: Option<i64>,
    pub earlier_conversations: Vec<usize>,
}

/// (business number, group, customer): the account is not part of a pair (section 1, X-4).
pub type Pair = (String, String, String);

pub fn pairs(messages: &[Message]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for message in messages {
        let pair = pair_of(message);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

fn pair_of(message: &Message) -> Pair {
    (
        message.business.clone(),
        message.group.clone(),
        message.customer.clone(),
    )
}

/// C23-1: `marketing_lite` opens a marketing conversation.
fn conversation_category(message: &Message) -> String {
    match (message.kind, message.category.as_str()) {
        (Kind::FreeForm, _) => "service".to_string(),
        (_, "marketing_lite") => "marketing".to_string(),
        (_, category) => category.to_string(),
    }
}

pub fn run(
    pair: &Pair,
    messages: &[Message],
    world: &World,
    conversations: &mut Vec<Conversation>,
    places: &mut Vec<Place>,
) {
    let mut events: Vec<usize> = (0..messages.len())
        .filter(|index| pair_of(&messages[*index]) == *pair)
        .collect();
    events.sort_by_key(|index| messages[*index].order()); // T-5

    let mut clicks = Clicks::default();
    let mut mine: Vec<Conversation> = Vec::new(); // in order of opening
    let offset = conversations.len();
    for index in events {
        let message = &messages[index];
        let at = message.instant();
        let entry_point = mine
            .iter()
            .rposition(|it| it.is_entry_point())
            .filter(|it| mine[*it].is_open(at));

        if message.direction == Direction::Inbound {
            if message.kind != Kind::System {
                // C23-7: once, in the entry point, else in the most recently opened open one.
                let latest = mine.iter().rposition(|it| it.is_open(at));
                if let Some(heard_in) = entry_point.or(latest) {
                    mine[heard_in].inbound += 1;
                }
            }
            clicks.hear(message, entry_point.map(|it| mine[it].expires_at), world);
            continue;
        }

        let is_reaction = message.kind == Kind::Reaction;
        if !message.is_business_message() && !is_reaction {
            continue; // D-6 system, W-4 calls
        }
        if message.delivered.is_none() {
            continue; // D-1, D-2
        }
        let Some(regime) = regime(message, world) else {
            continue; // T-2, reading 14
        };
        let mut place = Place {
            message: index,
            is_inside_window: window::is_inside(message, messages, world),
            earlier_entry_point: mine.iter().rposition(|it| it.is_entry_point()),
            unused_click_end: clicks.latest_unused_end(message.sent),
            earlier_conversations: (0..mine.len()).collect(),
            ..Place::default()
        };
        if entry_point.is_some() {
            place.entry_point = entry_point; // F-6
        } else if is_reaction {
            // D-6: opens nothing and answers no click.
        } else if let Some(click) = clicks.answer(message) {
            let is_charged_per_conversation = !is_pmp(regime);
            for open in mine.iter_mut().filter(|it| it.is_open(at)) {
                // F-5 under CBP; under PMP only what `--shadow` reconstructs (P25-5, reading 19).
                if is_charged_per_conversation || open.shadow {
                    open.closed_at = Some(at);
                }
            }
            mine.push(Conversation {
                opener: index,
                category: "free_entry_point".to_string(),
                opened_at: at, // F-4, reading 13
                expires_at: entry_point::end(message, world),
                closed_at: None,
                regime,
                rule: "F-3",
                shadow: false,
                outbound: 0,
                inbound: 0,
            });
            place.entry_point = Some(mine.len() - 1);
            place.click_end = Some(click + DAY);
        } else {
            let verdict = judge(index, message, regime, &place, &mine, world);
            place.covered_by = verdict.covered_by;
            if let Some(new) = verdict.opens {
                mine.push(new);
                place.opened = Some(mine.len() - 1);
            }
            if let Some(shadow) = verdict.belongs_in_shadow {
                mine[shadow].outbound += 1;
            }
        }
        let belongs_to = place.entry_point.or(place.opened).or(place.covered_by);
        if let (Some(belongs_to), false) = (belongs_to, is_reaction) {
            mine[belongs_to].outbound += 1;
        }
        // From the pair's list to the list of all pairs.
        for reference in [
            &mut place.entry_point,
            &mut place.opened,
            &mut place.covered_by,
            &mut place.earlier_entry_point,
        ] {
            *reference = reference.map(|it| it + offset);
        }
        place
            .earlier_conversations
            .iter_mut()
            .for_each(|it| *it += offset);
        places.push(place);
    }
    conversations.extend(mine);
}

#[derive(Default)]
struct Verdict {
    covered_by: Option<usize>,
    opens: Option<Conversation>,
    belongs_in_shadow: Option<usize>,
}

/// A business message outside any entry point, under the regime of its delivery.
fn judge(
    index: usize,
    message: &Message,
    regime: &'static str,
    place: &Place,
    mine: &[Conversation],
    world: &World,
) -> Verdict {
    let at = message.instant();
    let template = message.kind == Kind::Template;
    let category = conversation_category(message);
    // The most recently opened open conversation of which something holds; no entry point is open.
    let latest = |holds: &dyn Fn(&Conversation) -> bool| {
        mine.iter()
            .rposition(|it| it.is_open(at) && !it.is_entry_point() && holds(it))
    };
    let mut verdict = Verdict::default();
    let new = |category: &str, rule: &'static str, shadow: bool| Conversation {
        opener: index,
        category: category.to_string(),
        opened_at: at,
        expires_at: at + DAY, // C22-1, C23-4
        closed_at: None,
        regime,
        rule,
        shadow,
        outbound: 0,
        inbound: 0,
    };

    if is_pmp(regime) {
        // X-5 comes before P25-5 (section 8, section 12).
        let carried = |it: &Conversation| it.regime == "cbp-2023";
        let same = |it: &Conversation| carried(it) && it.category == category;
        if regime == "pmp-2025" && !is_ai_provider_message(message, world) {
            verdict.covered_by = match world.settings.get("carry_over_2025") {
                "none" => None,                         // S-16
                "all" if !template => latest(&carried), // C23-7
                "all" => latest(&same),
                _ if template && category == "utility" => latest(&same), // P25-5
                _ => None,
            };
        }
        if !world.settings.shadow || verdict.covered_by.is_some() {
            return verdict;
        }
        // P25-6: the mechanism of cbp-2023 beside, seeing what runs over the switch as well.
        verdict.belongs_in_shadow = if template {
            latest(&|it| it.category == category)
        } else {
            latest(&|_| true)
        };
        if verdict.belongs_in_shadow.is_none() && (template || place.is_inside_window) {
            let rule = if template { "C23-1" } else { "C23-2" };
            verdict.opens = Some(new(&category, rule, true));
        }
        return verdict;
    }

    let billed = |it: &Conversation| !it.shadow;
    let first_pricing = |it: &Conversation| it.regime == "cbp-2022";
    verdict.covered_by = latest(&first_pricing); // C22-1, C22-4
    if verdict.covered_by.is_some() {
        return verdict;
    }
    if regime == "cbp-2022" {
        if place.is_inside_window {
            verdict.opens = Some(new("user_initiated", "C22-2", false));
        } else if template {
            verdict.opens = Some(new("business_initiated", "C22-2", false));
        } // else W-2: free-form outside the window opens nothing
    } else if template {
        verdict.covered_by = latest(&|it| billed(it) && it.category == category); // C23-7
        if verdict.covered_by.is_none() {
            verdict.opens = Some(new(&category, "C23-1", false));
        }
    } else {
        verdict.covered_by = latest(&billed); // C23-7
        if verdict.covered_by.is_none() && place.is_inside_window {
            verdict.opens = Some(new("service", "C23-2", false));
        }
    }
    verdict
}

//! Lines that a few seconds decide (S-08, reading 25) and lines that rest on an assumption
//! (S-12, reading 24).

use super::World;
use super::charges::Line;
use super::clock::{HOUR, SECOND};
use super::conversation::Conversation;
use super::message::Message;
use super::pair::Place;
use super::regime::{is_pmp, regime};
use super::window;

pub fn is_edge(
    line: &Line,
    place: &Place,
    message: &Message,
    messages: &[Message],
    conversations: &[Conversation],
    world: &World,
) -> bool {
    let tolerance = world.settings.number("edge_tolerance_s") * SECOND;
    let (send, delivery) = (message.sent, message.instant());
    let lo = send.min(delivery) - tolerance;
    let hi = send.max(delivery) + tolerance;
    let mut ends = world
        .accounts
        .switch_midnights(&message.account, lo, hi, world.settings);

    if let Some(entry_point) = place.entry_point {
        ends.push(conversations[entry_point].end()); // inside a FEP its end
        ends.extend(place.click_end); // for the answer the end of its click's armed period
    } else {
        ends.extend(place.earlier_entry_point.map(|it| conversations[it].end()));
        ends.extend(place.unused_click_end);
    }

    let utility = line.category == "utility";
    let depends_on_window = match line.rule {
        "C22-3" | "C22-5" | "C23-6" | "P25-3" => true,
        "P25-4" => utility,
        _ => false,
    };
    if depends_on_window {
        ends.extend(window::last_end(message, messages, world));
    }
    ends.extend(could_have_covered(
        line,
        place,
        message,
        conversations,
        world,
    ));
    if line.rule == "P25-5" {
        ends.extend(line.conversation.map(|it| conversations[it].end()));
    }

    ends.into_iter().any(|end| {
        (send - end).abs() <= tolerance
            || (delivery - end).abs() <= tolerance
            || (send < end && end <= delivery)
    })
}

/// The end of the latest earlier conversation that could have covered a CBP opening or a utility
/// template under P25-3 or P25-4.
fn could_have_covered(
    line: &Line,
    place: &Place,
    message: &Message,
    conversations: &[Conversation],
    world: &World,
) -> Option<i64> {
    let pmp = is_pmp(regime(message, world).expect("a regime"));
    let could = |it: &Conversation| match line.rule {
        _ if it.shadow || it.is_entry_point() => false,
        "C22-3" | "C22-5" => it.regime == "cbp-2022",
        "C23-5" if line.unit == "conversation" => {
            it.regime == "cbp-2022" || it.category == line.category
        }
        "C23-6" => true,
        "P25-3" | "P25-4" if pmp && line.category == "utility" => {
            it.regime == "cbp-2023" && it.category == "utility"
        }
        _ => false,
    };
    let mut earlier = place
        .earlier_conversations
        .iter()
        .rev()
        .map(|it| &conversations[*it]);
    earlier.find(|it| could(it)).map(|it| it.end())
}

pub fn is_estimated(
    place: &Place,
    message: &Message,
    messages: &[Message],
    conversations: &[Conversation],
    world: &World,
) -> bool {
    if message.assumed {
        return true; // D-3
    }
    if let Some(entry_point) = place.entry_point {
        let answer = &messages[conversations[entry_point].opener];
        if !answer.entry_point_mark {
            return true; // no mark of Meta's proves the entry point
        }
    }
    let (account, charged_at) = (&message.account, message.instant());
    let zone = world.accounts.zone_at(account, charged_at, world.settings);
    if zone.known {
        return false;
    }
    let (lo, hi) = (charged_at - 14 * HOUR, charged_at + 14 * HOUR);
    let midnights = world
        .accounts
        .switch_midnights(account, lo, hi, world.settings);
    midnights
        .into_iter()
        .any(|midnight| (charged_at - midnight).abs() <= 14 * HOUR)
}

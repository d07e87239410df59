//! The customer service window as a pure question about instants (W-1 to W-4, reading 10).

use super::World;
use super::cells::{Direction, Kind};
use super::clock::DAY;
use super::message::Message;

/// The instant at which a message starts or restarts the window, if it does (W-1, W-4, S-11).
fn refreshes_at(message: &Message, world: &World) -> Option<i64> {
    let all = world
        .settings
        .is("window_refreshing_types", "all_but_system");
    let refreshes = match (message.direction, message.kind) {
        (Direction::Inbound, Kind::System) => false,
        (Direction::Inbound, Kind::Reaction | Kind::Call) => all,
        (Direction::Inbound, Kind::Template | Kind::FreeForm) => true,
        // W-4: an answered outbound call, at its sending unless it only failed (reading 27).
        (Direction::Outbound, Kind::Call) => all && !message.only_failed,
        (Direction::Outbound, _) => false,
    };
    refreshes.then_some(message.sent)
}

/// The window belongs to the pair, in a group to (business number, group).
fn shares_window(a: &Message, b: &Message) -> bool {
    let same_customer = a.customer == b.customer || !a.group.is_empty();
    a.business == b.business && a.group == b.group && same_customer
}

/// W-3: whether a business message is inside the window.
pub fn is_inside(message: &Message, messages: &[Message], world: &World) -> bool {
    let at_delivery = world.settings.is("window_instant", "delivery") // S-07
        || !message.group.is_empty(); // reading 26: groups look at delivery
    let judged_at = if at_delivery {
        message.instant()
    } else {
        message.sent
    };
    messages
        .iter()
        .filter(|other| shares_window(message, other))
        .any(|other| {
            let start = refreshes_at(other, world);
            start.is_some_and(|start| start <= judged_at && judged_at < start + DAY) // W-1, T-4
        })
}

/// S-08: the end of the last window opened at or before the send.
pub fn last_end(message: &Message, messages: &[Message], world: &World) -> Option<i64> {
    let shared = messages
        .iter()
        .filter(|other| shares_window(message, other));
    let starts = shared.filter_map(|other| refreshes_at(other, world));
    let last = starts.filter(|start| *start <= message.sent).max();
    last.map(|start| start + DAY)
}

//! Messages that come at another time: sooner answers, answered clicks, templates that wait.

use super::Circumstances;
use crate::replay::machine::starts_window;
use crate::replay::message::{Attributes, Flag, Message};
use crate::vocabulary::{Direction, Instant, Kind};
use crate::whatif::scenario::Behaviour;
use crate::whatif::scenario::behaviour::Wait;

const MINUTE_MICROS: i64 = 60_000_000;
const HOUR_MICROS: i64 = 60 * MINUTE_MICROS;

/// Moves messages of a pair, which stand in the order T-5; afterwards they need not.
pub fn retime(
    behaviour: &Behaviour,
    messages: &mut Vec<Message>,
    circumstances: &Circumstances<'_>,
) {
    if let Some(part) = behaviour.reply_faster {
        reply_faster(messages, part.within_minutes.0 * MINUTE_MICROS);
        messages.sort_by_key(Message::order);
    }
    if let Some(part) = behaviour.answer_clicks {
        answer_clicks(
            messages,
            part.within_minutes.0 * MINUTE_MICROS,
            circumstances,
        );
        messages.sort_by_key(Message::order);
    }
    if let Some(wait) = behaviour.utility_in_window {
        wait_for_window(messages, wait, circumstances);
        messages.sort_by_key(Message::order);
    }
    if let Some(wait) = behaviour.marketing_to_entry_points {
        wait_for_entry_point(messages, wait, circumstances);
    }
}

/// The first free-form message of the business after each of the customer's comes no later than this.
fn reply_faster(messages: &mut [Message], within: i64) {
    let mut waiting: Option<Instant> = None;
    for message in messages {
        if message.is_inbound() {
            if matches!(message.kind(), Kind::FreeForm | Kind::Template) && waiting.is_none() {
                waiting = Some(message.instant());
            }
        } else if message.kind() == Kind::FreeForm
            && let Some(asked) = waiting.take()
        {
            *message = no_later_than(message, asked, within);
        }
    }
}

/// Each click that can open an entry point has an answer within this time.
fn answer_clicks(messages: &mut Vec<Message>, within: i64, circumstances: &Circumstances<'_>) {
    let armed = circumstances.rulebook.armed_hours() * HOUR_MICROS;
    let clicks: Vec<Message> = messages
        .iter()
        .filter(|message| is_click(message, circumstances))
        .copied()
        .collect();
    for click in clicks {
        let after = |message: &&mut Message| {
            is_answer(message)
                && click.instant() <= message.instant()
                && click.instant() <= message.sent()
        };
        let answer = messages
            .iter_mut()
            .filter(after)
            .min_by_key(|message| message.instant());
        match answer.filter(|answer| micros_between(click.instant(), answer.instant()) <= armed) {
            Some(answer) => *answer = no_later_than(answer, click.instant(), within),
            None => messages.push(added_answer(&click, within)),
        }
    }
}

/// An answer that nobody gave. It is known by the click's row, and bears none of its marks.
fn added_answer(click: &Message, within: i64) -> Message {
    let mut attributes = Attributes::EMPTY
        .of_message()
        .with_direction(Direction::Outbound)
        .with_kind(Kind::FreeForm)
        .with_account(click.attributes().account())
        .with(Flag::Delivered);
    if click.attributes().has(Flag::InGroup) {
        attributes = attributes.with(Flag::InGroup);
    }
    click.later(within).with_attributes(attributes)
}

/// Utility templates outside of any window come a minute after the customer's next message.
fn wait_for_window(messages: &mut [Message], wait: Wait, circumstances: &Circumstances<'_>) {
    let types = circumstances.settings.window_refreshing_types;
    let window = circumstances.rulebook.window_hours() * HOUR_MICROS;
    let starts: Vec<Instant> = messages
        .iter()
        .filter(|message| starts_window(message, types))
        .map(Message::instant)
        .collect();
    let is_utility = |message: &&mut Message| {
        !message.is_inbound()
            && message.kind() == Kind::Template
            && message.category() == Some(crate::vocabulary::TemplateCategory::Utility)
    };
    for message in messages.iter_mut().filter(is_utility) {
        let next = starts.partition_point(|&start| start <= message.sent());
        let is_open = next
            .checked_sub(1)
            .is_some_and(|last| micros_between(starts[last], message.sent()) < window);
        if !is_open {
            send_after(message, starts.get(next), wait);
        }
    }
}

/// Marketing templates come a minute after the answer that opens the next entry point.
fn wait_for_entry_point(messages: &mut [Message], wait: Wait, circumstances: &Circumstances<'_>) {
    let openings = openings(messages, circumstances);
    let lengths = circumstances
        .rulebook
        .entry_point_hours(circumstances.settings);
    let length_at = |opening: Instant| {
        let held = lengths.iter().rev();
        let mut held = held.filter(|(from, _)| {
            *from == crate::vocabulary::LocalDate::MIN || from.midnight_utc() <= opening
        });
        held.next().map_or(0, |&(_, hours)| hours * HOUR_MICROS)
    };
    let is_marketing = |message: &&mut Message| {
        !message.is_inbound()
            && message.kind() == Kind::Template
            && message.category() == Some(crate::vocabulary::TemplateCategory::Marketing)
    };
    for message in messages.iter_mut().filter(is_marketing) {
        let next = openings.partition_point(|&opening| opening <= message.instant());
        let is_open = next.checked_sub(1).is_some_and(|last| {
            micros_between(openings[last], message.instant()) < length_at(openings[last])
        });
        if !is_open {
            send_after(message, openings.get(next), wait);
        }
    }
}

/// When entry points open: with the first answer to a click, if it comes in time. Marketing templates answer
/// nothing here, since they are what waits.
fn openings(messages: &[Message], circumstances: &Circumstances<'_>) -> Vec<Instant> {
    let armed = circumstances.rulebook.armed_hours() * HOUR_MICROS;
    let mut openings = Vec::new();
    let mut clicked: Option<Instant> = None;
    for message in messages {
        if is_click(message, circumstances) {
            clicked = Some(message.instant());
        } else if is_answer(message)
            && message.category() != Some(crate::vocabulary::TemplateCategory::Marketing)
            && let Some(click) = clicked.take()
            && micros_between(click, message.instant()) <= armed
        {
            openings.push(message.instant());
        }
    }
    openings
}

fn is_click(message: &Message, circumstances: &Circumstances<'_>) -> bool {
    let source = message.attributes().entry_point();
    let sources = circumstances.settings.entry_point_sources;
    message.is_inbound() && source.is_some_and(|source| sources.contains(source))
}

fn is_answer(message: &Message) -> bool {
    !message.is_inbound()
        && message.is_delivered()
        && matches!(message.kind(), Kind::FreeForm | Kind::Template)
}

/// Sends a message a minute after an event, if that comes within the time it may wait.
fn send_after(message: &mut Message, event: Option<&Instant>, wait: Wait) {
    let Some(&event) = event else { return };
    let delay = micros_between(message.sent(), event);
    if delay <= wait.delay_hours_max.0 * HOUR_MICROS {
        *message = message.later(delay.saturating_add(MINUTE_MICROS));
    }
}

/// The message, sent and arrived sooner if it came later than this after an event.
fn no_later_than(message: &Message, event: Instant, within: i64) -> Message {
    let late = micros_between(event, message.instant()).saturating_sub(within);
    match late > 0 {
        true => message.later(-late),
        false => *message,
    }
}

fn micros_between(from: Instant, to: Instant) -> i64 {
    to.micros().saturating_sub(from.micros())
}

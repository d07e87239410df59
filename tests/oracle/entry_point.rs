//! Clicks and their answers (F-1 to F-4, F-7, readings 11 to 13).

use super::World;
use super::cells::{Direction, Kind};
use super::clock::{self, DAY, HOUR};
use super::message::Message;
use super::regime::{basis_date, is_pmp, regime};

/// A click that no answer has used up yet.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    pub at: i64,
    /// F-7: a click inside an entry point arms only for an answer sent at or after its end.
    pub not_before: i64,
}

/// What a pair remembers of inbound messages, in the order T-5.
#[derive(Clone, Debug, Default)]
pub struct Clicks {
    unused: Vec<Click>,
    /// Every inbound since the last answer that opened an entry point.
    inbound: Vec<i64>,
}

impl Clicks {
    /// F-1, F-2. `open_until` is the end of the entry point that is open at the click.
    pub fn hear(&mut self, message: &Message, open_until: Option<i64>, world: &World) {
        let inbound = message.direction == Direction::Inbound;
        if !inbound || message.kind == Kind::System {
            return; // D-6
        }
        self.inbound.push(message.sent);
        let sources = world.settings.get("entry_point_sources").split(','); // S-12
        if !sources
            .into_iter()
            .any(|source| source == message.entry_point)
        {
            return;
        }
        if open_until.is_some() && world.settings.is("click_inside_entry_point", "ignored") {
            return; // S-14
        }
        self.unused.push(Click {
            at: message.sent,
            not_before: open_until.unwrap_or(i64::MIN),
        });
    }

    /// F-3: the click that this message answers, if it does. Everything earlier is then used up.
    pub fn answer(&mut self, message: &Message) -> Option<i64> {
        let sent = message.sent;
        let in_time = |at: i64| at <= sent && sent < at + DAY; // T-4
        let armed = self.unused.iter().filter(|click| in_time(click.at));
        let armed = armed
            .filter(|click| sent >= click.not_before)
            .map(|click| click.at)
            .max();
        // Reading 12: Meta's mark with no click in the log proves that one was there.
        let proven = self.inbound.iter().copied().filter(|at| in_time(*at)).max();
        let proven = if message.entry_point_mark {
            proven
        } else {
            None
        };
        let answered = armed.or(proven);
        if answered.is_some() {
            self.unused.clear();
            self.inbound.clear();
        }
        answered
    }

    /// S-08: the end of the latest unused click at or before the send.
    pub fn latest_unused_end(&self, sent: i64) -> Option<i64> {
        let clicks = self.unused.iter().map(|click| click.at);
        clicks.filter(|at| *at <= sent).max().map(|at| at + DAY)
    }
}

/// F-4: when the entry point that this answer opens ends.
pub fn end(answer: &Message, world: &World) -> i64 {
    if let Some(end) = answer.marked_end {
        return end;
    }
    let day = basis_date(answer, world); // T-2, reading 14: real dates, also under a forced rulebook
    let hours = if day < clock::date(2023, 3, 1) {
        24
    } else if day < clock::date(2026, 9, 28) {
        72
    } else {
        world.settings.number("entry_point_hours_from_2026_09_28") // S-11b
    };
    let counts_from_send = match world.settings.get("entry_point_start") {
        "send" => true,
        "delivery" => false,
        _ => is_pmp(regime(answer, world).expect("a regime")), // S-10
    };
    let start = if counts_from_send {
        answer.sent
    } else {
        answer.instant()
    };
    start + hours * HOUR
}

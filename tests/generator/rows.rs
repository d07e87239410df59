//! Messages written down: one row each, a row per status, or both.

use super::messages::Draft;
use super::random::Random;
use super::times::Times;
use crate::oracle::Row;
use crate::oracle::clock::{MILLISECOND, SECOND, show_instant};

/// The habits of one exporter.
#[derive(Clone, Debug)]
pub struct Style {
    pub time: Time,
    /// Percent of messages written as status rows.
    status_rows: u64,
    seen_at: bool,
    upper_case: bool,
    /// What a plain row says as channel and origin.
    channel: &'static str,
    origin: &'static str,
    pub shared_id: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    Rfc3339,
    Mixed, // with offsets
    Naive,
    Seconds,
    Milliseconds,
}

impl Style {
    pub fn random(r: &mut Random, precision: i64) -> Style {
        let mut time = r.weighted(&[
            (60, Time::Rfc3339),
            (15, Time::Mixed),
            (10, Time::Naive),
            (8, Time::Seconds),
            (7, Time::Milliseconds),
        ]);
        let step = match time {
            Time::Seconds => SECOND,
            Time::Milliseconds => MILLISECOND,
            _ => 1,
        };
        if precision < step {
            time = Time::Rfc3339;
        }
        Style {
            time,
            status_rows: r.pick(&[0, 30, 50, 100]),
            seen_at: r.chance(30),
            upper_case: r.chance(10),
            channel: r.pick(&["", "whatsapp"]),
            origin: r.pick(&["", "", "api"]),
            shared_id: r.chance(10),
        }
    }

    pub fn show(&self, r: &mut Random, instant: i64) -> String {
        let text = show_instant(instant);
        match self.time {
            Time::Rfc3339 => text,
            Time::Mixed if r.chance(50) => {
                let ahead = show_instant(instant + 19_800 * SECOND);
                ahead.replace('Z', "+05:30")
            }
            Time::Mixed => text,
            Time::Naive => text.replace('T', " ").replace('Z', ""),
            Time::Seconds => (instant / SECOND).to_string(),
            Time::Milliseconds => (instant / MILLISECOND).to_string(),
        }
    }

    fn word(&self, word: &str) -> String {
        if self.upper_case {
            word.to_uppercase()
        } else {
            word.to_string()
        }
    }
}

/// What every row of a message says; `full` rows say also what only some rows need to.
fn base(r: &mut Random, draft: &Draft, style: &Style, at: i64, full: bool) -> Row {
    let mut row = Row::default();
    let direction = if draft.inbound {
        r.weighted(&[(90, "inbound"), (3, "in"), (3, "received"), (4, "Incoming")])
    } else {
        r.weighted(&[(90, "outbound"), (3, "out"), (3, "sent"), (4, "Outgoing")])
    };
    let plus = if r.chance(50) && draft.customer.bytes().all(|b| b.is_ascii_digit()) {
        "+"
    } else {
        ""
    };
    let channel = if draft.channel.is_empty() {
        style.channel
    } else {
        &draft.channel
    };
    let origin = if draft.origin.is_empty() {
        style.origin
    } else {
        &draft.origin
    };
    row.set("message_id", &draft.id);
    row.set("timestamp", &style.show(r, at));
    row.set("direction", direction);
    row.set("business", &draft.business);
    row.set("customer", &format!("{plus}{}", draft.customer));
    row.set("account", &draft.account);
    row.set("group", &draft.group);
    row.set("channel", channel);
    row.set("origin", origin);
    if full {
        row.set("type", &style.word(&draft.kind));
        row.set("category", &style.word(&draft.category));
        row.set("template", &draft.template);
        row.set("entry_point", &style.word(&draft.entry_point));
        if draft.kind == "text" && r.chance(10) {
            row.set("text", "your code, \"1234\"\nthank you");
        }
    }
    if style.seen_at && r.chance(70) {
        let seen = at + r.pick(&[0, 0, 1, 5, 60]) * SECOND;
        row.set("seen_at", &style.show(r, seen));
    }
    row
}

fn put_marks(r: &mut Random, draft: &Draft, style: &Style, row: &mut Row) {
    for (column, cell) in &draft.marks {
        if *column == "meta_expires_at" {
            let micros: i64 = cell.parse().expect("µs");
            row.set(column, &style.show(r, micros));
        } else {
            row.set(column, &style.word(cell));
        }
    }
}

/// The one row of a message that stands for itself.
pub fn single(r: &mut Random, draft: &Draft, style: &Style, status: &str) -> Row {
    let mut row = base(r, draft, style, draft.sent, true);
    row.set("status", if draft.inbound { "" } else { status });
    row
}

pub fn write(r: &mut Random, times: &mut Times, draft: &Draft, style: &Style) -> Vec<Row> {
    if draft.inbound {
        let mut row = base(r, draft, style, draft.sent, true);
        row.set("status", r.weighted(&[(90, ""), (10, "received")]));
        return vec![row];
    }
    let mut rows = Vec::new();
    let by_status = r.chance(style.status_rows);
    let both = r.chance(15);
    if !by_status || both {
        rows.push(message_row(r, draft, style));
    }
    if by_status || both {
        rows.extend(status_rows(r, times, draft, style));
    }
    rows
}

fn message_row(r: &mut Random, draft: &Draft, style: &Style) -> Row {
    let mut row = base(r, draft, style, draft.sent, true);
    match (draft.delivered, draft.failed) {
        (Some(delivered), _) => {
            row.set("delivered_at", &style.show(r, delivered));
            let status = r.weighted(&[(40, ""), (30, "delivered"), (20, "read"), (10, "sent")]);
            row.set("status", &style.word(status));
        }
        (None, Some(_)) => {
            row.set("status", "failed");
            row.set("error_code", "131049");
        }
        _ => row.set("status", r.pick(&["", "sent", "accepted"])),
    }
    put_marks(r, draft, style, &mut row);
    row
}

fn status_rows(r: &mut Random, times: &mut Times, draft: &Draft, style: &Style) -> Vec<Row> {
    let mut events = Vec::new();
    if r.chance(85) {
        events.push((r.pick(&["sent", "sent", "accepted", ""]), draft.sent));
    }
    events.extend(draft.delivered.map(|at| ("delivered", at)));
    events.extend(
        draft
            .read
            .map(|at| (r.pick(&["read", "read", "played"]), at)),
    );
    events.extend(draft.failed.map(|at| ("failed", at)));
    if r.chance(5) {
        events.extend(draft.delivered.map(|at| ("delivered", times.after(r, at)))); // told twice
    }
    if events.is_empty() {
        events.push(("sent", draft.sent));
    }
    let teller = r.below(events.len()); // the row that surely says what the message is
    let sparse = r.chance(30);
    let mut rows = Vec::new();
    for (index, (status, at)) in events.into_iter().enumerate() {
        let full = !sparse || index == teller;
        let mut row = base(r, draft, style, at, full);
        row.set("status", &style.word(status));
        if index == teller || r.chance(60) {
            put_marks(r, draft, style, &mut row);
        }
        rows.push(row);
    }
    rows
}

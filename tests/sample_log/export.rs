//! How the businesses' systems write the log down: one table of messages, one of status events.

use std::io;

use chrono::{DateTime, NaiveDate, SecondsFormat};
use csv::{Terminator, WriterBuilder};

use super::cast::{Export, LARKSPUR};
use super::catalogue::{FESTIVAL_CASHBACK, PAYMENT_RECEIVED};
use super::damage;
use super::message::Message;
use super::random::Random;

/// A row, and the instant by which the export is sorted.
#[derive(Clone)]
pub struct Row {
    pub time: i64,
    pub cells: Vec<String>,
}

/// `agent` is no column of a log; it must be ignored.
pub const MESSAGE_COLUMNS: [&str; 17] = [
    "message_id",
    "timestamp",
    "direction",
    "account",
    "business",
    "customer",
    "type",
    "category",
    "template",
    "status",
    "delivered_at",
    "entry_point",
    "group",
    "channel",
    "origin",
    "error_code",
    "agent",
];

pub const STATUS_COLUMNS: [&str; 21] = [
    "Status",
    "Timestamp",
    "Customer",
    "Business",
    "Account",
    "Direction",
    "Type",
    "Template",
    "Category",
    "Text",
    "Error_code",
    "Channel",
    "Message_id",
    "Seen_at",
    "meta_pricing_model",
    "meta_billable",
    "meta_pricing_type",
    "meta_category",
    "meta_conversation_id",
    "meta_conversation_origin",
    "meta_expires_at",
];

/// A row per message of the businesses that export so. LF, UTC as RFC 3339.
pub fn message_rows(messages: &[Message], random: &mut Random) -> Vec<Row> {
    let mut rows: Vec<Row> = messages
        .iter()
        .filter(|message| message.business.export == Export::Messages)
        .map(|message| message_row(message, random))
        .collect();
    damage::spoil_messages(&mut rows, random);
    rows.sort_by_key(|row| row.time);
    rows
}

fn message_row(message: &Message, random: &mut Random) -> Row {
    let (status, time) = last_status(message);
    let answered_by_hand =
        !message.inbound && message.kind != "template" && message.group.is_empty();
    let agent = if answered_by_hand {
        *random.pick(&["anna", "ben", "cem"])
    } else {
        ""
    };
    let cells = vec![
        message.id.clone(),
        rfc3339(time),
        direction(message).to_owned(),
        message.business.account.to_owned(),
        with_plus(message.business.number),
        with_plus(&message.customer.id),
        message.kind.to_owned(),
        category_cell(message).to_owned(),
        message
            .template
            .map_or("", |template| template.name)
            .to_owned(),
        status.to_owned(),
        message.delivered.map(rfc3339).unwrap_or_default(),
        message.entry_point.to_owned(),
        message.group.to_owned(),
        message.channel.to_owned(),
        message.origin.to_owned(),
        message
            .failed
            .map(|(_, code)| code.to_string())
            .unwrap_or_default(),
        agent.to_owned(),
    ];
    Row {
        time: message.at,
        cells,
    }
}

/// The status a table of messages ends with, and the time it writes in `timestamp`: that of sending if
/// the delivery has its own column, else that of the status.
fn last_status(message: &Message) -> (&'static str, i64) {
    match (
        message.inbound,
        message.failed,
        message.delivered,
        message.read,
    ) {
        (true, ..) => ("", message.at),
        (_, Some((failed, _)), None, _) => ("failed", failed),
        (_, _, Some(_), Some(_)) => ("read", message.at),
        (_, _, Some(_), None) => ("delivered", message.at),
        (_, _, None, Some(read)) => ("read", read),
        (_, None, None, None) => ("sent", message.at),
    }
}

/// A row per status event of the businesses that export so, and what the other businesses kept of
/// Meta's webhooks: rows with marks, and some late `read`. CRLF, epoch seconds, a byte order mark.
pub fn status_rows(messages: &[Message], random: &mut Random) -> Vec<Row> {
    let mut rows = Vec::new();
    for message in messages {
        let is_kept = match message.business.export {
            Export::Statuses => true,
            // The table of statuses has no column for groups.
            Export::Messages => {
                !message.marks.model.is_empty()
                    || message.group.is_empty() && message.read.is_some() && random.chance(4)
            }
        };
        if !is_kept {
            continue;
        }
        for (status, time) in statuses(message) {
            rows.push(status_row(message, status, time));
        }
    }
    damage::spoil_statuses(&mut rows, random);
    rows.sort_by_key(|row| row.time);
    rows
}

fn statuses(message: &Message) -> Vec<(&'static str, i64)> {
    if message.inbound {
        return vec![("", message.at)];
    }
    let mut statuses = vec![("sent", message.at)];
    statuses.extend(message.failed.map(|(failed, _)| ("failed", failed)));
    statuses.extend(message.delivered.map(|delivered| ("delivered", delivered)));
    statuses.extend(message.read.map(|read| ("read", read)));
    if message.business.export == Export::Messages {
        statuses.remove(0);
    }
    statuses
}

fn status_row(message: &Message, status: &str, time: i64) -> Row {
    let marks = &message.marks;
    let carries_marks = status == "delivered" || status == "read" && message.delivered.is_none();
    let mark = |mark: &str| {
        if carries_marks {
            mark.to_owned()
        } else {
            String::new()
        }
    };
    let text = message.template.filter(|template| {
        status == "sent" && [FESTIVAL_CASHBACK.name, PAYMENT_RECEIVED.name].contains(&template.name)
    });
    let error = message.failed.filter(|_| status == "failed");
    let cells = vec![
        status.to_owned(),
        time.to_string(),
        message.customer.id.clone(),
        message.business.number.to_owned(),
        message.business.account.to_owned(),
        direction(message).to_owned(),
        message.kind.to_owned(),
        message
            .template
            .map_or("", |template| template.name)
            .to_owned(),
        category_cell(message).to_owned(),
        text.map_or("", |template| template.text).to_owned(),
        error.map(|(_, code)| code.to_string()).unwrap_or_default(),
        if message.channel.is_empty() {
            "WhatsApp"
        } else {
            message.channel
        }
        .to_owned(),
        message.id.clone(),
        String::new(),
        mark(marks.model),
        mark(marks.billable),
        mark(marks.pricing_type),
        mark(marks.category),
        mark(&marks.conversation_id),
        mark(marks.conversation_origin),
        mark(
            &marks
                .expires_at
                .map(|end| end.to_string())
                .unwrap_or_default(),
        ),
    ];
    Row { time, cells }
}

/// Templates had no category before June 2023; Larkspur wrote it from the first day it was needed, the
/// others some days before.
fn category_cell(message: &Message) -> &'static str {
    let first_day = if message.business.account == LARKSPUR.account {
        (2023, 6, 1)
    } else {
        (2023, 5, 28)
    };
    let (year, month, day) = first_day;
    let from = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    if message.business.date(message.instant()) < from {
        ""
    } else {
        message.category()
    }
}

fn direction(message: &Message) -> &'static str {
    if message.inbound {
        "inbound"
    } else {
        "outbound"
    }
}

fn with_plus(id: &str) -> String {
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        format!("+{id}")
    } else {
        id.to_owned()
    }
}

fn rfc3339(instant: i64) -> String {
    let time = DateTime::from_timestamp(instant, 0).expect("an instant");
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub fn messages_csv(rows: &[Row]) -> io::Result<Vec<u8>> {
    table(Vec::new(), &MESSAGE_COLUMNS, rows, Terminator::Any(b'\n'))
}

pub fn statuses_csv(rows: &[Row]) -> io::Result<Vec<u8>> {
    table("\u{feff}".into(), &STATUS_COLUMNS, rows, Terminator::CRLF)
}

fn table(
    start: Vec<u8>,
    columns: &[&str],
    rows: &[Row],
    terminator: Terminator,
) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .terminator(terminator)
        .from_writer(start);
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(&row.cells)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

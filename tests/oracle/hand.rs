//! Small logs made by hand, and what follows from them as short text.

use super::{Accounts, ConversationRow, Outcome, Row, Settings, World, no_country, replay};

pub fn run(log: &[Row], accounts: &Accounts, settings: &Settings) -> Outcome {
    replay(
        log,
        &World {
            accounts,
            settings,
            templates: &[],
            country_of: &no_country,
            tariff: None,
        },
    )
}

pub fn plain(log: &[Row]) -> Outcome {
    run(log, &Accounts::default(), &Settings::default())
}

/// `inbound|outbound`, the type, the time and `column=cell` pairs.
pub fn message(id: &str, direction: &str, kind: &str, at: &str, more: &[(&str, &str)]) -> Row {
    let mut row = Row::default()
        .with("message_id", id)
        .with("direction", direction)
        .with("type", kind)
        .with("timestamp", at)
        .with("business", "15550001111")
        .with("customer", "+919876500001");
    if direction == "outbound" && !more.iter().any(|(column, _)| *column == "status") {
        row.set("delivered_at", at);
    }
    for (column, cell) in more {
        row.set(column, cell);
    }
    row
}

/// Charges as `message rule pricing_type`, in their order.
pub fn charged(outcome: &Outcome) -> Vec<String> {
    let rows = outcome.charges.iter();
    rows.map(|c| format!("{} {} {}", c["message_id"], c["rule"], c["pricing_type"]))
        .collect()
}

/// Conversations as `category opened -> closed outbound/inbound`.
pub fn opened(outcome: &Outcome) -> Vec<String> {
    let rows = outcome.conversations.iter();
    let show = |c: &ConversationRow| {
        let (out, inn) = (&c["messages_outbound"], &c["messages_inbound"]);
        format!(
            "{} {} -> {} {out}/{inn}",
            c["category"], c["opened_at"], c["closed_at"]
        )
    };
    rows.map(show).collect()
}

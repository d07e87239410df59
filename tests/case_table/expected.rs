//! The cells a case states about one row of an output table, and when a cell is the one stated.

use super::{Charge, Conversation, Ending, Instant, Message, instant};
use rust_decimal::Decimal;

pub fn conversation_cells(conversation: &Conversation) -> Vec<(&'static str, String)> {
    let mut cells = vec![
        ("opened_at", instant::rfc3339(conversation.opened)),
        ("expires_at", instant::rfc3339(conversation.expires)),
        ("rule", conversation.rule.clone()),
    ];
    match &conversation.ending {
        Ending::Scheduled => {
            cells.push(("close_reason", "expired or open_at_end_of_log".to_string()))
        }
        Ending::Expired => cells.push(("close_reason", "expired".to_string())),
        Ending::StillOpen => {
            cells.extend([
                ("close_reason", "open_at_end_of_log".to_string()),
                ("closed_at", String::new()),
            ]);
        }
        Ending::Closed { at, reason } => {
            cells.extend([
                ("close_reason", reason.clone()),
                ("closed_at", instant::rfc3339(*at)),
            ]);
        }
    }
    cells.extend(conversation.regime.clone().map(|regime| ("regime", regime)));
    cells.extend(
        conversation
            .outbound
            .map(|count| ("messages_outbound", count.to_string())),
    );
    cells.extend(
        conversation
            .inbound
            .map(|count| ("messages_inbound", count.to_string())),
    );
    cells
}

pub fn conversation_charge_cells(
    conversation: &Conversation,
    charge: &Charge,
    conversation_id: &str,
    audited: bool,
) -> Vec<(&'static str, String)> {
    let category = charge
        .category
        .clone()
        .unwrap_or_else(|| conversation.category.clone());
    let mut cells = charge_cells(
        charge,
        category,
        Some(charge.charged_at.unwrap_or(conversation.opened)),
        audited,
    );
    cells.push(("conversation_id", conversation_id.to_string()));
    cells
}

pub fn message_charge_cells(
    message: &Message,
    charge: &Charge,
    audited: bool,
) -> Vec<(&'static str, String)> {
    let of_template = || {
        if message.kind == "template" {
            &message.category
        } else {
            "service"
        }
        .to_string()
    };
    let category = charge.category.clone().unwrap_or_else(of_template);
    let mut cells = charge_cells(
        charge,
        category,
        charge.charged_at.or(message.fate.delivery()),
        audited,
    );
    if ["free_entry_point", "covered"].contains(&charge.pricing_type.as_str()) {
        cells.push(("conversation_id", "(any)".to_string()));
    }
    cells
}

fn charge_cells(
    charge: &Charge,
    category: String,
    charged_at: Option<Instant>,
    audited: bool,
) -> Vec<(&'static str, String)> {
    let mut cells = vec![
        ("pricing_type", charge.pricing_type.clone()),
        ("category", category),
        ("edge", charge.edge.to_string()),
        ("estimated", charge.estimated.to_string()),
    ];
    cells.extend(price_cells(charge, audited));
    if let Some(rule) = &charge.rule {
        cells.push(("rule", rule.clone()));
        cells.extend(regime_of(rule).map(|regime| ("regime", regime.to_string())));
    }
    cells.extend(
        charge
            .local_date
            .map(|date| ("local_date", date.to_string())),
    );
    cells.extend(charged_at.map(|at| ("charged_at", instant::rfc3339(at))));
    cells
}

/// State, rate and amount; in a case without prices only that a charge is free or not.
fn price_cells(charge: &Charge, audited: bool) -> Vec<(&'static str, String)> {
    let free = charge.pricing_type != "regular";
    if !audited {
        let state = if free { "free" } else { "unpriced" };
        return vec![("state", state.to_string())];
    }
    let Some(price) = &charge.price else {
        let empty = ["rate", "rate_card", "tier"].map(|column| (column, String::new()));
        let free = [("state", "free".to_string()), ("amount", "0".to_string())];
        return free.into_iter().chain(empty).collect();
    };
    let rate = price.rate.map_or(String::new(), |rate| rate.to_string());
    let state = if price.rate.is_some() {
        "rated"
    } else {
        "unrated"
    };
    let mut cells = vec![
        ("state", state.to_string()),
        ("currency", price.currency.clone()),
        ("tier", price.tier.clone().unwrap_or_default()),
        ("amount", rate.clone()), // one of it, unrounded
        ("rate", rate),
    ];
    cells.extend(price.market.clone().map(|market| ("market", market)));
    cells.extend(price.card.map(|from| {
        let model = match charge.rule.as_deref() {
            Some(rule) if rule.starts_with('C') => "CBP",
            _ => "PMP",
        };
        let name = from.map(|from| format!("{model}-{}-{from}", price.currency));
        ("rate_card", name.unwrap_or_default())
    }));
    cells
}

fn regime_of(rule: &str) -> Option<&'static str> {
    match rule.split_once('-')?.0 {
        "C22" => Some("cbp-2022"),
        "C23" => Some("cbp-2023"),
        "P25" => Some("pmp-2025"),
        "P26" => Some("pmp-2026"),
        _ => None,
    }
}

pub fn same_cell(column: &str, expected: &str, got: &str) -> bool {
    match (column, expected) {
        (_, "(any)") => !got.is_empty(),
        ("close_reason", "expired or open_at_end_of_log") => {
            got == "expired" || got == "open_at_end_of_log"
        }
        (column, _) if column.ends_with("_at") => {
            instant::cell(expected).is_ok_and(|at| Ok(at) == instant::cell(got))
        }
        ("rate" | "amount", _) => match (expected.parse::<Decimal>(), got.parse::<Decimal>()) {
            (Ok(expected), Ok(got)) => expected == got,
            _ => expected == got,
        },
        _ => got == expected,
    }
}

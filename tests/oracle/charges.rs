//! From places to rows of `charges.csv`: which rule, which pricing type, which allowance
//! (sections 6 to 9, 12, 13).

use std::collections::BTreeMap;

use super::allowance::{Allowances, is_within_account_allowance, is_within_service_allowance};
use super::cells::Kind;
use super::clock::{self, show_instant};
use super::conversation::{Conversation, conversation_id, id};
use super::exceptions::{is_ai_provider_message, is_exempt};
use super::message::Message;
use super::pair::Place;
use super::price::{Price, Volumes, currency, price};
use super::regime::{basis_date, is_pmp, regime};
use super::{ChargeRow, World, edge, exceptions, fold, inferred, market};

/// What a charge row says beside its identity.
pub struct Line {
    pub unit: &'static str,
    pub rule: &'static str,
    pub category: String,
    pub pricing_type: &'static str,
    pub conversation: Option<usize>,
}

pub fn charge_rows(
    conversations: &[Conversation],
    places: &[Place],
    messages: &[Message],
    world: &World,
) -> Vec<ChargeRow> {
    let mut in_order: Vec<&Place> = places.iter().collect();
    in_order.sort_by_key(|place| messages[place.message].order()); // T-5, across pairs
    let mut allowances = Allowances::new();
    let mut volumes = Volumes::new();
    let mut rows = Vec::new();
    for place in in_order {
        let message = &messages[place.message];
        let Some(line) = line(place, message, conversations, &mut allowances, world) else {
            continue;
        };
        let priced = world.tariff.is_some();
        let price = priced.then(|| price(&line, place, message, &mut volumes, world));
        if fold::is_before_period(message, world) {
            continue; // reading 15: it used the allowance and the volume all the same
        }
        let mut row = row(&line, place, message, messages, conversations, world);
        if let Some(price) = price {
            put_price(&mut row, &price, message, world);
        }
        rows.push(row);
    }
    rows
}

fn line(
    place: &Place,
    message: &Message,
    conversations: &[Conversation],
    allowances: &mut Allowances,
    world: &World,
) -> Option<Line> {
    let regime = regime(message, world).expect("a place has a regime");
    if is_pmp(regime) {
        return Some(message_line(regime, place, message, allowances, world));
    }
    if message.kind == Kind::Reaction {
        return None; // D-6: a free row under PMP only
    }
    let line = |rule, category: String, pricing_type, conversation, unit| {
        Some(Line {
            unit,
            rule,
            category,
            pricing_type,
            conversation,
        })
    };
    // The row of the conversation that this message opened, at its opening (T-3).
    let opened = place.opened.or(place.click_end.and(place.entry_point));
    if let Some(opened) = opened {
        let category = conversations[opened].category.clone();
        let (rule, pricing_type) = match (regime, category.as_str()) {
            (_, "free_entry_point") => ("F-6", "free_entry_point"),
            ("cbp-2022", _) => {
                let size = world.settings.number("allowance_cbp_2022");
                match is_within_account_allowance("cbp-2022", size, message, allowances, world) {
                    true => ("C22-3", "free_tier"),
                    false => ("C22-5", "regular"),
                }
            }
            (_, "service") if basis_date(message, world) >= clock::date(2024, 11, 1) => {
                ("C23-6", "free_customer_service")
            }
            (_, "service") => {
                let size = world.settings.number("allowance_cbp_2023");
                match is_within_account_allowance("cbp-2023", size, message, allowances, world) {
                    true => ("C23-6", "free_tier"),
                    false => ("C23-6", "regular"),
                }
            }
            _ => ("C23-5", "regular"),
        };
        return line(rule, category, pricing_type, Some(opened), "conversation");
    }
    if !world.settings.detail_messages {
        return None; // contract 4: covered messages are counted in their conversation
    }
    // A template of before 2023-06-01 names no category: it shows that of its conversation.
    let category = |conversation: usize| {
        let own = message_category(message);
        if own.is_empty() {
            conversations[conversation].category.clone()
        } else {
            own
        }
    };
    if let Some(entry_point) = place.entry_point {
        return line(
            "F-6",
            category(entry_point),
            "free_entry_point",
            Some(entry_point),
            "message",
        );
    }
    let covering = place.covered_by?;
    let rule = if conversations[covering].regime == "cbp-2022" {
        "C22-1"
    } else {
        "C23-5"
    };
    let category = category(covering);
    line(rule, category, "covered", Some(covering), "message")
}

fn message_category(message: &Message) -> String {
    match message.kind {
        Kind::Template => message.category.clone(),
        _ => "service".to_string(),
    }
}

/// Per-message pricing: every delivered business message has one pricing type (sections 8 and 9).
fn message_line(
    regime: &'static str,
    place: &Place,
    message: &Message,
    allowances: &mut Allowances,
    world: &World,
) -> Line {
    let from_2026 = regime == "pmp-2026";
    let free_form = message.kind == Kind::FreeForm;
    let utility = message.kind == Kind::Template && message.category == "utility";
    let mut line = Line {
        unit: "message",
        rule: "",
        category: message_category(message),
        pricing_type: "",
        conversation: None,
    };
    let (rule, pricing_type) = if let Some(entry_point) = place.entry_point {
        line.conversation = Some(entry_point);
        let uses_allowance = world.settings.is("entry_point_uses_allowance", "yes"); // S-21
        if from_2026 && free_form && uses_allowance {
            is_within_service_allowance(message, allowances, world);
        }
        (
            if from_2026 { "P26-1" } else { "P25-1" },
            "free_entry_point",
        )
    } else if message.kind == Kind::Reaction {
        ("D-6", "free_customer_service")
    } else if is_ai_provider_message(message, world) {
        line.category = "general_purpose_ai".to_string();
        ("X-5", "regular")
    } else if let Some(covering) = place.covered_by {
        line.conversation = Some(covering);
        ("P25-5", "covered")
    } else if free_form && !from_2026 {
        ("P25-2", "free_customer_service")
    } else if free_form {
        let exempt = is_exempt(message, world);
        match is_within_service_allowance(message, allowances, world) {
            true => ("P26-2", "free_customer_service"),
            false if exempt => ("P26-5", "free_customer_service"),
            false => ("P26-2", "regular"),
        }
    } else if utility && from_2026 {
        ("P26-3", "regular")
    } else if utility && place.is_inside_window {
        ("P25-3", "free_customer_service")
    } else {
        let marketing = ["marketing", "marketing_lite"].contains(&message.category.as_str());
        let free_group_marketing = marketing
            && !message.group.is_empty()
            && place.is_inside_window
            && world.settings.is("group_marketing_in_window", "free"); // S-30
        let pricing_type = if free_group_marketing {
            "free_customer_service"
        } else {
            "regular"
        };
        if exceptions::is_international(message, world) {
            line.category = "authentication_international".to_string();
        }
        (if from_2026 { "P26-4" } else { "P25-4" }, pricing_type)
    };
    line.rule = rule;
    line.pricing_type = pricing_type;
    line
}

fn row(
    line: &Line,
    place: &Place,
    message: &Message,
    messages: &[Message],
    conversations: &[Conversation],
    world: &World,
) -> ChargeRow {
    let charged_at = message.instant(); // reading 20: the opening, the delivery
    let free = line.pricing_type != "regular";
    let conversation = line.conversation.map(|it| {
        let conversation = &conversations[it];
        conversation_id(conversation, &messages[conversation.opener])
    });
    let account = &message.account;
    let (business, customer) = (&message.business, &message.customer);
    let charge_id = id(&[
        "charge",
        account,
        business,
        customer,
        &message.id,
        line.unit,
    ]);
    let estimated = edge::is_estimated(place, message, messages, conversations, world)
        || inferred::is_behind(line, message);
    let edge = edge::is_edge(line, place, message, messages, conversations, world);
    let local_date = world
        .accounts
        .local_date(account, charged_at, world.settings);
    BTreeMap::from([
        ("charge_id", charge_id),
        ("account", account.clone()),
        ("business", business.clone()),
        ("customer", customer.clone()),
        ("message_id", message.id.clone()),
        ("conversation_id", conversation.unwrap_or_default()),
        ("unit", line.unit.to_string()),
        (
            "regime",
            regime(message, world).expect("a regime").to_string(),
        ),
        ("rule", line.rule.to_string()),
        ("category", line.category.clone()),
        ("pricing_type", line.pricing_type.to_string()),
        ("charged_at", show_instant(charged_at)),
        ("local_date", local_date.to_string()),
        ("amount", if free { "0".to_string() } else { String::new() }),
        ("state", if free { "free" } else { "unpriced" }.to_string()),
        ("estimated", estimated.to_string()),
        ("edge", edge.to_string()),
    ])
}

/// What `audit` says beside `replay`: the market, the currency, and what it costs.
fn put_price(row: &mut ChargeRow, price: &Price, message: &Message, world: &World) {
    let tariff = world.tariff.expect("a tariff");
    let rate = price.rate.map_or(String::new(), |rate| rate.to_string());
    let amount = match price.state {
        "free" => "0".to_string(),
        _ => rate.clone(), // one of it, unrounded
    };
    let day = basis_date(message, world);
    let country = market::country(tariff, &message.customer);
    row.insert("country", country.unwrap_or_default());
    row.insert("market", market::market(&message.customer, day, world));
    row.insert("currency", currency(message, world));
    row.insert("tier", price.tier.clone());
    row.insert("rate_card", price.card.clone());
    row.insert("rate", rate);
    row.insert("amount", amount);
    row.insert("state", price.state.to_string());
    if price.lacks_ladder {
        row.insert("estimated", true.to_string());
    }
}

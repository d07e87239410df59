//! One row: its cells parsed, or the code of its rejection (contract 3, readings 2 to 4).

use super::clock::parse_instant;
use super::{Accounts, COLUMNS, Row};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    Inbound,
    Outbound,
}

/// The kinds that D-4 tells apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Template,
    FreeForm,
    Reaction,
    System,
    Call,
}

#[derive(Clone, Debug)]
pub struct Cells {
    pub message_id: String,
    pub timestamp: i64,
    pub direction: Direction,
    pub business: String,
    pub customer: String,
    pub kind: Option<Kind>,
    pub category: String,
    pub template: String,
    pub status: String,
    pub delivered_at: Option<i64>,
    pub entry_point: String,
    pub account: String,
    pub group: String,
    pub origin: String,
    pub seen_at: Option<i64>,
    pub meta_pricing_type: String,
    pub meta_category: String,
    pub meta_conversation_origin: String,
    pub meta_expires_at: Option<i64>,
    pub meta_pricing_subtype: String,
    pub max_price: String,
    pub meta_cost: String,
    pub meta_cost_currency: String,
    /// A rule of the map, not the source, says whether this is a template: outbound rows only, and only
    /// of a template or a free-form message.
    pub guesses_kind: bool,
    /// The same of the category.
    pub guesses_category: bool,
    /// D-4: all cells after parsing, instants in µs, joined with U+001F.
    pub canonical: String,
}

/// D-5: another channel, told before any other check.
pub fn is_other_channel(row: &Row) -> bool {
    let channel = trim(row.get("channel"));
    !channel.is_empty() && !channel.eq_ignore_ascii_case("whatsapp")
}

pub fn parse(row: &Row, accounts: &Accounts) -> Result<Cells, &'static str> {
    let message_id = required(row, "message_id")?;
    let timestamp = parse_instant(&required(row, "timestamp")?).ok_or("bad_time")?;
    let direction = match required(row, "direction")?.to_ascii_lowercase().as_str() {
        "inbound" | "in" | "incoming" | "received" | "i" => Direction::Inbound,
        "outbound" | "out" | "outgoing" | "sent" | "o" => Direction::Outbound,
        _ => return Err("unknown_direction"),
    };
    let business = number(&required(row, "business")?);
    let customer = number(&required(row, "customer")?);
    let kind = match lower(row, "type").as_str() {
        "" => None,
        "template" => Some(Kind::Template),
        "reaction" => Some(Kind::Reaction),
        "system" => Some(Kind::System),
        "call" => Some(Kind::Call),
        _ => Some(Kind::FreeForm),
    };
    let category = match lower(row, "category").as_str() {
        "service" if kind != Some(Kind::Template) => String::new(),
        known @ ("" | "marketing" | "utility" | "authentication" | "marketing_lite") => {
            known.to_string()
        }
        _ => return Err("unknown_category"),
    };
    let status = match lower(row, "status").as_str() {
        "received" if direction == Direction::Inbound => "received".to_string(),
        known @ ("" | "accepted" | "sent" | "delivered" | "read" | "played" | "failed") => {
            known.to_string()
        }
        _ => return Err("unknown_status"),
    };
    let entry_point = one_of(row, "entry_point", &["", "ad", "page_cta", "post"])?;
    let origin = one_of(
        row,
        "origin",
        &["", "api", "business_app", "business_agent"],
    )?;
    let delivered_at = instant(row, "delivered_at")?;
    let seen_at = instant(row, "seen_at")?;
    let meta_expires_at = instant(row, "meta_expires_at")?;
    let inferred = inferred(row)?;
    let account = match trim(row.get("account")) {
        "" => accounts.of_number(&business), // reading 6
        stated => stated.to_string(),
    };

    let outbound = direction == Direction::Outbound;
    let guesses_kind = outbound
        && inferred.contains("type")
        && (kind == Some(Kind::Template) || kind == Some(Kind::FreeForm));
    let guesses_category = outbound && inferred.contains("category") && !category.is_empty();
    let mut cells = Cells {
        message_id,
        timestamp,
        direction,
        business,
        customer,
        kind,
        category,
        template: trim(row.get("template")).to_string(),
        status,
        delivered_at,
        entry_point,
        account,
        group: trim(row.get("group")).to_string(),
        origin,
        seen_at,
        meta_pricing_type: lower(row, "meta_pricing_type"),
        meta_category: lower(row, "meta_category"),
        meta_conversation_origin: lower(row, "meta_conversation_origin"),
        meta_expires_at,
        meta_pricing_subtype: lower(row, "meta_pricing_subtype"),
        max_price: trim(row.get("max_price")).to_string(),
        meta_cost: trim(row.get("meta_cost")).to_string(),
        meta_cost_currency: trim(row.get("meta_cost_currency")).to_ascii_uppercase(),
        guesses_kind,
        guesses_category,
        canonical: String::new(),
    };
    cells.canonical = canonical(row, &cells);
    Ok(cells)
}

/// D-4: the cells in the contract's order after parsing, joined with U+001F.
fn canonical(row: &Row, cells: &Cells) -> String {
    let show = |instant: Option<i64>| instant.map_or(String::new(), |micros| micros.to_string());
    let mut parts = Vec::new();
    for column in COLUMNS {
        parts.push(match column {
            "timestamp" => show(Some(cells.timestamp)),
            "direction" if cells.direction == Direction::Inbound => "inbound".to_string(),
            "direction" => "outbound".to_string(),
            "business" => cells.business.clone(),
            "customer" => cells.customer.clone(),
            "category" => cells.category.clone(),
            "status" => cells.status.clone(),
            "delivered_at" => show(cells.delivered_at),
            "entry_point" => cells.entry_point.clone(),
            "account" => cells.account.clone(),
            "type" | "channel" => lower(row, column),
            "origin" => cells.origin.clone(),
            "seen_at" => show(cells.seen_at),
            "meta_expires_at" => show(cells.meta_expires_at),
            "inferred" => inferred(row).unwrap_or_default(),
            other => trim(row.get(other)).to_string(),
        });
    }
    parts.join("\u{1f}")
}

impl Cells {
    /// Reading 12: what on a row marks its message as part of a free entry point.
    pub fn has_entry_point_mark(&self) -> bool {
        let is = |cell: &str, wanted: &str| cell.replace('-', "_") == wanted;
        is(&self.meta_pricing_type, "free_entry_point")
            || is(&self.meta_conversation_origin, "referral_conversion")
            || is(&self.meta_conversation_origin, "free_entry_point")
            || is(&self.meta_category, "referral_conversion")
            || is(&self.meta_category, "free_entry_point")
    }
}

fn trim(cell: &str) -> &str {
    cell.trim_matches(|letter: char| letter.is_ascii_whitespace())
}

fn lower(row: &Row, column: &str) -> String {
    trim(row.get(column)).to_ascii_lowercase()
}

fn required(row: &Row, column: &str) -> Result<String, &'static str> {
    match trim(row.get(column)) {
        "" => Err("missing_value"),
        cell => Ok(cell.to_string()),
    }
}

fn one_of(row: &Row, column: &str, accepted: &[&str]) -> Result<String, &'static str> {
    let cell = lower(row, column);
    if accepted.contains(&cell.as_str()) {
        Ok(cell)
    } else {
        Err("unknown_value")
    }
}

/// The columns that `inferred` names, `type` before `category`.
fn inferred(row: &Row) -> Result<String, &'static str> {
    let cell = lower(row, "inferred").replace(',', " ");
    let names: Vec<&str> = cell.split_whitespace().collect();
    if names
        .iter()
        .any(|name| *name != "type" && *name != "category")
    {
        return Err("unknown_value");
    }
    let named = ["type", "category"].into_iter();
    let named: Vec<&str> = named.filter(|name| names.contains(name)).collect();
    Ok(named.join(" "))
}

fn instant(row: &Row, column: &str) -> Result<Option<i64>, &'static str> {
    match trim(row.get(column)) {
        "" => Ok(None),
        cell => parse_instant(cell).map(Some).ok_or("bad_time"),
    }
}

/// Reading 4: a leading `+` goes if only digits follow.
pub fn number(cell: &str) -> String {
    match cell.strip_prefix('+') {
        Some(rest) if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()) => {
            rest.to_string()
        }
        _ => cell.to_string(),
    }
}

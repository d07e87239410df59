//! One message out of its rows: kind, send, delivery, category, marks (D-1 to D-9).

use rust_decimal::Decimal;

use super::cells::{Cells, Direction, Kind};
use super::fold::local_date;
use super::tariff::decimal;
use super::{World, clock};

/// A folded message.
#[derive(Clone, Debug)]
pub struct Message {
    pub account: String,
    pub id: String,
    pub direction: Direction,
    pub business: String,
    pub customer: String,
    pub group: String,
    pub kind: Kind,
    /// No row states whether it is a template; [`super::inferred`] decides the kind.
    pub kind_is_inferred: bool,
    /// No source of D-7 but a guess names the category.
    pub category_is_inferred: bool,
    /// Of a template, by D-7; of anything else what the log's own column says. May be empty.
    pub category: String,
    pub entry_point: String,
    pub origin: String,
    /// Inbound: the receipt. Outbound: the send instant of D-4.
    pub sent: i64,
    /// Outbound only, D-1.
    pub delivered: Option<i64>,
    /// D-3: delivered only by assumption.
    pub assumed: bool,
    pub entry_point_mark: bool,
    pub marked_end: Option<i64>,
    pub paid_exempt_mark: bool,
    /// It failed, and nothing says that it arrived.
    pub only_failed: bool,
    /// the bid of a marketing message.
    pub max_price: Option<Decimal>,
    /// What Meta's own status says the message cost.
    pub meta_cost: Option<Decimal>,
    pub meta_cost_currency: String,
}

impl Message {
    /// T-5: the instant of an event; a message never delivered stands at its sending.
    pub fn instant(&self) -> i64 {
        self.delivered.unwrap_or(self.sent)
    }

    /// T-5: the total order of events.
    pub fn order(&self) -> (i64, bool, i64, &[u8], &str, &str) {
        let outbound = self.direction == Direction::Outbound;
        (
            self.instant(),
            outbound,
            self.sent,
            self.id.as_bytes(),
            &self.customer,
            &self.account,
        )
    }

    /// typed in the app or written by Meta's agent; inbound rows ignore the origin.
    pub fn is_not_api(&self) -> bool {
        self.direction == Direction::Outbound
            && (self.origin == "business_app" || self.origin == "business_agent")
    }

    pub fn is_business_message(&self) -> bool {
        self.direction == Direction::Outbound
            && (self.kind == Kind::Template || self.kind == Kind::FreeForm)
            && !self.is_not_api()
    }
}

pub fn message(
    account: &str,
    id: &str,
    rows: &[Cells],
    assumes: bool,
    world: &World,
) -> Result<Message, &'static str> {
    let outbound = rows[0].direction == Direction::Outbound;
    let stated_kind = rows
        .iter()
        .filter(|row| !row.guesses_kind)
        .find_map(|row| row.kind);
    let kind_is_inferred = stated_kind.is_none() && rows.iter().any(|row| row.guesses_kind);
    let kind = match stated_kind {
        Some(kind) => kind,
        None if kind_is_inferred => Kind::FreeForm, // until its pair is looked at
        None if outbound => return Err("missing_type"), // reading 2
        None => Kind::FreeForm,
    };
    let sent = if outbound {
        send_instant(rows)
    } else {
        earliest(rows, |_| true).unwrap()
    };
    let failed = rows.iter().any(|row| row.status == "failed");
    let mut delivered = if outbound { delivery(rows) } else { None };
    let assumed = assumes && outbound && delivered.is_none() && !failed; // D-3
    if assumed {
        delivered = Some(sent);
    }

    let marks = world.settings.trusts_marks(); // S-37
    let fep_rows: Vec<&Cells> = rows
        .iter()
        .filter(|row| marks && row.has_entry_point_mark())
        .collect();
    let pricing_type = first(rows, |row| &row.meta_pricing_type);
    let pricing_subtype = first(rows, |row| &row.meta_pricing_subtype);
    let said: Vec<Cells> = rows
        .iter()
        .filter(|row| !row.guesses_category)
        .cloned()
        .collect();
    let logged = first(&said, |row| &row.category);
    let template = first(rows, |row| &row.template);
    let meta_category = first(rows, |row| &row.meta_category);
    let may_be_template = kind == Kind::Template || kind_is_inferred;
    let mut category = if may_be_template {
        category(&logged, &template, &meta_category, sent, world)
    } else {
        logged
    };
    let mut category_is_inferred = false;
    if may_be_template && category.is_empty() {
        category = super::inferred::category(rows, kind_is_inferred, world);
        category_is_inferred = !category.is_empty();
    }
    let message = Message {
        account: account.to_string(),
        id: id.to_string(),
        direction: rows[0].direction,
        business: rows[0].business.clone(),
        customer: rows[0].customer.clone(),
        group: first(rows, |row| &row.group),
        kind,
        kind_is_inferred,
        category,
        category_is_inferred,
        entry_point: first(rows, |row| &row.entry_point),
        origin: first(rows, |row| &row.origin),
        sent,
        delivered,
        assumed,
        entry_point_mark: !fep_rows.is_empty(),
        marked_end: fep_rows.iter().find_map(|row| row.meta_expires_at), // reading 12
        paid_exempt_mark: marks
            && (pricing_type == "paid_exempt" || pricing_subtype == "paid_exempt"),
        only_failed: failed && delivered.is_none(),
        max_price: decimal(&first(rows, |row| &row.max_price)),
        meta_cost: decimal(&first(rows, |row| &row.meta_cost)),
        meta_cost_currency: first(rows, |row| &row.meta_cost_currency),
    };
    if outbound
        && kind == Kind::Template
        && message.category.is_empty()
        && needs_category(&message, world)
    {
        return Err("missing_category");
    }
    Ok(message)
}

/// D-9: by the local date of delivery, else of sending; a forced later rulebook needs one.
pub fn needs_category(message: &Message, world: &World) -> bool {
    let day = local_date(message, world);
    let forced_later = world
        .settings
        .rulebook
        .as_deref()
        .is_some_and(|id| id != "cbp-2022");
    let regime = super::regime::regime(message, world);
    let needs_one = !matches!(regime, None | Some("cbp-2022"));
    day >= clock::date(2023, 6, 1) || forced_later || needs_one
}

/// Reading 7: the first non-empty value in fold order.
fn first(rows: &[Cells], cell: impl Fn(&Cells) -> &String) -> String {
    let filled = rows.iter().find(|row| !cell(row).is_empty());
    filled.map_or(String::new(), |row| cell(row).clone())
}

fn earliest(rows: &[Cells], wanted: impl Fn(&Cells) -> bool) -> Option<i64> {
    rows.iter()
        .filter(|row| wanted(row))
        .map(|row| row.timestamp)
        .min()
}

/// D-4: the earliest row that is accepted, sent or blank or carries `delivered_at`; else the earliest.
fn send_instant(rows: &[Cells]) -> i64 {
    let tells_sending = |row: &Cells| {
        ["accepted", "sent", ""].contains(&row.status.as_str()) || row.delivered_at.is_some()
    };
    earliest(rows, tells_sending)
        .or(earliest(rows, |_| true))
        .expect("a message has rows")
}

/// D-1. The timestamp of a row with `delivered_at` is the sending (contract 3), whatever its status.
fn delivery(rows: &[Cells]) -> Option<i64> {
    let at = |status: &str| earliest(rows, |r| r.status == status && r.delivered_at.is_none());
    let told = rows.iter().filter_map(|row| row.delivered_at).min();
    let delivered = [told, at("delivered")].into_iter().flatten().min();
    delivered.or([at("read"), at("played")].into_iter().flatten().min())
}

/// D-7, S-06: the first source that names a category.
fn category(logged: &str, template: &str, mark: &str, sent: i64, world: &World) -> String {
    let from_mark = match mark {
        "authentication_international" => "authentication", // reading 30
        known @ ("marketing" | "utility" | "authentication" | "marketing_lite") => known,
        _ => "",
    };
    let from_mark = if world.settings.trusts_marks() {
        from_mark
    } else {
        ""
    };
    let mut from_registry = "";
    let mut latest = i64::MIN;
    for entry in world.templates {
        if entry.template == template && entry.valid_from <= sent && entry.valid_from >= latest {
            latest = entry.valid_from;
            from_registry = &entry.category;
        }
    }
    let sources = match world.settings.get("category_basis") {
        "registry" => [from_registry, from_mark, logged],
        "log" => [logged, from_mark, from_registry],
        _ => [from_mark, from_registry, logged],
    };
    let named = sources.into_iter().find(|source| !source.is_empty());
    named.unwrap_or("").to_string()
}

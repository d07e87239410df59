//! Reads one message line: `date time direction kind category flags... | outcome`.

use super::instant::{self, Written};
use super::parse::{DEFAULT_ACCOUNT, business, customer};
use super::{Charge, Fate, Instant, Message, Outcome, price};
use std::collections::BTreeMap;

pub const PRICING_TYPES: [&str; 5] = [
    "regular",
    "free_tier",
    "free_customer_service",
    "free_entry_point",
    "covered",
];

/// Flags that fill a canonical column as they stand.
const CELL_FLAGS: [(&str, &str); 13] = [
    ("template", "template"),
    ("group", "group"),
    ("channel", "channel"),
    ("origin", "origin"),
    ("entry_point", "entry_point"),
    ("mark", "meta_pricing_type"),
    ("mark_category", "meta_category"),
    ("mark_origin", "meta_conversation_origin"),
    ("mark_subtype", "meta_pricing_subtype"),
    ("inferred", "inferred"),
    ("max_price", "max_price"),
    ("mark_cost", "meta_cost"),
    ("mark_cost_currency", "meta_cost_currency"),
];

impl Message {
    /// Whether two lines are rows of one message (D-4), be they in conflict or not.
    pub fn is_same_message(&self, other: &Message) -> bool {
        self.id == other.id
            && self.account == other.account
            && self.cells.get("group") == other.cells.get("group")
    }
}

/// Reads a line; with `times=N` it stands for N messages.
pub fn parse(line: usize, sequence: usize, text: &str) -> Result<Vec<Message>, String> {
    let (left, right) = match text.split_once('|') {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    };
    let words: Vec<&str> = left.split_whitespace().collect();
    let [
        date,
        time,
        direction @ ("in" | "out"),
        kind,
        category,
        flags @ ..,
    ] = words.as_slice()
    else {
        return Err("a message reads `date time in|out kind category flags`".to_string());
    };
    if !matches!(
        *kind,
        "text" | "image" | "template" | "reaction" | "call" | "system"
    ) {
        return Err(format!(
            "`{kind}` is no kind (text, image, template, reaction, call, system)"
        ));
    }
    if !matches!(
        *category,
        "-" | "marketing" | "marketing_lite" | "utility" | "authentication"
    ) {
        return Err(format!("`{category}` is no category"));
    }
    let at = instant::written(date, time)?;
    let mut flags = Flags::read(flags, at)?;
    let message = Message {
        line,
        id: flags
            .take("id")
            .unwrap_or_else(|| format!("m{sequence:02}")),
        inbound: *direction == "in",
        kind: kind.to_string(),
        category: category.trim_matches('-').to_string(),
        business: business(&flags.take("business").unwrap_or_else(|| "1".to_string())),
        customer: customer(&flags.take("customer").unwrap_or_else(|| "1".to_string())),
        account_cell_blank: flags.values.get("account").is_some_and(|name| name == "-"),
        account: flags
            .take("account")
            .filter(|name| name != "-")
            .unwrap_or_else(|| DEFAULT_ACCOUNT.to_string()),
        cells: flags.cells()?,
        fate: flags.fate(*direction == "in", at.instant)?,
        outcome: right.map(outcome).transpose()?,
    };
    let times = flags.take("times").unwrap_or_else(|| "1".to_string());
    let times: u64 = times
        .parse()
        .map_err(|_| format!("`times={times}` is no count"))?;
    flags.all_understood()?;
    if message.inbound && !matches!(message.outcome, None | Some(Outcome::Rejected)) {
        return Err("an inbound message has no outcome but `rejected`".to_string());
    }
    if times == 1 {
        return Ok(vec![message]);
    }
    Ok((1..=times).map(|copy| message.copy(copy)).collect())
}

impl Message {
    fn copy(&self, copy: u64) -> Message {
        Message {
            id: format!("{}.{copy:04}", self.id),
            ..self.clone()
        }
    }
}

struct Flags<'a> {
    values: BTreeMap<&'a str, String>,
    at: Written,
}

impl<'a> Flags<'a> {
    fn read(words: &[&'a str], at: Written) -> Result<Flags<'a>, String> {
        let mut values = BTreeMap::new();
        for word in words.iter().filter(|word| **word != "-") {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            if values.insert(name, value.to_string()).is_some() {
                return Err(format!("`{name}` stands twice"));
            }
        }
        Ok(Flags { values, at })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    fn take_instant(&mut self, name: &str) -> Result<Option<Instant>, String> {
        let Some(text) = self.take(name) else {
            return Ok(None);
        };
        instant::relative(&text, self.at).map(|written| Some(written.instant))
    }

    fn cells(&mut self) -> Result<BTreeMap<&'static str, String>, String> {
        let mut cells = BTreeMap::new();
        for (flag, column) in CELL_FLAGS {
            if let Some(value) = self.take(flag) {
                cells.insert(column, value);
            }
        }
        for source in ["ad", "page_cta", "post"] {
            if self.take(source).is_some() {
                cells.insert("entry_point", source.to_string());
            }
        }
        for (flag, column) in [("seen", "seen_at"), ("mark_expires", "meta_expires_at")] {
            if let Some(at) = self.take_instant(flag)? {
                cells.insert(column, instant::rfc3339(at));
            }
        }
        Ok(cells)
    }

    /// `sent=` moves the sending before the line's time, `delivered=` the delivery behind it.
    fn fate(&mut self, inbound: bool, at: Instant) -> Result<Fate, String> {
        if let Some(status) = self.take("status") {
            let status = if status == "blank" {
                String::new()
            } else {
                status
            };
            return Ok(Fate::RawRow {
                at,
                status,
                delivered_at: self.take_instant("delivered_at")?,
            });
        }
        if inbound {
            return Ok(Fate::Received { at });
        }
        let sent = self.take_instant("sent")?.unwrap_or(at);
        let failed = self.take("failed").is_some();
        let undelivered = self.take("undelivered").is_some();
        let delivered = self.take_instant("delivered")?;
        let mut later = Vec::new();
        for status in ["read", "played"] {
            if let Some(seen) = self.take_instant(status)? {
                later.push((status, seen));
            }
        }
        match (failed, undelivered, delivered, later.is_empty()) {
            (true, false, None, true) => Ok(Fate::Failed { sent, at }),
            (false, true, None, true) => Ok(Fate::Undelivered { sent }),
            (false, false, _, true) => Ok(Fate::Delivered {
                sent,
                delivered: delivered.unwrap_or(at),
            }),
            (_, true, _, _) => Err("`undelivered` goes with no other status".to_string()),
            (failed, false, delivered, _) => {
                later.extend(failed.then_some(("failed", at)));
                later.extend(delivered.map(|delivered| ("delivered", delivered)));
                Ok(Fate::Statuses { sent, later })
            }
        }
    }

    fn all_understood(&self) -> Result<(), String> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(flag) => Err(format!("flag `{flag}` is not understood here")),
        }
    }
}

fn outcome(text: &str) -> Result<Outcome, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["opens", category] => Outcome::Opens(category.to_string()),
        ["covered"] => Outcome::Covered,
        ["nothing"] => Outcome::Nothing,
        ["not", "delivered"] => Outcome::NotDelivered,
        ["rejected"] => Outcome::Rejected,
        _ => Outcome::Charge(charge(&words)?),
    })
}

/// Reads `pricing_type RULE [as CATEGORY] [dated DATE] [at DATE TIME] [edge] [estimated] [= PRICE]`.
pub fn charge(words: &[&str]) -> Result<Charge, String> {
    let [pricing_type, rule, terms @ ..] = words else {
        return Err(format!("`{}` is no outcome", words.join(" ")));
    };
    if !PRICING_TYPES.contains(pricing_type) {
        return Err(format!("`{pricing_type}` is no pricing type or outcome"));
    }
    let mut charge = Charge {
        pricing_type: pricing_type.to_string(),
        rule: (*rule != "-").then(|| rule.to_string()),
        category: None,
        edge: false,
        estimated: false,
        local_date: None,
        charged_at: None,
        price: None,
    };
    let mut rest = terms;
    while !rest.is_empty() {
        rest = match rest {
            ["=", price @ ..] => {
                charge.price = Some(price::parse(price)?);
                &[]
            }
            ["edge", rest @ ..] => {
                charge.edge = true;
                rest
            }
            ["estimated", rest @ ..] => {
                charge.estimated = true;
                rest
            }
            ["as", category, rest @ ..] => {
                charge.category = Some(category.to_string());
                rest
            }
            ["dated", date, rest @ ..] => {
                charge.local_date = Some(instant::date(date)?);
                rest
            }
            ["at", date, time, rest @ ..] => {
                charge.charged_at = Some(instant::written(date, time)?.instant);
                rest
            }
            _ => return Err(format!("`{}` is not understood", rest.join(" "))),
        };
    }
    Ok(charge)
}

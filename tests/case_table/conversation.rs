//! Reads one conversation line:
//! `opens CATEGORY opened -> expires [ending] RULE [out=N] [in=N] [regime=R] [by=ID] [| charge]`.

use super::{Case, Conversation, Ending, Message, Outcome, instant, message};

pub const CATEGORIES: [&str; 7] = [
    "marketing",
    "utility",
    "authentication",
    "service",
    "free_entry_point",
    "user_initiated",
    "business_initiated",
];

pub fn parse(line: usize, text: &str) -> Result<Conversation, String> {
    let (left, right) = match text.split_once('|') {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    };
    let words: Vec<&str> = left.split_whitespace().collect();
    let [
        "opens",
        category,
        opened_date,
        opened_time,
        "->",
        expires_date,
        expires_time,
        rest @ ..,
    ] = words.as_slice()
    else {
        return Err(
            "a conversation reads `opens CATEGORY date time -> date time RULE`".to_string(),
        );
    };
    if !CATEGORIES.contains(category) {
        return Err(format!("`{category}` is no category of a conversation"));
    }
    let (ending, rest) = match rest {
        ["closed", date, time, reason, rest @ ..] => {
            let at = instant::written(date, time)?.instant;
            (
                Ending::Closed {
                    at,
                    reason: reason.to_string(),
                },
                rest,
            )
        }
        ["expired", rest @ ..] => (Ending::Expired, rest),
        ["still_open", rest @ ..] => (Ending::StillOpen, rest),
        rest => (Ending::Scheduled, rest),
    };
    let [rule, terms @ ..] = rest else {
        return Err("the rule is missing".to_string());
    };
    if !["F-3", "C22-2", "C23-1", "C23-2"].contains(rule) {
        return Err(format!("`{rule}` opens no conversation (section 13)"));
    }
    let charge = right
        .map(|text| message::charge(&text.split_whitespace().collect::<Vec<_>>()))
        .transpose()?;
    let mut conversation = Conversation {
        line,
        category: category.to_string(),
        opened: instant::written(opened_date, opened_time)?.instant,
        expires: instant::written(expires_date, expires_time)?.instant,
        ending,
        rule: rule.to_string(),
        regime: None,
        opened_by: None,
        outbound: None,
        inbound: None,
        charge,
    };
    for term in terms {
        let (name, value) = term
            .split_once('=')
            .ok_or_else(|| format!("`{term}` is not understood"))?;
        let count = || {
            value
                .parse::<u32>()
                .map_err(|_| format!("`{term}` is no count"))
        };
        match name {
            "out" => conversation.outbound = Some(count()?),
            "in" => conversation.inbound = Some(count()?),
            "regime" => conversation.regime = Some(value.to_string()),
            "by" => conversation.opened_by = Some(value.to_string()),
            _ => return Err(format!("`{term}` is not understood")),
        }
    }
    Ok(conversation)
}

/// The message a conversation line is about: `by=ID`, else the one that `opens` it, else the one delivered then.
pub fn openers<'a>(case: &'a Case, conversation: &Conversation) -> Vec<&'a Message> {
    let outbound = || {
        case.messages.iter().filter(|message| {
            !message.inbound && !matches!(message.outcome, None | Some(Outcome::Rejected))
        })
    };
    if let Some(id) = &conversation.opened_by {
        return outbound().filter(|message| message.id == *id).collect();
    }
    let delivered_then = |message: &&Message| {
        message
            .fate
            .delivery()
            .is_none_or(|at| at == conversation.opened)
    };
    let announced = Outcome::Opens(conversation.category.clone());
    let says_so: Vec<_> = outbound()
        .filter(delivered_then)
        .filter(|message| message.outcome.as_ref() == Some(&announced))
        .collect();
    if !says_so.is_empty() {
        return says_so;
    }
    outbound()
        .filter(|message| message.fate.delivery() == Some(conversation.opened))
        .collect()
}

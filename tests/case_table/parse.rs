//! Reads a file of case tables. A line that is not understood is an error with file and line, never skipped.

use super::{Account, AllowanceUsed, Case, Outcome, conversation, instant, message, price, tariff};
use std::path::Path;

pub const DEFAULT_ACCOUNT: &str = "waba";
const BUSINESS: u64 = 15_550_100_000;
const CUSTOMER: u64 = 4_917_610_000_000;

/// Reads every case of a file, or all that is malformed in it.
pub fn file(path: &Path) -> Result<Vec<Case>, Vec<String>> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match std::fs::read_to_string(path) {
        Ok(text) => cases(&name, &text),
        Err(error) => Err(vec![format!("{name}: {error}")]),
    }
}

/// Reads the cases of `text`; `name` stands in messages.
pub fn cases(name: &str, text: &str) -> Result<Vec<Case>, Vec<String>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut wrong = Vec::new();
    for (number, full_line) in (1..).zip(text.lines()) {
        let line = full_line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let result = match (line.strip_prefix("case "), cases.last_mut()) {
            (Some(heading), _) => start_case(name, number, heading).map(|case| cases.push(case)),
            (None, Some(case)) => read_line(case, number, line),
            (None, None) => Err("a line before the first `case`".to_string()),
        };
        if let Err(reason) = result {
            wrong.push(format!("{name}:{number}: {reason}"));
        }
    }
    for case in &mut cases {
        if let Err((line, reason)) = finish(case) {
            wrong.push(format!("{name}:{line}: {reason}"));
        }
    }
    if wrong.is_empty() {
        Ok(cases)
    } else {
        Err(wrong)
    }
}

fn start_case(file: &str, line: usize, heading: &str) -> Result<Case, String> {
    let (ids, title) = heading
        .split_once(':')
        .ok_or("a case reads `case RULE ...: sentence`")?;
    let holds: Vec<String> = ids.split_whitespace().map(str::to_string).collect();
    if holds.is_empty() || title.trim().is_empty() {
        return Err("a case names a rule and says a sentence".to_string());
    }
    Ok(Case {
        file: file.to_string(),
        line,
        title: heading.to_string(),
        holds,
        ..Case::default()
    })
}

fn read_line(case: &mut Case, number: usize, line: &str) -> Result<(), String> {
    if line.starts_with(|first: char| first.is_ascii_digit()) {
        let sequence = case.messages.len() + 1;
        let messages = message::parse(number, sequence, line)?;
        case.messages.extend(messages);
        return Ok(());
    }
    if let Some(bill) = line.strip_prefix("bill ") {
        let words: Vec<&str> = bill.split_whitespace().collect();
        case.bills.push(price::bill(number, &words)?);
        return Ok(());
    }
    if line.starts_with("opens ") {
        case.conversations.push(conversation::parse(number, line)?);
        return Ok(());
    }
    if !case.messages.is_empty() {
        return Err(format!("`{line}`: settings stand above the first message"));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [
            option @ ("set" | "rulebook" | "from" | "to" | "month"),
            value,
        ] => {
            case.arguments
                .extend([format!("--{option}"), value.to_string()]);
        }
        ["shadow"] => case.arguments.push("--shadow".to_string()),
        ["exit", code] => {
            case.exit_code = Some(
                code.parse()
                    .map_err(|_| format!("`{code}` is no exit code"))?,
            )
        }
        [
            term @ ("zone" | "exempt" | "ai_provider" | "currency"),
            value,
        ] => set_term(account(case, DEFAULT_ACCOUNT), term, value)?,
        ["account", name, terms @ ..] => {
            let account = account(case, name);
            for pair in terms {
                let (term, value) = pair
                    .split_once('=')
                    .ok_or_else(|| format!("`{pair}` is not term=value"))?;
                set_term(account, term, value)?;
            }
        }
        ["change", from, pair] => {
            let (term, value) = pair
                .split_once('=')
                .ok_or_else(|| format!("`{pair}` is not term=value"))?;
            let change = (instant::date(from)?, term.to_string(), value.to_string());
            account(case, DEFAULT_ACCOUNT).changes.push(change);
        }
        ["portfolio", terms @ ..] => {
            for pair in terms {
                let (term, value) = pair
                    .split_once('=')
                    .ok_or_else(|| format!("`{pair}` is not term=value"))?;
                case.portfolio.push((term.to_string(), value.to_string()));
            }
        }
        ["allowance_used", owner, month, count] => case
            .allowances_used
            .push(allowance_used(owner, month, count)?),
        ["volume_used", words @ ..] => case.volumes_used.push(price::volume_used(words)?),
        ["rate", words @ ..] => {
            let lines = case.tariff.entry("rates.csv").or_default();
            lines.push(tariff::rate(words)?);
        }
        ["ladder", words @ ..] => {
            let lines = case.tariff.entry("tiers.csv").or_default();
            lines.extend(tariff::ladder(words)?);
        }
        ["registry", template, category, status, from] => {
            let (name, language) = template.split_once('/').unwrap_or((template, ""));
            let valid_from = instant::rfc3339(instant::written(from, "00:00")?.instant);
            case.registry
                .push([name, language, category, status, &valid_from].map(str::to_string));
        }
        _ => return Err(format!("`{line}` is not understood")),
    }
    Ok(())
}

fn account<'a>(case: &'a mut Case, name: &str) -> &'a mut Account {
    case.accounts.entry(name.to_string()).or_default()
}

fn set_term(account: &mut Account, term: &str, value: &str) -> Result<(), String> {
    if !["zone", "exempt", "ai_provider", "currency", "portfolio"].contains(&term) {
        return Err(format!(
            "`{term}` is no term of an account (zone, exempt, ai_provider, currency, portfolio)"
        ));
    }
    account.terms.insert(term.to_string(), value.to_string());
    Ok(())
}

fn allowance_used(owner: &str, month: &str, count: &str) -> Result<AllowanceUsed, String> {
    let (scope, name) = match owner.split_once('=').unwrap_or((owner, "")) {
        ("account", "") => ("account", DEFAULT_ACCOUNT.to_string()),
        ("account", name) => ("account", name.to_string()),
        ("number", "") => ("number", business("1")),
        ("number", name) => ("number", business(name)),
        _ => return Err(format!("`{owner}` is neither account[=..] nor number[=..]")),
    };
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is no count"))?;
    Ok(AllowanceUsed {
        scope,
        name,
        month: month.to_string(),
        count,
    })
}

/// `2` is the second business number of a case, a long one stands for itself.
pub fn business(text: &str) -> String {
    short_or_full(text, BUSINESS)
}

/// `2` is the second customer of a case, a long number or an id stands for itself.
pub fn customer(text: &str) -> String {
    short_or_full(text, CUSTOMER)
}

fn short_or_full(text: &str, base: u64) -> String {
    match text.parse::<u64>() {
        Ok(number) if text.len() < 5 => (base + number).to_string(),
        _ => text.to_string(),
    }
}

/// What can only be seen when the whole case is read.
fn finish(case: &mut Case) -> Result<(), (usize, String)> {
    if case.messages.is_empty() {
        return Err((case.line, "a case without messages".to_string()));
    }
    for name in case
        .messages
        .iter()
        .map(|message| message.account.clone())
        .collect::<Vec<_>>()
    {
        case.accounts.entry(name).or_default();
    }
    for message in &case.messages {
        let stated = message.inbound
            || case
                .messages
                .iter()
                .any(|other| message.is_same_message(other) && other.outcome.is_some());
        if !stated {
            return Err((
                message.line,
                "a business message without `| outcome`".to_string(),
            ));
        }
    }
    if let Some(line) = case.unpriced_line() {
        let reason = "in a case with prices every `regular` charge has one, and no other";
        return Err((line, reason.to_string()));
    }
    let mut opened_by = Vec::new();
    for conversation in &case.conversations {
        match conversation::openers(case, conversation).as_slice() {
            [opener] => opened_by.push(opener.line),
            openers => {
                let reason = format!("{} messages could open this; say by=ID", openers.len());
                return Err((conversation.line, reason));
            }
        }
    }
    for message in &case.messages {
        if matches!(message.outcome, Some(Outcome::Opens(_))) && !opened_by.contains(&message.line)
        {
            return Err((
                message.line,
                "opens a conversation that is not listed".to_string(),
            ));
        }
    }
    Ok(())
}

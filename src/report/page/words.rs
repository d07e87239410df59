//! Names of the program in words, and numbers with what belongs to them.

use crate::audit::{Cause, Verdict};
use crate::report::figures;
use crate::tariff::Amount;

/// What stands in a cell that says nothing.
pub const NONE: &str = "–";

/// A written name as words: `free_entry_point` is "free entry point".
pub fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// An amount, with a minus as wide as a digit.
pub fn money(amount: Amount, currency: &str) -> String {
    figures::money(amount, currency).replace('-', "−")
}

/// An amount that is added or taken away: its sign is always shown.
pub fn signed(amount: Amount, currency: &str) -> String {
    let text = money(amount, currency);
    match amount > Amount::ZERO {
        true => format!("+{text}"),
        false => text,
    }
}

/// A signed quantity, or nothing.
pub fn quantity(quantity: Option<i64>) -> String {
    quantity.map_or_else(
        || NONE.to_owned(),
        |quantity| {
            let sign = if quantity < 0 { "−" } else { "" };
            format!("{sign}{}", figures::thousands(quantity.unsigned_abs()))
        },
    )
}

/// An instant of RFC 3339 in UTC as people write it; the reader must be told that it is UTC.
pub fn time(instant: &str) -> String {
    let parts = instant.strip_suffix('Z').unwrap_or(instant).split_once('T');
    parts.map_or_else(
        || instant.to_owned(),
        |(date, time)| format!("{date} {time}"),
    )
}

/// The same with a capital letter in front.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// What a rate rests on.
pub fn support(kind: &str) -> &str {
    match kind {
        "confirmed" => "two or more copies of Meta's card",
        "single_source" => "a single copy of Meta's card",
        "official" => "Meta's own file or page",
        "own_card" => "the user's own card",
        "cost_mark" => "Meta's cost mark on the message",
        "bid" => "the bid of the message",
        other => other,
    }
}

/// The rules of a time.
pub fn regime(name: &str) -> String {
    match name.split_once('-') {
        Some(("cbp", _)) => format!("{name}, conversation-based"),
        Some(("pmp", _)) => format!("{name}, per message"),
        _ => name.to_owned(),
    }
}

/// Why a line differs.
pub fn cause(name: &str) -> &'static str {
    let mut causes = Cause::ALL.iter();
    let Some(cause) = causes.find(|cause| cause.name() == name) else {
        return "";
    };
    match cause {
        Cause::Duplicate => "billed twice",
        Cause::BilledFree => "charged where the log holds free units",
        Cause::FreeBilled => "free where the log holds chargeable units",
        Cause::Category => "billed under another category",
        Cause::Market => "billed under another market",
        Cause::Tier => "billed in another volume tier",
        Cause::Rate => "another price than the card's",
        Cause::Period => "billed in another period",
        Cause::Quantity => "another number of units than the log's",
        Cause::Rounding => "rounded otherwise",
        Cause::Currency => "billed in another currency",
        Cause::Tax => "another tax rate than the accounts state",
        Cause::Unexplained => "no cause is supported by the evidence",
    }
}

/// A verdict as a sentence; `evidence` is what was held against the log: "The invoice".
pub fn verdict(name: &str, evidence: &str) -> String {
    let is = |verdict: Verdict| verdict.name() == name;
    if is(Verdict::Agree) {
        format!("{evidence} and the log agree.")
    } else if is(Verdict::AgreeWithinTolerance) {
        format!("{evidence} and the log agree within the tolerance.")
    } else if is(Verdict::Disagree) {
        format!("{evidence} and the log disagree.")
    } else {
        format!("{evidence} and the log allow no conclusion: the evidence is incomplete.")
    }
}

/// Who states a rule.
pub fn confidence(name: &str) -> &str {
    match name {
        "meta" => "Meta",
        "provider" => "a provider",
        "unpublished" => "nobody, or sources contradict each other",
        other => other,
    }
}

/// Some names, and how many there are.
pub fn among<'a>(names: impl ExactSizeIterator<Item = &'a str>, kind: &str, most: usize) -> String {
    let count = names.len();
    let shown: Vec<&str> = names.take(most).collect();
    match (count, &shown[..]) {
        (0, _) => "none".to_owned(),
        (1, [name]) => (*name).to_owned(),
        (count, _) if count <= most => shown.join(", "),
        (count, _) => format!(
            "{} {kind}, among them {}",
            figures::thousands(count as u64),
            shown.join(", ")
        ),
    }
}

//! The answer of each scenario in one sentence.

use std::collections::BTreeMap;

use super::{Difference, is_known};
use crate::report::figures::{money, thousands};
use crate::tariff::Amount;
use crate::whatif::comparison::ScenarioResult;

/// Currencies that a sentence names.
const CURRENCIES_MOST: usize = 3;

/// What the base comes to.
pub fn base(result: &ScenarioResult) -> String {
    let parts: Vec<String> = result
        .totals
        .iter()
        .map(|(currency, figures)| {
            let amount = match is_known(figures) {
                true => format!("{} {currency}", money(figures.amount, currency)),
                false => format!("an amount in {currency} that is not known"),
            };
            format!(
                "{amount} ({} charged units, {} free ones)",
                thousands(figures.rated),
                thousands(figures.free)
            )
        })
        .collect();
    let text = match parts.is_empty() {
        true => "The base comes to nothing: nothing was charged.".to_owned(),
        false => format!("The base, the log as it is, comes to {}.", listed(&parts)),
    };
    text + &without_rates(result)
}

/// What a scenario comes to, and how much more or less that is than the base.
pub fn against_base(result: &ScenarioResult, difference: &BTreeMap<String, Difference>) -> String {
    let parts: Vec<String> = difference
        .iter()
        .map(|(currency, difference)| part(result, currency, difference))
        .collect();
    let name = &result.name;
    let text = match parts.is_empty() {
        true => format!("{name} comes to nothing: nothing was charged."),
        false => format!("{name} comes to {}.", listed(&parts)),
    };
    text + &without_rates(result)
}

fn part(result: &ScenarioResult, currency: &str, difference: &Difference) -> String {
    let figures = result.totals.get(currency).copied().unwrap_or_default();
    if !is_known(&figures) {
        return format!("an amount in {currency} that is not known");
    }
    let amount = money(figures.amount, currency);
    let apart = money(difference.amount.abs(), currency);
    let word = match difference.amount {
        Amount::ZERO => return format!("{amount} {currency}, as much as the base"),
        amount if amount.is_negative() => "less",
        _ => "more",
    };
    let percent = match difference.percent {
        Some(percent) => format!(" ({})", signed_percent(percent)),
        None => String::new(),
    };
    format!("{amount} {currency}, {apart} {word} than the base{percent}")
}

/// `+2.88%`; the minus is that of a keyboard.
pub fn signed_percent(percent: Amount) -> String {
    let sign = if percent > Amount::ZERO { "+" } else { "" };
    format!("{sign}{percent:.2}%")
}

fn listed(parts: &[String]) -> String {
    let shown = parts[..parts.len().min(CURRENCIES_MOST)].join("; ");
    match parts.len() > CURRENCIES_MOST {
        true => format!("{shown}; and more in {} currencies in all", parts.len()),
        false => shown,
    }
}

fn without_rates(result: &ScenarioResult) -> String {
    let unrated: u64 = result.totals.values().map(|figures| figures.unrated).sum();
    match unrated {
        0 => String::new(),
        1 => " 1 unit has no rate and is in no sum.".to_owned(),
        count => format!(
            " {} units have no rate and are in no sum.",
            thousands(count)
        ),
    }
}

//! Writes accounts.toml: portfolios, accounts with their changes, what was used elsewhere.

use super::{Account, Case};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The portfolio of a `portfolio` line, which every account belongs to unless it names another.
pub const PORTFOLIO: &str = "portfolio";

/// Every account of the case, in UTC and USD unless the case says otherwise.
pub fn accounts_toml(case: &Case) -> String {
    let mut toml = portfolios(case);
    let mut put = |line: String| writeln!(toml, "{line}").expect("a string takes text");
    for (name, account) in &case.accounts {
        put(format!("[[account]]\nid = \"{name}\""));
        let mut numbers: Vec<&String> = case
            .messages
            .iter()
            .filter(|message| message.account_cell_blank && message.account == *name)
            .map(|message| &message.business)
            .collect();
        numbers.dedup();
        if !numbers.is_empty() {
            put(format!("numbers = {numbers:?}"));
        }
        for (term, value) in terms(case, account) {
            put(term_line(&term, &value));
        }
        for (from, term, value) in &account.changes {
            put(format!(
                "[[account.change]]\nfrom = \"{from}\"\n{}",
                term_line(term, value)
            ));
        }
    }
    for used in &case.allowances_used {
        let (scope, name, month, count) = (used.scope, &used.name, &used.month, used.count);
        put(format!(
            "[[used_allowance]]\n{scope} = \"{name}\"\nmonth = \"{month}\"\ncount = {count}"
        ));
    }
    for used in &case.volumes_used {
        put(format!(
            "[[used_volume]]\nportfolio = \"{}\"\nmarket = \"{}\"\ncategory = \"{}\"",
            used.owner, used.market, used.category
        ));
        put(format!(
            "month = \"{}\"\ncount = {}",
            used.month, used.count
        ));
    }
    toml
}

/// The terms an account has, the unsaid ones included.
pub fn terms(case: &Case, account: &Account) -> Vec<(String, String)> {
    let mut terms = account.terms.clone();
    let mut unsaid = |term: &str, value: &str| {
        terms
            .entry(term.to_string())
            .or_insert_with(|| value.to_string());
    };
    unsaid("zone", "UTC");
    unsaid("currency", "USD");
    if !case.portfolio.is_empty() {
        unsaid("portfolio", PORTFOLIO);
    }
    terms
        .into_iter()
        .filter(|(_, value)| value != "none")
        .collect()
}

fn portfolios(case: &Case) -> String {
    let mut toml = String::new();
    let mut put = |line: String| writeln!(toml, "{line}").expect("a string takes text");
    if !case.portfolio.is_empty() {
        put(format!("[[portfolio]]\nid = \"{PORTFOLIO}\""));
        let mut international = Vec::new();
        for (term, value) in &case.portfolio {
            match term.as_str() {
                "home" => put(format!("primary_location = \"{value}\"")),
                "international_from" => international.push(format!("eligible_from = \"{value}\"")),
                "international_except" => {
                    let (country, from) = value.split_once(':').expect("COUNTRY:DATE");
                    international.push(format!("exceptions = {{ {country} = \"{from}\" }}"));
                }
                _ => put(format!("{term} = \"{value}\"")),
            }
        }
        if !international.is_empty() {
            put(format!(
                "auth_international = {{ {} }}",
                international.join(", ")
            ));
        }
    }
    for name in named_portfolios(case) {
        put(format!("[[portfolio]]\nid = \"{name}\""));
    }
    toml
}

/// Portfolios that only the terms of accounts name; they are eligible for nothing.
pub fn named_portfolios(case: &Case) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for account in case.accounts.values() {
        names.extend(account.terms.get("portfolio").cloned());
        let changes = account.changes.iter();
        let changes = changes.filter(|(_, term, _)| term == "portfolio");
        names.extend(changes.map(|(_, _, value)| value.clone()));
    }
    names.remove("none");
    names.remove(PORTFOLIO);
    names
}

fn term_line(term: &str, value: &str) -> String {
    match (term, value) {
        ("zone", zone) => format!("timezone = \"{zone}\""),
        ("currency" | "portfolio", name) => format!("{term} = \"{name}\""),
        (flag, value) => format!("{flag} = {}", value == "yes"),
    }
}

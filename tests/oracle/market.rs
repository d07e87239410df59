//! Which country and which market a customer's number belongs to (K-1 to K-4).

use chrono::NaiveDate;

use super::tariff::{Membership, Tariff};
use super::{World, clock};

/// K-1: the digits of E.164; anything else is an id of Meta's.
fn is_number(customer: &str) -> bool {
    let digits = customer.bytes().all(|byte| byte.is_ascii_digit());
    digits && (1..=15).contains(&customer.len()) && !customer.starts_with('0')
}

/// The rows of the longest prefix that the number starts with, of all times.
fn longest<'a>(tariff: &'a Tariff, customer: &str) -> Vec<&'a Membership> {
    let matching = tariff
        .markets
        .iter()
        .filter(|row| customer.starts_with(&row.prefix));
    let matching: Vec<&Membership> = matching.collect();
    let length = matching.iter().map(|row| row.prefix.len()).max();
    matching
        .into_iter()
        .filter(|row| Some(row.prefix.len()) == length)
        .collect()
}

/// Contract 4: the country of the longest prefix, of a shared code its parent (K-4).
pub fn country(tariff: &Tariff, customer: &str) -> Option<String> {
    if !is_number(customer) {
        return None;
    }
    let rows = longest(tariff, customer);
    let first = rows.first()?;
    if rows.iter().all(|row| row.country == first.country) {
        return Some(first.country.clone());
    }
    for (prefix, country, role) in &tariff.numbering {
        if role == "own" && customer.starts_with(prefix) {
            return Some(country.clone());
        }
    }
    let parents = tariff.numbering.iter();
    let mut parents = parents.filter(|(_, _, role)| role == "parent");
    let parent = parents.find(|(prefix, _, _)| *prefix == first.prefix);
    parent.map(|(_, country, _)| country.clone())
}

/// the market on a day.
pub fn market(customer: &str, day: NaiveDate, world: &World) -> String {
    let tariff = world.tariff.expect("a tariff");
    if !is_number(customer) {
        return "Unknown".to_string();
    }
    let rows = longest(tariff, customer);
    let prefix = rows.first().map_or("", |row| row.prefix.as_str());
    let territory = tariff
        .numbering
        .iter()
        .any(|(start, _, role)| role == "territory" && customer.starts_with(start));
    if territory && world.settings.is("market_shared_codes", "other") {
        return "Other".to_string(); // S-28
    }
    let pacific_or_virgin = ["1684", "1671", "1670", "1340"].contains(&prefix);
    if pacific_or_virgin && world.settings.is("market_us_territories", "north_america") {
        return "North America".to_string(); // S-26
    }
    if ["76", "77"].contains(&prefix) && day < clock::date(2026, 10, 1) {
        let before = match world.settings.get("market_kazakhstan_before_2026_10") {
            "russia" => "Russia",
            "rest_of_cee" => "Rest of Central & Eastern Europe",
            _ => "Other",
        };
        return before.to_string(); // S-27
    }
    let valid = |row: &&&Membership| row.from <= day && row.to.is_none_or(|to| day <= to);
    let row = rows.iter().find(valid);
    row.map_or("Other".to_string(), |row| row.market.clone())
}

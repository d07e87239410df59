//! The sheets by day: conversations by category, charges by pricing type, cost by category. Days are local
//! dates of the accounts; days on which nothing happened are left out.

use std::collections::BTreeMap;

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::grid::{Grid, Total};
use crate::report::summary::{Bill, Summary};
use crate::vocabulary::{ChargeCategory, ConversationCategory, PricingType};

const SOURCE: &str = "summary.json (over_time)";

/// Counts by day, then name.
type CountsByDay = BTreeMap<String, BTreeMap<&'static str, u64>>;

/// Writes the sheets for which there is anything to show.
///
/// # Errors
/// If a cell cannot be written.
pub fn write(summary: &Summary, book: &mut Book) -> Result<()> {
    let regimes = summary.conversations.values();
    let opened = |name: &str| {
        let counts = regimes
            .clone()
            .filter_map(|categories| categories.get(name));
        counts.map(|counts| counts.count).sum()
    };
    let names = ConversationCategory::ALL
        .iter()
        .map(|category| category.name());
    let days = &summary.over_time.conversations;
    counts("Conversations by day", names.collect(), days, opened, book)?;
    let categories = summary.charges.values().flat_map(BTreeMap::values);
    let charged = |name: &str| {
        let counts = categories.clone().filter_map(|types| types.get(name));
        counts.map(|counts| counts.count).sum()
    };
    let names = PricingType::ALL
        .iter()
        .map(|pricing_type| pricing_type.name());
    let days = &summary.over_time.charges;
    counts("Charges by day", names.collect(), days, charged, book)?;
    match &summary.bill {
        Some(bill) => cost(summary, bill, book),
        None => Ok(()),
    }
}

/// One row for each day, one column for each name that occurs; `total` is the stored total of a name.
fn counts(
    name: &str,
    names: Vec<&'static str>,
    days: &CountsByDay,
    total: impl Fn(&str) -> u64,
    book: &mut Book,
) -> Result<()> {
    let occurs = |name: &&'static str| days.values().any(|day| day.contains_key(name));
    let names: Vec<&'static str> = names.into_iter().filter(occurs).collect();
    let columns: Vec<&str> = std::iter::once("day")
        .chain(names.iter().copied())
        .collect();
    let totals = names.iter().enumerate();
    let totals = totals.map(|(place, name)| (place + 1, Cell::count(total(name))));
    let rows = days.iter().map(|(day, counts)| {
        let mut row = vec![Cell::day(day)];
        row.extend(names.iter().map(|name| {
            let count = counts.get(name).copied();
            Cell::count(count.unwrap_or_default())
        }));
        row
    });
    Grid {
        name,
        source: SOURCE,
        columns: &columns,
        count: days.len(),
        rows,
        totals: vec![Total {
            label: "Total".to_owned(),
            only: None,
            cells: totals.collect(),
        }],
    }
    .write(book)
}

/// One row for each currency and day, one column for each category that occurs.
fn cost(summary: &Summary, bill: &Bill, book: &mut Book) -> Result<()> {
    let amounts = &summary.over_time.amounts;
    let occurs = |name: &&'static str| {
        let mut days = amounts.values().flat_map(BTreeMap::values);
        days.any(|day| day.contains_key(name))
    };
    let names = ChargeCategory::ALL.iter().map(|category| category.name());
    let names: Vec<&'static str> = names.filter(occurs).collect();
    let columns = ["day", "currency"].into_iter().chain(names.iter().copied());
    let columns: Vec<&str> = columns.collect();
    let is_one = amounts.len() == 1;
    let totals = amounts.keys().map(|currency| {
        let sums = names.iter().enumerate().map(|(place, name)| {
            let sum = bill
                .by_category
                .get(currency)
                .and_then(|sums| sums.get(*name));
            let sum = sum.map(|totals| totals.amount).unwrap_or_default();
            (place + 2, Cell::money(Some(sum), currency))
        });
        Total {
            label: format!("Total {currency}"),
            only: (!is_one).then_some((1, currency.as_str())),
            cells: sums.collect(),
        }
    });
    let rows = amounts.iter().flat_map(|(currency, days)| {
        let names = &names;
        days.iter().map(move |(day, sums)| {
            let mut row = vec![Cell::day(day), Cell::text(currency.as_str())];
            row.extend(names.iter().map(|name| {
                let sum = sums.get(name).copied();
                Cell::money(Some(sum.unwrap_or_default()), currency)
            }));
            row
        })
    });
    Grid {
        name: "Cost by day",
        source: SOURCE,
        columns: &columns,
        count: amounts.values().map(BTreeMap::len).sum(),
        rows,
        totals: totals.collect(),
    }
    .write(book)
}

//! The bill on the sheet "Summary" and the sheet "Allowances and tiers": by everything a finance person asks for, each table with its total.

use std::collections::BTreeMap;

use anyhow::Result;

use super::book::Book;
use super::cell::Cell;
use super::page::{Block, Page};
use crate::report::summary::{Bill, BillTotals};

const COLUMNS: [&str; 7] = [
    "name",
    "amount",
    "charged units",
    "free units",
    "without a rate",
    "estimated",
    "at an edge",
];

/// Sums by name.
type Parts = BTreeMap<String, BillTotals>;

/// Writes the tables.
///
/// # Errors
/// If the page is full.
pub fn write(bill: &Bill, page: &mut Page<'_>) -> Result<()> {
    page.heading("Bill: what the replay expects")?;
    if bill.totals.is_empty() {
        page.sentence("Nothing was charged.")?;
    }
    for (currency, totals) in &bill.totals {
        let of = |table: &'static str, parts: Option<&Parts>, is_time: bool| {
            let rows = parts.map(|parts| rows(currency, parts, is_time));
            (table, rows.unwrap_or_default())
        };
        let accounts = bill.by_account.iter().filter_map(|(account, currencies)| {
            let totals = currencies.get(currency)?;
            Some((account.clone(), *totals))
        });
        let accounts: Parts = accounts.collect();
        for (table, rows) in [
            of("By account", Some(&accounts), false),
            of("By category", bill.by_category.get(currency), false),
            of("By market", bill.by_market.get(currency), false),
            of("By month", bill.by_month.get(currency), true),
            of("By business number", bill.by_business.get(currency), false),
        ] {
            let total = cells(totals, currency);
            page.block(&Block {
                title: format!("{table}, {currency}"),
                columns: &COLUMNS,
                rows,
                total: Some((format!("Total {currency}"), total)),
            })?;
        }
        // These hold a part of the bill only: charges on a ladder, charges with a rate.
        for (table, rows) in [
            of("By volume tier", bill.by_tier.get(currency), true),
            of(
                "What the rates rest on",
                bill.by_support.get(currency),
                false,
            ),
        ] {
            if !rows.is_empty() {
                page.block(&Block {
                    title: format!("{table}, {currency}"),
                    columns: &COLUMNS,
                    rows,
                    total: None,
                })?;
            }
        }
    }
    unrated(bill, page)
}

/// The parts of a total: the largest first, or in the order of their names.
fn rows<'a>(currency: &'a str, parts: &Parts, is_in_order: bool) -> Vec<Vec<Cell<'a>>> {
    let mut parts: Vec<(&String, &BillTotals)> = parts.iter().collect();
    if !is_in_order {
        parts.sort_by(|left, right| right.1.amount.cmp(&left.1.amount).then(left.0.cmp(right.0)));
    }
    parts
        .into_iter()
        .map(|(name, totals)| {
            let month = crate::vocabulary::Month::parse(name);
            let name = month.map_or_else(|| Cell::text(words(name)), Cell::Month);
            let mut row = vec![name];
            row.extend(cells(totals, currency));
            row
        })
        .collect()
}

/// What a rate rests on, in words; every other name as it is.
fn words(name: &str) -> String {
    match name {
        "confirmed" => "two or more copies of Meta's card",
        "single_source" => "a single copy of Meta's card",
        "official" => "Meta's own file or page",
        "own_card" => "your own card",
        "cost_mark" => "Meta's cost mark",
        "bid" => "the bid of the message",
        other => other,
    }
    .to_owned()
}

fn cells<'a>(totals: &BillTotals, currency: &'a str) -> Vec<Cell<'a>> {
    vec![
        Cell::money(Some(totals.amount), currency),
        Cell::count(totals.rated),
        Cell::count(totals.free),
        Cell::count(totals.unrated),
        Cell::count(totals.estimated),
        Cell::count(totals.edge),
    ]
}

/// Writes "Allowances and tiers": how far each was used; no sheet where there are none.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_positions(bill: &Bill, book: &mut Book) -> Result<()> {
    if bill.allowances.is_empty() && bill.tiers.is_empty() && bill.tiers_told.is_empty() {
        return Ok(());
    }
    let mut page = Page::new(book, "Allowances and tiers", "Allowances and tiers")?;
    positions(bill, &mut page)?;
    page.finish()
}

fn positions(bill: &Bill, page: &mut Page<'_>) -> Result<()> {
    if !bill.allowances.is_empty() {
        let rows = bill.allowances.iter().map(|allowance| {
            vec![
                Cell::text(allowance.owner.as_str()),
                Cell::month(&allowance.month),
                Cell::text(allowance.regime),
                Cell::count(allowance.size),
                Cell::count(allowance.used_elsewhere),
                Cell::count(allowance.units),
                Cell::count(allowance.free),
            ]
        });
        page.block(&Block {
            title: "Allowances".to_owned(),
            columns: &[
                "owner",
                "month",
                "regime",
                "size",
                "used elsewhere",
                "units",
                "free",
            ],
            rows: rows.collect(),
            total: None,
        })?;
    }
    if !bill.tiers.is_empty() {
        climbs(bill, page)?;
    }
    if !bill.tiers_told.is_empty() {
        told(bill, page)?;
    }
    Ok(())
}

/// The tiers that Meta says were reached (S-23).
fn told(bill: &Bill, page: &mut Page<'_>) -> Result<()> {
    let rows = bill.tiers_told.iter().map(|tier| {
        vec![
            Cell::text(tier.owner.as_str()),
            Cell::month(&tier.month),
            Cell::text(tier.market.as_str()),
            Cell::text(tier.category),
            Cell::text(tier.tier.as_str()),
            Cell::text(tier.told_at.as_str()),
            Cell::text(tier.crossed_at.as_deref().unwrap_or(tier.words())),
            Cell::count(tier.used_elsewhere),
            Cell::count(tier.counted_then),
            Cell::count(tier.missing),
        ]
    });
    page.block(&Block {
        title: "Volume tiers by Meta's word".to_owned(),
        columns: &[
            "owner",
            "month",
            "market",
            "category",
            "tier",
            "by Meta's word",
            "by the log's count",
            "used elsewhere",
            "counted by then",
            "missing at least",
        ],
        rows: rows.collect(),
        total: None,
    })
}

fn climbs(bill: &Bill, page: &mut Page<'_>) -> Result<()> {
    let rows = bill.tiers.iter().map(|tier| {
        vec![
            Cell::text(tier.owner.as_str()),
            Cell::month(&tier.month),
            Cell::text(tier.market.as_str()),
            Cell::text(tier.category),
            Cell::count(tier.used_elsewhere),
            Cell::count(tier.counted),
            Cell::text(tier.tier.as_deref().unwrap_or_default()),
            tier.next_from.map_or(Cell::Empty, Cell::count),
        ]
    });
    page.block(&Block {
        title: "Volume tiers".to_owned(),
        columns: &[
            "owner",
            "month",
            "market",
            "category",
            "used elsewhere",
            "counted",
            "tier reached",
            "next from",
        ],
        rows: rows.collect(),
        total: None,
    })
}

/// Charges without a rate, by what is missing.
fn unrated(bill: &Bill, page: &mut Page<'_>) -> Result<()> {
    if bill.unrated.is_empty() {
        return Ok(());
    }
    let rows = bill.unrated.iter().map(|cell| {
        vec![
            Cell::text(cell.market.as_str()),
            Cell::text(cell.currency.as_str()),
            Cell::text(cell.category),
            Cell::day(&cell.first_date),
            Cell::day(&cell.last_date),
            Cell::count(cell.quantity),
            Cell::money(cell.lowest, &cell.currency),
            Cell::money(cell.highest, &cell.currency),
        ]
    });
    page.block(&Block {
        title: "Charges without a rate".to_owned(),
        columns: &[
            "market", "currency", "category", "from", "to", "quantity", "at least", "at most",
        ],
        rows: rows.collect(),
        total: None,
    })
}

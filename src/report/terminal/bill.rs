//! The bill as a finance person reads it: by account, category and market, and what it rests on.

use std::collections::BTreeMap;

use super::layout::Page;
use crate::report::figures::{money, thousands};
use crate::report::summary::{Bill, BillTotals};
use crate::tariff::Amount;

/// Rows of a table that are shown; `summary.json` and `tables/lines` hold all of them.
const ROWS_SHOWN: usize = 8;
/// Allowances and tiers that are shown.
const POSITIONS_SHOWN: usize = 4;

/// Lays out the bill.
pub fn bill(page: &mut Page, bill: &Bill) {
    page.gap();
    page.heading("Bill", &["charged units", "free units", "amount"]);
    for (account, currencies) in &bill.by_account {
        for (currency, totals) in currencies {
            row(page, account, currency, totals);
        }
    }
    for (currency, totals) in &bill.totals {
        row(page, "Total", currency, totals);
    }
    if bill.totals.is_empty() {
        page.row("nothing", &[]);
    }
    for currency in bill.totals.keys() {
        table(page, "By category", currency, &bill.by_category);
        table(page, "By market", currency, &bill.by_market);
    }
    support(page, bill);
    range(page, bill);
    positions(page, bill);
    unrated(page, bill);
}

fn row(page: &mut Page, name: &str, currency: &str, totals: &BillTotals) {
    let amount = money(totals.amount, currency);
    let charged = thousands(totals.rated + totals.unrated);
    let amount = format!("{amount} {currency}");
    page.row(name, &[&charged, &thousands(totals.free), &amount]);
}

/// The largest rows of a table, and what the others come to.
fn table(
    page: &mut Page,
    title: &str,
    currency: &str,
    by_currency: &BTreeMap<String, BTreeMap<String, BillTotals>>,
) {
    let Some(rows) = by_currency.get(currency) else {
        return;
    };
    let mut rows: Vec<(&String, &BillTotals)> = rows
        .iter()
        .filter(|(_, totals)| totals.rated + totals.unrated > 0)
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|left, right| right.1.amount.cmp(&left.1.amount).then(left.0.cmp(right.0)));
    page.gap();
    page.heading(title, &["charged units", "free units", currency]);
    for (name, totals) in rows.iter().take(ROWS_SHOWN) {
        let amount = money(totals.amount, currency);
        let charged = thousands(totals.rated + totals.unrated);
        page.row(name, &[&charged, &thousands(totals.free), &amount]);
    }
    let others = rows.iter().skip(ROWS_SHOWN).map(|(_, totals)| *totals);
    let hidden = rows.len().saturating_sub(ROWS_SHOWN);
    if hidden > 0 {
        let (mut charged, mut free, mut amount) = (0, 0, Amount::ZERO);
        for totals in others {
            charged += totals.rated + totals.unrated;
            free += totals.free;
            // The whole bill was summed before: a part of it fits.
            amount = amount.plus(totals.amount).unwrap_or(amount);
        }
        let name = format!("{hidden} others");
        page.row(
            &name,
            &[
                &thousands(charged),
                &thousands(free),
                &money(amount, currency),
            ],
        );
    }
}

/// How much of the money rests on figures of what kind.
fn support(page: &mut Page, bill: &Bill) {
    if bill.by_support.is_empty() {
        return;
    }
    page.gap();
    page.heading("What the rates rest on", &["charged units", "", "amount"]);
    for (currency, kinds) in &bill.by_support {
        for (kind, totals) in kinds {
            let words = match kind.as_str() {
                "confirmed" => "two or more copies of Meta's card",
                "single_source" => "a single copy of Meta's card",
                "official" => "Meta's own file or page",
                "own_card" => "your own card",
                "cost_mark" => "Meta's cost mark",
                "bid" => "the bid of the message",
                other => other,
            };
            let amount = format!("{} {currency}", money(totals.amount, currency));
            page.row(words, &[&thousands(totals.rated), "", &amount]);
        }
    }
}

/// S-23: what volume that the log does not show could change.
fn range(page: &mut Page, bill: &Bill) {
    for (currency, range) in &bill.tier_range {
        page.note(&format!(
            "Volume elsewhere can move the tiered charges in {currency} ({}) between {} at the best \
             step and {} at list.",
            money(range.amount, currency),
            money(range.best, currency),
            money(range.list, currency)
        ));
    }
}

/// The allowances and tiers that the run got furthest in.
fn positions(page: &mut Page, bill: &Bill) {
    let mut allowances: Vec<_> = bill.allowances.iter().collect();
    allowances.sort_by_key(|allowance| std::cmp::Reverse(allowance.units));
    if !allowances.is_empty() {
        page.gap();
        page.heading("Allowances", &["size", "used", "free"]);
        for allowance in allowances.iter().take(POSITIONS_SHOWN) {
            let name = format!(
                "{} {} {}",
                allowance.month, allowance.regime, allowance.owner
            );
            let used = allowance.used_elsewhere + allowance.units;
            let cells = [allowance.size, used, allowance.free].map(thousands);
            page.row(&name, &[&cells[0], &cells[1], &cells[2]]);
        }
        hidden(page, allowances.len());
    }
    let mut tiers: Vec<_> = bill
        .tiers
        .iter()
        .filter(|tier| tier.tier.is_some())
        .collect();
    tiers.sort_by_key(|tier| std::cmp::Reverse(tier.used_elsewhere + tier.counted));
    if !tiers.is_empty() {
        page.gap();
        page.heading("Tiers", &["volume", "tier", "next from"]);
        for tier in tiers.iter().take(POSITIONS_SHOWN) {
            let name = format!("{} {} {}", tier.month, tier.market, tier.category);
            let next = tier.next_from.map_or_else(|| "-".to_owned(), thousands);
            page.row(
                &name,
                &[
                    &thousands(tier.used_elsewhere + tier.counted),
                    tier.tier.as_deref().unwrap_or("-"),
                    &next,
                ],
            );
        }
        hidden(page, tiers.len());
    }
}

fn hidden(page: &mut Page, rows: usize) {
    if rows > POSITIONS_SHOWN {
        page.note(&format!(
            "{} more stand in summary.json.",
            rows - POSITIONS_SHOWN
        ));
    }
}

fn unrated(page: &mut Page, bill: &Bill) {
    if bill.unrated.is_empty() {
        return;
    }
    page.gap();
    page.heading("Without a rate", &["units", "at least", "at most"]);
    for cell in bill.unrated.iter().take(ROWS_SHOWN) {
        let amount = |amount: Option<Amount>| {
            amount.map_or_else(
                || "unknown".to_owned(),
                |amount| money(amount, &cell.currency),
            )
        };
        let name = format!("{} {} {}", cell.currency, cell.market, cell.category);
        page.row(
            &name,
            &[
                &thousands(cell.quantity),
                &amount(cell.lowest),
                &amount(cell.highest),
            ],
        );
    }
    let others = bill.unrated.len().saturating_sub(ROWS_SHOWN);
    if others > 0 {
        page.note(&format!("{others} more cells stand in summary.json."));
    }
}

//! The bill as a finance person reads it: by account, category and market.

use std::collections::BTreeMap;

use super::layout::Page;
use super::section::Section;
use crate::report::figures::{money, thousands};
use crate::report::summary::{Bill, BillTotals, InferredSummary};
use crate::tariff::Amount;

/// What the report calls money that rests on one copy of a card alone.
const SINGLE_SOURCE: &str = "single_source";

/// By account, with the totals; then by category and market in each currency.
pub fn sections<'a>(bill: &'a Bill, inferred: Option<&'a InferredSummary>) -> Vec<Section<'a>> {
    let mut sections = vec![accounts(bill, inferred)];
    for currency in bill.totals.keys() {
        for (title, by) in [
            ("By category", &bill.by_category),
            ("By market", &bill.by_market),
        ] {
            let table = table(title, currency, by);
            sections.extend(table.map(Section::if_there_is_room));
        }
    }
    sections
}

fn accounts<'a>(bill: &'a Bill, inferred: Option<&'a InferredSummary>) -> Section<'a> {
    let rows: Vec<(&String, &String, &BillTotals)> = bill
        .by_account
        .iter()
        .flat_map(|(account, by)| by.iter().map(move |(code, totals)| (account, code, totals)))
        .collect();
    Section::new(rows.len(), move |page, shown| {
        page.gap();
        page.heading("Bill", &["charged units", "free units", "amount"]);
        let whole = whole(shown, rows.len());
        for (account, currency, totals) in &rows[..whole] {
            row(page, account, currency, totals);
        }
        if whole < rows.len() {
            page.note(&format!("{} more accounts", rows.len() - whole));
        }
        for (currency, totals) in &bill.totals {
            row(page, "Total", currency, totals);
        }
        for (currency, lowest) in inferred.iter().flat_map(|inferred| &inferred.lowest) {
            let highest = inferred.map_or(*lowest, |inferred| inferred.highest[currency]);
            page.note(&format!(
                "Between {} and {} {currency} by how inferred messages are read.",
                money(*lowest, currency),
                money(highest, currency)
            ));
        }
        if bill.totals.is_empty() {
            page.row("nothing", &[]);
        }
        for (currency, kinds) in &bill.by_support {
            if let Some(totals) = kinds.get(SINGLE_SOURCE) {
                let amount = format!("{} {currency}", money(totals.amount, currency));
                let units = thousands(totals.rated);
                page.row("of it on a single copy of a card", &[&units, "", &amount]);
            }
        }
    })
}

/// How many rows stand for themselves in so many lines; the last line is for the others.
pub fn whole(shown: usize, rows: usize) -> usize {
    match shown < rows {
        true => shown.saturating_sub(1),
        false => rows,
    }
}

fn row(page: &mut Page, name: &str, currency: &str, totals: &BillTotals) {
    let amount = money(totals.amount, currency);
    let charged = thousands(totals.rated + totals.unrated);
    let amount = format!("{amount} {currency}");
    page.row(name, &[&charged, &thousands(totals.free), &amount]);
}

/// The rows of a table, the largest first, and what the others come to.
fn table<'a>(
    title: &'static str,
    currency: &'a str,
    by_currency: &'a BTreeMap<String, BTreeMap<String, BillTotals>>,
) -> Option<Section<'a>> {
    let rows = by_currency.get(currency)?.iter();
    let mut rows: Vec<(&String, &BillTotals)> = rows
        .filter(|(_, totals)| totals.rated + totals.unrated > 0)
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|left, right| right.1.amount.cmp(&left.1.amount).then(left.0.cmp(right.0)));
    Some(Section::new(rows.len(), move |page, shown| {
        page.gap();
        page.heading(title, &["charged units", "free units", currency]);
        let whole = whole(shown, rows.len());
        for (name, totals) in &rows[..whole] {
            part(page, name, totals, currency);
        }
        if whole < rows.len() {
            let mut others = BillTotals::default();
            for (_, totals) in &rows[whole..] {
                others.rated += totals.rated;
                others.unrated += totals.unrated;
                others.free += totals.free;
                // The whole bill was summed before: a part of it fits.
                others.amount = others.amount.plus(totals.amount).unwrap_or(Amount::ZERO);
            }
            let name = format!("{} others", rows.len() - whole);
            part(page, &name, &others, currency);
        }
    }))
}

fn part(page: &mut Page, name: &str, totals: &BillTotals, currency: &str) {
    let amount = money(totals.amount, currency);
    let charged = thousands(totals.rated + totals.unrated);
    page.row(name, &[&charged, &thousands(totals.free), &amount]);
}

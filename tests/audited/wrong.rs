//! What is wrong with an invoice, as it was put in and as it is found.

use std::collections::BTreeSet;
use std::path::Path;

use counterfoil::audit::{Cause, DifferenceStatus, parse_invoice};
use counterfoil::simulate::wrong_invoice::{RowKey, Stated, WrongInvoice, invoice_csv};

use super::Audited;

/// What is wrong: line (blank for what the invoice lacks), cell, cause, units, money.
pub type Wrong = BTreeSet<[String; 5]>;

/// The errors as they were put in.
pub fn injected(invoice: &WrongInvoice, audited: &Audited) -> Wrong {
    let mut wrong = Wrong::new();
    for error in &invoice.errors {
        for part in &error.parts {
            let line = part.line.map_or_else(String::new, |line| line.to_string());
            let cell = match &part.stated {
                Stated::Usage(key) => cell(key, audited),
                Stated::Tax(key) => {
                    format!("{} {} tax", key.account.as_deref().unwrap_or(""), key.month)
                }
            };
            let quantity = part.quantity.to_string();
            let is_new = wrong.insert([
                line,
                cell,
                error.cause.to_string(),
                quantity,
                part.amount.to_string(),
            ]);
            assert!(is_new, "{error:?} is put in twice");
        }
    }
    wrong
}

fn cell(key: &RowKey, audited: &Audited) -> String {
    let markets = &audited.tariff.markets;
    let words = [
        key.account.clone(),
        key.business.clone(),
        Some(key.month.to_string()),
        key.market.map(|market| markets.name(market).to_owned()),
        key.category.map(|each| each.name().to_owned()),
        key.pricing_type.map(|each| each.name().to_owned()),
        key.tier.map(|each| each.to_string()),
        Some(key.currency.to_string()),
    ];
    words.map(Option::unwrap_or_default).join(" ")
}

/// The differences as the audit finds them in the file.
pub fn found(invoice: &WrongInvoice, audited: &Audited) -> Wrong {
    let csv = invoice_csv(&invoice.rows, &audited.tariff.markets).unwrap();
    let text = String::from_utf8(csv).unwrap();
    let lines = parse_invoice(&text, "invoice.csv", None, &audited.tariff.markets).unwrap();
    let mut wrong = Wrong::new();
    for row in audited.audit(&lines).differences {
        if row.status != DifferenceStatus::Different {
            continue;
        }
        let cause = row.cause.unwrap();
        let text = |each: &Option<_>| each.as_deref().unwrap_or("").to_owned();
        let month = row
            .month
            .map_or_else(String::new, |month| month.to_string());
        let cell = match cause {
            Cause::Tax => format!("{} {month} tax", text(&row.account)),
            _ => [
                text(&row.account),
                text(&row.business),
                month,
                row.market.clone().unwrap_or_default(),
                row.category.unwrap_or("").to_owned(),
                row.pricing_type.unwrap_or("").to_owned(),
                row.tier.clone().unwrap_or_default(),
                row.currency.unwrap().to_string(),
            ]
            .join(" "),
        };
        let line = row
            .invoice_line
            .map_or_else(String::new, |line| line.to_string());
        let quantity = row.billed_quantity.unwrap_or(0) - row.expected_quantity.unwrap_or(0);
        let money = row.difference.unwrap().to_string();
        wrong.insert([line, cell, cause.to_string(), quantity.to_string(), money]);
    }
    wrong
}

/// The rows of a table that have a value, with these columns before it.
pub fn rows(
    path: &Path,
    columns: &[&str],
    value: impl Fn(&dyn Fn(&str) -> String) -> String,
) -> BTreeSet<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut rows = BTreeSet::new();
    for row in reader.records().map(|row| row.unwrap()) {
        let cell = |name: &str| {
            let place = header.iter().position(|header| header == name).unwrap();
            row[place].to_owned()
        };
        let mut cells: Vec<String> = columns.iter().map(|name| cell(name)).collect();
        cells.push(value(&cell));
        if cells.last().is_some_and(|value| !value.is_empty()) {
            rows.insert(cells);
        }
    }
    rows
}

//! Invoices and Meta's analytics: read, and held against an empty replay, so that every cent of them must turn up.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use counterfoil::accounts::Accounts;
use counterfoil::audit::{
    AMOUNT_MAX, Evidence, InvoiceLine, InvoiceMap, QUANTITY_MAX, parse_analytics, parse_invoice,
    reconcile,
};
use counterfoil::rulebook::Settings;
use counterfoil::tariff::{Rounding, RoundingDigits, Tariff};

use super::{files, refused};

static TARIFF: LazyLock<Tariff> =
    LazyLock::new(|| Tariff::embedded().expect("the built-in tariff"));
static ACCOUNTS: LazyLock<Accounts> = LazyLock::new(|| {
    let text = include_str!("../../data/sample/accounts.toml");
    Accounts::parse(text, "accounts.toml", &Settings::default(), &TARIFF.markets)
        .expect("the sample's accounts")
});

/// An invoice as it stands, or the map and the invoice of an input with a file `map.toml` in it.
pub fn invoice(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let (mut invoice, mut map) = (String::new(), None);
    for (name, content) in files(text) {
        match name {
            "map.toml" => map = Some(content),
            _ => invoice.push_str(&content),
        }
    }
    let map = map.map(|map| InvoiceMap::parse(&map, "map.toml"));
    let map = match &map {
        Some(Ok(map)) => Some(map),
        Some(Err(error)) => return refused(error, "map.toml"),
        None => None,
    };
    match parse_invoice(&invoice, "invoice.csv", map, &TARIFF.markets) {
        Ok(lines) => compare(&lines),
        Err(error) => refused(&error, "invoice.csv"),
    }
}

/// The answers of Meta's analytics.
pub fn analytics(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    match parse_analytics(text, "analytics.json", &ACCOUNTS) {
        Ok(analytics) => compare(&analytics.lines),
        Err(error) => refused(&error, "analytics.json"),
    }
}

fn compare(lines: &[InvoiceLine]) -> bool {
    for line in lines {
        assert!(
            line.quantity
                .is_none_or(|quantity| quantity.unsigned_abs() <= QUANTITY_MAX),
            "a quantity that no network carries: {line:?}"
        );
        assert!(
            line.amount.is_none_or(|amount| amount.abs() <= AMOUNT_MAX),
            "an amount of which sums need not fit: {line:?}"
        );
    }
    let evidence = Evidence {
        groups: &[],
        lines,
        tariff: &TARIFF,
        covered: None,
        tax_rates: &BTreeMap::new(),
        rounding: Rounding::HalfUp,
        rounding_digits: RoundingDigits::Currency,
        tolerance: None,
        materiality: None,
        open_points: &[],
    };
    if let Err(error) = reconcile(&evidence) {
        panic!("{error}");
    }
    true
}

//! The audit finds exactly the errors that a wrong invoice was made with: no other line, cause, number of units or
//! amount; and in a right invoice nothing.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds of each test instead of some.

mod audited;
mod generator;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use audited::{Audited, Request};
use counterfoil::audit::{Cause, DifferenceStatus, parse_invoice};
use counterfoil::simulate::wrong_invoice::{
    Column, Grain, RowKey, Stated, Wish, WrongInvoice, invoice_csv, make,
};
use counterfoil::tariff::Amount;

/// What is wrong: line (blank for what the invoice lacks), cell, cause, units, money.
type Wrong = BTreeSet<[String; 5]>;

fn seeds(usual: u64) -> u64 {
    let asked = std::env::var("COUNTERFOIL_SEEDS").ok();
    asked.map_or(usual, |text| text.parse().expect("a number of seeds"))
}

/// The errors as they were put in.
fn injected(invoice: &WrongInvoice, audited: &Audited) -> Wrong {
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
fn found(invoice: &WrongInvoice, audited: &Audited) -> Wrong {
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

fn wish(seed: u64, grain: &Grain, errors: &[(Cause, u32)]) -> Wish {
    Wish {
        seed,
        grain: grain.clone(),
        errors: errors.iter().copied().collect(),
    }
}

fn check(audited: &Audited, wish: &Wish) -> WrongInvoice {
    let invoice = make(&audited.truth(), wish).unwrap();
    if !invoice.rows.is_empty() {
        let (expected, found) = (injected(&invoice, audited), found(&invoice, audited));
        assert!(
            expected == found,
            "{wish:?}\nput in, not found {:#?}\nfound, not put in {:#?}\n{:#?}",
            expected.difference(&found).collect::<Vec<_>>(),
            found.difference(&expected).collect::<Vec<_>>(),
            invoice
                .errors
                .iter()
                .map(|error| (error.cause.name(), &error.text))
                .collect::<Vec<_>>(),
        );
    }
    invoice
}

fn grains() -> Vec<Grain> {
    use Column::{Account, Business, Category, Market, PricingType};
    let mut grains = vec![Grain::default()];
    for columns in [
        &[Account, Market, Category, PricingType][..],
        &[Account, Business, Market, Category],
        &[Market, Category, PricingType],
        &[Account, Market],
        &[Market, Category],
        &[Account],
        &[],
    ] {
        grains.push(Grain::new(columns).unwrap());
    }
    grains
}

/// Each cause alone, then all at once.
fn every_cause(audited: &Audited, seed: u64, grain: &Grain, placed: &mut BTreeMap<Cause, usize>) {
    for &cause in Cause::ALL {
        let invoice = check(audited, &wish(seed, grain, &[(cause, 1)]));
        *placed.entry(cause).or_default() += invoice.errors.len();
    }
    let all: Vec<(Cause, u32)> = Cause::ALL
        .iter()
        .map(|&cause| (cause, 1 + (seed % 3) as u32))
        .collect();
    check(audited, &wish(seed, grain, &all));
}

#[test]
fn a_right_invoice_has_no_difference() {
    let audited = Audited::new(&audited::sample(&[]));
    for grain in grains() {
        let invoice = check(&audited, &wish(0, &grain, &[]));
        assert!(!invoice.rows.is_empty() && invoice.errors.is_empty());
    }
}

#[test]
fn every_error_in_the_sample_is_found() {
    let mut placed = BTreeMap::new();
    for digits in ["currency", "6"] {
        let set = format!("rounding_digits={digits}");
        let audited = Audited::new(&audited::sample(&[&set]));
        for seed in 0..seeds(20) {
            for grain in grains() {
                every_cause(&audited, seed, &grain, &mut placed);
            }
        }
    }
    println!("{placed:?}");
}

#[test]
fn every_error_in_generated_logs_is_found() {
    let mut placed = BTreeMap::new();
    for seed in 0..seeds(100) {
        let case = generator::prices::generate(seed);
        let home = tempfile::tempdir().unwrap();
        let arguments = generator::files::write(&case, home.path());
        println!("generated log {seed}");
        let audited = Audited::new(&Request::of_arguments(&arguments));
        for grain in grains() {
            check(&audited, &wish(seed, &grain, &[]));
            every_cause(&audited, seed, &grain, &mut placed);
        }
    }
    println!("{placed:?}");
}

//! The audit finds exactly the errors that a wrong invoice was made with: no other line, cause, number of units or
//! amount; and in a right invoice nothing.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds of each test instead of some.

mod audited;
mod generator;
mod oracle;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use audited::wrong::{found, injected, rows};
use audited::{Audited, Request};
use counterfoil::audit::Cause;
use counterfoil::simulate::wrong_invoice::{
    Column, Grain, Stated, Wish, WrongInvoice, errors_csv, invoice_csv, make,
};
use counterfoil::tariff::Amount;

fn seeds(usual: u64) -> u64 {
    let asked = std::env::var("COUNTERFOIL_SEEDS").ok();
    asked.map_or(usual, |text| text.parse().expect("a number of seeds"))
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

/// How often each cause was put in; an error that finds no place proves nothing.
fn all_placed(placed: &BTreeMap<Cause, usize>, least: usize) {
    println!("{placed:?}");
    for cause in Cause::ALL {
        let count = placed.get(cause).copied().unwrap_or(0);
        assert!(count >= least, "{cause}: {count} errors put in");
    }
}

/// Ladders so short that the sample climbs them.
const TIERS: &str = "\
effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence
2026-10-01,USD,Germany,utility,1,6,true,0.0550,,test,single-source
2026-10-01,USD,Germany,utility,7,12,true,0.0523,,test,single-source
2026-10-01,USD,Germany,utility,13,,true,0.0495,,test,single-source
2026-10-01,USD,India,utility,1,9,true,0.0014,,test,single-source
2026-10-01,USD,India,utility,10,,true,0.0012,,test,single-source
2026-10-01,USD,Mexico,utility,1,100,true,0.0085,,test,single-source
2026-10-01,USD,Mexico,utility,101,,true,0.0080,,test,single-source
";

/// The sample as it stands, and larger, with tiers and taxes, under other rules of S-34.
fn samples() -> Vec<Audited> {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("tiers.csv"), TIERS).unwrap();
    let with_tiers = |set: &[&str]| {
        let mut request = audited::sample(set);
        request.rates = Some(home.path().to_owned());
        Audited::new(&request)
    };
    vec![
        Audited::new(&audited::sample(&[])),
        with_tiers(&[]).times(137).taxed("0.19", true),
        with_tiers(&["rounding_digits=6"]).taxed("0.08", false),
        with_tiers(&["rounding=half_even"])
            .times(1_009)
            .taxed("0.175", true),
        with_tiers(&["rounding=none"]).times(10).taxed("0.2", true),
    ]
}

#[test]
fn a_right_invoice_has_no_difference() {
    for audited in samples() {
        for grain in grains() {
            let invoice = check(&audited, &wish(0, &grain, &[]));
            assert!(!invoice.rows.is_empty() && invoice.errors.is_empty());
        }
    }
}

#[test]
fn every_error_in_the_sample_is_found() {
    let mut placed = BTreeMap::new();
    for audited in samples() {
        for seed in 0..seeds(2) {
            for grain in grains() {
                every_cause(&audited, seed, &grain, &mut placed);
            }
        }
    }
    all_placed(&placed, 10);
}

#[test]
fn every_error_in_generated_logs_is_found() {
    let mut placed = BTreeMap::new();
    for seed in 0..seeds(40) {
        let case = generator::prices::generate(seed);
        let home = tempfile::tempdir().unwrap();
        let arguments = generator::files::write(&case, home.path());
        println!("generated log {seed}");
        let audited = Audited::new(&Request::of_arguments(&arguments)).taxed("0.21", seed % 2 == 0);
        for grain in grains() {
            check(&audited, &wish(seed, &grain, &[]));
            every_cause(&audited, seed, &grain, &mut placed);
        }
    }
    all_placed(&placed, 3);
}

/// Right invoice plus errors is wrong invoice, in every currency; what was not put in is told.
#[test]
fn the_errors_are_all_that_was_changed() {
    let audited = Audited::new(&audited::sample(&[])).times(20);
    let sums = |invoice: &WrongInvoice| {
        let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
        for row in &invoice.rows {
            let Stated::Usage(key) = &row.stated else {
                panic!("no account states a tax");
            };
            let sum = sums.entry(key.currency.to_string()).or_default();
            *sum = sum.plus(row.amount).unwrap();
        }
        sums
    };
    let right = make(&audited.truth(), &wish(5, &Grain::default(), &[])).unwrap();
    let many: Vec<(Cause, u32)> = Cause::ALL.iter().map(|&cause| (cause, 5)).collect();
    let wished = wish(5, &Grain::default(), &many);
    let wrong = make(&audited.truth(), &wished).unwrap();
    let mut expected = sums(&right);
    for part in wrong.errors.iter().flat_map(|error| &error.parts) {
        let Stated::Usage(key) = &part.stated else {
            panic!("no account states a tax");
        };
        let sum = expected.entry(key.currency.to_string()).or_default();
        *sum = sum.plus(part.amount).unwrap();
    }
    assert_eq!(sums(&wrong), expected);
    for &cause in Cause::ALL {
        let put_in = wrong.errors.iter().filter(|error| error.cause == cause);
        let told = wrong.could_not.iter().filter(|not| not.cause == cause);
        let told: u32 = told.map(|not| not.count).sum();
        assert_eq!(put_in.count() as u32 + told, 5, "{cause}");
    }
    assert!(wrong.could_not.iter().any(|not| not.cause == Cause::Tax));
    assert_eq!(make(&audited.truth(), &wished).unwrap(), wrong);
    let other = Wish { seed: 6, ..wished };
    assert_ne!(make(&audited.truth(), &other).unwrap().errors, wrong.errors);
}

/// The files, through the command: `errors.csv` and `differences.csv` say the same of every line.
#[test]
fn the_command_finds_the_errors_of_the_file() {
    let home = tempfile::tempdir().unwrap();
    let request = audited::sample(&[]);
    let audited = Audited::new(&request);
    let all: Vec<(Cause, u32)> = Cause::ALL.iter().map(|&cause| (cause, 2)).collect();
    let invoice = make(&audited.truth(), &wish(1, &Grain::default(), &all)).unwrap();
    let markets = &audited.tariff.markets;
    let file = |name: &str| home.path().join(name);
    std::fs::write(
        file("invoice.csv"),
        invoice_csv(&invoice.rows, markets).unwrap(),
    )
    .unwrap();
    let errors = errors_csv(&invoice.errors, &invoice.rows, markets).unwrap();
    std::fs::write(file("errors.csv"), errors).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .arg("audit")
        .arg(&request.logs[0])
        .arg("--accounts")
        .arg(request.accounts.as_ref().unwrap())
        .arg("--templates")
        .arg(request.templates.as_ref().unwrap())
        .arg("--invoice")
        .arg(file("invoice.csv"))
        .arg("--out")
        .arg(file("out"))
        .args(["--csv", "--quiet"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Days are missing between the five slices of the sample, so what is found is no conclusion.
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert_said_alike(&file("errors.csv"), &file("out/tables/differences.csv"), 20);
}

/// Simulated, billed wrongly, and audited: the errors that were put in are found, and nothing else.
#[test]
fn the_errors_of_a_simulated_invoice_are_found() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/simulate/shop.toml");
    for seed in 1..=seeds(2) {
        let home = tempfile::tempdir().unwrap();
        let file = |name: &str| home.path().join(name);
        let counterfoil = |arguments: &[&str]| {
            Command::new(env!("CARGO_BIN_EXE_counterfoil"))
                .current_dir(home.path())
                .args(arguments)
                .output()
                .unwrap()
        };
        let seed = seed.to_string();
        let simulated = counterfoil(&[
            "simulate",
            "--scenario",
            model.to_str().unwrap(),
            "--seed",
            &seed,
            "--rows",
            "20000",
            "--out",
            "log.parquet",
            "--truth",
            "truth",
            "--wrong-invoice",
        ]);
        let said = String::from_utf8_lossy(&simulated.stderr);
        assert_eq!(simulated.status.code(), Some(0), "{said}");
        let audited = counterfoil(&[
            "audit",
            "log.parquet",
            "--accounts",
            "log.accounts.toml",
            "--invoice",
            "truth/invoice.csv",
            "--out",
            "out",
            "--csv",
            "--quiet",
        ]);
        let said = String::from_utf8_lossy(&audited.stderr);
        assert!(matches!(audited.status.code(), Some(1 | 4)), "{said}");
        assert_said_alike(
            &file("truth/errors.csv"),
            &file("out/tables/differences.csv"),
            8,
        );
    }
}

/// `errors.csv` and `differences.csv` say the same of every line.
fn assert_said_alike(errors: &Path, differences: &Path, least: usize) {
    let cell = [
        "invoice_id",
        "invoice_line",
        "account",
        "business",
        "month",
        "market",
        "category",
        "pricing_type",
        "tier",
        "currency",
        "cause",
    ];
    let put_in = rows(errors, &cell, |row| row("amount"));
    let found = rows(differences, &cell, |row| match &*row("status") {
        "different" => row("difference"),
        _ => String::new(),
    });
    assert!(put_in.len() > least, "{}", put_in.len());
    assert_eq!(put_in, found);
}

//! The engine and the oracle agree on generated logs: every column of every conversation and
//! charge, the control totals, and in an audit every price and line.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds instead of 300, `COUNTERFOIL_SEED=n` one seed,
//! `COUNTERFOIL_BIN=path` another binary. A difference is shrunk and printed with its seed.

mod agreement_check;
mod generator;
mod oracle;

use agreement_check::shrink::shrink;
use agreement_check::{differences, report};
use generator::Case;

fn environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
    )
}

#[test]
fn the_engine_agrees_with_the_oracle() {
    agree(300, generator::generate);
}

/// `audit`: what everything costs, and the lines of the invoice.
#[test]
fn the_engine_agrees_with_the_oracle_on_every_price() {
    agree(300, generator::prices::generate);
}

fn agree(seeds: u64, generate: fn(u64) -> Case) {
    let seeds = match environment("COUNTERFOIL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..environment("COUNTERFOIL_SEEDS").unwrap_or(seeds),
    };
    for seed in seeds {
        let case = generate(seed);
        let found = differences(&case);
        if !found.is_empty() {
            println!("seed {seed}: {} rows disagree; shrinking", case.rows.len());
            let small = shrink(case);
            panic!("{}", report(&small, &differences(&small)));
        }
    }
}

#[test]
fn a_seed_always_gives_the_same_case() {
    for seed in 0..20 {
        let (one, two) = (generator::generate(seed), generator::generate(seed));
        assert_eq!(
            generator::files::csv(&one),
            generator::files::csv(&two),
            "seed {seed}"
        );
    }
}

#[test]
fn the_oracle_does_not_depend_on_the_order_of_rows() {
    for seed in 0..40 {
        let case = generator::generate(seed);
        let mut turned = case.rows.clone();
        turned.reverse();
        let sorted = |rows: Vec<oracle::ChargeRow>| {
            let mut rows = rows;
            rows.sort();
            rows
        };
        let one = case.outcome();
        let two = generator::Case {
            rows: turned,
            ..case
        }
        .outcome();
        assert_eq!(one.totals, two.totals, "seed {seed}: T-5");
        assert_eq!(sorted(one.charges), sorted(two.charges), "seed {seed}: T-5");
        assert_eq!(
            sorted(one.conversations),
            sorted(two.conversations),
            "seed {seed}: T-5"
        );
    }
}

/// What the first logs lead to, so that a generator that grows tame is noticed.
#[test]
fn the_generator_reaches_every_rule() {
    let mut reached = std::collections::BTreeMap::new();
    let mut count = |what: String| *reached.entry(what).or_insert(0) += 1;
    for seed in 0..300 {
        let case = generator::generate(seed);
        let outcome = case.outcome();
        for charge in &outcome.charges {
            count(format!("{} {}", charge["rule"], charge["pricing_type"]));
            count(format!("edge {}", charge["edge"]));
            count(format!("estimated {}", charge["estimated"]));
        }
        for conversation in &outcome.conversations {
            let (rule, regime) = (&conversation["rule"], &conversation["regime"]);
            count(format!("{rule} {regime} {}", conversation["close_reason"]));
        }
        for (name, rows) in outcome.totals.named() {
            count(format!("{name} {}", if rows > 0 { "some" } else { "none" }));
        }
        outcome
            .rejected
            .keys()
            .for_each(|code| count(code.to_string()));
    }
    println!("{reached:#?}");
    let wanted = [
        "C22-3 free_tier",
        "C22-5 regular",
        "C23-5 regular",
        "C23-6 free_customer_service",
        "C23-6 free_tier",
        "C23-6 regular",
        "D-6 free_customer_service",
        "F-6 free_entry_point",
        "P25-1 free_entry_point",
        "P25-2 free_customer_service",
        "P25-3 free_customer_service",
        "P25-4 regular",
        "P25-5 covered",
        "P26-1 free_entry_point",
        "P26-2 free_customer_service",
        "P26-2 regular",
        "P26-3 regular",
        "P26-4 regular",
        "P26-5 free_customer_service",
        "X-5 regular",
    ];
    for rule in wanted {
        assert!(
            reached.get(rule).is_some_and(|count| *count >= 5),
            "{rule} is hardly reached"
        );
    }
}

/// A log whose guesses decide nothing would hold no rule.
#[test]
fn the_generator_makes_guesses_that_decide() {
    let mut decided = 0;
    for seed in (3..300).step_by(5) {
        let mut charges = ["always", "never"].map(|value| {
            let mut case = generator::generate(seed);
            case.settings
                .set
                .retain(|(name, _)| name != "inferred_template");
            case.settings = case.settings.with("inferred_template", value);
            case.outcome().charges
        });
        charges.iter_mut().for_each(|rows| rows.sort());
        decided += usize::from(charges[0] != charges[1]);
    }
    assert!(
        decided >= 30,
        "only {decided} of 60 logs depend on their guesses"
    );
}

/// The same for prices: tiers on both sides of their edges, every kind of price, every way to have none.
#[test]
fn the_generator_reaches_every_kind_of_price() {
    let mut reached = std::collections::BTreeMap::new();
    let mut count = |what: String| *reached.entry(what).or_insert(0) += 1;
    for seed in 0..300 {
        for charge in &generator::prices::generate(seed).outcome().charges {
            let state = charge["state"].as_str();
            count(format!("{} {} {state}", charge["category"], charge["unit"]));
            count(format!("{} {state}", charge["regime"]));
            let tier = match charge["tier"].split_once(':') {
                None => "no tier",
                Some(("0", _)) => "first tier",
                Some((_, "MAX")) => "last tier",
                Some(_) => "inner tier",
            };
            count(format!("{tier} {state}"));
            let listed = if charge["rate_card"].is_empty() {
                "off"
            } else {
                "on"
            };
            count(format!("{listed} card {state}"));
            if charge["market"] == "Unknown" {
                count(format!("unknown market {state}"));
            }
            count(format!("{} {state}", charge["currency"]));
        }
    }
    println!("{reached:#?}");
    for wanted in [
        "utility message rated",
        "authentication message rated",
        "authentication_international message rated",
        "marketing_lite message rated",
        "general_purpose_ai message rated",
        "service message rated",
        "service conversation rated",
        "marketing conversation rated",
        "business_initiated conversation rated",
        "first tier rated",
        "inner tier rated",
        "last tier rated",
        "no tier unrated",
        "off card rated",
        "unknown market unrated",
        "unknown market rated",
        "GBP rated",
        "INR rated",
        "INR unrated",
    ] {
        assert!(
            reached.get(wanted).is_some_and(|count| *count >= 5),
            "{wanted} is hardly reached"
        );
    }
}

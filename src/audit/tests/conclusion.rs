//! Tolerances, bridges and the sentence that may be said.

use super::{
    super::{Cause, Verdict},
    *,
};

fn with_difference(money: &str, tolerance: Option<&str>) -> Reconciliation {
    let mut case = case(
        "A 100 IN India  marketing regular 0.0118 10000 2026-10-05
         A 100 BR Brazil marketing regular 0.0625   200 2026-10-08",
        &format!(
            "market, category, quantity, unit_price, amount, currency\n India, marketing, 10000, 0.0118, {money}, USD\n Brazil, marketing, 200, 0.0625, 12.50, USD"
        ),
    );
    case.tolerance = tolerance.map(|text| Tolerance::parse(text).expect("a tolerance"));
    case.run()
}

#[test]
fn the_verdict_follows_the_tolerance() {
    for (money, tolerance, verdict) in [
        ("118.00", None, Verdict::Agree),
        ("118.01", None, Verdict::Disagree),
        ("118.01", Some("0.01"), Verdict::AgreeWithinTolerance),
        ("119.00", Some("1%"), Verdict::AgreeWithinTolerance),
        ("119.19", Some("1%"), Verdict::Disagree),
        ("117.00", Some("0.99"), Verdict::Disagree),
    ] {
        let result = with_difference(money, tolerance);
        assert_eq!(result.conclusion.verdict, verdict, "{money} {tolerance:?}");
    }
}

#[test]
fn the_bridge_leads_from_expected_to_invoiced() {
    let result = with_difference("120.00", None);
    let [bridge] = &result.bridges[..] else {
        panic!("one currency");
    };
    assert_eq!(
        (bridge.expected, bridge.invoiced, bridge.difference),
        (amount("130.50"), amount("132.50"), amount("2"))
    );
    let [step] = &bridge.steps[..] else {
        panic!("one cause");
    };
    assert_eq!(
        (step.cause, step.overcharged, step.undercharged, step.rows),
        (Cause::Unexplained, amount("2"), Amount::ZERO, 1)
    );
}

#[test]
fn open_points_of_the_run_forbid_a_conclusion() {
    let mut case = case(
        "A 100 IN India marketing regular 0.0118 100 2026-10-05",
        "amount\n 1.18",
    );
    case.open_points = vec!["no rows on 2026-10-12".to_owned()];
    let conclusion = case.run().conclusion;
    assert_eq!(conclusion.verdict, Verdict::CannotConclude);
    assert_eq!(conclusion.reasons, ["no rows on 2026-10-12"]);
}

#[test]
fn amounts_of_two_currencies_are_never_added() {
    let result = case(
        "A 100 IN India marketing regular 0.0118 1000 2026-10-05
         A 100 IN India marketing regular 0.9800  500 2026-10-20 currency=INR",
        "quantity, amount, currency\n 1000, 12.80, USD\n 500, 480.00, INR",
    )
    .run();
    let bridges: Vec<(String, String)> = result
        .bridges
        .iter()
        .map(|bridge| (bridge.currency.to_string(), bridge.difference.to_string()))
        .collect();
    assert_eq!(
        bridges,
        [
            ("INR".to_owned(), "-10".to_owned()),
            ("USD".to_owned(), "1".to_owned())
        ]
    );
}

#[test]
fn an_explanation_says_what_was_found_in_an_auditors_words() {
    let result = case(
        "A 100 IN India marketing regular 0.0118 1000 2026-10-05",
        "market, category, quantity, unit_price, amount, currency\n India, marketing, 1000, 0.0130, 13.00, USD",
    )
    .run();
    assert_eq!(
        result.differences[0].explanation,
        "1000 units billed at 0.013 each, the card says 0.0118; no known card says so: potential overcharge of 1.2"
    );
}

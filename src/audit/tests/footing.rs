//! Whatever an invoice says, every cent of it is accounted for.

use proptest::prelude::*;

use super::*;

/// Lines and charges over few values, so that they meet, miss, repeat and cross each other.
fn line() -> impl Strategy<Value = String> {
    let cell = (
        prop_oneof![Just("A"), Just("B"), Just("")],
        prop_oneof![Just("India"), Just("Brazil"), Just("")],
        prop_oneof![Just("marketing"), Just("utility"), Just("")],
        prop_oneof![
            Just("regular"),
            Just("free_entry_point"),
            Just(""),
            Just("")
        ],
        prop_oneof![Just("0:100"), Just("101:MAX"), Just(""), Just("")],
        prop_oneof![
            Just("2026-10,2026-10"),
            Just("2026-11,2026-11"),
            Just(","),
            Just("2026-10-10,2026-11-09")
        ],
    );
    let money = (
        prop_oneof![
            Just(String::new()),
            (0i64..200).prop_map(|count| count.to_string())
        ],
        prop_oneof![Just(""), Just("0.0118"), Just("0.0014"), Just("0.0625")],
        -300i64..3000,
        prop_oneof![Just("USD"), Just("USD"), Just("INR"), Just("")],
        prop_oneof![
            Just("usage"),
            Just("usage"),
            Just("usage"),
            Just("credit"),
            Just("adjustment"),
            Just("tax"),
            Just("fee"),
            Just("")
        ],
    );
    (cell, money).prop_map(|((account, market, category, kind, tier, period), (quantity, price, cents, currency, what))| {
        let sign = if cents < 0 { "-" } else { "" };
        let cents = cents.abs();
        format!("{period},{account},{market},{category},{kind},{tier},{quantity},{price},{sign}{}.{:02},{currency},{what}", cents / 100, cents % 100)
    })
}

fn charge() -> impl Strategy<Value = String> {
    let cell = (
        prop_oneof![Just("A 1"), Just("B 2")],
        prop_oneof![Just("IN India"), Just("BR Brazil")],
        prop_oneof![
            Just("marketing regular 0.0118"),
            Just("utility regular 0.0014"),
            Just("utility free_entry_point 0"),
        ],
        1u64..200,
    );
    let rest = (
        prop_oneof![
            Just("2026-10-05"),
            Just("2026-10-31 utc=2026-11-01"),
            Just("2026-11-01 send=2026-10-31"),
            Just("2026-11-05")
        ],
        prop_oneof![
            Just(""),
            Just("currency=INR"),
            Just("tier=0:100"),
            Just("mark=free_entry_point"),
            Just("unrated")
        ],
    );
    (cell, rest).prop_map(|((owner, market, category, quantity), (day, more))| {
        format!("{owner} {market} {category} {quantity} {day} {more}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn differences_sum_to_billed_minus_expected(
        charges in prop::collection::vec(charge(), 0..12),
        lines in prop::collection::vec(line(), 1..12),
    ) {
        let header = "period_start,period_end,account,market,category,pricing_type,tier,quantity,unit_price,amount,currency,kind";
        let invoice = format!("{header}\n{}\n", lines.join("\n"));
        let case = case(&charges.join("\n"), &invoice);
        // `run` fails if the whole does not foot.
        let result = case.run();
        // Every line is there, with all of its money, and each cause at most once.
        for line in &case.lines {
            let rows: Vec<_> = result.differences.iter().filter(|row| row.invoice_line == Some(line.row)).collect();
            prop_assert!(!rows.is_empty());
            let billed: i128 = rows.iter().filter_map(|row| row.billed_amount).map(Amount::units).sum();
            prop_assert_eq!(Some(Amount::from_units(billed)), line.amount);
            let mut causes: Vec<_> = rows.iter().map(|row| row.cause).collect();
            causes.sort();
            causes.dedup();
            prop_assert_eq!(causes.len(), rows.len());
        }
        for row in &result.differences {
            let is_explained = row.cause.is_some();
            prop_assert_eq!(is_explained, matches!(row.status, DifferenceStatus::Different | DifferenceStatus::WithinTolerance));
            prop_assert!(row.cause.is_none() || !row.explanation.is_empty());
        }
    }

    #[test]
    fn the_order_of_lines_and_groups_does_not_matter_to_what_each_cause_explains(
        charges in prop::collection::vec(charge(), 0..8),
        lines in prop::collection::hash_set(line(), 1..8),
    ) {
        let header = "period_start,period_end,account,market,category,pricing_type,tier,quantity,unit_price,amount,currency,kind";
        let lines: Vec<String> = lines.into_iter().collect();
        let forward = case(&charges.join("\n"), &format!("{header}\n{}\n", lines.join("\n")));
        let mut backward = case(&charges.join("\n"), &format!("{header}\n{}\n", lines.join("\n")));
        backward.groups.reverse();
        prop_assert_eq!(forward.run(), backward.run());
    }
}

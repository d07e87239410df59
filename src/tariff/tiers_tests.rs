use super::*;
use crate::vocabulary::ChargeCategory::{
    Authentication, AuthenticationInternational, Marketing, Utility,
};

const HEADER: &str = "effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence\n";
const RATES: &str =
    "effective_from,effective_to,model,currency,market,category,rate,source,confidence\n";

fn markets() -> Markets {
    Markets::embedded().expect("the built-in table")
}

/// `LABEL RATE`, `none` without a ladder, or why no step gives a rate.
fn step_of(
    ladders: &Ladders,
    code: &str,
    market: &str,
    category: ChargeCategory,
    on: &str,
    rank: u64,
) -> String {
    let currency = Currency::parse(code).expect("a currency");
    let market = markets().named(market).expect("a market");
    let date = LocalDate::parse(on).expect("a date");
    match ladders.ladder(currency, market, category, date) {
        None => "none".to_owned(),
        Some(ladder) => match ladder.step(rank) {
            Ok((step, rate)) => format!("{} {rate}", step.label),
            Err(reason) => reason.to_string(),
        },
    }
}

fn built_in(code: &str, market: &str, category: ChargeCategory, on: &str, rank: u64) -> String {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let ladders = Ladders::embedded(&markets, &cards).expect("the built-in ladders");
    step_of(&ladders, code, market, category, on, rank)
}

fn alone(rates: &str, tiers: &str) -> Result<Ladders, String> {
    let markets = markets();
    let cards = Cards::parse(&format!("{RATES}{rates}"), "rates.csv", &markets)
        .map_err(|error| error.to_string())?;
    Ladders::parse(&format!("{HEADER}{tiers}"), "tiers.csv", &markets, &cards)
        .map_err(|error| error.to_string())
}

/// Looked up by hand in `data/tariff/tiers.csv`, one below and one above each edge.
#[test]
fn r2_a_rank_falls_into_one_step() {
    let india = |rank| built_in("INR", "India", Utility, "2026-02-01", rank);
    assert_eq!(india(1), "0:25000000 0.115");
    assert_eq!(india(25_000_000), "0:25000000 0.115");
    assert_eq!(india(25_000_001), "25000001:50000000 0.1081");
    assert_eq!(india(50_000_000), "25000001:50000000 0.1081");
    assert_eq!(india(50_000_001), "50000001:100000000 0.1012");
    assert_eq!(india(300_000_000), "200000001:300000000 0.0874");
    assert_eq!(india(300_000_001), "300000001:MAX 0.0805");
    assert_eq!(india(u64::MAX), "300000001:MAX 0.0805");
    let argentina = |rank| built_in("INR", "Argentina", Utility, "2026-10-01", rank);
    assert_eq!(argentina(100_000), "0:100000 1.9062");
    assert_eq!(argentina(100_001), "100001:1000000 1.8109");
    assert_eq!(argentina(1_000_001), "1000001:4500000 1.7156");
    let india = |rank| {
        built_in(
            "INR",
            "India",
            AuthenticationInternational,
            "2026-10-01",
            rank,
        )
    };
    assert!(india(1).starts_with("0:"), "{}", india(1));
    assert!(india(u64::MAX).contains(":MAX "), "{}", india(u64::MAX));
}

#[test]
fn r2_a_rank_that_no_published_step_holds_has_no_rate() {
    let kazakhstan = |category, rank| built_in("USD", "Kazakhstan", category, "2026-10-01", rank);
    assert_eq!(kazakhstan(Utility, 80_000), "0:80000 0.018");
    assert_eq!(kazakhstan(Utility, 80_001), "no_step");
    assert_eq!(kazakhstan(Authentication, 100_000), "0:100000 0.018");
    assert_eq!(kazakhstan(Authentication, 100_001), "no_step");
    // Its end is not known, nor its rate.
    let brazil = |rank| built_in("BRL", "Brazil", Utility, "2026-07-01", rank);
    assert_eq!(brazil(250_000), "0:250000 0.035");
    assert_eq!(brazil(250_001), "no_step");
    assert_eq!(brazil(70_000_000), "no_step");
    assert_eq!(brazil(70_000_001), "step_without_rate");
    assert_eq!(
        built_in("IDR", "Indonesia", Authentication, "2026-07-01", 750_000),
        "0:750000 356.65"
    );
    assert_eq!(
        built_in("IDR", "Indonesia", Authentication, "2026-07-01", 750_001),
        "no_step"
    );
    assert_eq!(
        built_in("BRL", "Brazil", Authentication, "2026-07-01", 500_001),
        "no_step"
    );
}

#[test]
fn r2_where_no_ladder_is_known_there_is_none() {
    assert_eq!(built_in("INR", "India", Utility, "2025-12-31", 1), "none");
    assert_eq!(
        built_in("INR", "India", Utility, "2026-01-01", 1),
        "0:25000000 0.115"
    );
    assert_eq!(
        built_in("INR", "Argentina", Utility, "2026-09-30", 1),
        "none"
    );
    assert_eq!(built_in("INR", "India", Marketing, "2026-10-01", 1), "none");
    assert_eq!(built_in("USD", "India", Utility, "2026-10-01", 1), "none");
    assert_eq!(built_in("BRL", "Brazil", Utility, "2026-06-30", 1), "none");
}

#[test]
fn a_ladder_holds_until_a_newer_one_or_another_list_rate() {
    let rates = "2026-01-01,2026-06-30,PMP,USD,India,utility,0.0014,x,official\n\
        2026-07-01,2026-09-30,PMP,USD,India,utility,0.00140,x,official\n\
        2026-10-01,,PMP,USD,India,utility,0.002,x,official\n\
        2026-01-01,,PMP,USD,Brazil,utility,0.008,x,official\n";
    let tiers = "2026-01-01,USD,India,utility,1,10,true,0.0014,,x,official\n\
        2026-01-01,USD,India,utility,11,,true,0.0013,,x,official\n\
        2026-01-01,USD,Brazil,utility,1,,true,0.008,,x,official\n\
        2026-04-01,USD,Brazil,utility,1,,true,0.007,,x,official\n";
    let ladders = alone(rates, tiers).expect("tables");
    let india = |on| step_of(&ladders, "USD", "India", Utility, on, 11);
    assert_eq!(india("2025-12-31"), "none");
    assert_eq!(india("2026-06-30"), "11:MAX 0.0013");
    assert_eq!(
        india("2026-07-01"),
        "11:MAX 0.0013",
        "a card that repeats the rate"
    );
    assert_eq!(india("2026-09-30"), "11:MAX 0.0013");
    assert_eq!(india("2026-10-01"), "none", "the list rate is another one");
    let brazil = |on| step_of(&ladders, "USD", "Brazil", Utility, on, 1);
    assert_eq!(brazil("2026-03-31"), "0:MAX 0.008");
    assert_eq!(brazil("2026-04-01"), "0:MAX 0.007");
}

#[test]
fn an_own_ladder_replaces_the_built_in_one_of_its_cell_and_date() {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let text = format!(
        "{HEADER}2026-10-01,INR,India,utility,0,5,true,0.115,,x,official\n\
         2026-10-01,INR,India,utility,6,,true,0.1,,x,official\n\
         2026-10-01,USD,India,utility,1,5,true,0.0014,,x,official\n"
    );
    let ladders =
        Ladders::parse_over_embedded(&text, "tiers.csv", &markets, &cards).expect("ladders");
    let step = |code, market, on, rank| step_of(&ladders, code, market, Utility, on, rank);
    assert_eq!(step("INR", "India", "2026-10-01", 5), "0:5 0.115");
    assert_eq!(step("INR", "India", "2026-10-01", 6), "6:MAX 0.1");
    assert_eq!(step("INR", "India", "2026-09-30", 6), "0:25000000 0.115");
    assert_eq!(step("INR", "Argentina", "2026-10-01", 6), "0:100000 1.9062");
    assert_eq!(step("USD", "India", "2026-10-01", 5), "0:5 0.0014");
    assert_eq!(step("USD", "India", "2026-10-01", 6), "no_step");
}

#[test]
fn every_built_in_step_is_found_at_both_ends() {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let ladders = Ladders::embedded(&markets, &cards).expect("the built-in ladders");
    let rows = tier_rows(EMBEDDED, EMBEDDED_NAME, &markets, false).expect("the built-in rows");
    assert_eq!(rows.len(), 694);
    for row in rows {
        let LadderKey {
            currency,
            market,
            category,
            from,
        } = row.ladder;
        let ladder = ladders
            .ladder(currency, market, category, from)
            .expect("a ladder");
        let last = match row.to {
            StepEnd::At(last) => last,
            StepEnd::Open => u64::MAX,
            StepEnd::Unknown => continue,
        };
        for rank in [row.from, last] {
            let found = ladder.step(rank).ok().map(|(_, rate)| rate);
            assert_eq!(found, row.rate, "{} rank {rank}", row.place);
        }
    }
}

#[test]
fn what_is_wrong_is_named_by_file_and_line() {
    let refused = |rows: &str| alone("", rows).expect_err("refused");
    for (rows, expected) in [
        (
            "2026-10-01,USD,India,utility,1,x,true,0.1,,x,official\n",
            "tiers.csv:2: tier_to `x` is no whole number of messages",
        ),
        (
            "2026-10-01,USD,India,utility,-1,5,true,0.1,,x,official\n",
            "tiers.csv:2: tier_from `-1` is no whole number of messages",
        ),
        (
            "2026-10-01,USD,India,utility,6,5,true,0.1,,x,official\n",
            "tiers.csv:2: tier_to 5 lies below tier_from 6",
        ),
        (
            "2026-10-01,USD,India,utility,1,5,maybe,0.1,,x,official\n",
            "tiers.csv:2: unknown tier_to_known `maybe`",
        ),
        (
            "2026-10-01,USD,India,utility,1,5,true,-0.1,,x,official\n",
            "tiers.csv:2: rate `-0.1` is negative",
        ),
        (
            "2026-10-01,USD,Indai,utility,1,5,true,0.1,,x,official\n",
            "tiers.csv:2: unknown market `Indai`, nearest is `India`",
        ),
        (
            "2026-10-01,USD,India,utility,1,5,true,0.1,,x,official\n\
             2026-10-01,USD,India,utility,5,9,true,0.1,,x,official\n",
            "tiers.csv:3: USD India utility from 2026-10-01: the step from 5 overlaps the one from 1 (tiers.csv:2)",
        ),
        (
            "2026-10-01,USD,India,utility,9,10,true,0.1,,x,official\n\
             2026-10-01,USD,India,utility,1,,true,0.1,,x,official\n",
            "tiers.csv:2: USD India utility from 2026-10-01: the step from 9 overlaps the one from 1 (tiers.csv:3)",
        ),
        (
            "2026-10-01,USD,India,utility,1,,false,0.1,,x,official\n\
             2026-10-01,USD,India,utility,1,,false,0.1,,x,official\n",
            "tiers.csv:3: USD India utility",
        ),
    ] {
        let message = refused(rows);
        assert!(
            message.starts_with(expected),
            "{message}\nexpected {expected}"
        );
    }
}

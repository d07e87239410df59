use super::*;
use crate::tariff::UnratedReason;

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

const ALWAYS: Period = Period {
    from: LocalDate::MIN,
    to: LocalDate::MAX,
};
const ANY: Reach = Reach {
    model: None,
    currency: None,
    market: None,
    category: None,
    days: ALWAYS,
};

fn tariff() -> Tariff {
    Tariff::embedded().expect("the built-in tables")
}

/// The PMP rate of marketing in US dollars.
fn marketing(tariff: &Tariff, market: &str, day: &str) -> Result<String, UnratedReason> {
    let market = tariff.markets.named(market).expect("a market");
    let cards = &tariff.cards;
    let rate = cards.rate(
        CardModel::Pmp,
        Currency::USD,
        market,
        ChargeCategory::Marketing,
        date(day),
    );
    rate.map(|rate| rate.amount.to_string())
        .map_err(|unrated| unrated.reason)
}

fn reach(tariff: &Tariff, market: &str, days: Period) -> Reach {
    Reach {
        market: tariff.markets.named(market),
        category: Some(ChargeCategory::Marketing),
        days,
        ..ANY
    }
}

#[test]
fn a_change_holds_in_its_cells_on_its_days_only() {
    let tariff = tariff();
    let november = Period {
        from: date("2026-11-01"),
        to: date("2026-11-30"),
    };
    let change = RateChange {
        reach: reach(&tariff, "India", november),
        by: RateMove::Percent(amount("-10")),
    };
    let changed = tariff.with_rates(&[change]).expect("a rate");
    // 0.0118 less a tenth of it is 0.01062.
    assert_eq!(
        marketing(&changed, "India", "2026-10-31").as_deref(),
        Ok("0.0118")
    );
    assert_eq!(
        marketing(&changed, "India", "2026-11-01").as_deref(),
        Ok("0.01062")
    );
    assert_eq!(
        marketing(&changed, "India", "2026-11-30").as_deref(),
        Ok("0.01062")
    );
    assert_eq!(
        marketing(&changed, "India", "2026-12-01").as_deref(),
        Ok("0.0118")
    );
    assert_eq!(
        marketing(&changed, "Brazil", "2026-11-10"),
        marketing(&tariff, "Brazil", "2026-11-10")
    );
    let add = RateChange {
        by: RateMove::Add(amount("0.002")),
        ..change
    };
    let both = tariff.with_rates(&[change, add]).expect("a rate");
    assert_eq!(
        marketing(&both, "India", "2026-11-10").as_deref(),
        Ok("0.01262")
    );
}

#[test]
fn a_rate_that_no_card_can_have_is_refused_with_its_cell() {
    let tariff = tariff();
    let change = RateChange {
        reach: reach(&tariff, "India", ALWAYS),
        by: RateMove::Add(amount("-1")),
    };
    let refused = tariff.with_rates(&[change]).expect_err("below zero");
    assert_eq!(refused.change, 0);
    assert_eq!(
        refused.cell.market,
        tariff.markets.named("India").expect("a market")
    );
}

#[test]
fn a_flat_rate_is_stated_where_no_card_has_one_if_its_cell_is_named() {
    let tariff = tariff();
    assert_eq!(
        marketing(&tariff, "India", "2020-01-01"),
        Err(UnratedReason::NoCard)
    );
    let unnamed = RateChange {
        reach: reach(&tariff, "India", ALWAYS),
        by: RateMove::To(amount("0.01")),
    };
    let named = RateChange {
        reach: Reach {
            currency: Some(Currency::USD),
            ..unnamed.reach
        },
        ..unnamed
    };
    let changed = tariff.with_rates(&[unnamed]).expect("a rate");
    assert_eq!(
        marketing(&changed, "India", "2026-10-01").as_deref(),
        Ok("0.01")
    );
    assert!(marketing(&changed, "India", "2020-01-01").is_err());
    let changed = tariff.with_rates(&[named]).expect("a rate");
    assert_eq!(
        marketing(&changed, "India", "2020-01-01").as_deref(),
        Ok("0.01")
    );
}

#[test]
fn the_cards_of_a_day_hold_on_all_days() {
    let tariff = tariff();
    let october = tariff.as_of(date("2026-10-01"));
    for day in ["2022-05-05", "2026-10-01", "2030-01-01"] {
        assert_eq!(marketing(&october, "India", day).as_deref(), Ok("0.0118"));
    }
    let before_any = tariff.as_of(date("2010-01-01"));
    assert_eq!(
        marketing(&before_any, "India", "2026-10-01"),
        Err(UnratedReason::NoCard)
    );
}

/// The step and rate of a rank of Indian utility messages in rupees, 2026-02-01.
fn step_of(tariff: &Tariff, rank: u64) -> Option<(String, String)> {
    let rupees = Currency::parse("INR").expect("a currency");
    let india = tariff.markets.named("India").expect("a market");
    let ladder =
        tariff
            .ladders
            .ladder(rupees, india, ChargeCategory::Utility, date("2026-02-01"))?;
    let (step, rate) = ladder.step(rank).ok()?;
    Some((step.label.clone(), rate.to_string()))
}

#[test]
fn thresholds_move_and_rates_of_steps_stay() {
    let tariff = tariff();
    let expected = |label: &str, rate: &str| Some((label.to_owned(), rate.to_owned()));
    // Published: the step from 25,000,001 to 50,000,000 costs 0.1081.
    assert_eq!(
        step_of(&tariff, 25_000_001),
        expected("25000001:50000000", "0.1081")
    );
    let halved = tariff.with_ladders(&[LadderChange {
        reach: ANY,
        by: LadderMove::Thresholds(50),
    }]);
    assert_eq!(
        step_of(&halved, 12_500_001),
        expected("12500001:25000000", "0.1081")
    );
    assert_eq!(
        step_of(&halved, 25_000_000),
        expected("12500001:25000000", "0.1081")
    );
}

#[test]
fn own_steps_are_discounts_on_the_list_rate() {
    let tariff = tariff();
    let rupees = Currency::parse("INR").expect("a currency");
    let india = tariff.markets.named("India").expect("a market");
    let list = tariff
        .cards
        .rate(
            CardModel::Pmp,
            rupees,
            india,
            ChargeCategory::Utility,
            date("2026-02-01"),
        )
        .expect("a rate")
        .amount;
    let stepped = tariff.with_ladders(&[LadderChange {
        reach: ANY,
        by: LadderMove::Steps(vec![(1000, amount("10")), (5000, amount("25"))]),
    }]);
    let rate = |percent: i128| Amount::from_units(list.units() * percent / 100).to_string();
    assert_eq!(step_of(&stepped, 1), Some(("0:1000".to_owned(), rate(100))));
    assert_eq!(
        step_of(&stepped, 1000),
        Some(("0:1000".to_owned(), rate(100)))
    );
    assert_eq!(
        step_of(&stepped, 1001),
        Some(("1001:5000".to_owned(), rate(90)))
    );
    assert_eq!(
        step_of(&stepped, 5001),
        Some(("5001:MAX".to_owned(), rate(75)))
    );
    let flat = tariff.with_ladders(&[LadderChange {
        reach: ANY,
        by: LadderMove::Steps(Vec::new()),
    }]);
    assert_eq!(
        step_of(&flat, 99_000_000),
        Some(("0:MAX".to_owned(), rate(100)))
    );
}

#[test]
fn a_change_of_rates_takes_the_steps_with_it() {
    let tariff = tariff();
    let utility = Reach {
        category: Some(ChargeCategory::Utility),
        ..ANY
    };
    let doubled = tariff
        .with_rates(&[RateChange {
            reach: utility,
            by: RateMove::Percent(amount("100")),
        }])
        .expect("a rate");
    assert_eq!(
        step_of(&doubled, 25_000_001),
        Some(("25000001:50000000".to_owned(), "0.2162".to_owned()))
    );
    let flat = tariff
        .with_rates(&[RateChange {
            reach: utility,
            by: RateMove::To(amount("0.1")),
        }])
        .expect("a rate");
    assert_eq!(
        step_of(&flat, 25_000_001),
        Some(("0:MAX".to_owned(), "0.1".to_owned()))
    );
}

#[test]
fn no_change_leaves_every_rate_and_step_as_it_is() {
    let tariff = tariff();
    let same = tariff
        .with_rates(&[])
        .expect("nothing changes")
        .with_ladders(&[]);
    let cards = |tariff: &Tariff| -> Vec<String> {
        let cards = tariff.cards.cards();
        cards
            .map(|(card, rates)| format!("{card:?} {rates:?}"))
            .collect()
    };
    assert_eq!(cards(&same), cards(&tariff));
    assert!(same.ladders.iter().eq(tariff.ladders.iter()));
}

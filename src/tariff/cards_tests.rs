use super::*;
use crate::vocabulary::ChargeCategory::{
    Authentication, AuthenticationInternational, Marketing, MarketingLite, Service, UserInitiated,
    Utility,
};
use CardModel::{Cbp, Pmp};

const HEADER: &str =
    "effective_from,effective_to,model,currency,market,category,rate,source,confidence\n";

fn markets() -> Markets {
    Markets::embedded().expect("the built-in table")
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

/// `RATE CARD`, or the reason why there is none.
fn rate_of(
    cards: &Cards,
    model: CardModel,
    code: &str,
    market: &str,
    category: ChargeCategory,
    on: &str,
) -> String {
    let market = markets().named(market).expect("a market");
    match cards.rate(model, currency(code), market, category, date(on)) {
        Ok(rate) => format!("{} {}", rate.amount, cards.card_name(rate.card)),
        Err(unrated) => unrated.reason.to_string(),
    }
}

fn built_in(
    model: CardModel,
    code: &str,
    market: &str,
    category: ChargeCategory,
    on: &str,
) -> String {
    let cards = Cards::embedded(&markets()).expect("the built-in cards");
    rate_of(&cards, model, code, market, category, on)
}

fn own(rows: &str) -> Cards {
    Cards::parse_over_embedded(&format!("{HEADER}{rows}"), "own.csv", &markets())
        .expect("own cards")
}

fn refused(rows: &str) -> String {
    Cards::parse(&format!("{HEADER}{rows}"), "own.csv", &markets())
        .expect_err("refused")
        .to_string()
}

/// Looked up by hand in `data/tariff/rates.csv`, on both sides of each date.
#[test]
fn r1_the_rate_is_that_of_the_card_in_force() {
    for (model, code, market, category, on, expected) in [
        (Cbp, "USD", "Argentina", Marketing, "2023-05-31", "no_card"),
        (
            Cbp,
            "USD",
            "Argentina",
            Marketing,
            "2023-06-01",
            "0.0618 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "Argentina",
            Marketing,
            "2025-06-30",
            "0.0618 CBP-USD-2023-06-01",
        ),
        (Cbp, "USD", "Argentina", Marketing, "2025-07-01", "no_card"),
        (
            Cbp,
            "USD",
            "India",
            Marketing,
            "2024-09-30",
            "0.0099 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "India",
            Marketing,
            "2024-10-01",
            "0.0107 CBP-USD-2024-10-01",
        ),
        (
            Cbp,
            "USD",
            "India",
            Utility,
            "2024-07-31",
            "0.0042 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "India",
            Utility,
            "2024-08-01",
            "0.0014 CBP-USD-2024-08-01",
        ),
        (Cbp, "USD", "India", Authentication, "2024-06-30", "no_cell"),
        (
            Cbp,
            "USD",
            "India",
            Authentication,
            "2024-07-01",
            "0.0014 CBP-USD-2024-07-01",
        ),
        (
            Cbp,
            "USD",
            "Indonesia",
            AuthenticationInternational,
            "2024-05-31",
            "no_cell",
        ),
        (
            Cbp,
            "USD",
            "Indonesia",
            AuthenticationInternational,
            "2024-06-01",
            "0.136 CBP-USD-2024-06-01",
        ),
        (
            Cbp,
            "USD",
            "North America",
            Utility,
            "2024-07-31",
            "0.015 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "North America",
            Utility,
            "2024-08-01",
            "0.004 CBP-USD-2024-08-01",
        ),
        (
            Cbp,
            "USD",
            "Indonesia",
            Service,
            "2024-10-31",
            "0.019 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "Indonesia",
            Service,
            "2024-11-01",
            "0 CBP-USD-2024-11-01",
        ),
        (Cbp, "USD", "Chile", Marketing, "2024-09-30", "no_cell"),
        (
            Cbp,
            "USD",
            "Chile",
            Marketing,
            "2024-10-01",
            "0.0889 CBP-USD-2024-10-01",
        ),
        (
            Cbp,
            "USD",
            "Pakistan",
            Authentication,
            "2025-01-31",
            "0.0228 CBP-USD-2023-06-01",
        ),
        (
            Cbp,
            "USD",
            "Pakistan",
            Authentication,
            "2025-02-01",
            "no_cell",
        ),
        (Pmp, "USD", "Chile", Utility, "2025-06-30", "no_card"),
        (
            Pmp,
            "USD",
            "Chile",
            Utility,
            "2025-07-01",
            "0.02 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "Mexico",
            Marketing,
            "2025-09-30",
            "0.0436 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "Mexico",
            Marketing,
            "2025-10-01",
            "0.0305 PMP-USD-2025-10-01",
        ),
        (
            Pmp,
            "USD",
            "Mexico",
            Marketing,
            "2026-09-30",
            "0.0305 PMP-USD-2025-10-01",
        ),
        (
            Pmp,
            "USD",
            "Mexico",
            Marketing,
            "2026-10-01",
            "0.0397 PMP-USD-2026-10-01",
        ),
        (
            Pmp,
            "USD",
            "India",
            Marketing,
            "2025-12-31",
            "0.0107 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "India",
            Marketing,
            "2026-01-01",
            "0.0118 PMP-USD-2026-01-01",
        ),
        (
            Pmp,
            "USD",
            "India",
            Marketing,
            "2026-10-05",
            "0.0118 PMP-USD-2026-01-01",
        ),
        (
            Pmp,
            "USD",
            "North America",
            Authentication,
            "2025-12-31",
            "0.004 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "North America",
            Authentication,
            "2026-01-01",
            "0.0034 PMP-USD-2026-01-01",
        ),
        (
            Pmp,
            "USD",
            "Pakistan",
            Utility,
            "2026-03-31",
            "0.0054 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "Pakistan",
            Utility,
            "2026-04-01",
            "0.01 PMP-USD-2026-04-01",
        ),
        (
            Pmp,
            "USD",
            "Pakistan",
            Utility,
            "2026-10-01",
            "0.015 PMP-USD-2026-10-01",
        ),
        (Pmp, "USD", "Hungary", Marketing, "2026-06-30", "no_cell"),
        (
            Pmp,
            "USD",
            "Hungary",
            Marketing,
            "2026-07-01",
            "0.086 PMP-USD-2026-07-01",
        ),
        (
            Pmp,
            "USD",
            "Kazakhstan",
            AuthenticationInternational,
            "2026-09-30",
            "no_cell",
        ),
        (
            Pmp,
            "USD",
            "Kazakhstan",
            AuthenticationInternational,
            "2026-10-01",
            "0.16 PMP-USD-2026-10-01",
        ),
        (
            Pmp,
            "USD",
            "India",
            Service,
            "2026-09-30",
            "0 PMP-USD-2025-07-01",
        ),
        (
            Pmp,
            "USD",
            "India",
            Service,
            "2026-10-01",
            "0.0014 PMP-USD-2026-10-01",
        ),
        (
            Pmp,
            "INR",
            "India",
            Utility,
            "2025-07-01",
            "0.115 PMP-INR-2025-07-01",
        ),
        (
            Pmp,
            "INR",
            "India",
            Marketing,
            "2025-12-31",
            "0.7846 PMP-INR-2025-07-01",
        ),
        (
            Pmp,
            "INR",
            "India",
            Marketing,
            "2026-01-01",
            "0.8631 PMP-INR-2026-01-01",
        ),
        (
            Pmp,
            "INR",
            "India",
            AuthenticationInternational,
            "2026-03-31",
            "2.3 PMP-INR-2025-07-01",
        ),
        (
            Pmp,
            "INR",
            "India",
            AuthenticationInternational,
            "2026-04-01",
            "2.4971 PMP-INR-2026-04-01",
        ),
        (
            Pmp,
            "INR",
            "Turkey",
            Utility,
            "2026-03-31",
            "0.3884 PMP-INR-2025-07-01",
        ),
        (
            Pmp,
            "INR",
            "Turkey",
            Utility,
            "2026-04-01",
            "0.066 PMP-INR-2026-04-01",
        ),
        (Pmp, "EUR", "Germany", Marketing, "2026-03-31", "no_card"),
        (
            Pmp,
            "EUR",
            "Germany",
            Marketing,
            "2026-04-01",
            "0.1131 PMP-EUR-2026-04-01",
        ),
        (
            Pmp,
            "EUR",
            "Germany",
            Authentication,
            "2026-04-01",
            "no_cell",
        ),
        (Pmp, "IDR", "Indonesia", Marketing, "2026-06-30", "no_card"),
        (
            Pmp,
            "IDR",
            "Indonesia",
            Marketing,
            "2026-07-01",
            "586.33 PMP-IDR-2026-07-01",
        ),
        (
            Pmp,
            "MXN",
            "Mexico",
            Utility,
            "2026-09-30",
            "0.1565 PMP-MXN-2026-07-01",
        ),
        (Pmp, "MXN", "Mexico", Utility, "2026-10-01", "no_card"),
        (Pmp, "GBP", "India", Utility, "2026-10-01", "no_card"),
        (Cbp, "INR", "India", Utility, "2024-10-01", "no_card"),
        (Cbp, "USD", "India", UserInitiated, "2022-06-01", "no_card"),
        (Pmp, "USD", "Unknown", Marketing, "2026-10-01", "no_cell"),
    ] {
        assert_eq!(
            built_in(model, code, market, category, on),
            expected,
            "{model} {code} {market} {category} {on}"
        );
    }
}

#[test]
fn r1_a_gap_in_a_series_is_never_filled() {
    let pakistan = |on| built_in(Pmp, "INR", "Pakistan", Utility, on);
    assert_eq!(pakistan("2026-03-31"), "0.396 PMP-INR-2025-07-01");
    assert_eq!(pakistan("2026-04-01"), "no_cell");
    assert_eq!(pakistan("2026-09-30"), "no_cell");
    assert_eq!(pakistan("2026-10-01"), "1.1 PMP-INR-2026-10-01");
}

#[test]
fn r1_what_is_missing_is_named() {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let saudi_arabia = markets.named("Saudi Arabia").expect("a market");
    let ask = |code| {
        let on = date("2026-04-01");
        let unrated = cards.rate(Pmp, currency(code), saudi_arabia, Marketing, on);
        unrated.expect_err("no rate").describe(&markets).to_string()
    };
    assert_eq!(
        ask("INR"),
        "the PMP card in INR for 2026-04-01 has no marketing rate for Saudi Arabia"
    );
    assert_eq!(
        ask("GBP"),
        "no PMP card in GBP is known for 2026-04-01 (Saudi Arabia, marketing)"
    );
}

#[test]
fn x3_marketing_lite_costs_what_marketing_costs_where_the_card_has_no_column() {
    assert_eq!(
        built_in(Pmp, "USD", "India", MarketingLite, "2026-01-01"),
        "0.0118 PMP-USD-2026-01-01"
    );
    let cards = own("2026-10-01,,PMP,USD,India,marketing_lite,0.009,mine,official\n");
    let lite = |market, on| rate_of(&cards, Pmp, "USD", market, MarketingLite, on);
    assert_eq!(lite("India", "2026-10-01"), "0.009 PMP-USD-2026-10-01");
    assert_eq!(lite("India", "2026-09-30"), "0.0118 PMP-USD-2026-01-01");
    assert_eq!(
        lite("Brazil", "2026-10-01"),
        "no_cell",
        "the column is there, the cell is not"
    );
}

#[test]
fn a_service_rate_of_zero_holds_in_every_currency() {
    assert_eq!(
        built_in(Pmp, "GBP", "India", Service, "2026-09-30"),
        "0 PMP-USD-2025-07-01"
    );
    assert_eq!(
        built_in(Pmp, "GBP", "India", Service, "2026-10-01"),
        "no_card"
    );
    assert_eq!(
        built_in(Cbp, "INR", "Indonesia", Service, "2024-10-31"),
        "no_card"
    );
}

#[test]
fn r1_a_forced_rulebook_takes_the_nearest_day_with_a_card() {
    let cards = Cards::embedded(&markets()).expect("the built-in cards");
    let near = |model, code, on| {
        cards
            .date_for(model, currency(code), date(on))
            .map(|date| date.to_string())
    };
    assert_eq!(
        near(Cbp, "USD", "2026-10-05").as_deref(),
        Some("2025-06-30")
    );
    assert_eq!(
        near(Cbp, "USD", "2022-02-01").as_deref(),
        Some("2023-06-01")
    );
    assert_eq!(
        near(Cbp, "USD", "2024-02-29").as_deref(),
        Some("2024-02-29")
    );
    assert_eq!(
        near(Pmp, "USD", "2023-06-01").as_deref(),
        Some("2025-07-01")
    );
    assert_eq!(
        near(Pmp, "EUR", "2025-07-01").as_deref(),
        Some("2026-04-01")
    );
    assert_eq!(
        near(Pmp, "MXN", "2026-11-01").as_deref(),
        Some("2026-09-30")
    );
    assert_eq!(near(Cbp, "INR", "2026-10-05"), None);
}

#[test]
fn confidence_and_source_come_with_the_rate() {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let argentina = markets.named("Argentina").expect("a market");
    let rate = cards
        .rate(Cbp, Currency::USD, argentina, Marketing, date("2024-01-01"))
        .expect("a rate");
    assert_eq!(rate.confidence, Confidence::Confirmed);
    assert!(rate.source.starts_with("public-copy-5371410842 ; "));
    assert!(!rate.is_own);
    let egypt = markets.named("Egypt").expect("a market");
    let rate = cards
        .rate(Pmp, currency("AED"), egypt, Utility, date("2026-10-01"))
        .expect("a rate");
    assert_eq!(rate.confidence, Confidence::SingleSource);
}

#[test]
fn every_built_in_row_is_found_on_its_first_and_last_day() {
    let markets = markets();
    let cards = Cards::embedded(&markets).expect("the built-in cards");
    let rows = rate_rows(EMBEDDED, EMBEDDED_NAME, &markets, false).expect("the built-in rows");
    assert_eq!(rows.len(), 802);
    for row in rows {
        let Cell {
            model,
            currency,
            market,
            category,
        } = row.cell;
        for on in [row.from, row.last_day()] {
            let rate = cards
                .rate(model, currency, market, category, on)
                .expect("a rate");
            assert_eq!(rate.amount, row.rate, "{}", row.place);
        }
    }
    assert_eq!(
        cards.cards().map(|(_, rates)| rates.len()).sum::<usize>(),
        802
    );
}

#[test]
fn an_own_card_overrides_only_itself() {
    let cards = own("2026-10-01,,PMP,USD,India,marketing,0.02,mine,official\n\
         2026-10-01,,PMP,GBP,India,marketing,0.015,mine,official\n");
    let rate = |code, market, category, on| rate_of(&cards, Pmp, code, market, category, on);
    assert_eq!(
        rate("USD", "India", Marketing, "2026-10-01"),
        "0.02 PMP-USD-2026-10-01"
    );
    assert_eq!(
        rate("USD", "India", Marketing, "2026-09-30"),
        "0.0118 PMP-USD-2026-01-01"
    );
    assert_eq!(
        rate("USD", "India", Utility, "2026-10-01"),
        "0.0014 PMP-USD-2025-07-01"
    );
    assert_eq!(
        rate("USD", "Mexico", Marketing, "2026-10-01"),
        "0.0397 PMP-USD-2026-10-01"
    );
    assert_eq!(
        rate("INR", "India", Marketing, "2026-10-01"),
        "0.8631 PMP-INR-2026-01-01"
    );
    assert_eq!(
        rate("GBP", "India", Marketing, "2026-10-01"),
        "0.015 PMP-GBP-2026-10-01"
    );
    assert_eq!(rate("GBP", "India", Utility, "2026-10-01"), "no_cell");
}

#[test]
fn an_old_own_card_does_not_take_back_newer_ones() {
    let cards = own("2025-10-01,,PMP,USD,India,marketing,0.02,mine,official\n");
    let india = |on| rate_of(&cards, Pmp, "USD", "India", Marketing, on);
    assert_eq!(india("2025-09-30"), "0.0107 PMP-USD-2025-07-01");
    assert_eq!(india("2025-10-01"), "0.02 PMP-USD-2025-10-01");
    assert_eq!(india("2025-12-31"), "0.02 PMP-USD-2025-10-01");
    assert_eq!(india("2026-01-01"), "0.0118 PMP-USD-2026-01-01");
}

#[test]
fn an_own_row_with_an_end_covers_just_its_days() {
    let cards = own(
        "2026-02-01,2026-02-28,PMP,USD,India,marketing,0.02,mine,official\n\
         2026-04-01,2026-09-30,PMP,INR,Pakistan,utility,0.9,mine,official\n",
    );
    let india = |on| rate_of(&cards, Pmp, "USD", "India", Marketing, on);
    assert_eq!(india("2026-01-31"), "0.0118 PMP-USD-2026-01-01");
    assert_eq!(india("2026-02-01"), "0.02 PMP-USD-2026-02-01");
    assert_eq!(india("2026-02-28"), "0.02 PMP-USD-2026-02-01");
    assert_eq!(india("2026-03-01"), "0.0118 PMP-USD-2026-01-01");
    let pakistan = |on| rate_of(&cards, Pmp, "INR", "Pakistan", Utility, on);
    assert_eq!(pakistan("2026-09-30"), "0.9 PMP-INR-2026-04-01");
    assert_eq!(pakistan("2026-10-01"), "1.1 PMP-INR-2026-10-01");
}

#[test]
fn what_is_wrong_is_named_by_file_and_line() {
    let good = "2026-10-01,,PMP,USD,India,marketing,0.02,mine,official\n";
    for (rows, expected) in [
        (
            "2026-10-01,,PPM,USD,India,marketing,0.02,mine,official\n",
            "own.csv:2: unknown model `PPM`; accepted: CBP, PMP",
        ),
        (
            "2026-10-01,,PMP,USX,India,marketing,0.02,mine,official\n",
            "own.csv:2: unknown currency `USX`",
        ),
        (
            "2026-10-01,,PMP,USD,Indai,marketing,0.02,mine,official\n",
            "own.csv:2: unknown market `Indai`, nearest is `India`",
        ),
        (
            "2026-10-01,,PMP,USD,Unknown,marketing,0.02,mine,official\n",
            "own.csv:2: unknown market `Unknown`",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketting,0.02,mine,official\n",
            "own.csv:2: unknown category `marketting`, nearest is `marketing`",
        ),
        (
            "2026-10-01,,PMP,USD,India,free_entry_point,0,mine,official\n",
            "own.csv:2: unknown category `free_entry_point`",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,-0.02,mine,official\n",
            "own.csv:2: rate `-0.02` is negative",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,,mine,official\n",
            "own.csv:2: rate `` is no decimal number such as 0.0618",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,2e-2,mine,official\n",
            "own.csv:2: rate `2e-2` is no decimal number",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,0.0000000000001,mine,official\n",
            "own.csv:2: rate `0.0000000000001` has more than 12 digits after the point",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,1000000,mine,official\n",
            "own.csv:2: rate `1000000` is one million or more",
        ),
        (
            "2026-13-01,,PMP,USD,India,marketing,0.02,mine,official\n",
            "own.csv:2: effective_from `2026-13-01` is no date: expected YYYY-MM-DD",
        ),
        (
            "2026-10-01,2026-09-30,PMP,USD,India,marketing,0.02,mine,official\n",
            "own.csv:2: effective_to 2026-09-30 lies before effective_from 2026-10-01",
        ),
        (
            "2026-10-01,,PMP,USD,India,marketing,0.02,mine,sure\n",
            "own.csv:2: unknown confidence `sure`; accepted: confirmed, single-source, official",
        ),
        ("2026-10-01,,PMP\n", "own.csv:2: CSV error"),
    ] {
        let message = refused(rows);
        assert!(
            message.starts_with(expected),
            "{message}\nexpected {expected}"
        );
        let later = refused(&format!("{good}{rows}"));
        assert!(later.starts_with("own.csv:3: "), "{later}");
    }
}

#[test]
fn two_rates_of_a_cell_on_one_day_are_refused() {
    assert_eq!(
        refused(
            "2026-10-01,,PMP,USD,India,marketing,0.02,mine,official\n\
             2026-10-01,2026-12-31,PMP,USD,India,marketing,0.03,mine,official\n"
        ),
        "own.csv:3: PMP USD India marketing from 2026-10-01 (first at own.csv:2) stands twice"
    );
    assert_eq!(
        refused(
            "2026-11-01,,PMP,USD,India,marketing,0.02,mine,official\n\
             2026-10-01,2026-11-01,PMP,USD,India,marketing,0.03,mine,official\n"
        ),
        "own.csv:2: PMP USD India marketing (own.csv:3): overlaps the entry before it on 2026-11-01"
    );
    let overlay = Cards::parse_over_embedded(
        &format!(
            "{HEADER}2026-10-01,,PMP,USD,India,marketing,0.02,mine,official\n\
             2026-11-01,,PMP,USD,India,marketing,0.03,mine,official\n"
        ),
        "own.csv",
        &markets(),
    );
    let message = overlay.expect_err("refused").to_string();
    assert!(message.starts_with("own.csv:3: "), "{message}");
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let text = "category,note,rate,market,currency,model,effective_to,effective_from,confidence,source\n\
        marketing,x,0.02,india,usd,pmp,,2026-10-01,,mine\n";
    let cards = Cards::parse(text, "own.csv", &markets()).expect("own cards");
    assert_eq!(
        rate_of(&cards, Pmp, "USD", "India", Marketing, "2026-10-01"),
        "0.02 PMP-USD-2026-10-01"
    );
    let error = Cards::parse("market,rate\n", "own.csv", &markets()).expect_err("refused");
    let error = error.to_string();
    assert!(
        error.starts_with("own.csv:1: column `effective_from` is missing"),
        "{error}"
    );
}

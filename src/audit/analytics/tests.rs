use super::*;
use crate::{
    audit::DateBasis,
    rulebook::Settings,
    tariff::{Amount, Markets},
    vocabulary::{ChargeCategory, Currency, LocalDate, PricingType},
};

/// An account in Los Angeles that owns 15550100 and bills in euro, and one in India.
fn accounts() -> Accounts {
    let text = "
        [[account]]
        id = \"1001\"
        timezone = \"America/Los_Angeles\"
        currency = \"EUR\"
        numbers = [\"15550100\"]
        [[account]]
        id = \"2002\"
        timezone = \"Asia/Kolkata\"
    ";
    let markets = Markets::embedded().expect("the built-in table");
    Accounts::parse(text, "accounts.toml", &Settings::default(), &markets).expect("accounts")
}

fn read_text(text: &str) -> Result<Analytics, String> {
    parse_analytics(text, "a.json", &accounts()).map_err(|error| error.to_string())
}

/// A point of 2026-10-01 in Los Angeles, with more keys.
fn pricing(more: &str) -> String {
    format!(
        r#"{{"id": "1001", "pricing_analytics": {{"data": [{{"data_points": [
            {{"start": 1790838000, "end": 1790924400, "volume": 100{more}}}]}}]}}}}"#
    )
}

fn line(more: &str) -> InvoiceLine {
    read_text(&pricing(more))
        .expect("analytics")
        .lines
        .remove(0)
}

#[test]
fn a_pricing_point_is_read_whole() {
    let line = line(
        r#", "country": "IN", "phone_number": "+15550100", "tier": "0:100000", "pricing_type": "REGULAR",
            "pricing_category": "MARKETING", "cost": 1.180"#,
    );
    assert_eq!(line.account.as_deref(), Some("1001"));
    assert_eq!(line.business.as_deref(), Some("15550100"));
    assert_eq!(line.country, Some(*b"IN"));
    assert_eq!(
        line.tier.map(|tier| tier.to_string()).as_deref(),
        Some("0:100000")
    );
    assert_eq!(line.pricing_type, Some(PricingType::Regular));
    assert_eq!(line.category, Some(ChargeCategory::Marketing));
    assert_eq!(line.quantity, Some(100));
    assert_eq!(
        (line.amount, line.amount_digits),
        (Amount::parse("1.18").ok(), 3)
    );
    assert_eq!(line.currency, Currency::parse("EUR"));
    let day = LocalDate::parse("2026-10-01").expect("a date");
    assert_eq!(
        line.period.map(|period| (period.from, period.to)),
        Some((day, day))
    );
    assert_eq!(line.basis, DateBasis::Local);
}

#[test]
fn a_cost_may_be_absent_a_text_an_integer_or_have_three_decimals() {
    for (cost, expected) in [
        ("", None),
        (r#", "cost": null"#, None),
        (r#", "cost": "" "#, None),
        (r#", "cost": "7.25""#, Some("7.25")),
        (r#", "cost": 7"#, Some("7")),
        (r#", "cost": 7.125"#, Some("7.125")),
        (r#", "cost": 0.30000000000000004"#, Some("0.3")),
        (r#", "cost": 1.5e-2"#, Some("0.015")),
    ] {
        assert_eq!(
            line(cost)
                .amount
                .map(|amount| amount.to_string())
                .as_deref(),
            expected,
            "{cost}"
        );
    }
}

#[test]
fn a_free_point_costs_nothing_whatever_it_says() {
    let text = r#"{"conversation_analytics": {"data": [{"data_points": [
        {"start": 1790838000, "end": 1790924400, "conversation": 3, "conversation_type": "FREE_TIER", "cost": 0.5},
        {"start": 1790838000, "end": 1790924400, "conversation": 4, "conversation_type": "FREE_ENTRY"},
        {"start": 1790838000, "end": 1790924400, "conversation": 5, "conversation_type": "FREE_ENTRY_POINT",
         "conversation_direction": "USER_INITIATED"}]}]}, "id": "1001"}"#;
    let analytics = read_text(text).expect("analytics");
    let types: Vec<_> = analytics
        .lines
        .iter()
        .map(|line| (line.pricing_type, line.amount, line.quantity))
        .collect();
    assert_eq!(
        types,
        [
            (Some(PricingType::FreeTier), Some(Amount::ZERO), Some(3)),
            (
                Some(PricingType::FreeEntryPoint),
                Some(Amount::ZERO),
                Some(4)
            ),
            (
                Some(PricingType::FreeEntryPoint),
                Some(Amount::ZERO),
                Some(5)
            ),
        ]
    );
    assert_eq!(
        analytics.lines[2].category,
        Some(ChargeCategory::UserInitiated)
    );
    assert!(
        analytics
            .notes
            .iter()
            .any(|note| note.contains("free types carry a cost"))
    );
}

#[test]
fn the_whole_tier_and_unknown_words_state_nothing() {
    let line = line(
        r#", "tier": "0:MAX", "pricing_category": "UNKNOWN", "pricing_type": null, "country": "UNKNOWN""#,
    );
    assert_eq!(
        (line.tier, line.category, line.pricing_type, line.country),
        (None, None, None, None)
    );
}

#[test]
fn answers_are_found_wherever_they_stand() {
    let point = r#"{"start": 1790838000, "end": 1790924400, "volume": 1, "cost": 1}"#;
    for (text, account, count) in [
        (
            format!(
                r#"{{"id": 1001, "pricing_analytics": {{"data": [{{"data_points": [{point}]}}]}}}}"#
            ),
            Some("1001"),
            1,
        ),
        (
            format!(
                r#"{{"pricing_analytics": {{"data": {{"data_points": [{point}, {point}]}}}}, "id": "1001"}}"#
            ),
            Some("1001"),
            2,
        ),
        (
            format!(
                r#"{{"pricing_analytics": {{"granularity": "DAY", "data_points": [{point}]}}}}"#
            ),
            None,
            1,
        ),
        (
            format!(
                r#"{{"data": [{{"id": "1001", "pricing_analytics": {{"data": [{{"data_points": [{point}]}}]}}}}], "paging": {{"cursors": {{"after": "x"}}}}}}"#
            ),
            Some("1001"),
            1,
        ),
        (
            format!(r#"[{{"data_points": [{point}]}}, {{"data_points": [{point}]}}]"#),
            None,
            2,
        ),
        (format!("[{point}]"), None, 1),
        (
            format!("{{\"data_points\": [{point}]}}\n{{\"data_points\": [{point}]}}\n"),
            None,
            2,
        ),
        (
            r#"{"id": "1001", "pricing_analytics": {"data": []}}"#.to_owned(),
            None,
            0,
        ),
        (
            r#"{"id": "1001", "pricing_analytics": {}}"#.to_owned(),
            None,
            0,
        ),
        (
            r#"{"pricing_analytics": {"data": [{"data_points": []}]}}"#.to_owned(),
            None,
            0,
        ),
    ] {
        let analytics = read_text(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(analytics.lines.len(), count, "{text}");
        let first = analytics
            .lines
            .first()
            .and_then(|line| line.account.as_deref());
        assert_eq!(first, account, "{text}");
    }
}

#[test]
fn the_account_of_a_bare_point_is_that_of_its_number() {
    let text =
        r#"[{"start": 1790838000, "end": 1790924400, "volume": 1, "phone_number": "15550100"}]"#;
    let analytics = read_text(text).expect("analytics");
    assert_eq!(analytics.lines[0].account.as_deref(), Some("1001"));
}

#[test]
fn days_begin_at_the_accounts_midnight_or_at_that_of_utc() {
    let read = |account: &str, start: i64, end: i64| {
        let text = format!(
            r#"{{"id": "{account}", "pricing_analytics": {{"data": [{{"data_points": [{{"start": {start}, "end": {end}, "volume": 1, "cost": 0}}]}}]}}}}"#
        );
        let line = read_text(&text).expect("analytics").lines.remove(0);
        let period = line.period.expect("a period");
        format!("{} {}", period, line.basis)
    };
    // 07:00Z is midnight in Los Angeles in summer; 18:30Z the day before is midnight in India.
    assert_eq!(
        read("1001", 1_790_838_000, 1_790_924_400),
        "2026-10-01..2026-10-01 local"
    );
    assert_eq!(
        read("2002", 1_790_793_000, 1_790_879_400),
        "2026-10-01..2026-10-01 local"
    );
    assert_eq!(
        read("1001", 1_790_812_800, 1_790_899_200),
        "2026-10-01..2026-10-01 utc"
    );
    // A month, and the day on which clocks go back.
    assert_eq!(
        read("1001", 1_790_838_000, 1_793_516_400),
        "2026-10-01..2026-10-31 local"
    );
    assert_eq!(
        read("1001", 1_793_516_400, 1_793_606_400),
        "2026-11-01..2026-11-01 local"
    );
    // An account that nobody lists, with days of Los Angeles.
    assert_eq!(
        read("9", 1_790_838_000, 1_790_924_400),
        "2026-10-01..2026-10-01 local"
    );
}

#[test]
fn half_hours_are_added_up_by_day() {
    let text = r#"{"id": "1001", "pricing_analytics": {"granularity": "HALF_HOUR", "data_points": [
        {"start": 1790838000, "end": 1790839800, "volume": 2, "cost": 0.5},
        {"start": 1790839800, "end": 1790841600, "volume": 3, "cost": "0.125"},
        {"start": 1790924400, "end": 1790926200, "volume": 7, "cost": 1}]}}"#;
    let lines = read_text(text).expect("analytics").lines;
    let sums: Vec<_> = lines
        .iter()
        .map(|line| (line.quantity, line.amount.map(|amount| amount.to_string())))
        .collect();
    assert_eq!(
        sums,
        [
            (Some(5), Some("0.625".to_owned())),
            (Some(7), Some("1".to_owned()))
        ]
    );
}

#[test]
fn malformed_shapes_are_refused_with_their_place() {
    for (text, expected) in [
        ("", "a.json: found no `data_points`"),
        ("{}", "a.json: found no `data_points`"),
        ("[1, 2]", "a.json: found no `data_points`"),
        ("\"text\"", "a.json: found no `data_points`"),
        (
            "{",
            "a.json:1: found the end of the file, expected a key in quotes",
        ),
        (
            "{\"a\" 1}",
            "a.json:1: found `1}`, expected a colon after a key",
        ),
        (
            "{\"a\": 1\n\"b\": 2}",
            "a.json:2: found `\"b\": 2}`, expected a comma or the end of an object",
        ),
        (
            "[1 2]",
            "a.json:1: found `2]`, expected a comma or the end of a list",
        ),
        (
            "{\"a\": nul}",
            "a.json:1: found `nul}`, expected a JSON value",
        ),
        ("{\"a\": 1.2.3}", "a.json:1: found `}`, expected a number"),
        ("{\"a\": 01}", "a.json:1: found `}`, expected a number"),
        (
            "{\"a\": \"b",
            "a.json:1: found the end of the file, expected the end of a quoted text",
        ),
        ("{\"a\": \"\\", "a.json:1: found the end of the file"),
        (
            "{\"a\": \"\\x\"}",
            "a.json:1: found `}`, expected a quoted text without bad escapes",
        ),
        (
            "{\"a\": 1, \"a\": 2}",
            "a.json:1: found `}`, expected `a` once",
        ),
        ("<html>", "a.json:1: found `<html>`, expected a JSON value"),
        (
            r#"{"error": {"message": "Unsupported get request", "code": 100}}"#,
            "a.json:1: found `Unsupported get request`, expected an answer, not an error of the API",
        ),
        (
            r#"{"pricing_analytics": 5}"#,
            "a.json:1: `pricing_analytics`: found `5`, expected an object with `data`, or a list",
        ),
        (
            r#"{"pricing_analytics": {"data": [{"data_points": {}}]}}"#,
            "a.json:1: `pricing_analytics.data[0].data_points`: found an object, expected a list",
        ),
        (
            r#"{"data_points": [7]}"#,
            "a.json:1: `data_points[0]`: found `7`, expected a data point",
        ),
        (
            r#"{"granularity": "WEEKLY", "data_points": []}"#,
            "a.json:1: `granularity`: found `WEEKLY`, expected HALF_HOUR, DAILY, DAY, MONTHLY, MONTH",
        ),
        (
            r#"{"data_points": [{"volume": 1}]}"#,
            "a.json:1: `data_points[0].start`: found nothing, expected an instant",
        ),
        (
            r#"{"data_points": [{"start": 5, "volume": 1}]}"#,
            "a.json:1: `data_points[0].end`: found nothing",
        ),
        (
            r#"{"data_points": [{"start": "x", "end": 6, "volume": 1}]}"#,
            "a.json:1: `data_points[0].start`: found `x`",
        ),
        (
            r#"{"data_points": [{"start": 1790838000000, "end": 1790924400000, "volume": 1}]}"#,
            "a.json:1: `data_points[0].start`: found `1790838000000`, expected an instant in seconds",
        ),
        (
            r#"{"data_points": [{"start": 6, "end": 6, "volume": 1}]}"#,
            "a.json:1: `data_points[0].end`: found `6`, not after start `6`",
        ),
        (
            r#"{"data_points": [{"start": -6, "end": 6, "volume": 1}]}"#,
            "a.json:1: `data_points[0].start`: found `-6`",
        ),
    ] {
        match read_text(text) {
            Ok(analytics) => panic!("{text:?} was read as {analytics:?}"),
            Err(error) => assert!(error.starts_with(expected), "{error}\n{expected}"),
        }
    }
    for (more, expected) in [
        (
            r#", "cost": "1,5""#,
            "pricing_analytics.data[0].data_points[0].cost`: found `1,5`, expected a decimal number",
        ),
        (r#", "cost": []"#, "cost`: found a list"),
        (r#", "cost": true"#, "cost`: found `true`"),
        (r#", "cost": 1e99"#, "cost`: found `1e99`"),
        (
            r#", "tier": "gold""#,
            "tier`: found `gold`, expected LOWER:UPPER",
        ),
        (
            r#", "country": "India""#,
            "country`: found `India`, expected two letters",
        ),
        (r#", "country": 91"#, "country`: found `91`"),
        (
            r#", "pricing_type": "PAID""#,
            "pricing_type`: found `PAID`, expected one of REGULAR, FREE_TIER",
        ),
        (
            r#", "pricing_category": {}"#,
            "pricing_category`: found an object, expected a text",
        ),
        (
            r#", "pricing_category": "PROMO""#,
            "pricing_category`: found `PROMO`",
        ),
    ] {
        let error = read_text(&pricing(more)).expect_err(more);
        assert!(
            error.starts_with("a.json:2: `") && error.contains(expected),
            "{error}\n{expected}"
        );
    }
    for volume in ["-1", "1.5", "\"many\"", "null", "[]", "9999999999999"] {
        let text = format!(
            r#"{{"data_points": [{{"start": 5, "end": 6, "pricing_type": "REGULAR", "volume": {volume}}}]}}"#
        );
        let error = read_text(&text).expect_err(volume);
        assert!(
            error.starts_with("a.json:1: `data_points[0].volume`"),
            "{error}"
        );
    }
    let deep = "[".repeat(100_000);
    assert!(
        read_text(&deep)
            .expect_err("too deep")
            .contains("levels of nesting")
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(text in "[\\[\\]{}:,\"\\\\ a-e0-9.\n-]{0,60}") {
        let _ = read_text(&text);
        let _ = read_text(&format!("{{\"data_points\": [{text}]}}"));
    }
}

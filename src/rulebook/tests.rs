use super::*;
use crate::rulebook::settings::Origin;

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn embedded() -> Rulebook {
    Rulebook::embedded().expect("the built-in rulebook")
}

/// The built-in text with one passage replaced; the passage must be there.
fn changed(from: &str, to: &str) -> String {
    assert!(EMBEDDED.contains(from), "{from}");
    let text = EMBEDDED.replacen(from, to, 1);
    Rulebook::parse(&text, "r.toml")
        .expect_err("refused")
        .to_string()
}

/// The line on which a passage of the built-in text begins.
fn line_of(passage: &str) -> usize {
    let offset = EMBEDDED.find(passage).expect("a passage");
    EMBEDDED[..offset].lines().count() + 1
}

#[test]
fn regimes_change_on_their_local_dates() {
    let rulebook = embedded();
    for (day, regime) in [
        ("2022-01-31", None),
        ("2022-02-01", Some(Regime::Cbp2022)),
        ("2023-05-31", Some(Regime::Cbp2022)),
        ("2023-06-01", Some(Regime::Cbp2023)),
        ("2025-06-30", Some(Regime::Cbp2023)),
        ("2025-07-01", Some(Regime::Pmp2025)),
        ("2026-09-30", Some(Regime::Pmp2025)),
        ("2026-10-01", Some(Regime::Pmp2026)),
        ("2040-01-01", Some(Regime::Pmp2026)),
    ] {
        assert_eq!(rulebook.regime_on(date(day)), regime, "{day}");
    }
    assert_eq!(rulebook.regimes().len(), 4);
    assert_eq!(rulebook.regimes()[3].to, None);
    assert!(
        rulebook.regimes()[1]
            .mechanisms
            .contains(&Mechanism::Conversations)
    );
    assert!(
        rulebook.regimes()[2]
            .mechanisms
            .contains(&Mechanism::PerMessage)
    );
}

#[test]
fn parameters_are_those_of_the_rules() {
    let rulebook = embedded();
    assert_eq!(
        (
            rulebook.window_hours(),
            rulebook.armed_hours(),
            rulebook.conversation_hours()
        ),
        (24, 24, 24)
    );
    assert_eq!(rulebook.free_service_from(), date("2024-11-01"));
    assert_eq!(rulebook.categories_required_from(), date("2023-06-01"));
    assert_eq!(rulebook.exempt_until(), date("2027-12-31"));
    assert_eq!(rulebook.carry_over_from(), date("2025-07-01"));
    assert_eq!(rulebook.volume_tiers_from(), date("2025-07-01"));
    assert_eq!(rulebook.us_marketing_pause_from(), date("2025-04-01"));
    assert_eq!(rulebook.portfolio_limits_from(), date("2025-10-07"));
}

#[test]
fn f4_the_length_of_an_entry_point_by_date_and_setting() {
    let mut settings = Settings::default();
    let lengths = |settings: &Settings| embedded().entry_point_hours(settings);
    let expected = |last| {
        vec![
            (LocalDate::MIN, 24),
            (date("2023-03-01"), 72),
            (date("2026-09-28"), last),
        ]
    };
    assert_eq!(lengths(&settings), expected(72));
    settings
        .set("S-11b", "168", Origin::CommandLine)
        .expect("a setting");
    assert_eq!(lengths(&settings), expected(168));
}

#[test]
fn x5_countries_and_their_days() {
    let rulebook = embedded();
    let of = |country: &[u8; 2]| {
        rulebook
            .ai_periods()
            .iter()
            .filter(|(code, ..)| code == country)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(b"IT"),
        [&(*b"IT", date("2026-02-16"), Some(date("2026-05-12")))]
    );
    assert_eq!(
        of(b"DE"),
        [&(*b"DE", date("2026-03-11"), Some(date("2026-05-12")))]
    );
    assert_eq!(
        of(b"NO"),
        [&(*b"NO", date("2026-03-11"), Some(date("2026-05-12")))]
    );
    assert_eq!(of(b"BR"), [&(*b"BR", date("2026-03-11"), None)]);
    assert!(of(b"CH").is_empty() && of(b"GB").is_empty());
    assert_eq!(
        rulebook.ai_periods().len(),
        27 + 3 + 1,
        "EU, the rest of the EEA, Brazil"
    );
}

#[test]
fn every_rule_has_a_sentence_and_a_source() {
    let rulebook = embedded();
    for &rule in Rule::ALL {
        assert!(rulebook.rule(rule).is_some(), "{rule}");
    }
    assert_eq!(rulebook.rules().len(), 67);
    for (id, rule) in rulebook.rules() {
        assert!(rule.text.ends_with('.') && rule.text.len() > 20, "{id}");
        assert!(
            rule.sources
                .iter()
                .all(|source| rulebook.source(source).is_some()),
            "{id}"
        );
    }
    assert!(
        rulebook
            .rule_text("W-1")
            .is_some_and(|text| text.contains("24 hours"))
    );
    assert_eq!(rulebook.rule_text("Z-9"), None);
}

#[test]
fn the_defaults_of_settings_are_the_values_of_the_rulebook() {
    let file: toml::Table = EMBEDDED.parse().expect("TOML");
    let mut count = 0;
    for parameter in file["parameter"].as_array().expect("parameters") {
        for entry in parameter["value"].as_array().expect("values") {
            let Some(key) = entry.get("setting") else {
                continue;
            };
            let setting = settings::find(key.as_str().expect("a text")).expect("a setting");
            let value = entry["value"]
                .as_str()
                .map_or_else(|| entry["value"].to_string(), str::to_owned);
            assert_eq!(value, setting.default, "{}", setting.name);
            count += 1;
        }
    }
    assert_eq!(count, 7);
}

#[test]
fn gaps_and_overlaps_of_regimes_are_refused() {
    let line = line_of("id = \"cbp-2023\"");
    assert_eq!(
        changed("valid_to = \"2023-05-31\"", "valid_to = \"2023-05-30\""),
        format!("r.toml:{line}: regimes: nothing holds on 2023-05-31")
    );
    assert_eq!(
        changed("valid_to = \"2023-05-31\"", "valid_to = \"2023-06-01\""),
        format!("r.toml:{line}: regimes: overlaps the entry before it on 2023-06-01")
    );
    let open = changed("valid_to = \"2023-05-31\"\n", "\n");
    assert_eq!(
        open,
        format!("r.toml:{line}: regimes: overlaps the entry before it on 2023-06-01")
    );
}

#[test]
fn gaps_and_overlaps_of_parameters_are_refused() {
    let line = line_of("[[parameter.value]]\nvalid_from = \"2023-03-01\"");
    assert_eq!(
        changed("valid_to = \"2023-02-28\"", "valid_to = \"2023-02-27\""),
        format!("r.toml:{line}: entry_point_hours: nothing holds on 2023-02-28")
    );
    assert_eq!(
        changed("valid_to = \"2023-02-28\"", "valid_to = \"2023-03-01\""),
        format!("r.toml:{line}: entry_point_hours: overlaps the entry before it on 2023-03-01")
    );
    let twice = changed("countries = [\"BR\"]", "countries = [\"BR\", \"DE\"]");
    assert!(
        twice.ends_with("AI providers in DE: overlaps the entry before it on 2026-03-11"),
        "{twice}"
    );
}

#[test]
fn what_a_rulebook_does_not_know_is_refused_with_its_line() {
    let line = line_of("id = \"cbp-2022\"");
    assert_eq!(
        changed("id = \"cbp-2022\"", "id = \"cbp-2021\""),
        format!(
            "r.toml:{line}: unknown regime `cbp-2021`, nearest is `cbp-2022`; accepted: cbp-2022, cbp-2023, pmp-2025, pmp-2026"
        )
    );
    assert!(
        changed("id = \"cbp-2022\"", "id = \"cbp-2023\"")
            .contains("regime `cbp-2023` stands twice")
    );
    assert!(
        changed("id = \"conversation_hours\"", "id = \"conversation_hour\"")
            .contains("nearest is `conversation_hours`")
    );
    assert!(
        changed("\"entry_point\", \"conversations\"", "\"entry_points\"")
            .contains("unknown mechanism `entry_points`")
    );
    assert!(
        changed(", \"conversations\"]", ", \"per_message\"]")
            .contains("cbp-2022 prices conversations")
    );
    assert!(changed("unit = \"hours\"", "units = \"hours\"").contains("unknown key `units`"));
    assert!(
        changed("confidence = \"meta\"", "confidence = \"certain\"")
            .contains("unknown confidence `certain`")
    );
    assert!(
        changed("sources = [\"turn\", \"wati\"]", "sources = [\"trun\"]")
            .contains("unknown source `trun`, nearest is `turn`")
    );
    assert!(
        changed("sources = [\"turn\", \"wati\"]", "sources = []").contains("at least one source")
    );
    assert!(
        changed("setting = \"S-11b\"", "setting = \"S-99\"").contains("unknown setting `S-99`")
    );
    assert!(changed("rule = \"W-1\"", "rule = \"W-9\"").contains("unknown rule `W-9`"));
    assert!(changed("value = 24", "value = \"24\"").contains("is no number of hours"));
    assert!(changed("value = 24", "value = 0").contains("is no number of hours"));
    assert!(
        changed("valid_from = \"2022-02-01\"", "valid_from = \"2022-02-30\"")
            .contains("`2022-02-30` is no date")
    );
    assert!(
        changed("valid_from = \"2022-02-01\"", "valid_from = \"2024-02-01\"")
            .contains("lies before valid_from")
    );
    assert!(
        changed("id = \"conversation_hours\"", "id = \"entry_point_hours\"")
            .contains("`entry_point_hours` stands twice")
    );
}

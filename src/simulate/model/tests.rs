//! What a model may say, and what is said of one that says something else.

use super::*;

const SMALL: &str = include_str!("../../../data/simulate/small.toml");

/// The refusal of the small model with a change.
#[track_caller]
fn refused(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    let changed = SMALL.replacen(from, to, 1);
    Model::parse(&changed, "m.toml").unwrap_err().to_string()
}

/// The line on which a text of the small model stands.
fn line_of(text: &str) -> usize {
    SMALL.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn the_small_model_is_read() {
    let model = Model::parse(SMALL, "small.toml").unwrap();
    assert_eq!(model.businesses.len(), 1);
    let shop = &model.businesses[0];
    assert_eq!((shop.customers, shop.orders, shop.codes), (200, 1.5, 0.5));
    // By code: Canada has 2 of 10, the United States the rest.
    assert_eq!(shop.countries[0].0.code, "CA");
    assert!((shop.countries[0].1 - 0.2).abs() < 1e-12);
    assert_eq!(
        model.campaigns[0].weekdays,
        [false, true, false, false, false, false, false]
    );
    assert_eq!(model.shape, Shape::MessageRows);
}

#[test]
fn unknown_keys_are_refused_with_their_line_and_the_nearest_key() {
    let said = refused("customers = 200", "custmers = 200");
    let line = line_of("customers = 200");
    assert!(
        said.starts_with(&format!(
            "m.toml:{line}: unknown key `custmers`, nearest is `customers`"
        )),
        "{said}"
    );
    let said = refused("[chats]", "[chat]");
    assert!(
        said.contains("unknown key `chat`, nearest is `chats`"),
        "{said}"
    );
}

#[test]
fn impossible_values_are_refused_with_their_line() {
    for (from, to, expected) in [
        (
            "share = 0.4",
            "share = 1.5",
            "`1.5` is not accepted here: expected a share from 0 to 1",
        ),
        ("share = 0.4", "share = nan", "expected a share from 0 to 1"),
        (
            "2026-10-14",
            "2026-13-14",
            "`2026-13-14` is no date: expected YYYY-MM-DD",
        ),
        (
            "America/New_York",
            "America/New_Yrok",
            "nearest is `America/New_York`",
        ),
        (
            "US = 8, CA = 2",
            "UX = 8, CA = 2",
            "`UX` is no country of the simulation",
        ),
        ("US = 8, CA = 2", "US = 0", "no country has a weight"),
        (
            "customers = 200",
            "customers = 0",
            "`customers` is 0: expected 1 to",
        ),
        (
            "orders = 1.5",
            "orders = -1",
            "`-1` is not accepted here: expected a number of times in 30 days",
        ),
        (
            "\"authentication\"",
            "\"authentification\"",
            "nearest is `authentication`",
        ),
        ("\"tuesday\"", "\"tusday\"", "nearest is `tuesday`"),
        (
            "number = \"15550100100\"",
            "number = \"+155 5010\"",
            "no id",
        ),
    ] {
        let said = refused(from, to);
        let line = line_of(from);
        assert!(
            said.starts_with(&format!("m.toml:{line}: ")),
            "{to}: {said}"
        );
        assert!(said.contains(expected), "{to}: {said}");
    }
}

#[test]
fn contradictions_are_refused() {
    for (from, to, expected) in [
        (
            "to = \"2026-10-14\"",
            "to = \"2026-09-14\"",
            "lies before `from`",
        ),
        (
            "to = \"2026-10-14\"",
            "to = \"2041-09-14\"",
            "is no period of a model",
        ),
        (
            "template = \"login_code\"",
            "template = \"login_cod\"",
            "unknown template `login_cod`, nearest is `login_code`",
        ),
        (
            "campaigns = [\"offers\"]",
            "campaigns = [\"ofers\"]",
            "unknown campaign `ofers`, nearest is `offers`",
        ),
        ("weekdays = [\"tuesday\"]\n", "", "is on no day"),
        (
            "[codes]\ntemplate = \"login_code\"",
            "[codes]",
            "`codes` of a business contradicts [codes] without `template`",
        ),
        (
            "[codes]",
            "[faults]\nlost = 0.7\nlate = 0.4\n[codes]",
            "expected at most 1",
        ),
        (
            "name = \"offer\"",
            "name = \"login_code\"",
            "template `login_code` stands twice",
        ),
    ] {
        let said = refused(from, to);
        assert!(
            said.starts_with("m.toml:") && said.contains(expected),
            "{to}: {said}"
        );
    }
    let webhooks = format!("shape = \"webhooks\"\n{SMALL}\n[faults]\nwrong_channel = 0.1\n");
    let said = Model::parse(&webhooks, "m.toml").unwrap_err().to_string();
    assert!(said.contains("a webhook names no channel"), "{said}");
}

#[test]
fn models_are_scaled_by_customers() {
    let model = Model::parse(SMALL, "small.toml").unwrap();
    assert_eq!(model.scaled(2.5).businesses[0].customers, 500);
    assert_eq!(model.scaled(0.0001).businesses[0].customers, 1);
}

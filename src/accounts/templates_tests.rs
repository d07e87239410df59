use super::*;

const TABLE: &str = "\
template,language,category,status,valid_from
offer,en,marketing,approved,2025-01-01
offer,de,marketing,approved,2025-02-01
offer,de,utility,,2025-03-01T12:00:00Z
code,,authentication,approved,
code,,,paused,2025-06-01 06:30:00
code,,,approved,2025-06-02
";

fn at(text: &str) -> Instant {
    instant(text).expect("an instant")
}

fn category(key: &str, when: &str) -> Option<&'static str> {
    let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
    registry
        .category_at(registry.number(key)?, at(when))
        .map(TemplateCategory::name)
}

fn status(key: &str, when: &str) -> Option<&'static str> {
    let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
    registry
        .status_at(registry.number(key)?, at(when))
        .map(TemplateStatus::name)
}

#[test]
fn numbers_count_from_one_over_names_with_and_without_language() {
    let registry = TemplateRegistry::parse(TABLE, "templates.csv").expect("a table");
    let names: Vec<_> = registry
        .names()
        .iter()
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    assert_eq!(names, ["1 code", "2 offer", "3 offer/de", "4 offer/en"]);
    assert_eq!(registry.category_at(0, Instant::MAX), None);
    assert_eq!(registry.category_at(5, Instant::MAX), None);
    assert_eq!(registry.number("offer/fr"), None);
}

#[test]
fn a_state_holds_from_its_instant_on() {
    assert_eq!(category("offer/de", "2025-01-31T23:59:59.999999Z"), None);
    assert_eq!(category("offer/de", "2025-02-01"), Some("marketing"));
    assert_eq!(
        category("offer/de", "2025-03-01T11:59:59Z"),
        Some("marketing")
    );
    assert_eq!(
        category("offer/de", "2025-03-01T12:00:00Z"),
        Some("utility")
    );
    assert_eq!(
        status("offer/de", "2025-03-01T12:00:00Z"),
        Some("approved"),
        "a blank keeps what held"
    );
    assert_eq!(status("code", "1999-01-01"), Some("approved"));
    assert_eq!(status("code", "2025-06-01T06:30:00Z"), Some("paused"));
    assert_eq!(status("code", "2025-06-02"), Some("approved"));
    assert_eq!(category("code", "2025-06-02"), Some("authentication"));
}

#[test]
fn a_bare_name_speaks_where_its_languages_agree() {
    assert_eq!(category("offer", "2024-12-31"), None);
    assert_eq!(category("offer", "2025-01-01"), Some("marketing"));
    assert_eq!(category("offer", "2025-02-01"), Some("marketing"));
    assert_eq!(category("offer", "2025-03-02"), None);
    assert_eq!(status("offer", "2025-03-02"), Some("approved"));
}

#[test]
fn malformed_rows_are_refused_with_their_line() {
    let refused = |row: &str| {
        let text = format!(
            "template,language,category,status,valid_from\nx,,utility,approved,2025-01-01\n{row}\n"
        );
        TemplateRegistry::parse(&text, "t.csv")
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        refused("y,,utilty,approved,2025-01-01"),
        "t.csv:3: unknown category `utilty`, nearest is `utility`; accepted: marketing, utility, authentication, marketing_lite"
    );
    assert!(
        refused("y,,utility,pausd,2025-01-01")
            .starts_with("t.csv:3: unknown status `pausd`, nearest is `paused`")
    );
    assert!(refused("y,,utility,paused,tomorrow").starts_with("t.csv:3: valid_from `tomorrow`"));
    assert!(
        refused(",,utility,paused,2025-01-01").starts_with("t.csv:3: the template has no name")
    );
    assert!(
        refused("x,,marketing,approved,2025-01-01")
            .starts_with("t.csv:3: template `x`: an entry of 2025-01-01T00:00:00Z stands twice")
    );
    assert!(refused("y,,utility").starts_with("t.csv:3: "));
}

#[test]
fn a_repeated_row_says_nothing_new() {
    let text = "template,language,category,status,valid_from\nx,,utility,approved,2025-01-01\nx,,utility,approved,2025-01-01\n";
    assert!(TemplateRegistry::parse(text, "t.csv").is_ok());
}

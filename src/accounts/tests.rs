use super::*;
use chrono::DateTime;

const FILE: &str = r#"
[[portfolio]]
id = "P1"
primary_location = "de"
auth_international = { eligible_from = "2026-03-01", exceptions = { IN = "2026-06-01" } }

[[portfolio]]
id = "P2"
auth_international = { eligible_from = { ID = 2025-01-01, EG = "2025-02-01" } }

[[account]]
id = "A"
portfolio = "P1"
timezone = "Europe/Berlin"
currency = "EUR"
numbers = ["+49 151 1234567", { number = "4930111", to = "2025-06-30" }]
tax_rate = 0.19
messaging_limit = 1000

[[account.change]]
from = 2026-01-01
timezone = "Asia/Tokyo"
currency = "JPY"
exempt = true

[[account.change]]
from = "2025-10-01"
portfolio = "P2"
ai_provider = true

[[account]]
id = 42
timezone = "America/New_York"
numbers = [{ number = 4930111, from = "2025-07-01" }, { number = "777", from = "2025-01-01", to = "2025-01-31" }]
messaging_limit = "unlimited"

[[account]]
id = "C"

[[used_volume]]
portfolio = "P1"
market = "rest of africa"
category = "authentication-international"
month = "2026-05"
count = 120000

[[used_volume]]
portfolio = "C"
market = "India"
category = "utility"
month = "2026-05"
count = 7

[[used_allowance]]
account = "A"
month = "2024-05"
count = 400

[[used_allowance]]
number = "+49 151 1234567"
month = "2026-10"
count = 999
"#;

fn parse(text: &str) -> Result<Accounts, ConfigError> {
    parse_with(text, &Settings::default())
}

fn parse_with(text: &str, settings: &Settings) -> Result<Accounts, ConfigError> {
    Accounts::parse(
        text,
        "accounts.toml",
        settings,
        &Markets::embedded().expect("the built-in table"),
    )
}

fn refused(text: &str) -> String {
    parse(text).map(|_| ()).expect_err("refused").to_string()
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn instant(text: &str) -> Instant {
    Instant::from_micros(
        DateTime::parse_from_rfc3339(text)
            .expect("an instant")
            .timestamp_micros(),
    )
}

#[test]
fn an_account_is_what_its_table_and_its_changes_say() {
    let accounts = parse(FILE).expect("a file");
    let account = accounts.account("A");
    assert!(account.clock.is_known());
    assert_eq!(account.currency.on(date("2025-12-31")).to_string(), "EUR");
    assert_eq!(account.currency.on(date("2026-01-01")).to_string(), "JPY");
    assert_eq!(
        account.portfolio.on(date("2025-09-30")).as_deref(),
        Some("P1")
    );
    assert_eq!(
        account.portfolio.on(date("2025-10-01")).as_deref(),
        Some("P2")
    );
    assert!(!account.ai_provider(date("2025-09-30")) && account.ai_provider(date("2025-10-01")));
    assert!(!account.exempt(date("2025-12-31")) && account.exempt(date("2026-01-01")));
    assert_eq!(
        account.tax_rate.map(|rate| rate.to_string()).as_deref(),
        Some("0.19")
    );
    assert_eq!(
        account.messaging_limits.of_account(Instant::MIN),
        Some(1000)
    );
    // 2026-01-01 begins in Berlin at 23:00Z; in Tokyo it is then 08:00 of that day.
    assert_eq!(
        account.clock.midnight(date("2026-01-01")),
        instant("2025-12-31T23:00:00Z")
    );
    assert_eq!(
        account.clock.midnight(date("2026-01-02")),
        instant("2026-01-01T15:00:00Z")
    );
    assert_eq!(
        accounts.account("42").messaging_limits,
        MessagingLimits::stated(None)
    );
    assert_eq!(
        accounts
            .listed()
            .iter()
            .map(|account| account.id.as_str())
            .collect::<Vec<_>>(),
        ["A", "42", "C"]
    );
    assert!(!accounts.is_absent());
}

#[test]
fn an_account_without_zone_or_unlisted_is_on_utc_and_unknown_unless_s02_says() {
    let accounts = parse(FILE).expect("a file");
    for id in ["C", "nobody"] {
        let account = accounts.account(id);
        assert!(!account.clock.is_known(), "{id}");
        assert_eq!(
            account.clock.midnight(date("2025-07-01")),
            instant("2025-07-01T00:00:00Z")
        );
        assert_eq!(*account.currency.on(date("2025-07-01")), Currency::USD);
        assert_eq!(*account.portfolio.on(date("2025-07-01")), None);
    }
    let settings =
        Settings::layered(None, [], &["S-02=Asia/Kolkata".to_owned()]).expect("settings");
    let accounts = parse_with(FILE, &settings).expect("a file");
    for id in ["C", "nobody"] {
        assert!(accounts.account(id).clock.is_known(), "{id}");
        assert_eq!(
            accounts.account(id).clock.midnight(date("2025-07-01")),
            instant("2025-06-30T18:30:00Z")
        );
    }
}

#[test]
fn without_a_file_every_account_is_on_utc_and_that_counts_as_known() {
    let accounts = Accounts::absent(&Settings::default());
    assert!(accounts.account("default").clock.is_known());
    assert_eq!(
        accounts
            .account("default")
            .clock
            .midnight(date("2025-07-01")),
        instant("2025-07-01T00:00:00Z")
    );
    assert_eq!(accounts.account_of_number("49", None), None);
    assert_eq!(
        accounts.used_allowance("default", date("2025-07-01").month()),
        0
    );
    assert!(accounts.is_absent());
}

#[test]
fn a_number_moves_at_the_new_accounts_midnight() {
    let accounts = parse(FILE).expect("a file");
    // Berlin's 2025-06-30 ends at 22:00Z, New York's 2025-07-01 begins at 04:00Z: no gap in between.
    assert_eq!(
        accounts.account_of_number("4930111", Some(instant("2025-06-30T21:59:59Z"))),
        Some("A")
    );
    assert_eq!(
        accounts.account_of_number("4930111", Some(instant("2025-07-01T03:59:59Z"))),
        Some("A")
    );
    assert_eq!(
        accounts.account_of_number("4930111", Some(instant("2025-07-01T04:00:00Z"))),
        Some("42")
    );
    assert_eq!(accounts.account_of_number("4930111", None), Some("42"));
    assert_eq!(
        accounts.account_of_number("491511234567", None),
        Some("A"),
        "grouping marks are no part of a number"
    );
    assert_eq!(
        accounts.account_of_number("+491511234567", Some(Instant::MIN)),
        Some("A")
    );
    assert_eq!(accounts.account_of_number("49", None), None);
}

#[test]
fn the_days_of_an_assignment_include_both_ends() {
    let accounts = parse(FILE).expect("a file");
    let owner = |text| accounts.account_of_number("777", Some(instant(text)));
    assert_eq!(owner("2025-01-01T04:59:59Z"), None);
    assert_eq!(owner("2025-01-01T05:00:00Z"), Some("42"));
    assert_eq!(owner("2025-02-01T04:59:59Z"), Some("42"));
    assert_eq!(owner("2025-02-01T05:00:00Z"), None);
}

#[test]
fn what_was_used_elsewhere_is_kept() {
    let accounts = parse(FILE).expect("a file");
    let month = |text| Month::parse(text).expect("a month");
    assert_eq!(accounts.used_allowance("A", month("2024-05")), 400);
    assert_eq!(accounts.used_allowance("A", month("2024-06")), 0);
    assert_eq!(
        accounts.used_allowance("491511234567", month("2026-10")),
        999
    );
    let volume = &accounts.used_volume()[0];
    assert_eq!(
        (volume.market.as_str(), volume.count),
        ("Rest of Africa", 120_000)
    );
    assert_eq!(volume.category, ChargeCategory::AuthenticationInternational);
    assert_eq!(accounts.used_volume()[1].portfolio, "C");
}

#[test]
fn international_rates_begin_by_country() {
    let accounts = parse(FILE).expect("a file");
    let first = accounts.portfolio("P1").expect("a portfolio");
    assert_eq!(first.primary_location, Some(*b"DE"));
    assert_eq!(
        first.auth_international_from(*b"EG"),
        Some(Start::Date(date("2026-03-01")))
    );
    assert_eq!(
        first.auth_international_from(*b"IN"),
        Some(Start::Date(date("2026-06-01")))
    );
    let second = accounts.portfolio("P2").expect("a portfolio");
    assert_eq!(
        second.auth_international_from(*b"ID"),
        Some(Start::Date(date("2025-01-01")))
    );
    assert_eq!(second.auth_international_from(*b"IN"), None);
    assert_eq!(accounts.portfolio("P3"), None);
}

#[test]
fn unknown_words_are_refused_with_line_and_nearest() {
    assert_eq!(
        refused("[[account]]\nid = \"A\"\ntimezone = \"Europe/Berln\""),
        "accounts.toml:3: unknown time zone `Europe/Berln`, nearest is `Europe/Berlin`; accepted: an IANA time zone such as Europe/Berlin"
    );
    assert!(
        refused("[[account]]\nid = \"A\"\ncurrency = \"EUX\"")
            .starts_with("accounts.toml:3: unknown currency `EUX`, nearest is `E")
    );
    assert!(
        refused("[[portfolio]]\nid = \"P\"\nprimary_location = \"Germany\"")
            .starts_with("accounts.toml:3: unknown country `Germany`")
    );
    assert!(
        refused("[[portfolio]]\nid = \"P\"\n\n[portfolio.auth_international]\neligible_from = 2026-01-01\nexceptions = { QQ = 2026-01-01 }")
            .starts_with("accounts.toml:6: unknown country `QQ`")
    );
    let volume = |market: &str, category: &str, owner: &str| {
        refused(&format!(
            "[[account]]\nid = \"A\"\n[[used_volume]]\nportfolio = \"{owner}\"\nmarket = \"{market}\"\ncategory = \"{category}\"\nmonth = \"2026-05\"\ncount = 1"
        ))
    };
    assert!(volume("Rest of Afrika", "utility", "A").starts_with(
        "accounts.toml:5: unknown market `Rest of Afrika`, nearest is `Rest of Africa`"
    ));
    assert!(
        volume("India", "marketing", "A")
            .starts_with("accounts.toml:6: unknown category with volume tiers `marketing`")
    );
    assert!(
        volume("India", "utility", "AB")
            .starts_with("accounts.toml:4: unknown portfolio `AB`, nearest is `A`")
    );
}

#[test]
fn unknown_keys_and_wrong_types_are_refused_with_line() {
    assert!(
        refused("[[account]]\nid = \"A\"\n\ntimezon = \"UTC\"")
            .starts_with("accounts.toml:4: unknown key `timezon`")
    );
    assert!(refused("[[acount]]\nid = \"A\"").starts_with("accounts.toml:1: unknown key `acount`"));
    assert!(
        refused("[[account]]\ntimezone = \"UTC\"")
            .starts_with("accounts.toml:1: missing field `id`")
    );
    assert!(refused("[[account]]\nid = \"\"").starts_with("accounts.toml:2: "));
    assert!(
        refused("[[account]]\nid = \"A\"\ntax_rate = 19")
            .starts_with("accounts.toml:3: `19` is no rate")
    );
    assert!(
        refused("[[account]]\nid = \"A\"\nmessaging_limit = -1")
            .starts_with("accounts.toml:3: `-1` is no limit")
    );
    assert!(
        refused(
            "[[account]]\nid = \"A\"\nnumbers = [\"1\",\n{ number = \"2\", form = 2025-01-01 }]"
        )
        .starts_with("accounts.toml:4: unknown field `form`")
    );
    assert!(
        refused("[[account]]\nid = \"A\"\n[[account.change]]\nfrom = \"soon\"\ncurrency = \"EUR\"")
            .starts_with("accounts.toml:4: `soon` is no date")
    );
    assert!(
        refused("[[used_allowance]]\naccount = \"A\"\nmonth = \"May\"\ncount = 1")
            .starts_with("accounts.toml:3: `May` is no month")
    );
    assert!(
        refused("[[used_allowance]]\nmonth = \"2026-05\"\ncount = 1")
            .starts_with("accounts.toml:1: used_allowance needs")
    );
    assert!(
        refused("[[used_allowance]]\naccount = \"A\"\nmonth = \"2026-05\"\ncount = -1")
            .starts_with("accounts.toml:4: ")
    );
    assert!(refused("account = ").starts_with("accounts.toml:1: "));
}

#[test]
fn contradictions_are_refused_with_line() {
    assert_eq!(
        refused("[[account]]\nid = \"A\"\n[[account]]\nid = \"A\""),
        "accounts.toml:4: account `A` stands twice"
    );
    assert_eq!(
        refused("[[portfolio]]\nid = \"P\"\n[[portfolio]]\nid = \"P\""),
        "accounts.toml:4: portfolio `P` stands twice"
    );
    assert_eq!(
        refused(
            "[[account]]\nid = \"A\"\nnumbers = [\"111\"]\n[[account]]\nid = \"B\"\nnumbers = [\"+111\"]"
        ),
        "accounts.toml:6: business number `111`: overlaps the entry before it on every date"
    );
    assert_eq!(
        refused(
            "[[account]]\nid = \"A\"\nnumbers = [{number = \"111\", to = 2025-07-01}]\n\
             [[account]]\nid = \"B\"\nnumbers = [{number = \"111\", from = 2025-07-01}]"
        ),
        "accounts.toml:6: business number `111`: overlaps the entry before it on 2025-07-01"
    );
    assert!(
        refused("[[account]]\nid = \"A\"\nnumbers = [{number = \"111\", from = 2025-07-02, to = 2025-07-01}]")
            .starts_with("accounts.toml:3: `to` (2025-07-01) lies before `from`")
    );
    assert_eq!(
        refused(
            "[[account]]\nid = \"A\"\n[[account.change]]\nfrom = 2025-07-01\nexempt = true\n\
             [[account.change]]\nfrom = 2025-07-01\ncurrency = \"EUR\""
        ),
        "accounts.toml:6: account `A`: a change from 2025-07-01 stands twice"
    );
    assert!(
        refused("[[account]]\nid = \"A\"\n[[account.change]]\nfrom = 2025-07-01")
            .starts_with("accounts.toml:3: account `A`: this change changes nothing")
    );
    let twice = "[[used_allowance]]\nnumber = \"1\"\nmonth = \"2026-10\"\ncount = 1\n";
    assert_eq!(
        refused(&twice.repeat(2)),
        "accounts.toml:6: used allowance of 1 in 2026-10 stands twice"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Accounts::load(Path::new("/nowhere/accounts.toml"), &Settings::default())
        .expect_err("no file");
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/accounts.toml: cannot be read: ")
    );
}

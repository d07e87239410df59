//! What each table says, what is refused, and what the accounts become.

use std::fs;

use super::*;
use crate::{
    accounts::{Accounts, MessagingLimits, Start, TemplateRegistry},
    rulebook::Settings,
    vocabulary::{ChargeCategory, Instant, LocalDate, TemplateCategory},
};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn load(files: &[(&str, &str)]) -> Result<EvidenceFolder, ConfigError> {
    let markets = Markets::embedded().expect("the built-in table");
    EvidenceFolder::load(folder(files).path(), &markets)
}

/// What is said of a wrong table, without the folder's name.
fn refused(name: &str, text: &str) -> String {
    let error = load(&[(name, text)]).map(|_| ()).expect_err("refused");
    let error = error.to_string();
    error[error.find(name).expect("the file's name")..].to_owned()
}

fn accounts(text: &str) -> Accounts {
    let markets = Markets::embedded().expect("the built-in table");
    Accounts::parse(text, "accounts.toml", &Settings::default(), &markets).expect("accounts")
}

fn at(text: &str) -> Instant {
    let time = chrono::DateTime::parse_from_rfc3339(text).expect("an instant");
    Instant::from_micros(time.timestamp_micros())
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn codes(accounts: &Accounts) -> Vec<(&'static str, u64)> {
    let warnings = accounts.evidence_warnings().iter();
    warnings
        .map(|warning| (warning.code, warning.count))
        .collect()
}

#[test]
fn a_folder_may_hold_any_of_the_tables() {
    let none = load(&[("rates.csv", "")]).map(|_| ()).expect_err("refused");
    for name in EVIDENCE_FILES {
        assert!(none.to_string().contains(name), "{none}");
    }
    let read = load(&[
        ("other_events.csv", "any\"thing"),
        ("opt_outs.csv", "\u{feff}\n"),
    ])
    .expect("a folder");
    let names: Vec<_> = read
        .files
        .iter()
        .filter_map(|file| file.file_name())
        .collect();
    assert_eq!(names, ["opt_outs.csv", "other_events.csv"]);
    assert_eq!(read.opt_outs, []);
}

#[test]
fn a_wrong_cell_is_refused_with_line_column_value_and_what_was_expected() {
    let opt_outs = "account,business,customer,state,at\nA,491,4917,stop,2026-03-01T00:00:00Z\n";
    assert_eq!(
        refused(
            "opt_outs.csv",
            &format!("{opt_outs}A,491,4917,halt,2026-03-01T00:00:00Z\n")
        ),
        "opt_outs.csv:3: column `state` holds `halt`: expected stop or resume"
    );
    assert_eq!(
        refused(
            "opt_outs.csv",
            &format!("{opt_outs}A,491,,stop,2026-03-01T00:00:00Z\n")
        ),
        "opt_outs.csv:3: column `customer` is empty: expected a customer's number or id"
    );
    assert_eq!(
        refused(
            "opt_outs.csv",
            &format!("{opt_outs}A,491,4917,stop,2026-03-01\n")
        ),
        "opt_outs.csv:3: column `at` holds `2026-03-01`: expected an instant of RFC 3339 such as \
         2026-03-01T00:00:00Z"
    );
    let tier = |row: &str| {
        let header = "account,category,region,tier,effective_month,updated_at";
        refused(
            "tier_updates.csv",
            &format!("{header}\n{row},2026-03-09T00:00:00Z\n"),
        )
    };
    for (row, said) in [
        (
            "A,MARKETING,India,0:5,2026-03",
            "`category` holds `MARKETING`",
        ),
        ("A,UTILITY,Indja,0:5,2026-03", "`region` holds `Indja`"),
        ("A,UTILITY,India,5:0,2026-03", "`tier` holds `5:0`"),
        ("A,UTILITY,India,0:5,2026-13", "`month` holds `2026-13`"),
        (",UTILITY,India,0:5,2026-03", "`account` is empty"),
    ] {
        let said = said.replace("`month`", "`effective_month`");
        assert!(tier(row).contains(&said), "{}", tier(row));
    }
    assert_eq!(
        refused(
            "auth_international.csv",
            "account,country,eligible_from\nA,XX,2026-03-01T00:00:00Z"
        ),
        "auth_international.csv:2: column `country` holds `XX`: expected a code of ISO 3166-1 alpha-2 such as DE"
    );
    assert!(
        refused(
            "primary_locations.csv",
            "account,country,at\nA,,2026-03-01T00:00:00Z"
        )
        .contains("`country`")
    );
    assert_eq!(
        refused(
            "messaging_limits.csv",
            "account,business,limit,at\nA,,TIER_X,2026-03-01T00:00:00Z"
        ),
        "messaging_limits.csv:2: column `limit` holds `TIER_X`: expected a whole number, TIER_250, TIER_1K and so \
         on, or unlimited"
    );
    assert!(
        refused("opt_outs.csv", "account,business,customer,at\n")
            .contains("column `state` is missing")
    );
}

#[test]
fn opt_outs_lose_plus_and_grouping() {
    let text = "at,extra,customer,state,business,account\n\
        2026-03-01T02:00:00+02:00,x,+49 170-1,STOP,+49 301,A\n2026-03-02T00:00:00Z,,DE.17,Resume,,\n";
    let read = load(&[("opt_outs.csv", text)]).expect("a folder");
    let [first, second] = &read.opt_outs[..] else {
        panic!("{:?}", read.opt_outs)
    };
    assert_eq!((&*first.business, &*first.customer), ("49301", "491701"));
    assert_eq!(
        (first.state, first.at),
        (OptOutState::Stop, at("2026-03-01T00:00:00Z"))
    );
    assert_eq!(
        (&*second.account, &*second.business, &*second.customer),
        ("", "", "DE.17")
    );
    assert_eq!(second.state, OptOutState::Resume);
}

const PORTFOLIOS: &str = "[[portfolio]]\nid = \"P\"\nprimary_location = \"DE\"\n\
    auth_international = { eligible_from = \"2026-03-01\", exceptions = { IN = \"2026-06-01\" } }\n\
    [[portfolio]]\nid = \"Q\"\n\
    [[account]]\nid = \"A\"\nportfolio = \"P\"\ntimezone = \"America/Sao_Paulo\"\n\
    [[account]]\nid = \"B\"\nportfolio = \"Q\"\ntimezone = \"UTC\"\n\
    [[account.change]]\nfrom = \"2026-04-01\"\nportfolio = \"R\"\n\
    [[account]]\nid = \"C\"\nportfolio = \"Q\"\nmessaging_limit = 9\n";

fn eligibility(rows: &str) -> Accounts {
    let text = format!("account,country,eligible_from\n{rows}");
    let read = load(&[("auth_international.csv", &text)]).expect("a folder");
    accounts(PORTFOLIOS).completed_by(read)
}

/// Three in the night of UTC is the evening before in São Paulo: both dates agree with the file's.
#[test]
fn what_the_accounts_state_of_eligibility_stands() {
    let same = eligibility("A,,2026-03-01T03:00:00Z\nA,IN,2026-06-02T02:00:00Z\n");
    assert_eq!(codes(&same), []);
    let other = eligibility("A,,2026-03-05T00:00:00Z\nA,ID,2026-07-01T00:00:00Z\n");
    let portfolio = other.portfolio("P").expect("a portfolio");
    assert_eq!(
        portfolio.auth_international_from(*b"EG"),
        Some(Start::Date(date("2026-03-01")))
    );
    // All countries, India (the file's own start) and Indonesia (Meta's).
    assert_eq!(codes(&other), [("X-1", 3)]);
    let text = &other.evidence_warnings()[0].text;
    assert!(
        text.contains("P all countries 2026-03-01 instead of 2026-03-05T00:00:00Z"),
        "{text}"
    );
    assert!(
        text.contains("P IN 2026-06-01 instead of 2026-03-05T00:00:00Z"),
        "{text}"
    );
    assert!(
        text.contains("P ID 2026-03-01 instead of 2026-07-01T00:00:00Z"),
        "{text}"
    );
}

#[test]
fn eligibility_fills_a_portfolio_of_that_day_or_the_account_itself() {
    let found = eligibility(
        "B,IN,2026-05-01T00:00:00Z\nB,,2026-03-02T00:00:00Z\nC,,2026-03-01T12:00:00Z\nZ,EG,2026-03-01T00:00:00Z\n",
    );
    let start = |text: &str| Some(Start::At(at(text)));
    // B and C share Q in March, and the earliest counts; from April on B belongs to R.
    let shared = found.portfolio("Q").expect("a portfolio");
    assert_eq!(
        shared.auth_international_from(*b"IN"),
        start("2026-03-01T12:00:00Z")
    );
    let later = found
        .portfolio("R")
        .expect("a portfolio that the file does not describe");
    assert_eq!(
        later.auth_international_from(*b"IN"),
        start("2026-05-01T00:00:00Z")
    );
    assert_eq!(later.auth_international_from(*b"EG"), None);
    assert_eq!(codes(&found), [("X-1", 1)], "two instants for Q");
    // Z stands in no file and is its own portfolio.
    let itself = found.account("Z");
    assert!(itself.is_special());
    let own = found
        .portfolio_of(itself, date("2026-03-01"))
        .expect("itself");
    assert_eq!(
        own.auth_international_from(*b"EG"),
        start("2026-03-01T00:00:00Z")
    );
    assert_eq!(own.auth_international_from(*b"IN"), None);
    assert!(!found.account("unknown").is_special());
}

#[test]
fn the_latest_location_fills_what_the_accounts_do_not_state() {
    let text = "account,country,at\nB,US,2026-02-01T00:00:00Z\nB,de,2026-01-01T00:00:00Z\nA,US,2026-01-01T00:00:00Z\n";
    let read = load(&[("primary_locations.csv", text)]).expect("a folder");
    let found = accounts(PORTFOLIOS).completed_by(read);
    let location = |id: &str| {
        found
            .portfolio(id)
            .and_then(|portfolio| portfolio.primary_location)
    };
    assert_eq!(location("Q"), Some(*b"US"));
    assert_eq!(location("P"), Some(*b"DE"), "the file's");
    assert_eq!(codes(&found), [("X-1", 1)]);
    assert!(
        found.evidence_warnings()[0]
            .text
            .contains("P DE instead of US")
    );
}

#[test]
fn limits_fill_accounts_that_state_none_and_are_shared_by_a_portfolio() {
    let text = "account,business,limit,at\nB,,unlimited,2026-03-05T00:00:00Z\nB,,TIER_1K,2026-03-01T00:00:00Z\n\
        B,+492,TIER_50,2026-03-01T00:00:00Z\nC,,7,2026-03-02T00:00:00Z\nZ,,TIER_250,2026-03-01T00:00:00Z\n";
    let read = load(&[("messaging_limits.csv", text)]).expect("a folder");
    let found = accounts(PORTFOLIOS).completed_by(read);
    let limits = &found.account("B").messaging_limits;
    assert_eq!(limits.of_account(at("2026-02-28T23:59:59Z")), None);
    assert_eq!(limits.of_account(at("2026-03-01T00:00:00Z")), Some(1_000));
    assert_eq!(
        limits.of_account(at("2026-03-04T00:00:00Z")),
        Some(7),
        "of its portfolio"
    );
    assert_eq!(limits.of_account(at("2026-03-05T00:00:00Z")), None);
    assert_eq!(
        limits.of_number("492", at("2026-03-09T00:00:00Z")),
        Some(50)
    );
    assert_eq!(
        found.account("C").messaging_limits,
        MessagingLimits::stated(Some(9)),
        "the file's"
    );
    let own = &found.account("Z").messaging_limits;
    assert_eq!(own.of_number("493", at("2026-03-01T00:00:00Z")), Some(250));
    assert!(found.account("A").messaging_limits.is_empty());
}

#[test]
fn of_repeated_tier_updates_the_earliest_counts() {
    let text = "account,category,region,tier,effective_month,updated_at\n\
        B,UTILITY,india,5:9,2026-03,2026-03-09T00:00:00Z\nC,utility,India,5:9,2026-03,2026-03-08T00:00:00Z\n\
        B,AUTHENTICATION-INTERNATIONAL,Rest of Africa,10:MAX,2026-04,2026-04-08T00:00:00Z\n";
    let read = load(&[("tier_updates.csv", text)]).expect("a folder");
    let found = accounts(PORTFOLIOS).completed_by(read);
    let told = found.tier_updates().iter();
    let told: Vec<_> = told
        .map(|update| {
            let tier = update.tier.to_string();
            (
                &*update.owner,
                &*update.market,
                update.category,
                tier,
                update.at,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "Q",
                "India",
                ChargeCategory::Utility,
                "5:9".to_owned(),
                at("2026-03-08T00:00:00Z")
            ),
            (
                "R",
                "Rest of Africa",
                ChargeCategory::AuthenticationInternational,
                "10:MAX".to_owned(),
                at("2026-04-08T00:00:00Z")
            ),
        ]
    );
}

#[test]
fn templates_of_both_files_are_one_timeline_and_the_own_file_wins() {
    let header = "account,template,language,category,status,valid_from";
    let told = format!(
        "{header}\nA,t,en,utility,,2026-03-01T00:00:00Z\nA,t,en,,paused,2026-03-02T00:00:00Z\n\
         A,t,en,marketing,,2026-03-02T00:00:00Z\nA,u,en,utility,approved,2026-03-01T00:00:00Z\n"
    );
    let own = "template,language,category,status,valid_from\nt,en,authentication,approved,2026-03-01T00:00:00Z\n";
    let home = folder(&[("own.csv", own)]);
    let read = load(&[("templates.csv", &told)]).expect("a folder");
    let registry =
        TemplateRegistry::load_with_evidence(Some(&home.path().join("own.csv")), read.templates())
            .expect("a registry");
    let category = |name: &str, when: &str| registry.category_at(registry.number(name)?, at(when));
    assert_eq!(
        category("t/en", "2026-03-01T00:00:00Z"),
        Some(TemplateCategory::Authentication)
    );
    assert_eq!(
        category("t/en", "2026-03-02T00:00:00Z"),
        Some(TemplateCategory::Marketing)
    );
    assert_eq!(
        category("u/en", "2026-03-02T00:00:00Z"),
        Some(TemplateCategory::Utility)
    );
    let status = |when: &str| registry.status_at(registry.number("t/en")?, at(when));
    let may_be_sent = |when: &str| status(when).map(|status| status.may_be_sent());
    assert_eq!(may_be_sent("2026-03-01T00:00:00Z"), Some(true));
    assert_eq!(may_be_sent("2026-03-02T00:00:00Z"), Some(false));
}

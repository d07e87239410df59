//! `diff` with each cause, amounts worked out by hand from the built-in cards: Brazil 0.0625 (marketing) and
//! 0.0068 (utility), Germany 0.1365 and 0.0550, US dollars from 2025-07-01.

mod run_folders;

use std::collections::BTreeMap;
use std::fs;

use run_folders::{Home, Said, template};
use serde_json::Value;

/// Added, removed, changed, and the difference in one currency.
type Told = (u64, u64, u64, String);

/// What is told of each cause, with the difference in US dollars.
fn causes(said: &Said) -> BTreeMap<String, Told> {
    let json = said.json();
    let causes = json["causes"].as_array().unwrap().clone();
    causes
        .iter()
        .map(|cause| {
            let number = |name: &str| cause[name].as_u64().unwrap();
            let difference = cause["money"]["USD"]["difference"].as_str().unwrap_or("-");
            let told = (
                number("added"),
                number("removed"),
                number("changed"),
                difference.to_owned(),
            );
            (cause["cause"].as_str().unwrap().to_owned(), told)
        })
        .collect()
}

fn told(expected: &[(&str, u64, u64, u64, &str)]) -> BTreeMap<String, Told> {
    expected
        .iter()
        .map(|&(cause, added, removed, changed, difference)| {
            (
                cause.to_owned(),
                (added, removed, changed, difference.to_owned()),
            )
        })
        .collect()
}

fn diff(home: &Home, before: &str, after: &str) -> Said {
    home.run(&["diff", before, after, "--format", "json"])
}

/// Asserts the causes of a difference, and the exit code.
fn assert_causes(home: &Home, expected: &[(&str, u64, u64, u64, &str)]) -> Value {
    let said = diff(home, "a", "b");
    assert_eq!(causes(&said), told(expected), "{}", said.errors());
    assert_eq!(said.code(), i32::from(!expected.is_empty()));
    said.json()
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    home.audit("log.csv", "b", &["--threads", "1", "--csv"]);
    for pair in [["a", "a"], ["a", "b"]] {
        let said = diff(&home, pair[0], pair[1]);
        assert_eq!(said.code(), 0, "{}", said.errors());
        let json = said.json();
        assert_eq!(json["is_same"], true);
        assert_eq!(json["charges"]["same"], 3);
        assert_eq!(json["causes"], Value::Array(Vec::new()));
        assert_eq!(json["totals"]["USD"]["before"], "0.18");
        assert_eq!(json["totals"]["USD"]["difference"], "0");
    }
    assert_eq!(
        diff(&home, "a", "a").json()["circumstances"],
        Value::Array(Vec::new())
    );
}

#[test]
fn rows_are_new_late_or_gone() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    let mut rows = home.rows();
    rows.remove(0);
    rows.push(template("n1", "5511999990003", "marketing", 5));
    rows.push(template("l1", "5511999990004", "utility", 1));
    home.log("more.csv", &rows);
    home.audit("more.csv", "b", &[]);
    let expected = [
        ("new_rows", 1, 0, 0, "0.0625"),
        ("late_rows", 1, 0, 0, "0.0068"),
        ("removed_rows", 0, 1, 0, "-0.0625"),
    ];
    let json = assert_causes(&home, &expected);
    assert_eq!(json["totals"]["USD"]["difference"], "0.0068");
    // The other way round what was new or late is gone, and what was gone is late.
    let back = causes(&diff(&home, "b", "a"));
    let expected = [
        ("late_rows", 1, 0, 0, "0.0625"),
        ("removed_rows", 0, 2, 0, "-0.0693"),
    ];
    assert_eq!(back, told(&expected));
}

#[test]
fn the_file_of_differing_charges_names_each_cell() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    let rows = home.rows().concat().replace("utility", "marketing");
    home.log("other.csv", &[rows]);
    home.audit("other.csv", "b", &[]);
    let words = ["diff", "a", "b", "--out", "differing.csv"];
    let said = home.run(&words);
    assert_eq!(said.code(), 1, "{}", said.errors());
    let page = said.text();
    assert!(page.contains("category"), "{page}");
    assert!(
        !page.contains("4915112345678"),
        "a customer on the page: {page}"
    );
    assert!(
        page.lines()
            .all(|line| line.chars().count() <= 80 || !line.contains("  ")),
        "{page}"
    );
    let file = fs::read_to_string(home.path("differing.csv")).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert!(
        lines[0].starts_with("change,cause,charge_id,account"),
        "{file}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("changed,category,")
                && line.contains(",4915112345678,m2,")
                && line.ends_with(",amount,0.055,0.1365,USD")),
        "{file}"
    );
    assert_eq!(home.run(&words).code(), 2, "an existing file needs --force");
    let again: Vec<&str> = words.into_iter().chain(["--force"]).collect();
    assert_eq!(home.run(&again).code(), 1);
    let github = home.run(&["diff", "a", "b", "--format", "github"]).text();
    assert!(
        github.contains("::error::category: 0 charges added"),
        "{github}"
    );
    assert!(github.contains("::warning::log log.csv"), "{github}");
}

#[test]
fn a_category_that_changed_is_not_taken_for_its_price() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    let rows = home.rows().concat().replace("utility", "marketing");
    home.log("other.csv", &[rows]);
    home.audit("other.csv", "b", &[]);
    assert_causes(&home, &[("category", 0, 0, 1, "0.0815")]);
}

#[test]
fn a_setting_that_makes_service_messages_cost_is_a_rule() {
    let home = Home::new();
    let mut rows = home.rows();
    rows.push("i1,2026-10-05T12:10:00Z,inbound,491,5511999990001,text,,,\n".to_owned());
    rows.push(
        "s1,2026-10-05T12:11:00Z,outbound,491,5511999990001,text,,sent,2026-10-05T12:11:03Z\n"
            .to_owned(),
    );
    home.log("log.csv", &rows);
    home.audit("log.csv", "a", &[]);
    home.audit("log.csv", "b", &["--set", "allowance_pmp_2026=0"]);
    let json = assert_causes(&home, &[("rule", 0, 0, 1, "0.0068")]);
    let circumstances = json["circumstances"].as_array().unwrap();
    assert!(
        circumstances
            .iter()
            .any(|found| found["subject"] == "setting"
                && found["name"] == "allowance_pmp_2026"
                && found["before"] == "1000"
                && found["after"] == "0"),
        "{circumstances:?}"
    );
}

#[test]
fn another_rate_is_a_price() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    fs::create_dir(home.path("cards")).unwrap();
    fs::write(
        home.path("cards/rates.csv"),
        "effective_from,effective_to,model,currency,market,category,rate,source,confidence\n\
         2025-07-01,,PMP,USD,Brazil,marketing,0.07,ours,confirmed\n",
    )
    .unwrap();
    home.audit("log.csv", "b", &["--rates", "cards"]);
    // Twice 0.07 for 0.0625.
    assert_causes(&home, &[("price", 0, 0, 2, "0.015")]);
}

#[test]
fn a_replay_beside_an_audit_is_a_price() {
    let home = Home::new();
    let words = ["replay", "log.csv", "--out", "a", "--max-rejects", "9"];
    assert_eq!(home.run(&words).code(), 0);
    home.audit("log.csv", "b", &[]);
    assert_causes(&home, &[("price", 0, 0, 3, "0.18")]);
}

#[test]
fn a_market_that_moved_is_not_taken_for_its_price() {
    let home = Home::new();
    home.log("log.csv", &[template("m1", "16846331234", "marketing", 0)]);
    home.audit("log.csv", "a", &[]);
    home.audit("log.csv", "b", &["--set", "S-26=north_america"]);
    let said = diff(&home, "a", "b");
    let found = causes(&said);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found["market"].2, 1, "{found:?}");
}

#[test]
fn another_account_or_currency_is_told_as_such() {
    let home = Home::new();
    home.log(
        "log.csv",
        &[template("m1", "5511999990001", "marketing", 0)],
    );
    let account = |id: &str, currency: &str| {
        format!(
            "[[account]]\nid = \"{id}\"\ntimezone = \"UTC\"\ncurrency = \"{currency}\"\nnumbers = [\"491\"]\n"
        )
    };
    fs::write(home.path("usd.toml"), account("one", "USD")).unwrap();
    fs::write(home.path("inr.toml"), account("one", "INR")).unwrap();
    fs::write(home.path("two.toml"), account("two", "USD")).unwrap();
    home.audit("log.csv", "a", &["--accounts", "usd.toml"]);
    home.audit("log.csv", "b", &["--accounts", "inr.toml"]);
    let json = assert_causes(&home, &[("account_or_currency", 0, 0, 1, "-0.0625")]);
    assert_eq!(json["causes"][0]["money"]["INR"]["difference"], "4.5808");
    home.audit("log.csv", "b", &["--accounts", "two.toml", "--force"]);
    assert_causes(&home, &[("account_or_currency", 1, 1, 0, "0")]);
}

#[test]
fn a_later_delivery_is_a_time() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    let rows = home.rows().concat().replace("12:02:03", "12:02:09");
    home.log("log.csv", &[rows]);
    home.audit("log.csv", "b", &[]);
    assert_causes(&home, &[("time", 0, 0, 1, "0")]);
}

#[test]
fn another_period_is_told_before_anything_else() {
    let home = Home::new();
    home.audit("log.csv", "a", &["--to", "2026-10-04"]);
    home.audit("log.csv", "b", &["--month", "2026-10"]);
    assert_causes(&home, &[("period", 3, 0, 0, "0.18")]);
}

#[test]
fn covered_messages_are_a_detail() {
    let home = Home::new();
    let rows = [
        template("c1", "5511999990001", "marketing", 0),
        template("c2", "5511999990001", "marketing", 1),
    ];
    home.log(
        "log.csv",
        &rows.map(|row| row.replace("2026-10", "2024-03")),
    );
    home.audit("log.csv", "a", &[]);
    home.audit("log.csv", "b", &["--detail", "messages"]);
    let said = diff(&home, "a", "b");
    let found = causes(&said);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found["detail"].3, "0");
    assert_eq!(said.json()["conversations"]["same"], 1);
}

/// A delivered template of March 2024, which opens a conversation of its category.
fn opening(id: &str, customer: &str, category: &str, minute: u32) -> String {
    template(id, customer, category, minute).replace("2026-10", "2024-03")
}

/// Causes of conversations between two logs: added, removed, changed.
fn conversation_causes(
    home: &Home,
    before: (&[String], &[&str]),
    after: (&[String], &[&str]),
) -> Vec<(String, [u64; 3])> {
    for (name, (rows, options)) in [("a", before), ("b", after)] {
        home.log("log.csv", rows);
        home.audit("log.csv", name, &[options, &["--force"]].concat());
    }
    let json = diff(home, "a", "b").json();
    let causes = json["conversation_causes"].as_array().unwrap().iter();
    causes
        .map(|cause| {
            let counts = ["added", "removed", "changed"].map(|name| cause[name].as_u64().unwrap());
            assert!(!cause["examples"].as_array().unwrap().is_empty());
            (cause["cause"].as_str().unwrap().to_owned(), counts)
        })
        .collect()
}

#[test]
fn conversations_have_causes_too() {
    let home = Home::new();
    let one = || opening("c1", "5511999990001", "marketing", 0);
    let late = || opening("c2", "4915112345678", "marketing", 5);
    let last = || opening("c3", "33612345678", "marketing", 9);
    let find = |before: (&[String], &[&str]), after: (&[String], &[&str])| {
        conversation_causes(&home, before, after)
    };
    let told = |cause: &str, counts: [u64; 3]| vec![(cause.to_owned(), counts)];

    assert_eq!(find((&[one()], &[]), (&[one()], &[])), []);
    let new = find((&[one()], &[]), (&[one(), late()], &[]));
    assert_eq!(new, told("new_rows", [1, 0, 0]));
    let both = [one(), last()];
    let all = [one(), late(), last()];
    assert_eq!(
        find((&both, &[]), (&all, &[])),
        told("late_rows", [1, 0, 0])
    );
    assert_eq!(
        find((&all, &[]), (&both, &[])),
        told("removed_rows", [0, 1, 0])
    );

    let utility = [opening("c1", "5511999990001", "utility", 0)];
    assert_eq!(
        find((&[one()], &[]), (&utility, &[])),
        told("category", [1, 1, 0])
    );
    let later = [one().replace("12:00:03", "12:00:09")];
    assert_eq!(
        find((&[one()], &[]), (&later, &[])),
        told("time", [1, 1, 0])
    );
    let regime = find((&[one()], &[]), (&[one()], &["--rulebook", "cbp-2022"]));
    assert_eq!(regime, told("rule", [1, 1, 0]));
    let period = find((&[one()], &["--to", "2024-03-04"]), (&[one()], &[]));
    assert_eq!(period, told("period", [1, 0, 0]));

    // A second message in the conversation.
    let second = [one(), opening("c4", "5511999990001", "marketing", 3)];
    assert_eq!(
        find((&[one()], &[]), (&second, &[])),
        told("new_rows", [0, 0, 1])
    );
    assert_eq!(
        find((&second, &[]), (&[one()], &[])),
        told("removed_rows", [0, 0, 1])
    );

    let page = home.run(&["diff", "a", "b"]).text();
    assert!(
        page.contains("rows no longer in the log: 1 changed"),
        "{page}"
    );
}

#[test]
fn a_folder_that_is_no_run_or_a_damaged_table_is_unreadable() {
    let home = Home::new();
    home.audit("log.csv", "a", &[]);
    home.audit("log.csv", "b", &[]);
    let said = home.run(&["diff", "a", "nowhere"]);
    assert_eq!(said.code(), 3);
    assert!(
        said.errors().contains("nowhere: expected a run folder"),
        "{}",
        said.errors()
    );
    let table = home.path("b/tables/charges.parquet");
    let content = fs::read(&table).unwrap();
    for place in (0..content.len()).step_by(content.len() / 40) {
        let mut changed = content.clone();
        changed[place] ^= 0xff;
        fs::write(&table, changed).unwrap();
        let code = diff(&home, "a", "b").code();
        assert!(matches!(code, 0 | 1 | 3), "byte {place}: {code}");
    }
    fs::remove_file(&table).unwrap();
    assert_eq!(diff(&home, "a", "b").code(), 3);
}

/// Random logs that share most rows: what one way adds the other removes, and money is the negative.
#[test]
fn differences_mirror_each_other() {
    let home = Home::new();
    let mut seed = 7u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for round in 0..4 {
        let mut logs = [Vec::new(), Vec::new()];
        for row in 0..50 {
            let customer = ["5511999990001", "4915112345678", "33612345678"][random(3) as usize];
            let id = format!("r{row}");
            for log in &mut logs {
                if random(10) > 0 {
                    let category = ["marketing", "utility"][random(2) as usize];
                    log.push(template(&id, customer, category, row));
                }
            }
        }
        for (name, rows) in ["a", "b"].into_iter().zip(&logs) {
            home.log(&format!("{name}.csv"), rows);
            home.audit(
                &format!("{name}.csv"),
                name,
                if round > 0 { &["--force"] } else { &[] },
            );
        }
        let (there, back) = (diff(&home, "a", "b").json(), diff(&home, "b", "a").json());
        for table in ["charges", "conversations"] {
            let (there, back) = (&there[table], &back[table]);
            assert_eq!(there["added"], back["removed"]);
            assert_eq!(there["removed"], back["added"]);
            assert_eq!(there["changed"], back["changed"]);
            assert_eq!(there["same"], back["same"]);
            assert_eq!(there["changed_columns"], back["changed_columns"]);
        }
        let money = |json: &Value| {
            json["totals"]["USD"]["difference"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let (there, back) = (money(&there), money(&back));
        assert!(
            there == format!("-{back}") || back == format!("-{there}") || there == "0",
            "{there} {back}"
        );
    }
}

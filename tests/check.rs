//! `check`: the profile of a log, counted by hand.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn check(home: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .args(["check", "log.csv"])
        .args(options)
        .output()
        .unwrap()
}

/// Nine rows: two inbound (one by an ad), two of one template's statuses, a template without a category, a
/// free-form message, an SMS, a row of 2008 and one that cannot be used.
const LOG: &str = "message_id,timestamp,direction,business,customer,type,category,status,entry_point,channel,agent\n\
    i1,2025-09-01T10:00:00Z,inbound,49301,4917012345,text,,,ad,,x\n\
    i2,2025-09-04T10:00:00Z,inbound,49301,4917012345,text,,,,,x\n\
    t1,2025-09-01T11:00:00Z,outbound,49301,4917012345,template,utility,sent,,,x\n\
    t1,2025-09-01T11:00:02Z,outbound,49301,4917012345,template,utility,delivered,,,x\n\
    t2,2025-09-01T12:00:00Z,outbound,49301,4917012345,template,,delivered,,,x\n\
    f1,2025-09-01T13:00:00Z,outbound,49302,4917012346,text,,delivered,,,x\n\
    s1,2025-09-01T13:00:00Z,outbound,49302,4917012346,text,,delivered,,sms,x\n\
    o1,2008-12-31T23:59:59Z,outbound,49302,4917012346,text,,delivered,,,x\n\
    b1,2025-09-01T13:00:00Z,sideways,49302,4917012346,text,,delivered,,,x\n";

#[test]
fn a_profile_counts_what_rows_say() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("log.csv"), LOG).unwrap();
    let output = check(home.path(), &["--format", "json", "--max-rejects", "50%"]);
    let profile: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(profile["control_totals"]["rows_read"], 9);
    assert_eq!(profile["control_totals"]["other_channel"], 1);
    assert_eq!(profile["other_channels"], json!({"sms": 1}));
    // t2 has no category (D-9), b1 no direction.
    assert_eq!(
        profile["rejected_by_code"],
        json!({"missing_category": 1, "unknown_direction": 1})
    );
    let words = &profile["words"];
    assert_eq!(words["direction"], json!({"inbound": 2, "outbound": 5}));
    assert_eq!(words["type"], json!({"freeform": 4, "template": 3}));
    assert_eq!(words["category"], json!({"utility": 2}));
    assert_eq!(words["status"], json!({"sent": 1, "delivered": 4}));
    assert_eq!(words["entry_point"], json!({"ad": 1}));
    let stated = &profile["stated"];
    assert_eq!(stated["delivery"], 4);
    assert_eq!(
        (&stated["templates"], &stated["category"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(stated["before_2009"], 1);
    assert_eq!(
        profile["numbers"]["49301"],
        json!({"rows": 5, "days": 2, "first_day": "2025-09-01", "last_day": "2025-09-04", "empty_days": 2})
    );
    assert_eq!(profile["files"][0]["ignored_columns"], json!(["agent"]));
    let state = |place: usize| {
        profile["answers"][place]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let states: Vec<String> = (0..8).map(state).collect();
    // Customers, delivery, category, entry points, marks, template names, errors, accounts.
    assert_eq!(
        states,
        [
            "settled", "settled", "partly", "settled", "open", "open", "open", "open"
        ]
    );
    let first = &profile["rejected_first"][0];
    assert_eq!(
        (&first["line"], &first["column"]),
        (&json!(6), &json!("category"))
    );
    assert!(
        !home.path().join("reports").exists(),
        "check writes nothing"
    );
}

#[test]
fn the_exit_code_tells_of_rejects_and_of_named_warnings() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("log.csv"), LOG).unwrap();
    assert_eq!(check(home.path(), &[]).status.code(), Some(3));
    let code = |options: &[&str]| check(home.path(), options).status.code();
    assert_eq!(code(&["--max-rejects", "2"]), Some(0));
    let named = ["--max-rejects", "2", "--fail-on", "C-OUTSIDE-WINDOW"];
    assert_eq!(code(&named), Some(1));
    assert_eq!(code(&["--max-rejects", "2", "--out", "x"]), Some(2));
    let page = check(home.path(), &["--max-rejects", "2"]).stdout;
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    assert!(page.contains("What an audit can conclude"), "{page}");
}

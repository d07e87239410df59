//! Meta's own marks as the third side of the match: findings at the message, and messages behind an invoice's
//! differences.
//!
//! Rates used: USD, Germany, marketing 0.1365, utility 0.0550, and service conversations 0.0819 in 2024; India,
//! authentication 0.0014 and from abroad 0.0280 in March 2026.

use std::fs;
use std::path::Path;
use std::process::Command;

const HEADER: &str = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,\
    meta_pricing_model,meta_billable,meta_pricing_type,meta_category\n";

/// A delivered business message of 2026-03-`day`, 12:00:`second`, with its marks.
fn sent(id: &str, customer: &str, what: &str, day: &str, marks: &str) -> String {
    format!("{id},2026-03-{day}Z,outbound,49301,{customer},{what},sent,2026-03-{day}Z,{marks}\n")
}

fn inbound(customer: &str, day: &str) -> String {
    format!("in{customer},2026-03-{day}Z,inbound,49301,{customer},text,,,,,,,\n")
}

fn audit(home: &Path, rows: &[String], options: &[&str]) -> Option<i32> {
    fs::write(home.join("log.csv"), format!("{HEADER}{}", rows.concat())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .args([
            "audit", "log.csv", "--out", "out", "--csv", "--force", "--quiet",
        ])
        .args(options)
        .output()
        .unwrap();
    output.status.code()
}

/// Code, severity, message and money of the findings that Meta's marks lead to.
fn found(home: &Path) -> Vec<[String; 4]> {
    let mut reader = csv::Reader::from_path(home.join("out/tables/findings.csv")).unwrap();
    let records = reader.records().map(|record| record.unwrap());
    records
        .filter(|record| record[1].starts_with("A-"))
        .map(|record| [1, 2, 6, 8].map(|column| record[column].to_owned()))
        .collect()
}

#[track_caller]
fn expect(rows: &[String], options: &[&str], expected: &[[&str; 4]]) {
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(audit(home.path(), rows, options), Some(0 | 4)));
    assert_eq!(found(home.path()), expected);
}

const MARKETING: &str = "template,marketing";
const UTILITY: &str = "template,utility";

#[test]
fn marks_that_agree_or_are_absent_say_nothing() {
    let rows = [
        inbound("4917000001", "02T10:00:00"),
        sent(
            "m",
            "4917000001",
            MARKETING,
            "02T11:00:00",
            "PMP,true,regular,marketing",
        ),
        sent(
            "u",
            "4917000001",
            UTILITY,
            "02T11:00:00",
            "PMP,false,free_customer_service,utility",
        ),
        sent(
            "s",
            "4917000001",
            "text,",
            "02T11:00:00",
            "PMP,false,free_customer_service,service",
        ),
        sent("silent", "4917000001", MARKETING, "02T11:00:00", ",,,"),
        sent(
            "unknown",
            "4917000001",
            MARKETING,
            "02T11:00:00",
            "PMP,false,on_the_house,",
        ),
        sent(
            "lite",
            "4917000001",
            "template,marketing_lite",
            "02T11:00:00",
            "PMP,true,regular,",
        ),
    ];
    expect(&rows, &[], &[]);
}

#[test]
fn a_mark_that_charges_what_the_rules_hold_free() {
    let rows = [
        inbound("4917000001", "02T10:00:00"),
        // P25-3: in the window, 0.0550 at list.
        sent(
            "u",
            "4917000001",
            UTILITY,
            "02T11:00:00",
            "PMP,true,regular,utility",
        ),
        // Meta's other flag alone.
        sent("b", "4917000001", UTILITY, "02T12:00:00", ",true,,"),
        // P25-2: no rate but zero is known for free-form.
        sent(
            "s",
            "4917000001",
            "text,",
            "02T13:00:00",
            "PMP,true,regular,service",
        ),
    ];
    expect(
        &rows,
        &[],
        &[
            ["A-BILLED-FREE", "warning", "u", "0.055"],
            ["A-BILLED-FREE", "warning", "b", "0.055"],
            ["A-BILLED-FREE", "warning", "s", "0"],
        ],
    );
}

#[test]
fn a_mark_that_holds_free_what_the_rules_charge() {
    let rows = [
        // Nobody clicked an ad, so there is no entry point for the mark to prove (F-3).
        sent(
            "f",
            "4917000001",
            MARKETING,
            "02T11:00:00",
            "PMP,false,free_entry_point,marketing",
        ),
        sent("n", "4917000002", UTILITY, "02T11:00:00", ",false,,"),
        // Twenty seconds after the window closed: a clock may decide it.
        inbound("4917000003", "01T10:00:00"),
        sent(
            "e",
            "4917000003",
            UTILITY,
            "02T10:00:20",
            "PMP,,free_customer_service,utility",
        ),
    ];
    expect(
        &rows,
        &[],
        &[
            ["A-FREE-BILLED", "info", "e", "0.055"],
            ["A-FREE-BILLED", "warning", "f", "0.1365"],
            ["A-FREE-BILLED", "warning", "n", "0.055"],
        ],
    );
}

/// D-7 takes the mark's category, so both agree; without trust in marks they differ: 0.1365 less 0.0550.
#[test]
fn a_mark_of_another_category() {
    let rows = [
        sent(
            "c",
            "4917000001",
            UTILITY,
            "02T11:00:00",
            "PMP,true,regular,marketing",
        ),
        // X-1 is not declared: 0.0280 less 0.0014.
        sent(
            "a",
            "919800000001",
            "template,authentication",
            "03T11:00:00",
            "PMP,true,regular,authentication-international",
        ),
    ];
    let international = ["A-CATEGORY", "warning", "a", "0.0266"];
    expect(&rows, &[], &[international]);
    expect(
        &rows,
        &["--set", "trust=log"],
        &[["A-CATEGORY", "warning", "c", "0.0815"], international],
    );
}

#[test]
fn marks_that_contradict_each_other_or_speak_of_another_unit_say_nothing() {
    let rows = [
        sent("model", "4917000001", MARKETING, "02T11:00:00", "CBP,false,free_entry_point,marketing"),
        sent("self", "4917000002", MARKETING, "02T11:00:00", "PMP,false,regular,marketing"),
        // Two statuses of one message.
        sent("two", "4917000003", MARKETING, "02T11:00:00", "PMP,,regular,marketing"),
        "two,2026-03-02T11:00:05Z,outbound,49301,4917000003,template,marketing,read,,PMP,,free_customer_service,marketing\n".to_owned(),
    ];
    expect(&rows, &[], &[]);
}

/// The mark stands on a later status, in another file of the log.
#[test]
fn a_mark_is_that_of_the_message_whichever_row_carries_it() {
    let home = tempfile::tempdir().unwrap();
    let later = sent(
        "u",
        "4917000001",
        UTILITY,
        "02T11:00:00",
        "PMP,true,regular,utility",
    );
    let later = later.replace(",sent,", ",delivered,");
    fs::write(home.path().join("statuses.csv"), format!("{HEADER}{later}")).unwrap();
    let rows = [
        inbound("4917000001", "02T10:00:00"),
        sent("u", "4917000001", UTILITY, "02T11:00:00", ",,,"),
    ];
    assert_eq!(audit(home.path(), &rows, &["statuses.csv"]), Some(0));
    assert_eq!(
        found(home.path()),
        [["A-BILLED-FREE", "warning", "u", "0.055"]]
    );
}

const ACCOUNTS: &str = "[[account]]\nid = \"default\"\ntimezone = \"UTC\"\ncurrency = \"USD\"\n\
    [[used_allowance]]\naccount = \"default\"\nmonth = \"2024-03\"\ncount = 999\n";

/// One service conversation of March 2024 is left of the thousand (C23-6). Which one that is, Meta may see
/// otherwise; how many there are, not.
#[test]
fn which_units_an_allowance_covers_is_nobodys_error() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("accounts.toml"), ACCOUNTS).unwrap();
    let service = |id: &str, day: u32, marks: &str| {
        format!(
            "in{id},2024-03-{day:02}T10:00:00Z,inbound,49301,4917000001,text,,,,,,,\n\
             {id},2024-03-{day:02}T11:00:00Z,outbound,49301,4917000001,text,,sent,2024-03-{day:02}T11:00:00Z,{marks}\n"
        )
    };
    let options = ["--accounts", "accounts.toml"];
    let other_order = [
        service("first", 5, "CBP,true,regular,service"),
        service("second", 15, "CBP,true,free_tier,service"),
    ];
    audit(home.path(), &other_order, &options);
    assert_eq!(found(home.path()), [[""; 4]; 0]);
    let both_charged = [
        service("first", 5, "CBP,true,regular,service"),
        service("second", 15, "CBP,true,regular,service"),
    ];
    audit(home.path(), &both_charged, &options);
    assert_eq!(
        found(home.path()),
        [["A-BILLED-FREE", "warning", "first", "0.0819"]]
    );
    // Meta calls free conversations billable, too.
    let billable = [service("first", 5, "CBP,true,,service")];
    audit(home.path(), &billable, &options);
    assert_eq!(found(home.path()), [[""; 4]; 0]);
}

/// Findings of marks fail a run only if `--fail-on` names them; the invoice decides by default.
#[test]
fn marks_fail_a_run_only_by_name() {
    let home = tempfile::tempdir().unwrap();
    let rows = [
        inbound("4917000001", "02T10:00:00"),
        sent(
            "u",
            "4917000001",
            UTILITY,
            "02T11:00:00",
            "PMP,true,regular,utility",
        ),
    ];
    assert_eq!(audit(home.path(), &rows, &[]), Some(0));
    assert_eq!(
        audit(home.path(), &rows, &["--fail-on", "A-FREE-BILLED"]),
        Some(0)
    );
    assert_eq!(
        audit(home.path(), &rows, &["--fail-on", "a-billed-free"]),
        Some(1)
    );
}

/// Of three free utility messages the invoice bills one beside the two chargeable ones; the mark tells which.
#[test]
fn an_invoice_is_claimed_with_the_messages_that_marks_name() {
    let home = tempfile::tempdir().unwrap();
    let free = "PMP,false,free_customer_service,utility";
    let rows = [
        inbound("4917000001", "02T10:00:00"),
        sent("free1", "4917000001", UTILITY, "02T11:00:00", free),
        sent(
            "billed",
            "4917000001",
            UTILITY,
            "02T12:00:00",
            "PMP,true,regular,utility",
        ),
        sent("free2", "4917000001", UTILITY, "02T13:00:00", free),
        sent(
            "paid1",
            "4917000002",
            UTILITY,
            "03T11:00:00",
            "PMP,true,regular,utility",
        ),
        sent(
            "paid2",
            "4917000003",
            UTILITY,
            "03T12:00:00",
            "PMP,true,regular,utility",
        ),
    ];
    fs::write(
        home.path().join("invoice.csv"),
        "period_start,period_end,market,category,pricing_type,quantity,unit_price,amount,currency\n\
         2026-03-01,2026-03-31,Germany,utility,regular,3,0.055,0.17,USD\n",
    )
    .unwrap();
    assert_eq!(
        audit(home.path(), &rows, &["--invoice", "invoice.csv"]),
        Some(1)
    );
    let mut reader = csv::Reader::from_path(home.path().join("out/claims.csv")).unwrap();
    let claims = reader.records().map(|record| record.unwrap());
    let claims: Vec<[String; 2]> = claims
        .map(|record| [3, 9].map(|column| record[column].to_owned()))
        .collect();
    // 0.11 for two, 0.165 for three: 0.17.
    assert_eq!(claims, [["A-BILLED-FREE", "billed"]]);
}

//! Every finding with its minimal log: what is found, how grave it is, and the money at stake.
//!
//! Rates used: USD, Germany, marketing 0.1365 and utility 0.0550 (2025-07-01 on); Brazil marketing
//! 0.0625; United States (North America) marketing 0.0250.

use std::fs;
use std::path::Path;
use std::process::Command;

const HEADER: &str = "message_id,timestamp,direction,business,customer,account,type,category,template,status,\
    delivered_at,entry_point,error_code,meta_category";

/// Runs an audit over these rows; gives code, severity, message and money of each finding.
fn findings(accounts: &str, templates: &str, rows: &[&str], options: &[&str]) -> Vec<[String; 4]> {
    let home = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let log = file("log.csv", &format!("{HEADER}\n{}\n", rows.join("\n")));
    let out = home.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command
        .arg("audit")
        .arg(&log)
        .arg("--out")
        .arg(&out)
        .args(["--csv", "--quiet"])
        .args(options);
    if !accounts.is_empty() {
        command
            .arg("--accounts")
            .arg(file("accounts.toml", accounts));
    }
    if !templates.is_empty() {
        command
            .arg("--templates")
            .arg(file("templates.csv", templates));
    }
    let output = command.output().expect("the program runs");
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 4)),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    read(&out.join("tables/findings.csv"))
}

fn read(table: &Path) -> Vec<[String; 4]> {
    let mut reader = csv::Reader::from_path(table).expect("the table of findings");
    let records = reader.records().map(|record| record.expect("a row"));
    // code, severity, message_id, money
    records
        .map(|record| [1, 2, 6, 8].map(|column| record[column].to_owned()))
        .collect()
}

fn expect(found: &[[String; 4]], expected: &[[&str; 4]]) {
    assert_eq!(found, expected, "code, severity, message, money at stake");
}

const NO_LADDER: [&str; 4] = ["Q-NO-LADDER", "warning", "", "0"];

#[test]
fn free_form_outside_a_window() {
    let rows = [
        "d,2026-03-02T10:00:00Z,outbound,49301,4917012345,,text,,,sent,2026-03-02T10:00:02Z,,,",
        "f,2026-03-02T11:00:00Z,outbound,49301,4917012345,,text,,,failed,,,131047,",
    ];
    expect(
        &findings("", "", &rows, &[]),
        &[
            ["C-OUTSIDE-WINDOW", "violation", "d", "0"],
            ["C-OUTSIDE-WINDOW", "warning", "f", "0"],
        ],
    );
    // The same after the customer has written, to the second before the window ends.
    let rows = [
        "i,2026-03-01T10:00:01Z,inbound,49301,4917012345,,text,,,,,,,",
        "d,2026-03-02T10:00:00Z,outbound,49301,4917012345,,text,,,sent,2026-03-02T10:00:02Z,,,",
    ];
    expect(&findings("", "", &rows, &[]), &[]);
}

const REGISTRY: &str = "template,language,category,status,valid_from\n\
    promo,,marketing,approved,2026-01-01T00:00:00Z\npromo,,marketing,paused,2026-03-01T00:00:00Z\n";

#[test]
fn a_template_that_is_not_approved() {
    let row = |id: &str, day: &str| {
        format!(
            "{id},2026-{day}T10:00:00Z,outbound,49301,4917012345,,template,marketing,promo,sent,2026-{day}T10:00:02Z,,,"
        )
    };
    let rows = [row("before", "02-28"), row("after", "03-02")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    expect(
        &findings("", REGISTRY, &rows, &[]),
        &[["C-UNAPPROVED", "violation", "after", "0.1365"]],
    );
}

/// Charged as marketing by Meta's mark, 0.1365, where the log says utility, 0.0550: 0.0815 apart.
#[test]
fn a_template_of_two_categories_is_priced_both_ways() {
    let rows = [
        "r,2026-03-02T10:00:00Z,outbound,49301,4917012345,,template,utility,t,sent,2026-03-02T10:00:02Z,,,marketing",
    ];
    expect(
        &findings("", "", &rows, &[]),
        &[["C-RECATEGORISED", "warning", "r", "0.0815"]],
    );
}

#[test]
fn marketing_to_the_united_states_in_the_pause() {
    let row = |id: &str, at: &str, customer: &str| {
        format!(
            "{id},{at}T10:00:00Z,outbound,49301,{customer},,template,marketing,t{id},sent,{at}T10:00:02Z,,,"
        )
    };
    let rows = [
        row("us", "2026-03-02", "12125550123"),
        row("canada", "2026-03-02", "14165550123"),
        row("earlier", "2025-03-31", "12125550123"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = findings("", "", &rows, &["--from", "2025-07-01"]);
    expect(&found, &[["C-US-PAUSE", "violation", "us", "0.025"]]);
}

#[test]
fn marketing_after_an_opt_out() {
    let rows = [
        "a,2026-03-01T10:00:00Z,outbound,49301,4917012345,,template,marketing,a,sent,2026-03-01T10:00:02Z,,,",
        "b,2026-03-03T10:00:00Z,outbound,49301,4917012345,,template,marketing,b,failed,,,131050,",
        "c,2026-03-05T10:00:00Z,outbound,49301,4917012345,,template,marketing,c,sent,2026-03-05T10:00:02Z,,,",
        "u,2026-03-07T10:00:00Z,outbound,49301,4917012345,,template,authentication,u,sent,2026-03-07T10:00:02Z,,,",
    ];
    expect(
        &findings("", "", &rows, &[]),
        &[["C-OPT-OUT", "violation", "c", "0.1365"], NO_LADDER],
    );
}

#[test]
fn a_template_for_authentication_that_is_none() {
    let registry =
        "template,language,category,status,valid_from\nt,,utility,approved,2026-01-01T00:00:00Z\n";
    let rows = [
        "m,2026-03-02T10:00:00Z,outbound,49301,4917012345,,template,authentication,t,sent,2026-03-02T10:00:02Z,,,",
    ];
    let found = findings("", registry, &rows, &[]);
    let codes: Vec<&str> = found.iter().map(|finding| finding[0].as_str()).collect();
    assert_eq!(codes, ["C-RECATEGORISED", "C-AUTH-MISUSE", "Q-NO-LADDER"]);
}

const LIMIT: &str = "[[account]]\nid = \"A\"\ntimezone = \"UTC\"\ncurrency = \"USD\"\nnumbers = [\"49301\"]\n\
    messaging_limit = 2\n";

/// Three customers within 24 hours where two are allowed; the fourth comes exactly 24 hours after the second.
#[test]
fn more_customers_than_the_limit() {
    let row = |id: &str, at: &str, customer: &str| {
        format!("{id},{at},outbound,49301,{customer},A,template,marketing,{id},sent,{at},,,")
    };
    let rows = [
        row("one", "2026-03-02T10:00:00Z", "4917000001"),
        row("two", "2026-03-02T11:00:00Z", "4917000002"),
        row("again", "2026-03-02T12:00:00Z", "4917000001"),
        row("three", "2026-03-03T09:59:59Z", "4917000003"),
        row("four", "2026-03-05T00:00:00Z", "4917000004"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    expect(
        &findings(LIMIT, "", &rows, &[]),
        &[["C-LIMIT", "violation", "three", "0"]],
    );
}

/// The click is answered an hour too late; two templates within its 72 hours cost 0.1365 each.
#[test]
fn an_entry_point_answered_too_late() {
    let rows = [
        "click,2026-03-01T10:00:00Z,inbound,49301,4917012345,,text,,,,,ad,,",
        "a,2026-03-02T11:00:00Z,outbound,49301,4917012345,,template,marketing,a,sent,2026-03-02T11:00:02Z,,,",
        "b,2026-03-04T09:59:58Z,outbound,49301,4917012345,,template,marketing,b,sent,2026-03-04T09:59:59Z,,,",
        "c,2026-03-04T10:00:00Z,outbound,49301,4917012345,,template,marketing,c,sent,2026-03-04T10:00:00Z,,,",
    ];
    expect(
        &findings("", "", &rows, &[]),
        &[
            ["O-MISSED-ENTRY-POINT", "info", "click", "0.273"],
            ["O-LATE-REPLY", "info", "a", "0.1365"],
        ],
    );
}

#[test]
fn an_entry_point_answered_in_time_is_not_missed() {
    let rows = [
        "click,2026-03-01T10:00:00Z,inbound,49301,4917012345,,text,,,,,ad,,",
        "a,2026-03-02T09:59:59Z,outbound,49301,4917012345,,template,marketing,a,sent,2026-03-02T10:00:02Z,,,",
        "b,2026-03-04T09:00:00Z,outbound,49301,4917012345,,template,marketing,b,sent,2026-03-04T09:00:00Z,,,",
    ];
    expect(&findings("", "", &rows, &[]), &[]);
}

#[test]
fn a_paid_template_in_the_window() {
    let rows = [
        "i,2026-03-02T09:00:00Z,inbound,49301,4917012345,,text,,,,,,,",
        "m,2026-03-02T10:00:00Z,outbound,49301,4917012345,,template,marketing,m,sent,2026-03-02T10:00:02Z,,,",
        "u,2026-03-02T10:00:00Z,outbound,49301,4917012345,,template,utility,u,sent,2026-03-02T10:00:02Z,,,",
    ];
    // Utility is free in the window (P25-3): nothing to save.
    expect(
        &findings("", "", &rows, &[]),
        &[["O-TEMPLATE-IN-WINDOW", "info", "m", "0.1365"]],
    );
}

#[test]
fn the_same_template_twice_within_a_day() {
    let row = |id: &str, at: &str| {
        format!("{id},{at},outbound,49301,4917012345,,template,marketing,promo,sent,{at},,,")
    };
    let rows = [
        row("one", "2026-03-02T10:00:00Z"),
        row("two", "2026-03-03T09:59:59Z"),
        row("three", "2026-03-04T09:59:59Z"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    expect(
        &findings("", "", &rows, &[]),
        &[["O-DUPLICATE-TEMPLATE", "info", "two", "0.1365"]],
    );
}

#[test]
fn statuses_and_clocks_that_contradict() {
    let rows = [
        "c,2026-03-02T10:00:00Z,outbound,49301,4917012345,,template,marketing,c,delivered,,,,",
        "c,2026-03-02T10:00:01Z,outbound,49301,4917012345,,template,marketing,c,failed,,,,",
        "k,2026-03-05T10:00:00Z,outbound,49301,4917012345,,template,marketing,k,sent,2026-03-05T09:59:59Z,,,",
    ];
    expect(
        &findings("", "", &rows, &[]),
        &[
            ["Q-CONFLICT", "warning", "c", "0.1365"],
            ["Q-CLOCK", "warning", "k", "0.1365"],
        ],
    );
}

/// Twenty messages a day for a week, of which the log lacks a day.
#[test]
fn a_day_without_rows() {
    let mut rows = Vec::new();
    for day in [1, 2, 3, 5, 6, 7] {
        for minute in 10..40 {
            rows.push(format!(
                "m{day}-{minute},2026-03-{day:02}T10:{minute}:00Z,inbound,49301,49170{minute},,text,,,,,,,"
            ));
        }
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    expect(
        &findings("", "", &rows, &[]),
        &[["Q-GAP", "warning", "", "0"]],
    );
}

#[test]
fn one_number_under_two_accounts() {
    let row = |id: &str, at: &str, account: &str| {
        format!("{id},{at},inbound,49301,4917012345,{account},text,,,,,,,")
    };
    let rows = [
        row("a", "2026-03-02T10:00:00Z", "A"),
        row("b", "2026-03-02T11:00:00Z", "B"),
        row("c", "2026-03-02T12:00:00Z", "A"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    expect(
        &findings("", "", &rows, &[]),
        &[["Q-TWO-ACCOUNTS", "warning", "", "0"]],
    );
}

#[test]
fn a_charge_without_a_rate() {
    let rows = [
        "u,2022-05-02T10:00:00Z,outbound,49301,4917012345,,template,,t,sent,2022-05-02T10:00:02Z,,,",
    ];
    expect(
        &findings("", "", &rows, &["--set", "allowance_cbp_2022=0"]),
        &[["Q-UNRATED", "warning", "", "0"]],
    );
}

/// C-AUTH-MISUSE by text: 0.0550 for the utility template; the text is written nowhere.
#[test]
fn a_one_time_code_outside_of_an_authentication_template() {
    let home = tempfile::tempdir().unwrap();
    let log = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,text\n\
        u,2026-03-02T10:00:00Z,outbound,49301,4917012345,template,utility,sent,2026-03-02T10:00:02Z,Your OTP is 482911.\n\
        a,2026-03-02T11:00:00Z,outbound,49301,4917012345,template,authentication,sent,2026-03-02T11:00:02Z,Your OTP is 482911.\n\
        o,2026-03-02T12:00:00Z,outbound,49301,4917012345,template,utility,sent,2026-03-02T12:00:02Z,Your order 482911 is ready\n\
        f,2026-03-02T13:00:00Z,outbound,49301,4917012345,template,utility,failed,,Your OTP is 482911.\n\
        i,2026-03-02T14:00:00Z,inbound,49301,4917012345,text,,,,My OTP is 482911.\n\
        s,2026-03-02T15:00:00Z,outbound,49301,4917012345,text,,sent,2026-03-02T15:00:02Z,482911 is your verification code\n";
    fs::write(home.path().join("log.csv"), log).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home.path())
        .args(["audit", "log.csv", "--out", "out", "--csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let found = read(&home.path().join("out/tables/findings.csv"));
    let misuse: Vec<_> = found
        .into_iter()
        .filter(|row| row[0] == "C-AUTH-MISUSE")
        .collect();
    expect(
        &misuse,
        &[
            ["C-AUTH-MISUSE", "warning", "u", "0.055"],
            ["C-AUTH-MISUSE", "warning", "s", "0"],
        ],
    );
    let mut folders = vec![home.path().join("out")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            match entry.is_dir() {
                true => folders.push(entry),
                false => {
                    let bytes = fs::read(&entry).unwrap();
                    let digits = bytes.windows(6).any(|six| six == b"482911");
                    assert!(!digits, "{}", entry.display());
                }
            }
        }
    }
    assert!(!String::from_utf8_lossy(&output.stdout).contains("482911"));
}

/// Q-CLOCK at messages: milliseconds taken for seconds lie in 1970; a row of 2030 was seen in March 2026.
#[test]
fn times_that_no_message_can_have() {
    let home = tempfile::tempdir().unwrap();
    let log = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,seen_at\n\
        past,1970-01-20T10:00:00Z,outbound,49301,4917012345,template,utility,sent,1970-01-20T10:00:02Z,\n\
        future,2030-03-02T10:00:00Z,inbound,49301,4917012345,text,,,,2026-03-02T10:00:00Z\n\
        near,2026-03-02T23:00:00Z,inbound,49301,4917012346,text,,,,2026-03-02T00:00:00Z\n\
        before,2026-03-03T10:00:02Z,outbound,49301,4917012346,template,utility,sent,2026-03-03T10:00:00Z,\n\
        right,2026-03-04T10:00:00Z,outbound,49301,4917012346,template,utility,sent,2026-03-04T10:00:02Z,2026-03-05T00:00:00Z\n";
    fs::write(home.path().join("log.csv"), log).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home.path())
        .args(["audit", "log.csv", "--out", "out", "--csv", "--quiet"])
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 4)));
    let found = read(&home.path().join("out/tables/findings.csv"));
    let clocks: Vec<_> = found
        .into_iter()
        .filter(|row| row[0] == "Q-CLOCK")
        .collect();
    expect(
        &clocks,
        &[
            ["Q-CLOCK", "warning", "past", "0"],
            // Free in the window that "near" opened.
            ["Q-CLOCK", "warning", "before", "0"],
            ["Q-CLOCK", "warning", "future", "0"],
        ],
    );
}

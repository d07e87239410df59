//! `audit --invoice` end to end: what is written, what is concluded, and the exit code.
//!
//! The log has three marketing messages to Germany at 0.1365 and two to Brazil at 0.0625 USD in October 2026:
//! 0.4095 and 0.125, on an invoice 0.41 and 0.13.

use std::fs;
use std::path::Path;
use std::process::Command;

const LOG: &str = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at\n\
    g1,2026-10-05T10:00:00Z,outbound,49301,4917000001,template,marketing,sent,2026-10-05T10:00:02Z\n\
    g2,2026-10-06T10:00:00Z,outbound,49301,4917000002,template,marketing,sent,2026-10-06T10:00:02Z\n\
    g3,2026-10-07T10:00:00Z,outbound,49301,4917000003,template,marketing,sent,2026-10-07T10:00:02Z\n\
    b1,2026-10-08T10:00:00Z,outbound,49301,5511999990001,template,marketing,sent,2026-10-08T10:00:02Z\n\
    b2,2026-10-09T10:00:00Z,outbound,49301,5511999990002,template,marketing,sent,2026-10-09T10:00:02Z\n";
const HEADER: &str = "invoice_id,period_start,period_end,market,category,pricing_type,quantity,unit_price,amount,currency\n";

/// The exit code, the rows of `differences` (line, difference, status, cause), and the verdict.
fn audit(home: &Path, invoice: &str, options: &[&str]) -> (i32, Vec<[String; 4]>, String) {
    fs::write(home.join("log.csv"), LOG).unwrap();
    fs::write(home.join("invoice.csv"), format!("{HEADER}{invoice}")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .args([
            "audit",
            "log.csv",
            "--invoice",
            "invoice.csv",
            "--out",
            "out",
        ])
        .args(["--csv", "--force", "--format", "json"])
        .args(options)
        .output()
        .unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let mut reader = csv::Reader::from_path(home.join("out/tables/differences.csv")).unwrap();
    let rows = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| [1, 14, 15, 16].map(|column| row[column].to_owned()))
        .collect();
    let verdict = summary["invoice"]["verdict"].as_str().unwrap().to_owned();
    (output.status.code().unwrap(), rows, verdict)
}

fn claimed(home: &Path) -> Vec<String> {
    let mut reader = csv::Reader::from_path(home.join("out/claims.csv")).unwrap();
    let messages = reader.records().map(|row| row.unwrap()[9].to_owned());
    messages.collect()
}

#[test]
fn an_invoice_that_agrees() {
    let home = tempfile::tempdir().unwrap();
    let (code, rows, verdict) = audit(
        home.path(),
        "I,2026-10-01,2026-10-31,Germany,marketing,regular,3,0.1365,0.41,USD\n\
         I,2026-10-01,2026-10-31,Brazil,marketing,regular,2,0.0625,0.13,USD\n",
        &[],
    );
    assert_eq!((code, verdict.as_str()), (0, "agree"));
    assert_eq!(rows, [["2", "0", "matched", ""], ["3", "0", "matched", ""]]);
    assert!(claimed(home.path()).is_empty());
}

/// Germany at 0.2 instead of 0.1365: 0.60 instead of 0.41.
#[test]
fn a_wrong_rate_is_claimed_with_its_messages() {
    let home = tempfile::tempdir().unwrap();
    let invoice = "I,2026-10-01,2026-10-31,Germany,marketing,regular,3,0.2,0.60,USD\n\
         I,2026-10-01,2026-10-31,Brazil,marketing,regular,2,0.0625,0.13,USD\n";
    let (code, rows, verdict) = audit(home.path(), invoice, &[]);
    assert_eq!((code, verdict.as_str()), (1, "disagree"));
    assert_eq!(
        rows,
        [
            ["2", "0.19", "different", "A-RATE"],
            ["3", "0", "matched", ""]
        ]
    );
    assert_eq!(claimed(home.path()), ["g1", "g2", "g3"]);
    let (code, _, verdict) = audit(home.path(), invoice, &["--tolerance", "0.2"]);
    assert_eq!((code, verdict.as_str()), (0, "agree within tolerance"));
    let (code, _, _) = audit(home.path(), invoice, &["--fail-on", "A-TAX"]);
    assert_eq!(code, 0, "only what is named fails the run");
    let (code, _, _) = audit(home.path(), invoice, &["--fail-on", "A-RATE"]);
    assert_eq!(code, 1);
}

/// What the invoice lacks has no line of it.
#[test]
fn what_the_invoice_lacks_is_named() {
    let home = tempfile::tempdir().unwrap();
    let (code, rows, _) = audit(
        home.path(),
        "I,2026-10-01,2026-10-31,Germany,marketing,regular,3,0.1365,0.41,USD\n",
        &[],
    );
    assert_eq!(code, 1);
    assert_eq!(rows[0], ["2", "0", "matched", ""]);
    assert_eq!(rows[1][..3], ["", "-0.13", "different"]);
}

/// November is not in the log: nobody can say anything of that line.
#[test]
fn a_month_that_the_log_lacks_is_no_conclusion() {
    let home = tempfile::tempdir().unwrap();
    let (code, rows, verdict) = audit(
        home.path(),
        "I,2026-11-01,2026-11-30,Germany,marketing,regular,3,0.1365,0.41,USD\n",
        &[],
    );
    assert_eq!((code, verdict.as_str()), (4, "cannot conclude"));
    assert_eq!(rows[0][2], "not_tested");
}

#[test]
fn an_invoice_that_cannot_be_read_is_refused_before_the_run() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("log.csv"), LOG).unwrap();
    fs::write(
        home.path().join("invoice.csv"),
        format!(
            "{HEADER}I,2026-10-01,2026-10-31,Germany,marketing,regular,3,0.1365,\"1,234\",USD\n"
        ),
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home.path())
        .args([
            "audit",
            "log.csv",
            "--invoice",
            "invoice.csv",
            "--out",
            "out",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("invoice.csv:2") && message.contains("amount"),
        "{message}"
    );
    assert!(!home.path().join("out").exists());
}

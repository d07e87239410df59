//! What a report says of its own limits.
//!
//! Rate used: USD, Germany, marketing 0.1365 (2025-07-01 on).

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn audit(home: &Path, log: &str, options: &[&str]) -> Value {
    fs::write(home.join("log.csv"), log).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .args(["audit", "log.csv", "--out", "out", "--force"])
        .args(["--format", "json"])
        .args(options)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// S-11b: a click on 5 October 2026 is answered at 10:30, so the entry point lasts until 8 October, 10:30, or by
/// the longer reading until 12 October, 10:30. Of four marketing templates the first is free either way, the
/// second and third by the longer reading only, the fourth comes as it ends.
#[test]
fn the_money_of_longer_entry_points_is_stated() {
    let log = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,entry_point\n\
        click,2026-10-05T10:00:00Z,inbound,49301,4917012345,text,,,,ad\n\
        answer,2026-10-05T10:30:00Z,outbound,49301,4917012345,text,,sent,2026-10-05T10:30:00Z,\n\
        one,2026-10-07T10:00:00Z,outbound,49301,4917012345,template,marketing,sent,2026-10-07T10:00:00Z,\n\
        two,2026-10-10T10:00:00Z,outbound,49301,4917012345,template,marketing,sent,2026-10-10T10:00:00Z,\n\
        three,2026-10-12T09:00:00Z,outbound,49301,4917012345,template,marketing,sent,2026-10-12T09:00:00Z,\n\
        four,2026-10-12T10:30:00Z,outbound,49301,4917012345,template,marketing,sent,2026-10-12T10:30:00Z,\n";
    let home = tempfile::tempdir().unwrap();
    let summary = audit(home.path(), log, &[]);
    assert_eq!(summary["bill"]["totals"]["USD"]["amount"], "0.4095");
    let freed = &summary["bill"]["longer_entry_points"]["USD"];
    assert_eq!(
        (&freed["units"], &freed["amount"]),
        (&2.into(), &"0.273".into())
    );
    let limits = summary["limits"].as_array().unwrap();
    assert!(
        limits.iter().any(|limit| limit
            .as_str()
            .is_some_and(|text| text.contains("2 more units") && text.contains("0.2730 USD"))),
        "{limits:?}"
    );

    let longer = audit(home.path(), log, &["--set", "S-11b=168"]);
    assert_eq!(longer["bill"]["totals"]["USD"]["amount"], "0.1365");
    assert_eq!(longer["bill"]["longer_entry_points"], serde_json::json!({}));
}

//! `audit --sample`: which charges are drawn, and whether what stands beside them is enough to work them out.
//!
//! Rates used: USD, October 2026: Germany, marketing 0.1365 and utility 0.0550; Brazil, marketing 0.0625.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const HEADER: &str = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,entry_point\n";

/// 40 marketing messages to Germany, 60 to Brazil, 100 free-form answers, and an entry point with one free
/// template: 40 × 0.1365 + 60 × 0.0625 = 9.21 USD for 100 units; 101 units are free.
fn log() -> Vec<String> {
    let mut rows = Vec::new();
    let mut template = |id: String, customer: String, hour: usize| {
        rows.push(format!(
            "{id},2026-10-{:02}T{hour:02}:00:00Z,out,491,{customer},template,marketing,sent,2026-10-{:02}T{hour:02}:00:02Z,\n",
            1 + rows.len() % 20,
            1 + rows.len() % 20,
        ));
    };
    for number in 0..40 {
        template(
            format!("g{number}"),
            format!("49170000{number:04}"),
            number % 12,
        );
    }
    for number in 0..60 {
        template(
            format!("b{number}"),
            format!("55119999{number:05}"),
            number % 12,
        );
    }
    for number in 0..100 {
        let customer = format!("49180000{number:04}");
        rows.push(format!(
            "i{number},2026-10-05T10:00:00Z,in,491,{customer},text,,,,\n"
        ));
        rows.push(format!(
            "s{number},2026-10-05T11:00:00Z,out,491,{customer},text,,sent,2026-10-05T11:00:02Z,\n"
        ));
    }
    rows.push("click,2026-10-06T10:00:00Z,in,491,4919000001,text,,,,ad\n".to_owned());
    rows.push("free,2026-10-06T11:00:00Z,out,491,4919000001,template,marketing,sent,2026-10-06T11:00:02Z,\n".to_owned());
    rows
}

type Item = BTreeMap<String, String>;

fn sample(home: &Path, files: &[(&str, String)], options: &[&str]) -> Vec<Item> {
    for (name, rows) in files {
        fs::write(home.join(name), format!("{HEADER}{rows}")).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .arg("audit")
        .args(files.iter().map(|(name, _)| name))
        .args(["--out", "out", "--force", "--quiet", "--csv"])
        .args(options)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    read(&home.join("out/sample.csv"))
}

fn read(path: &Path) -> Vec<Item> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|item| item.unwrap()).collect()
}

fn whole() -> [(&'static str, String); 1] {
    [("log.csv", log().concat())]
}

/// Of 40 items a quarter is free. The other 30 are met every 9.21 / 30 = 0.307 USD.
#[test]
fn items_are_met_at_equal_distances_of_money() {
    let home = tempfile::tempdir().unwrap();
    let items = sample(home.path(), &whole(), &["--sample", "40"]);
    let of = |stratum: &str| -> Vec<&Item> {
        items
            .iter()
            .filter(|item| item["stratum"] == stratum)
            .collect()
    };
    let (charged, free) = (of("USD"), of("free"));
    assert_eq!((charged.len(), free.len()), (30, 10));
    assert!(charged.iter().all(|item| item["selection"] == "money_unit"));
    assert!(free.iter().all(|item| item["selection"] == "count"));
    let first = charged[0];
    assert_eq!(
        [
            "stratum_units",
            "stratum_amount",
            "stratum_certain",
            "stratum_drawn",
            "stratum_drawn_from"
        ]
        .map(|column| first[column].as_str()),
        ["100", "9.21", "0", "30", "9.21"]
    );
    assert_eq!(free[0]["stratum_units"], "101");

    // The population in the order of its table, to find where each item's money lies.
    let charges = read(&home.path().join("out/tables/charges.csv"));
    let units = |amount: &str| -> u64 {
        // Rates have four digits.
        let (whole, digits) = amount.split_once('.').unwrap_or((amount, ""));
        format!("{whole}{digits:0<4.4}").parse().unwrap()
    };
    let mut before = BTreeMap::new();
    let mut sum = 0;
    for charge in &charges {
        let size = units(&charge["amount"]);
        before.insert(charge["charge_id"].clone(), (sum, sum + size));
        sum += size;
    }
    assert_eq!(sum, 92_100);
    // One start fits all items: it lies in the same stretch of 3,070 units for each of them.
    let (mut least, mut most) = (0, 3_070);
    for (step, item) in charged.iter().enumerate() {
        let (from, to) = before[&item["charge_id"]];
        least = least.max(from as i64 - 3_070 * step as i64);
        most = most.min(to as i64 - 3_070 * step as i64);
    }
    assert!(least < most, "{least} {most}");
}

#[test]
fn what_stands_beside_an_item_is_enough_to_work_it_out() {
    let home = tempfile::tempdir().unwrap();
    let items = sample(home.path(), &whole(), &["--sample", "500"]);
    assert_eq!(items.len(), 201, "more than there are: all of them");
    assert!(items.iter().all(|item| item["selection"] == "certain"));
    let of = |message: &str| {
        items
            .iter()
            .find(|item| item["message_id"] == message)
            .unwrap()
    };
    let brazil = of("b7");
    assert_eq!(
        [
            "market",
            "category",
            "pricing_type",
            "rule",
            "rate",
            "amount",
            "currency",
            "rate_card",
            "tier"
        ]
        .map(|column| brazil[column].as_str()),
        [
            "Brazil",
            "marketing",
            "regular",
            "P26-4",
            "0.0625",
            "0.0625",
            "USD",
            "PMP-USD-2025-07-01",
            ""
        ]
    );
    // The header is line 1, then 40 rows to Germany: b7 is row 48.
    assert_eq!(brazil["rows"], "log.csv:49");
    assert!(!brazil["rule_text"].is_empty());
    let free = of("free");
    assert_eq!(
        [
            "pricing_type",
            "amount",
            "in_window",
            "window_opened_at",
            "window_closes_at"
        ]
        .map(|column| free[column].as_str()),
        [
            "free_entry_point",
            "0",
            "true",
            "2026-10-06T10:00:00Z",
            "2026-10-07T10:00:00Z"
        ]
    );
    // 72 hours from the sending of the answer (F-4, S-11b).
    assert_eq!(
        [
            "conversation_category",
            "conversation_opened_by",
            "conversation_opened_at",
            "conversation_expires_at"
        ]
        .map(|column| free[column].as_str()),
        [
            "free_entry_point",
            "free",
            "2026-10-06T11:00:02Z",
            "2026-10-09T11:00:00Z"
        ]
    );
}

#[test]
fn the_sample_is_the_same_for_every_split_and_any_number_of_threads() {
    let home = tempfile::tempdir().unwrap();
    let drawn = |items: &[Item]| -> Vec<[String; 3]> {
        items
            .iter()
            .map(|item| ["charge_id", "selection", "seed"].map(|column| item[column].clone()))
            .collect()
    };
    let one = drawn(&sample(
        home.path(),
        &whole(),
        &["--sample", "20", "--threads", "1"],
    ));
    let rows = log();
    let (odd, even): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .enumerate()
        .partition(|(place, _)| place % 2 == 1);
    let text = |rows: Vec<(usize, String)>| {
        rows.into_iter()
            .rev()
            .map(|(_, row)| row)
            .collect::<String>()
    };
    let files = [("odd.csv", text(odd)), ("even.csv", text(even))];
    assert_eq!(
        drawn(&sample(home.path(), &files, &["--sample", "20"])),
        one
    );
    let other = drawn(&sample(
        home.path(),
        &whole(),
        &["--sample", "20", "--sample-seed", "7"],
    ));
    assert_eq!(other.len(), one.len());
    assert_ne!(other, one);
    assert!(other.iter().all(|item| item[2] == "7"));
}

/// Items in one instant are ordered by their ids: five at 0.0550 to one customer, three of them drawn.
#[test]
fn charges_of_one_instant_are_ordered_by_id() {
    let row = |id: &str| {
        format!(
            "{id},2026-10-05T10:00:00Z,out,491,4917000001,template,utility,sent,2026-10-05T10:00:02Z,\n"
        )
    };
    let drawn = |ids: [&str; 5]| -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        let rows: String = ids.map(row).concat();
        let items = sample(home.path(), &[("log.csv", rows)], &["--sample", "3"]);
        items
            .into_iter()
            .map(|item| item["message_id"].clone())
            .collect()
    };
    let found = drawn(["a", "b", "c", "d", "e"]);
    assert_eq!(found.len(), 3);
    assert_eq!(found, drawn(["d", "a", "e", "c", "b"]));
}

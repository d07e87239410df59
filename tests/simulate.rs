//! `simulate` tells the truth about its logs: the true bill is the oracle's, every shape of a log without faults
//! comes to it, and each fault does what it says, as often as it says.

mod oracle;
mod simulated;

use std::collections::BTreeMap;
use std::fs;

use simulated::by_oracle::{accounts, oracle_lines, written_lines};
use simulated::{Cells, Home, Rows, shaped, shipped};

/// The three shapes, each with a name of its log and what `audit` needs to read it.
const SHAPES: [(&str, &str, &[&str]); 3] = [
    ("message-rows", "log.parquet", &[]),
    ("status-rows", "log.csv.gz", &[]),
    ("webhooks", "log.jsonl.zst", &["--map", "cloud-api"]),
];

/// Models that cross both switches of per-message pricing.
const MODELS: [&str; 2] = ["shop.toml", "conversations.toml"];

#[test]
fn the_true_bill_is_the_oracles_whatever_the_shape() {
    let home = Home::new();
    for (number, model) in MODELS.into_iter().enumerate() {
        for (shape, ..) in SHAPES {
            for seed in 1..=3 {
                let seed = (number * 10 + seed).to_string();
                let model = shaped(&shipped(model), shape, "");
                let log = if shape == "webhooks" {
                    "log.jsonl"
                } else {
                    "log.csv"
                };
                let more = ["--seed", &seed, "--rows", "900", "--truth", "truth"];
                home.simulate(&model, log, &more);
                if shape == "webhooks" {
                    let words = [
                        "import",
                        log,
                        "--from",
                        "cloud-api",
                        "--out",
                        "log.csv",
                        "--force",
                    ];
                    let (code, _, errors) = home.run(&words);
                    assert_eq!(code, 0, "{errors}");
                }
                let text = fs::read_to_string(home.path("log.accounts.toml")).unwrap();
                let expected = oracle_lines(&home.rows("log.csv"), &accounts(&text));
                let found = written_lines(&home.rows("truth/lines.csv"));
                assert!(expected.len() > 10, "a bill of {} lines", expected.len());
                assert_eq!(found, expected, "{shape}, seed {seed}");
            }
        }
    }
}

#[test]
fn every_shape_without_faults_comes_to_the_true_bill() {
    let home = Home::new();
    // The number of the last one uses up its first thousand service messages of October 2026.
    for (name, rows) in [
        ("shop.toml", "10000"),
        ("conversations.toml", "6000"),
        ("faulty.toml", "30000"),
    ] {
        for (shape, log, more) in SHAPES {
            let model = shaped(&shipped(name), shape, "");
            let said = home.simulate(&model, log, &["--rows", rows, "--truth", "truth"]);
            let summary = home.audit(log, more);
            assert_eq!(
                home.read("out/tables/lines.csv"),
                home.read("truth/lines.csv"),
                "{shape}"
            );
            assert_eq!(
                summary["control_totals"]["rows_read"], said["rows"],
                "{shape}"
            );
            if name == "faulty.toml" {
                let bill = String::from_utf8(home.read("out/tables/lines.csv")).unwrap();
                assert!(
                    bill.contains(",service,regular,"),
                    "an allowance is used up"
                );
            }
            assert_eq!(summary["control_totals"]["rejected"], 0, "{shape}");
            // Meta's marks were written by a second telling of the rules.
            let findings = summary["findings"].as_object().unwrap();
            let of_marks: Vec<_> = findings
                .keys()
                .filter(|code| code.starts_with("A-"))
                .collect();
            assert!(of_marks.is_empty(), "{shape}: {of_marks:?}");
            let warnings = summary["warnings"].as_array().unwrap();
            let codes: Vec<_> = warnings.iter().map(|warning| &warning["code"]).collect();
            // The words of conversation-based pricing for entry points do not tell a template from a free-form
            // message, and webhooks say nothing else of it (docs/sources/cloud-api.md).
            let cannot_tell = shape == "webhooks" && name == "conversations.toml";
            let is_outside = codes.iter().any(|code| **code == "C-OUTSIDE-WINDOW");
            assert!(cannot_tell || !is_outside, "{shape}: {codes:?}");
        }
    }
}

#[test]
fn threads_change_no_byte_and_another_seed_changes_the_log() {
    let home = Home::new();
    for (shape, log, _) in SHAPES {
        let faults = "duplicates = 0.01\nlate = 0.01\nlost = 0.01\nreordered = 0.05";
        let model = shaped(&shipped("shop.toml"), shape, faults);
        let mut logs = Vec::new();
        // More than one group of rows is encoded at once.
        let rows = if shape == "message-rows" {
            "280000"
        } else {
            "10000"
        };
        for (threads, seed) in [("1", "5"), ("2", "5"), ("2", "6")] {
            let more = ["--rows", rows, "--threads", threads, "--seed", seed];
            home.simulate(&model, log, &more);
            logs.push(home.read(log));
        }
        assert!(logs[0] == logs[1], "{shape}: threads");
        assert!(logs[1] != logs[2], "{shape}: seeds");
    }
}

/// Rows of a log by message and status.
fn by_status(rows: &Rows) -> BTreeMap<(&str, &str), Vec<&Cells>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        let key = (row["message_id"].as_str(), row["status"].as_str());
        found.entry(key).or_default().push(row);
    }
    found
}

/// What a log with one kind of fault in 2 % of its rows has beside the same log without.
struct Spoiled {
    said: serde_json::Value,
    summary: serde_json::Value,
    clean: Rows,
    spoiled: Rows,
    lines_are_true: bool,
}

fn spoiled(shape: &str, fault: &str) -> Spoiled {
    let home = Home::new();
    let model = shipped("faulty.toml");
    home.simulate(&shaped(&model, shape, ""), "clean.csv", &["--rows", "9000"]);
    let faults = format!("{fault} = 0.02");
    let more = ["--rows", "9000", "--truth", "truth"];
    let said = home.simulate(&shaped(&model, shape, &faults), "log.csv", &more);
    let summary = home.audit("log.csv", &[]);
    Spoiled {
        said,
        summary,
        clean: home.rows("clean.csv"),
        spoiled: home.rows("log.csv"),
        lines_are_true: home.read("out/tables/lines.csv") == home.read("truth/lines.csv"),
    }
}

#[test]
fn each_fault_is_done_as_often_as_it_is_told() {
    for shape in ["message-rows", "status-rows"] {
        for fault in [
            "duplicates",
            "conflicts",
            "late",
            "lost",
            "reordered",
            "clock_skew",
            "wrong_channel",
            "missing_marks",
        ] {
            let found = spoiled(shape, fault);
            let told = found.said["faults"][fault].as_u64().unwrap();
            let totals = &found.summary["control_totals"];
            let total = |name: &str| totals[name].as_u64().unwrap();
            let (clean, spoiled) = (by_status(&found.clean), by_status(&found.spoiled));
            let alone = |rows: &Vec<&Cells>| rows.len() == 1;
            assert!(clean.values().all(alone), "a row for each status");
            let shared = || {
                clean
                    .iter()
                    .filter_map(|(key, rows)| Some((rows[0], spoiled.get(key)?)))
            };
            let differing = |column: &str| {
                let differs = shared().filter(|(one, others)| {
                    others.iter().any(|other| other[column] != one[column])
                });
                differs.count() as u64
            };
            let twice = spoiled.values().filter(|rows| rows.len() == 2).count() as u64;
            let missing = clean
                .keys()
                .filter(|key| !spoiled.contains_key(key))
                .count() as u64;
            // Where nothing stands later than it should, times never fall.
            let times = found.spoiled.windows(2);
            let falls = times
                .filter(|rows| rows[1]["timestamp"] < rows[0]["timestamp"])
                .count() as u64;
            let name = format!("{shape}, {fault}");
            assert!(
                (40..=400).contains(&told),
                "{name}: about 2 % of about 9,000 rows, {told}"
            );
            match fault {
                "duplicates" => {
                    assert_eq!((twice, total("exact_duplicates")), (told, told), "{name}");
                }
                "conflicts" => {
                    assert_eq!((twice, total("rejected")), (told, told), "{name}");
                    assert_eq!(differing("customer"), told, "{name}");
                }
                "lost" => {
                    assert_eq!(
                        (missing, found.clean.len() - found.spoiled.len()),
                        (told, told as usize),
                        "{name}"
                    );
                }
                "clock_skew" => assert_eq!(differing("timestamp"), told, "{name}"),
                "wrong_channel" => {
                    assert_eq!(
                        (differing("channel"), total("other_channel")),
                        (told, told),
                        "{name}"
                    );
                }
                "missing_marks" => assert_eq!(differing("meta_pricing_model"), told, "{name}"),
                // A row that stands later leaves at most one place at which times fall.
                _ => assert!(
                    falls > told / 3 && falls <= told,
                    "{name}: {falls} of {told}"
                ),
            }
            let keeps_the_bill = matches!(fault, "duplicates" | "conflicts" | "late" | "reordered");
            if keeps_the_bill {
                assert!(
                    found.lines_are_true,
                    "{name}: the rows that stand are the true ones"
                );
            } else if shape == "message-rows" && matches!(fault, "lost" | "wrong_channel") {
                assert!(!found.lines_are_true, "{name}: the bill lacks something");
            }
        }
    }
}

#[test]
fn faults_are_listed_one_by_one() {
    let home = Home::new();
    let more = ["--rows", "9000", "--truth", "truth"];
    let said = home.simulate(&shipped("faulty.toml"), "log.csv", &more);
    let mut listed: BTreeMap<String, u64> = BTreeMap::new();
    for row in home.rows("truth/faults.csv") {
        *listed.entry(row["fault"].clone()).or_default() += 1;
    }
    let told = said["faults"].as_object().unwrap();
    let told: BTreeMap<String, u64> = told
        .iter()
        .map(|(fault, rows)| (fault.clone(), rows.as_u64().unwrap()))
        .filter(|(_, rows)| *rows > 0)
        .collect();
    assert_eq!(listed, told);
    assert_eq!(told.len(), 8, "every kind");
    let summary = home.audit("log.csv", &[]);
    let totals = &summary["control_totals"];
    assert_eq!(totals["exact_duplicates"], told["duplicates"]);
    assert_eq!(totals["rejected"], told["conflicts"]);
    assert_eq!(totals["other_channel"], told["wrong_channel"]);
}

/// The habits of small.toml are the defaults that docs/simulate.md states: weekends weigh 0.7 and 0.5 against about
/// 1, a quarter of the day's weight lies between midnight and nine, a few customers write most.
#[test]
fn people_behave_as_the_model_says() {
    let home = Home::new();
    let model =
        shipped("small.toml").replace("weekdays = [\"tuesday\"]", "dates = [\"2026-10-13\"]");
    let model = model.replace("America/New_York", "UTC");
    home.simulate(&model, "log.csv", &["--rows", "40000"]);
    let rows = home.rows("log.csv");
    let begun: Vec<_> = rows
        .iter()
        .filter(|row| row["template"] == "login_code")
        .collect();
    let days = |wanted: &[&str]| {
        let on = begun
            .iter()
            .filter(|row| wanted.iter().any(|day| row["timestamp"].starts_with(day)));
        on.count() as f64 / wanted.len() as f64
    };
    // 2026-10-03 and 2026-10-10 are Saturdays.
    let weekend = days(&["2026-10-03", "2026-10-04", "2026-10-10", "2026-10-11"]);
    let week = days(&["2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08"]);
    assert!(
        (0.5..0.7).contains(&(weekend / week)),
        "0.6 of a weekday: {weekend} against {week}"
    );
    // The hours from 0 to 6 weigh 2.7 of 111.7.
    let hour = |row: &Cells| row["timestamp"][11..13].parse::<u32>().unwrap();
    let night = begun.iter().filter(|row| hour(row) < 6).count() as f64 / begun.len() as f64;
    assert!((0.01..0.05).contains(&night), "{night}");
    let mut by_customer: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["direction"] == "inbound") {
        *by_customer.entry(&row["customer"]).or_default() += 1;
    }
    let mut counts: Vec<usize> = by_customer.into_values().collect();
    counts.sort_unstable_by(|left, right| right.cmp(left));
    let all: usize = counts.iter().sum();
    let top: usize = counts[..counts.len() / 10].iter().sum();
    assert!(
        top * 10 > all * 3,
        "a tenth of those who write write {top} of {all}"
    );
    let failed = rows
        .iter()
        .filter(|row| row["status"] == "failed" && row["category"] != "marketing");
    let sent = rows
        .iter()
        .filter(|row| row["direction"] == "outbound" && row["category"] != "marketing");
    let share = failed.count() as f64 / sent.count() as f64;
    assert!((0.015..0.025).contains(&share), "2 % fail: {share}");
}

#[test]
fn rows_are_about_as_many_as_asked_for() {
    let home = Home::new();
    for model in ["small.toml", "shop.toml"] {
        let said = home.simulate(&shipped(model), "log.parquet", &["--rows", "120000"]);
        let rows = said["rows"].as_u64().unwrap();
        assert!((108_000..=132_000).contains(&rows), "{model}: {rows}");
    }
}

/// Every shipped model, and every model of the documentation.
#[test]
fn documented_models_run() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut models = Vec::new();
    for path in fs::read_dir(folder.join("data/simulate")).unwrap() {
        models.push(fs::read_to_string(path.unwrap().path()).unwrap());
    }
    let page = fs::read_to_string(folder.join("docs/simulate.md")).unwrap();
    let blocks = page.split("```toml\n").skip(1);
    let small = fs::read_to_string(folder.join("data/simulate/small.toml")).unwrap();
    models.extend(blocks.map(|block| {
        let block = block.split("```").next().unwrap();
        match block.contains("from = ") {
            true => block.to_owned(),
            // A section by itself belongs to some model.
            false => format!("{small}\n{block}"),
        }
    }));
    assert!(models.len() >= 5);
    let home = Home::new();
    for model in models {
        let log = if model.contains("\"webhooks\"") {
            "log.jsonl"
        } else {
            "log.csv"
        };
        let asked = ["--rows", "2000", "--truth", "truth", "--wrong-invoice"];
        let said = home.simulate(&model, log, &asked);
        assert!(said["rows"].as_u64().unwrap() > 1000);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let home = Home::new();
    let refused = |model: &str, words: &[&str]| {
        fs::write(home.path("model.toml"), model).unwrap();
        let all = [&["simulate", "--scenario", "model.toml"], words].concat();
        let (code, _, errors) = home.run(&all);
        assert_eq!(code, 2, "{errors}");
        errors
    };
    let small = shipped("small.toml");
    let line = 1 + small
        .lines()
        .position(|line| line.starts_with("share"))
        .unwrap();
    let said = refused(&small.replace("share =", "shere ="), &["--out", "log.csv"]);
    let expected = format!("model.toml:{line}: unknown key `shere`, nearest is `share`");
    assert!(said.contains(&expected), "{said}");
    let said = refused(&small, &["--out", "log.jsonl"]);
    assert!(
        said.contains(".parquet, .csv, .csv.gz or .csv.zst"),
        "{said}"
    );
    let said = refused(
        &small.replace("share = 0.4", "share = 1.5"),
        &["--out", "log.csv"],
    );
    assert!(
        said.contains(&format!("model.toml:{line}: `1.5` is not accepted here")),
        "{said}"
    );
    home.simulate(&small, "log.csv", &["--rows", "500"]);
    let said = refused(&small, &["--out", "log.csv"]);
    assert!(
        said.contains("log.csv exists already") && said.contains("--force"),
        "{said}"
    );
}

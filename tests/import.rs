//! `import` changes the form of a log and nothing else: the same tables come of every form.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn counterfoil(home: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home)
        .args(words)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(home: &Path, words: &[&str]) {
    let output = counterfoil(home, words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
}

/// Conversations and charges of a log, byte by byte.
fn tables(home: &Path, log: &str, more: &[&str]) -> Vec<Vec<u8>> {
    let out = format!("out-{}", log.replace(['/', '.'], "-"));
    let words = [
        &[
            "replay",
            log,
            "--out",
            &out,
            "--force",
            "--quiet",
            "--max-rejects",
            "5%",
        ],
        more,
    ]
    .concat();
    let output = counterfoil(home, &words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{words:?}: {said}"
    );
    ["conversations", "charges"]
        .map(|table| fs::read(home.join(&out).join(format!("tables/{table}.parquet"))).unwrap())
        .to_vec()
}

#[test]
fn every_form_of_the_sample_gives_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let log = sample.join("log").display().to_string();
    let accounts = sample.join("accounts.toml").display().to_string();
    let templates = sample.join("templates.csv").display().to_string();
    let more = ["--accounts", &accounts, "--templates", &templates];
    let expected = tables(home, &log, &more);
    for name in ["one.parquet", "two.csv"] {
        succeeds(
            home,
            &[
                "import",
                &log,
                "--from",
                "canonical",
                "--out",
                name,
                "--max-rejects",
                "5%",
            ],
        );
        assert!(tables(home, name, &more) == expected, "{name}");
    }
    // Through a map, which renames nothing: the CSV and the Parquet reader of maps.
    let header = fs::read_to_string(home.join("two.csv")).unwrap();
    let names = header.lines().next().unwrap().split(',');
    let rules: Vec<String> = names
        .map(|name| format!("{name} = \"{}\"\n", name.to_uppercase()))
        .collect();
    fs::write(
        home.join("map.toml"),
        format!("[[rows]]\n[rows.columns]\n{}", rules.concat()),
    )
    .unwrap();
    for name in ["two.csv", "one.parquet"] {
        let mapped = [&["--map", "map.toml"], &more[..]].concat();
        assert!(
            tables(home, name, &mapped) == expected,
            "{name} through a map"
        );
    }
    succeeds(
        home,
        &[
            "import",
            "one.parquet",
            "--from",
            "map.toml",
            "--out",
            "again.parquet",
            "--threads",
            "1",
        ],
    );
    assert!(tables(home, "again.parquet", &more) == expected);
    // The same bytes again, with other threads.
    succeeds(
        home,
        &[
            "import",
            "one.parquet",
            "--from",
            "map.toml",
            "--out",
            "twice.parquet",
            "--threads",
            "2",
        ],
    );
    let bytes = |name: &str| fs::read(home.join(name)).unwrap();
    assert!(bytes("again.parquet") == bytes("twice.parquet"));
}

/// A message of the business with its delivery, and one of a customer: as canonical message rows, and as the
/// webhooks in which Meta told of them.
#[test]
fn webhooks_and_canonical_rows_of_the_same_messages_give_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    fs::write(
        home.join("rows.csv"),
        "message_id,timestamp,direction,business,customer,type,category,delivered_at,account,entry_point,\
         meta_pricing_model,meta_billable,meta_pricing_type,meta_category\n\
         wamid.1,2025-09-01T10:00:00Z,inbound,15550783881,4917012345678,text,,,77,ad,,,,\n\
         wamid.2,2025-09-01T11:00:00Z,outbound,15550783881,4917012345678,template,utility,2025-09-01T11:00:03Z,77,,PMP,false,free_entry_point,utility\n\
         wamid.3,2025-09-05T10:00:00Z,outbound,15550783881,4917012345678,template,marketing,2025-09-05T10:00:09Z,77,,PMP,true,regular,marketing\n",
    )
    .unwrap();
    let envelope = |value: &str| {
        format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"77","changes":[{{"field":"messages","value":{{"metadata":{{"display_phone_number":"+1 555-078-3881","phone_number_id":"1"}},{value}}}}}]}}]}}"#
        )
    };
    let status = |id: &str, status: &str, at: i64, pricing: &str| {
        envelope(&format!(
            r#""statuses":[{{"id":"{id}","status":"{status}","timestamp":"{at}","recipient_id":"4917012345678","pricing":{pricing}}}]"#
        ))
    };
    let free = r#"{"billable":false,"pricing_model":"PMP","type":"free_entry_point","category":"utility"}"#;
    let paid = r#"{"billable":true,"pricing_model":"PMP","type":"regular","category":"marketing"}"#;
    // Newest first, as some systems list them.
    let lines = [
        status("wamid.3", "delivered", 1_757_066_409, paid),
        status("wamid.3", "sent", 1_757_066_400, paid),
        status("wamid.2", "delivered", 1_756_724_403, free),
        status("wamid.2", "sent", 1_756_724_400, free),
        envelope(
            r#""messages":[{"from":"4917012345678","id":"wamid.1","timestamp":"1756720800","type":"text","text":{"body":"Hi"},"referral":{"source_type":"ad"}}]"#,
        ),
    ];
    fs::write(home.join("hooks.jsonl"), lines.join("\n")).unwrap();
    let files = home.join("hooks");
    fs::create_dir(&files).unwrap();
    for (number, line) in lines.iter().enumerate() {
        fs::write(files.join(format!("{number}.json")), line).unwrap();
    }
    succeeds(
        home,
        &[
            "import",
            "hooks",
            "--from",
            "cloud-api",
            "--out",
            "hooks.parquet",
        ],
    );
    let expected = tables(home, "rows.csv", &[]);
    assert!(tables(home, "hooks.jsonl", &["--map", "cloud-api"]) == expected);
    assert!(tables(home, "hooks", &["--map", "cloud-api"]) == expected);
    assert!(tables(home, "hooks.parquet", &[]) == expected);
}

#[test]
fn rejected_rows_stand_beside_the_log_and_nothing_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let row = "m1,2025-09-01T10:00:00Z,inbound,1555,4917012345678";
    let text = format!(
        "message_id,timestamp,direction,business,customer\n{row}\nm2,soon,inbound,1555,49170\nm3\n"
    );
    fs::write(home.join("log.csv"), text).unwrap();
    let words = [
        "import",
        "log.csv",
        "--from",
        "canonical",
        "--out",
        "out/log.parquet",
    ];
    let output = counterfoil(home, &words);
    assert_eq!(
        output.status.code(),
        Some(3),
        "two of three rows are rejected"
    );
    let rejects = fs::read_to_string(home.join("out/log.rejects.csv")).unwrap();
    let lines: Vec<&str> = rejects.lines().collect();
    assert!(lines[1].starts_with("log.csv,3,"), "{rejects}");
    assert!(
        lines[1].contains("timestamp,invalid_time,\"`soon` is no timestamp"),
        "{rejects}"
    );
    assert!(
        lines[2].starts_with("log.csv,4,") && lines[2].contains("ragged_row"),
        "{rejects}"
    );
    assert_eq!(
        counterfoil(home, &words).status.code(),
        Some(2),
        "the log exists"
    );
    let forced = [
        &words[..],
        &["--force", "--max-rejects", "2", "--format", "json"],
    ]
    .concat();
    let output = counterfoil(home, &forced);
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["rows_read"], &report["rows_written"]),
        (&3.into(), &1.into())
    );
    assert_eq!(
        report["rejected"],
        serde_json::json!({"invalid_time": 1, "ragged_row": 1})
    );
    for (words, status) in [
        (
            [
                "import",
                "log.csv",
                "--from",
                "gohihglevel",
                "--out",
                "x.parquet",
            ],
            2,
        ),
        (
            [
                "import",
                "log.csv",
                "--from",
                "canonical",
                "--out",
                "x.json",
            ],
            2,
        ),
        (
            [
                "import",
                "gone.csv",
                "--from",
                "canonical",
                "--out",
                "x.parquet",
            ],
            3,
        ),
        (
            [
                "import",
                "log.csv",
                "--from",
                "cloud-api",
                "--out",
                "x.parquet",
            ],
            3,
        ),
    ] {
        assert_eq!(
            counterfoil(home, &words).status.code(),
            Some(status),
            "{words:?}"
        );
    }
    let left: Vec<PathBuf> = fs::read_dir(home)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        left.iter()
            .all(|path| !path.to_string_lossy().contains(".counterfoil-")),
        "{left:?}"
    );
}

/// D-3: of raw webhooks nothing is assumed, also not after an import; and what they lack is said in both.
#[test]
fn an_imported_log_remembers_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let line = |number: usize| {
        format!(
            r#"{{"statuses":[{{"id":"wamid.{number}","status":"sent","timestamp":"1757066400","recipient_id":"4917012345678","pricing":{{"category":"marketing"}}}}]}}"#
        )
    };
    let lines: Vec<String> = (0..1_000).map(line).collect();
    fs::write(home.join("hooks.jsonl"), lines.join("\n")).unwrap();
    succeeds(
        home,
        &[
            "import",
            "hooks.jsonl",
            "--from",
            "cloud-api",
            "--out",
            "log.parquet",
        ],
    );
    for words in [&["hooks.jsonl", "--map", "cloud-api"][..], &["log.parquet"]] {
        let words = [
            &["replay", "--out", "out", "--force", "--format", "json"],
            words,
        ]
        .concat();
        let output = counterfoil(home, &words);
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let totals = &summary["control_totals"];
        assert_eq!(totals["outbound_delivered"], 0, "{words:?}");
        assert_eq!(totals["outbound_undelivered"], 1_000, "{words:?}");
        let map = &summary["assumptions"]["map"];
        assert_eq!(map["name"], "cloud-api", "{words:?}");
        let lack = map["lacks"][0].as_str().unwrap();
        let limits = summary["limits"].as_array().unwrap();
        let says =
            |limit: &serde_json::Value| limit.as_str().is_some_and(|text| text.contains(lack));
        assert!(limits.iter().any(says), "{limits:?}");
    }
}

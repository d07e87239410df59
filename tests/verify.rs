//! `verify` over runs that are sound, and over runs with which someone has tampered.

mod run_folders;

use std::fs;

use polars::prelude::*;
use run_folders::{Home, Said, seal, template};

/// All differences, by area.
fn differences(said: &Said) -> Vec<(String, String)> {
    let json = said.json();
    let areas = json["areas"].as_array().unwrap().clone();
    areas
        .iter()
        .flat_map(|area| {
            let name = area["area"].as_str().unwrap().to_owned();
            let texts = area["differences"].as_array().unwrap().clone();
            texts
                .into_iter()
                .map(move |text| (name.clone(), text.as_str().unwrap().to_owned()))
        })
        .collect()
}

fn verify(home: &Home, more: &[&str]) -> Said {
    let mut words = vec!["verify", "run", "--format", "json"];
    words.extend(more);
    home.run(&words)
}

/// Asserts one difference in an area, which says this.
fn assert_says(said: &Said, area: &str, text: &str) {
    let found = differences(said);
    assert!(
        found
            .iter()
            .any(|(of, found)| of == area && found.contains(text)),
        "{area}: {text} not in {found:#?}"
    );
    assert_eq!(said.code(), 1, "{}", said.errors());
}

#[test]
fn a_fresh_run_is_sound_and_gives_the_same_bytes_again() {
    let home = Home::new();
    home.audit("log.csv", "run", &["--csv", "--set", "S-07=delivery"]);
    let said = verify(&home, &["--re-perform", "--strict"]);
    assert_eq!(differences(&said), [], "{}", said.errors());
    assert_eq!(said.code(), 0);
    let areas = said.json()["areas"].as_array().unwrap().clone();
    assert_eq!(areas.len(), 8);
    for area in areas {
        assert!(!area["sound"].as_array().unwrap().is_empty(), "{area}");
    }
    let page = home.run(&["verify", "run"]).text();
    assert!(page.contains("Verdict"), "{page}");
    let narrow = page.lines().filter(|line| line.chars().count() > 80);
    assert!(narrow.clone().all(|line| !line.contains("  ")), "{page}");
}

#[test]
fn a_replay_has_no_bill_and_is_sound() {
    let home = Home::new();
    let words = ["replay", "log.csv", "--out", "run", "--max-rejects", "9"];
    assert_eq!(home.run(&words).code(), 0);
    let said = verify(&home, &["--re-perform"]);
    assert_eq!(differences(&said), []);
    assert_eq!(said.code(), 0);
}

#[test]
fn environment_and_configuration_are_repeated() {
    let home = Home::new();
    fs::write(
        home.path("counterfoil.toml"),
        "[options]\nmax-rejects = \"50\"\n[settings]\nwindow_instant = \"delivery\"\n",
    )
    .unwrap();
    home.audit("log.csv", "run", &[]);
    let said = verify(&home, &["--re-perform"]);
    assert_eq!(differences(&said), []);
    // A run without a configuration file does not read today's.
    fs::remove_file(home.path("counterfoil.toml")).unwrap();
    home.audit("log.csv", "plain", &[]);
    fs::write(
        home.path("counterfoil.toml"),
        "[settings]\nwindow_instant = \"delivery\"\n",
    )
    .unwrap();
    let said = home.run(&["verify", "plain", "--re-perform", "--format", "json"]);
    assert_eq!(differences(&said), []);
    assert_eq!(said.code(), 0);
}

#[test]
fn every_changed_missing_or_foreign_file_is_named() {
    let home = Home::new();
    home.audit("log.csv", "clean", &["--csv"]);
    let names = [
        "rejects.csv",
        "summary.json",
        "tables/charges.csv",
        "tables/charges.parquet",
        "tables/conversations.csv",
        "tables/conversations.parquet",
        "tables/lines.csv",
        "tables/lines.parquet",
    ];
    for name in names {
        let file = home.path("clean").join(name);
        let content = fs::read(&file).unwrap();
        let mut changed = content.clone();
        let place = changed.len() / 2;
        changed[place] ^= 1;
        fs::write(&file, &changed).unwrap();
        let said = home.run(&["verify", "clean", "--format", "json"]);
        assert_says(&said, "outputs", &format!("{name}: changed"));
        fs::write(&file, &content[..place]).unwrap();
        let said = home.run(&["verify", "clean", "--format", "json"]);
        assert_says(&said, "outputs", &format!("{name}: changed"));
        fs::remove_file(&file).unwrap();
        let said = home.run(&["verify", "clean", "--format", "json"]);
        assert_says(&said, "outputs", &format!("{name}: is missing"));
        fs::write(&file, &content).unwrap();
    }
    fs::write(home.path("clean/tables/notes.txt"), "x").unwrap();
    let said = home.run(&["verify", "clean", "--format", "json"]);
    assert_says(
        &said,
        "outputs",
        "tables/notes.txt: is in the folder but not",
    );
    let github = home.run(&["verify", "clean", "--format", "github"]).text();
    assert!(
        github.starts_with("::error::Outputs: tables/notes.txt"),
        "{github}"
    );
}

#[test]
fn a_changed_input_is_a_difference_and_a_missing_one_only_when_strict() {
    let home = Home::new();
    home.audit("log.csv", "run", &[]);
    home.edit("log.csv", "m2", "m9");
    assert_says(&verify(&home, &[]), "inputs", "log.csv: changed");
    let said = verify(&home, &["--re-perform"]);
    assert_says(&said, "re_performance", "tables/charges.parquet");
    fs::remove_file(home.path("log.csv")).unwrap();
    let said = verify(&home, &[]);
    assert_eq!(said.code(), 0, "{:?}", differences(&said));
    assert!(said.text().contains("not available"));
    assert_says(&verify(&home, &["--strict"]), "inputs", "not available");
}

#[test]
fn inputs_are_found_from_another_root() {
    let home = Home::new();
    home.audit("log.csv", "run", &[]);
    fs::create_dir(home.path("archive")).unwrap();
    fs::rename(home.path("log.csv"), home.path("archive/log.csv")).unwrap();
    let root = home.path("archive");
    let root = [
        "--log-root",
        root.to_str().unwrap(),
        "--strict",
        "--re-perform",
    ];
    let said = verify(&home, &root);
    assert_eq!(differences(&said), []);
    assert_eq!(said.code(), 0);
}

#[test]
fn a_damaged_manifest_is_refused() {
    let home = Home::new();
    home.audit("log.csv", "run", &[]);
    let path = home.path("run/manifest.json");
    let sound = fs::read_to_string(&path).unwrap();
    let damaged = [
        ("", "JSON"),
        ("[]", "manifest_version"),
        (&sound[..sound.len() / 2], "JSON"),
        (
            &*sound.replacen("\"manifest_version\": 1", "\"manifest_version\": 9", 1),
            "version 9",
        ),
        (&*sound.replacen("\"command\"", "\"kommand\"", 1), "kommand"),
        (
            &*sound.replacen("rejects.csv", "../rejects.csv", 1),
            "inside the folder",
        ),
        (
            &*sound.replacen("\"blake3\": \"", "\"blake3\": \"xyz", 1),
            "64 hex digits",
        ),
    ];
    for (text, expected) in damaged {
        fs::write(&path, text).unwrap();
        let said = home.run(&["verify", "run"]);
        assert_eq!(said.code(), 3, "{expected}");
        assert!(said.errors().contains(expected), "{}", said.errors());
        assert!(said.errors().contains("manifest.json"), "{}", said.errors());
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(home.run(&["verify", "run"]).code(), 3);
    assert_eq!(home.run(&["verify", "nowhere"]).code(), 3);
    assert_eq!(home.run(&["verify", "log.csv"]).code(), 3);
}

#[test]
fn sums_that_were_changed_and_sealed_again_do_not_foot() {
    let home = Home::new();
    home.audit("log.csv", "run", &[]);
    let summary = home.path("run/summary.json");
    let sound = fs::read_to_string(&summary).unwrap();
    let cases = [
        (
            "\"rows_read\": 4",
            "\"rows_read\": 5",
            "control_totals",
            "outcomes sum to 4",
        ),
        (
            "\"charges\": 3,",
            "\"charges\": 4,",
            "tables",
            "has 3 rows, summary.json says 4",
        ),
        ("\"rated\": 3,", "\"rated\": 2,", "bill", "bill.totals"),
        (
            "\"origin\": \"default\"",
            "\"origin\": \"--set\"",
            "control_totals",
            "settings",
        ),
    ];
    for (from, to, area, text) in cases {
        assert!(sound.contains(from), "{from} in {sound}");
        fs::write(&summary, sound.replacen(from, to, 1)).unwrap();
        seal(&home.path("run"), "summary.json");
        assert_says(&verify(&home, &[]), area, text);
    }
    fs::write(&summary, &sound).unwrap();
    seal(&home.path("run"), "summary.json");
    home.edit("run/manifest.json", "\"inbound\": 0", "\"inbound\": 1");
    assert_says(
        &verify(&home, &[]),
        "control_totals",
        "manifest.json: 4 rows were read",
    );
}

/// Writes a table again, changed.
fn rewrite(home: &Home, name: &str, change: impl FnOnce(DataFrame) -> DataFrame) {
    let path = home.path("run").join(name);
    let table = ParquetReader::new(fs::File::open(&path).unwrap())
        .finish()
        .unwrap();
    let mut table = change(table);
    ParquetWriter::new(fs::File::create(&path).unwrap())
        .finish(&mut table)
        .unwrap();
    seal(&home.path("run"), name);
}

#[test]
fn tables_that_were_changed_and_sealed_again_are_found_out() {
    let home = Home::new();
    let charges = "tables/charges.parquet";
    home.audit("log.csv", "run", &[]);
    rewrite(&home, charges, |table| table);
    assert_eq!(differences(&verify(&home, &[])), []);

    rewrite(&home, charges, |table| table.slice(1, 2));
    let said = verify(&home, &[]);
    assert_says(
        &said,
        "tables",
        "tables/charges.parquet: has 2 rows, summary.json says 3",
    );
    assert_says(&said, "tables", "the charges sum to 1 units");

    home.audit("log.csv", "run", &["--force"]);
    rewrite(&home, charges, |table| table.reverse());
    assert_says(&verify(&home, &[]), "order", "come after a later charge");

    home.audit("log.csv", "run", &["--force"]);
    rewrite(&home, charges, |mut table| {
        let column = Column::new("customer".into(), ["5511999990001", "4915112345678", "1"]);
        table.with_column(column).unwrap();
        table
    });
    assert_says(&verify(&home, &[]), "identities", "row 3: expected");

    home.audit("log.csv", "run", &["--force"]);
    rewrite(&home, "tables/lines.parquet", |mut table| {
        let column = Column::new("quantity".into(), [3u32, 1]);
        table.with_column(column).unwrap();
        table
    });
    let said = verify(&home, &[]);
    assert_says(
        &said,
        "tables",
        "whose amount does not follow from quantity",
    );
    assert_says(&said, "bill", "the lines sum to");
}

#[test]
fn a_table_with_any_byte_changed_never_makes_it_panic() {
    let home = Home::new();
    let rows: Vec<String> = (0..40)
        .map(|row| template(&format!("x{row}"), "5511999990001", "utility", row))
        .collect();
    home.log("log.csv", &rows);
    home.audit("log.csv", "run", &[]);
    let file = home.path("run/tables/charges.parquet");
    let content = fs::read(&file).unwrap();
    for place in (0..content.len()).step_by(content.len() / 60) {
        let mut changed = content.clone();
        changed[place] = changed[place].wrapping_add(0x55);
        fs::write(&file, changed).unwrap();
        let said = verify(&home, &[]);
        assert_eq!(said.code(), 1, "byte {place}: {}", said.errors());
    }
}

/// Brazil is billed at 0.1 instead of 0.0625: 0.20 instead of 0.13. Germany's 0.06 is right.
#[test]
fn differences_claims_and_findings_are_added_up_again() {
    let home = Home::new();
    fs::write(
        home.path("invoice.csv"),
        "period_start,period_end,market,category,pricing_type,quantity,unit_price,amount,currency\n\
         2026-10-01,2026-10-31,Brazil,marketing,regular,2,0.1,0.20,USD\n\
         2026-10-01,2026-10-31,Germany,utility,regular,1,0.055,0.06,USD\n",
    )
    .unwrap();
    let audit = || {
        let words = [
            "audit",
            "log.csv",
            "--out",
            "run",
            "--force",
            "--max-rejects",
            "100",
        ];
        let said = home.run(&[&words[..], &["--invoice", "invoice.csv"]].concat());
        assert_eq!(said.code(), 1, "{}", said.errors());
    };
    let differences_table = "tables/differences.parquet";
    audit();
    let said = verify(&home, &["--re-perform"]);
    assert_eq!(differences(&said), []);
    let sound = said.text();
    for text in [
        "2 differences",
        "2 claims repeat",
        "finding ids follow",
        "bridges of summary.json",
    ] {
        assert!(sound.contains(text), "{text}: {sound}");
    }

    // The summary alone says another overcharge.
    let summary = home.path("run/summary.json");
    let text = fs::read_to_string(&summary).unwrap();
    let changed = text.replacen("\"overcharged\": \"0.07\"", "\"overcharged\": \"0.08\"", 1);
    assert_ne!(text, changed);
    fs::write(&summary, changed).unwrap();
    seal(&home.path("run"), "summary.json");
    assert_says(&verify(&home, &[]), "bill", "A-RATE 0.07 (0.08 over");

    // The table says that less was billed than its own difference.
    audit();
    let decimals = |values: [&str; 2]| {
        let column = Column::new("billed_amount".into(), values);
        column.cast(&DataType::Decimal(38, 12)).unwrap()
    };
    rewrite(&home, differences_table, |mut table| {
        table.with_column(decimals(["0.19", "0.06"])).unwrap();
        table
    });
    let said = verify(&home, &[]);
    assert_says(&said, "tables", "row 1: expected 0.06, found 0.07");
    assert_says(&said, "bill", "bridge in USD");

    // A difference without a cause, whose claims then fit nothing.
    audit();
    rewrite(&home, differences_table, |mut table| {
        let statuses = Column::new("status".into(), ["matched", "matched"]);
        table.with_column(statuses).unwrap();
        table
    });
    let said = verify(&home, &[]);
    assert_says(
        &said,
        "tables",
        "matched with the cause A-RATE and 0.07 apart",
    );
    assert_says(&said, "tables", "claims.csv: 2 rows that do not fit");
    assert_says(&said, "bill", "rows by status");

    // A claim for a row that there is not.
    audit();
    home.edit("run/claims.csv", "\n1,", "\n9,");
    seal(&home.path("run"), "claims.csv");
    assert_says(&verify(&home, &[]), "tables", "row 1: difference_row 9");

    // Findings of another code.
    audit();
    rewrite(&home, "tables/findings.parquet", |mut table| {
        let codes = vec!["Q-GAP"; table.height()];
        table
            .with_column(Column::new("code".into(), codes))
            .unwrap();
        table
    });
    let said = verify(&home, &[]);
    assert_says(&said, "identities", "whose finding_id does not follow");
    assert_says(&said, "tables", "tables/findings.parquet: Q-GAP");
}

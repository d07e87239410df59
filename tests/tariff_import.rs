//! Workbooks and text files in Meta's layout, made here, taken in and shown by the `rates` commands.

use std::{fs, path::Path};

use clap::Parser;
use counterfoil::cli::rates::{RatesCommand, RatesError, RatesStatus, run};
use rust_xlsxwriter::{Format, Workbook};

#[derive(Parser)]
struct Rates {
    #[command(subcommand)]
    command: RatesCommand,
}

/// The answer of a `rates` command, and how it ended.
fn rates(arguments: &[&str]) -> (Result<RatesStatus, RatesError>, String, String) {
    let command = Rates::try_parse_from(["rates"].iter().chain(arguments))
        .expect("arguments")
        .command;
    let (mut out, mut messages) = (Vec::new(), Vec::new());
    let status = run(&command, &mut out, &mut messages);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status, text(out), text(messages))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// As of October 2026: notes, the header in row 5, numbers as numbers, a sheet that is no card.
fn write_workbook(file: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Rate card").expect("a name");
    sheet
        .write(0, 0, "WhatsApp Business Platform rate card")
        .expect("a cell");
    sheet
        .write(1, 0, "Effective October 1, 2026")
        .expect("a cell");
    sheet
        .write(2, 1, "All rates are per delivered message")
        .expect("a cell");
    let header = [
        "Market",
        "Currency",
        "Marketing",
        "Utility",
        "Authentication",
        "Authentication-\nInternational",
        "Service",
    ];
    for (column, text) in (1u16..).zip(header) {
        sheet.write(4, column, text).expect("a cell");
    }
    let numbers = Format::new().set_num_format("0.0000");
    for (row, (market, rates)) in (5u32..).zip([
        (
            "United Kingdom",
            ["0.0382", "0.0159", "0.0159", "n/a", "0.0159"],
        ),
        (
            "Indonesia",
            ["0.0308", "0.0187", "0.0187", "0.1018", "0.0187"],
        ),
        ("Lemuria", ["0.01", "0.01", "0.01", "n/a", "0.01"]),
    ]) {
        sheet.write(row, 1, market).expect("a cell");
        sheet.write(row, 2, "GBP").expect("a cell");
        for (column, rate) in (3u16..).zip(rates) {
            match rate
                .parse::<serde_json::Number>()
                .ok()
                .and_then(|number| number.as_f64())
            {
                Some(number) => sheet
                    .write_with_format(row, column, number, &numbers)
                    .expect("a cell"),
                None => sheet.write(row, column, rate).expect("a cell"),
            };
        }
    }
    let notes = workbook.add_worksheet();
    notes.set_name("Notes").expect("a name");
    notes
        .write(0, 0, "Taxes are not included.")
        .expect("a cell");
    workbook.save(file).expect("a workbook");
}

const TIERS: &str = "\
Volume tiers in GBP,,,,,,,,,,,
,,Utility,,,,,Authentication,,,,
Market,Currency,From,To,Rate type,Rate,vs. List rate,From,To,Rate type,Rate,vs. List rate
Indonesia,GBP,0,\"750,000\",List rate,0.0187,0%,0,\"500,000\",List rate,0.0187,0%
,,\"750,001\",--,Tier rate,0.0178,-5%,\"500,001\",--,Tier rate,0.0177,-5%
";

fn code(error: RatesError) -> u8 {
    counterfoil::run::exit::Failure::from(error).status.code()
}

#[test]
fn a_workbook_and_its_tier_file_become_a_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let (book, tiers) = (
        folder.path().join("GBP.xlsx"),
        folder.path().join("GBP_tiers.csv"),
    );
    let out = folder.path().join("cards");
    write_workbook(&book);
    fs::write(&tiers, TIERS).expect("a file");
    let (status, answer, _) = rates(&[
        "import",
        path(&book),
        path(&tiers),
        "--effective-from",
        "2026-10-01",
        "--currency",
        "GBP",
        "--out",
        path(&out),
    ]);
    assert_eq!(status.expect("imported"), RatesStatus::Success);
    assert!(
        answer.starts_with("PMP-GBP-2026-10-01: 9 rates, 4 steps of tiers\n"),
        "{answer}"
    );
    assert!(
        answer.contains("GBP.xlsx[Rate card]:8: unknown market `Lemuria`"),
        "{answer}"
    );
    assert!(answer.contains("GBP.xlsx[Notes]: no header"), "{answer}");

    let (status, answer, _) = rates(&[
        "show",
        "--rates",
        path(&out),
        "--date",
        "2026-10-01",
        "--currency",
        "GBP",
        "--market",
        "Indonesia",
    ]);
    assert_eq!(status.expect("shown"), RatesStatus::Success);
    for line in [
        "marketing                     0.0308  PMP-GBP-2026-10-01  2026-10-01   -  official",
        "authentication_international  0.1018  PMP-GBP-2026-10-01  2026-10-01   -  official",
        "utility tiers from 2026-10-01",
        "0:750000    0.0187",
        "750001:MAX  0.0178",
        "500001:MAX  0.0177",
    ] {
        assert!(answer.contains(line), "{line}\n{answer}");
    }

    let (status, answer, _) = rates(&[
        "diff",
        "2026-09-30",
        "2026-10-01",
        "--rates",
        path(&out),
        "--currency",
        "GBP",
        "--format",
        "json",
    ]);
    status.expect("compared");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(
        answer["rates"].as_array().map(Vec::len),
        Some(9 - 2 + 2),
        "{answer}"
    );
    assert_eq!(answer["tiers"][1]["after"][0], "0:500000=0.0187");

    let (status, _, _) = rates(&["show", "--date", "2026-10-01", "--currency", "GBP"]);
    assert_eq!(
        status.expect("shown"),
        RatesStatus::Incomplete,
        "no built-in card in GBP"
    );
}

#[test]
fn what_holds_no_card_is_refused_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.csv");
    fs::write(&file, "nothing,here\n").expect("a file");
    let out = folder.path().join("cards");
    let arguments = |file: &Path| {
        let options = [
            "--effective-from",
            "2026-10-01",
            "--currency",
            "GBP",
            "--out",
        ];
        let arguments = ["import", path(file)]
            .into_iter()
            .chain(options)
            .chain([path(&out)]);
        arguments.map(str::to_owned).collect::<Vec<_>>()
    };
    for file in [file, folder.path().join("absent.csv")] {
        let arguments = arguments(&file);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (status, _, _) = rates(&arguments);
        assert_eq!(code(status.expect_err("refused")), 3);
        assert!(!out.exists());
    }
}

#[test]
fn the_moves_of_money_between_two_dates_are_exact() {
    let (status, answer, _) = rates(&["diff", "2025-12-31", "2026-01-01", "--currency", "USD"]);
    assert_eq!(status.expect("compared"), RatesStatus::Success);
    for line in [
        "From 2025-12-31 (PMP) to 2026-01-01 (PMP)",
        "USD       India          marketing       0.0107  0.0118  +0.0011  +10.28%  PMP-USD-2026-01-01",
        "USD       North America  utility          0.004  0.0034  -0.0006  -15.00%  PMP-USD-2026-01-01",
    ] {
        assert!(answer.contains(line), "{line}\n{answer}");
    }
    let (_, answer, _) = rates(&["diff", "2026-06-30", "2026-07-01", "--currency", "USD"]);
    assert!(
        answer.contains("2026-07-01  HU       Rest of Central & Eastern Europe  Hungary"),
        "{answer}"
    );
}

#[test]
fn a_rates_command_says_what_it_was_given_wrongly() {
    let (status, _, _) = rates(&[
        "show",
        "--date",
        "2026-10-01",
        "--currency",
        "USD",
        "--market",
        "Indai",
    ]);
    let error = status.expect_err("refused");
    let text = error.to_string();
    assert_eq!(code(error), 2);
    assert_eq!(
        text,
        "unknown market `Indai`, nearest is `India`; `rates list` knows them"
    );
    let (status, _, _) = rates(&["show", "--date", "2021-01-01", "--currency", "USD"]);
    assert_eq!(code(status.expect_err("refused")), 2);
    let folder = tempfile::tempdir().expect("a folder");
    let (status, _, _) = rates(&["list", "--rates", path(folder.path())]);
    assert_eq!(code(status.expect_err("refused")), 2);
    assert!(
        Rates::try_parse_from(["rates", "show", "--date", "soon", "--currency", "USD"]).is_err()
    );
}

#[test]
fn list_and_check_tell_what_is_known_and_what_is_not() {
    let (status, answer, _) = rates(&["list"]);
    assert_eq!(status.expect("listed"), RatesStatus::Success);
    for line in ["PMP-USD-2026-10-01", "CBP-USD-2023-06-01", "2026-10-01  KZ"] {
        assert!(answer.contains(line), "{line}\n{answer}");
    }
    let arguments = [
        "check",
        "--currency",
        "INR",
        "--from",
        "2026-04-01",
        "--to",
        "2026-09-30",
    ];
    let (status, answer, _) = rates(&arguments);
    assert_eq!(status.expect("checked"), RatesStatus::Incomplete);
    assert!(
        answer.contains("PMP INR utility 2026-04-01..2026-09-30: Pakistan"),
        "{answer}"
    );

    let arguments = [
        "check",
        "--currency",
        "USD",
        "--from",
        "2025-10-01",
        "--to",
        "2026-09-30",
        "--format",
        "json",
    ];
    let (status, answer, _) = rates(&arguments);
    assert_eq!(status.expect("checked"), RatesStatus::Success, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["currencies"][0], "USD");
}

#[test]
fn a_complete_folder_stands_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tariff");
    for file in [
        "rates.csv",
        "tiers.csv",
        "markets.csv",
        "auth_international.csv",
    ] {
        let table = fs::read_to_string(tables.join(file)).expect("a table");
        let kept = table
            .lines()
            .filter(|row| !row.starts_with("2026-01-01,,PMP,USD,India,marketing"));
        fs::write(
            folder.path().join(file),
            kept.collect::<Vec<_>>().join("\n"),
        )
        .expect("a file");
    }
    let india = [
        "show",
        "--date",
        "2026-01-01",
        "--currency",
        "USD",
        "--format",
        "json",
        "--market",
        "India",
    ];
    let rate = |arguments: &[&str]| {
        let (_, answer, _) = rates(arguments);
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        answer["markets"][0]["rates"][0]["rate"].clone()
    };
    assert_eq!(rate(&india), "0.0118");
    let own = [&india[..], &["--rates", path(folder.path())]].concat();
    assert_eq!(rate(&own), serde_json::Value::Null);
    fs::remove_file(folder.path().join("tiers.csv")).expect("removed");
    assert_eq!(rate(&own), "0.0118", "laid over the built-in cards");
}

#[test]
fn a_log_of_another_system_is_checked_through_its_map() {
    let log = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/sources/twilio/console.csv"
    );
    let (status, _, _) = rates(&["check", log, "--format", "json"]);
    assert!(matches!(status, Err(RatesError::Input(_))), "{status:?}");
    // An answer in the window and a template, both to Brazil, whose rates are known.
    let (status, answer, _) = rates(&["check", log, "--map", "twilio", "--format", "json"]);
    assert!(matches!(status, Ok(RatesStatus::Success)), "{status:?}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["charges"], 2, "{answer}");
    assert_eq!(answer["unrated"], serde_json::json!([]));
}

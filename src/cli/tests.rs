//! The command line end to end, over logs of a few rows.

use std::fs;
use std::path::Path;

use super::args::{Cli, Command};
use super::batch::{self, Purpose};
use super::config::{Parsed, Refused, parse};
use super::opened_log::stem;
use super::printer::{Format, Printer};
use super::values::RejectLimit;
use crate::run::exit::{ExitStatus, Failure};

fn understood(words: &[&str]) -> Parsed {
    let words = ["counterfoil"].iter().chain(words).map(Into::into);
    match parse(words) {
        Ok(parsed) => parsed,
        Err(Refused::Clap(error)) => panic!("{error}"),
        Err(Refused::Failure(failure)) => panic!("{:#}", failure.error),
    }
}

fn go_through(words: &[&str]) -> Result<ExitStatus, Failure> {
    let parsed = understood(words);
    let (purpose, args) = match &parsed.command {
        Command::Replay(args) => (Purpose::Replay, &**args),
        Command::Audit(args) => (Purpose::Audit(args), &args.log),
        _ => panic!("no log to go through"),
    };
    let printer = Printer::new(Format::Human, true);
    batch::run(
        purpose,
        args,
        &parsed,
        &["counterfoil".to_owned()],
        &printer,
    )
}

const HEADER: &str =
    "message_id,timestamp,direction,business,customer,type,category,status,delivered_at\n";
/// A marketing template to Brazil, where a card of every year has a rate.
const TEMPLATE: &str = "t1,2026-10-05T12:00:00Z,outbound,491,5511999990001,template,marketing,sent,2026-10-05T12:00:03Z\n";
/// Failed and delivered: Q-CONFLICT.
const CONFLICT: &str = "c1,2026-10-05T12:00:00Z,outbound,491,5511999990002,text,,delivered,\n\
    c1,2026-10-05T12:00:01Z,outbound,491,5511999990002,text,,failed,\n";
/// No card prices first conversations: beyond the allowance of none they are unrated.
const UNRATED: &str =
    "u1,2022-05-05T12:00:00Z,outbound,491,5511999990003,template,,sent,2022-05-05T12:00:03Z\n";

fn log_of(home: &Path, rows: &[&str]) -> String {
    let log = home.join("log.csv");
    fs::write(&log, [HEADER, &rows.concat()].concat()).unwrap();
    log.display().to_string()
}

fn log_in(home: &Path) -> String {
    log_of(home, &[TEMPLATE])
}

#[test]
fn a_replay_writes_everything_and_seals_it() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["replay", &log, "--csv", "--out", out.to_str().unwrap()];
    assert_eq!(go_through(&words).unwrap(), ExitStatus::Success);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let outputs: Vec<&str> = manifest["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    let expected = [
        "charts/units_by_day.png",
        "charts/units_by_day.svg",
        "charts/units_by_hour.png",
        "charts/units_by_hour.svg",
        "rejects.csv",
        "report.html",
        "report.xlsx",
        "summary.json",
        "tables/charges.csv",
        "tables/charges.parquet",
        "tables/conversations.csv",
        "tables/conversations.parquet",
    ];
    assert_eq!(outputs, expected);
    for file in manifest["outputs"].as_array().unwrap() {
        let content = fs::read(out.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["blake3"], blake3::hash(&content).to_hex().as_str());
        assert_eq!(file["bytes"], content.len());
    }
    assert_eq!(manifest["inputs"][0]["path"], log.as_str());
    assert_eq!(manifest["regimes"], serde_json::json!(["pmp-2026"]));
    assert_eq!(manifest["rate_cards"], serde_json::json!([]));
}

#[test]
fn an_audit_writes_lines_and_names_its_cards() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["audit", &log, "--csv", "--out", out.to_str().unwrap()];
    assert_eq!(go_through(&words).unwrap(), ExitStatus::Success);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(
        manifest["rate_cards"],
        serde_json::json!(["PMP-USD-2025-07-01"])
    );
    let lines = fs::read_to_string(out.join("tables/lines.csv")).unwrap();
    let expected = "account,business,month,market,category,pricing_type,tier,rate_card,rate,currency,\
        quantity,amount,state\n\
        default,491,2026-10,Brazil,marketing,regular,,PMP-USD-2025-07-01,0.0625,USD,1,0.0625,rated\n";
    assert_eq!(lines, expected);
}

#[test]
fn an_existing_folder_needs_force() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["replay", &log, "--out", out.to_str().unwrap()];
    go_through(&words).unwrap();
    let failure = go_through(&words).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Usage);
    assert!(failure.hints[0].contains("--force"));
    let words = [&words[..], &["--force"]].concat();
    assert_eq!(go_through(&words).unwrap(), ExitStatus::Success);
}

#[test]
fn a_log_that_breaks_off_leaves_no_folder() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log.csv.gz");
    fs::write(&log, [0x1f, 0x8b, 8, 0, 0]).unwrap();
    let out = home.path().join("out");
    let words = [
        "replay",
        log.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let failure = go_through(&words).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Input);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_run_that_fails_leaves_no_folder_around_its_folder() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log.csv.gz");
    // A sound header of a row, then the stream breaks off.
    let whole = {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        std::io::Write::write_all(
            &mut writer,
            [HEADER, &TEMPLATE.repeat(50)].concat().as_bytes(),
        )
        .unwrap();
        writer.finish().unwrap()
    };
    fs::write(&log, &whole[..whole.len() / 2]).unwrap();
    let out = home.path().join("reports/out");
    let words = [
        "replay",
        log.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(go_through(&words).unwrap_err().status, ExitStatus::Input);
    assert!(!home.path().join("reports").exists());
}

#[test]
fn standard_input_needs_a_form() {
    let failure = go_through(&["replay", "-"]).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Usage);
    assert!(failure.hints[0].contains("csv.gz"));
}

/// K-1, X-3: two costs whose sum would not fit, and one below nothing; each is charged at list instead.
#[test]
fn cost_marks_that_are_no_prices_are_left_aside() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log.csv");
    let mut text = HEADER.trim_end().to_owned() + ",max_price,meta_cost,meta_cost_currency\n";
    for (id, cost) in [
        ("a", "99999999999999999999999999"),
        ("b", "99999999999999999999999999"),
        ("c", "-1"),
    ] {
        let template = TEMPLATE.trim_end().replacen("t1", id, 1);
        text += &format!("{template},1,{cost},USD\n");
    }
    fs::write(&log, text).unwrap();
    let out = home.path().join("out");
    let words = [
        "audit",
        log.to_str().unwrap(),
        "--csv",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(go_through(&words).unwrap(), ExitStatus::Success);
    let lines = fs::read_to_string(out.join("tables/lines.csv")).unwrap();
    assert!(lines.contains(",0.0625,USD,3,0.1875,rated"), "{lines}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["replay", &log, "--dry-run", "--out", out.to_str().unwrap()];
    assert_eq!(go_through(&words).unwrap(), ExitStatus::Success);
    assert!(!out.exists());
}

#[test]
fn rejects_outrank_incompleteness_outranks_findings() {
    let bad = "b1,never,outbound,491,5511999990001,text,,sent,\n";
    let rejects = [bad, bad, bad, bad];
    let unrated = [UNRATED, CONFLICT];
    let cases: [(&str, &[&str], &[&str], u8); 7] = [
        ("replay", &rejects, &["--max-rejects=3"], 3),
        ("replay", &rejects[..3], &["--max-rejects=3"], 0),
        (
            "audit",
            &[bad, UNRATED],
            &["--max-rejects=1%", "--set=allowance_cbp_2022=0"],
            3,
        ),
        (
            "audit",
            &unrated,
            &["--fail-on=q-conflict", "--set=allowance_cbp_2022=0"],
            4,
        ),
        ("audit", &unrated, &["--fail-on=q-conflict"], 1),
        ("replay", &[CONFLICT], &["--fail-on=q-conflict"], 1),
        ("replay", &[CONFLICT], &["--fail-on=Q-GAP"], 0),
    ];
    for (command, rows, options, code) in cases {
        let home = tempfile::tempdir().unwrap();
        let log = log_of(home.path(), rows);
        let out = home.path().join("out");
        let words = [&[command, &log, "--out", out.to_str().unwrap()], options].concat();
        assert_eq!(go_through(&words).unwrap().code(), code, "{words:?}");
        assert!(out.join("rejects.csv").is_file());
    }
}

#[test]
fn a_flag_outranks_the_file() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("counterfoil.toml");
    let text = "[options]\nmax-rejects = \"7\"\nmonth = \"2025-07\"\ncsv = true\n\
        fail_on = [\"Q-GAP\", \"Q-CLOCK\"]\n[settings]\nwindow_instant = \"delivery\"\n";
    fs::write(&file, text).unwrap();
    let config = file.to_str().unwrap();
    let parsed = understood(&[
        "replay",
        "a.csv",
        "--config",
        config,
        "--from",
        "2025-07-03",
    ]);
    let Command::Replay(args) = &parsed.command else {
        panic!("no replay");
    };
    assert_eq!(args.output.max_rejects, RejectLimit::Rows(7));
    assert!(args.output.csv && args.source.month.is_none() && args.source.from.is_some());
    assert_eq!(args.fail_on, ["Q-GAP", "Q-CLOCK"]);
    let origin = |name: &str| {
        let option = parsed.options.iter().find(|option| option.name == name);
        option.map(|option| option.origin.as_ref())
    };
    assert_eq!(origin("max-rejects"), Some("file"));
    assert_eq!(origin("from"), Some("flag"));
    assert_eq!(origin("format"), Some("default"));
    let parsed = understood(&["replay", "a.csv", "--config", config, "--max-rejects=0.5%"]);
    let Command::Replay(args) = &parsed.command else {
        panic!("no replay");
    };
    assert_eq!(
        args.output.max_rejects,
        RejectLimit::PerHundredMillion(500_000)
    );
    assert!(args.source.month.is_some());
}

#[test]
fn an_unknown_option_in_the_file_is_refused_with_the_nearest() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("x.toml");
    fs::write(&file, "[options]\nmax-reject = \"7\"\n").unwrap();
    let words = [
        "counterfoil",
        "replay",
        "a.csv",
        "--config",
        file.to_str().unwrap(),
    ];
    match parse(words.iter().map(Into::into)) {
        Err(Refused::Failure(failure)) => {
            assert_eq!(failure.status, ExitStatus::Usage);
            assert!(failure.hints[0].contains("max-rejects"));
        }
        _ => panic!("understood"),
    }
}

#[test]
fn reject_limits_are_exact() {
    let limit: RejectLimit = "0.1%".parse().unwrap();
    assert!(!limit.is_exceeded(1, 1000));
    assert!(limit.is_exceeded(2, 1000));
    assert!(!limit.is_exceeded(0, 0));
    for refused in ["", "%", "101%", "-1", "1.5", "x%", "1e3%"] {
        assert!(refused.parse::<RejectLimit>().is_err(), "{refused}");
    }
}

#[test]
fn the_folder_is_named_after_the_log() {
    for (log, name) in [
        ("exports/july.csv.gz", "july"),
        ("july.parquet", "july"),
        ("exports", "exports"),
        ("-", "stdin"),
        ("a.b.csv", "a.b"),
        (".csv", "csv"),
    ] {
        assert_eq!(stem(Path::new(log)), name, "{log}");
    }
}

#[test]
fn the_command_line_is_sound() {
    <Cli as clap::CommandFactory>::command().debug_assert();
}

#[cfg(not(feature = "object-store"))]
#[test]
fn a_build_without_object_stores_refuses_a_url_and_says_how_to_build_one_with() {
    for words in [
        ["replay", "s3://exports/2026/"],
        ["check", "gs://exports/a.csv"],
        ["audit", "az://exports/a.csv"],
        ["replay", "log.csv --out s3://exports/x"],
    ] {
        let words = words.iter().flat_map(|word| word.split(' '));
        let words = ["counterfoil"].into_iter().chain(words).map(Into::into);
        let Err(Refused::Failure(failure)) = parse(words) else {
            panic!("refused");
        };
        assert_eq!(failure.status, ExitStatus::Usage);
        let text = format!("{:#}", failure.error);
        assert!(
            text.contains("this build of counterfoil has no object stores"),
            "{text}"
        );
        assert!(failure.hints[0].contains("cargo build --release --features object-store"));
    }
}

#[test]
fn a_url_where_only_a_local_path_can_stand_is_refused() {
    for (words, name) in [
        (
            "replay log.csv --accounts s3://b/a.toml",
            "--accounts s3://b/a.toml",
        ),
        ("verify gs://b/run", "RUN gs://b/run"),
        (
            "import log.csv --from canonical --out az://b/x.csv",
            "--out az://b/x.csv",
        ),
        (
            "replay https://host/log.csv?secret",
            "LOG: a URL that begins with https://",
        ),
    ] {
        let words = words.split(' ');
        let words = ["counterfoil"].into_iter().chain(words).map(Into::into);
        let Err(Refused::Failure(failure)) = parse(words) else {
            panic!("{name} is refused");
        };
        assert_eq!(failure.status, ExitStatus::Usage);
        let text = format!("{:#}", failure.error);
        assert!(text.starts_with(name), "{text}");
        assert!(
            text.contains("expected a local path") && !text.contains("secret"),
            "{text}"
        );
    }
}

//! The command line end to end, over an engine that knows its outcome beforehand.

use std::fs;
use std::path::Path;

use super::args::{Cli, Command};
use super::config::{Parsed, Refused, parse};
use super::engine::{Engine, FileInfo, LogRequest, ReplayRequest, Replayed, stem};
use super::printer::{Format, Printer};
use super::values::RejectLimit;
use crate::accounts::TemplateRegistry;
use crate::report::fixture::World;
use crate::report::rejects::Reject;
use crate::run::exit::{ExitStatus, Failure};

struct Known {
    rejected: u64,
    incomplete: bool,
    fails: bool,
}

const SOUND: Known = Known {
    rejected: 0,
    incomplete: false,
    fails: false,
};

impl Engine for Known {
    type Log = Vec<FileInfo>;

    fn open(&self, request: &LogRequest, _: &TemplateRegistry) -> anyhow::Result<Self::Log> {
        Ok(request
            .logs
            .iter()
            .map(|path| FileInfo {
                path: path.clone(),
                content: path.clone(),
                bytes: fs::metadata(path).map_or(0, |found| found.len()),
                columns: vec!["message_id", "timestamp"],
                ignored_columns: vec!["agent".to_owned()],
            })
            .collect())
    }

    fn files(&self, log: &Self::Log) -> Vec<FileInfo> {
        log.clone()
    }

    fn replay<'l>(
        &self,
        _: &'l Self::Log,
        _: &ReplayRequest<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> anyhow::Result<Replayed<'l>> {
        progress(1);
        anyhow::ensure!(!self.fails, "line 7: the log breaks off");
        let mut world = World::generated(100, 2, 3);
        world.outcome.totals.rejected += self.rejected;
        world.outcome.totals.rows_read += self.rejected;
        if self.incomplete {
            world.outcome.incomplete = vec!["a time zone is unknown".into()];
        }
        let rejects = (0..self.rejected).map(|line| {
            Ok(Reject {
                file: "log.csv".into(),
                line,
                byte_offset: None,
                column: None,
                code: "ragged",
                reason: "3 cells, expected 5".into(),
                raw: b"a,b,c".to_vec(),
            })
        });
        Ok(Replayed {
            outcome: world.outcome,
            ids: Box::new(world.ids),
            rejects: Box::new(rejects),
        })
    }
}

fn understood(words: &[&str]) -> Parsed {
    let words = ["counterfoil"].iter().chain(words).map(Into::into);
    match parse(words) {
        Ok(parsed) => parsed,
        Err(Refused::Clap(error)) => panic!("{error}"),
        Err(Refused::Failure(failure)) => panic!("{:#}", failure.error),
    }
}

fn replay(engine: &Known, words: &[&str]) -> Result<ExitStatus, Failure> {
    let parsed = understood(words);
    let Command::Replay(args) = &parsed.command else {
        panic!("no replay");
    };
    let printer = Printer::new(Format::Human, true);
    super::replay::run(engine, args, &parsed, &["counterfoil".to_owned()], &printer)
}

fn log_in(home: &Path) -> String {
    let log = home.join("log.csv");
    fs::write(&log, "message_id,timestamp\n").unwrap();
    log.display().to_string()
}

#[test]
fn a_replay_writes_everything_and_seals_it() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["replay", &log, "--csv", "--out", out.to_str().unwrap()];
    assert_eq!(replay(&SOUND, &words).unwrap(), ExitStatus::Success);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let outputs: Vec<&str> = manifest["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    let expected = [
        "rejects.csv",
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
    assert_eq!(
        manifest["regimes"],
        serde_json::json!(["cbp-2023", "pmp-2025"])
    );
}

#[test]
fn an_existing_folder_needs_force() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let words = ["replay", &log, "--out", out.to_str().unwrap()];
    replay(&SOUND, &words).unwrap();
    let failure = replay(&SOUND, &words).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Usage);
    assert!(failure.hints[0].contains("--force"));
    let words = [&words[..], &["--force"]].concat();
    assert_eq!(replay(&SOUND, &words).unwrap(), ExitStatus::Success);
}

#[test]
fn a_log_that_breaks_off_leaves_no_folder() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let engine = Known {
        fails: true,
        ..SOUND
    };
    let failure = replay(&engine, &["replay", &log, "--out", out.to_str().unwrap()]).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Input);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let log = log_in(home.path());
    let out = home.path().join("out");
    let engine = Known {
        fails: true,
        ..SOUND
    };
    let words = ["replay", &log, "--dry-run", "--out", out.to_str().unwrap()];
    assert_eq!(replay(&engine, &words).unwrap(), ExitStatus::Success);
    assert!(!out.exists());
}

#[test]
fn rejects_outrank_incompleteness_outranks_findings() {
    let cases = [
        (
            Known {
                rejected: 4,
                ..SOUND
            },
            "--max-rejects=3",
            3,
        ),
        (
            Known {
                rejected: 3,
                ..SOUND
            },
            "--max-rejects=3",
            0,
        ),
        (
            Known {
                rejected: 4,
                incomplete: true,
                ..SOUND
            },
            "--max-rejects=1%",
            3,
        ),
        (
            Known {
                incomplete: true,
                ..SOUND
            },
            "--fail-on=q-conflict",
            4,
        ),
        (SOUND, "--fail-on=q-conflict", 1),
        (SOUND, "--fail-on=Q-GAP", 0),
    ];
    for (engine, option, code) in cases {
        let home = tempfile::tempdir().unwrap();
        let log = log_in(home.path());
        let out = home.path().join("out");
        let words = ["replay", &log, option, "--out", out.to_str().unwrap()];
        let status = replay(&engine, &words).unwrap();
        assert_eq!(status.code(), code, "{option}");
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
    assert_eq!(args.max_rejects, RejectLimit::Rows(7));
    assert!(args.csv && args.month.is_none() && args.from.is_some());
    assert_eq!(args.fail_on, ["Q-GAP", "Q-CLOCK"]);
    let origin = |name: &str| {
        let option = parsed.options.iter().find(|option| option.name == name);
        option.map(|option| option.origin)
    };
    assert_eq!(origin("max-rejects"), Some("file"));
    assert_eq!(origin("from"), Some("flag"));
    assert_eq!(origin("format"), Some("default"));
    let parsed = understood(&["replay", "a.csv", "--config", config, "--max-rejects=0.5%"]);
    let Command::Replay(args) = &parsed.command else {
        panic!("no replay");
    };
    assert_eq!(args.max_rejects, RejectLimit::PerHundredMillion(500_000));
    assert!(args.month.is_some());
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

//! `run`: scheduled jobs, with the built program: files count once, whatever happens between two runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use counterfoil::job::lock::Lock;
use counterfoil::job::record::{Intent, Record};
use serde_json::Value;

const HEADER: &str = "message_id,timestamp,direction,business,customer,type,category,status\n";
const JOB: &str = r#"
[job]
name = "daily"
[input]
logs = ["in/*.csv"]
[state]
file = "state/a.state"
close_after_days = 5
[output]
runs = "runs/{run}"
month_to_date = "months/{month}"
[metrics]
file = "daily.prom"
"#;

/// A folder with a job of its own.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(job: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("job.toml"), job).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A day of October 2026 with so many marketing templates to Germany.
    fn day(&self, name: &str, day: u32, messages: u32) {
        let mut text = HEADER.to_owned();
        for number in 0..messages {
            text.push_str(&format!(
                "m{day}-{number},2026-10-{day:02}T10:00:{number:02}Z,outbound,4930123456,49151000{number:04},template,marketing,delivered\n"
            ));
        }
        fs::write(self.path("in").join(name), text).unwrap();
    }

    fn run(&self, at: &str, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
        command.arg("run").arg(self.path("job.toml"));
        command.args(["--format", "json", "--at", at]).args(more);
        command.output().unwrap()
    }

    fn runs(&self) -> Vec<String> {
        let Ok(list) = fs::read_dir(self.path("runs")) else {
            return Vec::new();
        };
        let names = list.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn record(&self) -> Record {
        Record::read(&self.path("state/a.state.job.json"))
            .unwrap()
            .unwrap()
    }

    /// Units that October has by the month to date.
    fn units(&self) -> u64 {
        let text = fs::read(self.path("months/2026-10/summary.json")).unwrap();
        let value: Value = serde_json::from_slice(&text).unwrap();
        value["totals"]["USD"]["rated"].as_u64().unwrap()
    }
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", errors(output)))
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn files_count_once_whatever_their_name_and_nothing_new_is_clean() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    let first = world.run("2026-10-02T06:00:00Z", &[]);
    assert_eq!(first.status.code(), Some(0), "{}", errors(&first));
    assert_eq!(world.units(), 3);
    let again = world.run("2026-10-02T07:00:00Z", &[]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(told(&again)["outcome"], "no_new_rows");
    assert_eq!(errors(&again).lines().count(), 1, "{}", errors(&again));
    world.day("01-copy.csv", 1, 3);
    world.day("02.csv", 2, 4);
    let second = world.run("2026-10-03T06:00:00Z", &[]);
    assert_eq!(second.status.code(), Some(0), "{}", errors(&second));
    assert_eq!(
        told(&second)["repeated_files"],
        serde_json::json!(["in/01-copy.csv"])
    );
    assert_eq!(told(&second)["new_files"], serde_json::json!(["in/02.csv"]));
    assert_eq!(world.units(), 7);
    assert_eq!(world.runs(), ["20261002T060000Z", "20261003T060000Z"]);
    let metrics = fs::read_to_string(world.path("daily.prom")).unwrap();
    assert!(metrics.contains("counterfoil_job_files{job=\"daily\"} 3\n"));
    assert!(metrics.contains("counterfoil_job_runs_total{job=\"daily\"} 2\n"));
}

#[test]
fn a_changed_file_is_an_error_and_counts_nothing() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    assert!(world.run("2026-10-02T06:00:00Z", &[]).status.success());
    let before = fs::read(world.path("state/a.state")).unwrap();
    world.day("01.csv", 1, 4);
    world.day("02.csv", 2, 1);
    let output = world.run("2026-10-03T06:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        errors(&output).contains("in/01.csv has changed since it was read"),
        "{}",
        errors(&output)
    );
    assert_eq!(fs::read(world.path("state/a.state")).unwrap(), before);
    assert_eq!(world.runs().len(), 1);
}

#[test]
fn a_second_run_is_refused_while_one_is_at_work() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 1);
    let lock = Lock::take(&world.path("state/a.state.lock")).unwrap();
    let output = world.run("2026-10-02T06:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors(&output).contains("another run holds"),
        "{}",
        errors(&output)
    );
    assert!(world.runs().is_empty());
    drop(lock);
    assert!(world.run("2026-10-02T06:00:00Z", &[]).status.success());
}

/// Killed before the state was written: folder or none, the files have not counted.
#[test]
fn a_run_that_was_killed_before_its_state_is_made_again() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    assert!(world.run("2026-10-02T06:00:00Z", &[]).status.success());
    let record = world.record();
    let state = fs::read(world.path("state/a.state")).unwrap();
    world.day("02.csv", 2, 4);
    assert!(world.run("2026-10-03T06:00:00Z", &[]).status.success());
    // What stood on the disk between the rename of the folder and that of the state.
    let finished = world.record();
    let folder = PathBuf::from("runs/20261003T060000Z");
    let entries = finished.files.iter();
    let entries = entries.filter(|(path, _)| !record.files.contains_key(*path));
    let cut_off = Record {
        intent: Some(Intent {
            run: "20261003T060000Z".to_owned(),
            folder,
            state_blake3: record.state_blake3.clone(),
            files: entries
                .map(|(path, file)| (path.clone(), file.clone()))
                .collect(),
            closes: Default::default(),
        }),
        ..record
    };
    cut_off
        .write(&world.path("state/a.state.job.json"))
        .unwrap();
    fs::write(world.path("state/a.state"), state).unwrap();
    let output = world.run("2026-10-03T07:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(errors(&output).contains("it is made again"));
    assert_eq!(world.units(), 7);
    assert_eq!(world.runs(), ["20261002T060000Z", "20261003T070000Z"]);
    assert_eq!(world.record().files, {
        let mut files = finished.files;
        for file in files.values_mut() {
            if file.run == "20261003T060000Z" {
                file.run = "20261003T070000Z".to_owned();
            }
        }
        files
    });
}

/// Killed after the state was written and before the books: the files have counted, and do not count again.
#[test]
fn a_run_that_was_killed_after_its_state_is_only_entered() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    assert!(world.run("2026-10-02T06:00:00Z", &[]).status.success());
    let record = world.record();
    world.day("02.csv", 2, 4);
    assert!(world.run("2026-10-03T06:00:00Z", &[]).status.success());
    let finished = world.record();
    let entries = finished.files.iter();
    let entries = entries.filter(|(path, _)| !record.files.contains_key(*path));
    let cut_off = Record {
        intent: Some(Intent {
            run: "20261003T060000Z".to_owned(),
            folder: PathBuf::from("runs/20261003T060000Z"),
            state_blake3: record.state_blake3.clone(),
            files: entries
                .map(|(path, file)| (path.clone(), file.clone()))
                .collect(),
            closes: Default::default(),
        }),
        ..record
    };
    cut_off
        .write(&world.path("state/a.state.job.json"))
        .unwrap();
    fs::remove_dir_all(world.path("months/2026-10")).unwrap();
    let state = fs::read(world.path("state/a.state")).unwrap();
    let output = world.run("2026-10-03T07:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(errors(&output).contains("its books are completed"));
    assert_eq!(told(&output)["outcome"], "no_new_rows");
    assert_eq!(fs::read(world.path("state/a.state")).unwrap(), state);
    assert_eq!(world.units(), 7);
    assert_eq!(world.record().files, finished.files);
    assert_eq!(world.runs().len(), 2);
}

#[test]
fn a_state_that_the_job_did_not_leave_is_refused() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    assert!(world.run("2026-10-02T06:00:00Z", &[]).status.success());
    fs::remove_file(world.path("state/a.state")).unwrap();
    let output = world.run("2026-10-03T06:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("is gone"), "{}", errors(&output));
}

#[test]
fn months_close_and_old_runs_go_but_not_those_of_an_open_month() {
    let job = JOB.replace("[output]", "[output]\nkeep_runs = 1");
    let world = World::new(&job);
    for day in 1..=3 {
        world.day(&format!("{day:02}.csv"), day, 1);
        let at = format!("2026-10-{:02}T06:00:00Z", day + 1);
        assert!(world.run(&at, &[]).status.success());
    }
    assert_eq!(world.runs().len(), 3, "October is open");
    // Six days after the end of October, with a row that comes within a week of the last one.
    world.day("04.csv", 9, 1);
    let output = world.run("2026-11-06T06:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(told(&output)["closes"], serde_json::json!(["2026-10"]));
    assert_eq!(world.runs(), ["20261106T060000Z"]);
    assert_eq!(world.units(), 4);
}

#[test]
fn budgets_are_told_and_end_with_1() {
    let job = format!(
        "{JOB}[alerts]\nmonth_to_date = [{{ currency = \"USD\", amount = \"0.1\" }}, {{ currency = \"USD\", amount = \"5000\" }}]\n"
    );
    let world = World::new(&job);
    world.day("01.csv", 1, 3);
    let output = world.run("2026-10-02T06:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let alerts = told(&output)["alerts"].as_array().unwrap().clone();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].as_str().unwrap().ends_with("the budget is 0.1"));
    let metrics = fs::read_to_string(world.path("daily.prom")).unwrap();
    assert!(
        metrics.contains("alert=\"month_to_date USD 0.1\"} 1\n"),
        "{metrics}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = World::new(JOB);
    world.day("01.csv", 1, 3);
    let output = world.run("2026-10-02T06:00:00Z", &["--dry-run"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(told(&output)["outcome"], "would_run");
    let names = |path: &Path| fs::read_dir(path).unwrap().count();
    assert_eq!(names(world.folder.path()), 2, "the job file and its input");
}

#[test]
fn a_wrong_key_or_option_is_refused_before_anything_is_written() {
    for (more, expected) in [
        ("[outputs]\n", "nearest is `output`"),
        ("[options]\nmax_reject = 1\n", "--max-reject"),
        ("[settings]\nS-99 = \"x\"\n", "S-99"),
    ] {
        let world = World::new(&format!("{JOB}{more}"));
        world.day("01.csv", 1, 1);
        let output = world.run("2026-10-02T06:00:00Z", &[]);
        assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
        assert!(errors(&output).contains(expected), "{}", errors(&output));
        assert!(world.runs().is_empty());
    }
}

/// Wherever the signal comes, the next run ends as if there had been none.
#[cfg(unix)]
#[test]
fn sigterm_leaves_nothing_half_written() {
    for wait_ms in [5, 40, 120, 300] {
        let world = World::new(JOB);
        for day in 1..=9 {
            world.day(&format!("{day:02}.csv"), day, 50);
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .arg("run")
            .arg(world.path("job.toml"))
            .args(["--quiet", "--at", "2026-10-10T06:00:00Z"])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        let killed = Command::new("kill").arg(child.id().to_string()).status();
        assert!(killed.is_ok());
        child.wait().unwrap();
        let left = world.runs();
        let is_whole = |run: &String| world.path("runs").join(run).join("manifest.json").exists();
        assert!(left.iter().all(is_whole), "{wait_ms} ms: {left:?}");
        let output = world.run("2026-10-10T07:00:00Z", &[]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert_eq!(world.units(), 450, "{wait_ms} ms");
        assert_eq!(world.record().files.len(), 9);
        assert_eq!(world.record().run_count, 1);
    }
}

#[test]
fn a_clock_that_ran_ahead_moves_no_budget() {
    let budget = "[alerts]\nmonth_to_date = [{ currency = \"USD\", amount = \"0.2\" }]\n";
    let world = World::new(&[JOB, budget].concat());
    // 0.273 USD in October, and a row of 2031.
    world.day("a.csv", 5, 2);
    let path = world.path("in/a.csv");
    let ahead = "ahead,2031-01-01T10:00:00Z,inbound,4930123456,491510009999,text,,\n".to_owned();
    fs::write(&path, fs::read_to_string(&path).unwrap() + &ahead).unwrap();
    let output = world.run("2026-10-06T03:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let as_of = world.record().known.as_of.unwrap();
    assert_eq!(as_of, "2026-10-06T03:00:00Z");
}

#[test]
fn adopting_where_there_is_no_state_is_refused() {
    let world = World::new(JOB);
    world.day("a.csv", 5, 2);
    let output = world.run("2026-10-06T03:00:00Z", &["--adopt"]);
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    let output = world.run("2026-10-06T03:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(world.units(), 2);
}

#[test]
fn a_month_tells_the_adjustments_of_all_runs() {
    let world = World::new(JOB);
    world.day("a.csv", 5, 2);
    world.run("2026-10-06T03:00:00Z", &[]);
    // The first one was delivered a minute earlier than was known.
    let earlier =
        "m5-0,2026-10-05T09:59:00Z,outbound,4930123456,491510000000,template,marketing,delivered\n";
    fs::write(world.path("in/b.csv"), [HEADER, earlier].concat()).unwrap();
    world.run("2026-10-06T04:00:00Z", &[]);
    world.day("c.csv", 6, 1);
    let output = world.run("2026-10-07T03:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let text = fs::read(world.path("months/2026-10/summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(summary["adjusted"]["USD"]["count"], 1, "{summary}");
    assert_eq!(world.units(), 3);
}

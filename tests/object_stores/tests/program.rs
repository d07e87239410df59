//! The program against the server: what it says, what it exits with, what it leaves behind.
//!
//! These tests need a program that was built with the feature, which takes minutes, so they are asked for:
//!
//! ```text
//! cargo build --release --features object-store
//! COUNTERFOIL_PROGRAM=$PWD/target/release/counterfoil \
//!   cargo test --manifest-path tests/object_stores/Cargo.toml -- --include-ignored
//! ```

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use server::{BUCKET, KEY_ID, SECRET, Server, files};

/// A session's token; like the others it may be seen nowhere.
const TOKEN: &str = "sentineltoken0001";
const SEALED: &str = "manifest.json";

/// A folder to work in, and the server with the sample log.
struct Place {
    home: tempfile::TempDir,
    server: Server,
}

/// How a call ended.
struct Said {
    code: i32,
    out: String,
    err: String,
    took: Duration,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            home: tempfile::tempdir().unwrap(),
            server: Server::start(),
        };
        fs::create_dir(place.temp()).unwrap();
        for (name, content) in files(&sample("log")) {
            place.server.put(&format!("log/{name}"), &content);
        }
        place
    }

    fn temp(&self) -> PathBuf {
        self.home.path().join("temp")
    }

    fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, &[])
    }

    /// Runs the program; nothing that it says or writes may hold a credential, and no temporary file may stay.
    fn run_with(&self, words: &[&str], changed: &[(&str, &str)]) -> Said {
        let program = std::env::var_os("COUNTERFOIL_PROGRAM")
            .expect("COUNTERFOIL_PROGRAM: the program, built with --features object-store");
        let start = Instant::now();
        let done: Output = Command::new(program)
            .args(words)
            .current_dir(self.home.path())
            .env_clear()
            .envs(self.server.environment())
            .env("TMPDIR", self.temp())
            .env("RUST_BACKTRACE", "1")
            .env("RUST_LOG", "trace")
            .envs(changed.iter().copied())
            .output()
            .expect("the program of COUNTERFOIL_PROGRAM");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said = Said {
            code: done.status.code().unwrap_or(-1),
            out: text(done.stdout),
            err: text(done.stderr),
            took: start.elapsed(),
        };
        self.assert_no_credentials(&said);
        assert!(files(&self.temp()).is_empty(), "temporary files stay");
        assert_eq!(fs::read_dir(self.temp()).unwrap().count(), 0);
        said
    }

    fn assert_no_credentials(&self, said: &Said) {
        let mut written = files(self.home.path());
        written.extend(self.server.objects(""));
        written.push(("standard output".to_owned(), said.out.clone().into_bytes()));
        written.push(("standard error".to_owned(), said.err.clone().into_bytes()));
        for (name, content) in written {
            let text = String::from_utf8_lossy(&content);
            for secret in [KEY_ID, SECRET, TOKEN] {
                assert!(!text.contains(secret), "{name} holds a credential");
            }
        }
    }

    fn audit(&self, log: &str, out: &str) -> Said {
        let accounts = sample("accounts.toml").display().to_string();
        let templates = sample("templates.csv").display().to_string();
        self.run(&[
            "audit",
            log,
            "--accounts",
            &accounts,
            "--templates",
            &templates,
            "--out",
            out,
        ])
    }

    /// The objects below a folder, and whether there is a run.
    fn keys(&self, folder: &str) -> Vec<String> {
        let objects = self.server.objects(folder).into_iter();
        objects.map(|(key, _)| key).collect()
    }
}

impl Said {
    fn is(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    fn names(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.err.contains(part), "no {part} in {}", self.err);
        }
        self
    }
}

fn sample(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::canonicalize(root.join("data/sample").join(name)).unwrap()
}

/// The tables of a run by name.
fn tables(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let is_table = |name: &str| name.starts_with("tables/") || name == "focus.csv";
    let tables = files.into_iter().filter(|(name, _)| is_table(name));
    tables.collect()
}

#[test]
#[ignore = "needs COUNTERFOIL_PROGRAM"]
fn a_log_in_a_store_gives_the_tables_of_the_log_in_files() {
    let place = Place::new();
    place
        .audit(&sample("log").display().to_string(), "local")
        .is(0);
    let local = tables(files(&place.home.path().join("local")));
    assert!(local.len() >= 4);
    for (out, log) in [
        ("folder", "s3://exports/log/"),
        ("glob", "s3://exports/lo?/*.csv"),
    ] {
        place.audit(log, out).is(0);
        let run = place.home.path().join(out);
        assert!(tables(files(&run)) == local, "{out}");
        let manifest = fs::read_to_string(run.join(SEALED)).unwrap();
        let log = fs::read(sample("log/statuses.csv")).unwrap();
        assert!(manifest.contains("\"path\": \"s3://exports/log/statuses.csv\""));
        assert!(manifest.contains(&format!("\"bytes\": {}", log.len())));
    }
    let rows = fs::read(sample("../../tests/data/parquet/local_split.parquet")).unwrap();
    fs::write(place.home.path().join("rows.parquet"), &rows).unwrap();
    place.server.put("rows.parquet", &rows);
    for (out, log) in [
        ("p-local", "rows.parquet"),
        ("p", "s3://exports/rows.parquet"),
    ] {
        let said = place.run(&["replay", log, "--out", out, "--max-rejects", "100%"]);
        assert!(matches!(said.code, 0 | 4), "{}", said.err);
    }
    let run = |name: &str| tables(files(&place.home.path().join(name)));
    assert!(!run("p").is_empty() && run("p") == run("p-local"));
}

#[test]
#[ignore = "needs COUNTERFOIL_PROGRAM"]
fn a_run_is_uploaded_whole_and_its_manifest_last() {
    let place = Place::new();
    let log = sample("log").display().to_string();
    place.audit(&log, "local").is(0);
    let local = files(&place.home.path().join("local"));
    place.server.take_requests();
    let said = place.audit(&log, "s3://exports/reports/x");
    assert!(said.is(0).out.contains("s3://exports/reports/x"));
    let requests = place.server.take_requests();
    let last = requests.iter().rfind(|request| !request.starts_with("GET"));
    assert_eq!(last.unwrap(), "PUT /exports/reports/x/manifest.json");
    let names: Vec<String> = local.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(place.keys("reports/x"), names);
    // The manifest and what names the folder may differ; tables may not.
    assert!(tables(place.server.objects("reports/x")) == tables(local));

    // It stays as it is until it may be replaced.
    let before = place.server.objects("reports/x");
    place
        .audit(&log, "s3://exports/reports/x/")
        .is(2)
        .names(&["s3://exports/reports/x exists already", "--force"]);
    assert!(place.server.objects("reports/x") == before);
    place.server.put("reports/x/mine.txt", b"of somebody");
    let replay = |words: &[&str]| {
        let mut all = vec!["replay", &log, "--out", "s3://exports/reports/x"];
        all.extend(words);
        place.run(&all)
    };
    assert!(matches!(replay(&["--force"]).code, 0 | 4));
    let keys = place.keys("reports/x");
    assert!(keys.contains(&"mine.txt".to_owned()) && keys.contains(&SEALED.to_owned()));
    // What the audit wrote and the replay does not is gone.
    assert!(!keys.contains(&"focus.csv".to_owned()));
    assert!(!keys.contains(&"tables/lines.parquet".to_owned()));

    // Objects without a manifest are no run.
    replay(&[]).is(2);
    fs::remove_file(place.server.path("reports/x").join(SEALED)).unwrap();
    replay(&[])
        .is(2)
        .names(&["s3://exports/reports/x/ has objects and no manifest.json"]);
    assert!(matches!(replay(&["--force"]).code, 0 | 4));
    place
        .server
        .put("reports/x/manifest.json", b"{\"outputs\": 1}");
    replay(&["--force"])
        .is(2)
        .names(&["no run's output folder"]);
}

#[test]
#[ignore = "needs COUNTERFOIL_PROGRAM"]
fn what_the_store_refuses_is_named_and_nothing_is_said_of_credentials() {
    let place = Place::new();
    let check = |log: &str, changed: &[(&str, &str)]| place.run_with(&["check", log], changed);
    let log = "s3://exports/log/messages.csv";
    check(log, &[]).is(0);
    check("s3://nobody/log/", &[])
        .is(3)
        .names(&["s3://nobody/log/", "no such bucket"]);
    check("s3://exports/gone.csv", &[])
        .is(3)
        .names(&["s3://exports/gone.csv"]);
    check(log, &[("AWS_SECRET_ACCESS_KEY", "sentineltoken0001")])
        .is(3)
        .names(&[log, "access denied", "HTTP 403", "AWS_SECRET_ACCESS_KEY"]);
    check(
        log,
        &[("AWS_ACCESS_KEY_ID", TOKEN), ("AWS_SESSION_TOKEN", TOKEN)],
    )
    .is(3)
    .names(&[log, "HTTP 403", "AWS_SESSION_TOKEN"]);
    check(log, &[("AWS_ENDPOINT", "sentineltoken0001 no URL")])
        .is(3)
        .names(&["s3://exports/"]);
    check(log, &[("AWS_ALLOW_HTTP", TOKEN)])
        .is(3)
        .names(&["AWS_ALLOW_HTTP"]);
    check(log, &[("AWS_ALLOW_HTTP", "false")])
        .is(3)
        .names(&[log]);
    // The same for a place to write to, which is looked at before the work.
    let csv = sample("log/messages.csv").display().to_string();
    let write = |out: &str, changed: &[(&str, &str)]| {
        place.run_with(&["replay", &csv, "--out", out], changed)
    };
    write("s3://nobody/x", &[])
        .is(2)
        .names(&["s3://nobody/x", "no such bucket"]);
    write("s3://exports/x", &[("AWS_SECRET_ACCESS_KEY", TOKEN)])
        .is(2)
        .names(&["s3://exports/x", "HTTP 403"]);
    assert!(place.keys("x").is_empty());
    // Credentials where none belong are not repeated.
    let url = format!("s3://{KEY_ID}:{SECRET}@exports/log");
    check(&url, &[]).is(2).names(&["never into a URL"]);
    check(&format!("https://host/log?X-Amz-Signature={TOKEN}"), &[]).is(2);
    // Neither of the other kinds.
    let key = format!("{{\"private_key\": \"{TOKEN}\", \"client_email\": 7}}");
    let google = [("GOOGLE_SERVICE_ACCOUNT_KEY", key.as_str())];
    check("gs://exports/log", &google)
        .is(3)
        .names(&["gs://exports/", "GOOGLE_SERVICE_ACCOUNT_KEY"]);
    check(
        "gs://exports/log",
        &[("GOOGLE_APPLICATION_CREDENTIALS", "/gone.json")],
    )
    .is(3)
    .names(&["GOOGLE_APPLICATION_CREDENTIALS"]);
    check("az://exports/log", &[])
        .is(3)
        .names(&["AZURE_STORAGE_ACCOUNT_NAME is not set"]);
    let azure = [
        ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
        ("AZURE_STORAGE_ACCOUNT_KEY", TOKEN),
    ];
    check("az://exports/log", &azure)
        .is(3)
        .names(&["az://exports/", "AZURE_STORAGE_ACCOUNT_KEY"]);
}

#[test]
#[ignore = "needs COUNTERFOIL_PROGRAM"]
fn a_server_that_dies_or_sleeps_ends_in_an_error_and_in_no_run() {
    let place = Place::new();
    // Rows beyond a part, so that the server dies between two parts of one object.
    let header = "message_id,timestamp,direction,business,customer\n";
    let rows = (0..300_000).map(|row| format!("wamid.{row:020},1700000000,in,1,2\n"));
    let large: String = std::iter::once(header.to_owned()).chain(rows).collect();
    place.server.put("large.csv", large.as_bytes());
    place.server.budget().set(large.len() as i64 / 2);
    let said = place.run(&["replay", "s3://exports/large.csv", "--out", "x"]);
    said.is(3)
        .names(&["cannot read s3://exports/large.csv", "tried 8 times more"]);
    assert!(said.took < Duration::from_secs(120), "{:?}", said.took);
    assert!(!place.home.path().join("x").exists());

    // In the middle of an upload: the first objects are there, the manifest is not.
    place.server.budget().set(400_000);
    let log = sample("log").display().to_string();
    let said = place.audit(&log, "s3://exports/reports/x");
    said.is(2).names(&[
        "s3://exports/reports/x/ is not complete",
        "cannot write s3://exports/reports/x/",
    ]);
    assert!(!place.keys("reports/x").contains(&SEALED.to_owned()));

    // Nor is the old one, where a run was to be replaced.
    place.server.budget().set(i64::MAX);
    place.audit(&log, "s3://exports/reports/y").is(0);
    place.server.budget().set(400_000);
    let said = place.run(&["replay", &log, "--out", "s3://exports/reports/y", "--force"]);
    said.is(2).names(&["no manifest.json of this run"]);
    assert!(!place.keys("reports/y").contains(&SEALED.to_owned()));
    assert!(!place.keys("reports/y").is_empty());

    // One that takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let changed = [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_TIMEOUT", "1 second"),
    ];
    let said = place.run_with(&["check", "s3://exports/log/"], &changed);
    said.is(3)
        .names(&["cannot list s3://exports/log/", "no answer in time"]);
    assert!(said.took < Duration::from_secs(90), "{:?}", said.took);
}

#[test]
#[ignore = "needs COUNTERFOIL_PROGRAM"]
fn where_only_a_local_path_can_stand_a_url_is_refused() {
    let place = Place::new();
    let log = sample("log").display().to_string();
    let url = format!("s3://{BUCKET}/log");
    for words in [
        &["replay", &log, "--accounts", &url][..],
        &["audit", &log, "--invoice", &url],
        &["audit", &log, "--templates", &url],
        &["replay", &log, "--temp-dir", &url],
        &["import", &log, "--from", "canonical", "--out", &url],
        &["verify", &url],
        &["diff", &url, &log],
    ] {
        let said = place.run(words);
        said.is(2).names(&["expected a local path", &url, "hint:"]);
    }
    assert!(!place.home.path().join("s3:").exists());
}

//! The client and the reader of logs against the server, without the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::log::LogFile;
use counterfoil::log::source::{self, Logs, Reading};
use counterfoil::store::{Address, Client, Upload};
use server::{BUCKET, Server};

const HEADER: &str = "message_id,timestamp,direction,business,customer\n";
const ROW: &str = "a,1700000000,in,1,2\n";

/// The server of all tests; the environment names it before any client reads that.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start();
        for (name, value) in server.environment() {
            // SAFETY: the standard library alone reads the environment here, under its own lock.
            unsafe { std::env::set_var(name, value) };
        }
        server
    })
}

fn sample(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(name)
}

fn open(arguments: &[&str], temp_dir: &Path) -> anyhow::Result<Logs> {
    let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
    source::open(&arguments, None, temp_dir, &Reading::default())
}

fn names(logs: &Logs) -> Vec<String> {
    let shown = |file: &Box<dyn LogFile>| file.path().display().to_string();
    logs.files.iter().map(shown).collect()
}

fn rows(log: &dyn LogFile) -> usize {
    let rows = AtomicUsize::new(0);
    log.scan(&|_| (), &|_, chunk| {
        rows.fetch_add(chunk.rows, Ordering::Relaxed);
        Ok(())
    })
    .expect("a sound log");
    rows.into_inner()
}

#[test]
fn objects_folders_and_globs_are_found_as_files_are() {
    let server = server();
    let csv = [HEADER, ROW].concat();
    for name in [
        "found/day=1/a.CSV",
        "found/day=2/b.csv",
        "found/one.csv",
        "found/.hidden.csv",
        "found/_temporary/x.csv",
        "found/notes.txt",
    ] {
        server.put(name, csv.as_bytes());
    }
    let home = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("s3://{BUCKET}/{name}");
    let folder = [
        url("found/day=1/a.CSV"),
        url("found/day=2/b.csv"),
        url("found/one.csv"),
    ];
    for argument in ["found", "found/"] {
        let logs = open(&[&url(argument)], home.path()).unwrap();
        assert_eq!(names(&logs), folder);
        assert_eq!(logs.partition_keys, ["day"]);
    }
    let logs = open(&[&url("found/day=*")], home.path()).unwrap();
    assert_eq!(names(&logs), folder[..2]);
    // Each object once, and one that is named whatever its name is.
    let arguments = ["found/one.csv", "found/*.csv", "found/notes.txt"].map(url);
    let logs = open(&arguments.each_ref().map(String::as_str), home.path()).unwrap();
    assert_eq!(names(&logs), [url("found/one.csv"), url("found/notes.txt")]);
    assert!(logs.files.iter().all(|file| rows(&**file) == 1));
    drop(logs);
    let refused = |name: &str| {
        let error = open(&[&url(name)], home.path()).err().expect("refused");
        format!("{error:#}")
    };
    assert!(refused("found/gone.csv").contains("no object s3://exports/found/gone.csv"));
    assert!(refused("gone/").contains("s3://exports/gone/ has no objects"));
    server.put("bare/notes.txt", b"x");
    assert!(refused("bare").contains(".csv.gz"));
    assert!(refused("found/*.json").contains("no object matches s3://exports/found/*.json"));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_copy_of_an_object_of_many_parts_is_the_object() {
    let server = server();
    // Three parts, the last one short; no two blocks are alike.
    let content: Vec<u8> = (0..5_000_003_u32).flat_map(u32::to_le_bytes).collect();
    server.put("large/object", &content);
    server.put("large/none", b"");
    let address = Address::of(Path::new("s3://exports/large/")).unwrap();
    let client = Client::connect(&address).unwrap();
    let objects = client.objects("large").unwrap();
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["large/none", "large/object"]);
    let home = tempfile::tempdir().unwrap();
    let copies = client.fetch(&objects, home.path()).unwrap();
    assert!(fs::read(copies[0].path()).unwrap().is_empty());
    assert!(fs::read(copies[1].path()).unwrap() == content);
}

#[test]
fn a_file_of_many_parts_is_uploaded_as_it_is() {
    let server = server();
    let home = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..5_000_003_u32).flat_map(u32::to_be_bytes).collect();
    let upload = |name: &str, content: &[u8]| {
        let file = home.path().join(name);
        fs::write(&file, content).unwrap();
        let key = format!("up/{name}");
        Upload { file, key }
    };
    let uploads = [upload("large.parquet", &content), upload("none.csv", b"")];
    let client = Client::connect(&Address::of(Path::new("s3://exports")).unwrap()).unwrap();
    assert!(!client.has_objects("up").unwrap());
    client.upload(&uploads).unwrap();
    assert!(client.has_objects("up").unwrap());
    let seal = upload("manifest.json", b"{}");
    client.seal(&seal, false).unwrap();
    let again = client.seal(&seal, false).unwrap_err().to_string();
    assert_eq!(again, "s3://exports/up/manifest.json exists already");
    client.seal(&seal, true).unwrap();
    let objects = server.objects("up");
    let keys: Vec<&str> = objects.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["large.parquet", "manifest.json", "none.csv"]);
    assert!(objects[0].1 == content);
    client
        .remove(&["up/none.csv".to_owned(), "up/gone".to_owned()])
        .unwrap();
    assert_eq!(server.objects("up").len(), 2);
}

#[test]
fn parquet_and_packed_csv_are_read_from_their_copies() {
    let server = server();
    let home = tempfile::tempdir().unwrap();
    for name in [
        "tests/data/parquet/local_split.parquet",
        "fuzz/seeds/csv_log/packed.csv.gz",
    ] {
        let local = sample(name);
        server.put(&format!("kinds/{name}"), &fs::read(&local).unwrap());
        let remote = open(&[&format!("s3://{BUCKET}/kinds/{name}")], home.path()).unwrap();
        let local = open(&[&local.display().to_string()], home.path()).unwrap();
        let (remote, local) = (&*remote.files[0], &*local.files[0]);
        assert!(rows(local) > 0);
        assert_eq!(rows(remote), rows(local));
        assert_eq!(remote.columns(), local.columns());
        assert_eq!(remote.size_bytes(), local.size_bytes());
        let content = |log: &dyn LogFile| fs::read(log.content_path()).unwrap();
        assert!(content(remote) == content(local));
    }
    // What is wrong with a copy is said of the object.
    server.put("kinds/cut.parquet", b"PAR1 and no more");
    let error = open(&["s3://exports/kinds/cut.parquet"], home.path())
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with("s3://exports/kinds/cut.parquet: "),
        "{error}"
    );
}

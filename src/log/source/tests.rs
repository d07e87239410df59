use std::io::Write;

use super::copied::Copied;
use super::standard_input::spool;
use super::*;

const HEADER: &str = "message_id,timestamp,direction,business,customer\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn open(&self, arguments: &[&str]) -> anyhow::Result<Logs> {
        let arguments: Vec<PathBuf> = arguments
            .iter()
            .map(|name| self.0.path().join(name))
            .collect();
        super::open(&arguments, None, self.0.path(), &Reading::default())
    }

    fn names(&self, logs: &Logs) -> Vec<String> {
        let name = |file: &dyn LogFile| {
            file.path()
                .strip_prefix(self.0.path())
                .unwrap()
                .display()
                .to_string()
        };
        logs.files.iter().map(|file| name(&**file)).collect()
    }
}

fn refusal(result: anyhow::Result<Logs>) -> String {
    let error = result.err().expect("refused");
    error
        .downcast_ref::<LogError>()
        .expect("a recognisable error")
        .to_string()
}

#[test]
fn folders_are_searched_in_order_and_each_file_is_read_once() {
    let folder = Folder::new();
    for name in [
        "logs/day=2/b.csv",
        "logs/day=1/a.CSV",
        "logs/.hidden.csv",
        "logs/_temporary/x.csv",
        "logs/notes.txt",
        "logs/.csv",
        "one.csv",
    ] {
        folder.write(name, HEADER.as_bytes());
    }
    let logs = folder
        .open(&["one.csv", "logs", "*.csv", "logs/day=2/b.csv"])
        .unwrap();
    assert_eq!(
        folder.names(&logs),
        ["one.csv", "logs/day=1/a.CSV", "logs/day=2/b.csv"]
    );
    assert_eq!(logs.partition_keys, ["day"]);
    let logs = folder.open(&["logs/*/*"]).unwrap();
    assert_eq!(
        folder.names(&logs),
        ["logs/day=1/a.CSV", "logs/day=2/b.csv"]
    );
    // A file that is named is read whatever its name is.
    assert_eq!(
        folder.names(&folder.open(&["logs/notes.txt"]).unwrap()),
        ["logs/notes.txt"]
    );
}

#[test]
fn what_is_not_there_is_named() {
    let folder = Folder::new();
    folder.write("logs/readme.md", b"x");
    assert!(refusal(folder.open(&["gone.csv"])).contains("gone.csv"));
    assert!(refusal(folder.open(&["logs"])).contains(".csv.gz"));
    assert!(refusal(folder.open(&["*.csv"])).contains("no file matches"));
    assert!(refusal(folder.open(&[])).contains("no LOG was named"));
    let standard_input = super::open(
        &[PathBuf::from("-")],
        None,
        folder.0.path(),
        &Reading::default(),
    );
    assert!(refusal(standard_input).contains("--input-format"));
}

#[test]
fn content_wins_over_the_name() {
    let folder = Folder::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(HEADER.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    folder.write("packed.csv", &gzip);
    folder.write("plain.csv.gz", HEADER.as_bytes());
    folder.write(
        "packed.zst",
        &zstd::encode_all(HEADER.as_bytes(), 1).unwrap(),
    );
    let row = br#" {"message_id":"a","timestamp":1700000000,"direction":"in","business":"1","customer":"2"}"#;
    folder.write("rows.csv", row);
    let logs = folder
        .open(&["packed.csv", "plain.csv.gz", "packed.zst", "rows.csv"])
        .unwrap();
    assert!(logs.files.iter().all(|file| file.columns().len() == 5));
    folder.write(
        "parquet.csv.zst",
        &zstd::encode_all(&b"PAR1"[..], 1).unwrap(),
    );
    assert!(refusal(folder.open(&["parquet.csv.zst"])).contains("Parquet"));
    folder.write("cut.csv.gz", &gzip[..gzip.len() - 9]);
    assert!(refusal(folder.open(&["cut.csv.gz"])).contains("gzip stream truncated at byte"));
}

#[test]
fn standard_input_is_copied() {
    let folder = Folder::new();
    let text = format!("{HEADER}a,1700000000,in,1,2\n");
    let copy = spool(&mut text.as_bytes(), folder.0.path()).unwrap();
    let shown = Path::new("-");
    let log = open_file(copy.path(), shown, Some(Rows::Csv), &Reading::default()).unwrap();
    let log = Copied::new(shown, log, copy);
    assert_eq!(log.path(), Path::new("-"));
    assert_eq!(log.size_bytes(), text.len() as u64);
    let rows = std::sync::atomic::AtomicUsize::new(0);
    log.scan(&|_| (), &|_, chunk| {
        rows.fetch_add(chunk.rows, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    })
    .unwrap();
    assert_eq!(rows.into_inner(), 1);
    drop(log);
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 0);
}

//! The same log in another form gives the same bytes: other order of rows, other files, other threads,
//! other formats (T-5).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use polars::prelude::{Column, DataFrame, ParquetWriter};

const TABLES: [&str; 4] = [
    "conversations.parquet",
    "charges.parquet",
    "conversations.csv",
    "charges.csv",
];

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/sample")
        .join(name)
}

/// Replays logs and gives the bytes of the tables.
fn tables(logs: &[PathBuf], threads: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let run = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .arg("replay")
        .args(logs)
        .args([
            "--csv",
            "--quiet",
            "--max-rejects",
            "100%",
            "--threads",
            threads,
        ])
        .args(["--out", out.to_str().unwrap()])
        .args(["--accounts", sample("accounts.toml").to_str().unwrap()])
        .args(["--templates", sample("templates.csv").to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    TABLES
        .iter()
        .map(|name| fs::read(out.join("tables").join(name)).unwrap())
        .collect()
}

/// A log as header and records; rows that no other form could hold are left out.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read(path).unwrap();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let records = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect());
    let whole = |record: &Vec<String>| record.len() == header.len();
    let records = records.filter(whole).collect();
    (header, records)
}

fn write(path: &Path, header: &[String], records: &[Vec<String>]) -> PathBuf {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(header).unwrap();
    records
        .iter()
        .for_each(|record| writer.write_record(record).unwrap());
    writer.flush().unwrap();
    path.to_owned()
}

/// Every how-many-th record first, then the ones between: no two neighbours stay together.
fn shuffled(records: &[Vec<String>], step: usize) -> Vec<Vec<String>> {
    (0..step)
        .flat_map(|start| records.iter().skip(start).step_by(step).cloned())
        .rev()
        .collect()
}

#[test]
fn order_files_and_threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (header, messages) = read(&sample("log/messages.csv"));
    let (status_header, statuses) = read(&sample("log/statuses.csv"));
    let base = [
        write(&path("messages.csv"), &header, &messages),
        write(&path("statuses.csv"), &status_header, &statuses),
    ];
    let expected = tables(&base, "1");
    assert!(
        expected.iter().all(|table| table.len() > 1_000),
        "the sample has conversations and charges"
    );
    assert!(expected == tables(&base, "3"), "three threads");

    let reversed = [base[1].clone(), base[0].clone()];
    assert!(expected == tables(&reversed, "2"), "files in another order");

    let other_order = [
        write(&path("shuffled.csv"), &header, &shuffled(&messages, 7)),
        write(
            &path("shuffled_statuses.csv"),
            &status_header,
            &shuffled(&statuses, 11),
        ),
    ];
    assert!(
        expected == tables(&other_order, "2"),
        "rows in another order"
    );

    let (first, rest) = messages.split_at(messages.len() / 3);
    let split = [
        write(&path("part1.csv"), &header, rest),
        write(&path("part2.csv"), &header, first),
        base[1].clone(),
    ];
    assert!(expected == tables(&split, "2"), "a file in two");
}

#[test]
fn parquet_and_packed_csv_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (header, messages) = read(&sample("log/messages.csv"));
    let csv = write(&path("messages.csv"), &header, &messages);
    let expected = tables(std::slice::from_ref(&csv), "2");

    let columns = header.iter().enumerate().map(|(place, name)| {
        let cells: Vec<Option<&str>> = messages
            .iter()
            .map(|record| Some(record[place].as_str()).filter(|cell| !cell.is_empty()))
            .collect();
        Column::new(name.as_str().into(), cells)
    });
    let mut frame = DataFrame::new(messages.len(), columns.collect()).unwrap();
    ParquetWriter::new(File::create(path("messages.parquet")).unwrap())
        .with_row_group_size(Some(500))
        .finish(&mut frame)
        .unwrap();
    assert!(
        expected == tables(&[path("messages.parquet")], "2"),
        "Parquet"
    );

    let mut packed = flate2::write::GzEncoder::new(
        File::create(path("messages.csv.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    std::io::copy(&mut File::open(&csv).unwrap(), &mut packed).unwrap();
    packed.finish().unwrap();
    assert!(expected == tables(&[path("messages.csv.gz")], "2"), "gzip");
}

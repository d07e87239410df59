//! Tables read back: same bytes whatever the threads, same cells in Parquet and CSV.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use polars::prelude::*;

use super::{Content, write};
use crate::replay::outcome::{FetchMessageIds, MessageIds, RowSet};
use crate::report::fixture::{Ids, World};
use crate::run::output::Folder;
use crate::tariff::Amount;

fn written(world: &World, threads: usize, csv: bool, folder: &Path) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        let folder = Folder::create(folder, false).unwrap();
        let rows = world.write(csv, &folder);
        let parts = &world.outcome.parts;
        assert_eq!(
            rows.charges as usize,
            parts.iter().map(|part| part.charges.len()).sum::<usize>()
        );
        folder.commit().unwrap();
    });
}

fn read(path: &Path) -> DataFrame {
    ParquetReader::new(fs::File::open(path).unwrap())
        .finish()
        .unwrap()
}

#[test]
fn bytes_do_not_depend_on_threads_or_parts() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 150_000;
    written(
        &World::generated(rows, 7, 42),
        1,
        true,
        &folder.path().join("one"),
    );
    let shuffled = World::generated(rows, 30, 42).shuffled(3);
    written(&shuffled, 3, true, &folder.path().join("three"));
    for name in [
        "conversations.parquet",
        "charges.parquet",
        "lines.parquet",
        "conversations.csv",
        "charges.csv",
        "lines.csv",
    ] {
        let one = fs::read(folder.path().join("one/tables").join(name)).unwrap();
        let three = fs::read(folder.path().join("three/tables").join(name)).unwrap();
        assert!(one == three, "{name} differs");
    }
}

#[test]
fn parquet_and_csv_hold_the_same_cells() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("run");
    written(&World::generated(3_000, 4, 7), 2, true, &target);
    for name in ["conversations", "charges", "lines"] {
        let table = read(&target.join(format!("tables/{name}.parquet")));
        let mut reader = csv::Reader::from_path(target.join(format!("tables/{name}.csv"))).unwrap();
        let names: Vec<String> = table
            .get_column_names()
            .iter()
            .map(|name| name.to_string())
            .collect();
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), names);
        let mut rows = 0;
        for (row, record) in reader.records().enumerate() {
            let record = record.unwrap();
            for (column, cell) in table.columns().iter().zip(&record) {
                assert_eq!(
                    cell_text(column.get(row).unwrap()),
                    cell,
                    "{}",
                    column.name()
                );
            }
            rows += 1;
        }
        assert_eq!(rows, table.height());
    }
}

fn cell_text(value: AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::UInt32(count) => count.to_string(),
        AnyValue::Date(days) => crate::vocabulary::LocalDate::from_days(days).to_string(),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, Some(_)) => {
            crate::vocabulary::Instant::from_micros(micros).to_string()
        }
        AnyValue::Decimal(units, 38, 18) => Amount::from_units(units / 1_000_000).to_string(),
        other => panic!("unexpected type: {other:?}"),
    }
}

#[test]
fn charges_stand_in_the_order_t5() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("run");
    written(&World::generated(2_000, 3, 9), 2, false, &target);
    let table = read(&target.join("tables/charges.parquet"));
    let text = |name: &str, row: usize| cell_text(table.column(name).unwrap().get(row).unwrap());
    for row in 1..table.height() {
        let at = |row| (text("charged_at", row), text("message_id", row));
        assert!(at(row - 1).0 <= at(row).0);
    }
}

#[test]
fn an_empty_outcome_has_tables_with_columns_and_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("run");
    written(&World::generated(0, 1, 1), 2, true, &target);
    let table = read(&target.join("tables/charges.parquet"));
    assert_eq!((table.height(), table.width()), (0, 23));
}

/// Message ids, and how much CPU it cost to fetch them.
struct Clocked<'a> {
    ids: &'a Ids,
    micros: AtomicU64,
}

impl FetchMessageIds for Clocked<'_> {
    fn message_ids(&self, rows: RowSet) -> anyhow::Result<MessageIds> {
        let start = cpu_seconds();
        let ids = self.ids.message_ids(rows);
        let micros = (cpu_seconds() - start) * 1e6;
        self.micros.fetch_add(micros as u64, Relaxed);
        ids
    }
}

/// `cargo test --release --lib tables_cost -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn tables_cost() {
    let rows = 3_000_000;
    let world = World::generated(rows, 512, 42);
    let priced = world.priced();
    for threads in [1, 2] {
        let home = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let fetch = Clocked {
            ids: &world.ids,
            micros: AtomicU64::new(0),
        };
        let folder = Folder::create(&home.path().join("run"), false).unwrap();
        let cpu = cpu_seconds();
        let written = pool
            .install(|| {
                let content = Content {
                    outcome: &world.outcome,
                    pricing: &priced.pricing,
                    lines: Some(&priced.lines),
                    differences: None,
                    analytics_differences: None,
                    findings: None,
                    adjustments: None,
                    tariff: &priced.tariff,
                    ids: &fetch,
                };
                write(&content, false, &folder)
            })
            .unwrap();
        let cpu = cpu_seconds() - cpu;
        let fetching = fetch.micros.load(Relaxed) as f64 / 1e6;
        let table_rows = (written.conversations + written.charges) as f64;
        println!(
            "{threads} threads: {:.0} ns CPU per table row, and {:.0} to fetch its id",
            (cpu - fetching) / table_rows * 1e9,
            fetching / table_rows * 1e9
        );
        for file in folder.written() {
            println!("{}: {} bytes", file.path, file.bytes);
        }
    }
}

fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

//! Files written by polars.

use std::path::Path;
use std::sync::Arc;

use ::polars::prelude::*;

use super::super::open;
use super::{Expected, codes};
use crate::log::{CHUNK_ROWS_MAX, CellCode, CellContext, Column as LogColumn, RowDefect};

/// Rows with dictionaries, plain values, gaps, integers and times, and the text they stand for.
fn frame(rows: usize) -> (DataFrame, Expected) {
    let number =
        |row: usize, salt: u64| xxhash_rust::xxh3::xxh3_64_with_seed(&row.to_le_bytes(), salt);
    let text = |cell: &dyn Fn(usize) -> Option<String>| (0..rows).map(cell).collect::<Vec<_>>();
    let ids = text(&|row| Some(format!("wamid.{:016x}", number(row, 1))));
    let directions =
        text(&|row| Some(["inbound", "OUT"][(number(row, 2) % 2) as usize].to_owned()));
    let categories = text(&|row| {
        (number(row, 3) % 3 > 0)
            .then(|| ["marketing", "Utility "][(number(row, 4) % 2) as usize].to_owned())
    });
    let statuses = text(&|row| (row / 50 % 3 == 1).then(|| "delivered".to_owned()));
    let customers: Vec<i64> = (0..rows)
        .map(|row| 4_915_100_000 + (number(row, 5) % 500) as i64)
        .collect();
    let times: Vec<i64> = (0..rows)
        .map(|row| 1_700_000_000_000 + row as i64 * 1_250)
        .collect();
    let codes: Vec<Option<f64>> = (0..rows)
        .map(|row| (number(row, 6) % 4 == 0).then_some(131_026.0))
        .collect();
    let prices: Vec<Option<f64>> = (0..rows)
        .map(|row| (row % 3 == 0).then_some(row as f64 / 64.0))
        .collect();
    let billable: Vec<Option<bool>> = (0..rows)
        .map(|row| (row % 5 > 1).then_some(row % 2 == 0))
        .collect();
    let shown = |value: Option<String>| value.unwrap_or_default();
    let expected = Expected {
        columns: vec![
            LogColumn::MessageId,
            LogColumn::Timestamp,
            LogColumn::Direction,
            LogColumn::Business,
            LogColumn::Customer,
            LogColumn::Category,
            LogColumn::Status,
            LogColumn::DeliveredAt,
            LogColumn::ErrorCode,
            LogColumn::MaxPrice,
            LogColumn::MetaBillable,
        ],
        rows: (0..rows)
            .map(|row| {
                let at = crate::vocabulary::Instant::from_micros(times[row] * 1000).to_string();
                vec![
                    shown(ids[row].clone()),
                    at.clone(),
                    shown(directions[row].clone()),
                    "55001".to_owned(),
                    customers[row].to_string(),
                    shown(categories[row].clone()).trim().to_owned(),
                    shown(statuses[row].clone()),
                    if row % 2 == 0 { at } else { String::new() },
                    shown(codes[row].map(|code| code.to_string())),
                    shown(prices[row].map(|price| price.to_string())),
                    shown(billable[row].map(|billable| billable.to_string())),
                ]
            })
            .collect(),
    };
    let delivered: Vec<Option<i64>> = (0..rows)
        .map(|row| (row % 2 == 0).then_some(times[row] * 1_000_000))
        .collect();
    let utc = || Some(TimeZone::UTC);
    // A cast to a type with a zone would drop the zone.
    let instants = |name: &str, values: Series, unit| {
        let times = values.i64().unwrap().clone().into_datetime(unit, utc());
        times.into_series().with_name(name.into()).into_column()
    };
    let frame = DataFrame::new(
        rows,
        vec![
            Series::new("Message_ID".into(), ids).into_column(),
            instants(
                "timestamp",
                Series::new("".into(), times),
                TimeUnit::Milliseconds,
            ),
            Series::new("direction".into(), directions).into_column(),
            Series::new("business".into(), vec!["+55001"; rows]).into_column(),
            Series::new("CUSTOMER".into(), customers).into_column(),
            Series::new("category".into(), categories).into_column(),
            Series::new("status".into(), statuses).into_column(),
            instants(
                "delivered_at",
                Series::new("".into(), delivered),
                TimeUnit::Nanoseconds,
            ),
            Series::new("error_code".into(), codes).into_column(),
            Series::new("max_price".into(), prices).into_column(),
            Series::new("meta_billable".into(), billable).into_column(),
        ],
    )
    .unwrap();
    (frame, expected)
}

fn write(
    path: &Path,
    frame: &mut DataFrame,
    compression: ParquetCompression,
    row_group: Option<usize>,
    page: Option<usize>,
) {
    ParquetWriter::new(std::fs::File::create(path).unwrap())
        .with_compression(compression)
        .with_row_group_size(row_group)
        .with_data_page_size(page)
        .finish(frame)
        .unwrap();
}

#[test]
fn files_of_polars_give_the_codes_of_their_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let shapes = [
        (3_000, ParquetCompression::Uncompressed, None, None),
        (3_000, ParquetCompression::Snappy, Some(1_000), Some(100)),
        (
            3_000,
            ParquetCompression::Gzip(None),
            Some(777),
            Some(1_000),
        ),
        (3_000, ParquetCompression::Brotli(None), None, Some(5_000)),
        (3_000, ParquetCompression::Lz4Raw, Some(64), None),
        (3_000, ParquetCompression::Zstd(None), Some(2_999), Some(64)),
        (
            CHUNK_ROWS_MAX + 5,
            ParquetCompression::Zstd(None),
            Some(CHUNK_ROWS_MAX),
            None,
        ),
        (
            600_000,
            ParquetCompression::Zstd(None),
            Some(600_000),
            Some(100_000),
        ),
    ];
    for (rows, compression, row_group, page) in shapes {
        let (mut frame, mut expected) = frame(rows);
        write(&path, &mut frame, compression, row_group, page);
        let context = Arc::new(CellContext::default());
        let log = open(&path, &path, Arc::clone(&context)).unwrap();
        expected.assert_codes(&*log, &context);
        // Text rows keep the sign that codes leave out.
        expected
            .rows
            .iter_mut()
            .for_each(|row| row[3] = "+55001".to_owned());
        expected.assert_fetched(&*log, rows / 300);
    }
}

#[test]
fn chunks_do_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    write(
        &path,
        &mut frame(500_000).0,
        ParquetCompression::Snappy,
        Some(400_000),
        None,
    );
    let log = open(&path, &path, Arc::default()).unwrap();
    let in_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let chunks = pool.install(|| codes(&*log)).unwrap();
        chunks
            .into_iter()
            .map(|(address, columns, _)| (address, columns))
            .collect::<Vec<_>>()
    };
    let one = in_threads(1);
    assert!(one.len() >= 500_000 / CHUNK_ROWS_MAX);
    assert!(one == in_threads(3));
    assert!(one == in_threads(16));
}

#[test]
fn a_file_without_rows_has_no_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    write(
        &path,
        &mut frame(0).0,
        ParquetCompression::Snappy,
        None,
        None,
    );
    let log = open(&path, &path, Arc::default()).unwrap();
    assert!(codes(&*log).unwrap().is_empty());
    assert!(log.message_ids(&[(0, 0)], &|_, _| Ok(())).is_err());
}

#[test]
fn epoch_integers_are_one_unit_throughout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let scan = |times: [i64; 3]| {
        let (mut frame, _) = frame(3);
        frame
            .replace_column(1, Series::new("timestamp".into(), times).into_column())
            .unwrap();
        write(&path, &mut frame, ParquetCompression::Snappy, Some(1), None);
        codes(&*open(&path, &path, Arc::default()).unwrap())
    };
    let seconds = scan([1_700_000_000, 1_700_000_001, 1_700_000_002]).unwrap();
    let code = seconds[2].1[LogColumn::Timestamp.index()][0];
    assert_eq!(code.instant().unwrap().micros(), 1_700_000_002_000_000);
    let mixed = scan([1_700_000_000, 1_700_000_001_000, 1_700_000_002])
        .unwrap_err()
        .to_string();
    assert!(
        mixed.contains("`timestamp`") && mixed.contains("1700000001000"),
        "{mixed}"
    );
}

#[test]
fn dates_are_no_instants_and_binary_is_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let (mut frame, _) = frame(4);
    let days = Series::new("timestamp".into(), [19_000i32; 4])
        .cast(&DataType::Date)
        .unwrap();
    frame.replace_column(1, days.into_column()).unwrap();
    let ids: Vec<&[u8]> = vec![b"a", b"b\0", b"c\xff", "d\u{e9}".as_bytes()];
    frame
        .replace_column(0, Series::new("message_id".into(), ids).into_column())
        .unwrap();
    write(&path, &mut frame, ParquetCompression::Snappy, None, None);
    let log = open(&path, &path, Arc::default()).unwrap();
    let chunks = codes(&*log).unwrap();
    let (_, columns, defects) = &chunks[0];
    assert!(
        columns[LogColumn::Timestamp.index()]
            .iter()
            .all(|&code| code == CellCode::BAD)
    );
    assert_eq!(
        *defects,
        [(1, RowDefect::NulByte), (2, RowDefect::InvalidUtf8)]
    );
    let ids = &columns[LogColumn::MessageId.index()];
    assert!(
        ids[0].is_value()
            && ids[3].is_value()
            && ids[1] == CellCode::BAD
            && ids[2] == CellCode::BAD
    );
    log.text_rows(&[(0, 2)], &mut |_, row| {
        assert!(
            row.raw.starts_with(b"c\xff,2022-01-08,"),
            "{:?}",
            String::from_utf8_lossy(&row.raw)
        );
        Ok(())
    })
    .unwrap();
}

#[test]
fn unfit_schemas_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let message = |change: &dyn Fn(&mut DataFrame)| {
        let (mut frame, _) = frame(3);
        change(&mut frame);
        write(&path, &mut frame, ParquetCompression::Snappy, None, None);
        open(&path, &path, Arc::default())
            .err()
            .unwrap()
            .to_string()
    };
    let renamed = message(&|frame| {
        frame.rename("CUSTOMER", "customer_phone".into()).unwrap();
    });
    for part in [
        "log.parquet",
        "expected the columns message_id, ",
        "customer_phone",
        "--map",
    ] {
        assert!(renamed.contains(part), "{part} in {renamed}");
    }
    let list = message(&|frame| {
        let lists = Series::new("status".into(), vec![Series::new("".into(), ["sent"]); 3]);
        frame.replace_column(6, lists.into_column()).unwrap();
    });
    assert!(
        list.contains("`status`") && list.contains("nested"),
        "{list}"
    );
    let twice = message(&|frame| {
        frame.rename("status", "CATEGORY".into()).unwrap();
    });
    assert!(twice.contains("`category`"), "{twice}");
}

//! Files of several writers against the cells of the same rows as text, and damaged files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use polars::prelude::*;

use super::open;
use crate::log::{
    CHUNK_ROWS_MAX, CellCode, CellContext, CellParser, Column as LogColumn, LogFile, RowDefect,
    TextRow,
};

/// The expected rows as a CSV has them.
struct Expected {
    columns: Vec<LogColumn>,
    rows: Vec<Vec<String>>,
}

impl Expected {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header = reader.headers().unwrap().clone();
        let places: Vec<(usize, LogColumn)> = (0..)
            .zip(&header)
            .filter_map(|(place, name)| Some((place, LogColumn::parse(name.as_bytes())?)))
            .collect();
        let records = reader.records().map(Result::unwrap);
        Self {
            rows: records
                .map(|record| {
                    places
                        .iter()
                        .map(|&(place, _)| record[place].to_owned())
                        .collect()
                })
                .collect(),
            columns: places.into_iter().map(|(_, column)| column).collect(),
        }
    }

    /// Checks that the codes of a file are those of the text, and that every chunk comes once.
    fn assert_codes(&self, log: &dyn LogFile, context: &CellContext) {
        let chunks = codes(log).unwrap();
        let mut parser = CellParser::new(context);
        let mut row = 0;
        for (sequence, (address, columns, defects)) in chunks.iter().enumerate() {
            assert_eq!(address.sequence as usize, sequence);
            assert_eq!(address.first_line, row as u64 + 1);
            assert!(defects.is_empty());
            let rows = columns[LogColumn::MessageId.index()].len();
            assert!(rows <= CHUNK_ROWS_MAX);
            for (place, &column) in self.columns.iter().enumerate() {
                for (index, &code) in columns[column.index()].iter().enumerate() {
                    let cell = &self.rows[row + index][place];
                    let expected = parser.text(column, cell.as_bytes());
                    assert_eq!(
                        code,
                        expected,
                        "{column} {cell:?} in row {}",
                        row + index + 1
                    );
                }
                assert_eq!(columns[column.index()].len(), rows);
            }
            row += rows;
        }
        assert_eq!(row, self.rows.len());
    }

    /// Checks ids and text rows at some positions.
    fn assert_fetched(&self, log: &dyn LogFile, every: usize) {
        let chunks = codes(log).unwrap();
        let positions = chunks.iter().flat_map(|(address, columns, _)| {
            let sequence = address.sequence;
            (0..columns[0].len() as u32).map(move |row| (sequence, row))
        });
        let wanted: Vec<(u32, u32)> = positions.step_by(every).collect();
        let id_place = self
            .columns
            .iter()
            .position(|&column| column == LogColumn::MessageId)
            .unwrap();
        let seen = Mutex::new(vec![0; wanted.len()]);
        log.message_ids(&wanted, &|range, ids| {
            assert_eq!(range.len(), ids.len());
            for (index, id) in range.zip(ids) {
                assert_eq!(*id, self.rows[index * every][id_place].as_bytes());
                seen.lock().unwrap()[index] += 1;
            }
            Ok(())
        })
        .unwrap();
        assert!(seen.into_inner().unwrap().iter().all(|&times| times == 1));
        let mut next = 0;
        log.text_rows(&wanted, &mut |index, row: TextRow| {
            assert_eq!(
                (index, row.line as usize, row.byte_offset),
                (next, index * every + 1, None)
            );
            next += 1;
            for (column, cell) in self.columns.iter().zip(&self.rows[index * every]) {
                assert_eq!(
                    row.cells[column.index()].as_deref().unwrap_or(""),
                    cell,
                    "{column}"
                );
            }
            let mut raw = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(row.raw.as_slice());
            let raw = raw.records().next().unwrap().unwrap();
            let shown: Vec<&str> = log
                .columns()
                .iter()
                .map(|column| row.cells[column.index()].as_deref().unwrap_or(""))
                .collect();
            assert_eq!(raw.iter().collect::<Vec<_>>(), shown);
            Ok(())
        })
        .unwrap();
        assert_eq!(next, wanted.len());
    }
}

type Codes = Vec<(
    crate::log::ChunkAddress,
    Vec<Vec<CellCode>>,
    Vec<(u32, RowDefect)>,
)>;

/// All chunks in order; checks that progress adds up.
fn codes(log: &dyn LogFile) -> anyhow::Result<Codes> {
    let chunks = Mutex::new(Vec::new());
    let bytes = AtomicU64::new(0);
    log.scan(
        &|more| {
            bytes.fetch_add(more, Ordering::Relaxed);
        },
        &|address, chunk| {
            chunks
                .lock()
                .unwrap()
                .push((address, chunk.columns.clone(), chunk.defects.clone()));
            Ok(())
        },
    )?;
    assert_eq!(bytes.into_inner(), log.size_bytes());
    let mut chunks = chunks.into_inner().unwrap();
    chunks.sort_by_key(|(address, ..)| *address);
    Ok(chunks)
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/parquet")
        .join(name)
}

#[test]
fn files_of_pyarrow_give_the_codes_of_their_text() {
    let expected = Expected::read(&sample("rows.csv"));
    for name in [
        "delta_v2.parquet",
        "int96_checksums.parquet",
        "local_split.parquet",
    ] {
        let context = Arc::new(CellContext::default());
        let log = open(&sample(name), Arc::clone(&context)).unwrap();
        assert_eq!(log.ignored_columns(), ["note"], "{name}");
        assert_eq!(log.columns().len(), 12, "{name}");
        expected.assert_codes(&*log, &context);
        if name != "local_split.parquet" {
            expected.assert_fetched(&*log, 1);
            expected.assert_fetched(&*log, 7);
        }
    }
}

#[test]
fn times_without_zone_are_those_of_the_log_zone() {
    let zone = Some(chrono_tz::Tz::America__Sao_Paulo);
    let context = Arc::new(CellContext {
        zone,
        ..CellContext::default()
    });
    let log = open(&sample("local_split.parquet"), Arc::clone(&context)).unwrap();
    let mut parser = CellParser::new(&context);
    let chunks = codes(&*log).unwrap();
    let expected = parser.text(LogColumn::Timestamp, b"2024-02-28 23:00:00");
    assert_eq!(chunks[0].1[LogColumn::Timestamp.index()][0], expected);
    log.text_rows(&[(0, 0), (0, 1), (0, 1)], &mut |index, row| {
        let times = [
            "2024-02-28 23:00:00",
            "2024-02-28 23:00:37.250",
            "2024-02-28 23:00:37.250",
        ];
        assert_eq!(
            row.cells[LogColumn::Timestamp.index()].as_deref(),
            Some(times[index])
        );
        Ok(())
    })
    .unwrap();
}

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
    let instants = |name: &str, values: Series, unit| {
        values
            .cast(&DataType::Datetime(unit, utc()))
            .unwrap()
            .with_name(name.into())
            .into_column()
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
        let log = open(&path, Arc::clone(&context)).unwrap();
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
    let log = open(&path, Arc::default()).unwrap();
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
    assert_eq!(one.len(), 9);
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
    let log = open(&path, Arc::default()).unwrap();
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
        codes(&*open(&path, Arc::default()).unwrap())
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
    let log = open(&path, Arc::default()).unwrap();
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
        open(&path, Arc::default()).err().unwrap().to_string()
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

/// Scans and fetches; whatever happens must be an error or the codes.
fn try_all(path: &Path) -> anyhow::Result<Codes> {
    let log = open(path, Arc::default())?;
    let chunks = codes(&*log)?;
    log.message_ids(&[(0, 3), (0, 40)], &|_, _| Ok(()))?;
    log.text_rows(&[(0, 3), (0, 40)], &mut |_, _| Ok(()))?;
    Ok(chunks)
}

#[test]
fn truncated_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    for name in [
        "delta_v2.parquet",
        "int96_checksums.parquet",
        "local_split.parquet",
    ] {
        let bytes = std::fs::read(sample(name)).unwrap();
        for length in (0..bytes.len())
            .step_by(3)
            .chain(bytes.len() - 20..bytes.len())
        {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(try_all(&path).is_err(), "{name} cut at {length}");
            // The same with the data cut and the footer whole.
            let footer = bytes.len() - 8 - footer_bytes(&bytes);
            std::fs::write(
                &path,
                [&bytes[..length.min(footer) / 2], &bytes[footer..]].concat(),
            )
            .unwrap();
            assert!(try_all(&path).is_err(), "{name} with data cut at {length}");
        }
    }
}

#[test]
fn flipped_bytes_never_panic_and_checksums_find_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    for (name, has_checksums) in [
        ("delta_v2.parquet", false),
        ("int96_checksums.parquet", true),
        ("local_split.parquet", true),
    ] {
        let original = try_all(&sample(name)).unwrap();
        let bytes = std::fs::read(sample(name)).unwrap();
        let footer = bytes.len() - 8 - footer_bytes(&bytes);
        for position in 4..bytes.len() {
            for flip in [1, 0x10, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[position] ^= flip;
                std::fs::write(&path, &damaged).unwrap();
                let Ok(chunks) = try_all(&path) else { continue };
                if has_checksums && position < footer {
                    let same = chunks.iter().zip(&original).all(|(found, expected)| {
                        // Codes of interned words depend on the context and its order, hashes do not.
                        found.1[..3] == expected.1[..3] && found.1[5..10] == expected.1[5..10]
                    });
                    assert!(
                        same && chunks.len() == original.len(),
                        "{name}: byte {position} ^ {flip:#x}"
                    );
                }
            }
        }
    }
}

fn footer_bytes(bytes: &[u8]) -> usize {
    let end = bytes.len() - 4;
    u32::from_le_bytes(bytes[end - 4..end].try_into().unwrap()) as usize
}

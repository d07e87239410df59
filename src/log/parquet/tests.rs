//! Files of several writers against the cells of the same rows as text, and damaged files.

mod damage;
#[cfg(feature = "program")]
mod polars;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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
        let log = open(&sample(name), &sample(name), Arc::clone(&context)).unwrap();
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
    let log = open(
        &sample("local_split.parquet"),
        &sample("local_split.parquet"),
        Arc::clone(&context),
    )
    .unwrap();
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

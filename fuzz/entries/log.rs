//! Logs: opened and scanned as a run does, and every row fetched again as text.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use counterfoil::log::map::Map;
use counterfoil::log::{
    CHUNK_ROWS_MAX, CellCode, CellContext, CellParser, Chunk, ChunkAddress, Column, LogFile,
    RowDefect, TextRow, explain, source,
};

use super::on_disk::with_file;
use super::refused;

/// A CSV file, perhaps packed.
pub fn csv_log(data: &[u8]) -> bool {
    read("log.csv", data)
}

/// JSON lines, perhaps packed.
pub fn json_log(data: &[u8]) -> bool {
    read("log.jsonl", data)
}

/// A Parquet file.
pub fn parquet_log(data: &[u8]) -> bool {
    read("log.parquet", data)
}

fn read(name: &str, data: &[u8]) -> bool {
    read_through(None, name, data)
}

/// Reads a file through a map, or as a canonical log.
pub fn read_through(map: Option<Arc<Map>>, name: &str, data: &[u8]) -> bool {
    with_file(name, data, |path| {
        let context = context();
        match open_through(map, path, &context) {
            Ok(logs) => logs.files.iter().all(|log| check(&**log, &context, name)),
            Err(error) => refused(&error, name),
        }
    })
}

/// What a run without accounts and templates parses cells against.
pub fn context() -> Arc<CellContext> {
    Arc::new(CellContext {
        reads_texts: true,
        ..CellContext::default()
    })
}

/// Opens a file as a command does.
pub fn open(path: &Path, context: &Arc<CellContext>) -> anyhow::Result<source::Logs> {
    open_through(None, path, context)
}

fn open_through(
    map: Option<Arc<Map>>,
    path: &Path,
    context: &Arc<CellContext>,
) -> anyhow::Result<source::Logs> {
    let folder = path.parent().expect("a file in a folder");
    let reading = source::Reading {
        context: Arc::clone(context),
        map,
    };
    source::open(&[path.to_owned()], None, folder, &reading)
}

/// The chunks of a scan, by their number.
type Chunks = BTreeMap<u32, ScannedChunk>;

#[derive(Debug, PartialEq)]
struct ScannedChunk {
    address: ChunkAddress,
    rows: usize,
    columns: Vec<Vec<CellCode>>,
    defects: Vec<(u32, RowDefect)>,
}

fn check(log: &dyn LogFile, context: &CellContext, name: &str) -> bool {
    let chunks = match (scan(log), scan(log)) {
        (Ok(first), Ok(second)) => {
            assert!(first == second, "two scans differ:\n{first:?}\n{second:?}");
            first
        }
        (Err(first), Err(second)) => {
            return refused(&first, name) || refused(&second, name);
        }
        (first, second) => panic!(
            "one of two scans fails: {:?} {:?}",
            first.err(),
            second.err()
        ),
    };
    let wanted: Vec<(u32, u32)> = chunks
        .iter()
        .flat_map(|(&sequence, chunk)| (0..chunk.rows as u32).map(move |row| (sequence, row)))
        .collect();
    let rows = rows(log, &wanted);
    let ids = ids(log, &wanted);
    let mut parser = CellParser::new(context);
    for ((&(sequence, row), text), id) in wanted.iter().zip(&rows).zip(&ids) {
        let chunk = &chunks[&sequence];
        if chunk.defects.iter().any(|&(place, _)| place == row) {
            continue;
        }
        for &column in Column::ALL {
            if let Some(&code) = chunk.columns[column.index()].get(row as usize) {
                let cell = text.cells[column.index()].as_deref();
                check_cell(context, &mut parser, column, code, cell);
            }
        }
        let text_id = text.cells[Column::MessageId.index()]
            .as_deref()
            .unwrap_or_default();
        assert_eq!(
            String::from_utf8_lossy(id),
            text_id,
            "an id and its row's text"
        );
    }
    !rows.is_empty()
}

/// The text that a row is shown with must say the same as the code that it is counted with.
fn check_cell(
    context: &CellContext,
    parser: &mut CellParser<'_>,
    column: Column,
    code: CellCode,
    cell: Option<&str>,
) {
    match (code, cell) {
        (CellCode::EMPTY, cell) => assert_eq!(cell, None, "{column} is empty"),
        (CellCode::BAD, Some(cell)) => {
            let defect = explain(context, column, cell);
            assert!(
                defect.is_some(),
                "{column} `{cell}` is refused, and nothing says why"
            );
        }
        (code, Some(cell)) => {
            let again = parser.text(column, cell.as_bytes());
            assert_eq!(again, code, "{column} `{cell}` is parsed into two codes");
        }
        (code, None) => panic!("{column} has the code {code:?} and no text"),
    }
}

fn scan(log: &dyn LogFile) -> anyhow::Result<Chunks> {
    let chunks = Mutex::new(Chunks::new());
    log.scan(&|_| {}, &|address, chunk: &Chunk| {
        check_chunk(log, chunk);
        let scanned = ScannedChunk {
            address,
            rows: chunk.rows,
            columns: chunk.columns.clone(),
            defects: chunk.defects.clone(),
        };
        let mut chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = chunks.insert(address.sequence, scanned);
        assert!(known.is_none(), "a chunk is handed over twice");
        Ok(())
    })?;
    let mut chunks = chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Codes of rows with a defect mean nothing.
    for chunk in chunks.values_mut() {
        for &(row, _) in &chunk.defects {
            for codes in chunk.columns.iter_mut().filter(|codes| !codes.is_empty()) {
                codes[row as usize] = CellCode::EMPTY;
            }
        }
    }
    Ok(chunks)
}

fn check_chunk(log: &dyn LogFile, chunk: &Chunk) {
    assert!(
        (1..=CHUNK_ROWS_MAX).contains(&chunk.rows),
        "a chunk of {} rows",
        chunk.rows
    );
    for &column in Column::ALL {
        let codes = chunk.columns[column.index()].len();
        // A row of JSON may bring a column that the first ones lack.
        let may_lack = !log.columns().contains(&column);
        assert!(
            codes == chunk.rows || codes == 0 && may_lack,
            "{codes} codes of {column}"
        );
    }
    assert!(
        chunk.defects.is_sorted_by(|left, right| left.0 < right.0),
        "defects in order"
    );
    assert!(
        chunk
            .defects
            .last()
            .is_none_or(|last| (last.0 as usize) < chunk.rows),
        "a defect of no row"
    );
}

/// Every row as text, each once and in order.
fn rows(log: &dyn LogFile, wanted: &[(u32, u32)]) -> Vec<TextRow> {
    let mut rows = Vec::new();
    log.text_rows(wanted, &mut |index, row| {
        assert_eq!(index, rows.len(), "rows in order");
        assert_eq!(row.cells.len(), Column::ALL.len(), "cells of a row");
        rows.push(row);
        Ok(())
    })
    .expect("rows of a log that was scanned");
    assert_eq!(rows.len(), wanted.len(), "rows that were asked for");
    rows
}

/// Every message id, each once.
fn ids(log: &dyn LogFile, wanted: &[(u32, u32)]) -> Vec<Vec<u8>> {
    let ids = Mutex::new(vec![None; wanted.len()]);
    log.message_ids(wanted, &|range, found| {
        assert_eq!(range.len(), found.len(), "an id for each row");
        let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, id) in range.zip(found) {
            assert!(
                ids[index].replace(id.to_vec()).is_none(),
                "an id is handed over twice"
            );
        }
        Ok(())
    })
    .expect("ids of a log that was scanned");
    let ids = ids.into_inner().unwrap_or_else(PoisonError::into_inner);
    ids.into_iter()
        .map(|id| id.expect("an id for every row"))
        .collect()
}

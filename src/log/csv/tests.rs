use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::log::text::Compression;
use crate::log::{CellCode, ChunkAddress, RowDefect, TextRow};

const HEADER: &str = "message_id,timestamp,direction,business,customer,text\n";

struct Opened {
    log: Box<dyn LogFile>,
    _file: tempfile::NamedTempFile,
}

fn pack(text: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::Plain => text.to_vec(),
        Compression::Zstd => zstd::encode_all(text, 1).unwrap(),
        Compression::Gzip => {
            // Two members.
            let (first, second) = text.split_at(text.len() / 2);
            let member = |text: &[u8]| {
                let mut gzip =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(text).unwrap();
                gzip.finish().unwrap()
            };
            [member(first), member(second)].concat()
        }
    }
}

fn open_bytes(bytes: &[u8], compression: Compression, limits: Limits) -> anyhow::Result<Opened> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), bytes)?;
    let (on_disk, path) = (file.path().to_owned(), Path::new("log.csv").to_owned());
    let log = open(
        TextSource {
            file: on_disk,
            path,
            compression,
            limits,
        },
        Arc::default(),
    )?;
    Ok(Opened { log, _file: file })
}

fn open_text(rows: &[u8], limits: Limits) -> Opened {
    open_bytes(
        &[HEADER.as_bytes(), rows].concat(),
        Compression::Plain,
        limits,
    )
    .unwrap()
}

const fn limits(chunk_bytes: usize, row_bytes: usize, chunk_rows: usize) -> Limits {
    Limits {
        chunk_bytes,
        row_bytes,
        chunk_rows,
    }
}

/// What a scan says of each row: where it stands, its message id's code or its defect.
type Rows = Vec<((u32, u32), Result<CellCode, RowDefect>)>;

fn scan(log: &dyn LogFile) -> anyhow::Result<Rows> {
    let chunks = Mutex::new(BTreeMap::new());
    let read = std::sync::atomic::AtomicU64::new(0);
    let consume = |address: ChunkAddress, chunk: &Chunk| {
        assert!(chunk.rows > 0);
        for &column in log.columns() {
            assert_eq!(chunk.columns[column.index()].len(), chunk.rows);
        }
        assert!(chunk.defects.is_sorted_by(|left, right| left.0 < right.0));
        let mut rows: Vec<_> = chunk.columns[Column::MessageId.index()]
            .iter()
            .map(|&code| Ok(code))
            .collect();
        for &(row, defect) in &chunk.defects {
            rows[row as usize] = Err(defect);
        }
        let known = chunks.lock().unwrap().insert(address.sequence, rows);
        assert_eq!(known, None);
        Ok(())
    };
    let progress = |more| _ = read.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    log.scan(&progress, &consume)?;
    assert!(read.into_inner() <= log.size_bytes());
    let of_chunk = |(sequence, rows): (u32, Vec<_>)| {
        (0..)
            .map(move |row| (sequence, row))
            .zip(rows)
            .collect::<Vec<_>>()
    };
    Ok(chunks
        .into_inner()
        .unwrap()
        .into_iter()
        .flat_map(of_chunk)
        .collect())
}

fn texts(log: &dyn LogFile, rows: &Rows) -> Vec<TextRow> {
    let wanted: Vec<(u32, u32)> = rows.iter().map(|row| row.0).collect();
    let mut texts = Vec::new();
    log.text_rows(&wanted, &mut |index, row| {
        assert_eq!(index, texts.len());
        texts.push(row);
        Ok(())
    })
    .unwrap();
    texts
}

fn message_ids(log: &dyn LogFile, rows: &Rows) -> Vec<Vec<u8>> {
    let wanted: Vec<(u32, u32)> = rows.iter().map(|row| row.0).collect();
    let ids = Mutex::new(vec![Vec::new(); wanted.len()]);
    log.message_ids(&wanted, &|range, found| {
        let mut ids = ids.lock().unwrap();
        for (index, id) in range.zip(found) {
            ids[index] = id.to_vec();
        }
        Ok(())
    })
    .unwrap();
    ids.into_inner().unwrap()
}

/// A row by the plainest reading of RFC 4180: line, offset, bytes, cells or defect.
type Oracle = Vec<(u64, u64, Vec<u8>, Result<Vec<Vec<u8>>, RowDefect>)>;

fn oracle(text: &[u8], first_line: u64, cells: usize) -> Oracle {
    let (mut rows, mut start, mut line) = (Vec::new(), 0, first_line);
    while start < text.len() {
        let newline = text[start..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map(|place| start + place);
        let (next, row) = match oracle_row(text, start) {
            Some((next, row)) => (next, Ok(row)),
            None => (
                newline.map_or(text.len(), |newline| newline + 1),
                Err(RowDefect::UnclosedQuote),
            ),
        };
        let raw = &text[start..next];
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        let row = match row {
            Err(defect) => Err(defect),
            Ok(_) if std::str::from_utf8(raw).is_err() => Err(RowDefect::InvalidUtf8),
            Ok(_) if raw.contains(&0) => Err(RowDefect::NulByte),
            Ok(row) if row.len() != cells => Err(RowDefect::Ragged),
            Ok(row) => Ok(row),
        };
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        if !raw.is_empty() {
            rows.push((line, start as u64, raw.to_vec(), row));
        }
        line += text[start..next]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
        start = next;
    }
    rows
}

fn oracle_row(text: &[u8], mut place: usize) -> Option<(usize, Vec<Vec<u8>>)> {
    let (mut cells, mut cell) = (Vec::new(), Vec::new());
    let (mut is_quoted, mut is_start) = (false, true);
    loop {
        let byte = text.get(place).copied();
        place += 1;
        match byte {
            None if is_quoted => return None,
            Some(b'"') if is_quoted && text.get(place) == Some(&b'"') => {
                cell.push(b'"');
                place += 1;
            }
            Some(b'"') if is_quoted => is_quoted = false,
            Some(byte) if is_quoted => cell.push(byte),
            Some(b'"') if is_start => is_quoted = true,
            None | Some(b',' | b'\n') => {
                cells.push(std::mem::take(&mut cell));
                if byte != Some(b',') {
                    return Some((place.min(text.len()), cells));
                }
                is_start = true;
                continue;
            }
            Some(byte) => cell.push(byte),
        }
        is_start = false;
    }
}

fn assert_as_oracle(
    rows: &[u8],
    limits: Limits,
    compression: Compression,
    is_scanned_before: bool,
) {
    let text = [HEADER.as_bytes(), rows].concat();
    let opened = open_bytes(&pack(&text, compression), compression, limits).unwrap();
    let found = scan(&*opened.log).unwrap();
    let expected = oracle(rows, 2, 6);
    assert_eq!(found.len(), expected.len(), "{limits:?}");
    let again;
    let log = if is_scanned_before {
        &*opened.log
    } else {
        again = open_bytes(&pack(&text, compression), compression, limits).unwrap();
        &*again.log
    };
    let texts = texts(log, &found);
    let ids = message_ids(log, &found);
    for (((row, text), id), (line, offset, raw, cells)) in
        found.iter().zip(&texts).zip(&ids).zip(&expected)
    {
        assert_eq!(
            (text.line, text.byte_offset),
            (*line, Some(*offset + HEADER.len() as u64))
        );
        assert_eq!(text.raw, *raw);
        assert_eq!(
            row.1.err(),
            cells.as_ref().err().copied(),
            "{}",
            raw.escape_ascii()
        );
        let Ok(cells) = cells else { continue };
        for (cell, &column) in cells.iter().zip(log.columns()) {
            let cell = cell.trim_ascii();
            let cell = (!cell.is_empty()).then(|| String::from_utf8_lossy(cell).into_owned());
            assert_eq!(
                text.cells[column.index()],
                cell,
                "{column} of {}",
                raw.escape_ascii()
            );
        }
        assert_eq!(id, cells[0].trim_ascii());
        let code = CellParser::new(&CellContext::default()).text(Column::MessageId, &cells[0]);
        assert_eq!(row.1, Ok(code));
    }
}

fn on_threads<R: Send>(count: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .unwrap()
        .install(work)
}

#[test]
fn defects_cost_their_row_only() {
    let rows = b"a,1,in,1,2,x\r\n\
        b,1,in,1\n\
        c,1,in,1,2,x,7\n\
        \n\
        d,1,in,1,2,\xff\n\
        e,1,in,1,2,\0\n\
        f,1,in,1,2,\"two\nlines \"\"quoted\"\"\"\n\
        g,1,in,1,2,5\" pipe\n\
        h,1,in,1,2,\"never closed\n\
        i,1,in,1,2,x\n\
        j,1,in,1,2,\xc3\xa9";
    let found = scan(&*open_text(rows, Limits::default()).log).unwrap();
    let defects: Vec<_> = found.iter().map(|row| row.1.err()).collect();
    let (ragged, unclosed) = (Some(RowDefect::Ragged), Some(RowDefect::UnclosedQuote));
    let (utf8, nul) = (Some(RowDefect::InvalidUtf8), Some(RowDefect::NulByte));
    assert_eq!(
        defects,
        [
            None, ragged, ragged, utf8, nul, None, None, unclosed, None, None
        ]
    );
    assert_as_oracle(rows, Limits::default(), Compression::Plain, true);
}

#[test]
fn quotes_here_and_there_change_nothing() {
    let mut rows = Vec::new();
    for number in 0..6000 {
        let text = match number % 700 {
            3 => "\"a\nb, \"\"c\"\"\"",
            5 | 500 => "\"quoted\"",
            600 => "x,ragged",
            _ => "x",
        };
        rows.extend_from_slice(format!("{number},1,in,1,2,{text}\n").as_bytes());
    }
    assert_as_oracle(&rows, Limits::default(), Compression::Plain, true);
    assert_as_oracle(
        &rows,
        limits(30_000, 1 << 20, 65_536),
        Compression::Zstd,
        false,
    );
    rows.extend_from_slice(b"y,1,in,1,2,\"never closed\n");
    rows.extend_from_slice(&b"z,1,in,1,2,x\n".repeat(2000));
    assert_as_oracle(&rows, Limits::default(), Compression::Plain, true);
}

#[test]
fn a_row_that_is_too_long_costs_one_line() {
    let long = "x".repeat(5000);
    for (rows, expected) in [
        (
            format!("a,1,in,1,2,{long}\nb,1,in,1,2,x\n"),
            vec![Some(RowDefect::TooLong), None],
        ),
        (
            format!("a,1,in,1,2,x\nb,1,in,1,2,{long}"),
            vec![None, Some(RowDefect::TooLong)],
        ),
        (
            format!("a,1,in,1,2,\"{long}\nb,1,in,1,2,x\n\nc,1,in,1,2,x\n"),
            vec![Some(RowDefect::TooLong), None, None],
        ),
        (
            format!(
                "a,1,in,1,2,\"x\nb,1,in,1,2,x\n{}\nc,1,in,1,2,x\n",
                "y\n".repeat(100)
            ),
            [Some(RowDefect::UnclosedQuote), None]
                .into_iter()
                .chain([Some(RowDefect::Ragged); 100])
                .chain([None])
                .collect(),
        ),
    ] {
        for chunk_bytes in [16, 64, 100] {
            for chunk_rows in [1, 4, 1000] {
                let opened = open_text(rows.as_bytes(), limits(chunk_bytes, 100, chunk_rows));
                let log = &*opened.log;
                let found = scan(log).unwrap();
                let defects: Vec<_> = found.iter().map(|row| row.1.err()).collect();
                assert_eq!(defects, expected, "{chunk_bytes} {chunk_rows} {rows}");
                let texts = texts(log, &found);
                let last = texts.last().unwrap();
                let offset = rows.trim_end().rfind('\n').unwrap() + 1 + HEADER.len();
                assert_eq!(last.byte_offset, Some(offset as u64));
                assert_eq!(
                    last.line as usize,
                    2 + rows.trim_end().matches('\n').count()
                );
                assert!(texts.iter().all(|text| text.raw.len() <= 100));
            }
        }
    }
}

#[test]
fn quotes_that_open_on_every_line_are_not_read_again_and_again() {
    // Each line closes the quote of the line before and opens another.
    let rows = "x\",\"y\n".repeat(400_000);
    let start = std::time::Instant::now();
    let found = scan(&*open_text(rows.as_bytes(), Limits::default()).log).unwrap();
    assert_eq!(found.len(), 400_000);
    assert!(found.iter().all(|row| row.1.is_err()));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn the_last_line_needs_no_newline_and_a_file_no_rows() {
    assert_eq!(scan(&*open_text(b"", Limits::default()).log).unwrap(), []);
    assert_eq!(
        scan(&*open_text(b"\n\r\n", Limits::default()).log).unwrap(),
        []
    );
    let bare = open_bytes(
        HEADER.trim_end().as_bytes(),
        Compression::Plain,
        Limits::default(),
    )
    .unwrap();
    assert_eq!(scan(&*bare.log).unwrap(), []);
    assert!(open_bytes(b"", Compression::Plain, Limits::default()).is_err());
    assert!(open_bytes(b"\n\n", Compression::Plain, Limits::default()).is_err());
}

#[test]
fn streams_that_end_or_break_are_errors_that_say_where() {
    let mut text = HEADER.as_bytes().to_vec();
    for number in 0..20_000u64 {
        let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        text.extend_from_slice(
            format!("{noise:x},1,in,1,2,{}\n", noise.rotate_left(30)).as_bytes(),
        );
    }
    for (compression, name) in [
        (Compression::Gzip, "gzip stream"),
        (Compression::Zstd, "zstd stream"),
    ] {
        let packed = pack(&text, compression);
        assert_eq!(
            scan(
                &*open_bytes(&packed, compression, Limits::default())
                    .unwrap()
                    .log
            )
            .unwrap()
            .len(),
            20_000
        );
        let cut = open_bytes(&packed[..packed.len() - 5], compression, Limits::default()).unwrap();
        let error = scan(&*cut.log).unwrap_err();
        let error = error.downcast_ref::<LogError>().unwrap().to_string();
        assert!(
            error.starts_with(&format!("log.csv: {name} truncated at byte")),
            "{error}"
        );
    }
    let mut broken = pack(&text, Compression::Gzip);
    let middle = broken.len() * 3 / 4;
    broken[middle..middle + 50].fill(0xff);
    let broken = open_bytes(&broken, Compression::Gzip, Limits::default()).unwrap();
    let error = scan(&*broken.log).unwrap_err();
    let error = error.downcast_ref::<LogError>().unwrap().to_string();
    assert!(
        error.starts_with("log.csv: gzip stream damaged at byte"),
        "{error}"
    );
}

#[test]
fn two_units_in_one_column_of_times_are_an_error() {
    let rows = b"a,1700000000,in,1,2,x\nb,1700000000000,in,1,2,x\n";
    let error = scan(&*open_text(rows, Limits::default()).log).unwrap_err();
    let error = error.downcast_ref::<LogError>().unwrap().to_string();
    assert!(
        error.contains("log.csv: column `timestamp` mixes"),
        "{error}"
    );
}

#[test]
fn an_error_or_panic_of_the_consumer_ends_the_scan() {
    let rows = "a,1,in,1,2,x\n".repeat(5000);
    for threads in [1, 2] {
        on_threads(threads, || {
            let opened = open_text(rows.as_bytes(), limits(64, 1000, 100));
            let error = opened
                .log
                .scan(&|_| (), &|_, _| anyhow::bail!("enough"))
                .unwrap_err();
            assert_eq!(error.to_string(), "enough");
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                opened
                    .log
                    .scan(&|_| (), &|_, _| panic!("a fault of the consumer"))
            }));
            assert!(panic.is_err());
        });
    }
}

#[test]
fn a_file_that_changed_is_noticed() {
    let opened = open_text(b"a,1,in,1,2,x\nb,1,in,1,2,x\n", Limits::default());
    assert_eq!(scan(&*opened.log).unwrap().len(), 2);
    std::fs::write(opened._file.path(), HEADER).unwrap();
    let error = opened
        .log
        .text_rows(&[(0, 1)], &mut |_, _| Ok(()))
        .unwrap_err();
    assert!(error.to_string().contains("it changed"), "{error}");
}

fn any_rows() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"a,1,in,1,2,x\n".to_vec()),
        1 => Just(b"b, 1 ,in,1,2,\"q \"\"q\"\"\n,\r\n\"\r\n".to_vec()),
        1 => Just(b"\"c\",\"1\",\"in\",\"1\",\"2\",\"\xc3\xa9\"\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        3 => prop::collection::vec(prop::sample::select(b"a,,\"\"\n\r \xff\0\xc3".to_vec()), 0..12),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read_as_the_oracle_reads_it(
        rows in any_rows(),
        chunk_bytes in prop::sample::select(vec![1, 5, 13, 14, 40, 200, 1 << 20]),
        chunk_rows in prop::sample::select(vec![1, 2, 7, 65_536]),
        compression in prop::sample::select(vec![Compression::Plain, Compression::Gzip, Compression::Zstd]),
        threads in 1usize..3,
        is_scanned_before in any::<bool>(),
    ) {
        on_threads(threads, || {
            assert_as_oracle(&rows, limits(chunk_bytes, 1 << 20, chunk_rows), compression, is_scanned_before);
        });
    }

    #[test]
    fn any_bytes_under_tight_limits_are_accepted_or_rejected(
        rows in prop_oneof![any_rows(), prop::collection::vec(any::<u8>(), 0..600)],
        chunk_bytes in 1usize..30,
        row_bytes in 30usize..60,
        chunk_rows in 1usize..9,
    ) {
        let opened = open_text(&rows, limits(chunk_bytes, row_bytes, chunk_rows));
        let log = &*opened.log;
        let found = scan(log).unwrap();
        prop_assert!(found.iter().all(|&((_, row), _)| (row as usize) < chunk_rows));
        prop_assert_eq!(&found, &scan(log).unwrap());
        let texts = texts(log, &found);
        prop_assert!(texts.is_sorted_by(|left, right| left.byte_offset < right.byte_offset));
        let lines = rows.split(|&byte| byte == b'\n');
        let lines = lines.filter(|line| !matches!(line, [] | [b'\r'])).count();
        prop_assert!(found.len() <= lines);
        for (row, text) in found.iter().zip(&texts) {
            let start = text.byte_offset.unwrap() as usize - HEADER.len();
            prop_assert!(rows[start..].starts_with(&text.raw));
            prop_assert!(row.1.is_err() || text.raw.len() <= row_bytes + 1);
        }
    }

    #[test]
    fn any_bytes_as_a_file_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for compression in [Compression::Plain, Compression::Gzip, Compression::Zstd] {
            if let Err(error) = open_bytes(&bytes, compression, Limits::default()) {
                prop_assert!(error.is::<LogError>());
            }
        }
    }
}

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use crate::log::map::Map;
use crate::log::source::{Reading, open};
use crate::log::{CellCode, Column, LogError, LogFile, RowDefect, TextRow};

/// The rows of a file: their defects, and what their message id says.
struct Read {
    rows: usize,
    defects: Vec<(u32, RowDefect)>,
    texts: Vec<TextRow>,
}

fn opened(content: &[u8], map: &str) -> anyhow::Result<(Box<dyn LogFile>, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("export.txt");
    std::fs::write(&path, content)?;
    let map = match map.contains('=') {
        true => Map::parse(map, "map.toml")?,
        false => Map::load(Path::new(map))?,
    };
    let reading = Reading {
        map: Some(Arc::new(map)),
        ..Reading::default()
    };
    let mut logs = open(&[PathBuf::from(&path)], None, folder.path(), &reading)?;
    Ok((logs.files.remove(0), folder))
}

/// Reads a file in every way there is, which must agree.
fn read(content: &[u8], map: &str) -> anyhow::Result<Read> {
    let (file, _folder) = opened(content, map)?;
    let scanned = Mutex::new(Vec::new());
    file.scan(&|_| (), &|address, chunk| {
        let ids = chunk.columns[Column::MessageId.index()].clone();
        scanned
            .lock()
            .unwrap()
            .push((address.sequence, chunk.rows, chunk.defects.clone(), ids));
        Ok(())
    })?;
    let mut chunks = scanned.into_inner().unwrap();
    chunks.sort_by_key(|chunk| chunk.0);
    let mut found = Read {
        rows: 0,
        defects: Vec::new(),
        texts: Vec::new(),
    };
    for (sequence, rows, defects, ids) in chunks {
        let wanted: Vec<(u32, u32)> = (0..rows as u32).map(|row| (sequence, row)).collect();
        let first = found.texts.len();
        file.text_rows(&wanted, &mut |index, row| {
            assert_eq!(index + first, found.texts.len());
            found.texts.push(row);
            Ok(())
        })?;
        assert_eq!(found.texts.len() - first, rows);
        let texts = Mutex::new(Vec::new());
        file.message_ids(&wanted, &|_, ids| {
            texts
                .lock()
                .unwrap()
                .extend(ids.iter().map(|id| id.to_vec()));
            Ok(())
        })?;
        for (row, id) in texts.into_inner().unwrap().iter().enumerate() {
            let is_defect = defects.iter().any(|&(defect, _)| defect as usize == row);
            assert_eq!(id.is_empty(), is_defect || ids[row] == CellCode::EMPTY);
        }
        let shift = found.rows as u32;
        found
            .defects
            .extend(defects.iter().map(|&(row, defect)| (row + shift, defect)));
        found.rows += rows;
    }
    let by_text = Mutex::new(0);
    file.scan_texts(&|_| (), &|_, rows| {
        *by_text.lock().unwrap() += rows.rows;
        Ok(())
    })?;
    assert_eq!(by_text.into_inner().unwrap(), found.rows);
    Ok(found)
}

fn cell(row: &TextRow, column: Column) -> &str {
    row.cells[column.index()].as_deref().unwrap_or_default()
}

const STATUS: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"display_phone_number":"15550783881"},"statuses":[{"id":"wamid.B","status":"delivered","timestamp":"1758254202","recipient_id":"16505551234","pricing":{"category":"marketing"}}]}}]}]}"#;
const FLAT: &str = "message_id = \"id\"\ntimestamp = \"at\"\n";

#[test]
fn records_stand_anywhere_and_keep_their_places() {
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(STATUS).unwrap())
            .unwrap();
    let text = format!("{STATUS}\n\n{pretty}\n[{STATUS},\n{STATUS}]\n");
    let found = read(text.as_bytes(), "cloud-api").unwrap();
    assert_eq!((found.rows, found.defects.len()), (4, 0));
    assert!(
        found
            .texts
            .iter()
            .all(|row| cell(row, Column::MessageId) == "wamid.B")
    );
    let lines: Vec<u64> = found.texts.iter().map(|row| row.line).collect();
    let array = 3 + pretty.lines().count() as u64;
    assert_eq!(lines, [1, 3, array, array + 1]);
    assert_eq!(found.texts[1].raw, pretty.as_bytes());
    assert_eq!(found.texts[2].raw, STATUS.as_bytes());
}

#[test]
fn a_defect_costs_its_own_record() {
    let text = [
        "\u{feff}{\"broken\":",
        STATUS,
        "garbage",
        "{\"a\":\"\u{0}\"}",
        "{\"unknown\":1}",
        STATUS,
        &STATUS[..90],
    ]
    .join("\n");
    let found = read(text.as_bytes(), "cloud-api").unwrap();
    let expected = vec![
        (0, RowDefect::InvalidJson),
        (2, RowDefect::InvalidJson),
        (3, RowDefect::NulByte),
        (4, RowDefect::Unmapped),
        (6, RowDefect::InvalidJson),
    ];
    assert_eq!((found.rows, found.defects), (7, expected));
    let mut bad = STATUS.as_bytes().to_vec();
    bad[120] = 0xff;
    let found = read(&[&bad, &b"\n"[..], STATUS.as_bytes()].concat(), "cloud-api").unwrap();
    assert_eq!(found.defects, [(0, RowDefect::InvalidUtf8)]);
}

#[test]
fn flat_files_with_any_separator() {
    for (text, rows) in [
        (
            "id;at;direction;business;customer\n\"a;1\";2025-01-01T00:00:00Z;in;1;2\n",
            1,
        ),
        (
            "ID\tAt\tdirection\tbusiness\tcustomer\nb\t1735689600\tin\t1\t2\n",
            1,
        ),
        (
            "id|at|direction|business|customer\r\n\r\nb|1735689600|in|1|2\r\nc|1\r\n",
            2,
        ),
    ] {
        let found = read(text.as_bytes(), FLAT).unwrap();
        assert_eq!(found.rows, rows, "{text}");
        assert_eq!(cell(&found.texts[0], Column::Direction), "in", "{text}");
        assert_eq!(found.defects.len(), rows - 1, "{text}");
    }
    let json = r#"{"id":"a","at":1735689600,"direction":"in","business":1,"customer":"2"}"#;
    assert_eq!(read(json.as_bytes(), FLAT).unwrap().rows, 1);
}

#[test]
fn a_header_without_what_the_map_needs_is_refused() {
    let refused = |text: &str, map: &str| {
        let error = opened(text.as_bytes(), map).err().expect("refused");
        error
            .downcast_ref::<LogError>()
            .expect("an error of a log")
            .to_string()
    };
    let message = refused("wamid,at,direction,business,customer\n", FLAT);
    assert!(message.contains("finds no message_id here"), "{message}");
    assert!(message.contains("found: wamid, at"), "{message}");
    assert!(refused("", FLAT).contains("an empty file"));
    assert!(refused("\u{fffe}a\n", FLAT).contains("finds no"));
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("id,at".bytes().flat_map(|byte| [byte, 0]))
        .collect();
    let error = opened(&utf16, FLAT).err().expect("refused").to_string();
    assert!(error.contains("UTF-16"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Any bytes are rows or defects, the same in every reading.
    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, "cloud-api");
        let json = [b"{", &bytes[..]].concat();
        prop_assert!(read(&json, "cloud-api").is_ok());
        let csv = [b"id,at,direction,business,customer\n", &bytes[..]].concat();
        prop_assert!(read(&csv, FLAT).is_ok());
    }

    /// Envelopes with pieces cut out, doubled or overwritten.
    #[test]
    fn spoilt_envelopes_are_read_or_rejected(
        copies in 1..4_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..8),
    ) {
        let mut bytes = vec![STATUS; copies].join("\n").into_bytes();
        for (place, byte, edit) in edits {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match edit {
                0 => bytes[place] = byte,
                1 => drop(bytes.drain(place..(place + usize::from(byte)).min(bytes.len()))),
                _ => {
                    let end = (place + usize::from(byte)).min(bytes.len());
                    let piece = bytes[place..end].to_vec();
                    bytes.splice(place..place, piece);
                }
            }
        }
        bytes.insert(0, b'{');
        bytes.insert(1, b'}');
        bytes.insert(2, b'\n');
        let found = read(&bytes, "cloud-api").unwrap();
        prop_assert!(found.defects.len() <= found.rows);
    }
}

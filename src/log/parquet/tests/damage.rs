//! Damaged files: errors, never panics or other numbers.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::super::open;
use super::{Codes, codes, sample};

/// Scans and fetches; whatever happens must be an error or the codes.
fn try_all(path: &Path) -> anyhow::Result<Codes> {
    let log = open(path, path, Arc::default())?;
    let chunks = codes(&*log)?;
    log.message_ids(&[(0, 3), (0, 40)], &|_, _| Ok(()))?;
    log.text_rows(&[(0, 3), (0, 40)], &mut |_, _| Ok(()))?;
    Ok(chunks)
}

const SAMPLES: [&str; 3] = [
    "delta_v2.parquet",
    "int96_checksums.parquet",
    "local_split.parquet",
];
/// Every position would take minutes and was tried once.
const STEP: usize = 3;

#[test]
fn truncated_files_are_errors() {
    for name in SAMPLES {
        let bytes = std::fs::read(sample(name)).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        for length in (0..bytes.len()).rev().step_by(STEP) {
            file.as_file().set_len(length as u64).unwrap();
            assert!(try_all(file.path()).is_err(), "{name} cut at {length}");
        }
    }
}

#[test]
fn files_that_lack_data_before_the_footer_are_errors() {
    for name in SAMPLES {
        let bytes = std::fs::read(sample(name)).unwrap();
        let (data, footer) = bytes.split_at(footer_start(&bytes));
        // What is cut last is the page index and an ignored column, which nobody misses.
        for length in (4..data.len() * 3 / 5).step_by(STEP * 50) {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&data[..length]).unwrap();
            file.write_all(footer).unwrap();
            assert!(
                try_all(file.path()).is_err(),
                "{name} with data cut at {length}"
            );
        }
    }
}

#[test]
fn flipped_bytes_never_panic_and_checksums_find_them() {
    for (name, has_checksums) in SAMPLES.into_iter().zip([false, true, true]) {
        let original = try_all(&sample(name)).unwrap();
        let bytes = std::fs::read(sample(name)).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let mut put = |position: usize, byte| {
            file.seek(SeekFrom::Start(position as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
            file.path().to_owned()
        };
        for (position, flip) in (4..bytes.len())
            .flat_map(|at| [0x01, 0x10, 0x80, 0xff].map(|flip| (at, flip)))
            .step_by(STEP)
        {
            let path = put(position, bytes[position] ^ flip);
            if let Ok(found) = try_all(&path)
                && has_checksums
                && position < footer_start(&bytes)
            {
                // Codes of interned words depend on which was met first, the others do not.
                let same = found.iter().zip(&original).all(|(found, original)| {
                    found.1[..3] == original.1[..3] && found.1[5..10] == original.1[5..10]
                });
                assert!(
                    same && found.len() == original.len(),
                    "{name}: byte {position} ^ {flip:#x}"
                );
            }
            put(position, bytes[position]);
        }
    }
}

fn footer_start(bytes: &[u8]) -> usize {
    let end = bytes.len() - 8;
    end - u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize
}

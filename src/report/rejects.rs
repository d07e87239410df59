//! `rejects.csv`: the rows that could not be used, so that they can be mended and fed again.

use std::io::Write;

use anyhow::Result;

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Path as given.
    pub file: String,
    /// Line of a text file, row of a Parquet file; both from 1.
    pub line: u64,
    /// Offset in the (decompressed) text; none for Parquet.
    pub byte_offset: Option<u64>,
    /// The column at fault, if it is one.
    pub column: Option<&'static str>,
    /// Stable code, such as `missing_type`.
    pub code: &'static str,
    /// One sentence: what was found, what is accepted.
    pub reason: String,
    /// The row as it stands in the file.
    pub raw: Vec<u8>,
}

/// The columns of `rejects.csv`.
pub const COLUMNS: [&str; 7] = [
    "file",
    "line",
    "byte_offset",
    "column",
    "code",
    "reason",
    "raw",
];

/// Writes rejected rows in the order in which they come; gives their number.
///
/// # Errors
/// If a row cannot be fetched or the file cannot be written.
pub fn write(
    rejects: impl IntoIterator<Item = Result<Reject>>,
    file: &mut dyn Write,
) -> Result<u64> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(COLUMNS)?;
    let mut count = 0;
    for reject in rejects {
        let reject = reject?;
        let line = reject.line.to_string();
        let offset = reject.byte_offset.map(|offset| offset.to_string());
        let cells: [&[u8]; 7] = [
            reject.file.as_bytes(),
            line.as_bytes(),
            offset.as_deref().unwrap_or_default().as_bytes(),
            reject.column.unwrap_or_default().as_bytes(),
            reject.code.as_bytes(),
            reject.reason.as_bytes(),
            &reject.raw,
        ];
        writer.write_record(cells)?;
        count += 1;
    }
    writer.flush()?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_row_comes_back_as_it_was() {
        let reject = Reject {
            file: "log.csv".into(),
            line: 7,
            byte_offset: Some(512),
            column: Some("direction"),
            code: "bad_direction",
            reason: "`sideways` is no direction: expected inbound or outbound".into(),
            raw: b"=1+1,\"a \"\"b\"\"\",\xff".to_vec(),
        };
        let mut bytes = Vec::new();
        assert_eq!(write([Ok(reject.clone())], &mut bytes).unwrap(), 1);
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let row = reader.byte_records().next().unwrap().unwrap();
        assert_eq!(&row[6], &reject.raw[..]);
        assert_eq!(&row[2], b"512");
        assert_eq!(&row[3], b"direction");
    }
}

//! The header line: which cell is which column, and what to say where that is not clear.

use std::path::Path;

use super::quoted::split_row;
use super::scan::Layout;
use crate::log::suggest::words::likeness;
use crate::log::text::TextChunk;
use crate::log::{Column, LogError};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many names of a long header an error message lists.
const NAMES_SHOWN: usize = 40;
/// From what likeness on a name is worth a hint.
const ALIKE_PERCENT_MIN: usize = 60;

/// The columns of a CSV file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The canonical column of each cell of a row.
    pub(super) columns: Vec<Option<Column>>,
    /// The names that are no canonical column.
    pub(super) ignored: Vec<String>,
}

impl Header {
    /// Reads the header line.
    ///
    /// # Errors
    /// [`LogError::Header`] if a needed column is missing or a column occurs twice, with the nearest names
    /// and what would help; [`LogError::Format`] if the line is no text.
    pub(super) fn read(path: &Path, line: &TextChunk) -> Result<Self, LogError> {
        let text = header_text(path, line)?;
        let names = names_of(text, b',');
        let columns: Vec<Option<Column>> = names.iter().map(|name| column_of(name)).collect();
        let refuse = |message: String| LogError::Header {
            path: path.to_owned(),
            message,
        };
        if let Some((delimiter, label)) = other_delimiter(text, &columns) {
            return Err(refuse(format!(
                "expected cells separated by `,`, found cells separated by {label}\n\
                 found: {}\n\
                 help: convert the file to commas, for example with `csvformat -d '{delimiter}'`",
                shown(&names)
            )));
        }
        for (place, column) in columns.iter().enumerate() {
            if let Some(column) = column
                && columns[..place].contains(&Some(*column))
            {
                return Err(refuse(format!(
                    "expected each column once, found `{column}` twice\nfound: {}",
                    shown(&names)
                )));
            }
        }
        let missing: Vec<Column> = Column::REQUIRED
            .into_iter()
            .filter(|&column| !columns.contains(&Some(column)))
            .collect();
        if !missing.is_empty() {
            return Err(refuse(missing_columns(&missing, &names, &columns)));
        }
        let unknown = names
            .into_iter()
            .zip(&columns)
            .filter(|(name, column)| column.is_none() && !name.is_empty());
        let ignored = unknown.map(|(name, _)| name).collect();
        Ok(Self { columns, ignored })
    }

    /// Which cell of a row is which column.
    pub(super) fn layout(&self) -> Layout {
        let columns = self.columns.iter().enumerate();
        Layout {
            cells: self.columns.len(),
            columns: columns
                .filter_map(|(place, column)| column.map(|column| (place, column)))
                .collect(),
        }
    }
}

/// The text of a header line, without a byte order mark.
///
/// # Errors
/// [`LogError::Format`] if it is no text, or no line.
pub(in crate::log) fn header_text<'l>(
    path: &Path,
    line: &'l TextChunk,
) -> Result<&'l [u8], LogError> {
    let text = line
        .text
        .strip_prefix(BYTE_ORDER_MARK)
        .unwrap_or(&line.text);
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = text {
        return Err(LogError::format(path, "UTF-8 text", "UTF-16 text"));
    }
    if !line.rejected.is_empty() {
        return Err(LogError::format(
            path,
            "a header line that names the columns",
            "a first line that is too long, or whose quotes are not closed",
        ));
    }
    if std::str::from_utf8(text).is_err() || text.contains(&0) {
        return Err(LogError::format(
            path,
            "UTF-8 text",
            "binary data in the first line",
        ));
    }
    Ok(text)
}

/// The names in a header line.
pub(in crate::log) fn names_of(text: &[u8], delimiter: u8) -> Vec<String> {
    let (mut cells, mut unescaped) = (Vec::new(), Vec::new());
    split_row(text, 0, delimiter, &mut cells, &mut unescaped);
    let name = |cell: &[u8]| String::from_utf8_lossy(cell.trim_ascii()).into_owned();
    cells
        .iter()
        .map(|cell| name(cell.of(text, &unescaped)))
        .collect()
}

pub(in crate::log) fn column_of(name: &str) -> Option<Column> {
    Column::ALL
        .iter()
        .copied()
        .find(|column| column.name().eq_ignore_ascii_case(name))
}

/// The delimiter by which the line would hold more columns, with its name.
fn other_delimiter(
    text: &[u8],
    columns: &[Option<Column>],
) -> Option<(&'static str, &'static str)> {
    let known = columns.iter().flatten().count();
    let text = String::from_utf8_lossy(text);
    [(";", "`;`"), ("\t", "tabs"), ("|", "`|`")]
        .into_iter()
        .find(|(delimiter, _)| {
            let names = text
                .split(delimiter)
                .map(|name| name.trim().trim_matches('"'));
            let (count, found) = names.fold((0, 0), |(count, found), name| {
                (count + 1, found + usize::from(column_of(name).is_some()))
            });
            found > known || known == 0 && columns.len() == 1 && count >= Column::REQUIRED.len()
        })
        .map(|(delimiter, label)| (if delimiter == "\t" { "\\t" } else { delimiter }, label))
}

/// The message for a header without needed columns.
pub(in crate::log) fn missing_columns(
    missing: &[Column],
    names: &[String],
    columns: &[Option<Column>],
) -> String {
    let list = |columns: &[Column]| {
        columns
            .iter()
            .map(|column| column.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let unknown: Vec<&str> = names
        .iter()
        .zip(columns)
        .filter(|(name, column)| column.is_none() && !name.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    let nearest = nearest_names(missing, &unknown);
    let mut message = format!(
        "expected the columns {}, found no {}\nfound: {}",
        list(&Column::REQUIRED),
        list(missing),
        shown(names)
    );
    if !nearest.is_empty() {
        let pairs: Vec<String> = nearest
            .iter()
            .map(|(column, name)| format!("`{name}` for {column}"))
            .collect();
        message += &format!("\nnearest: {}", pairs.join(", "));
    }
    let lines: Vec<String> = missing
        .iter()
        .map(|column| {
            let name = nearest
                .iter()
                .find(|(known, _)| known == column)
                .map_or("…", |(_, name)| name);
            format!("{column} = {name:?}")
        })
        .collect();
    message
        + &format!(
            "\nhelp: --map MAP.toml, with the lines: {}\n\
             help: `counterfoil check --suggest-map` drafts such a map",
            lines.join("; ")
        )
}

/// The first names of a header.
pub(in crate::log) fn shown(names: &[String]) -> String {
    let mut text = names
        .iter()
        .take(NAMES_SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMES_SHOWN {
        text += &format!(", … ({} in all)", names.len());
    }
    text
}

/// For each column the name that is most like a word for it; no name for two columns.
fn nearest_names<'n>(columns: &[Column], names: &[&'n str]) -> Vec<(Column, &'n str)> {
    let mut pairs: Vec<(usize, Column, &str)> = columns
        .iter()
        .flat_map(|&column| {
            names
                .iter()
                .map(move |&name| (likeness(column, name), column, name))
        })
        .filter(|&(likeness, ..)| likeness >= ALIKE_PERCENT_MIN)
        .collect();
    pairs.sort_by_key(|&(likeness, ..)| std::cmp::Reverse(likeness));
    let mut nearest: Vec<(Column, &str)> = Vec::new();
    for (_, column, name) in pairs {
        if !nearest
            .iter()
            .any(|known| known.0 == column || known.1 == name)
        {
            nearest.push((column, name));
        }
    }
    nearest.sort_by_key(|&(column, _)| column);
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Header, LogError> {
        let chunk = TextChunk {
            text: line.as_bytes().to_vec(),
            ..TextChunk::default()
        };
        Header::read(Path::new("log.csv"), &chunk)
    }

    fn message(line: &str) -> String {
        read(line).expect_err("the header is refused").to_string()
    }

    const REQUIRED: &str = "message_id,timestamp,direction,business,customer";

    #[test]
    fn names_in_any_case_quoted_and_after_a_byte_order_mark() {
        let header = read(
            "\u{feff}\"Message_ID\", TIMESTAMP ,direction,price,business,customer,,\"a,b\"\r\n",
        )
        .unwrap();
        assert_eq!(header.ignored, ["price", "a,b"]);
        assert_eq!(header.columns[0], Some(Column::MessageId));
        assert_eq!(header.layout().cells, 8);
        assert_eq!(header.layout().columns.len(), 5);
        assert_eq!(header.layout().columns[3], (4, Column::Business));
    }

    #[test]
    fn missing_columns_are_named_with_the_nearest() {
        let message = message("wamid,Time,direction,from,foo\n");
        for part in [
            "log.csv: expected the columns message_id, timestamp, direction, business, customer",
            "found no message_id, timestamp, business, customer",
            "found: wamid, Time, direction, from, foo",
            "`wamid` for message_id, `Time` for timestamp, `from` for business",
            "--map MAP.toml, with the lines: message_id = \"wamid\"; timestamp = \"Time\"; business = \"from\"; customer = \"…\"",
        ] {
            assert!(message.contains(part), "{part}\nin\n{message}");
        }
    }

    #[test]
    fn a_column_twice_is_refused() {
        let message = message(&format!("{REQUIRED},Customer\n"));
        assert!(message.contains("found `customer` twice"), "{message}");
    }

    #[test]
    fn another_delimiter_is_named() {
        for (delimiter, label) in [(";", "`;`"), ("\t", "tabs"), ("|", "`|`")] {
            let message = message(&REQUIRED.replace(',', delimiter));
            assert!(
                message.contains(&format!("separated by {label}")),
                "{message}"
            );
            let message = super::tests::message(&format!(
                "a{delimiter}b{delimiter}c{delimiter}d{delimiter}e"
            ));
            assert!(
                message.contains(&format!("separated by {label}")),
                "{message}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_said_so() {
        let chunk = |text: &[u8]| TextChunk {
            text: text.to_vec(),
            ..TextChunk::default()
        };
        let message = |chunk| {
            Header::read(Path::new("x"), &chunk)
                .expect_err("refused")
                .to_string()
        };
        assert!(message(chunk(b"\xff\xfem\0e\0")).contains("UTF-16"));
        assert!(message(chunk(b"\x89PNG\0")).contains("binary data"));
        assert!(message(chunk(b"a\xff,b")).contains("binary data"));
        let mut unclosed = chunk(b"\"message_id\n");
        unclosed
            .rejected
            .push((0, crate::log::RowDefect::UnclosedQuote));
        assert!(message(unclosed).contains("not closed"));
    }
}

//! Cells of rows in which quotes may stand, by the exact rules of RFC 4180.

use memchr::{memchr, memchr2};

/// A cell: a range of the text, or of the unescaped bytes behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::log) struct CellRange {
    start: u32,
    end: u32,
}

impl CellRange {
    /// The bytes of the cell. Those after the text's end stand in `unescaped`.
    #[inline]
    pub(in crate::log) fn of<'t>(self, text: &'t [u8], unescaped: &'t [u8]) -> &'t [u8] {
        let (start, end) = (self.start as usize, self.end as usize);
        match text.get(start..end) {
            Some(cell) => cell,
            None => unescaped
                .get(start.wrapping_sub(text.len())..end - text.len())
                .unwrap_or_default(),
        }
    }
}

/// Appends the cells of the row that begins at `start`; says where the next line begins.
pub(in crate::log) fn split_row(
    text: &[u8],
    start: usize,
    delimiter: u8,
    cells: &mut Vec<CellRange>,
    unescaped: &mut Vec<u8>,
) -> usize {
    let mut from = start;
    loop {
        let (cell, end) = if text.get(from) == Some(&b'"') {
            quoted_cell(text, from + 1, delimiter, unescaped)
        } else {
            let end = cell_end(text, from, delimiter);
            (
                CellRange {
                    start: from as u32,
                    end: end as u32,
                },
                end,
            )
        };
        cells.push(cell);
        match text.get(end) {
            Some(&sign) if sign == delimiter => from = end + 1,
            Some(_) => return end + 1,
            None => return text.len(),
        }
    }
}

fn cell_end(text: &[u8], from: usize, delimiter: u8) -> usize {
    memchr2(delimiter, b'\n', &text[from..]).map_or(text.len(), |place| from + place)
}

/// A cell after its opening quote, and where its comma or newline stands.
fn quoted_cell(
    text: &[u8],
    content: usize,
    delimiter: u8,
    unescaped: &mut Vec<u8>,
) -> (CellRange, usize) {
    let unescaped_start = unescaped.len();
    let mut from = content;
    let close = loop {
        let Some(quote) = memchr(b'"', &text[from..]).map(|place| from + place) else {
            break text.len();
        };
        if text.get(quote + 1) != Some(&b'"') {
            break quote;
        }
        unescaped.extend_from_slice(&text[from..=quote]);
        from = quote + 2;
    };
    let behind = (close + 1).min(text.len());
    let end = cell_end(text, behind, delimiter);
    let tail = &text[behind..end];
    if from == content && tail.trim_ascii().is_empty() {
        return (
            CellRange {
                start: content as u32,
                end: close as u32,
            },
            end,
        );
    }
    unescaped.extend_from_slice(&text[from..close]);
    unescaped.extend_from_slice(tail);
    let range = |length: usize| (text.len() + length) as u32;
    (
        CellRange {
            start: range(unescaped_start),
            end: range(unescaped.len()),
        },
        end,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str) -> (Vec<String>, usize) {
        let (mut cells, mut unescaped) = (Vec::new(), Vec::new());
        let next = split_row(row.as_bytes(), 0, b',', &mut cells, &mut unescaped);
        let texts = cells.iter().map(|cell| cell.of(row.as_bytes(), &unescaped));
        (
            texts
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect(),
            next,
        )
    }

    #[test]
    fn rows_with_and_without_quotes() {
        for (row, expected) in [
            ("", vec![""]),
            ("a,b", vec!["a", "b"]),
            ("a,b\r\nc", vec!["a", "b\r"]),
            (",\n", vec!["", ""]),
            ("\"a,\nb\",c\n", vec!["a,\nb", "c"]),
            ("\"say \"\"hi\"\"\",\"\"\"\"\n", vec!["say \"hi\"", "\""]),
            ("\"\",\"\"\r\n", vec!["", ""]),
            ("5\" pipe,a\"b\"\n", vec!["5\" pipe", "a\"b\""]),
            (" \"a\",b", vec![" \"a\"", "b"]),
            ("\"a\"b,c", vec!["ab", "c"]),
            ("\"a\"\"b\"c\"d\",e", vec!["a\"bc\"d\"", "e"]),
            ("\"a\" ,b", vec!["a", "b"]),
        ] {
            assert_eq!(cells(row).0, expected, "{row:?}");
        }
        assert_eq!(cells("\"a\nb\",c\nd").1, 8);
        assert_eq!(cells("a,\"b\"").1, 5);
    }
}

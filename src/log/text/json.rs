//! JSON objects one after another: on a line each, over many lines, in an array, with or without commas.
//!
//! What is between objects belongs to the objects' array, or is what a log writes before each on its line. An
//! object that is broken ends where the next one begins in the same way, so that one broken object costs no other.

use memchr::{memchr, memchr2, memrchr_iter};

/// A piece of text that is, or should be, one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) struct Piece {
    /// Where it begins.
    pub(in crate::log) start: usize,
    /// Where it ends.
    pub(in crate::log) end: usize,
    /// Whether it ends as an object does; what does not may be unfinished.
    pub(in crate::log) is_closed: bool,
}

/// The next piece of a text from a place on; none if there is only what may stand between objects.
pub(in crate::log) fn next_piece(text: &[u8], from: usize) -> Option<Piece> {
    let mut start = next_start(text, from)?;
    let mut begin = Begin::Unknown;
    if text[start] != b'{' {
        // Up to the next object or line.
        let end = memchr2(b'{', b'\n', &text[start..]);
        let before = &text[start..end.map_or(text.len(), |end| start + end)];
        let end = start + before.len();
        if text.get(end) != Some(&b'{') || memchr2(b'"', b'}', before).is_some() {
            return Some(Piece {
                start,
                end,
                is_closed: end < text.len(),
            });
        }
        start = end;
        begin = Begin::BehindText;
    } else if let Some(indent) = indent_before(text, start) {
        begin = Begin::Indented(indent);
    }
    let (mut depth, mut at) = (0_usize, start);
    while at < text.len() {
        match text[at] {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(Piece {
                        start,
                        end: at + 1,
                        is_closed: true,
                    });
                }
            }
            b'"' => {
                at = after_string(text, at + 1);
                continue;
            }
            b'\n' if begins_anew(&text[at + 1..], begin) => {
                return Some(Piece {
                    start,
                    end: at,
                    is_closed: true,
                });
            }
            _ => {}
        }
        at += 1;
    }
    Some(Piece {
        start,
        end: text.len(),
        is_closed: false,
    })
}

/// Where the next piece of a text begins from a place on.
pub(in crate::log) fn next_start(text: &[u8], from: usize) -> Option<usize> {
    let start = text[from..].iter().position(|&byte| !is_between(byte))?;
    Some(from + start)
}

/// The line that begins with an object at a place, if it may be nothing but this object.
pub(in crate::log) fn line_of_object(text: &[u8], start: usize) -> Option<Piece> {
    let line = &text[start..];
    let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
    let line = line.trim_ascii_end();
    let is_closed = line.first() == Some(&b'{') && line.last() == Some(&b'}');
    is_closed.then_some(Piece {
        start,
        end: start + line.len(),
        is_closed,
    })
}

/// Where the last whole object of a text ends; at its very end, whatever stands there.
pub(super) fn last_end(text: &[u8], is_last: bool) -> usize {
    if is_last {
        return text.len();
    }
    // A line that begins with an object begins anew, whatever stands before it.
    let begins = |&newline: &usize| text.get(newline + 1) == Some(&b'{');
    if let Some(newline) = memrchr_iter(b'\n', text).find(begins) {
        return newline + 1;
    }
    let mut end = 0;
    while let Some(piece) = next_piece(text, end) {
        if !piece.is_closed {
            return end;
        }
        end = piece.end;
    }
    text.len()
}

/// White space, and the brackets and commas of an array of objects.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'[' | b']' | b',')
}

/// How many blanks stand before a place in its line; none if something else stands there.
fn indent_before(text: &[u8], start: usize) -> Option<usize> {
    let line = &text[..start];
    let blanks = line
        .iter()
        .rev()
        .take_while(|&&byte| matches!(byte, b' ' | b'\t'))
        .count();
    let is_first = matches!(line[..start - blanks].last(), None | Some(b'\n'));
    is_first.then_some(blanks)
}

/// How an object began, and so how the next one will.
#[derive(Clone, Copy)]
enum Begin {
    /// Behind another on its line, or somewhere else.
    Unknown,
    /// First on its line, behind so many blanks.
    Indented(usize),
    /// Behind what the log writes before each.
    BehindText,
}

/// Whether a line begins an object that is not inside the one before.
fn begins_anew(line: &[u8], begin: Begin) -> bool {
    match begin {
        Begin::Unknown => line.first() == Some(&b'{'),
        Begin::Indented(indent) => {
            let blanks = line
                .iter()
                .take_while(|&&byte| matches!(byte, b' ' | b'\t'))
                .count();
            blanks <= indent && line.get(blanks) == Some(&b'{')
        }
        // A line of an object begins with a blank, a bracket that closes, or a name.
        Begin::BehindText => line.first().is_some_and(|&byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'}' | b']' | b'"')
        }),
    }
}

/// The place behind a string whose content begins at a place. A string holds no newline: one that does is broken
/// and ends there.
fn after_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr2(b'"', b'\\', &text[at..]).map(|found| at + found) {
        if let Some(newline) = memchr(b'\n', &text[at..found]) {
            return at + newline;
        }
        if text[found] == b'"' {
            return found + 1;
        }
        at = (found + 2).min(text.len());
    }
    memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(&str, bool)> {
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(piece) = next_piece(text.as_bytes(), from) {
            found.push((&text[piece.start..piece.end], piece.is_closed));
            from = piece.end;
        }
        found
    }

    #[test]
    fn objects_however_they_stand() {
        let expected = vec![("{\"a\":1}", true), ("{\"b\":{\"c\":\"}\\\"{\"}}", true)];
        for text in [
            "{\"a\":1}\n{\"b\":{\"c\":\"}\\\"{\"}}\n",
            "[{\"a\":1},{\"b\":{\"c\":\"}\\\"{\"}}]",
            "[\n  {\"a\":1},\n  {\"b\":{\"c\":\"}\\\"{\"}}\n]\n",
            "{\"a\":1}{\"b\":{\"c\":\"}\\\"{\"}}",
            "[[{\"a\":1}],\r\n[{\"b\":{\"c\":\"}\\\"{\"}}]]",
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
        assert_eq!(pieces("{\n  \"a\": {\n  }\n}\n{\n}").len(), 2);
    }

    #[test]
    fn a_broken_object_costs_no_other() {
        for (text, good) in [
            ("{\"a\":[{\"b\n{\"c\":1}\n", "{\"c\":1}"),
            ("{\"a\":\"b\n{\"c\":1}\n", "{\"c\":1}"),
            ("garbage\n{\"c\":1}\n", "{\"c\":1}"),
            ("{\"a\":1}}\n{\"c\":1}\n", "{\"c\":1}"),
            ("10:00 got {\"a\":[{\"b\n10:01 got {\"c\":1}\n", "{\"c\":1}"),
            (
                "[\n  {\n    \"a\": {\n  {\n    \"c\": 1\n  }\n]",
                "{\n    \"c\": 1\n  }",
            ),
        ] {
            assert_eq!(pieces(text).last(), Some(&(good, true)), "{text}");
        }
        assert_eq!(pieces("{\"a\":"), [("{\"a\":", false)]);
        assert_eq!(pieces(" \n,[]"), []);
    }

    #[test]
    fn what_a_log_writes_before_an_object_is_no_piece() {
        let expected = vec![("{\"a\":1}", true), ("{\n  \"b\": {\n  }\n}", true)];
        for text in [
            "[2026-01-01 10:00:00] got: {\"a\":1} []\ngot: {\n  \"b\": {\n  }\n}\n",
            "10:00 | {\"a\":1}\n\n10:01 | {\n  \"b\": {\n  }\n}",
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
        // A line without an object, and the rest of one, are pieces of their own.
        assert_eq!(pieces("started\n10:00 {\"a\":1}").len(), 2);
        assert_eq!(pieces("\"x\":2},{\"a\":1}").len(), 2);
    }

    #[test]
    fn a_cut_is_behind_a_whole_object() {
        let text = b"{\"a\":1}\n{\"b\":";
        assert_eq!(last_end(text, false), 8);
        assert_eq!(last_end(text, true), text.len());
        assert_eq!(last_end(b"{\"a\":1}\n", false), 8);
        assert_eq!(last_end(b"{\"a", false), 0);
    }
}

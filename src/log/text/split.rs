//! Cuts a stream of text into chunks of whole rows.
//!
//! A block without quotes ends at its last newline. With quotes, every row end is found exactly:
//! a quote is special only at the start of a cell (RFC 4180), and a newline inside quotes ends nothing.
//! A row that never ends (an unclosed quote, or more bytes than a row may have) costs only its first
//! physical line; reading goes on at the next one.

use std::io;

use memchr::{memchr, memchr_iter, memrchr};

use super::decompress::TextStream;
use super::json;
use crate::log::{CHUNK_ROWS_MAX, RowDefect};

/// Where the cuts are.
#[derive(Clone, Copy, Debug)]
pub(in crate::log) struct Limits {
    /// How much text a chunk holds, unless its first row is longer.
    pub(in crate::log) chunk_bytes: usize,
    /// How much text a row may have; at least `chunk_bytes`.
    pub(in crate::log) row_bytes: usize,
    /// How many rows a chunk may have.
    pub(in crate::log) chunk_rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            chunk_bytes: 1 << 20,
            row_bytes: 1 << 20,
            chunk_rows: CHUNK_ROWS_MAX,
        }
    }
}

/// Whole rows as text, and where they stand.
#[derive(Debug, Default)]
pub(in crate::log) struct TextChunk {
    /// Number of the chunk, from 0.
    pub(in crate::log) sequence: u32,
    /// Number of the first line; the file's first is 1.
    pub(in crate::log) first_line: u64,
    /// Offset of the text in the unpacked file.
    pub(in crate::log) byte_offset: u64,
    /// The rows; of a line that is too long, only the beginning.
    pub(in crate::log) text: Vec<u8>,
    /// Offsets of the physical lines that are no rows, and why.
    pub(in crate::log) rejected: Vec<(u32, RowDefect)>,
}

/// Where a row ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) enum RowEnds {
    /// At a newline.
    Newline,
    /// At a newline outside of quotes; a quote is special behind this delimiter.
    NewlineOutsideQuotes(u8),
    /// With a JSON object, over as many lines as it has.
    JsonObject,
}

/// Where a block of text is to be cut.
#[derive(Debug, PartialEq, Eq)]
enum Cut {
    /// Here; the rejected lines before it are listed.
    At(usize),
    /// The first row is not complete yet.
    NeedMore,
    /// The first line is longer than a row may be.
    LongLine,
}

/// Reads a stream chunk by chunk.
pub(in crate::log) struct Splitter {
    input: TextStream,
    limits: Limits,
    row_ends: RowEnds,
    rest: Vec<u8>,
    at_end: bool,
    sequence: u32,
    line: u64,
    byte_offset: u64,
}

impl Splitter {
    /// Begins at a line of the file that stands at an offset.
    pub(in crate::log) fn new(
        input: TextStream,
        limits: Limits,
        row_ends: RowEnds,
        first_line: u64,
        byte_offset: u64,
    ) -> Self {
        assert!(
            limits.chunk_bytes <= limits.row_bytes
                && limits.chunk_bytes > 0
                && limits.chunk_rows > 0
        );
        let (rest, at_end, sequence) = (Vec::new(), false, 0);
        Self {
            input,
            limits,
            row_ends,
            rest,
            at_end,
            sequence,
            line: first_line,
            byte_offset,
        }
    }

    /// The stream that is read.
    pub(in crate::log) fn input(&self) -> &TextStream {
        &self.input
    }

    /// Line and offset of what comes next.
    pub(in crate::log) fn place(&self) -> (u64, u64) {
        (self.line, self.byte_offset)
    }

    /// The next chunk, in the given memory; none at the end.
    pub(in crate::log) fn next(&mut self, mut text: Vec<u8>) -> io::Result<Option<TextChunk>> {
        text.clear();
        text.append(&mut self.rest);
        self.fill(&mut text, self.limits.chunk_bytes)?;
        if text.is_empty() {
            return Ok(None);
        }
        let mut rejected = Vec::new();
        let (end, length, lines) = loop {
            // Of the whole block, because what is left after the cut is short.
            let newlines = memchr_iter(b'\n', &text).count();
            match self.cut(&text, newlines, &mut rejected) {
                Cut::At(end) => {
                    let left = memchr_iter(b'\n', &text[end..]).count();
                    let unfinished = usize::from(text[end - 1] != b'\n');
                    break (end, end as u64, (newlines - left + unfinished) as u64);
                }
                Cut::NeedMore => self.fill(&mut text, self.limits.row_bytes + 1)?,
                Cut::LongLine => {
                    let length = self.skip_line(&text)?;
                    rejected.push((0, RowDefect::TooLong));
                    text.truncate(self.limits.row_bytes);
                    break (text.len(), length, 1);
                }
            }
        };
        if self.rest.is_empty() {
            self.rest.extend_from_slice(&text[end..]);
        }
        text.truncate(end);
        let (sequence, first_line, byte_offset) = (self.sequence, self.line, self.byte_offset);
        self.sequence += 1;
        self.line += lines;
        self.byte_offset += length;
        Ok(Some(TextChunk {
            sequence,
            first_line,
            byte_offset,
            text,
            rejected,
        }))
    }

    fn fill(&mut self, text: &mut Vec<u8>, target: usize) -> io::Result<()> {
        if self.at_end || text.len() >= target {
            return Ok(());
        }
        let missing = target - text.len();
        // Room for the longest row at once: the buffer is used again and again.
        text.reserve(missing);
        self.at_end = self.input.append_to(text, missing)? < missing;
        Ok(())
    }

    /// Skips what follows a line's beginning; says how long the line is with its newline.
    fn skip_line(&mut self, text: &[u8]) -> io::Result<u64> {
        let mut length = text.len() as u64;
        let mut block = Vec::new();
        while !self.at_end {
            block.clear();
            self.fill(&mut block, self.limits.chunk_bytes)?;
            if let Some(newline) = memchr(b'\n', &block) {
                self.rest.extend_from_slice(&block[newline + 1..]);
                return Ok(length + newline as u64 + 1);
            }
            length += block.len() as u64;
        }
        Ok(length)
    }

    fn cut(&self, text: &[u8], newlines: usize, rejected: &mut Vec<(u32, RowDefect)>) -> Cut {
        if self.row_ends == RowEnds::JsonObject {
            let is_over = text.len() > self.limits.row_bytes;
            return match json::last_end(text, self.at_end) {
                0 if is_over => Cut::LongLine,
                0 => Cut::NeedMore,
                end => Cut::At(end),
            };
        }
        let within = self.within_row_limit(text, newlines);
        let at_end = self.at_end && within.len() == text.len();
        let is_over = text.len() > self.limits.row_bytes;
        let end = if let RowEnds::NewlineOutsideQuotes(delimiter) = self.row_ends
            && memchr(b'"', within).is_some()
        {
            let end = Rows {
                text: within,
                delimiter,
                bound: within.len(),
                is_last: at_end,
                is_over: false,
            }
            .end(rejected);
            if end > 0 || within.len() == text.len() && !is_over {
                end
            } else {
                Rows {
                    text,
                    delimiter,
                    bound: within.len(),
                    is_last: self.at_end,
                    is_over,
                }
                .end(rejected)
            }
        } else if at_end && !is_over {
            within.len()
        } else {
            memrchr(b'\n', within).map_or(0, |newline| newline + 1)
        };
        match end {
            0 if is_over => Cut::LongLine,
            0 => Cut::NeedMore,
            end => Cut::At(end),
        }
    }

    /// As much of the text as has no more lines than a chunk may have rows.
    fn within_row_limit<'t>(&self, text: &'t [u8], newlines: usize) -> &'t [u8] {
        if newlines < self.limits.chunk_rows {
            return text;
        }
        memchr_iter(b'\n', text)
            .nth(self.limits.chunk_rows - 1)
            .map_or(text, |last| &text[..=last])
    }
}

/// A block that begins with a row and in which quotes occur.
struct Rows<'t> {
    text: &'t [u8],
    /// What separates cells.
    delimiter: u8,
    /// Where to stop at the latest, if a row ends before.
    bound: usize,
    /// Whether the stream ends with the block.
    is_last: bool,
    /// Whether a row that fills the block is too long.
    is_over: bool,
}

impl Rows<'_> {
    /// Where the last complete row ends; 0 if the first is incomplete.
    ///
    /// A first row that is too long, and the row in whose quotes the stream ends, are given up: their
    /// first lines are rejected. From then on a row that is inside quotes at its first newline is given
    /// up too, because the row that was given up first was inside quotes there as well, and so both
    /// are in the same state to the block's end. This way no line is read twice.
    fn end(&self, rejected: &mut Vec<(u32, RowDefect)>) -> usize {
        let Self {
            text,
            delimiter,
            bound,
            is_last,
            is_over,
        } = *self;
        let mut given_up = None;
        let (mut start, mut from) = (0, 0);
        let mut quote = memchr(b'"', text);
        while start < bound {
            if quote.is_some_and(|quote| quote < from) {
                quote = memchr(b'"', &text[from..]).map(|place| from + place);
            }
            if let Some(end) = self.row_end_before(from, quote.unwrap_or(text.len())) {
                (start, from) = (end, end);
                if quote.is_none() && start >= bound || bound < text.len() {
                    continue;
                }
            }
            let open = match quote {
                None if is_last => return text.len(),
                None if start > 0 || !is_over => return start,
                None => RowDefect::TooLong,
                Some(quote) if quote != start && text[quote - 1] != delimiter => {
                    from = quote + 1;
                    continue;
                }
                Some(quote) => {
                    let searched = if given_up.is_some() {
                        line_end(text, quote)
                    } else {
                        text.len()
                    };
                    if let Some(after) = after_quoted(&text[..searched], quote + 1, is_last) {
                        from = after;
                        continue;
                    }
                    RowDefect::UnclosedQuote
                }
            };
            if given_up.is_none() && !is_last && (start > 0 || !is_over) {
                return start;
            }
            let open = *given_up.get_or_insert(open);
            match memchr(b'\n', &text[start..]) {
                Some(newline) => {
                    rejected.push((start as u32, open));
                    start += newline + 1;
                    from = start;
                    quote = memchr(b'"', &text[from..]).map(|place| from + place);
                }
                None if is_last => {
                    rejected.push((start as u32, open));
                    return text.len();
                }
                None => return start,
            }
        }
        start
    }

    /// The end of the last row, or of the first where there is a bound, that ends between two places
    /// outside of quotes.
    fn row_end_before(&self, from: usize, to: usize) -> Option<usize> {
        let between = &self.text[from..to];
        let newline = if self.bound < self.text.len() {
            memchr(b'\n', between)
        } else {
            memrchr(b'\n', between)
        };
        newline.map(|newline| from + newline + 1)
    }
}

/// The place after the line that holds a place.
fn line_end(text: &[u8], place: usize) -> usize {
    memchr(b'\n', &text[place..]).map_or(text.len(), |newline| place + newline + 1)
}

/// The place after the closing quote of a cell whose content begins at `from`.
///
/// None if it is not closed, or if that cannot be told yet because the text ends with a quote.
fn after_quoted(text: &[u8], mut from: usize, is_last: bool) -> Option<usize> {
    loop {
        let quote = from + memchr(b'"', &text[from..])?;
        match text.get(quote + 1) {
            Some(b'"') => from = quote + 2,
            None if !is_last => return None,
            _ => return Some(quote + 1),
        }
    }
}

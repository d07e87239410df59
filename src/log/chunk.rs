//! The hand-over between decoding and replay: a chunk of rows, column by column.

use std::collections::BTreeMap;
use std::path::Path;

use super::texts::TextRows;
use super::{CellCode, Column, Provenance};

/// The most rows a chunk holds.
pub const CHUNK_ROWS_MAX: usize = 65_536;

/// Where a chunk stands: its number in its file, and where its first row stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkAddress {
    /// Number of the chunk in its file, from 0, the same in every scan of the file.
    pub sequence: u32,
    /// Number of the first row's first line (text; the header is line 1) or row (Parquet; from 1).
    pub first_line: u64,
    /// Offset of the first row in the (decompressed) text; 0 for Parquet.
    pub byte_offset: u64,
}

/// Why a row is unusable before any cell of it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowDefect {
    /// More or fewer cells than the header.
    Ragged,
    /// Not UTF-8.
    InvalidUtf8,
    /// Holds a NUL byte.
    NulByte,
    /// Longer than a row may be.
    TooLong,
    /// A quoted cell that never ends.
    UnclosedQuote,
    /// No JSON object.
    InvalidJson,
    /// A record of which the map knows nothing.
    Unmapped,
}

impl RowDefect {
    /// A stable code, and what was expected.
    pub const fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::Ragged => ("ragged_row", "expected as many cells as the header has"),
            Self::InvalidUtf8 => ("invalid_utf8", "expected UTF-8 text"),
            Self::NulByte => ("nul_byte", "expected text without NUL bytes"),
            Self::TooLong => (
                "row_too_long",
                "expected a row of at most 1 MiB (64 MiB of JSON with --map)",
            ),
            Self::UnclosedQuote => ("unclosed_quote", "expected a closing quote within 1 MiB"),
            Self::InvalidJson => (
                "invalid_json",
                "expected one JSON object, or one on each line",
            ),
            Self::Unmapped => (
                "unmapped_record",
                "expected a record that the map knows: a message, a status, or what it passes over",
            ),
        }
    }
}

/// A chunk of decoded rows.
///
/// `columns[Column::X.index()]` holds one code for each row, or is empty where the file lacks the column.
/// Rows with a defect have codes too (any), which must not be looked at.
#[derive(Debug, Default)]
pub struct Chunk {
    /// How many rows.
    pub rows: usize,
    /// The codes, by column.
    pub columns: Vec<Vec<CellCode>>,
    /// Rows that are unusable as a whole, by row, ascending.
    pub defects: Vec<(u32, RowDefect)>,
}

impl Chunk {
    /// An empty chunk with room for every column.
    pub fn new() -> Self {
        Self {
            rows: 0,
            columns: vec![Vec::new(); Column::COUNT],
            defects: Vec::new(),
        }
    }

    /// Empties the chunk and keeps its memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(Vec::clear);
        self.defects.clear();
    }
}

/// A row fetched again as text: for rejects, conflicts, evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextRow {
    /// The trimmed cells in the contract's order; `None` where the file lacks the column or the cell is
    /// empty. Instants, integers and decimals of Parquet stand in the form a CSV would have.
    pub cells: Vec<Option<String>>,
    /// The row as it stands in the file (text), or written as a CSV row (Parquet).
    pub raw: Vec<u8>,
    /// Line of a text file, row number (from 1) of a Parquet file.
    pub line: u64,
    /// Offset of the row in the (decompressed) text; `None` for Parquet.
    pub byte_offset: Option<u64>,
}

/// Takes message ids: which of the wanted rows they belong to, and the ids in that order.
pub type TakeMessageIds<'a> =
    &'a (dyn Fn(std::ops::Range<usize>, &[&[u8]]) -> anyhow::Result<()> + Sync);

/// The rows that are wanted of each chunk, by its sequence; ascending.
pub type WantedRows = BTreeMap<u32, Vec<u32>>;

/// Takes a chunk as text: its sequence, rows of it, and which of these are wanted.
pub type TakeTexts<'a> = &'a (dyn Fn(u32, &TextRows, &[u32]) -> anyhow::Result<()> + Sync);

/// One opened file of the log.
///
/// A scan cuts the file into the same chunks every time. Callbacks run on the current rayon pool, in
/// any order and in parallel; an error from one ends the scan.
pub trait LogFile: Send + Sync {
    /// The path as the user gave or would give it; `-` for standard input.
    fn path(&self) -> &Path;

    /// Where its content can be read again; another path than [`Self::path`] for standard input.
    fn content_path(&self) -> &Path {
        self.path()
    }

    /// The canonical columns that the file has.
    fn columns(&self) -> &[Column];

    /// The header names that are no canonical column, in the file's order.
    fn ignored_columns(&self) -> &[String];

    /// The source of its rows, where it is known.
    fn provenance(&self) -> Option<&Provenance> {
        None
    }

    /// Bytes on disk, for progress.
    fn size_bytes(&self) -> u64;

    /// How many rows it has, where that is known before it is read.
    fn rows(&self) -> Option<u64> {
        None
    }

    /// Decodes the whole file and hands each chunk that has rows to `consume`, once.
    ///
    /// `progress` is told how many more bytes on disk were read each time.
    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()>;

    /// Hands over every chunk as text, those without rows too: in any order and in parallel, or in order.
    ///
    /// # Errors
    /// If the file cannot be read to its end.
    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()>;

    /// Hands over every chunk with the wanted rows as text; they are known to have no defect. More rows may come with
    /// them.
    ///
    /// # Errors
    /// If the file cannot be read to its end.
    fn scan_wanted_texts(&self, wanted: &WantedRows, consume: TakeTexts<'_>) -> anyhow::Result<()> {
        self.scan_texts(&|_| {}, &|sequence, texts| {
            let rows = wanted.get(&sequence).map_or(&[][..], Vec::as_slice);
            consume(sequence, texts, rows)
        })
    }

    /// Hands over the trimmed message ids of the given rows, chunk by chunk.
    ///
    /// `wanted` is ascending by chunk and row: `(chunk sequence, row)`. `consume` gets a slice of `wanted`
    /// (all of one chunk) as its index range, and the ids in that order.
    fn message_ids(&self, wanted: &[(u32, u32)], consume: TakeMessageIds<'_>)
    -> anyhow::Result<()>;

    /// Fetches whole rows as text, in the order of `wanted` (ascending by chunk and row), handing each
    /// over with its index in `wanted`, in that order.
    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()>;
}

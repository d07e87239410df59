//! From files to canonical rows.
//!
//! A log is any number of files, each cut into *chunks* of at most [`CHUNK_ROWS_MAX`] rows that are
//! decoded in parallel. Decoding is by column: every cell becomes one [`CellCode`], a 64-bit value that
//! says all the replay needs to know of it (an instant, a word of the vocabulary, a number, a hash).
//! CSV parses each cell, Parquet each dictionary entry once; both give the same codes. What only
//! outputs need (message ids, rejected rows) is fetched again by position at the end.

pub mod cell;
pub mod census;
pub mod chunk;
pub mod columns;
mod csv;
mod error;
mod gone;
pub mod intern;
mod jsonl;
pub mod map;
mod mapped;
pub mod marks;
mod one_time_code;
mod parquet;
mod provenance;
pub mod source;
pub mod suggest;
mod text;
pub mod texts;
pub mod totals;
pub mod varint;

pub use cell::{CellCode, CellContext, CellDefect, CellParser, EpochUnits, explain};
pub use chunk::{CHUNK_ROWS_MAX, Chunk, ChunkAddress, LogFile, RowDefect, TextRow};
pub use columns::Column;
pub use error::LogError;
pub use gone::Gone;
pub use parquet::open_part;
pub use parquet::table::{TableFile, TableRows};
pub use parquet::table_cells::TableCell;
pub use provenance::Provenance;

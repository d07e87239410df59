//! What a form of text must say of itself: where its rows end, and what they are.

use std::ops::Range;

use super::{RowEnds, TextChunk};
use crate::log::texts::TextRows;
use crate::log::{CellParser, Chunk, Column, Provenance, TextRow};

/// How the rows of a text are written.
pub(in crate::log) trait RowFormat: Send + Sync {
    /// Memory that a thread uses again and again.
    type Memory: Default + Send;

    /// Where its rows end.
    fn row_ends(&self) -> RowEnds;

    /// The canonical columns of the file.
    fn columns(&self) -> &[Column];

    /// The names in the file that are no canonical column.
    fn ignored_columns(&self) -> &[String];

    /// The source of the rows, where it is known.
    fn provenance(&self) -> Option<&Provenance> {
        None
    }

    /// Decodes a chunk; the chunk of codes is empty before.
    fn decode(
        &self,
        memory: &mut Self::Memory,
        text: &TextChunk,
        parser: &mut CellParser<'_>,
        chunk: &mut Chunk,
    );

    /// Turns a chunk into text; the rows are empty before.
    fn texts(
        &self,
        memory: &mut Self::Memory,
        text: &TextChunk,
        parser: &mut CellParser<'_>,
        rows: &mut TextRows,
    ) -> anyhow::Result<()> {
        let mut chunk = Chunk::new();
        self.decode(memory, text, parser, &mut chunk);
        let wanted: Vec<(u32, u32)> = (0..chunk.rows as u32)
            .map(|row| (text.sequence, row))
            .collect();
        let columns = self.columns();
        let mut cell = Vec::new();
        self.show(memory, text, &wanted, &mut |_, row| {
            for &column in columns {
                cell.clear();
                (row.cell)(column, &mut cell);
                rows.columns[column.index()].push(&cell);
            }
            rows.end_row();
            Ok(())
        })?;
        rows.defects = chunk.defects;
        Ok(())
    }

    /// Shows the wanted rows (ascending, all of this chunk) with their index.
    fn show(
        &self,
        memory: &mut Self::Memory,
        text: &TextChunk,
        wanted: &[(u32, u32)],
        show: &mut dyn FnMut(usize, ShownRow<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()>;
}

/// A row as it stands in a chunk.
pub(in crate::log) struct ShownRow<'r> {
    /// Where in the chunk's text, without its newline.
    pub(in crate::log) place: Range<usize>,
    /// Appends the cell of a column to a buffer, untrimmed; nothing where there is none.
    pub(in crate::log) cell: &'r dyn Fn(Column, &mut Vec<u8>),
}

impl ShownRow<'_> {
    /// The row with all its cells, which stands on this line of a file without offsets.
    pub(in crate::log) fn text_row(&self, raw: Vec<u8>, line: u64) -> TextRow {
        let mut buffer = Vec::new();
        let mut cell = |&column: &Column| {
            buffer.clear();
            (self.cell)(column, &mut buffer);
            let cell = buffer.trim_ascii();
            (!cell.is_empty()).then(|| String::from_utf8_lossy(cell).into_owned())
        };
        TextRow {
            cells: Column::ALL.iter().map(&mut cell).collect(),
            raw,
            line,
            byte_offset: None,
        }
    }
}

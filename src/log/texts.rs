//! Rows as text, column by column: what `import` writes again.

use super::map::EvidenceRow;
use super::{Column, RowDefect};

/// The rows of a chunk as trimmed text.
#[derive(Debug)]
pub struct TextRows {
    /// How many rows.
    pub rows: usize,
    /// The cells by [`Column::index`].
    pub columns: Vec<TextColumn>,
    /// Rows that are unusable as a whole, by row, ascending; their cells are empty.
    pub defects: Vec<(u32, RowDefect)>,
    /// What the chunk holds besides rows, if it is read through a map.
    pub evidence: Vec<EvidenceRow>,
}

/// The cells of a column, one behind the other.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Default for TextRows {
    fn default() -> Self {
        Self {
            rows: 0,
            columns: vec![TextColumn::default(); Column::COUNT],
            defects: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

impl TextRows {
    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(TextColumn::clear);
        self.defects.clear();
        self.evidence.clear();
    }

    /// Ends a row: columns that got no cell in it get an empty one.
    pub fn end_row(&mut self) {
        self.rows += 1;
        for column in &mut self.columns {
            if column.ends.len() < self.rows {
                column.push(&[]);
            }
        }
    }

    /// Ends so many rows: columns that got no cells in them get empty ones.
    pub fn end_rows(&mut self, rows: usize) {
        self.rows += rows;
        for column in &mut self.columns {
            column.fill(self.rows);
        }
    }

    /// A cell; empty where there is none.
    pub fn cell(&self, column: Column, row: usize) -> &[u8] {
        self.columns[column.index()].cell(row)
    }
}

impl TextColumn {
    /// Adds a cell.
    pub fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell.trim_ascii());
        self.ends.push(self.bytes.len() as u32);
    }

    /// Adds empty cells until there are so many.
    pub fn fill(&mut self, cells: usize) {
        if self.ends.len() < cells {
            self.ends.resize(cells, self.bytes.len() as u32);
        }
    }

    /// Forgets the cells and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Whether any cell says something.
    pub fn has_text(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[row] as usize]
    }
}

//! The usable rows of a chunk, in the words of the canonical log.

use std::borrow::Cow;

use crate::log::cell::CellDefect;
use crate::log::marks::{Billable, PricingModel};
use crate::log::texts::{TextColumn, TextRows};
use crate::log::totals::CountByName;
use crate::log::{CellCode, CellContext, CellParser, Column, EpochUnits, RowDefect};
use crate::vocabulary::{
    Direction, EntryPoint, Instant, Origin, PhoneDigits, Status, TemplateCategory,
};

/// The usable rows of a chunk.
#[derive(Debug)]
pub struct Taken {
    /// Rows that the chunk has.
    pub rows_read: u64,
    /// The cells of the usable ones, by [`Column::index`]; instants stand in `instants`.
    pub columns: Vec<TextColumn>,
    /// The instants by column and row, in microseconds.
    pub instants: Vec<(Column, Vec<Option<i64>>)>,
    /// Rows of other channels among them, by channel.
    pub other_channels: CountByName,
    /// The others, by row, ascending.
    pub refused: Vec<(u32, Refused)>,
    /// The units of times that are numbers.
    pub epoch_units: EpochUnits,
    rows: usize,
}

/// Why a row cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The row as a whole.
    Defect(RowDefect),
    /// A cell that is empty but must not be.
    Missing(Column),
    /// A cell that cannot be parsed.
    Unusable(Column),
}

impl Refused {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Defect(defect) => defect.explain().0,
            Self::Missing(column) => CellDefect::missing(column).code,
            Self::Unusable(column) => CellDefect::refused(column).code,
        }
    }

    /// The column at fault, if it is one.
    pub fn column(self) -> Option<Column> {
        match self {
            Self::Defect(_) => None,
            Self::Missing(column) | Self::Unusable(column) => Some(column),
        }
    }

    /// One sentence: what was found in the cell at fault, and what is accepted.
    pub fn explain(self, found: &str) -> String {
        match self {
            Self::Defect(defect) => defect.explain().1.to_owned(),
            Self::Missing(column) => CellDefect::missing(column).expected,
            Self::Unusable(column) => {
                let expected = CellDefect::refused(column).expected;
                format!("`{found}` is no {column}; {expected}")
            }
        }
    }
}

impl Taken {
    fn nothing(rows_read: usize) -> Self {
        let instants = Column::ALL.iter().filter(|column| column.is_instant());
        Self {
            rows_read: rows_read as u64,
            columns: vec![TextColumn::default(); Column::COUNT],
            instants: instants.map(|&column| (column, Vec::new())).collect(),
            other_channels: CountByName::new(),
            refused: Vec::new(),
            epoch_units: EpochUnits::default(),
            rows: 0,
        }
    }

    /// Takes rows that were checked before, in the words of their log.
    pub fn of_usable(texts: &TextRows, rows: &[u32], cells: &CellContext) -> Self {
        let mut taken = Self::nothing(rows.len());
        taken.rows = rows.len();
        for &column in Column::ALL.iter().filter(|column| !column.is_instant()) {
            let (from, to) = (
                &texts.columns[column.index()],
                &mut taken.columns[column.index()],
            );
            if from.has_text() {
                rows.iter()
                    .for_each(|&row| to.push(from.cell(row as usize)));
            }
            to.fill(rows.len());
        }
        let mut parser = CellParser::new(cells);
        for (column, instants) in &mut taken.instants {
            let cells = rows.iter().map(|&row| texts.cell(*column, row as usize));
            instants.extend(cells.map(|cell| match cell {
                [] => None,
                cell => parser.text(*column, cell).instant().map(Instant::micros),
            }));
        }
        taken
    }

    /// Checks every row of a chunk.
    pub fn of(texts: &TextRows, cells: &CellContext) -> Self {
        let mut taken = Self::nothing(texts.rows);
        let mut parser = CellParser::new(cells);
        let is_filled = |column: &Column| texts.columns[column.index()].has_text();
        let filled: Vec<Column> = Column::ALL.iter().copied().filter(is_filled).collect();
        let mut defects = texts.defects.iter().peekable();
        for row in 0..texts.rows {
            let defect = defects.next_if(|&&(defect, _)| defect as usize == row);
            let refused = match defect {
                Some(&(_, defect)) => Some(Refused::Defect(defect)),
                None => taken.row(texts, &filled, row, &mut parser),
            };
            match refused {
                Some(refused) => taken.refused.push((row as u32, refused)),
                None => taken.rows += 1,
            }
        }
        taken.epoch_units = *parser.epoch_units();
        taken
    }

    /// How many rows are usable.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The instants of the column of times.
    pub fn timestamps(&self) -> &[Option<i64>] {
        let timestamps = self
            .instants
            .iter()
            .find(|known| known.0 == Column::Timestamp);
        timestamps.map_or(&[], |(_, instants)| instants)
    }

    /// Takes a row; says why not if it is unusable.
    fn row(
        &mut self,
        texts: &TextRows,
        filled: &[Column],
        row: usize,
        parser: &mut CellParser<'_>,
    ) -> Option<Refused> {
        let mut codes = [CellCode::EMPTY; Column::COUNT];
        for &column in filled {
            codes[column.index()] = parser.text(column, texts.cell(column, row));
        }
        let channel = codes[Column::Channel.index()];
        let is_elsewhere = channel.is_value() && channel.0 != 0;
        if is_elsewhere {
            let name = texts.cell(Column::Channel, row).to_ascii_lowercase();
            let name = String::from_utf8_lossy(&name).into_owned();
            *self.other_channels.entry(name).or_default() += 1;
        } else {
            for &column in Column::ALL {
                match codes[column.index()] {
                    CellCode::BAD => return Some(Refused::Unusable(column)),
                    CellCode::EMPTY if Column::REQUIRED.contains(&column) => {
                        return Some(Refused::Missing(column));
                    }
                    _ => {}
                }
            }
        }
        for &column in Column::ALL {
            if !column.is_instant() {
                let cell = texts.cell(column, row);
                self.columns[column.index()].push(&canonical(column, cell));
            }
        }
        for (column, instants) in &mut self.instants {
            instants.push(codes[column.index()].instant().map(Instant::micros));
        }
        None
    }
}

/// A cell in the words of the contract; what has none stays as it is.
fn canonical(column: Column, cell: &[u8]) -> Cow<'_, [u8]> {
    let word = match column {
        Column::Business | Column::Customer => {
            return Cow::Borrowed(PhoneDigits::strip_plus(cell));
        }
        Column::Type | Column::Channel => return Cow::Owned(cell.to_ascii_lowercase()),
        Column::Direction => Direction::parse(cell).map(Direction::name),
        Column::Category => TemplateCategory::parse(cell).map(TemplateCategory::name),
        Column::Status => Status::parse(cell).map(Status::name),
        Column::EntryPoint => EntryPoint::parse(cell).map(EntryPoint::name),
        Column::Origin => Origin::parse(cell).map(Origin::name),
        Column::MetaPricingModel => PricingModel::parse(cell).map(PricingModel::name),
        Column::MetaBillable => Billable::parse(cell).map(Billable::name),
        _ => None,
    };
    word.map_or(Cow::Borrowed(cell), |word| Cow::Borrowed(word.as_bytes()))
}

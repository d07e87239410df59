//! What an audit wants to know of a message beside what decides its charge: Meta's own marks on it, and whether
//! its text looks like a one-time code.
//!
//! Two bytes for each row, kept only if an audit asks and only of chunks that say something. Rows of one
//! message add up: a word that they state differently says nothing any more, so their order does not matter.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use super::outcome::RowNumber;
use crate::log::cell::CellCode;
use crate::log::chunk::Chunk;
use crate::log::columns::Column;
use crate::log::marks::{
    Billable, MarkedCategory, MarkedPricingSubtype, MarkedPricingType, PricingModel,
};
use crate::memory::{List, Memory};

/// A mark on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark<T> {
    /// There is none.
    Absent,
    /// It says this.
    Says(T),
    /// Rows of the message differ, or the word is not known: nothing can be concluded.
    Unclear,
}

impl<T> Mark<T> {
    /// What it says, if it says something clear.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Says(value) => Some(value),
            Self::Absent | Self::Unclear => None,
        }
    }
}

/// The marks of a row or message, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note(u16);

/// A field: all ones mean absent, one less unclear.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    bits: u32,
}

impl Field {
    const fn absent(self) -> u16 {
        (1 << self.bits) - 1
    }

    const fn unclear(self) -> u16 {
        self.absent() - 1
    }

    const fn get(self, note: u16) -> u16 {
        (note >> self.shift) & self.absent()
    }

    const fn set(self, note: u16, value: u16) -> u16 {
        (note & !(self.absent() << self.shift)) | (value << self.shift)
    }

    fn mark<T>(self, note: u16, value: impl Fn(u8) -> T) -> Mark<T> {
        match self.get(note) {
            absent if absent == self.absent() => Mark::Absent,
            unclear if unclear == self.unclear() => Mark::Unclear,
            known => Mark::Says(value(known as u8)),
        }
    }
}

const TYPE: Field = Field { shift: 0, bits: 3 };
const CATEGORY: Field = Field { shift: 3, bits: 4 };
const MODEL: Field = Field { shift: 7, bits: 3 };
const BILLABLE: Field = Field { shift: 10, bits: 2 };
/// Clear where a text looks like a one-time code, so that a silent note is all ones.
const ONE_TIME_CODE: u16 = 1 << 12;
const FIELDS: [Field; 4] = [TYPE, CATEGORY, MODEL, BILLABLE];

// A field holds every word of its list, absent and unclear.
const _: () = assert!(MarkedPricingType::ALL.len() <= TYPE.unclear() as usize);
const _: () = assert!(MarkedCategory::ALL.len() <= CATEGORY.unclear() as usize);
const _: () = assert!(PricingModel::ALL.len() <= MODEL.unclear() as usize);
const _: () = assert!(Billable::ALL.len() <= BILLABLE.unclear() as usize);

impl Note {
    /// Says nothing.
    pub const SILENT: Self = Self(u16::MAX);

    /// What a row says.
    fn of_row(chunk: &Chunk, row: usize) -> Self {
        let word = |field: Field, column: Column, count: usize| {
            let codes = &chunk.columns[column.index()];
            match codes.get(row).copied().unwrap_or(CellCode::EMPTY) {
                CellCode::EMPTY => field.absent(),
                CellCode(code) if code < count as u64 => code as u16,
                _ => field.unclear(),
            }
        };
        let mut note = u16::MAX;
        for (field, column, count) in [
            (TYPE, Column::MetaPricingType, MarkedPricingType::ALL.len()),
            (CATEGORY, Column::MetaCategory, MarkedCategory::ALL.len()),
            (MODEL, Column::MetaPricingModel, PricingModel::ALL.len()),
            (BILLABLE, Column::MetaBillable, Billable::ALL.len()),
        ] {
            note = field.set(note, word(field, column, count));
        }
        let text = chunk.columns[Column::Text.index()].get(row).copied();
        if text.is_some_and(|text| text.is_value() && text.0 & CellCode::ONE_TIME_CODE != 0) {
            note &= !ONE_TIME_CODE;
        }
        // The subtype is the narrower word for the same thing.
        let subtype = word(
            Field { shift: 0, bits: 2 },
            Column::MetaPricingSubtype,
            MarkedPricingSubtype::ALL.len(),
        );
        if subtype == MarkedPricingSubtype::PaidExempt as u16 {
            note = TYPE.set(note, MarkedPricingType::PaidExempt as u16);
        }
        Self(note)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut note = self.0 & (other.0 | !ONE_TIME_CODE);
        for field in FIELDS {
            let (mine, theirs) = (field.get(self.0), field.get(other.0));
            let both = match (mine, theirs) {
                (mine, theirs) if mine == theirs || theirs == field.absent() => mine,
                (mine, theirs) if mine == field.absent() => theirs,
                _ => field.unclear(),
            };
            note = field.set(note, both);
        }
        Self(note)
    }

    /// `meta_pricing_type`, and where the subtype says exempt that.
    pub fn pricing_type(self) -> Mark<MarkedPricingType> {
        TYPE.mark(self.0, MarkedPricingType::from_index)
    }

    /// `meta_category`.
    pub fn category(self) -> Mark<MarkedCategory> {
        CATEGORY.mark(self.0, MarkedCategory::from_index)
    }

    /// `meta_pricing_model`.
    pub fn model(self) -> Mark<PricingModel> {
        MODEL.mark(self.0, PricingModel::from_index)
    }

    /// Whether a text of the message looks like a one-time code.
    pub fn has_one_time_code(self) -> bool {
        self.0 & ONE_TIME_CODE == 0
    }

    /// `meta_billable`.
    pub fn billable(self) -> Mark<Billable> {
        BILLABLE.mark(self.0, Billable::from_index)
    }
}

/// The notes of a log, by row.
#[derive(Debug, Default)]
pub struct Notes {
    /// By the first row of each piece, ascending once [`Self::finish`]ed.
    pieces: Vec<Piece>,
    says_something: bool,
    memory: Memory,
}

/// The rows of a chunk.
#[derive(Debug)]
struct Piece {
    first_row: RowNumber,
    rows: usize,
    /// Nothing is kept of a chunk that says nothing, unless one of its messages has rows elsewhere that do.
    notes: OnceLock<List<AtomicU16>>,
}

impl Piece {
    fn slots(&self, memory: &Memory) -> &List<AtomicU16> {
        let silent = || (0..self.rows).map(|_| AtomicU16::new(Note::SILENT.0));
        self.notes.get_or_init(|| List::of(memory, silent()))
    }
}

impl Notes {
    /// Takes what the rows of a chunk say, whose texts were looked at.
    pub fn take(&mut self, chunk: &Chunk, first_row: RowNumber, memory: &Memory) {
        let columns = [
            Column::MetaPricingType,
            Column::MetaCategory,
            Column::MetaPricingModel,
            Column::MetaBillable,
            Column::MetaPricingSubtype,
        ];
        let says_something = columns.iter().any(|column| {
            let codes = &chunk.columns[column.index()];
            codes.iter().any(|code| *code != CellCode::EMPTY)
        });
        let texts = &chunk.columns[Column::Text.index()];
        let has_code = |code: &CellCode| code.is_value() && code.0 & CellCode::ONE_TIME_CODE != 0;
        let says_something = says_something || texts.iter().any(has_code);
        let notes = OnceLock::new();
        if says_something {
            let of_rows = (0..chunk.rows).map(|row| AtomicU16::new(Note::of_row(chunk, row).0));
            notes.get_or_init(|| List::of(memory, of_rows));
            self.says_something = true;
        }
        self.memory = memory.clone();
        self.pieces.push(Piece {
            first_row,
            rows: chunk.rows,
            notes,
        });
    }

    /// Takes those of another part of the log.
    pub fn append(&mut self, other: &mut Self) {
        self.pieces.append(&mut other.pieces);
        self.says_something |= other.says_something;
        self.memory = other.memory.clone();
    }

    /// All rows are read.
    pub fn finish(&mut self) {
        if !self.says_something {
            self.pieces = Vec::new();
        }
        self.pieces.sort_unstable_by_key(|piece| piece.first_row);
    }

    /// Whether no row says anything.
    pub fn is_empty(&self) -> bool {
        !self.says_something
    }

    /// What is noted of a row.
    pub fn of(&self, row: RowNumber) -> Note {
        let (piece, place) = match self.place(row) {
            Some(found) if !self.is_empty() => found,
            _ => return Note::SILENT,
        };
        let notes = piece.notes.get();
        notes.map_or(Note::SILENT, |notes| {
            Note(notes.at(place).load(Ordering::Relaxed))
        })
    }

    /// Notes at the row that stands for a message what all its rows say. Each row belongs to one message, so
    /// threads that fold different messages never meet.
    pub fn fold(&self, message: RowNumber, rows: impl ExactSizeIterator<Item = RowNumber>) {
        if self.is_empty() || rows.len() < 2 {
            return;
        }
        let all = rows.map(|row| self.of(row)).fold(Note::SILENT, Note::and);
        if all != self.of(message)
            && let Some((piece, place)) = self.place(message)
        {
            let slot = piece.slots(&self.memory).at(place);
            slot.store(all.0, Ordering::Relaxed);
        }
    }

    fn place(&self, row: RowNumber) -> Option<(&Piece, usize)> {
        let after = self.pieces.partition_point(|piece| piece.first_row <= row);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let place = (row.0 - piece.first_row.0) as usize;
        (place < piece.rows).then_some((piece, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(pricing_type: Option<MarkedPricingType>, category: Option<MarkedCategory>) -> Note {
        let mut note = Note::SILENT.0;
        if let Some(word) = pricing_type {
            note = TYPE.set(note, word as u16);
        }
        if let Some(word) = category {
            note = CATEGORY.set(note, word as u16);
        }
        Note(note)
    }

    /// A chunk whose column `meta_pricing_type` has these codes.
    fn chunk(codes: &[u64]) -> Chunk {
        let mut chunk = Chunk::new();
        chunk.rows = codes.len();
        chunk.columns[Column::MetaPricingType.index()] =
            codes.iter().map(|&code| CellCode(code)).collect();
        chunk
    }

    const REGULAR: u64 = MarkedPricingType::Regular as u64;
    const FREE_TIER: u64 = MarkedPricingType::FreeTier as u64;
    const EMPTY: u64 = CellCode::EMPTY.0;

    #[test]
    fn rows_of_a_message_add_up_in_any_order() {
        let regular = note(Some(MarkedPricingType::Regular), None);
        let marketing = note(None, Some(MarkedCategory::Marketing));
        let free = note(Some(MarkedPricingType::FreeTier), None);
        for notes in [[regular, marketing], [marketing, regular]] {
            let both = notes.into_iter().fold(Note::SILENT, Note::and);
            assert_eq!(both.pricing_type(), Mark::Says(MarkedPricingType::Regular));
            assert_eq!(both.category(), Mark::Says(MarkedCategory::Marketing));
            assert_eq!(both.model(), Mark::Absent);
        }
        for notes in [
            [regular, free, free],
            [free, regular, free],
            [free, free, regular],
        ] {
            let all = notes.into_iter().fold(Note::SILENT, Note::and);
            assert_eq!(all.pricing_type(), Mark::Unclear);
            assert_eq!(all.and(Note::SILENT), all);
        }
    }

    #[test]
    fn words_that_no_list_knows_are_unclear_and_empty_cells_absent() {
        let mut notes = Notes::default();
        notes.take(
            &chunk(&[REGULAR, 1 << 8, EMPTY]),
            RowNumber(10),
            &Memory::unlimited(),
        );
        notes.finish();
        let types = [9, 10, 11, 12, 13].map(|row| notes.of(RowNumber(row)).pricing_type());
        assert_eq!(
            types,
            [
                Mark::Absent,
                Mark::Says(MarkedPricingType::Regular),
                Mark::Unclear,
                Mark::Absent,
                Mark::Absent
            ]
        );
    }

    /// The first status of a message carries no mark, and lies in a file without marks.
    #[test]
    fn a_mark_is_found_at_the_row_that_stands_for_the_message() {
        let mut notes = Notes::default();
        notes.take(
            &chunk(&[FREE_TIER, REGULAR]),
            RowNumber(2),
            &Memory::unlimited(),
        );
        let mut earlier = Notes::default();
        earlier.take(&chunk(&[EMPTY, EMPTY]), RowNumber(0), &Memory::unlimited());
        notes.append(&mut earlier);
        notes.finish();
        notes.fold(RowNumber(1), [RowNumber(1), RowNumber(2)].into_iter());
        let of = |row: u32| notes.of(RowNumber(row)).pricing_type();
        assert_eq!(of(1), Mark::Says(MarkedPricingType::FreeTier));
        assert_eq!(of(0), Mark::Absent);
        assert_eq!(of(3), Mark::Says(MarkedPricingType::Regular));
    }

    #[test]
    fn a_log_without_marks_keeps_nothing() {
        let mut notes = Notes::default();
        notes.take(&chunk(&[EMPTY]), RowNumber(0), &Memory::unlimited());
        notes.finish();
        assert!(notes.is_empty() && notes.pieces.is_empty());
        assert_eq!(notes.of(RowNumber(0)), Note::SILENT);
    }
}

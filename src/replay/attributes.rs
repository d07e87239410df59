//! Everything a row or message says in words, packed into 64 bits.

use crate::log::columns::Column;
use crate::vocabulary::{Direction, EntryPoint, Kind, Origin, Status, TemplateCategory};

/// The words of a row, and after folding of a message. An absent word is all ones in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes(pub u64);

/// A field of bits that holds an enum's index; all ones mean that the cell is empty.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    bits: u32,
}

impl Field {
    const fn mask(self) -> u64 {
        (1 << self.bits) - 1
    }

    const fn get(self, word: u64) -> Option<u8> {
        let value = (word >> self.shift) & self.mask();
        if value == self.mask() {
            None
        } else {
            Some(value as u8)
        }
    }

    const fn set(self, word: u64, value: u64) -> u64 {
        (word & !(self.mask() << self.shift)) | (value << self.shift)
    }

    /// Fills the field from the other word if it is empty here; `None` if both are filled and differ.
    const fn merge(self, word: u64, other: u64) -> Option<u64> {
        let (mine, theirs) = (
            (word >> self.shift) & self.mask(),
            (other >> self.shift) & self.mask(),
        );
        if mine == theirs || theirs == self.mask() {
            Some(word)
        } else if mine == self.mask() {
            Some(self.set(word, theirs))
        } else {
            None
        }
    }
}

const DIRECTION: Field = Field { shift: 0, bits: 2 };
const KIND: Field = Field { shift: 2, bits: 3 };
const CATEGORY: Field = Field { shift: 5, bits: 3 };
const STATUS: Field = Field { shift: 8, bits: 3 };
const ENTRY_POINT: Field = Field { shift: 11, bits: 2 };
const ORIGIN: Field = Field { shift: 13, bits: 2 };
const MARK_CATEGORY: Field = Field { shift: 15, bits: 3 };
const ACCOUNT: Field = Field {
    shift: 18,
    bits: 16,
};
const TEMPLATE: Field = Field {
    shift: 34,
    bits: 20,
};
/// Flags that a row may bring; they add up over the rows of a message.
const FLAGS: u64 = u64::MAX << 54;
/// The flags of words that a map's rule has inferred.
const INFERRED: u64 = 1 << Flag::InferredKind as u32 | 1 << Flag::InferredCategory as u32;

/// The most accounts a log may have.
pub const ACCOUNTS_MAX: u32 = (1 << 16) - 1;

/// A yes-or-no that stands beside the words; its value is its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flag {
    // A message has no status of its own: the bits of that word hold what only messages have.
    /// Delivered (messages only).
    Delivered = 8,
    /// Counted as delivered without any word of it (D-3; messages only).
    DeliveryAssumed = 9,
    /// Some row says failed (messages only).
    Failed = 10,
    /// Meta's mark says free entry point.
    EntryPointMark = 54,
    /// Meta's mark says paid-exempt (P26-5).
    ExemptMark = 55,
    /// An end of the conversation stands beside a free-entry-point mark (F-4).
    HasExpiry = 56,
    /// The message belongs to a group.
    InGroup = 57,
    /// The account was taken from the number, not from the row.
    AccountInferred = 58,
    /// A map's rule has inferred whether it is a template; the kind is template or free-form.
    InferredKind = 59,
    /// A map's rule has inferred the category.
    InferredCategory = 60,
    /// A bid stands beside the message.
    HasMaxPrice = 61,
    /// Meta's mark names the cost of the message.
    HasCost = 62,
}

impl Attributes {
    /// A row that says nothing.
    pub const EMPTY: Self = Self(!FLAGS);

    /// Whether the flag is set.
    #[inline]
    pub const fn has(self, flag: Flag) -> bool {
        self.0 >> flag as u32 & 1 == 1
    }

    /// With the flag set.
    #[inline]
    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | 1 << flag as u32)
    }

    /// Without the flag.
    #[inline]
    #[must_use]
    pub const fn without(self, flag: Flag) -> Self {
        Self(self.0 & !(1 << flag as u32))
    }

    /// What the first row of a message tells of it: the status is the row's own.
    #[inline]
    #[must_use]
    pub const fn of_message(self) -> Self {
        Self(STATUS.set(self.0, 0))
    }

    /// Whether a map's rule has inferred the kind, the category, or both.
    #[inline]
    pub const fn is_inferred(self) -> bool {
        self.0 & INFERRED != 0
    }

    /// Both rows' words: filled cells fill empty ones, flags add up. `None` if a word differs.
    /// The status is each row's own and is not part of it.
    pub fn merge(self, other: Self) -> Option<Self> {
        let (this, other) = self.weighed(other);
        let mut word = this.0 | (other.0 & FLAGS);
        for field in [
            DIRECTION,
            KIND,
            CATEGORY,
            ENTRY_POINT,
            ORIGIN,
            MARK_CATEGORY,
            ACCOUNT,
            TEMPLATE,
        ] {
            word = field.merge(word, other.0)?;
        }
        Some(Self(word))
    }

    /// Like [`Self::merge`], but where words differ this row's stays.
    #[must_use]
    pub fn merge_after(self, later: Self) -> Self {
        let (this, later) = self.weighed(later);
        let mut word = this.0 | (later.0 & FLAGS);
        for field in [
            DIRECTION,
            KIND,
            CATEGORY,
            ENTRY_POINT,
            ORIGIN,
            MARK_CATEGORY,
            ACCOUNT,
            TEMPLATE,
        ] {
            word = field.merge(word, later.0).unwrap_or(word);
        }
        Self(word)
    }

    /// The column, direction or type, that is filled in both and differs (D-4).
    pub fn contradiction(self, other: Self) -> Option<Column> {
        let (this, other) = self.weighed(other);
        if DIRECTION.merge(this.0, other.0).is_none() {
            Some(Column::Direction)
        } else if KIND.merge(this.0, other.0).is_none() {
            Some(Column::Type)
        } else {
            None
        }
    }

    /// Both rows' words, where an inferred one gives way to a stated one.
    #[inline]
    fn weighed(self, other: Self) -> (Self, Self) {
        if (self.0 | other.0) & INFERRED == 0 {
            return (self, other);
        }
        let (mut this, mut other) = (self, other);
        if let (Some(mine), Some(theirs)) =
            (this.template_or_free_form(), other.template_or_free_form())
        {
            match (this.has(Flag::InferredKind), other.has(Flag::InferredKind)) {
                (true, false) => this = this.with_kind(theirs).without(Flag::InferredKind),
                (false, true) => other = other.with_kind(mine).without(Flag::InferredKind),
                (true, true) if mine != theirs => {
                    this = this.with_kind(Kind::Template);
                    other = other.with_kind(Kind::Template);
                }
                (true, true) | (false, false) => {}
            }
        }
        if let (Some(mine), Some(theirs)) = (this.category(), other.category()) {
            match (
                this.has(Flag::InferredCategory),
                other.has(Flag::InferredCategory),
            ) {
                (true, false) => {
                    this = this.with_category(theirs).without(Flag::InferredCategory);
                }
                (false, true) => {
                    other = other.with_category(mine).without(Flag::InferredCategory);
                }
                (true, true) | (false, false) => {}
            }
        }
        (this, other)
    }

    /// The kind, where it is one of the two that a map's rule tells apart.
    fn template_or_free_form(self) -> Option<Kind> {
        self.kind()
            .filter(|kind| matches!(kind, Kind::Template | Kind::FreeForm))
    }

    /// The account, as a code.
    #[inline]
    pub fn account(self) -> u32 {
        ((self.0 >> ACCOUNT.shift) & ACCOUNT.mask()) as u32
    }

    /// With this account.
    #[must_use]
    pub fn with_account(self, code: u32) -> Self {
        Self(ACCOUNT.set(self.0, u64::from(code)))
    }

    /// The template's entry in the registry.
    pub fn template(self) -> Option<u32> {
        let number = (self.0 >> TEMPLATE.shift) & TEMPLATE.mask();
        (number != TEMPLATE.mask()).then_some(number as u32)
    }

    /// With this entry of the registry.
    #[must_use]
    pub fn with_template(self, number: u32) -> Self {
        Self(TEMPLATE.set(self.0, u64::from(number)))
    }
}

macro_rules! word_accessors {
    ($($(#[$meta:meta])* $get:ident $with:ident $field:ident $type:ident),+ $(,)?) => {
        impl Attributes {
            $(
                $(#[$meta])*
                #[inline]
                pub fn $get(self) -> Option<$type> {
                    $field.get(self.0).map($type::from_index)
                }

                /// With this word.
                #[inline]
                #[must_use]
                pub const fn $with(self, value: $type) -> Self {
                    Self($field.set(self.0, value as u64))
                }
            )+
        }
    };
}

word_accessors! {
    /// Who wrote it.
    direction with_direction DIRECTION Direction,
    /// What kind of message.
    kind with_kind KIND Kind,
    /// Category of the log's own column.
    category with_category CATEGORY TemplateCategory,
    /// What this row says happened.
    status with_status STATUS Status,
    /// Through what it came in.
    entry_point with_entry_point ENTRY_POINT EntryPoint,
    /// Which product sent it.
    origin with_origin ORIGIN Origin,
    /// Category by Meta's mark (D-7).
    mark_category with_mark_category MARK_CATEGORY TemplateCategory,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_empty_ones_are_none() {
        let row = Attributes::EMPTY
            .with_direction(Direction::Outbound)
            .with_kind(Kind::Call)
            .with_account(65_534)
            .with_template(77)
            .with(Flag::HasCost);
        assert_eq!(row.direction(), Some(Direction::Outbound));
        assert_eq!(row.kind(), Some(Kind::Call));
        assert_eq!(row.category(), None);
        assert_eq!(row.account(), 65_534);
        assert_eq!(row.template(), Some(77));
        assert!(row.has(Flag::HasCost) && !row.has(Flag::InGroup));
    }

    #[test]
    fn merging_fills_empty_cells_and_refuses_different_ones() {
        let template = Attributes::EMPTY.with_kind(Kind::Template);
        let utility = Attributes::EMPTY
            .with_category(TemplateCategory::Utility)
            .with(Flag::EntryPointMark);
        let merged = template.merge(utility).expect("no word differs");
        assert_eq!(
            (merged.kind(), merged.category()),
            (Some(Kind::Template), Some(TemplateCategory::Utility))
        );
        assert!(merged.has(Flag::EntryPointMark));
        assert_eq!(
            template.merge(Attributes::EMPTY.with_kind(Kind::Reaction)),
            None
        );
        assert_eq!(
            template.contradiction(Attributes::EMPTY.with_kind(Kind::Reaction)),
            Some(Column::Type)
        );
    }

    #[test]
    fn what_only_messages_have_takes_the_place_of_the_status() {
        let row = Attributes::EMPTY.with_status(Status::Read);
        let message = row.of_message();
        for flag in [Flag::Delivered, Flag::DeliveryAssumed, Flag::Failed] {
            assert!(!message.has(flag));
            let only = message.with(flag);
            assert!(only.has(flag) && only.without(flag) == message);
        }
        assert_eq!(message.with_status(Status::Read), row);
    }

    #[test]
    fn an_inferred_kind_gives_way_to_a_stated_one_in_either_order() {
        let inferred = |kind| Attributes::EMPTY.with_kind(kind).with(Flag::InferredKind);
        let stated = Attributes::EMPTY.with_kind(Kind::FreeForm);
        let guess = inferred(Kind::Template);
        for merged in [stated.merge(guess), guess.merge(stated)] {
            assert_eq!(merged, Some(stated));
        }
        // Two that differ stay inferred, with the template as the candidate.
        assert_eq!(inferred(Kind::FreeForm).merge(guess), Some(guess));
        assert_eq!(guess.merge(Attributes::EMPTY), Some(guess));
        // A reaction is no template, whoever says which.
        let reaction = Attributes::EMPTY.with_kind(Kind::Reaction);
        assert_eq!(guess.contradiction(reaction), Some(Column::Type));
        assert_eq!(reaction.contradiction(guess), Some(Column::Type));
    }

    #[test]
    fn an_inferred_category_gives_way_to_a_stated_one_in_either_order() {
        let stated = Attributes::EMPTY.with_category(TemplateCategory::Utility);
        let inferred = Attributes::EMPTY
            .with_category(TemplateCategory::Marketing)
            .with(Flag::InferredCategory);
        for merged in [stated.merge(inferred), inferred.merge(stated)] {
            assert_eq!(merged, Some(stated));
        }
        assert_eq!(inferred.merge(Attributes::EMPTY), Some(inferred));
        let other = inferred.with_category(TemplateCategory::Authentication);
        assert_eq!(inferred.merge(other), None, "only their order decides");
        assert_eq!(inferred.merge_after(other), inferred);
    }
}

//! The words of the trade, each a type: parsed once at the border, valid ever after.
//!
//! Every outcome is a closed enum whose `name` is what tables, summaries and messages write.

mod charge;
mod conversation;
mod currency;
mod finding;
mod identity;
mod message;
mod tier;
mod time;

pub use charge::{ChargeCategory, ChargeState, ChargeUnit, PricingType, Rule};
pub use conversation::{CloseReason, ConversationCategory, Regime};
pub use currency::Currency;
pub use finding::{FindingCode, Severity};
pub use identity::{HexId, PhoneDigits, charge_id, conversation_id, finding_id};
pub use message::{Direction, EntryPoint, Kind, Origin, Status, TemplateCategory};
pub use tier::Tier;
pub use time::{Instant, LocalDate, MICROS_PER_SECOND, Month};

/// Declares a closed enum with one written name for each value.
///
/// `parse` takes any case and treats `-` and `_` alike; `name` is the form that is written.
macro_rules! named_enum {
    ($(#[$meta:meta])* $vis:vis enum $type:ident { $($(#[$value_meta:meta])* $value:ident = $name:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        $vis enum $type { $($(#[$value_meta])* $value),+ }

        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The written form, used in every table, flag and message.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }

            /// Reads the written form or one of its synonyms, in any case, `-` and `_` alike.
            pub fn parse(text: &[u8]) -> Option<Self> {
                $(if $crate::vocabulary::same_word(text, $name.as_bytes()) $(|| $crate::vocabulary::same_word(text, $alias.as_bytes()))* {
                    return Some(Self::$value);
                })+
                None
            }

            /// The value with this position in [`Self::ALL`], for records that pack it into bits; the last one
            /// if there is none, which only wrong packing code can ask for.
            ///
            /// Compiles to nothing but a comparison, and to nothing where the value is not looked at: a look
            /// into [`Self::ALL`] would cost more than the rest of unpacking.
            #[inline]
            pub const fn from_index(index: u8) -> Self {
                debug_assert!((index as usize) < Self::ALL.len());
                $(if index == Self::$value as u8 {
                    return Self::$value;
                })+
                Self::ALL[Self::ALL.len() - 1]
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.name())
            }
        }
    };
}
pub(crate) use named_enum;

/// Whether two words are equal but for case and the choice of `-` or `_`.
pub(crate) fn same_word(text: &[u8], word: &[u8]) -> bool {
    text.len() == word.len()
        && text.iter().zip(word).all(|(&left, &right)| {
            let plain = |letter: u8| match letter {
                b'-' => b'_',
                // Names may have capitals, too: `A-RATE`.
                letter => letter.to_ascii_lowercase(),
            };
            plain(left) == plain(right)
        })
}

//! Conversations and charges as 48 and 40 bytes: all of a run wait in memory until they are written.

use super::outcome::{Charge, Conversation, Record, RowNumber};
use super::pair::PairKey;
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, CloseReason, ConversationCategory, Instant, LocalDate, PricingType,
    Regime, Rule,
};

/// Stands for "belongs to no conversation": no row has this number.
const NO_CONVERSATION: u32 = u32::MAX;
/// Added to a local date's days, so that it is not negative.
const DAYS_BIAS: i32 = 1 << (DAYS_BITS - 1);
/// Enough for 11,000 years before and after 1970, more than instants of a log may have.
const DAYS_BITS: u32 = 23;

/// Puts small numbers into a word, one above the other.
#[derive(Default)]
struct Packing {
    word: u64,
    bits: u32,
}

impl Packing {
    #[inline]
    fn with(self, value: u64, bits: u32) -> Self {
        debug_assert!(value >> bits == 0, "{value} has more than {bits} bits");
        Self {
            word: self.word | value << self.bits,
            bits: self.bits + bits,
        }
    }
}

/// Takes them out again, in the same order.
struct Unpacking(u64);

impl Unpacking {
    #[inline]
    fn take(&mut self, bits: u32) -> u64 {
        let value = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        value
    }

    #[inline]
    fn index(&mut self, bits: u32) -> u8 {
        self.take(bits) as u8
    }

    #[inline]
    fn flag(&mut self) -> bool {
        self.take(1) == 1
    }
}

/// A conversation, packed.
#[derive(Clone, Copy, Debug)]
pub struct PackedConversation {
    pair: u64,
    opened_at: Instant,
    expires_at: Instant,
    closed_at: Instant,
    opened_by: u32,
    messages_outbound: u32,
    messages_inbound: u32,
    words: u32,
}

impl Record for Conversation {
    type Packed = PackedConversation;

    #[inline]
    fn packed(&self) -> PackedConversation {
        let words = Packing::default()
            .with(u64::from(self.account), 16)
            .with(self.category as u64, 3)
            .with(self.regime as u64, 2)
            .with(self.rule as u64, 5)
            .with(self.close_reason as u64, 2)
            .with(u64::from(self.is_written), 1)
            .with(u64::from(self.is_estimated), 1);
        PackedConversation {
            pair: self.pair.0,
            opened_at: self.opened_at,
            expires_at: self.expires_at,
            closed_at: self.closed_at,
            opened_by: self.opened_by.0,
            messages_outbound: self.messages_outbound,
            messages_inbound: self.messages_inbound,
            words: words.word as u32,
        }
    }

    #[inline]
    fn unpacked(packed: &PackedConversation) -> Self {
        let mut words = Unpacking(u64::from(packed.words));
        Self {
            pair: PairKey(packed.pair),
            opened_at: packed.opened_at,
            expires_at: packed.expires_at,
            closed_at: packed.closed_at,
            opened_by: RowNumber(packed.opened_by),
            messages_outbound: packed.messages_outbound,
            messages_inbound: packed.messages_inbound,
            account: words.take(16) as u32,
            category: ConversationCategory::from_index(words.index(3)),
            regime: Regime::from_index(words.index(2)),
            rule: Rule::from_index(words.index(5)),
            close_reason: CloseReason::from_index(words.index(2)),
            is_written: words.flag(),
            is_estimated: words.flag(),
        }
    }
}

/// A charge, packed.
#[derive(Clone, Copy, Debug)]
pub struct PackedCharge {
    pair: u64,
    charged_at: Instant,
    sent_at: Instant,
    words: u64,
    row: u32,
    conversation: u32,
}

impl Record for Charge {
    type Packed = PackedCharge;

    #[inline]
    fn packed(&self) -> PackedCharge {
        let words = Packing::default()
            .with(u64::from(self.account), 16)
            .with((self.local_date.days() + DAYS_BIAS) as u64, DAYS_BITS)
            .with(self.unit as u64, 1)
            .with(self.regime as u64, 2)
            .with(self.rule as u64, 5)
            .with(self.category as u64, 4)
            .with(self.pricing_type as u64, 3)
            .with(u64::from(self.estimated), 1)
            .with(u64::from(self.edge), 1)
            .with(u64::from(self.uses_allowance), 1)
            .with(u64::from(self.in_window), 1)
            .with(u64::from(self.is_international), 1)
            .with(u64::from(self.in_group), 1)
            .with(u64::from(self.is_written), 1);
        PackedCharge {
            pair: self.pair.0,
            charged_at: self.charged_at,
            sent_at: self.sent_at,
            words: words.word,
            row: self.row.0,
            conversation: self.conversation.map_or(NO_CONVERSATION, |row| row.0),
        }
    }

    #[inline]
    fn unpacked(packed: &PackedCharge) -> Self {
        let mut words = Unpacking(packed.words);
        let conversation = packed.conversation;
        Self {
            pair: PairKey(packed.pair),
            charged_at: packed.charged_at,
            sent_at: packed.sent_at,
            row: RowNumber(packed.row),
            conversation: (conversation != NO_CONVERSATION).then_some(RowNumber(conversation)),
            account: words.take(16) as u32,
            local_date: LocalDate::from_days(words.take(DAYS_BITS) as i32 - DAYS_BIAS),
            unit: ChargeUnit::from_index(words.index(1)),
            regime: Regime::from_index(words.index(2)),
            rule: Rule::from_index(words.index(5)),
            category: ChargeCategory::from_index(words.index(4)),
            pricing_type: PricingType::from_index(words.index(3)),
            estimated: words.flag(),
            edge: words.flag(),
            uses_allowance: words.flag(),
            in_window: words.flag(),
            is_international: words.flag(),
            in_group: words.flag(),
            is_written: words.flag(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let charge = Charge {
            pair: PairKey(u64::MAX - 5),
            charged_at: Instant::from_seconds(1_700_000_000),
            sent_at: Instant::from_micros(-7),
            row: RowNumber(u32::MAX - 1),
            conversation: None,
            local_date: LocalDate::from_days(-719_528),
            account: 65_534,
            unit: ChargeUnit::Message,
            regime: Regime::Pmp2026,
            rule: Rule::X5,
            category: ChargeCategory::BusinessInitiated,
            pricing_type: PricingType::Covered,
            estimated: true,
            edge: false,
            uses_allowance: true,
            in_window: false,
            is_international: true,
            in_group: true,
            is_written: false,
        };
        for conversation in [None, Some(RowNumber(0))] {
            let charge = Charge {
                conversation,
                ..charge
            };
            let again = Charge::unpacked(&charge.packed());
            assert_eq!(format!("{again:?}"), format!("{charge:?}"));
        }
        let conversation = Conversation {
            pair: PairKey(1),
            opened_at: Instant::from_micros(1),
            expires_at: Instant::from_micros(2),
            closed_at: Instant::MAX,
            opened_by: RowNumber(3),
            messages_outbound: u32::MAX,
            messages_inbound: 4,
            account: 65_534,
            category: ConversationCategory::BusinessInitiated,
            regime: Regime::Pmp2026,
            rule: Rule::X5,
            close_reason: CloseReason::OpenAtEndOfLog,
            is_written: false,
            is_estimated: true,
        };
        let again = Conversation::unpacked(&conversation.packed());
        assert_eq!(format!("{again:?}"), format!("{conversation:?}"));
    }

    #[test]
    fn every_word_fits_its_bits() {
        assert!(ConversationCategory::ALL.len() <= 8 && ChargeCategory::ALL.len() <= 16);
        assert!(PricingType::ALL.len() <= 8 && Rule::ALL.len() <= 32 && Regime::ALL.len() <= 4);
        assert!(CloseReason::ALL.len() <= 4 && ChargeUnit::ALL.len() <= 2);
        assert_eq!(size_of::<PackedConversation>(), 48);
        assert_eq!(size_of::<PackedCharge>(), 40);
    }
}

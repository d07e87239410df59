//! Stable identities: the same unit has the same id in every run, on every machine, in every split
//! of the log (contract: what a run writes).

use std::fmt;

use super::{ChargeUnit, ConversationCategory, Instant};

const SEPARATOR: u8 = 0x1f;

/// The first 64 bits of a BLAKE3 hash, written as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HexId(pub u64);

impl HexId {
    /// The 16 lower-case hex digits.
    pub fn digits(self) -> [u8; 16] {
        let mut digits = [0; 16];
        for (place, byte) in digits.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            place[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            place[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        digits
    }
}

impl fmt::Display for HexId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// The id of a conversation: account, business, customer, category, opening in ms, opening message.
pub fn conversation_id(
    buffer: &mut Vec<u8>,
    account: &str,
    business: &str,
    customer: &str,
    category: ConversationCategory,
    opened_at: Instant,
    opening_message_id: &[u8],
) -> HexId {
    let opened = opened_at.millis().to_string();
    let fields: [&[u8]; 7] = [
        b"conversation",
        account.as_bytes(),
        business.as_bytes(),
        customer.as_bytes(),
        category.name().as_bytes(),
        opened.as_bytes(),
        opening_message_id,
    ];
    hash_fields(buffer, &fields)
}

/// The id of a charge: account, business, customer, message, unit.
pub fn charge_id(
    buffer: &mut Vec<u8>,
    account: &str,
    business: &str,
    customer: &str,
    message_id: &[u8],
    unit: ChargeUnit,
) -> HexId {
    let fields: [&[u8]; 6] = [
        b"charge",
        account.as_bytes(),
        business.as_bytes(),
        customer.as_bytes(),
        message_id,
        unit.name().as_bytes(),
    ];
    hash_fields(buffer, &fields)
}

fn hash_fields(buffer: &mut Vec<u8>, fields: &[&[u8]]) -> HexId {
    buffer.clear();
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            buffer.push(SEPARATOR);
        }
        buffer.extend_from_slice(field);
    }
    let hash = blake3::hash(buffer);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    HexId(u64::from_be_bytes(first))
}

/// Recognises telephone numbers: at most 15 digits (E.164), the first not zero, perhaps after a `+`.
pub struct PhoneDigits;

impl PhoneDigits {
    /// The number as an integer, if the text is one.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<u64> {
        let digits = Self::strip_plus(text);
        if digits.is_empty() || digits.len() > 15 || digits[0] == b'0' {
            return None;
        }
        let mut number = 0u64;
        for &digit in digits {
            let value = digit.wrapping_sub(b'0');
            if value > 9 {
                return None;
            }
            number = number * 10 + u64::from(value);
        }
        Some(number)
    }

    /// The text without its `+` where only digits follow, otherwise as it is.
    pub fn strip_plus(text: &[u8]) -> &[u8] {
        match text {
            [b'+', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                digits
            }
            _ => text,
        }
    }
}

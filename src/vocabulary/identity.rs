//! Stable identities: the same unit has the same id in every run, on every machine, in every split
//! of the log (contract: what a run writes).

use std::fmt;

use super::{ChargeUnit, ConversationCategory, FindingCode, Instant};

const SEPARATOR: u8 = 0x1f;

/// The first 64 bits of a BLAKE3 hash, written as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HexId(pub u64);

impl HexId {
    /// The 16 lower-case hex digits.
    pub fn digits(self) -> [u8; 16] {
        let halves = [
            eight_digits((self.0 >> 32) as u32),
            eight_digits(self.0 as u32),
        ];
        let mut digits = [0; 16];
        digits[..8].copy_from_slice(&halves[0]);
        digits[8..].copy_from_slice(&halves[1]);
        digits
    }
}

/// The hex digits of a number, all eight in step.
fn eight_digits(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Each step halves the bits that lie together, until each byte has four.
    let spread = u64::from(number);
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // From ten on a nibble has its fifth bit set once six is added.
    let letters = (nibbles + 6 * ONES) >> 4 & ONES;
    let digits = nibbles + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'0' - 10);
    digits.to_be_bytes()
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

/// The id of a finding: code, account, business, customer, message, instant in ms. One that has no instant is about
/// no message: its explanation stands in the message's place, since nothing else tells it from its neighbours.
pub fn finding_id(
    code: FindingCode,
    account: &str,
    business: &str,
    customer: &str,
    message_or_explanation: &str,
    at: Option<Instant>,
) -> HexId {
    let at = at.map_or_else(String::new, |at| at.millis().to_string());
    let fields: [&[u8]; 7] = [
        b"finding",
        code.name().as_bytes(),
        account.as_bytes(),
        business.as_bytes(),
        customer.as_bytes(),
        message_or_explanation.as_bytes(),
        at.as_bytes(),
    ];
    hash_fields(&mut Vec::new(), &fields)
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

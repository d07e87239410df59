//! Ids of messages: like Meta's in form, unique by construction, and ordered as the numbers they are made of.

use super::draw::mixed;
use super::model::{BUSINESS_BITS, CUSTOMER_BITS, DAY_BITS};

/// Messages of one customer that follow from one day.
pub const SERIALS: u64 = 1 << SERIAL_BITS;
const SERIAL_BITS: u32 = u64::BITS - BUSINESS_BITS - CUSTOMER_BITS - DAY_BITS;
/// What every id begins with.
const PREFIX: &[u8; 10] = b"wamid.HBgM";
/// Bytes of an id.
pub const ID_BYTES: usize = PREFIX.len() + DIGITS;
const DIGITS: usize = 22;
/// 64 signs in the order of their bytes, so that ids are ordered as their numbers are (T-5).
const SIGNS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// What the ids of one customer's day have in common; the serial number of a message goes below.
pub fn key(business: u16, customer: u64, day: u64) -> u64 {
    ((u64::from(business) << CUSTOMER_BITS | customer) << DAY_BITS | day) << SERIAL_BITS
}

/// The number of an id. Mixing is a bijection: different keys of a seed never meet, and those of two seeds, whose logs
/// may be read as one, hardly ever.
pub fn unique(seed: u64, key: u64) -> u64 {
    mixed(key ^ mixed(seed))
}

/// Writes the id of a number.
pub fn write(number: u64, id: &mut [u8; ID_BYTES]) {
    id[..PREFIX.len()].copy_from_slice(PREFIX);
    let bits = u128::from(number) << 64 | u128::from(mixed(!number));
    for (place, sign) in id[PREFIX.len()..].iter_mut().enumerate() {
        let digit = bits >> (6 * (DIGITS - 1 - place)) & 63;
        *sign = SIGNS[digit as usize];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: u64) -> String {
        let mut id = [0; ID_BYTES];
        write(number, &mut id);
        String::from_utf8(id.to_vec()).unwrap()
    }

    #[test]
    fn ids_are_ordered_as_their_numbers() {
        assert!(SIGNS.is_sorted());
        let mut numbers: Vec<u64> = (0..500).map(|key| unique(7, key << 20)).collect();
        numbers.sort_unstable();
        let ids: Vec<String> = numbers.iter().map(|&number| written(number)).collect();
        assert!(ids.is_sorted() && ids[0].len() == ID_BYTES);
    }

    #[test]
    fn keys_keep_their_parts_apart() {
        let last = key(1023, (1 << CUSTOMER_BITS) - 1, (1 << DAY_BITS) - 1);
        assert_eq!(last | (SERIALS - 1), u64::MAX);
        assert_eq!(key(0, 0, 1), SERIALS);
    }
}

//! Keys of settled messages as bytes: each day's ascending, as the distances between them.

use std::collections::BTreeMap;

use crate::log::varint;
use crate::replay::carried::SettledMessages;

/// The keys as bytes.
pub fn encode(messages: &SettledMessages) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint::push(messages.days().len() as u64, &mut bytes);
    for (day, keys) in messages.days() {
        varint::push(u64::from(day as u32), &mut bytes);
        varint::push(keys.len() as u64, &mut bytes);
        let mut last = 0;
        for key in keys {
            varint::push(key.wrapping_sub(last), &mut bytes);
            last = *key;
        }
    }
    bytes
}

/// The keys again; none if the bytes are no keys.
pub fn decode(mut bytes: &[u8]) -> Option<SettledMessages> {
    let mut days = BTreeMap::new();
    for _ in 0..take(&mut bytes)? {
        let day = take(&mut bytes)? as u32 as i32;
        let count = take(&mut bytes)?;
        // Each key takes a byte at least.
        let count = usize::try_from(count)
            .ok()
            .filter(|&count| count <= bytes.len())?;
        let mut keys = Vec::with_capacity(count);
        let mut last = 0u64;
        for _ in 0..count {
            last = last.wrapping_add(take(&mut bytes)?);
            keys.push(last);
        }
        days.insert(day, keys);
    }
    bytes.is_empty().then(|| SettledMessages::new(days))
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (value, length) = varint::read(bytes)?;
    *bytes = &bytes[length..];
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_damage_is_noticed() {
        let days = BTreeMap::from([
            (-3, vec![0, 1, u64::MAX]),
            (20_000, vec![]),
            (20_001, vec![1 << 40, (1 << 40) + 7, 1 << 63]),
        ]);
        let messages = SettledMessages::new(days);
        let bytes = encode(&messages);
        assert_eq!(decode(&bytes), Some(messages));
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), None, "cut to {length} bytes");
        }
        assert_eq!(decode(&[0xff; 64]), None, "counts beyond all bytes");
    }
}

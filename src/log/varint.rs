//! Whole numbers in as few bytes as they need (LEB128, unsigned): seven bits in each, the lowest first.

/// The most bytes that a number takes.
pub const BYTES_MAX: usize = 10;

/// Appends a number.
pub fn push(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The number at the start of some bytes, and how many of them it takes; none if it ends in no byte of the first ten.
pub fn read(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (place, &byte) in bytes.iter().enumerate().take(BYTES_MAX) {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some((value, place + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for (value, length) in [(0, 1), (127, 1), (128, 2), (1 << 35, 6), (u64::MAX, 10)] {
            let mut bytes = Vec::new();
            push(value, &mut bytes);
            assert_eq!(bytes.len(), length, "{value}");
            bytes.push(0xff);
            assert_eq!(read(&bytes), Some((value, length)));
            assert_eq!(read(&bytes[..length - 1]), None);
        }
        assert_eq!(read(&[0xff; 11]), None);
    }
}

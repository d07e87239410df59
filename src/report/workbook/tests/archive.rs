//! The parts of a workbook as text, and whether each is well-formed XML: no more than the tests need.

use std::collections::BTreeMap;
use std::io::Read;

/// Each part by its name: the archive's directory is read, and every part unpacked.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let number = |place: usize, length: usize| -> usize {
        let bytes = bytes[place..place + length].iter().rev();
        bytes.fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let end = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x05\x06")
        .unwrap();
    let (count, mut entry) = (number(end + 10, 2), number(end + 16, 4));
    let mut parts = BTreeMap::new();
    for _ in 0..count {
        assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
        // 1980-01-01 00:00: no clock.
        assert_eq!((number(entry + 12, 2), number(entry + 14, 2)), (0, 33));
        let (method, packed) = (number(entry + 10, 2), number(entry + 20, 4));
        let name_length = number(entry + 28, 2);
        let name = &bytes[entry + 46..entry + 46 + name_length];
        let local = number(entry + 42, 4);
        let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let content = &bytes[start..start + packed];
        let mut text = String::new();
        match method {
            0 => text = String::from_utf8(content.to_vec()).unwrap(),
            _ => {
                let mut reader = flate2::read::DeflateDecoder::new(content);
                reader.read_to_string(&mut text).unwrap();
            }
        }
        parts.insert(String::from_utf8(name.to_vec()).unwrap(), text);
        entry += 46 + name_length + number(entry + 30, 2) + number(entry + 32, 2);
    }
    parts
}

/// Fails where a part is no well-formed XML: tags that do not match, letters that XML forbids, bare `&`.
pub fn assert_well_formed(name: &str, text: &str) {
    let forbidden = |letter: char| {
        (letter < ' ' && !matches!(letter, '\t' | '\n' | '\r'))
            || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    assert!(
        !text.contains(forbidden),
        "{name}: a letter that XML forbids"
    );
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        assert_entities(name, &rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        assert!(!tag.contains('<'), "{name}: {tag}");
        let element = tag.trim_start_matches('/');
        let element = element.split([' ', '/', '\n']).next().unwrap();
        match (tag.as_bytes()[0], tag.ends_with('/')) {
            (b'?', _) => {}
            (b'/', _) => assert_eq!(open.pop(), Some(element), "{name}"),
            (_, true) => assert_entities(name, tag),
            (_, false) => {
                assert_entities(name, tag);
                open.push(element);
            }
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
    assert!(rest.trim().is_empty(), "{name}: text after the end");
}

fn assert_entities(name: &str, text: &str) {
    for after in text.split('&').skip(1) {
        let entity = after.split(';').next().unwrap();
        let is_known =
            matches!(entity, "amp" | "lt" | "gt" | "quot" | "apos") || entity.starts_with('#');
        assert!(is_known, "{name}: &{entity}");
    }
}

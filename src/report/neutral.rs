//! Text of a log in a CSV that people open in a spreadsheet: it must not become a formula.

use std::borrow::Cow;

/// The text, behind an apostrophe where a spreadsheet would take it for a formula.
///
/// Ids and numbers must come back unchanged, so a leading sign alone is no reason: only with something behind it
/// that no id holds (`+cmd|' /C calc'!A0`) does it make a formula that does harm.
pub fn neutral(text: &[u8]) -> Cow<'_, [u8]> {
    let is_formula = match text {
        [b'=' | b'@' | b'\t' | b'\r', ..] => true,
        [b'+' | b'-', rest @ ..] => !rest.iter().all(|&byte| is_of_id(byte)),
        _ => false,
    };
    match is_formula {
        true => Cow::Owned([b"'", text].concat()),
        false => Cow::Borrowed(text),
    }
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-/= ".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::neutral;

    #[test]
    fn formulas_become_text_and_ids_stay() {
        let shown = |text: &str| String::from_utf8(neutral(text.as_bytes()).into_owned()).unwrap();
        for formula in [
            "=1+1",
            "@SUM(A1)",
            "\t=1",
            "+cmd|' /C calc'!A0",
            "-2+3*cmd|' /C calc'!A0",
        ] {
            assert_eq!(shown(formula), format!("'{formula}"));
        }
        for text in [
            "",
            "4917012345",
            "+4917012345",
            "-12.5",
            "-aB_9==",
            "wamid.HBg=",
            "a=b",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}

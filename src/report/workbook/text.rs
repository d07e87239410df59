//! Text as a cell may hold it.

use std::borrow::Cow;

/// UTF-16 units that a cell holds.
const UNITS_MAX: usize = 32_767;
const CUT: &str = " … [cut]";

/// The text without what no cell can hold: control characters become U+FFFD, and what is too long is cut and
/// says so. Everything else stays as it is; cells of text are never read as formulas.
pub fn cell_text(text: &str) -> Cow<'_, str> {
    let text = match text.contains(is_refused) {
        true => Cow::Owned(text.replace(is_refused, "\u{fffd}")),
        false => Cow::Borrowed(text),
    };
    // A byte is never more than one unit.
    if text.len() <= UNITS_MAX || text.encode_utf16().count() <= UNITS_MAX {
        return text;
    }
    let mut left = UNITS_MAX - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= left;
        left = left.saturating_sub(letter.len_utf16());
        fits
    });
    Cow::Owned(kept.collect::<String>() + CUT)
}

fn is_refused(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\t'))
        || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_cell_holds_is_changed() {
        for text in ["", "=1+1", "\t@x\n", "a\u{202e}b", "😀", "_x000D_"] {
            assert_eq!(cell_text(text), text);
        }
        assert_eq!(cell_text("a\0b\r\u{ffff}"), "a\u{fffd}b\u{fffd}\u{fffd}");
    }

    #[test]
    fn long_text_is_cut_between_letters() {
        let longest = "x".repeat(UNITS_MAX);
        assert_eq!(cell_text(&longest), longest);
        for letter in ["x", "é", "😀"] {
            let text = letter.repeat(40_000);
            let cut = cell_text(&text);
            let units = cut.encode_utf16().count();
            assert!(units == UNITS_MAX || units == UNITS_MAX - 1, "{units}");
            assert!(cut.ends_with(CUT) && cut.starts_with(letter));
        }
    }
}

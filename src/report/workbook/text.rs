//! Text as a cell may hold it.

use std::borrow::Cow;

/// UTF-16 units that a cell holds.
const UNITS_MAX: usize = 32_767;
/// In points.
const LINE_HEIGHT: u16 = 15;
/// The highest that a row can be is 409 points.
const LINES_MAX: usize = 27;
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

/// How high a row must be for a text with so many letters in a line; none where one line is enough. Readers do
/// not all make rows higher by themselves.
pub fn height(text: &str, letters: usize) -> Option<u16> {
    let lines = text.split('\n');
    let lines = lines.map(|line| line.chars().count().div_ceil(letters).max(1));
    let lines = lines.sum::<usize>().min(LINES_MAX) as u16;
    (lines > 1).then_some(lines * LINE_HEIGHT)
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
    fn rows_are_as_high_as_their_lines() {
        assert_eq!(height("", 10), None);
        assert_eq!(height("0123456789", 10), None);
        assert_eq!(height("01234567890", 10), Some(30));
        assert_eq!(height("a\n\nb", 10), Some(45));
        assert_eq!(height(&"x".repeat(32_767), 10), Some(405));
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

//! How wide words are, from the tables of the fonts that travel with the program.
//!
//! Advance widths without kerning: never narrower than what is drawn. plotters measures in whole pixels of its own
//! kind of size, which is too coarse to keep words apart.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::picture::fonts;

/// A letter that is not in the font comes from the reader's machine: most are no wider than this part of the size.
const FOREIGN: f64 = 1.3;

/// How words are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// Pixels.
    pub size: f64,
    /// In bold.
    pub bold: bool,
}

impl Type {
    /// Plain letters.
    pub const fn plain(size: f64) -> Self {
        Self { size, bold: false }
    }

    /// Bold letters.
    pub const fn bold(size: f64) -> Self {
        Self { size, bold: true }
    }

    /// How wide a text is.
    pub fn width(self, text: &str) -> f64 {
        let widths = match self.bold {
            true => &*BOLD,
            false => &*REGULAR,
        };
        let widths = text
            .chars()
            .map(|letter| widths.get(&letter).copied().unwrap_or(FOREIGN));
        widths.sum::<f64>() * self.size
    }

    /// A name from outside, with letters that print, and an ellipsis where it is too long.
    pub fn fitted(self, name: &str, width: f64) -> String {
        let name = clean(name);
        if name.trim().is_empty() {
            return "(no name)".to_owned();
        }
        if self.width(&name) <= width {
            return name;
        }
        let mut kept = String::new();
        for letter in name.chars() {
            kept.push(letter);
            if self.width(&kept) + self.width("…") > width {
                kept.pop();
                break;
            }
        }
        kept.truncate(kept.trim_end().len());
        kept.push('…');
        kept
    }

    /// Lines no wider than this, broken between words.
    pub fn lines(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line} {word}");
                if self.width(&longer) <= width {
                    *line = longer;
                    continue;
                }
            }
            lines.push(self.fitted(word, width));
        }
        lines
    }
}

/// With a mark for each letter that the font lacks: what a picture would otherwise leave blank.
pub fn marked(text: &str) -> String {
    let is_known = |letter: &char| letter.is_ascii_control() || REGULAR.contains_key(letter);
    text.chars()
        .map(|letter| {
            if is_known(&letter) {
                letter
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}

/// Without what turns the writing around, joins letters or moves the pen.
pub fn clean(name: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe0f}');
    name.chars()
        .filter(|&letter| !turns(letter))
        .map(|letter| match letter {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            letter if letter.is_control() => '\u{fffd}',
            letter if letter.is_whitespace() => ' ',
            letter => letter,
        })
        .collect()
}

static REGULAR: LazyLock<HashMap<char, f64>> =
    LazyLock::new(|| widths(fonts::REGULAR).unwrap_or_default());
static BOLD: LazyLock<HashMap<char, f64>> =
    LazyLock::new(|| widths(fonts::BOLD).unwrap_or_default());

/// The width of each letter, in parts of the size; `None` where the font is not one of the kind shipped.
fn widths(font: &[u8]) -> Option<HashMap<char, f64>> {
    let font = Font(font);
    let units_per_em = font.short(font.table(b"head")? + 18)?;
    let metrics = font.table(b"hmtx")?;
    let metrics_count = font.short(font.table(b"hhea")? + 34)?;
    let letters = font.letters(font.table(b"cmap")?)?;
    let width = |glyph: usize| font.short(metrics + 4 * glyph.min(metrics_count.checked_sub(1)?));
    let widths = letters
        .into_iter()
        .filter_map(|(letter, glyph)| Some((letter, width(glyph)? as f64 / units_per_em as f64)));
    Some(widths.collect())
}

/// A TrueType file.
struct Font<'a>(&'a [u8]);

impl Font<'_> {
    fn short(&self, at: usize) -> Option<usize> {
        let bytes = self.0.get(at..at + 2)?;
        Some(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
    }

    fn long(&self, at: usize) -> Option<usize> {
        Some(self.short(at)? << 16 | self.short(at + 2)?)
    }

    /// Where a table begins.
    fn table(&self, tag: &[u8; 4]) -> Option<usize> {
        let records = (0..self.short(4)?).map(|number| 12 + 16 * number);
        let mut own = records.filter(|&at| self.0.get(at..at + 4) == Some(tag.as_slice()));
        self.long(own.next()? + 8)
    }

    /// Letters with their glyphs, from a character map of format 4.
    fn letters(&self, map: usize) -> Option<Vec<(char, usize)>> {
        let subtables =
            (0..self.short(map + 2)?).filter_map(|number| self.long(map + 8 + 8 * number));
        let at = subtables
            .map(|offset| map + offset)
            .find(|&at| self.short(at) == Some(4))?;
        let segments = self.short(at + 6)? / 2;
        let mut letters = Vec::new();
        for segment in 0..segments {
            let value = |array: usize| self.short(at + 14 + 2 * (segment + array * segments));
            // A pad of two bytes stands behind the first array.
            let padded = |array: usize| self.short(at + 16 + 2 * (segment + array * segments));
            let (last, first) = (value(0)?, padded(1)?);
            let (delta, offset) = (padded(2)?, padded(3)?);
            for code in first..=last {
                let glyph = match offset {
                    0 => code + delta,
                    _ => {
                        let place = at + 16 + 2 * (segment + 3 * segments);
                        match self.short(place + offset + 2 * (code - first)) {
                            None | Some(0) => continue,
                            Some(glyph) => glyph + delta,
                        }
                    }
                };
                if let Some(letter) = char::from_u32(code as u32).filter(|_| code != 0xffff) {
                    letters.push((letter, glyph & 0xffff));
                }
            }
        }
        Some(letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // DejaVu Sans: 2048 units to the em; digits are 1303 wide in plain letters, 1425 in bold ones.
        assert_eq!(Type::plain(2048.0).width("0"), 1303.0);
        assert_eq!(Type::plain(2048.0).width("000"), 3909.0);
        assert_eq!(Type::bold(2048.0).width("0"), 1425.0);
        assert!(Type::plain(10.0).width("🎉") > 12.0);
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        let plain = Type::plain(12.0);
        assert_eq!(plain.fitted("Brazil", 100.0), "Brazil");
        let fitted = plain.fitted(&"a very long name ".repeat(20), 100.0);
        assert!(
            fitted.ends_with('…') && plain.width(&fitted) <= 100.0,
            "{fitted}"
        );
        assert_eq!(
            plain.fitted("a\u{202e}b\u{0}\n", 100.0),
            "ab\u{fffd}\u{fffd}"
        );
        assert_eq!(plain.fitted("\u{202e} ", 100.0), "(no name)");
        assert_eq!(marked("a\n▲🎉"), "a\n▲\u{fffd}");
    }

    #[test]
    fn lines_are_no_wider_than_asked() {
        let plain = Type::plain(12.0);
        let lines = plain.lines("one two three four five six seven", 80.0);
        assert!(
            lines.len() > 2 && lines.iter().all(|line| plain.width(line) <= 80.0),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), "one two three four five six seven");
    }
}

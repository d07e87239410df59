//! Letters that could make a page show something else than what it holds.

/// What stands where a letter was that has no form of its own.
const REPLACEMENT: char = '\u{fffd}';

/// The page without control characters, orders of direction and invisible letters, wherever they came from.
///
/// Markup is escaped and names are isolated by the templates; this is done once for the whole page, so that no
/// place can be forgotten.
pub fn neutralised(page: String) -> String {
    if !page.chars().any(is_deceptive) {
        return page;
    }
    let letters = page.chars();
    let letters = letters.map(|letter| match is_deceptive(letter) {
        true => REPLACEMENT,
        false => letter,
    });
    letters.collect()
}

const fn is_deceptive(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Embeddings, overrides and isolates turn the letters behind them around.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Separators of lines, and what takes no space: two names could look the same.
        '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => true,
        '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::neutralised;

    #[test]
    fn deceptive_letters_become_a_mark() {
        let page = "a\0b\u{202e}c\u{200b}d\r\n\te".to_owned();
        assert_eq!(
            neutralised(page),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}\n\te"
        );
    }

    #[test]
    fn scripts_of_the_world_stay() {
        let page = "München, تونس, תל אביב, 東京, 👩\u{200d}💻, नमस्ते".to_owned();
        assert_eq!(neutralised(page.clone()), page);
    }
}

//! The font of the page, inside the page.

use std::fmt::Write;

use crate::picture::fonts::{BOLD, FAMILY, REGULAR};
use crate::report::charts::base64;

/// The rules of CSS that bring the fonts.
pub fn faces() -> String {
    let mut css = String::new();
    for (weight, font) in [(400, REGULAR), (700, BOLD)] {
        let _ = writeln!(
            css,
            "@font-face{{font-family:\"{FAMILY}\";font-weight:{weight};font-style:normal;\
             src:url(data:font/ttf;base64,{})format(\"truetype\")}}",
            base64(font)
        );
    }
    css
}

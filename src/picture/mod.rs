//! From a drawing to a picture file: SVG in, PNG out, with letters that travel with the program.
//!
//! A PNG of the same SVG is the same bytes on every machine: no font of the system is ever asked for.

pub mod fonts;

use resvg::{tiny_skia, usvg};
use thiserror::Error;

/// More would be a picture nobody can open: 64 million pixels are 256 MB before they are packed.
const PIXELS_MOST: u64 = 64_000_000;
const SIDE_MOST_PIXELS: u32 = 32_000;

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The drawing is no SVG.
    #[error("the drawing cannot be read: {0}")]
    Unreadable(String),
    /// A picture of this size cannot be opened by most programs.
    #[error("a picture of {width} by {height} pixels is too large; write the same as .svg")]
    TooLarge { width: u64, height: u64 },
    /// The picture cannot be packed.
    #[error("the picture cannot be written: {0}")]
    Unwritable(String),
}

/// Draws an SVG into a PNG, `scale` pixels to each unit of the drawing.
///
/// # Errors
///
/// The text is no SVG, or the picture would be larger than programs open.
pub fn png(svg: &str, scale: u32) -> Result<Vec<u8>, PictureError> {
    let options = usvg::Options {
        font_family: fonts::FAMILY.to_owned(),
        fontdb: fonts::database(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options)
        .map_err(|error| PictureError::Unreadable(error.to_string()))?;
    let size = tree.size().to_int_size();
    let scale = scale.max(1);
    let (width, height) = (
        u64::from(size.width()) * u64::from(scale),
        u64::from(size.height()) * u64::from(scale),
    );
    let is_too_large = width.max(height) > u64::from(SIDE_MOST_PIXELS)
        || width.saturating_mul(height) > PIXELS_MOST;
    if is_too_large {
        return Err(PictureError::TooLarge { width, height });
    }
    let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32)
        .ok_or(PictureError::TooLarge { width, height })?;
    let scaled = tiny_skia::Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, scaled, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| PictureError::Unwritable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(width: u32, height: u32, inside: &str) -> String {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif" font-size="12"><rect width="{width}" height="{height}" fill="#ffffff"/>{inside}</svg>"##
        )
    }

    /// The side lengths a PNG states in its first chunk.
    fn sides(png: &[u8]) -> (u32, u32) {
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let number = |from: usize| u32::from_be_bytes(png[from..from + 4].try_into().unwrap());
        (number(16), number(20))
    }

    #[test]
    fn a_picture_has_the_size_of_the_drawing_times_the_scale() {
        assert_eq!(sides(&png(&drawing(40, 20, ""), 1).unwrap()), (40, 20));
        assert_eq!(sides(&png(&drawing(40, 20, ""), 2).unwrap()), (80, 40));
    }

    #[test]
    fn letters_are_drawn_with_the_fonts_of_the_program() {
        let empty = png(&drawing(80, 20, ""), 1).unwrap();
        let text = |family: &str, weight: &str| {
            let inside = format!(
                r#"<text x="2" y="14" font-family="{family}" font-weight="{weight}">Ağ₹→</text>"#
            );
            png(&drawing(80, 20, &inside), 1).unwrap()
        };
        let plain = text("sans-serif", "normal");
        assert_ne!(plain, empty, "text is drawn");
        assert_ne!(
            plain,
            text("sans-serif", "bold"),
            "bold has a font of its own"
        );
        for family in ["serif", "monospace", "No Such Font"] {
            assert_eq!(plain, text(family, "normal"), "{family}");
        }
        assert_eq!(plain, text("sans-serif", "normal"), "the same bytes again");
    }

    #[test]
    fn what_is_no_drawing_is_an_error() {
        for text in ["", "no svg", "<svg", "<html/>"] {
            assert!(
                matches!(png(text, 1), Err(PictureError::Unreadable(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_picture_nobody_can_open_is_refused() {
        assert!(matches!(
            png(&drawing(40_000, 10, ""), 1),
            Err(PictureError::TooLarge {
                width: 40_000,
                height: 10
            })
        ));
        assert!(matches!(
            png(&drawing(10_000, 10_000, ""), 1),
            Err(PictureError::TooLarge { .. })
        ));
    }
}

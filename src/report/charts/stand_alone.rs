//! A chart outside of the page: with its heading, its letters and a white paper.

use super::letters::marked;
use super::palette::without_variables;
use super::paper::WIDTH;
use super::transcribe::heading;
use crate::picture::{self, PictureError, fonts};
use crate::report::chart::Chart;

/// Pixels of a PNG to each of the drawing's.
const SCALE: u32 = 2;
const MARGIN: f64 = 16.0;

/// A file that looks the same on every machine: the letters are in it.
pub fn svg(chart: &Chart) -> String {
    light(chart, &font_faces())
}

/// A picture of the same.
///
/// # Errors
///
/// If the drawing is too large for a picture.
pub fn png(chart: &Chart) -> Result<Vec<u8>, PictureError> {
    picture::png(&marked(&light(chart, "")), SCALE)
}

/// The drawing in light colours, with a margin and its heading above it.
fn light(chart: &Chart, style: &str) -> String {
    let drawing = without_variables(&chart.svg);
    let Some((height, opening, rest)) = opened(&drawing) else {
        return drawing;
    };
    let (heading, heading_height) = heading(&chart.title);
    let (left, top) = (-MARGIN, -MARGIN - heading_height);
    let (width, height) = (WIDTH + 2.0 * MARGIN, height + heading_height + 2.0 * MARGIN);
    let opening = opening.replacen(
        &view_box_of(&drawing).unwrap_or_default(),
        &format!("{left} {top} {width} {height}"),
        1,
    );
    format!(
        "{opening} width=\"{width}\" height=\"{height}\">{style}<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{heading}{rest}"
    )
}

fn view_box_of(drawing: &str) -> Option<String> {
    let (_, rest) = drawing.split_once("viewBox=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// The height of the drawing, its opening tag as far as the bracket, and what follows.
fn opened(drawing: &str) -> Option<(f64, &str, &str)> {
    let view_box = view_box_of(drawing)?;
    let height = view_box.rsplit(' ').next()?.parse().ok()?;
    let (opening, rest) = drawing.split_once('>')?;
    Some((height, opening, rest))
}

/// The fonts as CSS, for a drawing that has no page around it.
fn font_faces() -> String {
    let face = |font: &[u8], weight: &str| {
        format!(
            "@font-face{{font-family:\"{}\";font-weight:{weight};src:url(data:font/ttf;base64,{}) format(\"truetype\")}}",
            fonts::FAMILY,
            base64(font)
        )
    };
    let (regular, bold) = (face(fonts::REGULAR, "400"), face(fonts::BOLD, "700"));
    format!("<style>{regular}{bold}</style>")
}

/// Bytes as text, as data URIs hold them (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }
}

//! Reads a drawing back and says which texts cannot be read.

use resvg::usvg::roxmltree::{Document, Node};

use crate::report::charts::letters::Type;

/// Letters reach this far above and below their line, in parts of their size.
const ABOVE: f64 = 0.76;
const BELOW: f64 = 0.22;

#[derive(Debug)]
struct Words {
    #[allow(dead_code, reason = "shown where it overlaps")]
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// Left, top, width and height.
pub fn view_box(svg: &str) -> Option<(f64, f64, f64, f64)> {
    let document = Document::parse(svg).ok()?;
    let text = document.root_element().attribute("viewBox")?;
    let numbers: Vec<f64> = text
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers[..] {
        [left, top, width, height] => Some((left, top, width, height)),
        _ => None,
    }
}

/// Every pair of texts that overlap, and every text that leaves the drawing.
pub fn overlap_or_clipping(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let (left, top, width, height) = view_box(svg).expect("a viewBox");
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let words: Vec<Words> = texts.map(words).collect();
    let mut problems = Vec::new();
    for (number, one) in words.iter().enumerate() {
        let is_inside = one.left >= left - 0.5
            && one.right <= left + width + 0.5
            && one.top >= top
            && one.bottom <= top + height;
        if !is_inside {
            problems.push(format!("{one:?} leaves the drawing"));
        }
        for other in &words[number + 1..] {
            let apart = one.right <= other.left
                || other.right <= one.left
                || one.bottom <= other.top
                || other.bottom <= one.top;
            if !apart {
                problems.push(format!("{one:?} overlaps {other:?}"));
            }
        }
    }
    problems
}

fn words(node: Node<'_, '_>) -> Words {
    let number = |name: &str| {
        node.attribute(name)
            .and_then(|text| text.parse::<f64>().ok())
    };
    let size = number("font-size").unwrap_or(11.0);
    let letters = match node.attribute("font-weight") {
        Some("bold") => Type::bold(size),
        _ => Type::plain(size),
    };
    let text = node.text().unwrap_or_default().to_owned();
    let width = letters.width(&text);
    let (x, y) = (number("x").expect("x"), number("y").expect("y"));
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    Words {
        text,
        left,
        right: left + width,
        top: y - ABOVE * size,
        bottom: y + BELOW * size,
    }
}

#[test]
fn what_cannot_be_read_is_found() {
    let drawing = |inside: &str| {
        overlap_or_clipping(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{inside}</svg>"#
        ))
    };
    let first = r#"<text x="5" y="20">one</text>"#;
    assert!(drawing(first).is_empty());
    assert_eq!(
        drawing(&format!(r#"{first}<text x="20" y="24">two</text>"#)).len(),
        1
    );
    assert!(drawing(&format!(r#"{first}<text x="40" y="20">two</text>"#)).is_empty());
    assert_eq!(
        drawing(r#"<text x="5" y="20">a text that is far too long</text>"#).len(),
        1
    );
    assert_eq!(
        drawing(r#"<text x="5" y="20" text-anchor="end">one</text>"#).len(),
        1
    );
    assert_eq!(drawing(r#"<text x="5" y="49">one</text>"#).len(), 1);
}

/// The widths that charts are laid out by are those that letters are drawn with.
#[test]
fn letters_are_as_wide_as_they_are_drawn() {
    use resvg::usvg::{Options, Tree, fontdb};
    let mut database = fontdb::Database::new();
    for font in [crate::picture::fonts::REGULAR, crate::picture::fonts::BOLD] {
        database.load_font_data(font.to_vec());
    }
    let options = Options {
        fontdb: std::sync::Arc::new(database),
        ..Options::default()
    };
    for (weight, letters) in [("normal", Type::plain(100.0)), ("bold", Type::bold(100.0))] {
        for text in [
            "1,234,567.8900",
            "Rest of Asia Pacific",
            "▲ +12.5000",
            "Ağrı Ω Ж ₹",
        ] {
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2000 200"><text x="0" y="100" font-family="DejaVu Sans" font-size="100" font-weight="{weight}">{text}</text></svg>"#
            );
            let tree = Tree::from_str(&svg, &options).expect("a drawing");
            let drawn = f64::from(tree.root().abs_bounding_box().right());
            let measured = letters.width(text);
            assert!(
                drawn <= measured + 2.0 && measured <= drawn + 25.0,
                "{text}: {drawn}, {measured}"
            );
        }
    }
}

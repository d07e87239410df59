//! From what plotters writes to the drawing of a report: fewer bytes, the page's colours, words for the blind.
//!
//! plotters writes an element with nine attributes for each rectangle. Neighbours of one ink become one path
//! here, which keeps three years of stacked days small.

use std::fmt::Write;

use resvg::usvg::roxmltree::{Document, Node};

use super::letters::{Type, clean};
use super::palette::{Ink, SERIES, pattern};
use super::paper::{Paper, UNITS_PER_PIXEL, WIDTH, drawn};
use crate::picture::fonts;
use crate::report::chart::Chart;

/// The size of letters where a text does not say.
const SIZE: i64 = 110;

/// The chart of what `draw` draws; how high that is comes back from it.
pub fn chart(
    name: String,
    title: String,
    alt: &str,
    draw: impl FnOnce(&Paper<'_>) -> f64,
) -> Chart {
    let (raw, height) = drawn(draw);
    let alt = clean(alt);
    Chart {
        svg: transcribed(&raw, &name, (&title, &alt), height),
        name,
        title,
        alt,
    }
}

/// Rewrites what plotters wrote.
fn transcribed(raw: &str, chart: &str, (title, alt): (&str, &str), height: f64) -> String {
    let body = body(raw, chart);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {}" role="img" aria-labelledby="{chart}-title {chart}-desc" font-family="{}, sans-serif" font-size="{}" fill="{}">"#,
        height.ceil(),
        fonts::FAMILY,
        tenths(SIZE),
        Ink::INK.paint(chart).0,
    );
    let _ = write!(
        svg,
        r#"<title id="{chart}-title">{}</title><desc id="{chart}-desc">{}</desc>"#,
        escaped(title),
        escaped(alt)
    );
    let used = SERIES
        .iter()
        .filter(|series| body.contains(&format!("url(#{chart}-{})", series.key)));
    let patterns: String = used.filter_map(|series| pattern(chart, series)).collect();
    if !patterns.is_empty() {
        let _ = write!(svg, "<defs>{patterns}</defs>");
    }
    svg.push('\n');
    svg.push_str(&body);
    svg.push_str("</svg>\n");
    svg
}

fn body(raw: &str, chart: &str) -> String {
    let mut writer = Writer {
        chart,
        svg: String::new(),
        pending: None,
    };
    // What plotters writes is well-formed: names are cleaned before they are drawn.
    if let Ok(document) = Document::parse(raw) {
        for node in document.root_element().children().filter(Node::is_element) {
            writer.element(node);
        }
    }
    writer.flush();
    writer.svg
}

/// Attributes of a path, and the path as far as it is known.
struct Pending {
    attributes: String,
    path: String,
}

struct Writer<'a> {
    chart: &'a str,
    svg: String,
    pending: Option<Pending>,
}

impl Writer<'_> {
    fn element(&mut self, node: Node<'_, '_>) {
        let number = |name: &str| -> i64 {
            let text = node.attribute(name).unwrap_or_default();
            text.parse().unwrap_or_default()
        };
        let ink = |name: &str| node.attribute(name).and_then(Ink::read);
        match node.tag_name().name() {
            "rect" => {
                let (x, width) = ordered(number("x"), number("width"));
                let (y, height) = ordered(number("y"), number("height"));
                match ink("fill") {
                    Some(Ink::TIP) => self.tip(x, y, width, height),
                    Some(ink) if width > 0 && height > 0 => self.path(
                        self.fill(ink),
                        format!(
                            "M{} {}h{}v{}h{}z",
                            tenths(x),
                            tenths(y),
                            tenths(width),
                            tenths(height),
                            tenths(-width)
                        ),
                    ),
                    _ => {}
                }
            }
            "polyline" => {
                if let Some(ink) = ink("stroke") {
                    self.path(self.stroke(ink, number("stroke-width")), points(node));
                }
            }
            "polygon" => {
                if let Some(ink) = ink("fill") {
                    self.path(self.fill(ink), points(node) + "z");
                }
            }
            "text" => {
                let words = node.text().unwrap_or_default();
                // plotters puts the words on a line of their own.
                let words = words.strip_prefix('\n').unwrap_or(words);
                let words = words.strip_suffix('\n').unwrap_or(words);
                match ink("fill") {
                    Some(Ink::TIP) => self.words_of_tip(words),
                    Some(ink) => self.text(node, ink, words),
                    None => {}
                }
            }
            _ => {}
        }
    }

    fn fill(&self, ink: Ink) -> String {
        let (paint, more) = ink.paint(self.chart);
        format!(r#"fill="{paint}"{more}"#)
    }

    fn stroke(&self, ink: Ink, width: i64) -> String {
        let (paint, more) = ink.paint(self.chart);
        let width = tenths(width);
        format!(r#"fill="none" stroke="{paint}" stroke-width="{width}"{more}"#)
    }

    fn path(&mut self, attributes: String, path: String) {
        match &mut self.pending {
            Some(pending) if pending.attributes == attributes => pending.path.push_str(&path),
            _ => {
                self.flush();
                self.pending = Some(Pending { attributes, path });
            }
        }
    }

    fn flush(&mut self) {
        if let Some(Pending { attributes, path }) = self.pending.take() {
            let _ = writeln!(self.svg, r#"<path {attributes} d="{path}"/>"#);
        }
    }

    /// The words follow as a text of their own.
    fn tip(&mut self, x: i64, y: i64, width: i64, height: i64) {
        self.flush();
        let _ = write!(
            self.svg,
            r#"<rect x="{}" y="{}" width="{}" height="{}" {}>"#,
            tenths(x),
            tenths(y),
            tenths(width),
            tenths(height),
            self.fill(Ink::TIP)
        );
    }

    fn words_of_tip(&mut self, words: &str) {
        let _ = writeln!(self.svg, "<title>{}</title></rect>", escaped(words));
    }

    fn text(&mut self, node: Node<'_, '_>, ink: Ink, words: &str) {
        self.flush();
        let attribute = |name: &str| node.attribute(name).unwrap_or_default();
        let number = |name: &str| attribute(name).parse::<f64>().unwrap_or_default();
        let mut attributes = format!(
            r#"x="{}" y="{}""#,
            tenths(number("x") as i64),
            tenths(number("y") as i64)
        );
        let size = number("font-size").round() as i64;
        if size != SIZE {
            let _ = write!(attributes, r#" font-size="{}""#, tenths(size));
        }
        if ink != Ink::INK {
            let _ = write!(attributes, r#" {}"#, self.fill(ink));
        }
        match attribute("text-anchor") {
            anchor @ ("middle" | "end") => {
                let _ = write!(attributes, r#" text-anchor="{anchor}""#);
            }
            _ => {}
        }
        if attribute("font-weight") == "bold" {
            attributes.push_str(r#" font-weight="bold""#);
        }
        let _ = writeln!(self.svg, "<text {attributes}>{}</text>", escaped(words));
    }
}

/// From the corner that comes first.
fn ordered(from: i64, length: i64) -> (i64, i64) {
    (from.min(from.saturating_add(length)), length.abs())
}

fn points(node: Node<'_, '_>) -> String {
    let mut path = String::new();
    for point in node
        .attribute("points")
        .unwrap_or_default()
        .split_whitespace()
    {
        let (x, y) = point.split_once(',').unwrap_or_default();
        let number = |text: &str| tenths(text.parse().unwrap_or_default());
        let letter = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{} {}", number(x), number(y));
    }
    path
}

/// Units of plotters in pixels: `12.5`.
fn tenths(units: i64) -> String {
    let per_pixel = UNITS_PER_PIXEL as u64;
    let (whole, tenth) = (
        units.unsigned_abs() / per_pixel,
        units.unsigned_abs() % per_pixel,
    );
    let sign = if units < 0 { "-" } else { "" };
    match tenth {
        0 => format!("{sign}{whole}"),
        tenth => format!("{sign}{whole}.{tenth}"),
    }
}

/// Text that means only itself in XML.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A heading above the drawing, for files that stand alone: the lines, and how high they are together.
pub fn heading(title: &str) -> (String, f64) {
    let letters = Type::bold(16.0);
    let mut text = String::new();
    let lines = letters.lines(title, WIDTH - 2.0);
    let height = 22.0 * lines.len() as f64 + 6.0;
    for (number, line) in lines.iter().enumerate() {
        let _ = writeln!(
            text,
            r#"<text x="0" y="{}" font-size="16" font-weight="bold">{}</text>"#,
            16.0 + 22.0 * number as f64 - height,
            escaped(line)
        );
    }
    (text, height)
}

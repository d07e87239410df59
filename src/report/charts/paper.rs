//! The sheet that a chart is drawn on: plotters' primitives, in pixels or in the coordinates of the data.
//!
//! plotters places everything on whole units; ten of them are a pixel, so nothing is seen to jump.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, ShapeStyle, TextStyle};

use super::letters::{Type, clean};
use super::palette::Ink;
use crate::picture::fonts;

/// Pixels from side to side; heights are as they come.
pub const WIDTH: f64 = 760.0;
/// What plotters makes of a pixel.
pub const UNITS_PER_PIXEL: f64 = 10.0;
/// plotters' sizes of letters are larger than those of SVG by this.
pub const FONT_SCALE: f64 = 1.24;

const HEIGHT_MOST: u32 = 100_000;

/// Where a text stands in relation to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A sheet.
pub struct Paper<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
}

/// A part of a sheet with the coordinates of data.
pub struct Plane<'a> {
    area: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
}

/// What plotters writes while `draw` draws, and what that comes to.
pub fn drawn<T>(draw: impl FnOnce(&Paper<'_>) -> T) -> (String, T) {
    let mut raw = String::new();
    let size = ((WIDTH * UNITS_PER_PIXEL) as u32, HEIGHT_MOST);
    let paper = Paper {
        root: SVGBackend::with_string(&mut raw, size).into_drawing_area(),
    };
    let result = draw(&paper);
    drop(paper);
    (raw, result)
}

/// Writing into memory does not fail; a drawing that did would be incomplete, and nothing else.
fn done<E>(_: Result<(), E>) {}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS_PER_PIXEL).round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn filled(ink: Ink) -> ShapeStyle {
    ink.placeholder().filled()
}

fn line(ink: Ink, pixels: f64) -> ShapeStyle {
    ink.placeholder().stroke_width(units(pixels) as u32)
}

impl<'a> Paper<'a> {
    /// A text with its first, middle or last letter on a point of its base line.
    pub fn text(&self, at: (f64, f64), text: &str, letters: Type, ink: Ink, anchor: Anchor) {
        let text = clean(text);
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = (fonts::FAMILY, letters.size * UNITS_PER_PIXEL * FONT_SCALE).into_font();
        let font = match letters.bold {
            true => font.style(FontStyle::Bold),
            false => font,
        };
        let colour = ink.placeholder();
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Bottom));
        done(self.root.draw(&Text::new(text, point(at), style)));
    }

    /// A filled rectangle.
    pub fn rectangle(&self, frame: Frame, ink: Ink) {
        let corners = [
            point((frame.left, frame.top)),
            point((frame.right, frame.bottom)),
        ];
        done(self.root.draw(&Rectangle::new(corners, filled(ink))));
    }

    /// A filled shape.
    pub fn shape(&self, corners: &[(f64, f64)], ink: Ink) {
        let corners: Vec<_> = corners.iter().copied().map(point).collect();
        done(self.root.draw(&Polygon::new(corners, filled(ink))));
    }

    /// A line through points.
    pub fn line(&self, points: &[(f64, f64)], ink: Ink, pixels: f64) {
        let points: Vec<_> = points.iter().copied().map(point).collect();
        done(self.root.draw(&PathElement::new(points, line(ink, pixels))));
    }

    /// Words for who points at a place.
    pub fn tip(&self, frame: Frame, words: &str) {
        self.rectangle(frame, Ink::TIP);
        let words: Vec<String> = words.lines().map(clean).collect();
        let colour = Ink::TIP.placeholder();
        let font = (fonts::FAMILY, UNITS_PER_PIXEL).into_font();
        let style = TextStyle::from(font).color(&colour);
        let at = point((frame.left, frame.top));
        done(self.root.draw(&Text::new(words.join("\n"), at, style)));
    }

    /// A part of the sheet where `x` runs from left to right and `y` from bottom to top.
    pub fn plane(&self, frame: Frame, x: (f64, f64), y: (f64, f64)) -> Plane<'a> {
        let (left, top) = point((frame.left, frame.top));
        let (right, bottom) = point((frame.right, frame.bottom));
        let coordinates = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            x.0..x.1,
            y.0..y.1,
            (left..right, bottom..top),
        );
        Plane {
            area: self.root.apply_coord_spec(coordinates),
        }
    }
}

impl Plane<'_> {
    /// A filled rectangle between two corners.
    pub fn rectangle(&self, one: (f64, f64), other: (f64, f64), ink: Ink) {
        done(self.area.draw(&Rectangle::new([one, other], filled(ink))));
    }

    /// A line through points.
    pub fn line(&self, points: Vec<(f64, f64)>, ink: Ink, pixels: f64) {
        done(self.area.draw(&PathElement::new(points, line(ink, pixels))));
    }

    /// Where a point lies, in pixels.
    pub fn pixels(&self, at: (f64, f64)) -> (f64, f64) {
        let (x, y) = self.area.map_coordinate(&at);
        (
            f64::from(x) / UNITS_PER_PIXEL,
            f64::from(y) / UNITS_PER_PIXEL,
        )
    }
}

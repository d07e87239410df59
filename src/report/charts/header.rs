//! What stands above a drawing: its sentences, and a legend.

use super::letters::Type;
use super::palette::{Ink, SERIES};
use super::paper::{Anchor, Frame, Paper, WIDTH};

/// Words of a chart.
pub const LABEL: Type = Type::plain(11.0);
/// How long a name may be in words for those who cannot see the chart, in pixels were it drawn.
pub const ALT_WIDTH: f64 = 300.0;
/// Words that name a thing.
pub const STRONG: Type = Type::bold(11.0);

const LINE: f64 = 16.0;
const SWATCH: f64 = 11.0;
const GAP: f64 = 20.0;

/// Sentences, broken into lines, between sentences where that is possible; where the next thing begins comes back.
pub fn sentences(paper: &Paper<'_>, top: f64, text: &str) -> f64 {
    let mut lines: Vec<String> = Vec::new();
    for sentence in text.split_inclusive(". ") {
        let sentence = sentence.trim_end();
        match lines.last_mut() {
            Some(line) if LABEL.width(line) + LABEL.width(" ") + LABEL.width(sentence) <= WIDTH => {
                line.push(' ');
                line.push_str(sentence);
            }
            _ => lines.extend(LABEL.lines(sentence, WIDTH)),
        }
    }
    let mut bottom = top;
    for line in lines {
        bottom += LINE;
        paper.text((0.0, bottom - 4.0), &line, LABEL, Ink::MUTED, Anchor::Start);
    }
    bottom
}

/// The kinds of data of a stack, by place, each with its figure; `lead` says from where they are stacked.
pub fn legend(paper: &Paper<'_>, top: f64, lead: &str, entries: &[(usize, String)]) -> f64 {
    if entries.is_empty() {
        return top;
    }
    let (mut x, mut y) = (0.0, top + 8.0);
    if entries.len() > 1 {
        paper.text(
            (x, y + SWATCH - 1.5),
            lead,
            LABEL,
            Ink::MUTED,
            Anchor::Start,
        );
        x += LABEL.width(lead) + GAP / 2.0;
    }
    for (place, figure) in entries {
        let label = SERIES[*place].label;
        let label_width = LABEL.width(label);
        let space = if figure.is_empty() { 0.0 } else { 6.0 };
        let width = SWATCH + 6.0 + label_width + space + LABEL.width(figure);
        if x > 0.0 && x + width > WIDTH {
            (x, y) = (0.0, y + LINE + 2.0);
        }
        swatch(paper, (x, y), Ink::series(*place));
        let base = y + SWATCH - 1.5;
        let at = x + SWATCH + 6.0;
        paper.text((at, base), label, LABEL, Ink::INK, Anchor::Start);
        if !figure.is_empty() {
            let at = (at + label_width + space, base);
            paper.text(at, figure, LABEL, Ink::MUTED, Anchor::Start);
        }
        x += width + GAP;
    }
    y + LINE
}

/// A piece of a surface.
pub fn swatch(paper: &Paper<'_>, (left, top): (f64, f64), ink: Ink) {
    let frame = Frame {
        left,
        top,
        right: left + SWATCH,
        bottom: top + SWATCH,
    };
    paper.rectangle(frame, ink);
}

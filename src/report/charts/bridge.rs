//! From what the replay expects to what was invoiced, cause by cause.

mod rows;

pub use rows::{Kind, Row, signed};
use rows::{figure, rows};

use super::Names;
use super::header::{LABEL, STRONG, sentences, swatch};
use super::measure::{Measure, Scale, place};
use super::palette::Ink;
use super::paper::{Anchor, Frame, Paper, WIDTH};
use super::transcribe;
use crate::report::chart::Chart;
use crate::report::summary::{BridgeSummary, Summary};
use crate::tariff::Amount;

const ROW: f64 = 34.0;
const BAR: f64 = 16.0;
const NAME_WIDTH: f64 = 230.0;
/// Where all that changes is a smaller part of the whole than this, the axis begins where the change does.
const CHANGE_LEAST: i128 = 4;

/// One chart for each currency of the invoice.
pub fn draw(summary: &Summary, names: &Names) -> Vec<Chart> {
    let bridges = summary.invoice.iter().flat_map(|invoice| &invoice.bridges);
    bridges
        .map(|bridge| chart(names.name("bridge", &bridge.currency), bridge))
        .collect()
}

fn chart(name: String, bridge: &BridgeSummary) -> Chart {
    let measure = Measure::Money(&bridge.currency);
    let figure = |amount: Amount| measure.exact_with_unit(amount.units());
    let text = format!(
        "Expected {}, invoiced {}. Difference of what was tested: {} {}.",
        figure(bridge.expected),
        figure(bridge.invoiced),
        signed(measure, bridge.difference.units()),
        bridge.currency,
    );
    let waterfall = Waterfall {
        title: format!("From expected to invoiced, {}", bridge.currency),
        text,
        measure,
        rows: rows(bridge),
        over: "billed too much",
        under: "billed too little",
    };
    waterfall.chart(name)
}

/// From one sum to another.
pub struct Waterfall<'a> {
    /// Its heading.
    pub title: String,
    /// What stands above it, in sentences.
    pub text: String,
    /// In which unit.
    pub measure: Measure<'a>,
    /// Every bar, from above.
    pub rows: Vec<Row>,
    /// What a step up means.
    pub over: &'static str,
    /// What a step down means.
    pub under: &'static str,
}

impl Waterfall<'_> {
    /// Draws it.
    pub fn chart(&self, name: String) -> Chart {
        let mut text = self.text.clone();
        let mut alt = format!("Waterfall. {text}");
        for row in self.rows.iter().filter(|row| row.kind != Kind::Whole) {
            let change = signed(self.measure, row.to.saturating_sub(row.from));
            alt.push_str(&format!(" {}: {change}.", row.name));
        }
        let scale = scale(&self.rows);
        if scale.bottom > 0 {
            text.push_str(" The axis does not begin at zero: the sums' bars are cut.");
        }
        transcribe::chart(name, self.title.clone(), &alt, |paper| {
            waterfall(paper, &text, self, scale)
        })
    }
}

/// From zero, unless the change would be too small to be seen.
fn scale(rows: &[Row]) -> Scale {
    let sums = || rows.iter().map(|row| row.to);
    let (lowest, highest) = (sums().min().unwrap_or(0), sums().max().unwrap_or(0));
    let change = highest.saturating_sub(lowest);
    let is_small = lowest > 0 && change > 0 && change < highest / CHANGE_LEAST;
    match is_small {
        true => {
            let scale = Scale::around(lowest.saturating_sub(change), highest, 4);
            match scale.bottom > 0 {
                true => scale,
                false => Scale::around(0, highest, 4),
            }
        }
        false => Scale::around(lowest.min(0), highest.max(0), 4),
    }
}

fn waterfall(paper: &Paper<'_>, text: &str, chart: &Waterfall<'_>, scale: Scale) -> f64 {
    let (measure, rows) = (chart.measure, &chart.rows);
    let top = sentences(paper, 0.0, text);
    let top = legend(paper, top + 6.0, chart);
    let figures: Vec<String> = rows.iter().map(|row| figure(measure, row)).collect();
    let widest = figures
        .iter()
        .map(|text| STRONG.width(text))
        .fold(0.0, f64::max);
    let widest = widest.max(STRONG.width(measure.unit()));
    let frame = Frame {
        left: NAME_WIDTH,
        top: top + 24.0,
        right: WIDTH - widest.ceil() - 12.0,
        bottom: top + 24.0 + ROW * rows.len() as f64,
    };
    let plane = paper.plane(frame, scale.ends(), (0.0, 1.0));
    let x = |value: i128| plane.pixels((place(value.max(scale.bottom)), 0.0)).0;
    paper.text(
        (WIDTH, frame.top - 8.0),
        measure.unit(),
        STRONG,
        Ink::MUTED,
        Anchor::End,
    );
    axis(paper, frame, &measure.ticks(&scale), &x);
    for (number, row) in rows.iter().enumerate() {
        let y = frame.top + ROW * number as f64;
        let bar_top = y + (ROW - BAR) / 2.0;
        name(paper, row, y);
        let (from, to) = (x(row.from), x(row.to));
        let bar = Frame {
            left: from.min(to),
            // A change too small for the axis is still a line.
            right: from.max(to).max(from.min(to) + 1.0),
            top: bar_top,
            bottom: bar_top + BAR,
        };
        match row.from == row.to {
            true => paper.line(&[(to, bar.top), (to, bar.bottom)], Ink::MUTED, 1.0),
            false => paper.rectangle(bar, Ink::named(row.series())),
        }
        if !row.tip.is_empty() {
            let whole = Frame {
                left: 0.0,
                right: WIDTH,
                top: y,
                bottom: y + ROW,
            };
            paper.tip(whole, &row.tip);
        }
        if row.kind == Kind::Whole && scale.bottom > 0 {
            torn(paper, bar);
        }
        if number + 1 < rows.len() {
            let below = bar_top + ROW;
            paper.line(&[(to, bar.bottom), (to, below)], Ink::MUTED, 1.0);
        }
        let strength = if row.kind == Kind::Whole {
            STRONG
        } else {
            LABEL
        };
        let base = y + ROW / 2.0 + 4.0;
        paper.text(
            (WIDTH, base),
            &figures[number],
            strength,
            Ink::INK,
            Anchor::End,
        );
    }
    frame.bottom + 26.0
}

fn legend(paper: &Paper<'_>, top: f64, chart: &Waterfall<'_>) -> f64 {
    let mut x = 0.0;
    for (key, text) in [
        ("over", format!("▲ {}", chart.over)),
        ("under", format!("▼ {}", chart.under)),
        ("other", "billed and not tested".to_owned()),
    ] {
        if !chart.rows.iter().any(|row| row.series() == key) {
            continue;
        }
        let text = text.as_str();
        swatch(paper, (x, top), Ink::named(key));
        paper.text((x + 17.0, top + 9.5), text, LABEL, Ink::INK, Anchor::Start);
        x += 17.0 + LABEL.width(text) + 20.0;
    }
    if x > 0.0 { top + 16.0 } else { top }
}

/// As many figures as fit side by side.
pub fn axis(paper: &Paper<'_>, frame: Frame, ticks: &[(i128, String)], x: &dyn Fn(i128) -> f64) {
    let mut free = f64::NEG_INFINITY;
    for (value, text) in ticks {
        let at = x(*value);
        paper.line(&[(at, frame.top), (at, frame.bottom)], Ink::GRID, 1.0);
        let half = LABEL.width(text) / 2.0;
        if at - half > free && at + half <= WIDTH {
            paper.text(
                (at, frame.bottom + 16.0),
                text,
                LABEL,
                Ink::MUTED,
                Anchor::Middle,
            );
            free = at + half + 10.0;
        }
    }
}

fn name(paper: &Paper<'_>, row: &Row, y: f64) {
    let width = NAME_WIDTH - 14.0;
    let strength = if row.kind == Kind::Whole {
        STRONG
    } else {
        LABEL
    };
    let name = strength.fitted(&row.name, width);
    if row.detail.is_empty() {
        let at = (NAME_WIDTH - 12.0, y + ROW / 2.0 + 4.0);
        paper.text(at, &name, strength, Ink::INK, Anchor::End);
        return;
    }
    let small = super::letters::Type::plain(9.0);
    let detail = small.fitted(&row.detail, width);
    let right = NAME_WIDTH - 12.0;
    paper.text((right, y + 14.5), &name, strength, Ink::INK, Anchor::End);
    paper.text((right, y + 26.5), &detail, small, Ink::MUTED, Anchor::End);
}

/// A bar that begins left of the paper: two slanted cuts.
fn torn(paper: &Paper<'_>, bar: Frame) {
    for left in [bar.left + 8.0, bar.left + 15.0] {
        let corners = [
            (left, bar.bottom + 2.0),
            (left + 5.0, bar.top - 2.0),
            (left + 8.0, bar.top - 2.0),
            (left + 3.0, bar.bottom + 2.0),
        ];
        paper.shape(&corners, Ink::PAPER);
    }
}

//! What a scenario costs while one of its values goes from here to there.

use super::names;
use crate::report::chart::Chart;
use crate::report::charts::Names;
use crate::report::charts::header::{ALT_WIDTH, LABEL, sentences};
use crate::report::charts::measure::{Measure, Scale, place};
use crate::report::charts::palette::Ink;
use crate::report::charts::paper::{Anchor, Frame, Paper, Plane, WIDTH};
use crate::report::charts::transcribe;
use crate::report::whatif::summary::WhatIfSummary;
use crate::tariff::Amount;
use crate::whatif::comparison::{BreakEven, Sweep};

const HEIGHT: f64 = 230.0;
/// With more points than this the line alone is drawn.
const MARKS_MOST: usize = 60;
const MARK: f64 = 3.0;

/// A line with what it is held against.
struct Line<'a> {
    sweep: &'a Sweep,
    measure: Measure<'a>,
    /// Value and amount.
    points: Vec<(i128, i128)>,
    base: i128,
    break_even: Vec<&'a BreakEven>,
}

/// One chart for each sweep and currency.
pub fn draw(summary: &WhatIfSummary, names: &Names) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (number, sweep) in summary.sweeps.iter().enumerate() {
        let name = names::numbered("sweep", number);
        for currency in &summary.currencies {
            let bills =
                |point: &crate::whatif::comparison::SweepPoint| point.totals.contains_key(currency);
            if sweep.points.iter().any(bills) {
                let line = line(summary, sweep, currency);
                charts.push(line.chart(names.name(&name, currency), currency));
            }
        }
    }
    charts
}

fn line<'a>(summary: &'a WhatIfSummary, sweep: &'a Sweep, currency: &'a str) -> Line<'a> {
    let points = sweep.points.iter().map(|point| {
        let figures = point.totals.get(currency).copied().unwrap_or_default();
        (point.value.units(), figures.amount.units())
    });
    let searches = summary.break_even.iter().filter(|search| {
        search.scenario == sweep.scenario
            && search.key == sweep.key
            && search.currency == currency
            && search.found.is_some()
    });
    Line {
        sweep,
        measure: Measure::Money(currency),
        points: points.collect(),
        base: summary.base(currency).amount.units(),
        break_even: searches.collect(),
    }
}

impl Line<'_> {
    fn chart(&self, name: String, currency: &str) -> Chart {
        let scenario = LABEL.fitted(&self.sweep.scenario, ALT_WIDTH);
        let title = format!("{scenario} as {} changes, {currency}", self.sweep.key);
        let text = self.text(&scenario);
        let (_, up) = self.scales();
        let alt = format!("Line. {text}");
        let text = match up.bottom > 0 {
            true => format!("{text} The axis does not begin at zero."),
            false => text,
        };
        transcribe::chart(name, title, &alt, |paper| self.draw(paper, &text))
    }

    fn text(&self, scenario: &str) -> String {
        let figure = |amount: i128| self.measure.exact_with_unit(amount);
        let mut text = String::new();
        if let (Some(first), Some(last)) = (self.points.first(), self.points.last()) {
            text.push_str(&format!(
                "{scenario} comes to {} at {} and to {} at {}.",
                figure(first.1),
                value(first.0),
                figure(last.1),
                value(last.0)
            ));
        }
        for search in &self.break_even {
            if let Some((at, _)) = search.found {
                text.push_str(&format!(" It costs what the base does at {at}."));
            }
        }
        text
    }

    /// From left to right, and upwards.
    fn scales(&self) -> (Scale, Scale) {
        let amounts = self.points.iter().map(|point| point.1).chain([self.base]);
        let (lowest, highest) = range(amounts);
        let values = self.points.iter().map(|point| point.0);
        let found = self.break_even.iter().filter_map(|search| search.found);
        let (first, last) = range(values.chain(found.map(|(value, _)| value.units())));
        (
            Scale::around(first, last, 6),
            Scale::around(lowest, highest, 5),
        )
    }

    fn draw(&self, paper: &Paper<'_>, text: &str) -> f64 {
        let top = self.legend(paper, sentences(paper, 0.0, text) + 6.0) + 30.0;
        let (across, up) = self.scales();
        let ticks = self.measure.ticks(&up);
        let widest = ticks.iter().map(|(_, text)| LABEL.width(text));
        let widest = widest.fold(LABEL.width(self.measure.unit()), f64::max);
        let frame = Frame {
            left: widest.ceil() + 8.0,
            top,
            right: WIDTH - 30.0,
            bottom: top + HEIGHT,
        };
        let plane = paper.plane(frame, across.ends(), up.ends());
        amounts_axis(paper, &plane, frame, (&ticks, self.measure.unit()));
        values_axis(paper, &plane, frame, &across);
        self.lines(paper, &plane, frame);
        let middle = ((frame.left + frame.right) / 2.0, frame.bottom + 34.0);
        let key = LABEL.fitted(&self.sweep.key, frame.right - frame.left);
        paper.text(middle, &key, LABEL, Ink::MUTED, Anchor::Middle);
        frame.bottom + 42.0
    }

    /// What the lines are.
    fn legend(&self, paper: &Paper<'_>, top: f64) -> f64 {
        let y = top + 6.0;
        let base = format!("base, {}", self.measure.exact_with_unit(self.base));
        paper.line(&[(0.0, y), (22.0, y)], Ink::LIMIT, 1.0);
        paper.text((28.0, y + 4.0), &base, LABEL, Ink::INK, Anchor::Start);
        if !self.break_even.is_empty() {
            let left = 28.0 + LABEL.width(&base) + 24.0;
            mark(paper, (left + 4.0, y), Ink::named("over"), 2.0 * MARK);
            let words = "break-even";
            let at = (left + 16.0, y + 4.0);
            paper.text(at, words, LABEL, Ink::INK, Anchor::Start);
        }
        top + 14.0
    }

    fn lines(&self, paper: &Paper<'_>, plane: &Plane<'_>, frame: Frame) {
        let at = |value: i128, amount: i128| plane.pixels((place(value), place(amount)));
        let base = at(0, self.base).1;
        paper.line(&[(frame.left, base), (frame.right, base)], Ink::LIMIT, 1.0);
        let points: Vec<(f64, f64)> = self.points.iter().map(|&(x, y)| at(x, y)).collect();
        paper.line(&points, Ink::named("whole"), 2.0);
        if points.len() <= MARKS_MOST {
            for point in &points {
                mark(paper, *point, Ink::named("whole"), MARK);
            }
        }
        for search in &self.break_even {
            if let Some((value, amount)) = search.found {
                let (x, y) = at(value.units(), amount.units());
                paper.line(&[(x, y), (x, frame.bottom)], Ink::LIMIT, 1.0);
                mark(paper, (x, y), Ink::named("over"), 2.0 * MARK);
            }
        }
        for (&(value_at, amount), &(x, _)) in self.points.iter().zip(&points) {
            let half = (frame.right - frame.left) / (2.0 * points.len() as f64);
            let place = Frame {
                left: (x - half).max(frame.left),
                right: (x + half).min(frame.right),
                ..frame
            };
            let amount = self.measure.exact_with_unit(amount);
            paper.tip(place, &format!("{}: {amount}", value(value_at)));
        }
    }
}

/// The smallest and the largest.
fn range(values: impl Iterator<Item = i128>) -> (i128, i128) {
    let values: Vec<i128> = values.collect();
    let lowest = values.iter().min().copied().unwrap_or_default();
    (lowest, values.iter().max().copied().unwrap_or_default())
}

fn value(units: i128) -> String {
    Amount::from_units(units).to_string().replace('-', "−")
}

fn mark(paper: &Paper<'_>, (x, y): (f64, f64), ink: Ink, half: f64) {
    let frame = Frame {
        left: x - half,
        right: x + half,
        top: y - half,
        bottom: y + half,
    };
    paper.rectangle(frame, ink);
}

/// Lines behind the data, with amounts at their left; `unit` stands above them.
pub fn amounts_axis(
    paper: &Paper<'_>,
    plane: &Plane<'_>,
    frame: Frame,
    (ticks, unit): (&[(i128, String)], &str),
) {
    let right = frame.left - 8.0;
    let at = (right, frame.top - 12.0);
    paper.text(at, unit, LABEL, Ink::MUTED, Anchor::End);
    for (value, text) in ticks {
        let (_, y) = plane.pixels((0.0, place(*value)));
        paper.line(&[(frame.left, y), (frame.right, y)], Ink::GRID, 1.0);
        paper.text((right, y + 4.0), text, LABEL, Ink::MUTED, Anchor::End);
    }
}

/// As many values as fit side by side.
fn values_axis(paper: &Paper<'_>, plane: &Plane<'_>, frame: Frame, scale: &Scale) {
    let base = [(frame.left, frame.bottom), (frame.right, frame.bottom)];
    paper.line(&base, Ink::MUTED, 1.0);
    let mut free = f64::NEG_INFINITY;
    for (value, text) in Measure::Money("").ticks(scale) {
        let (x, _) = plane.pixels((place(value), 0.0));
        let half = LABEL.width(&text) / 2.0;
        if x - half > free && x - half >= 0.0 && x + half <= WIDTH {
            let at = (x, frame.bottom + 16.0);
            paper.line(
                &[(x, frame.bottom), (x, frame.bottom + 4.0)],
                Ink::MUTED,
                1.0,
            );
            paper.text(at, &text, LABEL, Ink::MUTED, Anchor::Middle);
            free = x + half + 10.0;
        }
    }
}

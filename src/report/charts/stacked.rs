//! Bars over time, stacked by kind.

use super::calendar::{Calendar, Step};
use super::header::{LABEL, legend, sentences};
use super::measure::{Measure, Scale, place};
use super::palette::{Ink, SERIES};
use super::paper::{Anchor, Frame, Paper, Plane, WIDTH};
use super::transcribe;
use crate::report::chart::Chart;

const HEIGHT: f64 = 230.0;
const BAR_MOST: f64 = 48.0;
/// Bars thinner than this touch each other.
const GAP_LEAST: f64 = 5.0;
const KINDS: usize = SERIES.len();

/// What happened in each slot of a calendar, by kind.
pub struct Stacked<'a> {
    /// The chart's name.
    pub name: String,
    /// What is shown: `Cost`.
    pub what: &'a str,
    /// In which unit.
    pub measure: Measure<'a>,
    /// When.
    pub calendar: Calendar,
    slots: Vec<[i128; KINDS]>,
    /// One more sentence.
    pub note: String,
}

impl<'a> Stacked<'a> {
    /// Nothing, to which values are added.
    pub fn new(name: String, what: &'a str, measure: Measure<'a>, calendar: Calendar) -> Self {
        Self {
            name,
            what,
            measure,
            calendar,
            slots: vec![[0; KINDS]; calendar.count],
            note: String::new(),
        }
    }

    /// Adds a value; what lies outside of the calendar is none of its own.
    pub fn add(&mut self, date: &str, key: &str, value: i128) {
        if let Some(slot) = self.calendar.slot(date) {
            let sum = &mut self.slots[slot][super::palette::place(key)];
            *sum = sum.saturating_add(value.max(0));
        }
    }

    /// Draws it.
    pub fn chart(&self) -> Chart {
        let name = self.name.clone();
        transcribe::chart(name, self.title(), &self.alt(), |paper| self.draw(paper))
    }

    fn title(&self) -> String {
        let step = self.calendar.step_name();
        match self.measure {
            Measure::Money("") | Measure::Count(_) => format!("{} by {step}", self.what),
            Measure::Money(currency) => format!("{} by {step}, {currency}", self.what),
        }
    }

    /// Totals by kind, those that are not zero, in the order of the stack.
    fn totals(&self) -> Vec<(usize, i128)> {
        let total = |kind: usize| {
            self.slots
                .iter()
                .fold(0i128, |sum, slot| sum.saturating_add(slot[kind]))
        };
        (0..KINDS)
            .map(|kind| (kind, total(kind)))
            .filter(|&(_, total)| total > 0)
            .collect()
    }

    fn total(&self) -> i128 {
        self.totals()
            .iter()
            .fold(0, |sum, &(_, total)| sum.saturating_add(total))
    }

    /// The highest bar, the first where several are.
    fn highest(&self) -> (usize, i128) {
        let sums = self.slots.iter().map(height_of).enumerate();
        sums.rev().max_by_key(|&(_, sum)| sum).unwrap_or_default()
    }

    fn summary(&self) -> String {
        let mut text = format!("{}. ", self.calendar.span());
        let total = self.total();
        text.push_str(&format!("Total {}", self.measure.exact_with_unit(total)));
        let (slot, highest) = self.highest();
        if self.calendar.count > 1 && highest > 0 {
            text.push_str(&format!(
                ", most in one {} {} ({})",
                self.calendar.step_name(),
                self.measure.exact_with_unit(highest),
                self.calendar.name(slot)
            ));
        }
        text.push('.');
        text
    }

    fn sentences(&self) -> String {
        let mut text = self.summary();
        match self.calendar.step {
            Step::Day => {}
            Step::Week if self.calendar.is_cut() => {
                text.push_str(
                    " Weeks run from Monday to Sunday; the first or last one is not whole.",
                );
            }
            Step::Week => text.push_str(" Weeks run from Monday to Sunday."),
            Step::Months(_) if self.calendar.is_cut() => {
                text.push_str(" The first or last one is not whole.");
            }
            Step::Months(_) => {}
        }
        if !self.note.is_empty() {
            text.push(' ');
            text.push_str(&self.note);
        }
        text
    }

    fn alt(&self) -> String {
        let mut text = format!("Stacked bars. {}", self.summary());
        for (kind, total) in self.totals() {
            let total = self.measure.exact_with_unit(total);
            text.push_str(&format!(" {}: {total}.", capitalised(SERIES[kind].label)));
        }
        text
    }

    fn draw(&self, paper: &Paper<'_>) -> f64 {
        let totals = self.totals();
        let top = sentences(paper, 0.0, &self.sentences());
        let entries: Vec<_> = totals
            .iter()
            .map(|&(kind, total)| (kind, self.measure.exact(total)))
            .collect();
        let top = legend(paper, top, "From below:", &entries) + 30.0;
        let scale = Scale::around(0, self.highest().1, 5);
        let mut ticks = self.measure.ticks(&scale);
        if totals.is_empty() {
            ticks.truncate(1);
        }
        let widest = ticks
            .iter()
            .map(|(_, text)| LABEL.width(text))
            .fold(0.0, f64::max);
        let frame = Frame {
            left: widest.max(LABEL.width(self.measure.unit())).ceil() + 8.0,
            top,
            right: WIDTH - 24.0,
            bottom: top + HEIGHT,
        };
        let plane = paper.plane(frame, (0.0, self.calendar.count as f64), scale.ends());
        self.value_axis(paper, &plane, frame, &ticks);
        self.bars(&plane, frame, &totals);
        self.tips(paper, &plane, frame);
        let base = [(frame.left, frame.bottom), (frame.right, frame.bottom)];
        paper.line(&base, Ink::MUTED, 1.0);
        self.time_axis(paper, &plane, frame);
        if totals.is_empty() {
            let middle = (
                (frame.left + frame.right) / 2.0,
                frame.bottom - HEIGHT / 2.0 + 18.0,
            );
            paper.text(
                middle,
                "Nothing in this period",
                LABEL,
                Ink::MUTED,
                Anchor::Middle,
            );
        }
        frame.bottom + 38.0
    }

    fn value_axis(
        &self,
        paper: &Paper<'_>,
        plane: &Plane<'_>,
        frame: Frame,
        ticks: &[(i128, String)],
    ) {
        let unit = (frame.left - 8.0, frame.top - 12.0);
        paper.text(unit, self.measure.unit(), LABEL, Ink::MUTED, Anchor::End);
        for (value, _) in ticks.iter().skip(1) {
            let (_, y) = plane.pixels((0.0, place(*value)));
            paper.line(&[(frame.left, y), (frame.right, y)], Ink::GRID, 1.0);
        }
        for (value, text) in ticks {
            let (_, y) = plane.pixels((0.0, place(*value)));
            paper.text(
                (frame.left - 8.0, y + 4.0),
                text,
                LABEL,
                Ink::MUTED,
                Anchor::End,
            );
        }
    }

    /// Kind by kind, so that each becomes one path.
    fn bars(&self, plane: &Plane<'_>, frame: Frame, totals: &[(usize, i128)]) {
        let slot = (frame.right - frame.left) / self.calendar.count as f64;
        let share = if slot < GAP_LEAST {
            1.0
        } else {
            0.8_f64.min(BAR_MOST / slot)
        };
        for &(kind, _) in totals {
            for (number, values) in self.slots.iter().enumerate() {
                let below = values[..kind]
                    .iter()
                    .fold(0i128, |sum, &value| sum.saturating_add(value));
                let above = below.saturating_add(values[kind]);
                if above > below {
                    let middle = number as f64 + 0.5;
                    plane.rectangle(
                        (middle - share / 2.0, place(above)),
                        (middle + share / 2.0, place(below)),
                        Ink::series(kind),
                    );
                }
            }
        }
    }

    fn tips(&self, paper: &Paper<'_>, plane: &Plane<'_>, frame: Frame) {
        for (number, values) in self.slots.iter().enumerate() {
            let sum = height_of(values);
            if sum == 0 {
                continue;
            }
            let total = self.measure.exact_with_unit(sum);
            let mut words = format!("{}: {total}", self.calendar.name(number));
            // The parts of a hundred and more bars would be most of the drawing.
            if self.calendar.step == Step::Day {
                let parts = values.iter().zip(&SERIES).filter(|&(&value, _)| value > 0);
                for (&value, series) in parts {
                    words.push_str(&format!(
                        "\n{}: {}",
                        series.label,
                        self.measure.exact(value)
                    ));
                }
            }
            let (left, _) = plane.pixels((number as f64, 0.0));
            let (right, _) = plane.pixels((number as f64 + 1.0, 0.0));
            paper.tip(
                Frame {
                    left,
                    right,
                    ..frame
                },
                &words,
            );
        }
    }

    fn time_axis(&self, paper: &Paper<'_>, plane: &Plane<'_>, frame: Frame) {
        let slot = (frame.right - frame.left) / self.calendar.count as f64;
        for tick in self.calendar.ticks(slot, LABEL) {
            let (x, _) = plane.pixels((tick.slot as f64 + 0.5, 0.0));
            let y = frame.bottom;
            paper.line(&[(x, y), (x, y + 4.0)], Ink::MUTED, 1.0);
            paper.text((x, y + 16.0), &tick.text, LABEL, Ink::MUTED, Anchor::Middle);
            if let Some(year) = tick.year {
                paper.text((x, y + 31.0), &year, LABEL, Ink::MUTED, Anchor::Middle);
            }
        }
    }
}

fn height_of(values: &[i128; KINDS]) -> i128 {
    values
        .iter()
        .fold(0, |sum, &value| sum.saturating_add(value))
}

/// The first letter large, as a sentence begins.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

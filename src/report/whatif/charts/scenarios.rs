//! What each scenario costs, by category, beside the base.

use crate::report::chart::Chart;
use crate::report::charts::Names;
use crate::report::charts::bridge::axis;
use crate::report::charts::header::{ALT_WIDTH, LABEL, STRONG, legend, sentences};
use crate::report::charts::letters::Type;
use crate::report::charts::measure::{Measure, Scale, place};
use crate::report::charts::palette::{Ink, SERIES, place as place_of};
use crate::report::charts::paper::{Anchor, Frame, Paper, WIDTH};
use crate::report::charts::transcribe;
use crate::report::figures::thousands;
use crate::report::whatif::summary::{ScenarioSummary, WhatIfSummary, is_known, signed_percent};

const ROW: f64 = 36.0;
const BAR: f64 = 18.0;
const NAME_MOST: f64 = 190.0;
const SMALL: Type = Type::plain(9.0);
const KINDS: usize = SERIES.len();

/// A bar.
struct Row {
    name: String,
    /// By kind of data.
    parts: [i128; KINDS],
    total: i128,
    /// Against the base; nothing for the base.
    percent: String,
    unrated: u64,
    is_known: bool,
}

impl Row {
    /// The exact figure, where it is known.
    fn figure(&self, measure: Measure<'_>) -> String {
        match self.is_known {
            true => measure.exact(self.total),
            false => "not known".to_owned(),
        }
    }
}

/// One chart for each currency.
pub fn draw(summary: &WhatIfSummary, names: &Names) -> Vec<Chart> {
    let currencies = summary.currencies.iter();
    currencies
        .map(|currency| {
            let scenarios = summary.scenarios.iter();
            let rows: Vec<Row> = scenarios.map(|scenario| row(scenario, currency)).collect();
            chart(names.name("scenarios", currency), currency, &rows)
        })
        .collect()
}

fn row(scenario: &ScenarioSummary, currency: &str) -> Row {
    let mut parts = [0i128; KINDS];
    let categories = scenario.result.by_category.get(currency);
    for (category, figures) in categories.into_iter().flatten() {
        let part = &mut parts[place_of(category)];
        *part = part.saturating_add(figures.amount.units());
    }
    let figures = scenario.figures(currency);
    let difference = scenario.difference.get(currency);
    let percent = difference.and_then(|difference| difference.percent);
    Row {
        name: scenario.name().to_owned(),
        parts,
        total: figures.amount.units(),
        percent: percent.map_or_else(String::new, |percent| {
            signed_percent(percent).replace('-', "−")
        }),
        unrated: figures.unrated,
        is_known: is_known(&figures),
    }
}

fn chart(name: String, currency: &str, rows: &[Row]) -> Chart {
    let measure = Measure::Money(currency);
    let title = format!("What each scenario costs, {currency}");
    let count = rows.len().saturating_sub(1);
    let scenarios = match count {
        1 => "one scenario".to_owned(),
        count => format!("{count} scenarios"),
    };
    let mut text = format!(
        "The base and {scenarios}, by category, in {currency}. The dashed line is what the base costs."
    );
    if rows.iter().any(|row| row.unrated > 0) {
        text.push_str(" Units without a rate are in no bar.");
    }
    let mut alt = format!("Stacked bars. {text}");
    for row in rows {
        let total = row.figure(measure);
        let name = LABEL.fitted(&row.name, ALT_WIDTH);
        let percent = match row.percent.as_str() {
            "" => String::new(),
            percent => format!(" ({percent})"),
        };
        alt.push_str(&format!(" {name}: {total}{percent}."));
    }
    transcribe::chart(name, title, &alt, |paper| bars(paper, &text, measure, rows))
}

/// From the sum of all parts below zero to that of all above it.
fn ends(row: &Row) -> (i128, i128) {
    let sum = |wanted: fn(&i128) -> bool| {
        let parts = row.parts.iter().copied().filter(wanted);
        parts.fold(0i128, i128::saturating_add)
    };
    (sum(|part| *part < 0), sum(|part| *part > 0))
}

fn bars(paper: &Paper<'_>, text: &str, measure: Measure<'_>, rows: &[Row]) -> f64 {
    let top = sentences(paper, 0.0, text);
    let used = (0..KINDS).filter(|&kind| rows.iter().any(|row| row.parts[kind] != 0));
    let entries: Vec<(usize, String)> = used.map(|kind| (kind, String::new())).collect();
    let top = legend(paper, top, "From the left:", &entries) + 28.0;
    let names = rows.iter().map(|row| LABEL.fitted(&row.name, NAME_MOST));
    let names: Vec<String> = names.collect();
    let figures: Vec<String> = rows.iter().map(|row| row.figure(measure)).collect();
    let notes: Vec<String> = rows.iter().map(note).collect();
    let widest = |texts: &[String], letters: Type| {
        let widths = texts.iter().map(|text| letters.width(text));
        widths.fold(0.0, f64::max)
    };
    let left = widest(&names, LABEL).max(widest(&notes, SMALL)).ceil() + 12.0;
    let figures_width = widest(&figures, STRONG).max(STRONG.width(measure.unit()));
    let frame = Frame {
        left,
        top,
        right: WIDTH - figures_width.ceil() - 14.0,
        bottom: top + ROW * rows.len() as f64,
    };
    let lowest = rows.iter().map(|row| ends(row).0).min().unwrap_or(0);
    let highest = rows.iter().map(|row| ends(row).1).max().unwrap_or(0);
    let scale = Scale::around(lowest, highest, 5);
    let plane = paper.plane(frame, scale.ends(), (0.0, 1.0));
    let x = |value: i128| plane.pixels((place(value), 0.0)).0;
    let unit = (WIDTH, frame.top - 8.0);
    paper.text(unit, measure.unit(), STRONG, Ink::MUTED, Anchor::End);
    axis(paper, frame, &measure.ticks(&scale), &x);
    for (kind, _) in &entries {
        for (number, row) in rows.iter().enumerate() {
            if let Some((from, to)) = stretch(row, *kind) {
                let bar_top = frame.top + ROW * number as f64 + (ROW - BAR) / 2.0;
                let bar = Frame {
                    left: x(from),
                    right: x(to),
                    top: bar_top,
                    bottom: bar_top + BAR,
                };
                paper.rectangle(bar, Ink::series(*kind));
            }
        }
    }
    for (number, row) in rows.iter().enumerate() {
        let y = frame.top + ROW * number as f64;
        beside(paper, (left - 10.0, y), (&names[number], &notes[number]));
        let second = row.percent.as_str();
        let base = if second.is_empty() {
            y + 22.0
        } else {
            y + 17.0
        };
        paper.text(
            (WIDTH, base),
            &figures[number],
            STRONG,
            Ink::INK,
            Anchor::End,
        );
        if !second.is_empty() {
            paper.text((WIDTH, y + 29.0), second, SMALL, Ink::MUTED, Anchor::End);
        }
        tip(paper, row, measure, y);
    }
    if let Some(base) = rows.first() {
        let at = x(base.total);
        paper.line(&[(at, frame.top), (at, frame.bottom)], Ink::LIMIT, 1.0);
    }
    paper.line(&[(x(0), frame.top), (x(0), frame.bottom)], Ink::MUTED, 1.0);
    frame.bottom + 26.0
}

/// Where a kind begins and ends in a row: those above zero to the right of it, others to the left.
fn stretch(row: &Row, kind: usize) -> Option<(i128, i128)> {
    let own = row.parts[kind];
    let before = row.parts[..kind].iter().copied();
    let before = before
        .filter(|part| part.signum() == own.signum())
        .fold(0i128, i128::saturating_add);
    let after = before.saturating_add(own);
    (own != 0).then(|| (before.min(after), before.max(after)))
}

/// What stands below a name in small letters.
fn note(row: &Row) -> String {
    match row.unrated {
        0 => String::new(),
        1 => "1 unit without a rate".to_owned(),
        count => format!("{} units without a rate", thousands(count)),
    }
}

fn beside(paper: &Paper<'_>, (right, y): (f64, f64), (name, note): (&str, &str)) {
    let base = if note.is_empty() { y + 22.0 } else { y + 17.0 };
    paper.text((right, base), name, LABEL, Ink::INK, Anchor::End);
    if !note.is_empty() {
        paper.text((right, y + 29.0), note, SMALL, Ink::MUTED, Anchor::End);
    }
}

fn tip(paper: &Paper<'_>, row: &Row, measure: Measure<'_>, y: f64) {
    let name = LABEL.fitted(&row.name, ALT_WIDTH);
    let mut words = format!("{name}: {}", row.figure(measure));
    for (part, series) in row.parts.iter().zip(&SERIES) {
        if *part != 0 {
            words.push_str(&format!("\n{}: {}", series.label, measure.exact(*part)));
        }
    }
    let frame = Frame {
        left: 0.0,
        right: WIDTH,
        top: y,
        bottom: y + ROW,
    };
    paper.tip(frame, &words);
}

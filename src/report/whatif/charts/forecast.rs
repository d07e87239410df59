//! Months of the log, and months after it with their bands.

use std::collections::BTreeMap;

use super::names;
use super::sweep::amounts_axis;
use crate::report::chart::Chart;
use crate::report::charts::Names;
use crate::report::charts::dates::month_of;
use crate::report::charts::header::{ALT_WIDTH, LABEL, sentences, swatch};
use crate::report::charts::measure::{Measure, Scale, place};
use crate::report::charts::palette::Ink;
use crate::report::charts::paper::{Anchor, Frame, Paper, Plane, WIDTH};
use crate::report::charts::transcribe;
use crate::report::whatif::summary::WhatIfSummary;
use crate::whatif::comparison::{Forecast, ForecastMonth};

const HEIGHT: f64 = 230.0;
const BAR_MOST: f64 = 48.0;
/// Months of the log that are shown, the last ones.
const MONTHS_OF_LOG_MOST: usize = 36;

/// A month.
struct Month {
    name: String,
    amount: i128,
    /// Where nine of ten resamplings lie; none for a month of the log.
    band: Option<(i128, i128)>,
}

/// One chart for each forecast and currency.
pub fn draw(summary: &WhatIfSummary, names: &Names) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (number, forecast) in summary.forecasts.iter().enumerate() {
        let name = names::numbered("forecast", number);
        for (currency, months) in &forecast.months {
            let months = all_months(summary, currency, months);
            charts.push(chart(
                names.name(&name, currency),
                forecast,
                currency,
                &months,
            ));
        }
    }
    charts
}

/// The last months of the log as it is, and those after it.
fn all_months(
    summary: &WhatIfSummary,
    currency: &str,
    after: &BTreeMap<String, ForecastMonth>,
) -> Vec<Month> {
    let base = summary.scenarios.first();
    let log = base.and_then(|base| base.result.by_month.get(currency));
    let log: Vec<Month> = log
        .into_iter()
        .flatten()
        .map(|(name, figures)| Month {
            name: month_of(name),
            amount: figures.amount.units(),
            band: None,
        })
        .collect();
    let skipped = log.len().saturating_sub(MONTHS_OF_LOG_MOST);
    let after = after.iter().map(|(name, month)| Month {
        name: month_of(name),
        amount: month.figures.amount.units(),
        band: Some((month.low.units(), month.high.units())),
    });
    log.into_iter().skip(skipped).chain(after).collect()
}

fn chart(name: String, forecast: &Forecast, currency: &str, months: &[Month]) -> Chart {
    let measure = Measure::Money(currency);
    let scenario = LABEL.fitted(&forecast.scenario, ALT_WIDTH);
    let title = format!("Months after the log under {scenario}, {currency}");
    let text = LABEL.fitted(&forecast.rests_on, 4.0 * WIDTH);
    let mut alt = format!("Bars. {text}");
    for month in months {
        if let Some((low, high)) = month.band {
            alt.push_str(&format!(
                " {}: {}, between {} and {}.",
                month.name,
                measure.exact(month.amount),
                measure.exact(low),
                measure.exact(high)
            ));
        }
    }
    transcribe::chart(name, title, &alt, |paper| {
        draw_months(paper, &text, measure, months)
    })
}

fn draw_months(paper: &Paper<'_>, text: &str, measure: Measure<'_>, months: &[Month]) -> f64 {
    let top = legend(paper, sentences(paper, 0.0, text) + 8.0) + 30.0;
    let values = || {
        let bands = months.iter().filter_map(|month| month.band);
        let ends = bands.flat_map(|(low, high)| [low, high]);
        months.iter().map(|month| month.amount).chain(ends)
    };
    let scale = Scale::around(
        values().min().unwrap_or(0).min(0),
        values().max().unwrap_or(0).max(0),
        5,
    );
    let ticks = measure.ticks(&scale);
    let widest = ticks.iter().map(|(_, text)| LABEL.width(text));
    let widest = widest.fold(LABEL.width(measure.unit()), f64::max);
    let frame = Frame {
        left: widest.ceil() + 8.0,
        top,
        right: WIDTH - 24.0,
        bottom: top + HEIGHT,
    };
    let plane = paper.plane(frame, (0.0, months.len().max(1) as f64), scale.ends());
    amounts_axis(paper, &plane, frame, (&ticks, measure.unit()));
    bars(paper, &plane, frame, (measure, months));
    let (_, zero) = plane.pixels((0.0, 0.0));
    paper.line(&[(frame.left, zero), (frame.right, zero)], Ink::MUTED, 1.0);
    names_of_months(paper, &plane, frame, months);
    frame.bottom + 24.0
}

fn legend(paper: &Paper<'_>, top: f64) -> f64 {
    let mut x = 0.0;
    for (key, words) in [
        ("whole", "months of the log"),
        ("elsewhere", "months after it"),
    ] {
        swatch(paper, (x, top), Ink::named(key));
        let at = (x + 17.0, top + 9.5);
        paper.text(at, words, LABEL, Ink::INK, Anchor::Start);
        x += 17.0 + LABEL.width(words) + 20.0;
    }
    whisker(paper, (x + 5.0, 3.0), (top, top + 11.0));
    let words = "nine of ten resamplings of the customers lie between";
    let at = (x + 17.0, top + 9.5);
    paper.text(at, words, LABEL, Ink::INK, Anchor::Start);
    top + 14.0
}

fn bars(
    paper: &Paper<'_>,
    plane: &Plane<'_>,
    frame: Frame,
    (measure, months): (Measure<'_>, &[Month]),
) {
    let slot = (frame.right - frame.left) / months.len().max(1) as f64;
    let share = 0.8_f64.min(BAR_MOST / slot);
    for (number, month) in months.iter().enumerate() {
        let middle = number as f64 + 0.5;
        let key = if month.band.is_some() {
            "elsewhere"
        } else {
            "whole"
        };
        plane.rectangle(
            (middle - share / 2.0, place(month.amount.max(0))),
            (middle + share / 2.0, place(month.amount.min(0))),
            Ink::named(key),
        );
    }
    for (number, month) in months.iter().enumerate() {
        let x = frame.left + slot * (number as f64 + 0.5);
        let mut words = format!("{}: {}", month.name, measure.exact_with_unit(month.amount));
        if let Some((low, high)) = month.band {
            let y = |value: i128| plane.pixels((0.0, place(value))).1;
            let half = (share * slot / 4.0).min(6.0);
            whisker(paper, (x, half), (y(high), y(low)));
            words.push_str(&format!(
                "\nbetween {} and {}",
                measure.exact(low),
                measure.exact(high)
            ));
        }
        let place = Frame {
            left: x - slot / 2.0,
            right: x + slot / 2.0,
            ..frame
        };
        paper.tip(place, &words);
    }
}

/// An upright line with two ends.
fn whisker(paper: &Paper<'_>, (x, half): (f64, f64), (top, bottom): (f64, f64)) {
    // Where there is little room a thin line must do.
    let width = if half < 3.0 { 1.0 } else { 1.5 };
    paper.line(&[(x, top), (x, bottom)], Ink::INK, width);
    for y in [top, bottom] {
        paper.line(&[(x - half, y), (x + half, y)], Ink::INK, width);
    }
}

/// As many as fit side by side.
fn names_of_months(paper: &Paper<'_>, plane: &Plane<'_>, frame: Frame, months: &[Month]) {
    let mut free = 0.0;
    for (number, month) in months.iter().enumerate() {
        let (x, _) = plane.pixels((number as f64 + 0.5, 0.0));
        let name = LABEL.fitted(&month.name, 120.0);
        let half = LABEL.width(&name) / 2.0;
        if x - half >= free && x + half <= WIDTH {
            let at = (x, frame.bottom + 16.0);
            paper.text(at, &name, LABEL, Ink::MUTED, Anchor::Middle);
            free = x + half + 10.0;
        }
    }
}

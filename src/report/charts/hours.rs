//! Chargeable units by the hour of the week.

use super::header::{LABEL, STRONG, sentences};
use super::palette::{HEAT_STEPS, Ink};
use super::paper::{Anchor, Frame, Paper, WIDTH};
use super::transcribe;
use crate::report::chart::Chart;
use crate::report::figures::thousands;
use crate::report::summary::Summary;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const HOURS: usize = 24;
const LEFT: f64 = 84.0;
const ROW: f64 = 28.0;
/// Sides of the squares, the coolest first: heat is told by size as well as by colour.
const SIDES: [f64; HEAT_STEPS.len()] = [8.0, 12.0, 16.0, 20.0, 24.0];

/// Units of an hour of the week.
struct Cell {
    weekday: usize,
    hour: usize,
    count: u64,
}

/// A heat map.
pub fn draw(summary: &Summary) -> Option<Chart> {
    let rows = &summary.over_time.chargeable_by_hour;
    if rows.is_empty() {
        return None;
    }
    let cells: Vec<Cell> = rows
        .iter()
        .take(WEEKDAYS.len())
        .enumerate()
        .flat_map(|(weekday, hours)| {
            let hours = hours.iter().take(HOURS).enumerate();
            hours.map(move |(hour, &count)| Cell {
                weekday,
                hour,
                count,
            })
        })
        .collect();
    let steps = steps(&cells);
    let title = "Chargeable units by hour of the week".to_owned();
    let text = text(&cells);
    let alt = format!("Heat map of seven days by 24 hours. {text}");
    let name = "units_by_hour".to_owned();
    Some(transcribe::chart(name, title, &alt, |paper| {
        map(paper, &text, &cells, &steps)
    }))
}

fn text(cells: &[Cell]) -> String {
    // The first of several that are the busiest.
    let busiest = cells.iter().rev().max_by_key(|cell| cell.count);
    match busiest.filter(|cell| cell.count > 0) {
        Some(cell) => format!(
            "Local time of the accounts. Busiest: {}, {} units in all weeks together.",
            hour_name(cell),
            thousands(cell.count)
        ),
        None => "Local time of the accounts. No unit was chargeable.".to_owned(),
    }
}

fn hour_name(cell: &Cell) -> String {
    format!(
        "{} {:02}:00–{:02}:00",
        WEEKDAYS[cell.weekday],
        cell.hour,
        cell.hour + 1
    )
}

/// The lowest and highest count of each step: about as many hours in each, so that one huge hour leaves the
/// others apart.
fn steps(cells: &[Cell]) -> Vec<(u64, u64)> {
    let mut counts: Vec<u64> = cells
        .iter()
        .map(|cell| cell.count)
        .filter(|&count| count > 0)
        .collect();
    counts.sort_unstable();
    let mut steps: Vec<(u64, u64)> = Vec::new();
    for number in 1..=SIDES.len() {
        let end = (counts.len() * number).div_ceil(SIDES.len());
        let (Some(last), lowest) = (end.checked_sub(1), steps.last().map_or(0, |step| step.1))
        else {
            continue;
        };
        let first = counts.iter().copied().find(|&count| count > lowest);
        if let Some(first) = first.filter(|&first| first <= counts[last]) {
            steps.push((first, counts[last]));
        }
    }
    steps
}

/// The step of a count among all; few steps use the warm end.
fn step_of(count: u64, steps: &[(u64, u64)]) -> Option<usize> {
    let own = steps
        .iter()
        .position(|&(from, to)| from <= count && count <= to)?;
    Some(own + SIDES.len() - steps.len())
}

fn map(paper: &Paper<'_>, text: &str, cells: &[Cell], steps: &[(u64, u64)]) -> f64 {
    let top = sentences(paper, 0.0, text);
    let top = scale(paper, top + 8.0, steps) + 26.0;
    let frame = Frame {
        left: LEFT,
        top,
        right: WIDTH - 16.0,
        bottom: top + ROW * WEEKDAYS.len() as f64,
    };
    let days = WEEKDAYS.len() as f64;
    let plane = paper.plane(frame, (0.0, HOURS as f64), (days, 0.0));
    for hour in (0..=HOURS).step_by(3) {
        let (x, _) = plane.pixels((hour as f64, 0.0));
        let text = format!("{hour:02}:00");
        paper.text(
            (x, frame.top - 7.0),
            &text,
            LABEL,
            Ink::MUTED,
            Anchor::Middle,
        );
    }
    for (number, weekday) in WEEKDAYS.iter().enumerate() {
        let y = frame.top + ROW * (number as f64 + 0.5) + 4.0;
        paper.text(
            (frame.left - 10.0, y),
            weekday,
            LABEL,
            Ink::INK,
            Anchor::End,
        );
    }
    for line in 0..=WEEKDAYS.len() {
        plane.line(
            vec![(0.0, line as f64), (HOURS as f64, line as f64)],
            Ink::GRID,
            1.0,
        );
    }
    for hour in 0..=HOURS {
        plane.line(
            vec![(hour as f64, 0.0), (hour as f64, days)],
            Ink::GRID,
            1.0,
        );
    }
    // Step by step, so that each becomes one path.
    for step in 0..SIDES.len() {
        for cell in cells
            .iter()
            .filter(|cell| step_of(cell.count, steps) == Some(step))
        {
            let middle = plane.pixels((cell.hour as f64 + 0.5, cell.weekday as f64 + 0.5));
            square(paper, middle, step);
        }
    }
    for cell in cells.iter().filter(|cell| cell.count > 0) {
        let (left, top) = plane.pixels((cell.hour as f64, cell.weekday as f64));
        let (right, bottom) = plane.pixels((cell.hour as f64 + 1.0, cell.weekday as f64 + 1.0));
        let words = format!("{}: {} units", hour_name(cell), thousands(cell.count));
        paper.tip(
            Frame {
                left,
                top,
                right,
                bottom,
            },
            &words,
        );
    }
    frame.bottom + 6.0
}

fn square(paper: &Paper<'_>, (x, y): (f64, f64), step: usize) {
    let half = SIDES[step] / 2.0;
    let frame = Frame {
        left: x - half,
        top: y - half,
        right: x + half,
        bottom: y + half,
    };
    paper.rectangle(frame, Ink::heat(step));
}

/// What each square stands for.
fn scale(paper: &Paper<'_>, top: f64, steps: &[(u64, u64)]) -> f64 {
    let base = top + 18.0;
    paper.text((0.0, base), "Units", STRONG, Ink::MUTED, Anchor::Start);
    let (mut x, mut base) = (STRONG.width("Units") + 16.0, base);
    let mut entries = vec![(None, "empty: none".to_owned())];
    for (number, &(from, to)) in steps.iter().enumerate() {
        let text = match from == to {
            true => thousands(from),
            false => format!("{}–{}", thousands(from), thousands(to)),
        };
        entries.push((Some(number + SIDES.len() - steps.len()), text));
    }
    for (step, text) in entries {
        let side = step.map_or(0.0, |step| SIDES[step] + 6.0);
        let width = side + LABEL.width(&text);
        if x + width > WIDTH {
            (x, base) = (0.0, base + 28.0);
        }
        if let Some(step) = step {
            square(paper, (x + SIDES[step] / 2.0, base - 4.0), step);
        }
        paper.text((x + side, base), &text, LABEL, Ink::INK, Anchor::Start);
        x += width + 18.0;
    }
    base + 8.0
}

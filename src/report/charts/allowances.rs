//! How each allowance was used up over its month.

use super::calendar::{date, day_and_month, month_of};
use super::header::{LABEL, STRONG, sentences};
use super::measure::{Measure, Scale, place};
use super::palette::Ink;
use super::paper::{Anchor, Frame, Paper, WIDTH};
use super::transcribe;
use crate::report::chart::Chart;
use crate::report::figures::thousands;
use crate::report::summary::{Allowance, Summary};
use crate::vocabulary::{LocalDate, Month};

/// More are stated, not drawn.
const PANELS_MOST: usize = 12;
const COLUMNS: usize = 3;
const GAP: f64 = 26.0;
const PANEL_HEIGHT: f64 = 180.0;
const PLOT_TOP: f64 = 44.0;
const PLOT_HEIGHT: f64 = 96.0;

/// Small multiples, the fullest first.
pub fn draw(summary: &Summary) -> Option<Chart> {
    let mut allowances: Vec<&Allowance> = summary
        .bill
        .iter()
        .flat_map(|bill| &bill.allowances)
        .collect();
    if allowances.is_empty() {
        return None;
    }
    // Shares of different sizes, compared without division.
    allowances.sort_by(|one, other| {
        let share = |one: &Allowance, other: &Allowance| {
            u128::from(used(one)) * u128::from(other.size.max(1))
        };
        share(other, one).cmp(&share(one, other))
    });
    let count = allowances.len();
    allowances.truncate(PANELS_MOST);
    let mut text = "Units that take part in an allowance, added up over its month; the dashed line is its size.".to_owned();
    if count > allowances.len() {
        text.push_str(&format!(
            " The {} fullest of {} allowances; summary.json holds all of them.",
            allowances.len(),
            thousands(count as u64)
        ));
    }
    if allowances
        .iter()
        .any(|allowance| allowance.used_elsewhere > 0)
    {
        text.push_str(" What was used outside of the log counts from the first day on.");
    }
    let mut alt = format!("Lines, one drawing for each allowance. {text}");
    for allowance in &allowances {
        alt.push_str(&format!(
            " {}, {}: {}.",
            allowance.owner,
            month_of(&allowance.month),
            use_of(allowance)
        ));
    }
    let title = "Use of the monthly allowances".to_owned();
    let name = "allowances".to_owned();
    Some(transcribe::chart(name, title, &alt, |paper| {
        panels(paper, &text, &allowances)
    }))
}

fn used(allowance: &Allowance) -> u64 {
    allowance.units.saturating_add(allowance.used_elsewhere)
}

fn use_of(allowance: &Allowance) -> String {
    format!(
        "{} units, allowance {}",
        thousands(used(allowance)),
        thousands(allowance.size)
    )
}

fn panels(paper: &Paper<'_>, text: &str, allowances: &[&Allowance]) -> f64 {
    let top = sentences(paper, 0.0, text) + 10.0;
    let width = (WIDTH - GAP * (COLUMNS - 1) as f64) / COLUMNS as f64;
    for (number, allowance) in allowances.iter().enumerate() {
        let left = (width + GAP) * (number % COLUMNS) as f64;
        let top = top + PANEL_HEIGHT * (number / COLUMNS) as f64;
        panel(paper, (left, top), width, allowance);
    }
    top + PANEL_HEIGHT * allowances.len().div_ceil(COLUMNS) as f64 - 18.0
}

fn panel(paper: &Paper<'_>, (left, top): (f64, f64), width: f64, allowance: &Allowance) {
    let month = month_of(&allowance.month);
    let month = LABEL.fitted(&month, width / 2.0);
    let month_width = LABEL.width(&month);
    let owner = STRONG.fitted(&allowance.owner, width - month_width - 10.0);
    paper.text((left, top + 14.0), &owner, STRONG, Ink::INK, Anchor::Start);
    paper.text(
        (left + width, top + 14.0),
        &month,
        LABEL,
        Ink::MUTED,
        Anchor::End,
    );
    let days = days(allowance);
    let measure = Measure::Count("units");
    let scale = Scale::around(0, i128::from(allowance.size.max(used(allowance))).max(1), 3);
    let ticks = measure.ticks(&scale);
    let widest = ticks
        .iter()
        .map(|(_, text)| LABEL.width(text))
        .fold(0.0, f64::max);
    let frame = Frame {
        left: left + widest.ceil() + 6.0,
        top: top + PLOT_TOP,
        right: left + width,
        bottom: top + PLOT_TOP + PLOT_HEIGHT,
    };
    let plane = paper.plane(frame, (0.0, days.count.max(1) as f64), scale.ends());
    for (number, (value, text)) in ticks.iter().enumerate() {
        let (_, y) = plane.pixels((0.0, place(*value)));
        let ink = if number == 0 { Ink::MUTED } else { Ink::GRID };
        paper.line(&[(frame.left, y), (frame.right, y)], ink, 1.0);
        paper.text(
            (frame.left - 6.0, y + 4.0),
            text,
            LABEL,
            Ink::MUTED,
            Anchor::End,
        );
    }
    paper.text(
        (left, top + 29.0),
        &use_of(allowance),
        LABEL,
        Ink::MUTED,
        Anchor::Start,
    );
    let size = place(i128::from(allowance.size));
    plane.line(days.line.clone(), Ink::named("whole"), 2.0);
    plane.line(
        vec![(0.0, size), (days.count as f64, size)],
        Ink::LIMIT,
        1.2,
    );
    for (text, x, anchor) in [
        (&days.first, frame.left, Anchor::Start),
        (&days.last, frame.right, Anchor::End),
    ] {
        paper.text((x, frame.bottom + 15.0), text, LABEL, Ink::MUTED, anchor);
    }
    if let Some((full, day)) = &days.full {
        let (x, y) = plane.pixels((*full, size));
        let dot = Frame {
            left: x - 3.0,
            top: y - 3.0,
            right: x + 3.0,
            bottom: y + 3.0,
        };
        paper.rectangle(dot, Ink::INK);
        let text = format!("full {day}");
        let half = LABEL.width(&text) / 2.0;
        let ends = (
            LABEL.width(&days.first) + half + 8.0,
            LABEL.width(&days.last) + half + 8.0,
        );
        // Under its day, unless the ends of the axis stand there.
        let (least, most) = (frame.left + ends.0, frame.right - ends.1);
        if least <= most {
            let x = x.clamp(least, most);
            paper.text(
                (x, frame.bottom + 15.0),
                &text,
                LABEL,
                Ink::INK,
                Anchor::Middle,
            );
        }
    }
}

/// A month, and how the use grew in it.
struct Days {
    count: usize,
    line: Vec<(f64, f64)>,
    first: String,
    last: String,
    /// Where it was used up, and the day.
    full: Option<(f64, String)>,
}

fn days(allowance: &Allowance) -> Days {
    let by_day = allowance.by_day.iter();
    let counts = by_day.filter_map(|(date, &count)| Some((LocalDate::parse(date)?, count)));
    let counts: Vec<(LocalDate, u64)> = counts.collect();
    let month = Month::parse(&allowance.month).or_else(|| Some(counts.first()?.0.month()));
    let mut sum = allowance.used_elsewhere;
    let start = (0.0, place(i128::from(sum)));
    let Some(month) = month else {
        return Days {
            count: 1,
            line: vec![start, (1.0, start.1)],
            first: String::new(),
            last: String::new(),
            full: None,
        };
    };
    let (first, last) = (month.first_day(), month.last_day());
    let count = (i64::from(last.days()) - i64::from(first.days()) + 1).max(1) as usize;
    let mut line = vec![start];
    let mut full = None;
    for (day, units) in counts
        .into_iter()
        .filter(|(day, _)| first <= *day && *day <= last)
    {
        let x = (i64::from(day.days()) - i64::from(first.days())) as f64;
        let before = place(i128::from(sum));
        let was_full = sum >= allowance.size;
        sum = sum.saturating_add(units);
        line.push((x, before));
        line.push((x + 1.0, place(i128::from(sum))));
        if !was_full && sum >= allowance.size {
            let share =
                (place(i128::from(allowance.size)) - before) / place(i128::from(units.max(1)));
            full = Some((x + share, day_and_month(day)));
        }
    }
    line.push((count as f64, place(i128::from(sum))));
    Days {
        count,
        line,
        first: day_and_month(first),
        last: date(last)
            .rsplit_once(' ')
            .map_or_else(String::new, |(day, _)| day.to_owned()),
        full,
    }
}

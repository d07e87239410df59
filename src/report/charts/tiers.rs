//! How far each portfolio has climbed on its ladders of volume tiers.

use super::calendar::month_of;
use super::header::{LABEL, STRONG, sentences, swatch};
use super::letters::Type;
use super::measure::place;
use super::palette::{Ink, SERIES, place as kind_of};
use super::paper::{Anchor, Frame, Paper, WIDTH};
use super::stacked::capitalised;
use super::transcribe;
use crate::report::chart::Chart;
use crate::report::figures::thousands;
use crate::report::summary::{Summary, TierClimb};

/// More are stated, not drawn.
const ROWS_MOST: usize = 20;
const ROW: f64 = 38.0;
const NAME_WIDTH: f64 = 250.0;
const BAR_LEFT: f64 = 266.0;
const BAR_RIGHT: f64 = 480.0;
const WORDS_LEFT: f64 = 494.0;
const SMALL: Type = Type::plain(9.5);

/// Bars from the first message to the next step, the largest volume first.
pub fn draw(summary: &Summary) -> Option<Chart> {
    let tiers = summary.bill.iter().flat_map(|bill| &bill.tiers);
    let mut climbs: Vec<&TierClimb> = tiers.filter(|climb| climb.tier.is_some()).collect();
    if climbs.is_empty() {
        return None;
    }
    // A stable sort: equals stay in the order of the summary.
    climbs.sort_by_key(|climb| std::cmp::Reverse(volume(climb)));
    let count = climbs.len();
    climbs.truncate(ROWS_MOST);
    let mut text =
        "Messages that count towards a volume tier; a bar is full where the next tier begins."
            .to_owned();
    if count > climbs.len() {
        text.push_str(&format!(
            " The {} largest of {} volumes; summary.json holds all of them.",
            climbs.len(),
            thousands(count as u64)
        ));
    }
    let mut alt = format!("Bars. {text}");
    for climb in &climbs {
        alt.push_str(&format!(
            " {}, {}, {}, {}: {}, {}.",
            climb.owner,
            climb.market,
            SERIES[kind_of(climb.category)].label,
            month_of(&climb.month),
            counted(climb),
            next(climb)
        ));
    }
    let title = "Volume tiers".to_owned();
    let name = "tiers".to_owned();
    Some(transcribe::chart(name, title, &alt, |paper| {
        rows(paper, &text, &climbs)
    }))
}

fn volume(climb: &TierClimb) -> u64 {
    climb.counted.saturating_add(climb.used_elsewhere)
}

fn counted(climb: &TierClimb) -> String {
    let tier = climb.tier.as_deref().unwrap_or_default();
    format!("{}: tier {}", thousands(volume(climb)), range(tier))
}

/// `25001:100000` with separators: `25,001–100,000`.
fn range(tier: &str) -> String {
    let figure = |text: &str| match text.parse() {
        Ok(number) => thousands(number),
        Err(_) => text.to_owned(),
    };
    match tier.split_once(':') {
        Some((from, "MAX")) => format!("from {}", figure(from)),
        Some((from, to)) => format!("{}–{}", figure(from), figure(to)),
        None => tier.to_owned(),
    }
}

fn next(climb: &TierClimb) -> String {
    match climb.next_from {
        Some(rank) => format!("next tier from {}", thousands(rank)),
        None => "no higher tier is known".to_owned(),
    }
}

fn rows(paper: &Paper<'_>, text: &str, climbs: &[&TierClimb]) -> f64 {
    let mut top = sentences(paper, 0.0, text);
    if climbs.iter().any(|climb| climb.used_elsewhere > 0) {
        top += 6.0;
        swatch(paper, (0.0, top), Ink::named("elsewhere"));
        let words = "outside of the log, counted first";
        paper.text((17.0, top + 9.5), words, LABEL, Ink::INK, Anchor::Start);
        top += 16.0;
    }
    top += 8.0;
    for (number, climb) in climbs.iter().enumerate() {
        row(paper, top + ROW * number as f64, climb);
    }
    top + ROW * climbs.len() as f64
}

fn row(paper: &Paper<'_>, top: f64, climb: &TierClimb) {
    let category = capitalised(SERIES[kind_of(climb.category)].label);
    let category_width = LABEL.width(&category);
    let market = STRONG.fitted(&climb.market, (NAME_WIDTH - category_width - 8.0).max(60.0));
    let (first, second) = (top + 13.0, top + 26.0);
    paper.text((0.0, first), &market, STRONG, Ink::INK, Anchor::Start);
    let at = (STRONG.width(&market) + 8.0, first);
    paper.text(at, &category, LABEL, Ink::INK, Anchor::Start);
    let month = SMALL.fitted(&month_of(&climb.month), 80.0);
    let month_width = SMALL.width(&month);
    paper.text((0.0, second), &month, SMALL, Ink::MUTED, Anchor::Start);
    let owner = SMALL.fitted(&climb.owner, NAME_WIDTH - month_width - 8.0);
    paper.text(
        (month_width + 8.0, second),
        &owner,
        SMALL,
        Ink::MUTED,
        Anchor::Start,
    );

    let volume = volume(climb);
    let whole = climb.next_from.unwrap_or(volume).max(volume).max(1);
    let frame = Frame {
        left: BAR_LEFT,
        top: top + 6.0,
        right: BAR_RIGHT,
        bottom: top + 24.0,
    };
    let plane = paper.plane(frame, (0.0, place(i128::from(whole))), (0.0, 1.0));
    paper.rectangle(frame, Ink::GRID);
    let (elsewhere, end) = (
        place(i128::from(climb.used_elsewhere)),
        place(i128::from(volume)),
    );
    plane.rectangle((0.0, 0.0), (elsewhere, 1.0), Ink::named("elsewhere"));
    plane.rectangle((elsewhere, 0.0), (end, 1.0), Ink::named("whole"));
    if climb.next_from.is_some() {
        let edge = [
            (frame.right, frame.top - 3.0),
            (frame.right, frame.bottom + 3.0),
        ];
        paper.line(&edge, Ink::INK, 1.5);
    }
    let width = WIDTH - WORDS_LEFT;
    let words = LABEL.fitted(&counted(climb), width);
    paper.text((WORDS_LEFT, first), &words, LABEL, Ink::INK, Anchor::Start);
    let words = SMALL.fitted(&next(climb), width);
    paper.text(
        (WORDS_LEFT, second),
        &words,
        SMALL,
        Ink::MUTED,
        Anchor::Start,
    );
}

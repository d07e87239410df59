//! A timeline as a picture: lanes over an axis of time, written as plain SVG by hand.
//!
//! Coordinates are whole tenths of a pixel, made from integers, so that the same timeline is the same bytes.

use std::fmt::Write;

use super::difference::DifferenceView;
use super::view::{ConversationView, Entry, Explanation, MessageView, Timeline, What};
use crate::vocabulary::{ConversationCategory, Instant};

const WIDTH: i64 = 1200;
/// Where the lanes begin; their names stand left of it.
const LEFT: i64 = 190;
const RIGHT: i64 = 30;
const LANE: i64 = 26;
const BAR: i64 = 16;
const TITLE: i64 = 54;
const AXIS: i64 = 44;
const MESSAGES: i64 = 92;
/// How far apart ticks may stand, in seconds.
const STEPS: [i64; 10] = [
    60, 600, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000,
];
const TICKS_MOST: i64 = 12;
/// The height of a line of text, and how many letters it holds.
const TEXT_LINE: i64 = 18;
const TEXT_LETTERS_MOST: usize = 160;

/// Draws an answer: one block of lanes for each pair.
pub fn picture(explanation: &Explanation) -> String {
    let mut blocks = String::new();
    let mut top = TITLE;
    for line in explanation.difference.iter().flat_map(told) {
        let _ = writeln!(
            blocks,
            r#"<text x="12" y="{top}">{}</text>"#,
            escaped(&line)
        );
        top += TEXT_LINE;
    }
    for timeline in &explanation.pairs {
        top = Block::new(timeline, top).draw(&mut blocks);
    }
    let height = top + 10;
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">"#
    );
    let title = format!("{} {}", explanation.asked, explanation.id);
    let _ = writeln!(svg, "<title>{}</title>", escaped(&title));
    let _ = writeln!(
        svg,
        r##"<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>"##
    );
    let _ = writeln!(
        svg,
        r#"<text x="12" y="28" font-size="18">{}</text>"#,
        escaped(&title)
    );
    svg.push_str(&blocks);
    svg.push_str("</svg>\n");
    svg
}

/// What is said of a difference above its timelines, in lines that fit.
fn told(difference: &DifferenceView) -> Vec<String> {
    let mut sides: Vec<String> = vec![difference.line(), difference.cell()];
    let words = difference.sides().into_iter();
    sides.extend(words.map(|(label, text)| format!("{} {text}", label.to_lowercase())));
    let mut lines = vec![sides.join(" \u{2013} ")];
    let text = format!("{}: {}", difference.verdict(), difference.explanation);
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() >= TEXT_LETTERS_MOST {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The lanes of one pair.
struct Block<'a> {
    timeline: &'a Timeline,
    top: i64,
    from: i64,
    to: i64,
}

impl<'a> Block<'a> {
    fn new(timeline: &'a Timeline, top: i64) -> Self {
        let seconds = |instant: Instant| instant.micros().div_euclid(1_000_000);
        let entries = timeline
            .entries
            .iter()
            .filter(|entry| !matches!(entry.what, What::LogEnds { .. }))
            .map(|entry| seconds(entry.at.instant));
        let ends = timeline
            .conversations
            .iter()
            .map(|conversation| seconds(end(conversation)))
            .chain(
                timeline
                    .windows
                    .iter()
                    .map(|(_, closes)| seconds(closes.instant)),
            );
        let from = entries.clone().min().unwrap_or(0);
        let to = entries.chain(ends).max().unwrap_or(from);
        let margin = to.saturating_sub(from) / 40 + 60;
        Self {
            timeline,
            top,
            from: from.saturating_sub(margin),
            to: to.saturating_add(margin),
        }
    }

    /// Tenths of a pixel from the left.
    fn x(&self, at: Instant) -> i64 {
        let seconds = at.micros().div_euclid(1_000_000).clamp(self.from, self.to);
        let span = i128::from(self.to) - i128::from(self.from);
        let space = i128::from((WIDTH - LEFT - RIGHT) * 10);
        let along = (i128::from(seconds) - i128::from(self.from)) * space / span.max(1);
        LEFT * 10 + along as i64
    }

    /// Draws the block; where the next one begins comes back.
    fn draw(&self, svg: &mut String) -> i64 {
        let timeline = self.timeline;
        let mut name = format!("{} and {}", timeline.business, timeline.customer);
        if let Some(group) = &timeline.group {
            name.push_str(&format!(" in group {group}"));
        }
        let _ = writeln!(
            svg,
            r#"<text x="12" y="{}" font-weight="bold">{}</text>"#,
            self.top + 14,
            escaped(&name)
        );
        let lanes_top = self.top + 26;
        let mut lanes: Vec<(String, Vec<Bar>)> = vec![(
            "service window".to_owned(),
            timeline
                .windows
                .iter()
                .map(|(opens, closes)| Bar {
                    from: opens.instant,
                    to: closes.instant,
                    colour: "#9ecae1",
                    label: String::new(),
                })
                .collect(),
        )];
        for conversation in &timeline.conversations {
            let name = conversation.category.replace('_', " ");
            let bar = Bar {
                from: conversation.opened_at.instant,
                to: end(conversation),
                colour: colour(conversation.category),
                label: conversation.conversation_id.clone(),
            };
            match lanes.iter_mut().find(|(lane, _)| *lane == name) {
                Some((_, bars)) => bars.push(bar),
                None => lanes.push((name, vec![bar])),
            }
        }
        let messages_top = lanes_top + LANE * lanes.len() as i64;
        let bottom = messages_top + MESSAGES;
        self.axis(lanes_top, bottom, svg);
        for (place, (name, bars)) in lanes.iter().enumerate() {
            let y = lanes_top + LANE * place as i64;
            lane_name(name, y + 16, svg);
            for bar in bars {
                self.bar(bar, y + (LANE - BAR) / 2, svg);
            }
        }
        lane_name("from the customer", messages_top + 24, svg);
        lane_name("to the customer", messages_top + 54, svg);
        for entry in &timeline.entries {
            if let What::Message(message) = &entry.what {
                self.message(entry, message, messages_top, svg);
            }
        }
        bottom + AXIS
    }

    fn axis(&self, top: i64, bottom: i64, svg: &mut String) {
        let span = self.to.saturating_sub(self.from);
        let step = STEPS
            .into_iter()
            .find(|step| span / step <= TICKS_MOST)
            .unwrap_or(span / TICKS_MOST);
        let mut tick = self
            .from
            .div_euclid(step)
            .saturating_add(1)
            .saturating_mul(step);
        while tick < self.to {
            let at = Instant::from_seconds(tick);
            let x = tenths(self.x(at));
            let _ = writeln!(
                svg,
                r##"<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" stroke="#dddddd"/>"##
            );
            let text = at.to_string();
            let (date, time) = text.split_once('T').unwrap_or((&text, ""));
            let time = time.get(..5).unwrap_or("");
            let _ = writeln!(
                svg,
                r##"<text x="{x}" y="{}" text-anchor="middle" font-size="10" fill="#555555">{}</text>"##,
                bottom + 12,
                escaped(date)
            );
            let _ = writeln!(
                svg,
                r##"<text x="{x}" y="{}" text-anchor="middle" font-size="10" fill="#555555">{} UTC</text>"##,
                bottom + 24,
                escaped(time)
            );
            tick = tick.saturating_add(step);
        }
    }

    fn bar(&self, bar: &Bar, y: i64, svg: &mut String) {
        let (from, to) = (self.x(bar.from), self.x(bar.to));
        let title = format!("{} {} to {}", bar.label, bar.from, bar.to);
        let _ = writeln!(
            svg,
            r#"<rect x="{}" y="{y}" width="{}" height="{BAR}" rx="3" fill="{}"><title>{}</title></rect>"#,
            tenths(from),
            tenths((to - from).max(10)),
            bar.colour,
            escaped(title.trim_start())
        );
    }

    fn message(&self, entry: &Entry, message: &MessageView, top: i64, svg: &mut String) {
        let x = tenths(self.x(entry.at.instant));
        let is_inbound = message.direction == Some("inbound");
        let y = top + if is_inbound { 20 } else { 50 };
        let fill = match (is_inbound, message.delivered.is_some()) {
            (true, _) => "#3182bd",
            (false, true) => "#31a354",
            (false, false) => "#bdbdbd",
        };
        let stroke = if message.is_asked_for {
            "#d62728"
        } else {
            "none"
        };
        let words = [message.kind, message.category];
        let mut title = format!("{} {}", entry.at, message.message_id);
        for word in words.into_iter().flatten() {
            title.push_str(&format!(", {word}"));
        }
        let _ = writeln!(
            svg,
            r#"<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{stroke}" stroke-width="3"><title>{}</title></circle>"#,
            escaped(&title)
        );
        let charged = message.charges.iter().find_map(|charge| {
            let amount = charge.amount.as_deref().filter(|amount| *amount != "0")?;
            Some(format!("{amount} {}", charge.currency))
        });
        if let Some(charged) = charged {
            let _ = writeln!(
                svg,
                r#"<text x="{x}" y="{}" text-anchor="middle" font-size="10">{}</text>"#,
                y + 22,
                escaped(&charged)
            );
        }
    }
}

/// Something that lasts.
struct Bar {
    from: Instant,
    to: Instant,
    colour: &'static str,
    label: String,
}

fn end(conversation: &ConversationView) -> Instant {
    conversation
        .closed_at
        .unwrap_or(conversation.expires_at)
        .instant
}

fn colour(category: &str) -> &'static str {
    match ConversationCategory::parse(category.as_bytes()) {
        Some(ConversationCategory::FreeEntryPoint) => "#a1d99b",
        Some(ConversationCategory::Marketing) => "#fdae6b",
        Some(ConversationCategory::Utility) => "#bcbddc",
        Some(ConversationCategory::Authentication) => "#fdd0a2",
        Some(ConversationCategory::Service) => "#c7e9c0",
        _ => "#d9d9d9",
    }
}

fn lane_name(name: &str, y: i64, svg: &mut String) {
    let _ = writeln!(svg, r#"<text x="12" y="{y}">{}</text>"#, escaped(name));
}

/// A coordinate with one digit behind the point.
fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// Text that means only itself in XML; what XML cannot hold becomes a mark of its own.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

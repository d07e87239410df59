//! Rows spoiled by duplicates, conflicts, contradictions and values that no column knows.

use super::random::Random;
use super::rows::{Style, Time};
use crate::oracle::Row;
use crate::oracle::clock::{SECOND, parse_instant};

pub fn spoil(r: &mut Random, all: &mut Vec<Row>, style: &Style) {
    let count = all.len();
    for index in 0..count {
        let mut row = all[index].clone();
        match r.below(100) {
            0..4 => all.push(row), // the same row again
            4..6 => {
                // the same row again, in other letters
                let customer = row.get("customer").trim_start_matches('+').to_string();
                row.set("customer", &format!(" {customer} "));
                row.set("category", &row.get("category").to_uppercase());
                if style.time == Time::Mixed && row.get("timestamp").ends_with('Z') {
                    row.set("timestamp", &row.get("timestamp").replace('Z', "+00:00"));
                }
                all.push(row);
            }
            6..9 => {
                let (column, cell) = r.pick(&[
                    ("customer", "919876500099"),
                    ("business", "15550009999"),
                    ("direction", "inbound"),
                    ("direction", "outbound"),
                    ("type", "template"),
                    ("type", "text"),
                    ("type", "reaction"),
                ]);
                if column != "type" || !row.get("type").is_empty() {
                    row.set(column, cell);
                }
                move_a_little(r, &mut row, style);
                all.push(row);
            }
            9..12 => {
                row.set(
                    "category",
                    r.pick(&["utility", "marketing", "authentication", ""]),
                );
                move_a_little(r, &mut row, style);
                all.push(row);
            }
            12..15 => {
                let (column, cell) = r.pick(&[
                    ("direction", "sideways"),
                    ("direction", ""),
                    ("status", "bounced"),
                    ("category", "promotional"),
                    ("category", "service"),
                    ("entry_point", "qr"),
                    ("origin", "robot"),
                    ("message_id", " "),
                    ("customer", ""),
                    ("business", ""),
                ]);
                if r.chance(50) {
                    all[index].set(column, cell);
                } else {
                    row.set(column, cell);
                    all.push(row);
                }
            }
            15 => {
                let told = !matches!(style.time, Time::Seconds | Time::Milliseconds);
                let cell = if told && r.chance(50) {
                    "not-a-time"
                } else {
                    ""
                };
                all[index].set("timestamp", cell);
            }
            16 if style.shared_id => {
                // the same id under another account is another message
                row.set("account", r.pick(&["A", "B"]));
                all.push(row);
            }
            17 => {
                let cell = format!("\t{} ", row.get("status"));
                all[index].set("status", &cell);
            }
            _ => {}
        }
    }
}

fn move_a_little(r: &mut Random, row: &mut Row, style: &Style) {
    if r.chance(50) {
        return; // a tie that only the bytes of the row settle
    }
    if let Some(instant) = parse_instant(row.get("timestamp")) {
        let moved = instant + r.pick(&[-1, 1, 60]) * SECOND;
        let text = style.show(r, moved);
        row.set("timestamp", &text);
    }
}

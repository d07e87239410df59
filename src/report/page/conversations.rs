//! Conversations by category and over time, and free entry points.

use super::cost::{DAYS_MOST, by_day};
use super::figure::Figures;
use super::section::Section;
use super::table::{Cell, Column, Table};
use super::words::plain;
use crate::report::figures::thousands;
use crate::report::summary::Summary;

/// The section.
pub fn section(summary: &Summary, figures: &mut Figures<'_>) -> Section {
    let mut section = Section::new("conversations", "Conversations and free entry points");
    if summary.conversations.is_empty() {
        section.text("No conversation and no free entry point was opened.");
        return section;
    }
    let entry_points = summary.free_entry_points;
    section.text(match entry_points.count {
        0 => "No free entry point was opened.".to_owned(),
        count => format!(
            "{} free entry points were opened. {} of them are estimated: no mark of Meta's confirms them, or they \
             rest on another assumption.",
            thousands(count),
            thousands(entry_points.estimated)
        ),
    });
    section.figures(figures.named("conversations_by_day"));
    let mut table = Table::new(
        "Conversations and free entry points by category",
        vec![
            Column::words("Category"),
            Column::words("Rules"),
            Column::numbers("Opened"),
            Column::numbers("Open at the end of the log"),
            Column::numbers("Messages of the business"),
            Column::numbers("Messages of customers"),
        ],
    );
    for (regime, categories) in &summary.conversations {
        for (category, counts) in categories {
            table.row(vec![
                Cell::words(plain(category)),
                Cell::words(*regime),
                Cell::count(counts.count),
                Cell::count(counts.open_at_end_of_log),
                Cell::count(counts.messages_outbound),
                Cell::count(counts.messages_inbound),
            ]);
        }
    }
    section.table(table);
    let days = &summary.over_time.conversations;
    match days.len() {
        0..=DAYS_MOST => section.table(by_day(
            "Opened by day and category".to_owned(),
            days,
            |count| thousands(*count),
        )),
        days => section.text(format!(
            "Conversations were opened on {} days; summary.json holds each of them.",
            thousands(days as u64)
        )),
    }
    section
}

//! Dates in words: short, and the same in every chart.

use chrono::Datelike;

use crate::vocabulary::{LocalDate, Month};

/// `12 Jul 2025`.
pub fn date(date: LocalDate) -> String {
    format!("{} {}", day_and_month(date), date.to_naive().year())
}

/// `12 Jul`.
pub fn day_and_month(date: LocalDate) -> String {
    format!("{} {}", date.to_naive().day(), month(date))
}

/// `2025-07` as `Jul 2025`; what is no month stays as it is.
pub fn month_of(text: &str) -> String {
    match Month::parse(text) {
        Some(own) => {
            let first = own.first_day();
            format!("{} {}", month(first), first.to_naive().year())
        }
        None => text.to_owned(),
    }
}

/// `Jul`.
pub fn month(date: LocalDate) -> &'static str {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    NAMES[date.to_naive().month0() as usize % NAMES.len()]
}

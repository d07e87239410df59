//! Times as the tables write them: `2023-09-04 09:00`, with seconds, fractions or an offset where they matter.

use super::Instant;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};

/// A time as written: what stands on the same line may lean on its date and offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    pub date: NaiveDate,
    pub offset: FixedOffset,
    pub instant: Instant,
}

pub fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("`{text}` is no date (YYYY-MM-DD)"))
}

/// Reads a date token and a time token; without an offset the time is UTC.
pub fn written(date_text: &str, time_text: &str) -> Result<Written, String> {
    let utc = FixedOffset::east_opt(0).expect("zero is an offset");
    assemble(date(date_text)?, time_text, utc)
}

/// Reads `10:30`, `10:30:15.250+02:00` or `2023-09-04T10:30` where `base` lends what is missing.
pub fn relative(text: &str, base: Written) -> Result<Written, String> {
    match text.split_once('T') {
        Some((date_text, time_text)) => assemble(date(date_text)?, time_text, base.offset),
        None => assemble(base.date, text, base.offset),
    }
}

fn assemble(date: NaiveDate, text: &str, default_offset: FixedOffset) -> Result<Written, String> {
    let wrong = || {
        format!(
            "`{text}` is no time (HH:MM, HH:MM:SS or HH:MM:SS.fff, then Z or +HH:MM if not UTC)"
        )
    };
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) if &text[at..] == "Z" => {
            (&text[..at], FixedOffset::east_opt(0).ok_or_else(wrong)?)
        }
        Some(at) => (
            &text[..at],
            text[at..].parse::<FixedOffset>().map_err(|_| wrong())?,
        ),
        None => (text, default_offset),
    };
    let time = ["%H:%M", "%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(clock, form).ok())
        .ok_or_else(wrong)?;
    let local = NaiveDateTime::new(date, time)
        .and_local_timezone(offset)
        .single()
        .ok_or_else(wrong)?;
    Ok(Written {
        date,
        offset,
        instant: local.with_timezone(&Utc),
    })
}

pub fn rfc3339(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Reads an instant cell of an output table; empty is null.
pub fn cell(text: &str) -> Result<Option<Instant>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    DateTime::parse_from_rfc3339(text)
        .map(|time| Some(time.with_timezone(&Utc)))
        .map_err(|_| format!("`{text}` is no RFC 3339 instant"))
}

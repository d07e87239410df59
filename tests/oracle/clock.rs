//! Instants in microseconds of UTC (T-1), local dates and local midnights (T-2).

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

pub const MILLISECOND: i64 = 1_000;
pub const SECOND: i64 = 1_000 * MILLISECOND;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR; // T-6: elapsed time, not a calendar day

/// RFC 3339, `YYYY-MM-DD HH:MM:SS[.fff]` in UTC, or epoch seconds / milliseconds (contract 3).
pub fn parse_instant(cell: &str) -> Option<i64> {
    if !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = cell.parse().ok()?;
        // Seconds of the years 2022 to 2028 have 10 digits, milliseconds 13.
        return Some(if cell.len() > 11 {
            number * MILLISECOND
        } else {
            number * SECOND
        });
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(cell) {
        return Some(instant.timestamp_micros());
    }
    let naive = NaiveDateTime::parse_from_str(cell, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    Some(naive.and_utc().timestamp_micros())
}

/// The form the CSV tables use: `Z`, a fraction only where there is one.
pub fn show_instant(instant: i64) -> String {
    let time = utc(instant);
    let whole = time.format("%Y-%m-%dT%H:%M:%S").to_string();
    let fraction = instant.rem_euclid(SECOND);
    if fraction == 0 {
        format!("{whole}Z")
    } else if fraction % MILLISECOND == 0 {
        format!("{whole}.{:03}Z", fraction / MILLISECOND)
    } else {
        format!("{whole}.{fraction:06}Z")
    }
}

fn utc(instant: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant).expect("an instant of this millennium")
}

pub fn local_date(zone: Tz, instant: i64) -> NaiveDate {
    utc(instant).with_timezone(&zone).date_naive()
}

/// The first instant of a local day. Where daylight saving skips midnight it is the first minute
/// that exists, where midnight happens twice the first of them.
pub fn midnight(zone: Tz, day: NaiveDate) -> i64 {
    let mut local = day.and_hms_opt(0, 0, 0).expect("midnight");
    loop {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            return instant.timestamp_micros();
        }
        local += TimeDelta::minutes(1);
    }
}

pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// `YYYY-MM`, the month of an allowance.
pub fn month(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

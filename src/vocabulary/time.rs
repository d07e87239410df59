//! Instants in UTC, local dates, months (T-1, T-2).

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A point in time: microseconds since 1970-01-01T00:00:00Z (T-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The earliest instant there is, before every row.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant there is, after every row.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant this many microseconds after the epoch.
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant this many seconds after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since the epoch.
    #[inline]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down: the form that enters a conversation's id.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant plus whole hours of elapsed time (T-6); stays at the ends of the range.
    #[inline]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_seconds(hours.saturating_mul(3600))
    }

    /// This instant plus whole seconds of elapsed time; stays at the ends of the range.
    #[inline]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(seconds.saturating_mul(MICROS_PER_SECOND)),
        )
    }

    /// Elapsed microseconds between two instants, in either direction.
    #[inline]
    pub const fn distance_micros(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with as many fraction digits (0, 3 or 6) as the instant needs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = DateTime::from_timestamp_micros(self.0) else {
            return write!(formatter, "{}us", self.0);
        };
        let format = match self.0.rem_euclid(MICROS_PER_SECOND) {
            0 => SecondsFormat::Secs,
            fraction if fraction % 1000 == 0 => SecondsFormat::Millis,
            _ => SecondsFormat::Micros,
        };
        formatter.write_str(&time.to_rfc3339_opts(format, true))
    }
}

/// A calendar date in some account's local time: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate(i32);

impl LocalDate {
    /// A date before every other.
    pub const MIN: Self = Self(i32::MIN);
    /// A date after every other.
    pub const MAX: Self = Self(i32::MAX);

    /// The date this many days after 1970-01-01.
    #[inline]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[inline]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date on a clock that is `offset_seconds` ahead of UTC.
    #[inline]
    pub const fn at_offset(instant: Instant, offset_seconds: i32) -> Self {
        let local = instant
            .micros()
            .saturating_add(offset_seconds as i64 * MICROS_PER_SECOND);
        Self(local.div_euclid(MICROS_PER_DAY) as i32)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(Self::from)
    }

    /// The next day.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The day before.
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Midnight of this date on a clock that shows UTC.
    pub const fn midnight_utc(self) -> Instant {
        Instant::from_micros((self.0 as i64).saturating_mul(MICROS_PER_DAY))
    }

    /// The date as chrono knows it; dates outside chrono's range become its ends.
    pub fn to_naive(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or(if self.0 < 0 {
            NaiveDate::MIN
        } else {
            NaiveDate::MAX
        })
    }

    /// The month the date lies in.
    pub fn month(self) -> Month {
        let date = self.to_naive();
        Month(date.year() * 12 + date.month0() as i32)
    }
}

impl From<NaiveDate> for LocalDate {
    fn from(date: NaiveDate) -> Self {
        Self(date.to_epoch_days())
    }
}

impl From<LocalDate> for NaiveDate {
    fn from(date: LocalDate) -> Self {
        date.to_naive()
    }
}

impl Serialize for LocalDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no date: expected YYYY-MM-DD")))
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_naive().fmt(formatter)
    }
}

/// A calendar month: months since year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// Reads `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Self> {
        LocalDate::parse(&format!("{text}-01")).map(LocalDate::month)
    }

    /// The first day.
    pub fn first_day(self) -> LocalDate {
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1, 1)
            .map_or(LocalDate::MAX, LocalDate::from)
    }

    /// The last day.
    pub fn last_day(self) -> LocalDate {
        LocalDate(self.next().first_day().0.saturating_sub(1))
    }

    /// The month after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The month before.
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }
}

//! An instant with what the clock on the account's wall showed.

use std::fmt;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::accounts::AccountClock;
use crate::vocabulary::Instant;

/// An instant, in UTC and in the local time of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The instant.
    pub instant: Instant,
    /// How far the wall is ahead of UTC.
    pub offset_seconds: i32,
}

impl Moment {
    /// The instant on this clock.
    pub fn on(clock: &AccountClock, instant: Instant) -> Self {
        Self {
            instant,
            offset_seconds: clock.offset_seconds(instant),
        }
    }

    /// The date in UTC.
    pub fn utc_date(self) -> String {
        self.utc_text().chars().take(10).collect()
    }

    /// The time of day in UTC.
    pub fn utc_time(self) -> String {
        self.utc_text().chars().skip(11).collect()
    }

    /// Month, day and time on the wall.
    pub fn wall(self) -> String {
        let local = self
            .instant
            .plus_seconds(i64::from(self.offset_seconds))
            .to_string();
        let wall = local.replace('T', " ");
        wall.trim_end_matches('Z').chars().skip(5).collect()
    }

    fn utc_text(self) -> String {
        self.instant.to_string().trim_end_matches('Z').to_owned()
    }

    fn local(self) -> String {
        let zone = FixedOffset::east_opt(self.offset_seconds);
        match DateTime::from_timestamp_micros(self.instant.micros()).zip(zone) {
            Some((time, zone)) => time
                .with_timezone(&zone)
                .to_rfc3339_opts(SecondsFormat::AutoSi, false),
            None => self.instant.to_string(),
        }
    }
}

impl fmt::Display for Moment {
    /// In UTC: date, time.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.utc_date(), self.utc_time())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut both = serializer.serialize_struct("Moment", 2)?;
        both.serialize_field("utc", &self.instant.to_string())?;
        both.serialize_field("local", &self.local())?;
        both.end()
    }
}

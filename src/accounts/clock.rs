//! The clock on an account's wall: local dates and midnights without asking a time-zone library.
//!
//! A zone changes its offset a few times a year. The changes of 2009 to 2040 are found once and kept as
//! a sorted list, so that a local date costs a binary search of some sixty entries. Before and after
//! those years the first and the last offset hold.

use std::collections::HashMap;

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use crate::vocabulary::{Instant, LocalDate, MICROS_PER_SECOND};

const FIRST_YEAR_SECOND: i64 = 1_230_768_000; // 2009-01-01T00:00:00Z
const LAST_YEAR_SECOND: i64 = 2_240_611_200; // 2041-01-01T00:00:00Z
const DAY_SECONDS: i64 = 86_400;

/// Local time of one account, over every zone it ever had.
///
/// ```
/// use counterfoil::accounts::AccountClock;
/// use counterfoil::vocabulary::LocalDate;
///
/// let berlin = AccountClock::of_zone(chrono_tz::Europe::Berlin);
/// let switch = LocalDate::parse("2025-07-01").unwrap();
/// assert_eq!(berlin.midnight(switch).to_string(), "2025-06-30T22:00:00Z");
/// assert_eq!(berlin.local_date(berlin.midnight(switch)), switch);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountClock {
    /// When each offset begins, in microseconds; the first is the beginning of time.
    starts: Vec<i64>,
    /// Seconds ahead of UTC.
    offsets: Vec<i32>,
    /// From when on the zone is known.
    known_from: Instant,
}

impl AccountClock {
    /// A clock that always shows UTC because nobody knows better (S-02).
    pub fn unknown() -> Self {
        Self {
            known_from: Instant::MAX,
            ..Self::utc()
        }
    }

    /// A clock that shows UTC.
    pub fn utc() -> Self {
        Self {
            starts: vec![i64::MIN],
            offsets: vec![0],
            known_from: Instant::MIN,
        }
    }

    /// The clock of a zone.
    pub fn of_zone(zone: Tz) -> Self {
        let mut clock = Self {
            starts: vec![i64::MIN],
            offsets: vec![offset_at(zone, FIRST_YEAR_SECOND)],
            known_from: Instant::MIN,
        };
        let mut second = FIRST_YEAR_SECOND;
        while second < LAST_YEAR_SECOND {
            let day_later = second + DAY_SECONDS;
            let offset = offset_at(zone, day_later);
            if offset != clock.offsets[clock.offsets.len() - 1] {
                let start = first_second_of(zone, offset, second, day_later);
                clock.starts.push(start * MICROS_PER_SECOND);
                clock.offsets.push(offset);
            }
            second = day_later;
        }
        clock
    }

    /// The date on the wall.
    #[inline]
    pub fn local_date(&self, instant: Instant) -> LocalDate {
        LocalDate::at_offset(instant, self.offset_seconds(instant))
    }

    /// How far the wall is ahead of UTC.
    #[inline]
    pub fn offset_seconds(&self, instant: Instant) -> i32 {
        if let [offset] = *self.offsets {
            return offset;
        }
        self.offsets[self
            .starts
            .partition_point(|&start| start <= instant.micros())
            - 1]
    }

    /// The first instant whose local date is this one or a later one.
    ///
    /// Where the clock jumps over midnight that is the jump; where it falls back over midnight, the
    /// first time it shows the date.
    pub fn midnight(&self, date: LocalDate) -> Instant {
        let utc = date.midnight_utc().micros();
        for (place, &offset) in self.offsets.iter().enumerate() {
            let candidate = utc.saturating_sub(i64::from(offset) * MICROS_PER_SECOND);
            let end = self.starts.get(place + 1).copied().unwrap_or(i64::MAX);
            if candidate < end {
                return Instant::from_micros(candidate.max(self.starts[place]));
            }
        }
        Instant::MAX
    }

    /// Whether the zone is known at every instant. Without it the clock shows UTC or S-02's zone.
    pub fn is_known(&self) -> bool {
        self.known_from == Instant::MIN
    }

    /// Whether the zone is known at this instant: a later `[[account.change]]` can be the first to name one.
    pub fn is_known_at(&self, instant: Instant) -> bool {
        instant >= self.known_from
    }

    /// Lets another zone hold from the instant at which this clock reaches the date.
    #[must_use]
    pub fn changed(mut self, from: LocalDate, zone: &Self) -> Self {
        let switch = self.midnight(from);
        let kept = self
            .starts
            .partition_point(|&start| start < switch.micros());
        self.starts.truncate(kept);
        self.offsets.truncate(kept);
        self.starts.push(switch.micros());
        self.offsets.push(zone.offset_seconds(switch));
        for (&start, &offset) in zone.starts.iter().zip(&zone.offsets) {
            if start > switch.micros() {
                self.starts.push(start);
                self.offsets.push(offset);
            }
        }
        if self.known_from > switch {
            self.known_from = switch;
        }
        self
    }
}

/// Clocks by zone, each built once: building asks the time-zone library some ten thousand times.
#[derive(Debug, Default)]
pub(super) struct ClockShop(HashMap<Tz, AccountClock>);

impl ClockShop {
    pub(super) fn clock(&mut self, zone: Tz) -> &AccountClock {
        self.0
            .entry(zone)
            .or_insert_with(|| AccountClock::of_zone(zone))
    }
}

/// The first second in `(before, after]` that has the offset, given that `after` has it and `before` not.
fn first_second_of(zone: Tz, offset: i32, mut before: i64, mut after: i64) -> i64 {
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if offset_at(zone, middle) == offset {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

fn offset_at(zone: Tz, second: i64) -> i32 {
    let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
    zone.offset_from_utc_datetime(&time.naive_utc())
        .fix()
        .local_minus_utc()
}

#[cfg(test)]
mod tests {
    use chrono_tz::{
        Africa::Cairo,
        America::{Los_Angeles, New_York, Sao_Paulo},
        Asia::{Beirut, Kathmandu, Kolkata, Tokyo},
        Europe::Berlin,
        Pacific::{Apia, Kiritimati},
    };

    use super::*;

    fn instant(text: &str) -> Instant {
        let time = DateTime::parse_from_rfc3339(text).expect("an instant");
        Instant::from_micros(time.timestamp_micros())
    }

    fn date(text: &str) -> LocalDate {
        LocalDate::parse(text).expect("a date")
    }

    /// The last microsecond before an instant, and the instant itself, lie on these dates.
    fn assert_dates(clock: &AccountClock, at: &str, before: &str, on: &str) {
        let at = instant(at);
        let just_before = Instant::from_micros(at.micros() - 1);
        assert_eq!(clock.local_date(just_before).to_string(), before);
        assert_eq!(clock.local_date(at).to_string(), on);
    }

    #[test]
    fn zones_without_daylight_saving() {
        let kolkata = AccountClock::of_zone(Kolkata);
        assert_dates(&kolkata, "2025-06-30T18:30:00Z", "2025-06-30", "2025-07-01");
        assert_eq!(
            kolkata.midnight(date("2025-07-01")),
            instant("2025-06-30T18:30:00Z")
        );
        assert_eq!(
            AccountClock::of_zone(Kathmandu).midnight(date("2026-10-01")),
            instant("2026-09-30T18:15:00Z")
        );
        assert_eq!(
            AccountClock::of_zone(Tokyo).midnight(date("2022-02-01")),
            instant("2022-01-31T15:00:00Z")
        );
        assert_eq!(
            AccountClock::of_zone(Kiritimati).midnight(date("2025-07-01")),
            instant("2025-06-30T10:00:00Z")
        );
    }

    #[test]
    fn zones_with_daylight_saving_both_sides_of_the_change() {
        let berlin = AccountClock::of_zone(Berlin);
        // Summer time began 2025-03-30T01:00Z.
        assert_eq!(
            berlin.midnight(date("2025-03-30")),
            instant("2025-03-29T23:00:00Z")
        );
        assert_eq!(
            berlin.midnight(date("2025-03-31")),
            instant("2025-03-30T22:00:00Z")
        );
        assert_eq!(
            berlin.offset_seconds(instant("2025-03-30T00:59:59.999999Z")),
            3600
        );
        assert_eq!(berlin.offset_seconds(instant("2025-03-30T01:00:00Z")), 7200);
        let pacific = AccountClock::of_zone(Los_Angeles);
        assert_dates(&pacific, "2025-07-01T07:00:00Z", "2025-06-30", "2025-07-01");
        assert_dates(&pacific, "2025-02-01T08:00:00Z", "2025-01-31", "2025-02-01");
        assert_eq!(
            AccountClock::of_zone(New_York).midnight(date("2026-10-01")),
            instant("2026-10-01T04:00:00Z")
        );
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_jump_over_it() {
        // Sao Paulo went from 2018-11-03 23:59:59 (-3) to 2018-11-04 01:00 (-2).
        let sao_paulo = AccountClock::of_zone(Sao_Paulo);
        assert_eq!(
            sao_paulo.midnight(date("2018-11-04")),
            instant("2018-11-04T03:00:00Z")
        );
        assert_dates(
            &sao_paulo,
            "2018-11-04T03:00:00Z",
            "2018-11-03",
            "2018-11-04",
        );
        assert_eq!(
            sao_paulo.midnight(date("2018-11-05")),
            instant("2018-11-05T02:00:00Z")
        );
        // Since 2019 there is no summer time.
        assert_eq!(
            sao_paulo.midnight(date("2023-01-01")),
            instant("2023-01-01T03:00:00Z")
        );
        // Beirut went from 2022-03-26 23:59:59 (+2) to 2022-03-27 01:00 (+3).
        assert_eq!(
            AccountClock::of_zone(Beirut).midnight(date("2022-03-27")),
            instant("2022-03-26T22:00:00Z")
        );
        // Cairo went from 2023-04-27 23:59:59 (+2) to 2023-04-28 01:00 (+3).
        assert_eq!(
            AccountClock::of_zone(Cairo).midnight(date("2023-04-28")),
            instant("2023-04-27T22:00:00Z")
        );
    }

    #[test]
    fn a_midnight_that_the_clock_falls_back_from_never_came() {
        // Sao Paulo went from 2018-02-17 23:59:59 (-2) back to 2018-02-17 23:00 (-3).
        let sao_paulo = AccountClock::of_zone(Sao_Paulo);
        assert_dates(
            &sao_paulo,
            "2018-02-18T02:00:00Z",
            "2018-02-17",
            "2018-02-17",
        );
        assert_eq!(
            sao_paulo.midnight(date("2018-02-18")),
            instant("2018-02-18T03:00:00Z")
        );
    }

    #[test]
    fn a_date_that_a_zone_left_out_begins_with_the_next() {
        // Apia skipped 2011-12-30 and came from -10 to +14.
        let apia = AccountClock::of_zone(Apia);
        assert_eq!(
            apia.midnight(date("2011-12-30")),
            instant("2011-12-30T10:00:00Z")
        );
        assert_eq!(
            apia.midnight(date("2011-12-31")),
            instant("2011-12-30T10:00:00Z")
        );
        assert_dates(&apia, "2011-12-30T10:00:00Z", "2011-12-29", "2011-12-31");
    }

    #[test]
    fn far_years_keep_the_first_and_the_last_offset() {
        let berlin = AccountClock::of_zone(Berlin);
        assert_eq!(berlin.offset_seconds(Instant::MIN), 3600);
        assert_eq!(berlin.offset_seconds(Instant::MAX), 3600);
        assert_eq!(berlin.midnight(LocalDate::MIN), Instant::MIN);
        assert_eq!(
            berlin.midnight(date("2050-07-01")),
            instant("2050-06-30T23:00:00Z")
        );
        assert_eq!(
            AccountClock::utc().midnight(date("2025-07-01")),
            instant("2025-07-01T00:00:00Z")
        );
    }

    #[test]
    fn another_zone_holds_from_the_old_zones_midnight() {
        let moved = AccountClock::of_zone(Berlin)
            .changed(date("2025-07-01"), &AccountClock::of_zone(New_York));
        // 2025-07-01 begins in Berlin at 22:00Z; from then on New York's wall shows 18:00 of the day before.
        assert_dates(&moved, "2025-06-30T22:00:00Z", "2025-06-30", "2025-06-30");
        assert_eq!(
            moved.midnight(date("2025-07-01")),
            instant("2025-07-01T04:00:00Z")
        );
        assert_eq!(moved.offset_seconds(instant("2025-06-30T21:59:59Z")), 7200);
        assert_eq!(
            moved.offset_seconds(instant("2025-06-30T22:00:00Z")),
            -14_400
        );
        // New York's winter time is kept: 2025-11-02T06:00Z.
        assert_eq!(
            moved.midnight(date("2025-11-03")),
            instant("2025-11-03T05:00:00Z")
        );
        assert!(moved.is_known());
    }

    #[test]
    fn eastward_moves_jump_over_hours() {
        let moved = AccountClock::of_zone(New_York)
            .changed(date("2025-07-01"), &AccountClock::of_zone(Tokyo));
        assert_dates(&moved, "2025-07-01T04:00:00Z", "2025-06-30", "2025-07-01");
        assert_eq!(
            moved.midnight(date("2025-07-02")),
            instant("2025-07-01T15:00:00Z")
        );
    }

    #[test]
    fn an_unknown_zone_becomes_known_with_the_change_that_names_one() {
        let unknown = AccountClock::unknown();
        assert!(!unknown.is_known());
        let named = unknown.changed(date("2025-07-01"), &AccountClock::of_zone(Tokyo));
        assert!(!named.is_known());
        assert!(!named.is_known_at(instant("2025-06-30T23:59:59Z")));
        assert!(named.is_known_at(instant("2025-07-01T00:00:00Z")));
    }

    #[test]
    fn every_zone_agrees_with_the_library_hour_by_hour_around_its_changes() {
        for zone in [
            Berlin,
            Sao_Paulo,
            Cairo,
            Beirut,
            Apia,
            Los_Angeles,
            chrono_tz::Africa::Casablanca,
        ] {
            let clock = AccountClock::of_zone(zone);
            for &start in &clock.starts[1..] {
                for hours in -30..=30 {
                    let second = start / MICROS_PER_SECOND + hours * 3600;
                    assert_eq!(
                        clock.offset_seconds(Instant::from_seconds(second)),
                        offset_at(zone, second),
                        "{zone}"
                    );
                }
            }
        }
    }
}

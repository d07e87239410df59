//! The clock on an account's wall: local dates and midnights without asking a time-zone library.
//!
//! A zone changes its offset a few times a year. The changes of 2009 to 2040 are found once and kept as
//! a sorted list, with an index of what holds at the beginning of every hundred days: from there a local
//! date is at most a few steps away. Before and after those years the first and the last offset hold.

use std::collections::HashMap;

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use crate::vocabulary::{Instant, LocalDate, MICROS_PER_SECOND};

const FIRST_YEAR_SECOND: i64 = 1_230_768_000; // 2009-01-01T00:00:00Z
const LAST_YEAR_SECOND: i64 = 2_240_611_200; // 2041-01-01T00:00:00Z
const DAY_SECONDS: i64 = 86_400;

/// An index entry covers 2^43 microseconds, about 102 days; 116 of them reach beyond the last year.
const STRIDE_BITS: u32 = 43;
const STRIDES: i64 = 116;

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
    /// Which offset holds at the beginning of each stride since 2009.
    index: Vec<u16>,
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
            index: Vec::new(),
            known_from: Instant::MIN,
        }
    }

    /// The clock of a zone.
    pub fn of_zone(zone: Tz) -> Self {
        let mut clock = Self {
            starts: vec![i64::MIN],
            offsets: vec![offset_at(zone, FIRST_YEAR_SECOND)],
            ..Self::utc()
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
        clock.indexed()
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
        let stride = (instant
            .micros()
            .saturating_sub(FIRST_YEAR_SECOND * MICROS_PER_SECOND)
            >> STRIDE_BITS)
            .clamp(0, STRIDES - 1);
        // The index is as long as there are strides; the clamp keeps earlier and later years inside.
        let mut place = usize::from(self.index[stride as usize]);
        while let Some(&next) = self.starts.get(place + 1)
            && next <= instant.micros()
        {
            place += 1;
        }
        self.offsets[place]
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
        self.indexed()
    }

    fn indexed(mut self) -> Self {
        let held_at = |stride: i64| {
            // Before the first stride lies the past of which the zone is not asked: begin at its beginning.
            let begin = if stride == 0 {
                i64::MIN
            } else {
                FIRST_YEAR_SECOND * MICROS_PER_SECOND + (stride << STRIDE_BITS)
            };
            (self.starts.partition_point(|&start| start <= begin).max(1) - 1) as u16
        };
        self.index = (0..STRIDES).map(held_at).collect();
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
#[path = "clock_tests.rs"]
mod tests;

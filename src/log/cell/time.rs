//! Instants as text: RFC 3339, `YYYY-MM-DD HH:MM:SS[.fff]`, epoch seconds or milliseconds.
//!
//! Exports stand nearly in order of time, so the last date and the last hour's zone offset are kept.

use chrono::{DateTime, LocalResult, NaiveDate, TimeZone};
use chrono_tz::Tz;

use super::epoch::EpochUnit;
use crate::vocabulary::{Instant, MICROS_PER_SECOND};

const MICROS_PER_HOUR: i64 = 3600 * MICROS_PER_SECOND;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;
/// 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z: what text can say.
const MICROS_FIRST: i64 = -62_167_219_200 * MICROS_PER_SECOND;
const MICROS_END: i64 = 253_402_300_800 * MICROS_PER_SECOND;

/// The instant of a text that counts seconds or milliseconds since the epoch, whichever its size says.
pub(in crate::log) fn instant_of_epoch(text: &str) -> Option<Instant> {
    match parse_epoch(text.trim().as_bytes())? {
        ParsedTime::Epoch(micros, ..) | ParsedTime::Calendar(micros) => {
            Some(Instant::from_micros(micros))
        }
    }
}

/// An instant that was read, and from what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParsedTime {
    /// From a date and a time of day: microseconds since the epoch.
    Calendar(i64),
    /// From a number: microseconds since the epoch, the unit it was taken for, its whole part.
    Epoch(i64, EpochUnit, i64),
}

/// Reads instants; keeps what neighbouring rows share.
#[derive(Debug)]
pub(super) struct TimeParser {
    zone: Option<Tz>,
    date: [u8; 10],
    date_micros: i64,
    hour: i64,
    hour_offset_micros: Option<i64>,
}

impl TimeParser {
    /// A parser for which times without a zone are times of `zone` (UTC by default).
    pub(super) fn new(zone: Option<Tz>) -> Self {
        let zone = zone.filter(|&zone| zone != Tz::UTC);
        Self {
            zone,
            date: [0; 10],
            date_micros: 0,
            hour: i64::MIN,
            hour_offset_micros: None,
        }
    }

    /// Reads a trimmed cell.
    #[inline]
    pub(super) fn parse(&mut self, cell: &[u8]) -> Option<ParsedTime> {
        if cell.len() >= 19 && matches!(cell[10], b'T' | b't' | b' ') {
            return self.calendar(cell).map(ParsedTime::Calendar);
        }
        parse_epoch(cell)
    }

    #[inline]
    fn calendar(&mut self, cell: &[u8]) -> Option<i64> {
        let (date, rest) = cell.split_first_chunk::<10>()?;
        let (time, rest) = rest[1..].split_first_chunk::<8>()?;
        if *date != self.date {
            self.date_micros = parse_date(date)?.checked_mul(MICROS_PER_DAY)?;
            self.date = *date;
        }
        let micros = self.date_micros + parse_time_of_day(*time)?;
        if matches!(rest, [b'Z' | b'z']) {
            return in_range(micros);
        }
        self.tail(micros, rest)
    }

    /// Fraction and zone.
    fn tail(&mut self, micros: i64, rest: &[u8]) -> Option<i64> {
        let (fraction, zone) = match rest {
            [b'.', rest @ ..] => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                (fraction_of(&rest[..digits], 6), &rest[digits..])
            }
            _ => (0, rest),
        };
        let micros = micros + fraction;
        match zone {
            [] => self.local(micros),
            _ => in_range(micros - parse_offset(zone)? * MICROS_PER_SECOND),
        }
    }

    /// The instant at which a clock of the zone shows this many microseconds since 1970-01-01 00:00.
    ///
    /// A time that the clock shows twice is the earlier one; one that it never shows is none.
    #[inline]
    pub(super) fn local(&mut self, micros: i64) -> Option<i64> {
        let Some(zone) = self.zone else {
            return in_range(micros);
        };
        let hour = in_range(micros)?.div_euclid(MICROS_PER_HOUR);
        if hour != self.hour {
            self.hour = hour;
            self.hour_offset_micros = hour_offset(zone, hour);
        }
        match self.hour_offset_micros {
            Some(offset) => in_range(micros - offset),
            None => in_range(local_to_utc(zone, micros)?),
        }
    }
}

/// The zone's offset in a local hour, if it is the same throughout.
fn hour_offset(zone: Tz, hour: i64) -> Option<i64> {
    let first = hour * MICROS_PER_HOUR;
    let last = first + MICROS_PER_HOUR - 1;
    let (first, last) = (single_offset(zone, first)?, single_offset(zone, last)?);
    (first == last).then_some(first)
}

fn single_offset(zone: Tz, local: i64) -> Option<i64> {
    match zone.from_local_datetime(&DateTime::from_timestamp_micros(local)?.naive_utc()) {
        LocalResult::Single(time) => Some(local - time.timestamp_micros()),
        LocalResult::Ambiguous(..) | LocalResult::None => None,
    }
}

fn local_to_utc(zone: Tz, local: i64) -> Option<i64> {
    let time = DateTime::from_timestamp_micros(local)?.naive_utc();
    zone.from_local_datetime(&time)
        .earliest()
        .map(|time| time.timestamp_micros())
}

/// The instant, if it is one that text can say (years 0 to 9999).
#[inline]
pub(super) fn in_range(micros: i64) -> Option<i64> {
    (MICROS_FIRST..MICROS_END)
        .contains(&micros)
        .then_some(micros)
}

fn parse_date(text: &[u8; 10]) -> Option<i64> {
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0u32, |number, &digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&text[..4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&text[5..7])?, number(&text[8..])?)?;
    Some(i64::from(date.to_epoch_days()))
}

/// `HH:MM:SS` as microseconds; a leap second is the second after it.
#[inline]
fn parse_time_of_day(text: [u8; 8]) -> Option<i64> {
    // Digits become 0 to 9 and colons 0. Six more take what is above 9 over the nibble.
    let bytes = u64::from_le_bytes(text) ^ u64::from_le_bytes(*b"00:00:00");
    let above_nine = bytes | bytes.wrapping_add(0x0606_0006_0600_0606);
    if above_nine & 0xf0f0_fff0_f0ff_f0f0 != 0 {
        return None;
    }
    let digit = |place: u32| (bytes >> (8 * place) & 0xf) as i64;
    let hours = digit(0) * 10 + digit(1);
    let minutes = digit(3) * 10 + digit(4);
    let seconds = digit(6) * 10 + digit(7);
    (hours < 24 && minutes < 60 && seconds <= 60)
        .then(|| ((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND)
}

/// The first `places` digits of a fraction as a number of that many places; further ones are dropped.
fn fraction_of(digits: &[u8], places: usize) -> i64 {
    (0..places).fold(0, |number, place| {
        number * 10
            + digits
                .get(place)
                .map_or(0, |&digit| i64::from(digit - b'0'))
    })
}

/// `Z`, `UTC`, `±HH:MM`, `±HHMM`, `±HH`, perhaps after a space, in seconds.
fn parse_offset(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    if text.eq_ignore_ascii_case(b"z") || text.eq_ignore_ascii_case(b"utc") {
        return Some(0);
    }
    let (&sign, digits) = text.split_first()?;
    let (hours, minutes) = match digits {
        [h1, h2] => ([h1, h2], [&b'0', &b'0']),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([h1, h2], [m1, m2]),
        _ => return None,
    };
    let number = |digits: [&u8; 2]| {
        digits
            .iter()
            .all(|digit| digit.is_ascii_digit())
            .then(|| i64::from(digits[0] - b'0') * 10 + i64::from(digits[1] - b'0'))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

/// A number of seconds or milliseconds, perhaps with a fraction.
fn parse_epoch(text: &[u8]) -> Option<ParsedTime> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole == 0 || whole > 18 {
        return None;
    }
    let value = text[..whole]
        .iter()
        .fold(0i64, |value, &digit| value * 10 + i64::from(digit - b'0'));
    let unit = EpochUnit::of(value)?;
    let fraction = match &text[whole..] {
        [] => 0,
        [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            fraction_of(digits, unit.decimal_places_to_micros())
        }
        _ => return None,
    };
    let micros = in_range(value.checked_mul(unit.micros())?.checked_add(fraction)?)?;
    Some(if negative {
        ParsedTime::Epoch(in_range(-micros)?, unit, -value)
    } else {
        ParsedTime::Epoch(micros, unit, value)
    })
}

/// A whole number of seconds or milliseconds.
pub(super) fn epoch_instant(value: i64) -> Option<ParsedTime> {
    let unit = EpochUnit::of(value)?;
    Some(ParsedTime::Epoch(
        in_range(value.checked_mul(unit.micros())?)?,
        unit,
        value,
    ))
}

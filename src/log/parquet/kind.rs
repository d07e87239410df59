//! What a column's values mean, and how one value becomes a cell.

use chrono::NaiveDate;

use super::cells::Cells;
use super::leaf::{LeafType, Logical, TimeUnit};
use crate::log::Column;

/// What the values of a column mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Boolean,
    /// Little-endian, of 4 or 8 bytes.
    Integer {
        signed: bool,
    },
    /// Little-endian of 4 or 8 bytes, counting since the epoch.
    Timestamp {
        utc: bool,
        unit: TimeUnit,
    },
    /// Nanoseconds of a day and the Julian day, as Impala, Hive and Spark wrote times.
    Int96,
    Float,
    Double,
    /// Days since the epoch.
    Date,
    /// Little-endian of 4 or 8 bytes.
    DecimalInteger {
        scale: u32,
    },
    /// Big-endian, of any length.
    DecimalBytes {
        scale: u32,
    },
    Text,
    Uuid,
}

const SCALE_MAX: i32 = 76;
const JULIAN_DAY_OF_EPOCH: i64 = 2_440_588;
const MICROS_PER_DAY: i64 = 86_400_000_000;

impl ValueKind {
    /// The meaning of a type, or what it is called if its values cannot be cells.
    pub(super) fn of(leaf: &LeafType) -> Result<Self, String> {
        let decimal_scale = match (leaf.logical, leaf.converted) {
            (Some(Logical::Decimal { scale }), _) => Some(scale),
            (None, Some(5)) => Some(leaf.scale),
            _ => None,
        };
        if let Some(scale) = decimal_scale {
            let scale = u32::try_from(scale)
                .ok()
                .filter(|_| scale <= SCALE_MAX)
                .ok_or_else(|| format!("DECIMAL with {scale} places"))?;
            return match leaf.physical {
                1 | 2 => Ok(Self::DecimalInteger { scale }),
                6 | 7 => Ok(Self::DecimalBytes { scale }),
                _ => Err("DECIMAL of a type that cannot be one".to_owned()),
            };
        }
        match leaf.physical {
            0 => Ok(Self::Boolean),
            1 => Self::of_int32(leaf),
            2 => Self::of_int64(leaf),
            3 => Ok(Self::Int96),
            4 => Ok(Self::Float),
            5 => Ok(Self::Double),
            6 => Ok(Self::Text),
            7 => match (leaf.logical, leaf.converted) {
                (Some(Logical::Uuid), _) if leaf.length == 16 => Ok(Self::Uuid),
                (Some(Logical::Float16), _) => Err("FLOAT16".to_owned()),
                (None, Some(21)) => Err("INTERVAL".to_owned()),
                _ => Ok(Self::Text),
            },
            other => Err(format!("the unknown type {other}")),
        }
    }

    fn of_int32(leaf: &LeafType) -> Result<Self, String> {
        match (leaf.logical, leaf.converted) {
            (Some(Logical::Date), _) | (None, Some(6)) => Ok(Self::Date),
            (Some(Logical::Time), _) | (None, Some(7)) => Err("TIME".to_owned()),
            (Some(Logical::Integer { signed, .. }), _) => Ok(Self::Integer { signed }),
            (_, Some(11..=14)) => Ok(Self::Integer { signed: false }),
            _ => Ok(Self::Integer { signed: true }),
        }
    }

    fn of_int64(leaf: &LeafType) -> Result<Self, String> {
        match (leaf.logical, leaf.converted) {
            (Some(Logical::Timestamp { utc, unit }), _) => Ok(Self::Timestamp { utc, unit }),
            (None, Some(9)) => Ok(Self::Timestamp {
                utc: true,
                unit: TimeUnit::Milliseconds,
            }),
            (None, Some(10)) => Ok(Self::Timestamp {
                utc: true,
                unit: TimeUnit::Microseconds,
            }),
            (Some(Logical::Time), _) | (None, Some(8)) => Err("TIME".to_owned()),
            (Some(Logical::Integer { signed, .. }), _) => Ok(Self::Integer { signed }),
            (_, Some(14)) => Ok(Self::Integer { signed: false }),
            _ => Ok(Self::Integer { signed: true }),
        }
    }

    /// The cell of one plainly encoded value, without the length before it. Booleans are packed bits
    /// and never come here.
    #[inline]
    pub(super) fn cell<C: Cells>(self, column: Column, value: &[u8], cells: &mut C) -> C::Cell {
        match self {
            Self::Text => cells.text(column, value),
            Self::Timestamp { utc, unit } => {
                let value = signed(value);
                let micros = match unit {
                    TimeUnit::Milliseconds => value.checked_mul(1000),
                    TimeUnit::Microseconds => Some(value),
                    TimeUnit::Nanoseconds => Some(value.div_euclid(1000)),
                };
                // So far from any message that the end of the range stands for it: it is bad.
                cells.time(column, micros.unwrap_or(i64::MAX), utc)
            }
            Self::Integer { signed: true } => cells.integer(column, signed(value)),
            Self::Integer { signed: false } => match i64::try_from(unsigned(value)) {
                Ok(value) => cells.integer(column, value),
                Err(_) => cells.text(column, unsigned(value).to_string().as_bytes()),
            },
            Self::Boolean => cells.boolean(column, value.first() == Some(&1)),
            Self::Int96 => cells.time(column, int96_micros(value), true),
            Self::Float => {
                let value = f32::from_bits(unsigned(value) as u32);
                // Above this, floats skip integers: what was written may have been another.
                float_cell(
                    column,
                    f64::from(value),
                    f64::from(1u32 << 24),
                    &value.to_string(),
                    cells,
                )
            }
            Self::Double => {
                let value = f64::from_bits(unsigned(value));
                double_cell(column, value, cells)
            }
            Self::Date => cells.text(column, date_text(signed(value)).as_bytes()),
            Self::DecimalInteger { scale } => cells.text(
                column,
                decimal_text(i128::from(signed(value)), scale).as_bytes(),
            ),
            Self::DecimalBytes { scale } => match big_endian(value) {
                Some(unscaled) => cells.text(column, decimal_text(unscaled, scale).as_bytes()),
                None if value.is_empty() => C::EMPTY,
                None => cells.text(column, b"decimal of more than 38 digits"),
            },
            Self::Uuid => cells.text(column, uuid_text(value).as_bytes()),
        }
    }
}

#[inline]
fn unsigned(value: &[u8]) -> u64 {
    match *value {
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

#[inline]
fn signed(value: &[u8]) -> i64 {
    match *value {
        [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
        _ => unsigned(value) as i64,
    }
}

fn int96_micros(value: &[u8]) -> i64 {
    let (nanos, day) = value.split_at(value.len().min(8));
    let day = signed(day).saturating_sub(JULIAN_DAY_OF_EPOCH);
    day.saturating_mul(MICROS_PER_DAY)
        .saturating_add(signed(nanos).div_euclid(1000))
}

#[inline]
fn double_cell<C: Cells>(column: Column, value: f64, cells: &mut C) -> C::Cell {
    const EXACT_BELOW: f64 = (1u64 << 53) as f64;
    // The usual case first: data frames turn integers with gaps into doubles.
    if value.fract() == 0.0 && value.abs() < EXACT_BELOW {
        return cells.integer(column, value as i64);
    }
    float_cell(column, value, EXACT_BELOW, &value.to_string(), cells)
}

/// A whole number as an integer, a fraction in its shortest form, not-a-number as empty; what is too
/// large to be exact in scientific form, which no identifier has.
fn float_cell<C: Cells>(
    column: Column,
    value: f64,
    exact_below: f64,
    text: &str,
    cells: &mut C,
) -> C::Cell {
    if value.is_nan() {
        return C::EMPTY;
    }
    if value.abs() >= exact_below {
        return cells.text(column, format!("{value:e}").as_bytes());
    }
    if value.fract() == 0.0 {
        return cells.integer(column, value as i64);
    }
    cells.text(column, text.as_bytes())
}

fn date_text(days: i64) -> String {
    let date = i32::try_from(days)
        .ok()
        .and_then(NaiveDate::from_epoch_days);
    date.map_or_else(|| format!("day {days}"), |date| date.to_string())
}

fn decimal_text(unscaled: i128, scale: u32) -> String {
    let scale = scale as usize;
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

/// A two's complement number, if it has at most 128 bits.
fn big_endian(value: &[u8]) -> Option<i128> {
    let (&first, _) = value.split_first()?;
    let fill = if first & 0x80 == 0 { 0 } else { 0xff };
    let (extension, low) = value.split_at(value.len().saturating_sub(16));
    let extends = extension.iter().all(|&byte| byte == fill)
        && low
            .first()
            .is_some_and(|&byte| extension.is_empty() || (byte ^ fill) & 0x80 == 0);
    let start = if fill == 0 { 0 } else { -1 };
    extends.then(|| {
        low.iter()
            .fold(start, |number: i128, &byte| number << 8 | i128::from(byte))
    })
}

fn uuid_text(value: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in value.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(decimal_text(525, 4), "0.0525");
        assert_eq!(decimal_text(-525, 2), "-5.25");
        assert_eq!(decimal_text(7, 0), "7");
        assert_eq!(decimal_text(0, 2), "0.00");
        assert_eq!(big_endian(&[0xff, 0x85]), Some(-123));
        assert_eq!(big_endian(&[0; 20]), Some(0));
        assert_eq!(
            big_endian(&[[0xff; 19].as_slice(), &[0x85]].concat()),
            Some(-123)
        );
        assert_eq!(big_endian(&[[0x01].as_slice(), &[0; 16]].concat()), None);
        assert_eq!(big_endian(&[]), None);
    }

    #[test]
    fn int96_counts_from_the_julian_day() {
        let value = [
            (1_500_000_000u64).to_le_bytes().as_slice(),
            &2_440_589u32.to_le_bytes(),
        ]
        .concat();
        assert_eq!(int96_micros(&value), MICROS_PER_DAY + 1_500_000);
    }
}

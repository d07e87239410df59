//! Seconds or milliseconds: told apart by column and file, never by row.

use std::path::Path;

use super::super::{Column, LogError};
use crate::vocabulary::MICROS_PER_SECOND;

const MAGNITUDE_MIN: u64 = 100_000_000;
const MILLISECONDS_FROM: u64 = 100_000_000_000;
const MAGNITUDE_MAX: u64 = 100_000_000_000_000;

/// What a number in a column of times counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EpochUnit {
    Seconds,
    Milliseconds,
}

impl EpochUnit {
    /// The unit that a value of this size must be in, if either makes sense.
    #[inline]
    pub(super) fn of(value: i64) -> Option<Self> {
        match value.unsigned_abs() {
            MAGNITUDE_MIN..MILLISECONDS_FROM => Some(Self::Seconds),
            MILLISECONDS_FROM..=MAGNITUDE_MAX => Some(Self::Milliseconds),
            _ => None,
        }
    }

    pub(super) const fn micros(self) -> i64 {
        match self {
            Self::Seconds => MICROS_PER_SECOND,
            Self::Milliseconds => 1000,
        }
    }

    pub(super) const fn decimal_places_to_micros(self) -> usize {
        match self {
            Self::Seconds => 6,
            Self::Milliseconds => 3,
        }
    }
}

/// Which epoch units the columns of a file were seen to hold, with an example of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EpochUnits {
    seen: [[Option<i64>; 2]; INSTANT_COLUMNS.len()],
}

const INSTANT_COLUMNS: [Column; 4] = [
    Column::Timestamp,
    Column::DeliveredAt,
    Column::SeenAt,
    Column::MetaExpiresAt,
];

impl EpochUnits {
    #[inline]
    pub(super) fn record(&mut self, column: Column, unit: EpochUnit, value: i64) {
        let place = match column {
            Column::DeliveredAt => 1,
            Column::SeenAt => 2,
            Column::MetaExpiresAt => 3,
            _ => 0,
        };
        keep_smallest(&mut self.seen[place][unit as usize], value);
    }

    /// Adds what another thread saw in the same file.
    pub fn merge(&mut self, other: &Self) {
        for (mine, other) in self
            .seen
            .iter_mut()
            .flatten()
            .zip(other.seen.iter().flatten())
        {
            if let Some(value) = *other {
                keep_smallest(mine, value);
            }
        }
    }

    /// Refuses a file of which a column holds both units.
    ///
    /// # Errors
    /// [`LogError::MixedEpochUnits`] for the first such column.
    pub fn check(&self, path: &Path) -> Result<(), LogError> {
        for (column, seen) in INSTANT_COLUMNS.iter().zip(&self.seen) {
            if let [Some(seconds), Some(milliseconds)] = *seen {
                return Err(LogError::MixedEpochUnits {
                    path: path.to_owned(),
                    column: column.name(),
                    seconds,
                    milliseconds,
                });
            }
        }
        Ok(())
    }
}

/// The smallest, so that the example does not depend on which thread was first.
#[inline]
fn keep_smallest(seen: &mut Option<i64>, value: i64) {
    if seen.is_none_or(|smallest| value < smallest) {
        *seen = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_units_in_one_column_are_refused_and_in_two_are_not() {
        let mut first = EpochUnits::default();
        first.record(Column::Timestamp, EpochUnit::Seconds, 1_700_000_000);
        first.record(
            Column::DeliveredAt,
            EpochUnit::Milliseconds,
            1_700_000_000_000,
        );
        assert!(first.check(Path::new("log.csv")).is_ok());

        let mut second = EpochUnits::default();
        second.record(Column::DeliveredAt, EpochUnit::Seconds, 1_700_000_001);
        second.merge(&first);
        let message = second.check(Path::new("log.csv")).unwrap_err().to_string();
        assert!(message.contains("`delivered_at`"), "{message}");
        assert!(
            message.contains("1700000001") && message.contains("1700000000000"),
            "{message}"
        );
    }
}

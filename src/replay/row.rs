//! A row of the log as 44 bytes: all that folding needs to know of it.

use super::attributes::{Attributes, Flag};
use super::outcome::RowNumber;
use super::pair::PairKey;
use crate::vocabulary::Instant;

/// A row, packed; millions of them wait in memory until the whole log is read.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
pub struct Row {
    fold_key: u64,
    pair: u64,
    timestamp: i64,
    attributes: u64,
    delivered: u32,
    content: u32,
    number: u32,
}

/// The `delivered_at` cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveredAt {
    /// The cell is empty.
    Empty,
    /// The instant.
    At(Instant),
    /// Too far from the timestamp to be packed: it stands in the table of odd values.
    Elsewhere,
}

const DELIVERED_EMPTY: u32 = u32::MAX;
const DELIVERED_ELSEWHERE: u32 = u32::MAX - 1;
/// Set where the distance is in milliseconds, else it is in microseconds.
const IN_MILLIS: u32 = 1 << 31;
const DISTANCE_BIAS: i64 = 1 << 30;

impl Row {
    /// Packs a row. `DeliveredAt::Elsewhere` comes back from [`Self::delivered_at`] if the instant is too far
    /// from the timestamp, so the caller checks and keeps it.
    #[inline]
    pub fn new(
        fold_key: u64,
        pair: PairKey,
        timestamp: Instant,
        delivered_at: Option<Instant>,
        attributes: Attributes,
        content: u32,
        number: RowNumber,
    ) -> Self {
        Self {
            fold_key,
            pair: pair.0,
            timestamp: timestamp.micros(),
            attributes: attributes.0,
            delivered: delivered_at.map_or(DELIVERED_EMPTY, |instant| pack(timestamp, instant)),
            content,
            number: number.0,
        }
    }

    /// Equal for rows of one message, but for collisions of 64-bit hashes (D-4).
    #[inline]
    pub fn fold_key(&self) -> u64 {
        self.fold_key
    }

    /// The pair.
    #[inline]
    pub fn pair(&self) -> PairKey {
        PairKey(self.pair)
    }

    /// The `timestamp` cell.
    #[inline]
    pub fn timestamp(&self) -> Instant {
        Instant::from_micros(self.timestamp)
    }

    /// The words.
    #[inline]
    pub fn attributes(&self) -> Attributes {
        Attributes(self.attributes)
    }

    /// The `delivered_at` cell.
    #[inline]
    pub fn delivered_at(&self) -> DeliveredAt {
        match self.delivered {
            DELIVERED_EMPTY => DeliveredAt::Empty,
            DELIVERED_ELSEWHERE => DeliveredAt::Elsewhere,
            packed => {
                let distance = i64::from(packed & !IN_MILLIS) - DISTANCE_BIAS;
                let micros = if packed & IN_MILLIS == 0 {
                    distance
                } else {
                    distance * 1000
                };
                DeliveredAt::At(Instant::from_micros(self.timestamp + micros))
            }
        }
    }

    /// Where the row stands.
    #[inline]
    pub fn number(&self) -> RowNumber {
        RowNumber(self.number)
    }

    /// Whether both rows are equal in every canonical cell (D-4), given that they have the same message id.
    #[inline]
    pub fn is_duplicate_of(&self, other: &Self) -> bool {
        self.comparable() == other.comparable()
    }

    /// What makes rows of one message equal or different.
    pub fn comparable(&self) -> (u64, i64, u64, u32, u32) {
        (
            self.pair,
            self.timestamp,
            self.attributes().without(Flag::AccountInferred).0,
            self.delivered,
            self.content,
        )
    }
}

fn pack(timestamp: Instant, delivered: Instant) -> u32 {
    let Some(micros) = delivered.micros().checked_sub(timestamp.micros()) else {
        return DELIVERED_ELSEWHERE;
    };
    let in_range = |distance: i64| (-DISTANCE_BIAS..DISTANCE_BIAS - 2).contains(&distance);
    if in_range(micros) {
        (micros + DISTANCE_BIAS) as u32
    } else if micros % 1000 == 0 && in_range(micros / 1000) {
        (micros / 1000 + DISTANCE_BIAS) as u32 | IN_MILLIS
    } else {
        DELIVERED_ELSEWHERE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered_after(micros: i64) -> DeliveredAt {
        let timestamp = Instant::from_seconds(1_700_000_000);
        let delivered = Instant::from_micros(timestamp.micros() + micros);
        let row = Row::new(
            1,
            PairKey(2),
            timestamp,
            Some(delivered),
            Attributes::EMPTY,
            3,
            RowNumber(4),
        );
        match row.delivered_at() {
            DeliveredAt::At(instant) => {
                assert_eq!(instant, delivered);
                row.delivered_at()
            }
            other => other,
        }
    }

    #[test]
    fn near_deliveries_are_packed_exactly_and_far_ones_stand_elsewhere() {
        for micros in [
            0,
            1,
            -1,
            999_999,
            -60_000_000,
            86_400_000_000,
            -86_400_000_000,
            1_073_741_821,
        ] {
            assert!(
                matches!(delivered_after(micros), DeliveredAt::At(_)),
                "{micros}"
            );
        }
        assert_eq!(delivered_after(86_400_000_001), DeliveredAt::Elsewhere);
        assert_eq!(delivered_after(86_400_000_000 * 30), DeliveredAt::Elsewhere);
    }

    #[test]
    fn a_row_is_44_bytes() {
        assert_eq!(size_of::<Row>(), 44);
    }
}

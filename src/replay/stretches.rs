//! The time of a log, cut into stretches of about as many messages each.
//!
//! What is written stands in the order of time. Findings that lie together by time are put in order
//! stretch by stretch, each of which fits the cache. Where stretches begin decides no result.

use super::partition::PARTITIONS;
use crate::vocabulary::Instant;

/// Where stretches of time begin: at most [`PARTITIONS`] of them.
#[derive(Debug, Default)]
pub struct Stretches {
    /// Of all but the first, ascending.
    starts: Vec<Instant>,
}

impl Stretches {
    /// Stretches with about as many of these instants each.
    pub fn of_sample(mut instants: Vec<Instant>) -> Self {
        instants.sort_unstable();
        let mut starts: Vec<Instant> = (1..PARTITIONS)
            .filter_map(|number| instants.get(instants.len() * number / PARTITIONS))
            .copied()
            .collect();
        starts.dedup();
        Self { starts }
    }

    /// The number of the stretch in which an instant lies.
    #[inline]
    pub fn of(&self, instant: Instant) -> usize {
        self.starts.partition_point(|&start| start <= instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_instants_never_lie_in_earlier_stretches() {
        let at = |second: i64| Instant::from_seconds(second * second % 1000);
        let stretches = Stretches::of_sample((0..5000).map(at).collect());
        let mut numbers: Vec<usize> = (-5..1005)
            .map(|second| stretches.of(Instant::from_seconds(second)))
            .collect();
        assert!(numbers.is_sorted());
        numbers.dedup();
        assert!(numbers.len() > 100 && *numbers.last().unwrap() < PARTITIONS);
        assert_eq!(Stretches::of_sample(Vec::new()).of(Instant::MAX), 0);
    }
}

//! The charges of a counter that passes a step's edge, cut at every edge that anyone has asked for.
//!
//! Nothing is sorted as a whole: each cut selects inside the stretch between two earlier ones, so asking again for a
//! known cut costs nothing, and a new one only looks into its own stretch.

use crate::memory::{Block, List, Memory};
use crate::replay::outcome::Part;
use crate::replay::ranking::{Place, Ranking, Standing};

/// A charge of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Climber {
    /// Where it stands.
    pub place: Place,
    /// What it shares with others.
    pub code: u32,
}

impl Standing for Climber {
    fn place(&self) -> Place {
        self.place
    }
}

/// The charges of a counter, in the order T-5 as far as it was asked for.
#[derive(Debug)]
pub struct Climb {
    climbers: Block<Climber>,
    /// How many charges stand before each cut, ascending; the last is all of them.
    ends: Vec<usize>,
}

/// Neighbours in the order, between two cuts.
pub struct Stretch<'a> {
    /// How many charges of the counter stand before it.
    pub before: u64,
    /// The charges, in no order.
    pub climbers: &'a [Climber],
}

impl Climb {
    /// Collects the charges of several counters in one pass: `counter_of` says, for each code, which counter its
    /// charges count in, if it is one of the `counters` that are wanted; `counts`, how many charges have the code.
    pub fn collect(
        codes: &[List<u32>],
        counts: &[u64],
        counter_of: &[Option<u32>],
        counters: usize,
        memory: &Memory,
    ) -> Vec<Self> {
        if counters == 0 {
            return Vec::new();
        }
        let mut lengths = vec![0; counters];
        for (counter, count) in counter_of.iter().zip(counts) {
            if let Some(counter) = counter {
                // It fits into memory, since a run has fewer than 2^32 charges.
                lengths[*counter as usize] += *count as usize;
            }
        }
        let empty = |&length: &usize| Block::with_capacity(memory, length);
        let mut climbs: Vec<Block<Climber>> = lengths.iter().map(empty).collect();
        for (part, codes) in (0..).zip(codes) {
            for (place, &code) in (0..).zip(codes.iter()) {
                if let Some(counter) = counter_of[code as usize] {
                    let place = (part, place);
                    climbs[counter as usize].push(Climber { place, code });
                }
            }
        }
        let climb = |climbers: Block<Climber>| Self {
            ends: vec![climbers.len()],
            climbers,
        };
        climbs.into_iter().map(climb).collect()
    }

    /// Cuts after each of these counts of charges.
    ///
    /// # Errors
    /// If message ids on a cut can no longer be read.
    pub fn cut(
        &mut self,
        after: &[u64],
        ranking: &Ranking<'_>,
        parts: &[Part],
    ) -> anyhow::Result<()> {
        for &count in after {
            // It fits into memory, since it is less than there are.
            let count = count as usize;
            let next = self.ends.partition_point(|&end| end < count);
            let Some(&end) = self.ends.get(next).filter(|&&end| end != count) else {
                continue;
            };
            let start = next.checked_sub(1).map_or(0, |last| self.ends[last]);
            ranking.cut(&mut self.climbers[start..end], count - start, parts)?;
            self.ends.insert(next, count);
        }
        Ok(())
    }

    /// The stretches between all cuts, in order.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| Stretch {
            before: start as u64,
            climbers: &self.climbers[start..end],
        })
    }
}

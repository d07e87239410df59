//! The charges of a counter that passes a step's edge, cut at every edge that anyone has asked for.
//!
//! Nothing is sorted as a whole: each cut selects inside the stretch between two earlier ones, so asking again for a
//! known cut costs nothing, and a new one only looks into its own stretch.

use rayon::prelude::*;

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
    climbers: Vec<Climber>,
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
    /// charges count in, if it is one of the `counters` that are wanted.
    pub fn collect(codes: &[Vec<u32>], counter_of: &[Option<u32>], counters: usize) -> Vec<Self> {
        let mut climbs: Vec<Vec<Climber>> = vec![Vec::new(); counters];
        if counters == 0 {
            return Vec::new();
        }
        let of_part = |(part, codes): (usize, &Vec<u32>)| {
            let mut found: Vec<Vec<Climber>> = vec![Vec::new(); counters];
            for (place, &code) in codes.iter().enumerate() {
                if let Some(counter) = counter_of[code as usize] {
                    found[counter as usize].push(Climber {
                        place: (part as u32, place as u32),
                        code,
                    });
                }
            }
            found
        };
        let found: Vec<Vec<Vec<Climber>>> = codes.par_iter().enumerate().map(of_part).collect();
        for part in found {
            for (climb, climbers) in climbs.iter_mut().zip(part) {
                climb.extend(climbers);
            }
        }
        climbs
            .into_iter()
            .map(|climbers| Self {
                ends: vec![climbers.len()],
                climbers,
            })
            .collect()
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

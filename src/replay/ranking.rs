//! The order T-5 over all pairs, of which a counter only ever needs the place of a cut: which units are
//! its first so many.
//!
//! Parts follow each other in time, so only the part in which a cut lies is looked into. There the cut is
//! found by selection, nothing is sorted. Message ids, the last resort of the order, are fetched
//! only for units whose instants are those of the cut itself.

use super::outcome::{Charge, FetchMessageIds, Part, RowSet};
use super::pair::PairTable;
use crate::log::cell::CellContext;
use crate::vocabulary::Instant;

/// Where a charge stands: part, and place in the part.
pub type Place = (u32, u32);

/// Something that stands for a charge.
pub trait Standing: Copy + Ord {
    /// Where the charge stands.
    fn place(&self) -> Place;
}

impl Standing for Place {
    fn place(&self) -> Place {
        *self
    }
}

/// Puts charges of different pairs in order, as far as anyone asks.
pub struct Ranking<'a> {
    /// Names of accounts.
    pub cells: &'a CellContext,
    /// Names of customers.
    pub pairs: &'a PairTable,
    /// Message ids, for units on a cut.
    pub ids: &'a dyn FetchMessageIds,
}

impl Ranking<'_> {
    /// Reorders the units, which stand in the order of parts and stay in it, so that the first `count` of the
    /// order T-5 come first.
    ///
    /// # Errors
    /// If message ids on the cut can no longer be read.
    pub fn cut<U: Standing>(
        &self,
        units: &mut [U],
        count: usize,
        parts: &[Part],
    ) -> anyhow::Result<()> {
        if count == 0 || count >= units.len() {
            return Ok(());
        }
        debug_assert!(units.is_sorted_by_key(|unit| unit.place().0));
        let (part, _) = units[count - 1].place();
        let start = units.partition_point(|unit| unit.place().0 < part);
        let end = units.partition_point(|unit| unit.place().0 <= part);
        let (units, count) = (&mut units[start..end], count - start);
        if count == units.len() {
            return Ok(());
        }
        let instants = |unit: &U| -> (Instant, Instant) {
            let charge = charge(parts, unit.place());
            (charge.charged_at, charge.sent_at)
        };
        units.select_nth_unstable_by_key(count - 1, instants);
        let on_cut = instants(&units[count - 1]);
        let before = move_to_front(&mut units[..count], |unit| instants(unit) < on_cut);
        let tied_after = move_to_front(&mut units[count..], |unit| instants(unit) == on_cut);
        if tied_after > 0 {
            self.sort_by_id(&mut units[before..count + tied_after], parts)?;
        }
        Ok(())
    }

    fn sort_by_id<U: Standing>(&self, units: &mut [U], parts: &[Part]) -> anyhow::Result<()> {
        let rows = RowSet::from(units.iter().map(|&unit| charge(parts, unit.place()).row));
        let ids = self.ids.message_ids(rows)?;
        let mut keyed: Vec<_> = units
            .iter()
            .map(|&unit| {
                let charge = charge(parts, unit.place());
                let mut customer = String::new();
                self.pairs.push_customer(charge.pair, &mut customer);
                let account = self.cells.accounts.word(charge.account);
                (ids.get(charge.row), customer, account, unit)
            })
            .collect();
        keyed.sort_unstable();
        for (slot, (.., unit)) in units.iter_mut().zip(keyed) {
            *slot = unit;
        }
        Ok(())
    }
}

fn charge(parts: &[Part], (part, place): Place) -> Charge {
    parts[part as usize].charges.get(place as usize)
}

/// Moves the units that are wanted to the front; says how many there are.
fn move_to_front<U>(units: &mut [U], is_wanted: impl Fn(&U) -> bool) -> usize {
    let mut wanted = 0;
    for index in 0..units.len() {
        if is_wanted(&units[index]) {
            units.swap(wanted, index);
            wanted += 1;
        }
    }
    wanted
}

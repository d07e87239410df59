//! What decides where only a share is taken: numbers drawn from a seed and from what a message is, never from the
//! order in which pairs or rows come.

use crate::replay::message::Message;
use crate::replay::outcome::{PairKey, PairTable};
use crate::tariff::Amount;

/// One, as an amount counts.
const ONE: i128 = 1_000_000_000_000;

/// A number that is as good as random, and always the same for the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// For a pair, by the names of its two sides.
    pub fn of_pair(seed: u64, key: PairKey, pairs: &PairTable) -> Self {
        let mut name = pairs.business(key);
        name.push('\n');
        pairs.push_customer(key, &mut name);
        name.bytes()
            .fold(Self(seed).and(0x70), |draw, byte| draw.and(u64::from(byte)))
    }

    /// All of it.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// For a message of the pair; `place` tells apart those of the same instants.
    pub fn of_message(self, message: &Message, place: usize) -> Self {
        self.and(message.instant().micros() as u64)
            .and(message.sent().micros() as u64)
            .and(place as u64)
    }

    /// For one use of it among several.
    pub fn for_use(self, number: u64) -> Self {
        self.and(number ^ 0x75)
    }

    /// Whether it falls within a share: whatever falls within a smaller one does within a larger one.
    pub fn is_within(self, share: Amount) -> bool {
        self.scaled() < share.units()
    }

    /// How many copies a factor gives: its whole part, and one more for as many as its fraction says.
    pub fn copies(self, factor: Amount) -> usize {
        let (whole, fraction) = (factor.units() / ONE, factor.units() % ONE);
        usize::try_from(whole).unwrap_or(usize::MAX) + usize::from(self.scaled() < fraction)
    }

    /// The draw as a number from 0 to below [`ONE`].
    fn scaled(self) -> i128 {
        (i128::from(self.0) * ONE) >> 64
    }

    fn and(self, word: u64) -> Self {
        // The finaliser of SplitMix64 over the state so far.
        let mut mixed = (self.0 ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn a_share_takes_about_its_share_and_larger_shares_take_more_of_the_same() {
        let draws: Vec<Draw> = (0..10_000).map(|number| Draw(7).for_use(number)).collect();
        let within = |share: &str| -> Vec<Draw> {
            let share = amount(share);
            draws
                .iter()
                .copied()
                .filter(|draw| draw.is_within(share))
                .collect()
        };
        let third = within("0.3");
        assert!((2_800..3_200).contains(&third.len()), "{}", third.len());
        let half = within("0.5");
        assert!(third.iter().all(|draw| half.contains(draw)));
        assert_eq!((within("0").len(), within("1").len()), (0, 10_000));
    }

    #[test]
    fn a_factor_gives_its_whole_part_and_sometimes_one_more() {
        let copies = |factor: &str| -> Vec<usize> {
            let factor = amount(factor);
            (0..1_000)
                .map(|number| Draw(1).for_use(number).copies(factor))
                .collect()
        };
        assert!(copies("2").iter().all(|&copies| copies == 2));
        let more = copies("1.25");
        let twice = more.iter().filter(|&&copies| copies == 2).count();
        assert!(more.iter().all(|copies| (1..=2).contains(copies)));
        assert!((200..300).contains(&twice), "{twice}");
    }
}

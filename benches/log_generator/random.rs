//! SplitMix64 (Steele, Lea, Flood 2014): fast, and the same on every machine.

pub struct Random(u64);

/// The output function of SplitMix64: a bijection of 64 bits.
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(1)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    /// A number from 0 up to, and without, `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// One of `count` customers whose activity follows Pareto's law with index 2: the customer of rank r
    /// writes as 1/√r, so the rank is the square of an even draw. The first tenth writes a third of all.
    pub fn pareto(&mut self, count: u64) -> u64 {
        let even = self.next();
        let squared = ((u128::from(even) * u128::from(even)) >> 64) as u64;
        ((u128::from(squared) * u128::from(count)) >> 64) as u64
    }
}

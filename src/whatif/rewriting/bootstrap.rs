//! How far a sum over customers could lie elsewhere, had other customers of the same kind been there.
//!
//! Each resampling counts every pair not once but a Poisson number of times with mean one, drawn from the seed, the
//! resampling and the pair. Amounts stay exact: a resampled sum is a sum of whole multiples.

use rayon::prelude::*;

use crate::tariff::Amount;

/// How many resamplings there are.
pub const RESAMPLINGS: usize = 400;
/// One of this many resamplings lies below the band, and one above.
const TAIL: usize = 20;
/// The Poisson distribution with mean one: below which 64-bit number a draw counts 0, 1, 2… times.
const POISSON: [u64; 12] = [
    0x5e2d_58d8_b3bc_df1a,
    0xbc5a_b1b1_6779_be35,
    0xeb71_5e1d_c158_2dc2,
    0xfb23_9797_34a2_52f1,
    0xff10_25f5_9174_dc3d,
    0xffd9_0f3b_a405_5e19,
    0xfffa_8b71_fc72_c913,
    0xffff_540c_0914_b3c9,
    0xffff_ed1f_4aa8_f120,
    0xffff_fe21_6e64_1462,
    0xffff_ffd4_d85d_3183,
    0xffff_fffc_6da2_62b4,
];

/// The amounts of a pair by place (a month and a currency, say), and what the pair is drawn by.
pub type PairAmounts = (u64, Vec<(usize, Amount)>);

/// By place: the amounts that nineteen of twenty resamplings lie above and below.
///
/// # Panics
/// If a sum outgrows 128 bits: amounts are sums of rates of one log, counted at most a dozen times.
pub fn bands(pairs: &[PairAmounts], places: usize, seed: u64) -> Vec<(Amount, Amount)> {
    let resampled: Vec<Vec<Amount>> = (0..RESAMPLINGS as u64)
        .into_par_iter()
        .map(|resampling| {
            let mut sums = vec![Amount::ZERO; places];
            for (pair, amounts) in pairs {
                let times = poisson(mixed(seed ^ mixed(resampling) ^ pair));
                if times == 0 {
                    continue;
                }
                for &(place, amount) in amounts {
                    let more = amount.times(times).and_then(|more| sums[place].plus(more));
                    sums[place] = more.expect("a resampled sum of a bill fits");
                }
            }
            sums
        })
        .collect();
    (0..places)
        .map(|place| {
            let mut sums: Vec<Amount> = resampled.iter().map(|sums| sums[place]).collect();
            sums.sort_unstable();
            let tail = RESAMPLINGS / TAIL;
            (sums[tail], sums[RESAMPLINGS - 1 - tail])
        })
        .collect()
}

fn poisson(draw: u64) -> u64 {
    POISSON.iter().take_while(|&&bound| bound <= draw).count() as u64
}

/// The finaliser of SplitMix64.
pub fn mixed(word: u64) -> u64 {
    let mut mixed = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_mean_one_and_variance_one() {
        let draws = 100_000;
        let weights: Vec<u64> = (0..draws).map(|number| poisson(mixed(number))).collect();
        let sum: u64 = weights.iter().sum();
        let squares: u64 = weights.iter().map(|weight| weight * weight).sum();
        // The mean of a square is two.
        assert!((98_500..101_500).contains(&sum), "{sum}");
        assert!((195_000..205_000).contains(&squares), "{squares}");
    }

    #[test]
    fn a_band_lies_around_the_sum_and_comes_again() {
        let one = Amount::from_units(1_000_000_000_000);
        let pairs: Vec<PairAmounts> = (0..1_000)
            .map(|pair| (mixed(pair), vec![(0, one)]))
            .collect();
        let bands = super::bands(&pairs, 1, 7);
        let (low, high) = bands[0];
        // The sum is 1000 and its standard error 31.6: nineteen of twenty lie above 1000 - 1.645 * 31.6 = 948.
        let whole = |amount: Amount| amount.units() / 1_000_000_000_000;
        assert!((930..965).contains(&whole(low)), "{low}");
        assert!((1_035..1_070).contains(&whole(high)), "{high}");
        assert_eq!(super::bands(&pairs, 1, 7), bands);
        assert_ne!(super::bands(&pairs, 1, 8), bands);
    }
}

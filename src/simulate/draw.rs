//! Random numbers that are the same on every machine: SplitMix64 (Steele, Lea, Flood 2014), keyed by what is drawn
//! for, and distributions made of additions, multiplications and divisions alone, which IEEE 754 rounds alike
//! everywhere. A mathematics library of the system would not.

/// The step of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that follows from its key alone.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The stream of a seed and of what is drawn for.
    pub fn keyed(seed: u64, key: &[u64]) -> Self {
        let mut state = mixed(seed.wrapping_add(STEP));
        for &part in key {
            state = mixed(state.wrapping_add(STEP) ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93));
        }
        Self(state)
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 up to, and without, 1.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// A number from 0 up to, and without, `end`; 0 where there is none.
    #[inline]
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// Whether something happens that happens in this share of all cases.
    #[inline]
    pub fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && self.unit() < share
    }

    /// Nearly the normal distribution: twelve uniform numbers less their mean, so never beyond six.
    pub fn normal(&mut self) -> f64 {
        let mut sum = 0u64;
        for _ in 0..3 {
            let bits = self.bits();
            sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        }
        (sum as f64) / 65_536.0 - 6.0
    }

    /// Log-normal: half of all values lie below the median, and a value of one standard deviation is the median
    /// times e to the `spread`.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * exp(spread * self.normal())
    }

    /// How many independent events happen where so many are expected.
    pub fn poisson(&mut self, expected: f64) -> u32 {
        if expected <= 0.0 {
            return 0;
        }
        let (mut count, mut left) = (0, expected);
        loop {
            let sought = self.unit();
            // −ln(1 − u) is never below u, so most days without a story need no logarithm.
            if sought > left {
                return count;
            }
            left += ln(1.0 - sought);
            if left < 0.0 || count == POISSON_MAX {
                return count;
            }
            count += 1;
        }
    }

    /// How many tries succeed before the first that fails.
    pub fn geometric(&mut self, share: f64, most: u32) -> u32 {
        let mut count = 0;
        while count < most && self.chance(share) {
            count += 1;
        }
        count
    }
}

/// No day of a customer has more stories: a rate that asks for more is refused before.
pub const POISSON_MAX: u32 = 400;

/// The finalizer of SplitMix64: a bijection of 64 bits.
#[inline]
pub const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// 53 bits as a number from 0 up to, and without, 1.
#[inline]
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / 9_007_199_254_740_992.0
}

/// 1/12, 1/11 … 1/1.
const EXP_STEPS: [f64; 12] = [
    1.0 / 12.0,
    1.0 / 11.0,
    1.0 / 10.0,
    1.0 / 9.0,
    1.0 / 8.0,
    1.0 / 7.0,
    1.0 / 6.0,
    1.0 / 5.0,
    1.0 / 4.0,
    1.0 / 3.0,
    1.0 / 2.0,
    1.0,
];

/// e to the power of `x`, for powers far from the ends of the range; relative error below 10^-9.
pub fn exp(x: f64) -> f64 {
    let halvings = x * std::f64::consts::LOG2_E;
    let toward_zero = halvings.clamp(-1000.0, 1000.0) as i64;
    let whole = toward_zero - i64::from(halvings < toward_zero as f64);
    let rest = (halvings - whole as f64).clamp(0.0, 1.0) * std::f64::consts::LN_2;
    // Horner's scheme of the series 1 + x/1 (1 + x/2 (1 + x/3 …)).
    let sum = EXP_STEPS
        .iter()
        .fold(1.0, |sum, step| 1.0 + rest * step * sum);
    sum * f64::from_bits(((whole + 1023) as u64) << 52)
}

/// The natural logarithm of a positive number; absolute error below 10^-9.
pub fn ln(x: f64) -> f64 {
    if x <= 0.0 {
        return -700.0;
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 1023 << 52);
    // ln m = 2 artanh((m − 1) / (m + 1)), of which the powers fall by nine each at least.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut power = ratio;
    let mut sum = 0.0;
    for place in 0..9 {
        sum += power / f64::from(2 * place + 1);
        power *= square;
    }
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_functions_meet_those_of_the_library() {
        for step in -400..400 {
            let x = f64::from(step) / 20.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-9, "exp {x}");
        }
        for step in 1..4000 {
            let x = f64::from(step) / 100.0;
            assert!((ln(x) - x.ln()).abs() < 1e-8, "ln {x}");
        }
    }

    #[test]
    fn a_key_gives_one_stream_and_another_key_another() {
        let first = |seed, key: &[u64]| Draw::keyed(seed, key).bits();
        assert_eq!(first(1, &[2, 3]), first(1, &[2, 3]));
        assert_ne!(first(1, &[2, 3]), first(1, &[3, 2]));
        assert_ne!(first(1, &[2, 3]), first(2, &[2, 3]));
    }

    #[test]
    fn means_are_those_that_were_asked_for() {
        let mut draw = Draw::keyed(7, &[]);
        let many = 20_000;
        let mean = |sum: f64| sum / f64::from(many);
        let poisson: u32 = (0..many).map(|_| draw.poisson(2.5)).sum();
        assert!((mean(f64::from(poisson)) - 2.5).abs() < 0.05);
        let geometric: u32 = (0..many).map(|_| draw.geometric(0.5, 60)).sum();
        assert!((mean(f64::from(geometric)) - 1.0).abs() < 0.05);
        let below = (0..many).filter(|_| draw.log_normal(3.0, 1.5) < 3.0);
        assert!((mean(below.count() as f64) - 0.5).abs() < 0.02);
        let chances = (0..many).filter(|_| draw.chance(0.1));
        assert!((mean(chances.count() as f64) - 0.1).abs() < 0.01);
    }
}

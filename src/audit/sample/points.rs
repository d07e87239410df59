//! The arithmetic of a money-unit sample: how many items each stratum gets, which are taken for certain, and at
//! which money units the others are met. Integers only, so the same seed is the same sample everywhere.

use std::collections::BTreeMap;

/// Free units cost nothing and are most of many logs: of a sample at most one item in so many is free.
const FREE_SHARE: u64 = 4;

/// How items are divided: a part to the free units, the rest to the others by their number of units; none gets
/// more than it has, and none nothing as long as there are enough.
pub fn allocated(size: u64, charged: &[u64], free: u64) -> (Vec<u64>, u64) {
    let of_charged: u64 = charged.iter().sum();
    let of_free = match of_charged {
        0 => size.min(free),
        _ => (size / FREE_SHARE).max(u64::from(size > 1)).min(free),
    };
    let left = (size - of_free).min(of_charged);
    // What few charged units leave over, free ones take.
    let of_free = (size - left).min(free).max(of_free);
    (by_share(left, charged), of_free)
}

/// Largest remainders, after one for each.
fn by_share(size: u64, counts: &[u64]) -> Vec<u64> {
    let all: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    let strata = counts.iter().filter(|&&count| count > 0).count() as u64;
    if all == 0 {
        return vec![0; counts.len()];
    }
    let first = u64::from(size >= strata);
    let mut shares: Vec<u64> = counts.iter().map(|&count| first.min(count)).collect();
    let mut left = size - shares.iter().sum::<u64>();
    let wanted = u128::from(left);
    let mut remainders = Vec::with_capacity(counts.len());
    for (place, &count) in counts.iter().enumerate() {
        let exact = wanted * u128::from(count);
        let whole = ((exact / all) as u64).min(count - shares[place]);
        shares[place] += whole;
        left -= whole;
        remainders.push((std::cmp::Reverse(exact % all), place));
    }
    remainders.sort_unstable();
    while left > 0 {
        let before = left;
        for &(_, place) in &remainders {
            if left > 0 && shares[place] < counts[place] {
                shares[place] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    shares
}

/// What is drawn from a stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Items of at least this size are taken for certain; none is where there is none.
    pub certain_from: Option<i128>,
    /// Money units of the other items together.
    pub total: i128,
    /// How many of the others are drawn.
    pub drawn: u64,
    /// The money units at which they are met, ascending, counted over the others from 0.
    pub points: Vec<i128>,
}

/// Draws from a stratum whose items have these sizes (how many of each): systematic, with a random start.
pub fn draw(sizes: &BTreeMap<i128, u64>, items: u64, random: u128) -> Draw {
    let mut total: i128 = sizes
        .iter()
        .map(|(&size, &count)| size * i128::from(count))
        .sum();
    let mut left = items;
    let mut certain_from = None;
    // An item as large as the interval is met anyway; without it the interval is another one.
    for (&size, &count) in sizes.iter().rev() {
        if left == 0 || size * i128::from(left) < total {
            break;
        }
        certain_from = Some(size);
        total -= size * i128::from(count);
        left = left.saturating_sub(count);
    }
    let start = match u128::try_from(total) {
        Ok(units) if units > 0 => (random % units) as i128,
        _ => 0,
    };
    let points = match total > 0 && left > 0 {
        true => (0..left)
            .map(|step| (start + i128::from(step) * total) / i128::from(left))
            .collect(),
        false => Vec::new(),
    };
    Draw {
        certain_from,
        total,
        drawn: points.len() as u64,
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_divided_by_units_with_at_most_a_quarter_for_free_ones() {
        // 15 for free ones; 45 in the ratio 2 to 1.
        assert_eq!(allocated(60, &[2_000, 1_000], 9_000), (vec![30, 15], 15));
        // One each at least: 1 + 1 + 1 of 44, the rest by share.
        assert_eq!(allocated(8, &[1_000_000, 1], 5), (vec![5, 1], 2));
        assert_eq!(allocated(10, &[], 400), (vec![], 10));
        assert_eq!(allocated(10, &[400], 0), (vec![10], 0));
        assert_eq!(allocated(1, &[400], 400), (vec![1], 0));
        // Fewer units than items: all of them, and free ones instead.
        assert_eq!(allocated(10, &[3], 400), (vec![3], 7));
        assert_eq!(allocated(10, &[3], 2), (vec![3], 2));
    }

    /// Four items from a total of 1,000 that holds one of 400: the interval is 250, so that one is certain.
    /// Of the other 600 three are drawn: every 200th unit, from 117 on where the start is 351 thirds.
    #[test]
    fn large_items_are_certain_and_the_others_are_met_at_equal_distances() {
        let sizes = BTreeMap::from([(400, 1), (100, 4), (50, 4)]);
        let draw = draw(&sizes, 4, 600 * 7 + 351);
        assert_eq!(
            draw,
            Draw {
                certain_from: Some(400),
                total: 600,
                drawn: 3,
                points: vec![117, 317, 517],
            }
        );
    }

    #[test]
    fn as_many_items_as_there_are_means_all_of_them() {
        let sizes = BTreeMap::from([(3, 2), (5, 1)]);
        for items in [3, 10] {
            let draw = draw(&sizes, items, 1);
            assert_eq!((draw.certain_from, draw.total), (Some(3), 0));
            assert!(draw.points.is_empty());
        }
        assert_eq!(draw(&BTreeMap::new(), 5, 1).points, Vec::<i128>::new());
    }

    /// Over all starts, an item is met as often as its size says: items of 1, 2 and 5 in 8 units, one drawn.
    #[test]
    fn each_item_is_as_likely_as_it_is_large() {
        let sizes = BTreeMap::from([(1, 1), (2, 1), (5, 1)]);
        let mut met = [0; 3];
        for random in 0..8 {
            let drawn = draw(&sizes, 1, random);
            // 5 × 1 item is less than 8, so nothing is certain.
            assert_eq!(drawn.certain_from, None);
            met[match drawn.points[0] {
                0 => 0,
                1..=2 => 1,
                _ => 2,
            }] += 1;
        }
        assert_eq!(met, [1, 2, 5]);
    }
}

//! The months after the log, with a band by resampling the customers.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::comparison::{Figures, Forecast, ForecastMonth};
use super::engine::{Judged, Run};
use super::rewriting::Draw;
use super::rewriting::bootstrap::{PairAmounts, bands};
use crate::replay::outcome::PairKey;
use crate::tariff::Amount;
use crate::vocabulary::{Currency, Month};

/// A cell of a forecast.
type Place = (Currency, Month);

/// The coming months of a scenario that was run, if it has some.
///
/// # Panics
/// If a sum of money outgrows 128 bits: rates lie below a million, and a run has fewer than 2^32 units.
pub fn forecast(name: &str, run: &Run, seed: u64) -> Option<Forecast> {
    let judged = run.judged.as_ref()?;
    let coming = judged.coming.as_ref()?;
    let mut figures: BTreeMap<(String, Month), Figures> = BTreeMap::new();
    for (key, cell) in run.billed.cells.iter() {
        if key.month > coming.last_month() {
            let place = (key.currency.clone(), key.month);
            figures.entry(place).or_default().add(cell);
        }
    }
    let places: Vec<(String, Month)> = figures.keys().cloned().collect();
    let bands = bands(&pairs(judged, &places), places.len(), seed);
    let mut months: BTreeMap<String, BTreeMap<String, ForecastMonth>> = BTreeMap::new();
    for (((currency, month), figures), (low, high)) in figures.into_iter().zip(bands) {
        // Discounts and fees are taken as they come out; the band is that of Meta's charges.
        let rest = minus(figures.amount, figures.charges);
        let told = ForecastMonth {
            figures,
            low: plus(low, rest),
            high: plus(high, rest),
        };
        let of_currency = months.entry(currency).or_default();
        of_currency.insert(month.to_string(), told);
    }
    Some(Forecast {
        scenario: name.to_owned(),
        months,
        rests_on: coming.rests_on(),
    })
}

/// What each pair costs in each place.
fn pairs(judged: &Judged, places: &[(String, Month)]) -> Vec<PairAmounts> {
    let place_of: HashMap<Place, usize> = places
        .iter()
        .enumerate()
        .filter_map(|(place, (currency, month))| {
            Some(((Currency::parse(currency)?, *month), place))
        })
        .collect();
    let parts = judged.outcome.parts.par_iter().enumerate();
    let summed = parts.fold(HashMap::new, |mut sums, (part, charges)| {
        for (place, charge) in charges.charges.iter().enumerate() {
            if !charge.is_written || charge.is_detail() || !charge.is_chargeable() {
                continue;
            }
            let price = judged
                .pricing
                .price(judged.pricing.code(part as u32, place as u32));
            let place = place_of.get(&(price.currency, charge.local_date.month()));
            if let (Some(&place), Some(rate)) = (place, price.rate) {
                add(&mut sums, charge.pair, place, rate);
            }
        }
        sums
    });
    let sums = summed.reduce(HashMap::new, |mut sums, more| {
        for (pair, amounts) in more {
            for (place, amount) in amounts {
                add(&mut sums, pair, place, amount);
            }
        }
        sums
    });
    let outcome = &judged.outcome;
    sums.into_iter()
        .map(|(pair, amounts)| {
            let draw = Draw::of_pair(0, pair, &outcome.pairs);
            (draw.bits(), amounts.into_iter().collect())
        })
        .collect()
}

fn add(
    sums: &mut HashMap<PairKey, BTreeMap<usize, Amount>>,
    pair: PairKey,
    place: usize,
    amount: Amount,
) {
    let sum = sums.entry(pair).or_default().entry(place).or_default();
    *sum = plus(*sum, amount);
}

fn plus(left: Amount, right: Amount) -> Amount {
    left.plus(right).expect("a sum of a bill fits")
}

fn minus(left: Amount, right: Amount) -> Amount {
    left.minus(right).expect("a difference of a bill fits")
}

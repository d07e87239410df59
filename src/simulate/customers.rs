//! The customers of a business: where they are, which numbers they have, how active they are.

use super::countries::Country;
use super::draw::{Draw, exp, ln};
use super::model::Model;

/// What a draw is for.
const COUNTRY: u64 = 3;
const NUMBERS: u64 = 4;
/// No customer is this many times as active as the quietest.
const ACTIVITY_MAX: f64 = 400.0;
/// The golden ratio's fraction: multiples of it spread evenly over 0 to 1, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Customers of one business that stand next to each other.
pub struct Customers {
    first: u64,
    numbers: Vec<u64>,
    activities: Vec<f32>,
    americans: Vec<bool>,
}

impl Customers {
    /// The customers of a business from `first` up to, and without, `end`.
    pub fn new(model: &Model, business: u16, first: u64, end: u64) -> Self {
        let countries = &model.businesses[usize::from(business)].countries;
        let pareto = Pareto::new(model.activity.exponent.0);
        let mut found = Self {
            first,
            numbers: Vec::new(),
            activities: Vec::new(),
            americans: Vec::new(),
        };
        // Businesses share few customers: each begins elsewhere in the country's numbers.
        let offset = Draw::keyed(model.seed, &[NUMBERS, u64::from(business)]).bits() >> 16;
        for customer in first..end {
            let key = [COUNTRY, u64::from(business), customer];
            let sought = Draw::keyed(model.seed, &key).unit();
            let mut shares = countries.iter();
            let country = shares.find(|&&(_, share)| sought < share);
            let country: &Country = country.unwrap_or(&countries[countries.len() - 1]).0;
            let place = (customer as f64 + 0.5) * GOLDEN;
            found.numbers.push(country.number(customer + offset));
            found
                .activities
                .push(pareto.quantile(place - place.floor()) as f32);
            found.americans.push(country.code == "US");
        }
        found
    }

    /// The first one's place in the business.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The telephone number of one.
    pub fn number(&self, place: usize) -> u64 {
        self.numbers[place]
    }

    /// How much more often than in the mean one does anything.
    pub fn activity(&self, place: usize) -> f64 {
        f64::from(self.activities[place])
    }

    /// Whether one's number is of the United States.
    pub fn is_american(&self, place: usize) -> bool {
        self.americans[place]
    }
}

/// Activities: Pareto's distribution, cut off, with a mean of 1.
struct Pareto {
    exponent: f64,
    mean: f64,
}

impl Pareto {
    fn new(exponent: f64) -> Self {
        // The mean of min(X, c), where X is at least 1.
        let beyond = exp((1.0 - exponent) * ln(ACTIVITY_MAX));
        Self {
            exponent,
            mean: (exponent - beyond) / (exponent - 1.0),
        }
    }

    /// What the given share of customers stays below.
    fn quantile(&self, share: f64) -> f64 {
        exp(-ln(1.0 - share) / self.exponent).min(ACTIVITY_MAX) / self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exponent 2, cut at 400: the mean of min(X, c) is 2 − 1/400; the upper half begins at the square root of 2.
    #[test]
    fn activities_follow_pareto_with_a_mean_of_one() {
        let pareto = Pareto::new(2.0);
        assert!((pareto.mean - (2.0 - 1.0 / 400.0)).abs() < 1e-9);
        assert!((pareto.quantile(0.5) * pareto.mean - 2f64.sqrt()).abs() < 1e-6);
        let many = 100_000;
        let sum: f64 = (0..many)
            .map(|place| pareto.quantile((f64::from(place) + 0.5) / f64::from(many)))
            .sum();
        assert!((sum / f64::from(many) - 1.0).abs() < 0.01);
    }
}

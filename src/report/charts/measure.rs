//! Axes: round steps, and figures as the report writes them.

use crate::report::figures;
use crate::tariff::Amount;

/// What a chart counts. Values are whole numbers: units, or 10^-12 of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure<'a> {
    /// Money of this currency.
    Money(&'a str),
    /// Things of this name.
    Count(&'a str),
}

impl Measure<'_> {
    /// The exact figure.
    pub fn exact(self, value: i128) -> String {
        match self {
            // A minus as wide as a plus: the same figure, set for print.
            Self::Money(currency) => {
                figures::money(Amount::from_units(value), currency).replace('-', "−")
            }
            Self::Count(_) => {
                let count = value.unsigned_abs().min(u128::from(u64::MAX)) as u64;
                figures::thousands(count)
            }
        }
    }

    /// The exact figure with what it counts.
    pub fn exact_with_unit(self, value: i128) -> String {
        format!("{} {}", self.exact(value), self.unit())
            .trim_end()
            .to_owned()
    }

    /// The currency, or the name of the things.
    pub fn unit(&self) -> &str {
        match self {
            Self::Money(name) | Self::Count(name) => name,
        }
    }

    /// The figures of an axis: all with the decimals that the steps need.
    pub fn ticks(self, scale: &Scale) -> Vec<(i128, String)> {
        let figure = |value: i128| {
            let text = self.exact(value);
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        };
        let decimals = |text: &str| {
            text.split_once('.')
                .map_or(0, |(_, decimals)| decimals.len())
        };
        let mut ticks: Vec<(i128, String)> =
            scale.ticks().map(|value| (value, figure(value))).collect();
        let most = ticks
            .iter()
            .map(|(_, text)| decimals(text))
            .max()
            .unwrap_or_default();
        for (value, text) in &mut ticks {
            let missing = most - decimals(text);
            if *value != 0 && missing > 0 {
                if missing == most {
                    text.push('.');
                }
                text.extend(std::iter::repeat_n('0', missing));
            }
        }
        ticks
    }
}

/// A place on paper, and nothing more: figures are written from the exact value.
pub fn place(value: i128) -> f64 {
    value as f64
}

/// An axis from one multiple of a round step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    pub bottom: i128,
    pub top: i128,
    step: i128,
}

impl Scale {
    /// An axis that shows these values in about this many steps.
    pub fn around(lowest: i128, highest: i128, steps: i128) -> Self {
        let span = highest.saturating_sub(lowest).max(1);
        let step = round_step(span, steps.max(1));
        let bottom = lowest.div_euclid(step).saturating_mul(step);
        let cut = highest.rem_euclid(step);
        let rest = if cut == 0 { 0 } else { step - cut };
        let top = highest
            .saturating_add(rest)
            .max(bottom.saturating_add(step));
        Self { bottom, top, step }
    }

    /// Its multiples.
    pub fn ticks(&self) -> impl Iterator<Item = i128> {
        let Self { bottom, top, step } = *self;
        std::iter::successors(Some(bottom), move |tick| tick.checked_add(step))
            .take_while(move |&tick| tick <= top)
    }

    /// Its ends as places.
    pub fn ends(&self) -> (f64, f64) {
        (place(self.bottom), place(self.top))
    }
}

/// 1, 2, 2.5 or 5 with zeros: the smallest that covers the span in so many steps.
fn round_step(span: i128, steps: i128) -> i128 {
    let mut ten: i128 = 1;
    loop {
        let quarter = ten / 10 * 25;
        for step in [ten, ten.saturating_mul(2), quarter, ten.saturating_mul(5)] {
            if step.saturating_mul(steps) >= span {
                return step;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(measure: Measure<'_>, highest: i128) -> Vec<String> {
        let ticks = measure.ticks(&Scale::around(0, highest, 5));
        ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_alike() {
        assert_eq!(
            ticks(Measure::Count("units"), 9_321),
            ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]
        );
        let dollars = |text: &str| text.parse::<Amount>().expect("an amount").units();
        assert_eq!(
            ticks(Measure::Money("USD"), dollars("1.9")),
            ["0", "0.5", "1.0", "1.5", "2.0"]
        );
        assert_eq!(
            ticks(Measure::Money("USD"), dollars("0.0001"))[1],
            "0.00002"
        );
        assert_eq!(
            ticks(Measure::Money("IDR"), dollars("1000000000"))[5],
            "1,000,000,000"
        );
        assert_eq!(ticks(Measure::Count("units"), 0), ["0", "1"]);
    }

    #[test]
    fn no_amount_is_too_large() {
        let scale = Scale::around(i128::MIN, i128::MAX, 5);
        assert!(scale.ticks().count() < 20);
        Measure::Money("USD").ticks(&scale);
    }
}

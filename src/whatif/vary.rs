//! A scenario with one of its values going from here to there: sweeps, and the value that breaks even.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{BreakEven, Figures, Sweep, SweepPoint};
use super::engine::{Engine, WhatIfError};
use super::scenario::Scenario;
use crate::rulebook::{ConfigError, Place};
use crate::tariff::Amount;

/// A sweep of more points than this is refused.
const POINTS_MAX: u64 = 1_000;
/// Into how many parts a search for a value divides its range, where no step is stated.
const SEARCH_PARTS: u64 = 1_000_000;

/// A value of a scenario, and where it goes: `KEY=FROM..TO`, with `:STEP` behind it in a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    /// The value, such as `prices.provider.percent` or `prices.change[0].percent`.
    pub key: String,
    /// The first value.
    pub from: Amount,
    /// The last value, above the first.
    pub to: Amount,
    /// From one value to the next.
    pub step: Option<Amount>,
}

impl Variation {
    /// Reads `KEY=FROM..TO[:STEP]`.
    ///
    /// # Errors
    /// If it is something else, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected KEY=FROM..TO:STEP, such as prices.provider.percent=0..20:5";
        let split = || {
            let (key, range) = text.split_once('=')?;
            let (range, step) = match range.split_once(':') {
                Some((range, step)) => (range, Some(step)),
                None => (range, None),
            };
            let (from, to) = range.split_once("..")?;
            Some((key.trim(), from.trim(), to.trim(), step.map(str::trim)))
        };
        let (key, from, to, step) = split().ok_or_else(|| format!("`{text}`: {expected}"))?;
        let number = |text: &str| {
            Amount::parse(text).map_err(|error| format!("`{text}` {error}; {expected}"))
        };
        let variation = Self {
            key: key.to_owned(),
            from: number(from)?,
            to: number(to)?,
            step: step.map(number).transpose()?,
        };
        if key.is_empty() || variation.from >= variation.to {
            return Err(format!(
                "`{text}`: the first value must lie below the last; {expected}"
            ));
        }
        if variation.step.is_some_and(|step| step <= Amount::ZERO) {
            return Err(format!("`{text}`: the step must be above 0; {expected}"));
        }
        Ok(variation)
    }

    /// Every value of a sweep; the last one is the end of the range, also where a step would go beyond it.
    ///
    /// # Errors
    /// If no step is stated, or it makes too many points.
    pub fn points(&self) -> Result<Vec<Amount>, String> {
        let Some(step) = self.step else {
            return Err(format!(
                "`{}`: a sweep needs a step: KEY=FROM..TO:STEP",
                self.key
            ));
        };
        let parts = (self.to.units() - self.from.units()) / step.units();
        if parts >= i128::from(POINTS_MAX) {
            return Err(format!(
                "`{}`: {} points are more than {POINTS_MAX}; take a larger step",
                self.key,
                parts + 1
            ));
        }
        let points = (0..=parts).map(|part| self.from.units() + part * step.units());
        let mut points: Vec<Amount> = points.map(Amount::from_units).collect();
        if points.last() != Some(&self.to) {
            points.push(self.to);
        }
        Ok(points)
    }

    /// How many steps a search takes from the first to the last value, and how long each is.
    fn grid(&self) -> (u64, i128) {
        let range = self.to.units() - self.from.units();
        match self.step {
            Some(step) => {
                let parts = (range / step.units()).max(1);
                (u64::try_from(parts).unwrap_or(u64::MAX), step.units())
            }
            None => {
                let parts = i128::from(SEARCH_PARTS).min(range);
                (parts as u64, range / parts)
            }
        }
    }
}

/// Runs a scenario at every value of a sweep.
///
/// # Errors
/// If the scenario has no such value, or does not take one of them; if the log can no longer be read.
pub fn sweep(
    engine: &Engine<'_, '_>,
    scenario: &Scenario,
    variation: &Variation,
) -> Result<Sweep, WhatIfError> {
    let refused = |problem| ConfigError::malformed(Place::file("--sweep"), problem);
    let points = variation.points().map_err(refused)?;
    let points = points.into_iter().map(|value| {
        let varied = scenario.with_value(&variation.key, value, "--sweep")?;
        let run = engine.run(&varied)?;
        Ok(SweepPoint {
            value,
            totals: run.billed.cells.totals(),
        })
    });
    Ok(Sweep {
        scenario: scenario.name.clone(),
        key: variation.key.clone(),
        points: points.collect::<Result<_, WhatIfError>>()?,
    })
}

/// Searches the value at which a scenario costs what the base does, in each currency that both bill in.
///
/// # Errors
/// As [`sweep`].
pub fn break_even(
    engine: &Engine<'_, '_>,
    scenario: &Scenario,
    variation: &Variation,
) -> Result<Vec<BreakEven>, WhatIfError> {
    let mut search = Search {
        engine,
        scenario,
        variation,
        known: BTreeMap::new(),
    };
    let (parts, _) = variation.grid();
    let first = search.totals(0)?;
    let last = search.totals(parts)?;
    let currencies: BTreeSet<String> = first.into_keys().chain(last.into_keys()).collect();
    currencies
        .into_iter()
        .map(|currency| search.in_currency(currency))
        .collect()
}

struct Search<'s, 'a, 'l> {
    engine: &'s Engine<'a, 'l>,
    scenario: &'s Scenario,
    variation: &'s Variation,
    /// Totals by currency at the points that were looked at.
    known: BTreeMap<u64, BTreeMap<String, Figures>>,
}

impl Search<'_, '_, '_> {
    fn in_currency(&mut self, currency: String) -> Result<BreakEven, WhatIfError> {
        let (parts, _) = self.variation.grid();
        let base = self.engine.run.total(&currency).amount;
        let (mut low, mut high) = (0, parts);
        let ends = [self.amount(low, &currency)?, self.amount(high, &currency)?];
        let searched = [(self.value(low), ends[0]), (self.value(high), ends[1])];
        let is_rising = ends[0] <= ends[1];
        let (least, most) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let key = &self.variation.key;
        if base < least || most < base {
            let side = if base < least { "more" } else { "less" };
            return Ok(self.told(
                currency,
                base,
                None,
                searched,
                format!(
                    "At both ends the scenario costs {side} than the base, {least} and {most} against {base}: \
                     {key} does not break even between {} and {}.",
                    searched[0].0, searched[1].0
                ),
            ));
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let is_below = self.amount(middle, &currency)? < base;
            match is_below == is_rising {
                true => low = middle,
                false => high = middle,
            }
        }
        let distance = |amount: Amount| amount.minus(base).unwrap_or_default().abs();
        let (at_low, at_high) = (self.amount(low, &currency)?, self.amount(high, &currency)?);
        let (place, amount) = match distance(at_low) <= distance(at_high) {
            true => (low, at_low),
            false => (high, at_high),
        };
        let value = self.value(place);
        let text = match amount == base {
            true => format!("With {key} = {value} the scenario costs exactly what the base does."),
            false => format!(
                "With {key} = {value} the scenario costs {amount} against {base} of the base; the next value, {}, is \
                 on the other side.",
                self.value(low + high - place)
            ),
        };
        Ok(self.told(currency, base, Some((value, amount)), searched, text))
    }

    fn told(
        &self,
        currency: String,
        base: Amount,
        found: Option<(Amount, Amount)>,
        searched: [(Amount, Amount); 2],
        text: String,
    ) -> BreakEven {
        BreakEven {
            scenario: self.scenario.name.clone(),
            key: self.variation.key.clone(),
            currency,
            base,
            found,
            searched,
            text,
        }
    }

    /// The value at a place of the grid; the last one is the end of the range.
    fn value(&self, place: u64) -> Amount {
        let (parts, step) = self.variation.grid();
        match place == parts {
            true => self.variation.to,
            false => Amount::from_units(self.variation.from.units() + i128::from(place) * step),
        }
    }

    fn amount(&mut self, place: u64, currency: &str) -> Result<Amount, WhatIfError> {
        let totals = self.totals(place)?;
        Ok(totals.get(currency).copied().unwrap_or_default().amount)
    }

    fn totals(&mut self, place: u64) -> Result<BTreeMap<String, Figures>, WhatIfError> {
        if let Some(totals) = self.known.get(&place) {
            return Ok(totals.clone());
        }
        let value = self.value(place);
        let varied = self
            .scenario
            .with_value(&self.variation.key, value, "--break-even")?;
        let totals = self.engine.run(&varied)?.billed.cells.totals();
        self.known.insert(place, totals.clone());
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let variation = Variation::parse(text).expect("a variation");
        let points = variation.points().expect("points");
        points.iter().map(Amount::to_string).collect()
    }

    #[test]
    fn a_sweep_goes_from_one_end_to_the_other() {
        assert_eq!(values("a.b=0..20:5"), ["0", "5", "10", "15", "20"]);
        assert_eq!(values("a=-0.1..0.2:0.15"), ["-0.1", "0.05", "0.2"]);
        assert_eq!(values("a=0..10:4"), ["0", "4", "8", "10"]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "a", "a=1", "a=1..x:1", "=0..1:1", "a=2..1:1", "a=0..1:0", "a=1..1:1",
        ] {
            assert!(Variation::parse(text).is_err(), "{text}");
        }
        let without_step = Variation::parse("a=0..1").expect("a search needs no step");
        assert!(without_step.points().is_err());
        let fine = Variation::parse("a=0..1000:1").expect("a variation");
        assert!(fine.points().is_err(), "1001 points are too many");
    }

    #[test]
    fn a_search_without_a_step_has_a_million_places() {
        let variation = Variation::parse("a=0..20").expect("a variation");
        assert_eq!(variation.grid(), (1_000_000, 20_000_000));
    }
}

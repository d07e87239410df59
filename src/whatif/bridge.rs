//! From the base to a scenario by effect, exactly.
//!
//! Each effect is run by itself, and what it changes there is its step. What the effects change together beyond
//! that is a step of its own, the interaction, so that no order of effects decides what belongs to which.

use std::collections::BTreeSet;

use super::comparison::{Bridge, BridgeStep, Effect, Figures};
use super::engine::{Engine, Run, WhatIfError};
use super::scenario::Scenario;
use crate::tariff::Amount;

/// The bridges to a scenario that was run, by currency.
///
/// # Errors
/// If the log can no longer be read.
///
/// # Panics
/// If the steps of a bridge do not add up to its difference: a bug in the program.
pub fn bridges(
    engine: &Engine<'_, '_>,
    scenario: &Scenario,
    run: &Run,
) -> Result<Vec<Bridge>, WhatIfError> {
    let effects = scenario.effects();
    let alone: Vec<(Effect, Option<Run>)> = match effects.as_slice() {
        // A single effect is the scenario itself.
        [] => Vec::new(),
        [only] => vec![(*only, None)],
        several => several
            .iter()
            .map(|&effect| Ok((effect, Some(engine.run(&scenario.only(effect))?))))
            .collect::<Result<_, WhatIfError>>()?,
    };
    let totals = |run: &Run| run.billed.cells.totals();
    let (base_totals, scenario_totals) = (totals(&engine.run), totals(run));
    let currencies: BTreeSet<&String> = base_totals.keys().chain(scenario_totals.keys()).collect();
    let bridges = currencies.into_iter().map(|currency| {
        let (base, total) = (engine.run.total(currency), run.total(currency));
        let steps = alone.iter().map(|(effect, alone)| {
            let alone = alone.as_ref().map_or(total, |alone| alone.total(currency));
            step(*effect, &base, &alone)
        });
        let mut steps: Vec<BridgeStep> = steps.collect();
        if alone.len() > 1 {
            steps.push(interaction(&steps, &base, &total));
        }
        let bridge = Bridge {
            scenario: scenario.name.clone(),
            currency: currency.clone(),
            base: base.amount,
            steps,
            total: total.amount,
        };
        assert!(bridge.foots(), "the steps of a bridge are its difference");
        bridge
    });
    Ok(bridges.collect())
}

impl Bridge {
    /// Whether base and steps add up to the total.
    pub fn foots(&self) -> bool {
        let steps = self.steps.iter();
        let sum = steps.fold(self.base, |sum, step| plus(sum, step.amount));
        sum == self.total
    }
}

fn step(effect: Effect, base: &Figures, alone: &Figures) -> BridgeStep {
    BridgeStep {
        effect,
        amount: minus(alone.amount, base.amount),
        units: alone.units() as i64 - base.units() as i64,
    }
}

fn interaction(steps: &[BridgeStep], base: &Figures, total: &Figures) -> BridgeStep {
    let whole = step(Effect::Interaction, base, total);
    steps.iter().fold(whole, |rest, step| BridgeStep {
        amount: minus(rest.amount, step.amount),
        units: rest.units - step.units,
        ..rest
    })
}

fn plus(left: Amount, right: Amount) -> Amount {
    left.plus(right).expect("a sum of bills fits")
}

fn minus(left: Amount, right: Amount) -> Amount {
    left.minus(right).expect("a difference of bills fits")
}

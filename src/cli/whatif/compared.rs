//! Everything that a run of `whatif` finds out, one scenario after the other: only one is kept in memory whole.

use super::args::WhatIfArgs;
use crate::pricing::Line;
use crate::replay::outcome::{FetchMessageIds, RowSet};
use crate::report::tables::scenarios::{MovedMessageRow, MovedSide};
use crate::tariff::Amount;
use crate::whatif::cells::CellTable;
use crate::whatif::comparison::{BreakEven, Sweep};
use crate::whatif::moved::{Charged, movements};
use crate::whatif::{Comparison, Engine, Run, Scenario, WhatIfError, bridge, forecast, vary};

/// Pairs that are named for a scenario that judges messages again.
const PAIRS_NAMED: usize = 20;

/// What was found out.
#[derive(Default)]
pub struct Compared {
    /// What the report shows.
    pub comparison: Comparison,
    /// The lines of each scenario.
    pub lines: Vec<Vec<Line>>,
    /// The figures of the base and of each scenario.
    pub cells: Vec<CellTable>,
    /// The messages that moved.
    pub messages: Vec<MovedMessageRow>,
}

/// Runs every scenario, and holds it against the base.
///
/// # Errors
/// If a scenario says what cannot be, or the log can no longer be read.
pub fn compare(
    args: &WhatIfArgs,
    engine: &Engine<'_, '_>,
    scenarios: &[Scenario],
) -> Result<Compared, WhatIfError> {
    let mut compared = Compared::default();
    compared
        .comparison
        .scenarios
        .push(engine.run.result("base"));
    compared.cells.push(engine.run.billed.cells.clone());
    for scenario in scenarios {
        let run = engine.run(scenario)?;
        compared.add(args, engine, scenario, run)?;
        for variation in &args.sweep {
            let swept: Sweep = vary::sweep(engine, scenario, variation)?;
            compared.comparison.sweeps.push(swept);
        }
        for variation in &args.break_even {
            let found: Vec<BreakEven> = vary::break_even(engine, scenario, variation)?;
            compared.comparison.break_even.extend(found);
        }
    }
    Ok(compared)
}

impl Compared {
    fn add(
        &mut self,
        args: &WhatIfArgs,
        engine: &Engine<'_, '_>,
        scenario: &Scenario,
        run: Run,
    ) -> Result<(), WhatIfError> {
        let comparison = &mut self.comparison;
        let mut result = run.result(&scenario.name);
        let files = scenario.files.iter();
        result.files = files.map(|path| path.display().to_string()).collect();
        result.says.clone_from(&scenario.says);
        result.changes = scenario.changes();
        result.assumptions = scenario.assumptions();
        result.converted = scenario.converted(&result.totals);
        if scenario.prices.exchange.is_some() && result.converted.is_none() {
            result.assumptions.push(
                "Not counted in one currency: the scenario gives no rate for each currency that is billed in."
                    .to_owned(),
            );
        }
        comparison.scenarios.push(result);
        comparison
            .bridges
            .extend(bridge::bridges(engine, scenario, &run)?);
        let forecast = forecast::forecast(&scenario.name, &run, scenario.seed);
        comparison.forecasts.extend(forecast);
        let named = match args.moved {
            Some(named) => usize::try_from(named).unwrap_or(usize::MAX),
            None if run.judged.is_some() => PAIRS_NAMED,
            None => 0,
        };
        if named > 0 {
            let movements = movements(engine, &run, &scenario.name, named)?;
            comparison.moved.push(movements.moved);
            let messages = movements.messages.unwrap_or_default();
            let rows = RowSet::from(messages.iter().map(|message| message.row));
            let ids = engine.base.log.places().message_ids(rows)?;
            let rows = messages.iter().map(|message| MovedMessageRow {
                scenario: scenario.name.clone(),
                message_id: String::from_utf8_lossy(ids.get(message.row)).into_owned(),
                base: side(&message.base),
                moved: side(&message.scenario),
            });
            let start = self.messages.len();
            self.messages.extend(rows);
            // Messages of groups, and of contradictory rows, share ids.
            self.messages[start..].sort_unstable();
        }
        self.lines.push(run.lines);
        self.cells.push(run.billed.cells);
        Ok(())
    }
}

fn side(charges: &[Charged]) -> MovedSide {
    let amounts = charges.iter().map(|charged| charged.amount);
    let sum = |sum: Option<Amount>, amount: Option<Amount>| sum?.plus(amount?);
    MovedSide {
        words: charges.first().map(|charged| {
            [
                charged.category.name().to_owned(),
                charged.pricing_type.name().to_owned(),
                charged.currency.to_string(),
            ]
        }),
        units: charges.len() as u64,
        amount: amounts.fold((!charges.is_empty()).then_some(Amount::ZERO), sum),
    }
}

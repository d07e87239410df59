//! `summary.json` of a what-if: every number of its report (schema: `docs/schema/whatif.schema.json`).

mod difference;
mod footing;
mod limits;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use difference::{Difference, apart, free_share, is_known};
pub use footing::together;
pub use words::signed_percent;

use crate::log::totals::ControlTotals;
use crate::replay::outcome::{Outcome, Warning};
use crate::report::mask::Mask;
use crate::report::summary::{
    Assumptions, Circumstances, InputSummary, LogFileSummary, Period, SettingInForce, TimeRange,
};
use crate::tariff::Amount;
use crate::whatif::Comparison;
use crate::whatif::comparison::{
    BreakEven, Bridge, Figures, Forecast, Moved, ScenarioResult, Sweep,
};

/// Version of the summary's form; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// What a what-if has found.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The base, the scenarios, and what lies between them.
    pub comparison: &'a Comparison,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// Messages without a delivery status count as delivered (D-3).
    pub sent_counts_as_delivered: bool,
    /// What the reader must know, most important first.
    pub warnings: Vec<Warning>,
    /// What the log lacks; charges without a rate are told from the comparison.
    pub incomplete: Vec<String>,
    /// Hides customers.
    pub mask: &'a Mask,
}

impl<'a> Told<'a> {
    /// What the base's replay says of the log, with the comparison.
    pub fn of(outcome: &Outcome, comparison: &'a Comparison, mask: &'a Mask) -> Self {
        Self {
            comparison,
            time_range: outcome.time_range.map(|(first, last)| TimeRange {
                first: first.to_string(),
                last: last.to_string(),
            }),
            control_totals: outcome.totals.clone(),
            sent_counts_as_delivered: outcome.sent_counts_as_delivered,
            warnings: outcome.warnings.clone(),
            incomplete: outcome.incomplete.clone(),
            mask,
        }
    }
}

/// Everything that a what-if says in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIfSummary {
    /// Version of this form.
    pub schema_version: u32,
    /// Seals what went in and what came out.
    pub fingerprint: String,
    /// The command that made it.
    pub command: &'static str,
    /// The command line that makes it again.
    pub command_line: String,
    /// Program version.
    pub version: &'static str,
    /// First and last instant of the log.
    pub time_range: Option<TimeRange>,
    /// The period asked for, as local dates, where one was.
    pub period: Period,
    /// Files of the log.
    pub files: Vec<LogFileSummary>,
    /// Every file that was read, with its hash.
    pub inputs: Vec<InputSummary>,
    /// What became of every row.
    pub control_totals: ControlTotals,
    /// Every currency that the base or a scenario bills in.
    pub currencies: Vec<String>,
    /// The base first, then the scenarios as they were given.
    pub scenarios: Vec<ScenarioSummary>,
    /// From the base to each scenario, one for each currency that either bills in.
    pub bridges: Vec<Bridge>,
    /// What moved from the base to each scenario; customers are pseudonyms.
    pub moved: Vec<Moved>,
    /// Scenarios with one value going from here to there.
    pub sweeps: Vec<Sweep>,
    /// Values at which a scenario costs what the base does.
    pub break_even: Vec<BreakEven>,
    /// Months after the log.
    pub forecasts: Vec<Forecast>,
    /// What was taken for granted about the log.
    pub assumptions: Assumptions,
    /// What may not be concluded, the weightiest first.
    pub limits: Vec<String>,
    /// What the reader must know, most important first.
    pub warnings: Vec<Warning>,
    /// Why the evidence is incomplete; empty where it is not.
    pub incomplete: Vec<String>,
    /// Every setting of the base with its value and where the value comes from.
    pub settings: Vec<SettingInForce>,
}

/// What the log comes to under one scenario, and how that stands to the base.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioSummary {
    /// What it comes to.
    #[serde(flatten)]
    pub result: ScenarioResult,
    /// The answer in one sentence.
    pub sentence: String,
    /// Free units in percent of all units, by currency; none where there is no unit.
    pub free_share: BTreeMap<String, Option<Amount>>,
    /// How it differs from the base, by currency; empty for the base.
    pub difference: BTreeMap<String, Difference>,
}

impl ScenarioSummary {
    /// Its figures in a currency; nothing where it bills nothing in it.
    pub fn figures(&self, currency: &str) -> Figures {
        self.result
            .totals
            .get(currency)
            .copied()
            .unwrap_or_default()
    }

    /// Its name as it stands in sentences and tables.
    pub fn name(&self) -> &str {
        &self.result.name
    }
}

impl WhatIfSummary {
    /// Tells what was found.
    ///
    /// # Panics
    /// If parts do not sum to their totals, or a bridge does not lead from the base to its scenario: a bug in
    /// the program.
    pub fn new(told: &Told<'_>, circumstances: Circumstances) -> Self {
        let comparison = told.comparison;
        footing::assert_foots(comparison);
        let currencies = currencies(comparison);
        let mut moved = comparison.moved.clone();
        for pair in moved.iter_mut().flat_map(|moved| &mut moved.largest) {
            pair.customer = told.mask.pseudonym(&pair.customer);
        }
        let mut incomplete = limits::without_rates(comparison);
        incomplete.extend(told.incomplete.iter().cloned());
        let mut summary = Self {
            schema_version: SCHEMA_VERSION,
            fingerprint: circumstances.fingerprint,
            command: circumstances.command,
            command_line: circumstances.command_line,
            version: env!("CARGO_PKG_VERSION"),
            time_range: told.time_range.clone(),
            period: circumstances.period,
            files: circumstances.files,
            inputs: circumstances.inputs,
            control_totals: told.control_totals.clone(),
            scenarios: scenarios(comparison, &currencies),
            currencies,
            bridges: comparison.bridges.clone(),
            moved,
            sweeps: comparison.sweeps.clone(),
            break_even: comparison.break_even.clone(),
            forecasts: comparison.forecasts.clone(),
            assumptions: Assumptions {
                sent_counts_as_delivered: told.sent_counts_as_delivered,
                accounts_file_absent: circumstances.accounts_file_absent,
                rulebook: circumstances.rulebook,
                map: circumstances.map,
            },
            limits: Vec::new(),
            warnings: told.warnings.clone(),
            incomplete,
            settings: circumstances.settings,
        };
        summary.limits = limits::limits(&summary);
        summary
    }

    /// The content of `summary.json`.
    ///
    /// # Errors
    /// None in practice: every field has a form in JSON.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// What the base comes to in a currency.
    pub fn base(&self, currency: &str) -> Figures {
        let base = self.scenarios.first();
        base.map(|base| base.figures(currency)).unwrap_or_default()
    }

    /// The scenarios without the base.
    pub fn others(&self) -> &[ScenarioSummary] {
        self.scenarios.get(1..).unwrap_or_default()
    }
}

/// Every currency in order.
fn currencies(comparison: &Comparison) -> Vec<String> {
    let totals = comparison.scenarios.iter();
    let currencies: BTreeSet<&String> = totals.flat_map(|result| result.totals.keys()).collect();
    currencies.into_iter().cloned().collect()
}

fn scenarios(comparison: &Comparison, currencies: &[String]) -> Vec<ScenarioSummary> {
    let figures = |result: &ScenarioResult, currency: &String| {
        result.totals.get(currency).copied().unwrap_or_default()
    };
    let results = comparison.scenarios.iter().enumerate();
    results
        .map(|(place, result)| {
            let shares = currencies.iter().map(|currency| {
                let share = free_share(&figures(result, currency));
                (currency.clone(), share)
            });
            let base = comparison.scenarios.first().filter(|_| place > 0);
            let differences = currencies.iter().filter_map(|currency| {
                let difference =
                    Difference::between(figures(base?, currency), figures(result, currency));
                Some((currency.clone(), difference))
            });
            let difference: BTreeMap<String, Difference> = differences.collect();
            ScenarioSummary {
                sentence: match place {
                    0 => words::base(result),
                    _ => words::against_base(result, &difference),
                },
                free_share: shares.collect(),
                difference,
                result: result.clone(),
            }
        })
        .collect()
}

//! A scenario laid over what the base is judged and priced by.

use super::Scenario;
use super::scenario::Source;
use super::scenario::prices::{RateEntry, TierEntry};
use crate::accounts::Accounts;
use crate::replay::Scope;
use crate::rulebook::{ConfigError, Rulebook, Settings};
use crate::tariff::{
    Amount, CardModel, LadderChange, LadderMove, RateChange, RateMove, Refused, Tariff,
};

/// What a log is judged and priced by.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Regimes and lengths.
    pub rulebook: Rulebook,
    /// What is open.
    pub settings: Settings,
    /// Period and forced regime.
    pub scope: Scope,
    /// Who pays, and in which currency.
    pub accounts: Accounts,
    /// Cards, ladders, markets.
    pub tariff: Tariff,
}

impl Tables {
    /// The same tables under a scenario.
    ///
    /// # Errors
    /// If the scenario names a market or a setting that is unknown, or makes a rate impossible.
    pub fn under(&self, scenario: &Scenario) -> Result<Self, ConfigError> {
        let source = scenario.source();
        let rules = &scenario.rules;
        let mut tables = self.clone();
        tables.settings = rules.settings(&self.settings, &source)?;
        tables.rulebook = self.rulebook.reformed(&rules.reform());
        if let Some(regime) = rules.forced_regime() {
            tables.scope.forced_regime = Some(regime);
        } else if !rules.regimes.is_empty() {
            tables.scope.forced_regime = None;
        }
        let prices = &scenario.prices;
        for entry in &prices.discount {
            let place = source.place(entry.span());
            entry.get_ref().cells().reach(&self.tariff.markets, place)?;
        }
        if let Some(currency) = prices.currency {
            tables.accounts = self.accounts.billed_in(currency.0);
        }
        if let Some(date) = prices.card_date {
            tables.tariff = tables.tariff.as_of(date.0);
        }
        tables.tariff = tables.with_rates(scenario, &source)?;
        tables.tariff = tables.with_ladders(scenario, &source)?;
        Ok(tables)
    }

    fn with_rates(&self, scenario: &Scenario, source: &Source<'_>) -> Result<Tariff, ConfigError> {
        let markets = &self.tariff.markets;
        let mut places = Vec::new();
        let mut changes = Vec::new();
        for entry in &scenario.prices.change {
            let place = source.place(entry.span());
            changes.push(RateChange {
                reach: entry.get_ref().cells().reach(markets, place.clone())?,
                by: entry.get_ref().by(),
            });
            places.push(place);
        }
        for entry in &scenario.rules.free {
            let place = source.place(entry.span());
            changes.push(RateChange {
                reach: entry.get_ref().cells().reach(markets, place.clone())?,
                by: RateMove::To(Amount::ZERO),
            });
            places.push(place);
        }
        if changes.is_empty() {
            return Ok(self.tariff.clone());
        }
        let refused = |Refused { change, cell, rate }: Refused| {
            let problem = format!(
                "the {} rate of {} in {} for {}, {rate}, would leave the range of rates, 0 to {}; change it by less",
                cell.model,
                markets.name(cell.market),
                cell.currency,
                cell.category,
                Amount::RATE_MAX
            );
            ConfigError::malformed(places[change].clone(), problem)
        };
        self.tariff.with_rates(&changes).map_err(refused)
    }

    fn with_ladders(
        &self,
        scenario: &Scenario,
        source: &Source<'_>,
    ) -> Result<Tariff, ConfigError> {
        let mut changes = Vec::new();
        for entry in &scenario.prices.tiers {
            let place = source.place(entry.span());
            let reach = entry
                .get_ref()
                .cells()
                .reach(&self.tariff.markets, place.clone())?;
            if reach.model == Some(CardModel::Cbp) {
                let problem = "conversations have no volume tiers: leave out `model`";
                return Err(ConfigError::malformed(place, problem));
            }
            let reach = crate::tariff::Reach {
                model: None,
                ..reach
            };
            changes.push(LadderChange {
                reach,
                by: entry.get_ref().by(),
            });
        }
        match changes.is_empty() {
            true => Ok(self.tariff.clone()),
            false => Ok(self.tariff.with_ladders(&changes)),
        }
    }
}

impl RateEntry {
    /// How rates change; [`super::scenario::Prices::check`] has seen that exactly one way is named.
    fn by(&self) -> RateMove {
        match (self.percent, self.add, self.rate) {
            (Some(percent), ..) => RateMove::Percent(percent.0),
            (_, Some(add), _) => RateMove::Add(add.0),
            (.., rate) => RateMove::To(rate.map_or(Amount::ZERO, |rate| rate.0)),
        }
    }
}

impl TierEntry {
    fn by(&self) -> LadderMove {
        match (self.thresholds_percent, &self.steps) {
            (Some(percent), _) => LadderMove::Thresholds(percent),
            (None, steps) => {
                let steps = steps.iter().flatten();
                LadderMove::Steps(
                    steps
                        .map(|step| (step.after, step.discount_percent.0))
                        .collect(),
                )
            }
        }
    }
}

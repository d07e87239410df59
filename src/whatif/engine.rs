//! Runs scenarios over a folded log: judges again where a scenario asks for it, and prices.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::bill::{Billed, Quantities};
use super::comparison::{Effect, Figures, ScenarioResult};
use super::overlay::Tables;
use super::quantities::{
    ConversationCell, CountedRewriting, MessageCell, MessageCounts, conversations,
};
use super::rewriting::Circumstances;
use super::scenario::Scenario;
use crate::accounts::TemplateRegistry;
use crate::log::cell::CellContext;
use crate::pricing::{self, Groups, Line, Pricing};
use crate::replay::outcome::Outcome;
use crate::replay::rewriting::Rewriting;
use crate::replay::{CustomerPlaces, FoldedLog, Lens};
use crate::rulebook::ConfigError;
use crate::vocabulary::{Month, Regime};

/// Why a scenario cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    /// What it says cannot be.
    #[error(transparent)]
    Scenario(#[from] ConfigError),
    /// The log can no longer be read.
    #[error(transparent)]
    Log(#[from] anyhow::Error),
}

/// Reads the log again, for scenarios under which its rows fold otherwise.
pub type ReadAgain<'a, 'l> = dyn Fn(&Tables) -> anyhow::Result<FoldedLog<'l>> + 'a;

/// The log, and what the base is judged and priced by.
pub struct Base<'a, 'l> {
    /// The folded log.
    pub log: &'a FoldedLog<'l>,
    /// The words of the log.
    pub cells: &'a CellContext,
    /// Templates.
    pub templates: &'a TemplateRegistry,
    /// Where customers are.
    pub customers: &'a dyn CustomerPlaces,
    /// Rulebook, settings, accounts, tariff.
    pub tables: Tables,
    /// Reads the log again.
    pub read_again: &'a ReadAgain<'a, 'l>,
}

/// The base, judged and priced, on which scenarios are run.
pub struct Engine<'a, 'l> {
    /// What it stands on.
    pub base: Base<'a, 'l>,
    /// The base.
    pub run: Run,
    outcome: Outcome,
    conversations: HashMap<ConversationCell, u64>,
    messages: Option<HashMap<MessageCell, MessageCounts>>,
}

/// A scenario that has been run.
pub struct Run {
    /// What it comes to.
    pub billed: Billed,
    /// The charges at the grain of an invoice.
    pub lines: Vec<Line>,
    /// What it was judged and priced by.
    pub tables: Tables,
    /// The price of each charge.
    pub pricing: Pricing,
    /// What judging again found; none where the charges are those of the base.
    pub judged: Option<Judged>,
}

/// A log that was judged again.
pub struct Judged {
    /// What was found.
    pub outcome: Outcome,
    /// Whether the log was read again, so that its rows have other numbers.
    pub was_read_again: bool,
}

impl<'a, 'l> Engine<'a, 'l> {
    /// Judges and prices the base; `counts_messages` if some scenario has a fee on messages.
    ///
    /// # Errors
    /// If the log can no longer be read.
    pub fn new(base: Base<'a, 'l>, counts_messages: bool) -> Result<Self, WhatIfError> {
        let (outcome, messages) = judge(&base, base.log, &base.tables, None, counts_messages)?;
        let conversations = conversations(&outcome, &base.tables);
        let found = Found {
            log: base.log,
            outcome: &outcome,
            conversations: &conversations,
            messages: messages.as_ref(),
        };
        let run = found.run(&base, base.tables.clone(), &Scenario::default())?;
        Ok(Self {
            base,
            run,
            outcome,
            conversations,
            messages,
        })
    }

    /// What was found in the base.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The regimes of its conversations and charges, the earliest first.
    pub fn regimes(&self) -> Vec<Regime> {
        let parts = self.outcome.parts.par_iter();
        let found = parts.fold(BTreeSet::new, |mut found, part| {
            found.extend(part.charges.iter().map(|charge| charge.regime));
            found.extend(part.conversations.iter().map(|each| each.regime));
            found
        });
        let regimes = found.reduce(BTreeSet::new, |mut all, more| {
            all.extend(more);
            all
        });
        regimes.into_iter().collect()
    }

    /// Runs a scenario.
    ///
    /// # Errors
    /// If the scenario says what cannot be, or the log can no longer be read.
    pub fn run(&self, scenario: &Scenario) -> Result<Run, WhatIfError> {
        let base = &self.base;
        let tables = base.tables.under(scenario)?;
        if !scenario.is_judged_again() {
            let conversations = self.conversations_in(scenario);
            let found = Found {
                log: base.log,
                outcome: &self.outcome,
                conversations: &conversations,
                messages: self.messages.as_ref(),
            };
            return found.run(base, tables, scenario);
        }
        let read_again = match base
            .log
            .folds_otherwise(&lens(base, &base.tables), &lens(base, &tables))
        {
            true => Some((base.read_again)(&tables)?),
            false => None,
        };
        let log = read_again.as_ref().unwrap_or(base.log);
        let rewriting = scenario.rewriting(&Circumstances {
            cells: base.cells,
            pairs: log.pairs(),
            accounts: &tables.accounts,
            tariff: &tables.tariff,
            rulebook: &tables.rulebook,
            settings: &tables.settings,
            templates: base.templates,
            time_range: log.time_range(),
        })?;
        let rewriting = rewriting
            .as_ref()
            .map(|compiled| compiled as &dyn Rewriting);
        let counts_messages = scenario.prices.counts_messages();
        let (outcome, messages) = judge(base, log, &tables, rewriting, counts_messages)?;
        let found = Found {
            log,
            outcome: &outcome,
            conversations: &conversations(&outcome, &tables),
            messages: messages.as_ref(),
        };
        let run = found.run(base, tables, scenario)?;
        Ok(Run {
            judged: Some(Judged {
                outcome,
                was_read_again: read_again.is_some(),
            }),
            ..run
        })
    }

    /// The conversations of the base, billed as a scenario that judges nothing again has it.
    fn conversations_in(&self, scenario: &Scenario) -> HashMap<ConversationCell, u64> {
        let Some(currency) = scenario.prices.currency else {
            return self.conversations.clone();
        };
        let mut moved = HashMap::new();
        for (cell, count) in &self.conversations {
            let cell = ConversationCell {
                currency: currency.0,
                ..*cell
            };
            *moved.entry(cell).or_default() += count;
        }
        moved
    }
}

impl Run {
    /// The figures of a run as the comparison shows them.
    pub fn result(&self, name: &str) -> ScenarioResult {
        let mut result = ScenarioResult {
            name: name.to_owned(),
            unrated: self.billed.unrated.clone(),
            nearest_cards: self.billed.nearest_cards.clone(),
            ..ScenarioResult::default()
        };
        self.billed.cells.sum_into(&mut result);
        result
    }

    /// Everything in a currency.
    pub fn total(&self, currency: &str) -> Figures {
        self.billed
            .cells
            .totals()
            .get(currency)
            .copied()
            .unwrap_or_default()
    }
}

impl Scenario {
    /// Whether the pair machine is asked again: rules, or messages that are rewritten.
    pub fn is_judged_again(&self) -> bool {
        let judged = [
            Effect::Mix,
            Effect::Behaviour,
            Effect::Volume,
            Effect::Forecast,
        ];
        self.rules.is_judged_again() || self.effects().iter().any(|effect| judged.contains(effect))
    }
}

/// What judging a log found.
struct Found<'a, 'l> {
    log: &'a FoldedLog<'l>,
    outcome: &'a Outcome,
    conversations: &'a HashMap<ConversationCell, u64>,
    messages: Option<&'a HashMap<MessageCell, MessageCounts>>,
}

impl Found<'_, '_> {
    /// Prices it and sums it up under a scenario.
    fn run(
        &self,
        base: &Base<'_, '_>,
        tables: Tables,
        scenario: &Scenario,
    ) -> Result<Run, WhatIfError> {
        let pricing = pricing::price(&pricing::Request {
            outcome: self.outcome,
            tariff: &tables.tariff,
            accounts: &tables.accounts,
            settings: &tables.settings,
            is_regime_forced: tables.scope.forced_regime.is_some(),
            with_rates: true,
            ids: self.log.places(),
        })?;
        let groups = Groups::of(self.outcome, &pricing);
        let currency = |account: u32, month: Month| {
            let account = tables.accounts.account(&base.cells.accounts.word(account));
            *account.currency.on(month.first_day())
        };
        let priced = groups
            .iter()
            .map(|(group, totals)| (*group, *totals, pricing.price(group.price)));
        let quantities = Quantities {
            cells: base.cells,
            tariff: &tables.tariff,
            groups: priced.collect(),
            conversations: self.conversations,
            messages: self.messages,
            currency: &currency,
        };
        Ok(Run {
            billed: Billed::new(&quantities, &scenario.prices),
            lines: pricing::lines(self.outcome, &pricing, &groups, &tables.tariff),
            pricing,
            tables,
            judged: None,
        })
    }
}

fn judge(
    base: &Base<'_, '_>,
    log: &FoldedLog<'_>,
    tables: &Tables,
    rewriting: Option<&dyn Rewriting>,
    counts_messages: bool,
) -> anyhow::Result<(Outcome, Option<HashMap<MessageCell, MessageCounts>>)> {
    let counted =
        counts_messages.then(|| CountedRewriting::new(rewriting, log.pairs(), base.cells, tables));
    let counting = counted.as_ref().map(|counted| counted as &dyn Rewriting);
    let outcome = log.judge_and_keep(&Lens {
        rewriting: counting.or(rewriting),
        ..lens(base, tables)
    })?;
    Ok((outcome, counted.map(CountedRewriting::into_counts)))
}

fn lens<'t>(base: &'t Base<'_, '_>, tables: &'t Tables) -> Lens<'t> {
    Lens {
        accounts: &tables.accounts,
        rulebook: &tables.rulebook,
        settings: tables.settings.clone(),
        scope: tables.scope.clone(),
        customers: base.customers,
        tracer: None,
        rewriting: None,
    }
}

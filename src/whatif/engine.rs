//! Runs scenarios over a folded log: judges again where a scenario asks for it, and prices.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::bill::{Billed, Quantities};
use super::comparison::{Figures, ScenarioResult};
use super::overlay::Tables;
use super::quantities::{
    ConversationCell, CountedRewriting, MessageCell, MessageCounts, conversations,
};
use super::rewriting::{Circumstances, Coming, Compiled};
use super::scenario::Scenario;
use crate::accounts::TemplateRegistry;
use crate::log::cell::CellContext;
use crate::pricing::{self, CardDays, Groups, Line, PriceList, Pricing, Repricer};
use crate::replay::outcome::Outcome;
use crate::replay::rewriting::Rewriting;
use crate::replay::rows::RowPlaces;
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

/// What judging a log found.
pub struct Found {
    /// Conversations and charges.
    pub outcome: Outcome,
    conversations: HashMap<ConversationCell, u64>,
    messages: Option<HashMap<MessageCell, MessageCounts>>,
}

/// Runs scenarios on a base that was judged.
pub struct Engine<'a, 'l> {
    /// What it stands on.
    pub base: &'a Base<'a, 'l>,
    /// What the base's judgement found.
    pub found: &'a Found,
    /// The base, priced.
    pub run: Run,
    repricer: RefCell<Repricer<'a>>,
    pricing: OnceCell<Pricing>,
}

/// A scenario that has been run.
pub struct Run {
    /// What it comes to.
    pub billed: Billed,
    /// The charges at the grain of an invoice.
    pub lines: Vec<Line>,
    /// What it was judged and priced by.
    pub tables: Tables,
    /// What judging again found; none where the charges are those of the base.
    pub judged: Option<Judged>,
}

/// A log that was judged again.
pub struct Judged {
    /// What was found.
    pub outcome: Outcome,
    /// The price of each charge.
    pub pricing: Pricing,
    /// Whether the log was read again, so that its rows have other numbers.
    pub was_read_again: bool,
    /// The months after the log, where the scenario has some.
    pub coming: Option<Coming>,
}

impl Base<'_, '_> {
    /// Judges the base; `counts_messages` if some scenario has a fee on messages.
    ///
    /// # Errors
    /// If the log can no longer be read.
    pub fn judge(&self, counts_messages: bool) -> Result<Found, WhatIfError> {
        Ok(judge(self, self.log, &self.tables, None, counts_messages)?)
    }

    fn request<'r>(
        &'r self,
        outcome: &'r Outcome,
        tables: &'r Tables,
        ids: &'r RowPlaces<'_>,
    ) -> pricing::Request<'r> {
        let has_other_regimes = tables.rulebook.regimes() != self.tables.rulebook.regimes();
        pricing::Request {
            outcome,
            tariff: &tables.tariff,
            accounts: &tables.accounts,
            settings: &tables.settings,
            cards: match tables.scope.forced_regime {
                Some(_) => CardDays::Nearest,
                None if has_other_regimes => {
                    CardDays::NearestUnderOtherRegime(&self.tables.rulebook)
                }
                None => CardDays::Real,
            },
            with_rates: true,
            settled_tiers: &[],
            ids,
        }
    }
}

impl<'a, 'l> Engine<'a, 'l> {
    /// Prices the base.
    ///
    /// # Errors
    /// If the log can no longer be read.
    pub fn new(base: &'a Base<'a, 'l>, found: &'a Found) -> Result<Self, WhatIfError> {
        let mut repricer =
            Repricer::of(&base.request(&found.outcome, &base.tables, base.log.places()));
        let (list, groups) = repricer.price(&base.tables.tariff, &base.tables.accounts)?;
        let priced = Priced {
            found,
            conversations: &found.conversations,
            list: &list,
            groups: &groups,
        };
        let run = priced.run(base, base.tables.clone(), &Scenario::default());
        Ok(Self {
            base,
            found,
            run,
            repricer: RefCell::new(repricer),
            pricing: OnceCell::new(),
        })
    }

    /// The price of each charge of the base.
    ///
    /// # Errors
    /// If the log can no longer be read.
    pub fn pricing(&self) -> Result<&Pricing, WhatIfError> {
        if let Some(pricing) = self.pricing.get() {
            return Ok(pricing);
        }
        let pricing = self.pricing_under(&self.base.tables)?;
        Ok(self.pricing.get_or_init(|| pricing))
    }

    /// The price of each charge of the base under other tables.
    ///
    /// # Errors
    /// If the log can no longer be read.
    pub fn pricing_under(&self, tables: &Tables) -> Result<Pricing, WhatIfError> {
        let ids = self.base.log.places();
        let request = self.base.request(&self.found.outcome, tables, ids);
        Ok(pricing::price(&request)?)
    }

    /// The regimes of its conversations and charges, the earliest first.
    pub fn regimes(&self) -> Vec<Regime> {
        let parts = self.found.outcome.parts.par_iter();
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
        let tables = self.base.tables.under(scenario)?;
        match scenario.is_judged_again() {
            true => self.run_again(scenario, tables),
            false => self.run_repriced(scenario, tables),
        }
    }

    /// Prices the counts of the base.
    fn run_repriced(&self, scenario: &Scenario, tables: Tables) -> Result<Run, WhatIfError> {
        let mut repricer = self.repricer.borrow_mut();
        let (list, groups) = repricer.price(&tables.tariff, &tables.accounts)?;
        let priced = Priced {
            found: self.found,
            conversations: &self.conversations_in(scenario),
            list: &list,
            groups: &groups,
        };
        Ok(priced.run(self.base, tables, scenario))
    }

    /// Judges the messages again, after the scenario has rewritten them.
    fn run_again(&self, scenario: &Scenario, tables: Tables) -> Result<Run, WhatIfError> {
        let base = self.base;
        let is_read_again = base
            .log
            .folds_otherwise(&lens(base, &base.tables), &lens(base, &tables));
        let read_again = match is_read_again {
            true => Some((base.read_again)(&tables)?),
            false => None,
        };
        let log = read_again.as_ref().unwrap_or(base.log);
        let circumstances = Circumstances {
            cells: base.cells,
            pairs: log.pairs(),
            accounts: &tables.accounts,
            tariff: &tables.tariff,
            rulebook: &tables.rulebook,
            settings: &tables.settings,
            templates: base.templates,
            time_range: log.time_range(),
            messages_by_month: &|month| log.messages_in(month),
        };
        let compiled = scenario.rewriting(&circumstances)?;
        let coming = compiled.as_ref().and_then(Compiled::coming).cloned();
        let rewriting = compiled.as_ref().map(|compiled| compiled as &dyn Rewriting);
        let counts_messages = scenario.prices.counts_messages();
        let found = judge(base, log, &tables, rewriting, counts_messages)?;
        let pricing = pricing::price(&base.request(&found.outcome, &tables, log.places()))?;
        let priced = Priced {
            found: &found,
            conversations: &found.conversations,
            list: pricing.list(),
            groups: &Groups::of(&found.outcome, &pricing),
        };
        let run = priced.run(base, tables, scenario);
        Ok(Run {
            judged: Some(Judged {
                outcome: found.outcome,
                pricing,
                was_read_again: is_read_again,
                coming,
            }),
            ..run
        })
    }

    /// The conversations of the base, billed as a scenario that judges nothing again has it.
    fn conversations_in(&self, scenario: &Scenario) -> HashMap<ConversationCell, u64> {
        let Some(currency) = scenario.prices.currency else {
            return self.found.conversations.clone();
        };
        let mut moved = HashMap::new();
        for (cell, count) in &self.found.conversations {
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
        self.rules.is_judged_again() || self.rewrites_messages()
    }
}

/// Charges with their prices.
struct Priced<'a> {
    found: &'a Found,
    conversations: &'a HashMap<ConversationCell, u64>,
    list: &'a PriceList,
    groups: &'a Groups,
}

impl Priced<'_> {
    /// Sums them up under a scenario.
    fn run(&self, base: &Base<'_, '_>, tables: Tables, scenario: &Scenario) -> Run {
        let currency = |account: u32, month: Month| {
            let account = tables.accounts.account(&base.cells.accounts.word(account));
            *account.currency.on(month.first_day())
        };
        let groups = self.groups.iter();
        let priced = groups.map(|(group, totals)| (*group, *totals, self.list.price(group.price)));
        let quantities = Quantities {
            cells: base.cells,
            tariff: &tables.tariff,
            groups: priced.collect(),
            conversations: self.conversations,
            messages: self.found.messages.as_ref(),
            currency: &currency,
        };
        let outcome = &self.found.outcome;
        Run {
            billed: Billed::new(&quantities, &scenario.prices),
            lines: pricing::lines(outcome, self.list, self.groups, &tables.tariff),
            tables,
            judged: None,
        }
    }
}

fn judge(
    base: &Base<'_, '_>,
    log: &FoldedLog<'_>,
    tables: &Tables,
    rewriting: Option<&dyn Rewriting>,
    counts_messages: bool,
) -> anyhow::Result<Found> {
    let counted =
        counts_messages.then(|| CountedRewriting::new(rewriting, log.pairs(), base.cells, tables));
    let counting = counted.as_ref().map(|counted| counted as &dyn Rewriting);
    let outcome = log.judge_and_keep(&Lens {
        rewriting: counting.or(rewriting),
        ..lens(base, tables)
    })?;
    Ok(Found {
        conversations: conversations(&outcome, tables),
        messages: counted.map(CountedRewriting::into_counts),
        outcome,
    })
}

fn lens<'t>(base: &'t Base<'_, '_>, tables: &'t Tables) -> Lens<'t> {
    Lens {
        accounts: &tables.accounts,
        rulebook: &tables.rulebook,
        settings: tables.settings.clone(),
        scope: tables.scope.clone(),
        customers: base.customers,
        carried: None,
        keeping: None,
        tracer: None,
        rewriting: None,
    }
}

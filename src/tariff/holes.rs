//! What the tables do not know: missing cells, gaps in a series, steps without a rate.
//!
//! A hole is no error of a table: it loads, and what falls into it is `unrated`. This lists the holes
//! before a run does.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    AuthInternational, CardModel, Cell, Ladder, LadderKey, MarketId, StepEnd, Tariff,
    periods::{Period, Periods},
};
use crate::{
    rulebook::Rulebook,
    vocabulary::{ChargeCategory, Currency, LocalDate, Regime, named_enum},
};

named_enum! {
    /// What is missing.
    pub enum HoleKind {
        /// The model has no card in the currency.
        NoCard = "no_card",
        /// A cell has no rate on days on which the model has a card.
        NoCell = "no_cell",
        /// The same, between two rates of the cell.
        Gap = "gap",
        /// A step was published without a rate.
        StepWithoutRate = "step_without_rate",
        /// Ranks that no published step of a ladder holds.
        NoStep = "no_step",
        /// No ladder at all: charged at the list rate, and marked `estimated`.
        NoLadder = "no_ladder",
    }
}

impl HoleKind {
    /// Whether what falls into it has no rate, rather than perhaps a wrong one.
    pub const fn is_unrated(self) -> bool {
        !matches!(self, Self::NoLadder)
    }
}

/// Something missing, for all the markets of which it is true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// What is missing.
    pub kind: HoleKind,
    /// The pricing model.
    pub model: CardModel,
    /// The currency.
    pub currency: Currency,
    /// The category; none where the whole card is missing.
    pub category: Option<ChargeCategory>,
    /// On which days.
    pub period: Period,
    /// Of a ladder, the ranks or steps.
    pub steps: String,
    /// The names of the markets; none where the whole card is missing.
    pub markets: Vec<String>,
}

impl Serialize for Hole {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let Period { from, to } = self.period;
        let mut entry = serializer.serialize_struct("Hole", 8)?;
        entry.serialize_field("kind", self.kind.name())?;
        entry.serialize_field("model", self.model.name())?;
        entry.serialize_field("currency", self.currency.code())?;
        entry.serialize_field("category", &self.category.map(ChargeCategory::name))?;
        entry.serialize_field("from", &from)?;
        entry.serialize_field("to", &(to != LocalDate::MAX).then_some(to))?;
        entry.serialize_field("steps", &self.steps)?;
        entry.serialize_field("markets", &self.markets)?;
        entry.end()
    }
}

/// The holes of some currencies within a period, in the order of [`Hole`].
pub fn holes(
    tariff: &Tariff,
    rulebook: &Rulebook,
    currencies: &[Currency],
    scope: Period,
) -> Vec<Hole> {
    let mut search = Search {
        tariff,
        rulebook,
        scope,
        found: BTreeMap::new(),
    };
    for &currency in currencies {
        for regime in rulebook.regimes() {
            let period = Period {
                from: regime.from,
                to: regime.to.unwrap_or(LocalDate::MAX),
            };
            if let Some(period) = period.common(scope) {
                search.regime(regime.regime, currency, period);
            }
        }
        search.ladders(currency);
    }
    search.finish()
}

type HoleKey = (
    HoleKind,
    CardModel,
    Currency,
    Option<ChargeCategory>,
    String,
    Period,
);

struct Search<'a> {
    tariff: &'a Tariff,
    rulebook: &'a Rulebook,
    scope: Period,
    found: BTreeMap<HoleKey, Vec<MarketId>>,
}

impl Search<'_> {
    /// The cards of a currency in the days of a regime.
    fn regime(&mut self, regime: Regime, currency: Currency, period: Period) {
        let model = CardModel::from(regime);
        let with_card: Periods = self
            .tariff
            .cards
            .days_with_card(model, currency)
            .iter()
            .copied()
            .collect();
        for missing in with_card.missing_in(period) {
            let key = (
                HoleKind::NoCard,
                model,
                currency,
                None,
                String::new(),
                missing,
            );
            self.found.entry(key).or_default();
        }
        let markets: Vec<MarketId> = self.tariff.spans.markets(&self.tariff.markets).collect();
        for days in with_card
            .as_slice()
            .iter()
            .filter_map(|days| days.common(period))
        {
            for &market in &markets {
                for (category, days) in self.expected(regime, market, days) {
                    let cell = Cell {
                        model,
                        currency,
                        market,
                        category,
                    };
                    self.cell(cell, days);
                }
            }
        }
    }

    /// The categories that a regime charges in a market, and on which of the days.
    fn expected(
        &self,
        regime: Regime,
        market: MarketId,
        days: Period,
    ) -> Vec<(ChargeCategory, Period)> {
        use ChargeCategory::{
            Authentication, AuthenticationInternational, BusinessInitiated, Marketing, Service,
            UserInitiated, Utility,
        };
        let mut expected: Vec<(ChargeCategory, Period)> = match regime {
            Regime::Cbp2022 => vec![(UserInitiated, days), (BusinessInitiated, days)],
            _ => [Marketing, Utility, Authentication]
                .map(|category| (category, days))
                .to_vec(),
        };
        if regime == Regime::Cbp2023 {
            let charged = Period {
                from: LocalDate::MIN,
                to: self.rulebook.free_service_from().previous(),
            };
            expected.extend(days.common(charged).map(|days| (Service, days)));
        }
        let listed: &AuthInternational = &self.tariff.auth_international;
        let started = listed.start(market).map(|from| Period {
            from,
            to: LocalDate::MAX,
        });
        if regime != Regime::Cbp2022 {
            let days = started.and_then(|started| days.common(started));
            expected.extend(days.map(|days| (AuthenticationInternational, days)));
        }
        let spans = self.tariff.spans.of(market);
        expected
            .into_iter()
            .flat_map(|(category, days)| {
                spans
                    .iter()
                    .filter_map(move |span| Some((category, span.common(days)?)))
            })
            .collect()
    }

    fn cell(&mut self, cell: Cell, days: Period) {
        let series = self.tariff.cards.series(cell);
        let rated: Periods = series
            .iter()
            .map(|rate| Period {
                from: rate.from,
                to: rate.to,
            })
            .collect();
        for missing in rated.missing_in(days) {
            let is_between = series.iter().any(|rate| rate.to < missing.from)
                && series.iter().any(|rate| rate.from > missing.to);
            let kind = if is_between {
                HoleKind::Gap
            } else {
                HoleKind::NoCell
            };
            let key = (
                kind,
                cell.model,
                cell.currency,
                Some(cell.category),
                String::new(),
                missing,
            );
            self.found.entry(key).or_default().push(cell.market);
            // Tiers of a cell without a list rate are no question.
        }
        if cell.model == CardModel::Pmp && is_tiered(cell.category) {
            self.missing_ladder(cell, &rated, days);
        }
    }

    fn missing_ladder(&mut self, cell: Cell, rated: &Periods, days: Period) {
        let tiered = Period {
            from: self.rulebook.volume_tiers_from(),
            to: LocalDate::MAX,
        };
        let ladders: Periods = self
            .tariff
            .ladders
            .iter()
            .filter(|ladder| is_of_cell(ladder.key, cell))
            .map(Ladder::period)
            .collect();
        let asked = days.common(tiered).into_iter().flat_map(|days| {
            rated
                .as_slice()
                .iter()
                .filter_map(move |rated| rated.common(days))
        });
        let asked: Periods = asked.collect();
        for days in asked.as_slice() {
            for missing in ladders.missing_in(*days) {
                let category = Some(cell.category);
                let key = (
                    HoleKind::NoLadder,
                    cell.model,
                    cell.currency,
                    category,
                    String::new(),
                    missing,
                );
                self.found.entry(key).or_default().push(cell.market);
            }
        }
    }

    /// The steps of a currency's ladders.
    fn ladders(&mut self, currency: Currency) {
        let ladders = self
            .tariff
            .ladders
            .iter()
            .filter(|ladder| ladder.key.currency == currency);
        for ladder in ladders {
            let Some(period) = ladder.period().common(self.scope) else {
                continue;
            };
            for (kind, steps) in missing_steps(ladder) {
                let category = Some(ladder.key.category);
                let key = (kind, CardModel::Pmp, currency, category, steps, period);
                self.found.entry(key).or_default().push(ladder.key.market);
            }
        }
    }

    fn finish(self) -> Vec<Hole> {
        let named = |markets: Vec<MarketId>| {
            let mut names: Vec<String> = markets
                .into_iter()
                .map(|market| self.tariff.markets.name(market).to_owned())
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        self.found
            .into_iter()
            .map(
                |((kind, model, currency, category, steps, period), markets)| Hole {
                    kind,
                    model,
                    currency,
                    category,
                    period,
                    steps,
                    markets: named(markets),
                },
            )
            .collect()
    }
}

fn is_tiered(category: ChargeCategory) -> bool {
    matches!(
        category,
        ChargeCategory::Utility
            | ChargeCategory::Authentication
            | ChargeCategory::AuthenticationInternational
    )
}

fn is_of_cell(ladder: LadderKey, cell: Cell) -> bool {
    (ladder.currency, ladder.market, ladder.category) == (cell.currency, cell.market, cell.category)
}

/// What a ladder leaves out: steps without a rate, and ranks that no step is known to hold.
fn missing_steps(ladder: &Ladder) -> Vec<(HoleKind, String)> {
    let mut missing = Vec::new();
    let mut next_rank = Some(1);
    for step in &ladder.steps {
        if let Some(from) = next_rank.filter(|&from| from < step.from) {
            missing.push((HoleKind::NoStep, format!("{from}:{}", step.from - 1)));
        }
        if step.rate.is_none() {
            missing.push((HoleKind::StepWithoutRate, step.label.clone()));
        }
        next_rank = match step.to {
            StepEnd::At(last) => last.checked_add(1),
            StepEnd::Open => None,
            StepEnd::Unknown => Some(step.from),
        };
    }
    if let Some(from) = next_rank {
        missing.push((HoleKind::NoStep, format!("{from}:MAX")));
    }
    missing
}

#[cfg(test)]
#[path = "holes_tests.rs"]
mod tests;

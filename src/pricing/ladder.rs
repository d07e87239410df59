//! Volume tiers: the rank of a charged message in its counter's month decides its rate.
//!
//! Most months never reach a second step: every message of the counter then has the same one, and no
//! order is needed. Where the month passes a step's edge, its messages are cut there ([`super::climb`]).

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::basis::{Basis, Pricer};
use super::position::TierPosition;
use super::price::{Price, PriceBook, PriceCode};
use crate::tariff::{Ladder, LadderKey, MarketId, StepEnd, Unrated};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, Month};

/// What is counted together: portfolio (or account), market, category, local month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter {
    pub owner: u32,
    pub market: MarketId,
    pub category: ChargeCategory,
    pub month: Month,
}

/// How much a counter counts, and which ladders its charges stand on.
#[derive(Debug, Default)]
pub struct Volume {
    count: u64,
    /// Charges priced at list for want of a ladder.
    without_ladder: u64,
    ladders: BTreeSet<LadderKey>,
    currencies: BTreeSet<Currency>,
}

impl Volume {
    /// Counts charges; `is_listed` if they are priced at list for want of a ladder.
    pub fn add(
        &mut self,
        count: u64,
        currency: Currency,
        ladder: Option<&Ladder>,
        is_listed: bool,
    ) {
        self.count += count;
        self.currencies.insert(currency);
        if is_listed {
            self.without_ladder += count;
        }
        if let Some(ladder) = ladder {
            self.ladders.insert(ladder.key);
        }
    }
}

/// How the charges of a counter get their rates.
#[derive(Debug)]
pub struct Plan {
    /// Volume that the log does not show (S-23).
    pub used_elsewhere: u64,
    /// Counts of charges after which some ladder has an edge, ascending; empty: all have one step.
    pub cuts: Vec<u64>,
}

impl Plan {
    /// The rank of the charge that has so many of its counter before it.
    pub fn rank_after(&self, before: u64) -> u64 {
        self.used_elsewhere + before + 1
    }
}

impl Pricer<'_> {
    /// Where the steps of its ladders cut a counter.
    pub(super) fn plan(&self, counter: &Counter, volume: &Volume) -> Plan {
        let used_elsewhere = self.used_elsewhere(counter);
        let ladders = &self.request.tariff.ladders;
        let mut cuts: Vec<u64> = volume
            .ladders
            .iter()
            .filter_map(|key| ladders.of(*key))
            .flat_map(|ladder| &ladder.steps)
            .flat_map(|step| {
                let after = match step.to {
                    StepEnd::At(last) => Some(last),
                    StepEnd::Open | StepEnd::Unknown => None,
                };
                [Some(step.from - 1), after]
            })
            .flatten()
            .filter_map(|rank| rank.checked_sub(used_elsewhere))
            .filter(|&count| 0 < count && count < volume.count)
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        Plan {
            used_elsewhere,
            cuts,
        }
    }

    /// The price of the rank; at list where no ladder is known at all.
    pub(super) fn at_rank(&self, basis: &Basis, rank: u64, book: &mut PriceBook) -> PriceCode {
        let list = self.list(basis);
        let price = match self.ladder(basis) {
            None => Price {
                lacks_ladder: list.state == ChargeState::Rated,
                ..list
            },
            Some(ladder) => match ladder.step(rank) {
                Ok((step, rate)) => Price::step(ladder, step, rate, book.tier(ladder, step), &list),
                Err(reason) => Price {
                    state: ChargeState::Unrated,
                    unrated: Some(Unrated {
                        model: basis.model,
                        currency: basis.currency,
                        market: basis.market,
                        category: basis.cell,
                        date: basis.card_date,
                        reason,
                    }),
                    ..Price::free(basis.market, basis.currency)
                },
            },
        };
        book.code(price)
    }

    /// How far each counter has climbed.
    pub(super) fn positions(
        &self,
        volumes: HashMap<Counter, Volume>,
        plans: &HashMap<Counter, Plan>,
    ) -> Vec<TierPosition> {
        let tariff = self.request.tariff;
        let position = |(counter, volume): (Counter, Volume)| {
            let used_elsewhere = plans[&counter].used_elsewhere;
            let last = volume
                .ladders
                .last()
                .and_then(|key| tariff.ladders.of(*key));
            let rank = used_elsewhere + volume.count;
            TierPosition {
                owner: self.owner(&counter).to_owned(),
                market: tariff.markets.name(counter.market).to_owned(),
                category: counter.category,
                month: counter.month,
                used_elsewhere,
                counted: volume.count,
                without_ladder: volume.without_ladder,
                currencies: volume.currencies.into_iter().collect(),
                tier: last
                    .and_then(|ladder| ladder.step(rank).ok())
                    .map(|(step, _)| step.label.clone()),
                next_from: last.and_then(|ladder| {
                    let later = ladder.steps.iter().map(|step| step.from);
                    later.filter(|&from| rank < from).min()
                }),
            }
        };
        let mut positions: Vec<TierPosition> = volumes.into_iter().map(position).collect();
        positions.sort_unstable();
        positions
    }
}

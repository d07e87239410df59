//! Volume tiers: the rank of a charged message in its counter's month decides its rate.
//!
//! Most months never reach a second step: every message of the counter then has the same one, and no
//! order is needed. Where the month passes a step's edge, its messages are cut there ([`super::climb`]).

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::basis::{Basis, Pricer};
use super::position::TierPosition;
use super::price::{Price, PriceBook, PriceCode};
use crate::tariff::{Ladder, LadderKey, MarketId, StepEnd, Unrated};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, Instant, Month};

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
    /// Volume of the log that earlier runs have settled.
    pub settled: u64,
    /// Counts of charges after which some ladder has an edge, ascending; empty: all have one step.
    pub cuts: Vec<u64>,
}

impl Plan {
    /// The rank of the charge that has so many of its counter before it.
    pub fn rank_after(&self, before: u64) -> u64 {
        self.used_elsewhere + self.settled + before + 1
    }
}

impl<'a> Pricer<'a> {
    /// Where the steps of its ladders cut a counter.
    pub(super) fn plan(&self, counter: &Counter, volume: &Volume) -> Plan {
        let used_elsewhere = self.used_elsewhere(counter);
        let settled = self.settled(counter).map_or(0, |settled| settled.counted);
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
            .filter_map(|rank| rank.checked_sub(used_elsewhere + settled))
            .filter(|&count| 0 < count && count < volume.count)
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        Plan {
            used_elsewhere,
            settled,
            cuts,
        }
    }

    /// How far a counter had climbed with what earlier runs have settled.
    fn settled(&self, counter: &Counter) -> Option<&'a TierPosition> {
        let owner = self.owner(counter);
        let market = self.request.tariff.markets.name(counter.market);
        self.request.settled_tiers.iter().find(|position| {
            position.owner == owner
                && position.market == market
                && position.category == counter.category
                && position.month == counter.month
        })
    }

    /// How far counters climb with the charges before an instant and with what was settled before: what the next
    /// run starts from.
    pub fn settled_before(&self, instant: Instant, reached: &[TierPosition]) -> Vec<TierPosition> {
        let mut volumes: HashMap<Counter, Volume> = HashMap::new();
        let parts = self.request.outcome.parts.iter();
        for charge in parts.flat_map(|part| part.charges.iter()) {
            if charge.charged_at < instant
                && let Some((counter, currency, is_listed)) = self.climbs(&charge)
            {
                let volume = volumes.entry(counter).or_default();
                volume.add(1, currency, None, is_listed);
            }
        }
        let key = |position: &TierPosition| {
            let TierPosition { owner, market, .. } = position;
            let (category, month) = (position.category, position.month);
            (owner.clone(), market.clone(), category, month)
        };
        let settled = self.request.settled_tiers.iter();
        let mut positions: BTreeMap<_, TierPosition> = settled
            .map(|position| (key(position), position.clone()))
            .collect();
        let reached: BTreeMap<_, &TierPosition> = reached
            .iter()
            .map(|position| (key(position), position))
            .collect();
        for (counter, volume) in volumes {
            let owner = self.owner(&counter).to_owned();
            let market = self.request.tariff.markets.name(counter.market).to_owned();
            let key = (owner, market, counter.category, counter.month);
            let Some(reached) = reached.get(&key) else {
                continue;
            };
            let position = positions.entry(key).or_insert_with(|| TierPosition {
                counted: 0,
                without_ladder: 0,
                currencies: Vec::new(),
                ..(*reached).clone()
            });
            position.counted += volume.count;
            position.without_ladder += volume.without_ladder;
            position.currencies.extend(volume.currencies);
            position.currencies.sort_unstable();
            position.currencies.dedup();
            (position.tier, position.next_from) = (reached.tier.clone(), reached.next_from);
        }
        positions.into_values().collect()
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
            let plan = &plans[&counter];
            let (used_elsewhere, settled) = (plan.used_elsewhere, self.settled(&counter));
            let last = volume
                .ladders
                .last()
                .and_then(|key| tariff.ladders.of(*key));
            let counted = plan.settled + volume.count;
            let rank = used_elsewhere + counted;
            let mut currencies = volume.currencies;
            currencies.extend(settled.into_iter().flat_map(|settled| &settled.currencies));
            TierPosition {
                owner: self.owner(&counter).to_owned(),
                market: tariff.markets.name(counter.market).to_owned(),
                category: counter.category,
                month: counter.month,
                used_elsewhere,
                counted,
                without_ladder: volume.without_ladder
                    + settled.map_or(0, |settled| settled.without_ladder),
                currencies: currencies.into_iter().collect(),
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
        // Where nobody has climbed again, a counter stands where it stood.
        let has_climbed = |settled: &&TierPosition| {
            positions.iter().any(|position| {
                let names = |position: &'_ TierPosition| (position.category, position.month);
                names(position) == names(settled)
                    && position.owner == settled.owner
                    && position.market == settled.market
            })
        };
        let settled = self.request.settled_tiers.iter();
        let others: Vec<TierPosition> = settled
            .filter(|settled| !has_climbed(settled))
            .cloned()
            .collect();
        positions.extend(others);
        positions.sort_unstable();
        positions
    }
}

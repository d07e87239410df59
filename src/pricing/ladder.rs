//! Volume tiers: the rank of a charged message in its counter's month decides its rate.
//!
//! Most months never reach a second step: every message of the counter then has the same one, and no
//! order is needed. Where the month passes a step's edge, its messages are cut there by selection.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::basis::{Basis, Pricer};
use super::position::TierPosition;
use super::price::{Price, PriceBook, PriceCode};
use crate::replay::outcome::Part;
use crate::replay::ranking::{Place, Ranking};
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

/// How much each counter counts, and which ladders its charges stand on.
#[derive(Debug, Default)]
pub struct Counters(HashMap<Counter, Volume>);

#[derive(Debug, Default)]
struct Volume {
    count: u64,
    /// Charges priced at list for want of a ladder.
    without_ladder: u64,
    ladders: BTreeSet<LadderKey>,
    currencies: BTreeSet<Currency>,
}

impl Counters {
    /// Counts a charge; `is_listed` if it is priced at list for want of a ladder.
    pub fn count(
        &mut self,
        counter: Counter,
        currency: Currency,
        ladder: Option<&Ladder>,
        is_listed: bool,
    ) {
        let volume = self.0.entry(counter).or_default();
        volume.count += 1;
        volume.currencies.insert(currency);
        volume.without_ladder += u64::from(is_listed);
        if let Some(ladder) = ladder {
            volume.ladders.insert(ladder.key);
        }
    }

    /// Adds what another part counted.
    pub fn add(&mut self, other: Self) {
        for (counter, volume) in other.0 {
            let sum = self.0.entry(counter).or_default();
            sum.count += volume.count;
            sum.without_ladder += volume.without_ladder;
            sum.ladders.extend(volume.ladders);
            sum.currencies.extend(volume.currencies);
        }
    }
}

/// How the charges of a counter get their rates.
struct Plan {
    used_elsewhere: u64,
    /// Counts of charges after which some ladder has an edge, ascending; empty: all have one step.
    cuts: Vec<u64>,
}

/// Prices the charges that volume decides.
pub struct Climb<'a, 'p> {
    pub pricer: &'p Pricer<'a>,
    pub book: &'p PriceBook,
    pub ranking: Ranking<'a>,
    pub parts: &'a [Part],
}

impl Climb<'_, '_> {
    /// Gives every pending charge its price; says how far each counter climbed.
    ///
    /// # Errors
    /// If message ids on the edge of a tier can no longer be read.
    pub fn price(
        &self,
        counters: Counters,
        codes: &mut [Vec<PriceCode>],
    ) -> anyhow::Result<Vec<TierPosition>> {
        if counters.0.is_empty() {
            return Ok(Vec::new());
        }
        let plans: HashMap<Counter, Plan> = counters
            .0
            .iter()
            .map(|(counter, volume)| (*counter, self.plan(counter, volume)))
            .collect();
        let mut ranked: HashMap<Counter, Vec<Place>> = HashMap::new();
        let left: Vec<HashMap<Counter, Vec<Place>>> = codes
            .par_iter_mut()
            .enumerate()
            .map(|(part, codes)| self.price_uniform(part as u32, codes, &plans))
            .collect();
        for (counter, places) in left.into_iter().flatten() {
            ranked.entry(counter).or_default().extend(places);
        }
        let priced: Vec<Vec<(Place, PriceCode)>> = ranked
            .into_par_iter()
            .map(|(counter, places)| self.price_ranked(places, &plans[&counter]))
            .collect::<anyhow::Result<_>>()?;
        for ((part, place), code) in priced.into_iter().flatten() {
            codes[part as usize][place as usize] = code;
        }
        Ok(self.positions(counters, &plans))
    }

    fn plan(&self, counter: &Counter, volume: &Volume) -> Plan {
        let used_elsewhere = self.pricer.used_elsewhere(counter);
        let ladders = &self.pricer.request.tariff.ladders;
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

    /// Prices the pending charges of a part whose counter stays within one step; the others are left.
    fn price_uniform(
        &self,
        part: u32,
        codes: &mut [PriceCode],
        plans: &HashMap<Counter, Plan>,
    ) -> HashMap<Counter, Vec<Place>> {
        let mut ranked: HashMap<Counter, Vec<Place>> = HashMap::new();
        let mut known: HashMap<(Basis, u64), PriceCode> = HashMap::new();
        let charges = &self.parts[part as usize].charges;
        for (place, (code, charge)) in codes.iter_mut().zip(charges.iter()).enumerate() {
            if *code != PriceCode::PENDING {
                continue;
            }
            let basis = self.pricer.basis(&charge);
            let counter = self.pricer.counter(&charge, &basis);
            let plan = &plans[&counter];
            if plan.cuts.is_empty() {
                let rank = plan.used_elsewhere + 1;
                *code = *known
                    .entry((basis, rank))
                    .or_insert_with(|| self.code(&basis, rank));
            } else {
                ranked
                    .entry(counter)
                    .or_default()
                    .push((part, place as u32));
            }
        }
        ranked
    }

    fn price_ranked(
        &self,
        mut places: Vec<Place>,
        plan: &Plan,
    ) -> anyhow::Result<Vec<(Place, PriceCode)>> {
        let mut priced = Vec::with_capacity(places.len());
        let mut known: HashMap<(Basis, u64), PriceCode> = HashMap::new();
        let count = places.len() as u64;
        let (mut rest, mut done) = (&mut places[..], 0);
        for cut in plan.cuts.iter().copied().chain([count]) {
            let step = (cut - done) as usize;
            self.ranking.cut(rest, step, self.parts)?;
            let (first, others) = rest.split_at_mut(step);
            let rank = plan.used_elsewhere + done + 1;
            for &mut (part, place) in first {
                let charge = self.parts[part as usize].charges.get(place as usize);
                let basis = self.pricer.basis(&charge);
                let code = *known
                    .entry((basis, rank))
                    .or_insert_with(|| self.code(&basis, rank));
                priced.push(((part, place), code));
            }
            (rest, done) = (others, cut);
        }
        Ok(priced)
    }

    /// The price of the rank; at list where no ladder is known at all.
    fn code(&self, basis: &Basis, rank: u64) -> PriceCode {
        let book = self.book;
        let list = self.pricer.list(basis);
        let price = match self.pricer.ladder(basis) {
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

    fn positions(&self, counters: Counters, plans: &HashMap<Counter, Plan>) -> Vec<TierPosition> {
        let tariff = self.pricer.request.tariff;
        let position = |(counter, volume): (Counter, Volume)| {
            let used_elsewhere = plans[&counter].used_elsewhere;
            let last = volume
                .ladders
                .last()
                .and_then(|key| tariff.ladders.of(*key));
            let rank = used_elsewhere + volume.count;
            TierPosition {
                owner: self.pricer.owner(&counter).to_owned(),
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
        let mut positions: Vec<TierPosition> = counters.0.into_iter().map(position).collect();
        positions.sort_unstable();
        positions
    }
}

//! The same charges under another tariff, without going through them again.
//!
//! Everything that a bill shows of a charge, and everything that its price can depend on, is counted once. Each
//! tariff then prices the counts. Only where a step cuts a counter's month do single charges matter: those of the
//! counter are remembered, with every cut that was ever asked for.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::alike::Alike;
use super::basis::Pricer;
use super::climb::{Climb, Climber};
use super::group::{Group, Groups, PriceTotals};
use super::kind::Kind;
use super::price::{PriceBook, PriceCode};
use super::quote::{Quote, Quotes};
use super::{PriceList, Request};
use crate::accounts::Accounts;
use crate::tariff::Tariff;
use crate::vocabulary::{ChargeCategory, PricingType};

/// Charges that no tariff can tell apart, and no bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Cohort {
    kind: Kind,
    business: u32,
    category: ChargeCategory,
    pricing_type: PricingType,
    estimated: bool,
    edge: bool,
    /// Whether a bill shows them; others only use up tiers.
    is_billed: bool,
}

/// Prices the charges of one replay under any number of tariffs.
pub struct Repricer<'a> {
    request: Request<'a>,
    /// Cohort by cohort; what each charge belongs to.
    cohorts: Alike<Cohort>,
    kinds: Vec<Kind>,
    /// By kind: its charges.
    counts: Vec<u64>,
    /// The kind of each cohort.
    kind_of: Vec<u32>,
    /// The charges of counters that some tariff has cut, by the kinds that count in them.
    climbs: HashMap<Vec<u32>, Climbed>,
}

/// The charges of a counter, and what stands between its cuts.
struct Climbed {
    climb: Climb,
    /// How many charges of each cohort stand in a stretch, by the charges before it and in it.
    counts: HashMap<(u64, usize), Vec<(u32, u64)>>,
}

impl<'a> Repricer<'a> {
    /// Counts the charges of an outcome. Markets, settings and days of cards are those of the request ever after.
    pub fn of(request: &Request<'a>) -> Self {
        let pricer = Pricer::new(*request);
        let cohorts = Alike::of(request.outcome, |charge| Cohort {
            kind: pricer.kind(charge),
            business: request.outcome.pairs.parts(charge.pair).business,
            category: charge.category,
            pricing_type: charge.pricing_type,
            estimated: charge.estimated,
            edge: charge.edge,
            is_billed: Groups::hold(charge),
        });
        let mut known: HashMap<Kind, u32> = HashMap::new();
        let (mut kinds, mut counts) = (Vec::new(), Vec::new());
        let kind_of = cohorts.keys.iter().zip(&cohorts.counts);
        let kind_of = kind_of.map(|(cohort, count)| {
            let place = *known.entry(cohort.kind).or_insert_with(|| {
                kinds.push(cohort.kind);
                counts.push(0);
                kinds.len() as u32 - 1
            });
            counts[place as usize] += count;
            place
        });
        Self {
            request: *request,
            kind_of: kind_of.collect(),
            cohorts,
            kinds,
            counts,
            climbs: HashMap::new(),
        }
    }

    /// What [`super::price()`] and [`Groups::of`] would give for this tariff and these accounts, but for the price of
    /// each single charge.
    ///
    /// # Errors
    /// If message ids on the edge of a tier can no longer be read.
    ///
    /// # Panics
    /// If the tariff has other markets than that of the request, or an account another zone: both decide what was
    /// counted.
    pub fn price(
        &mut self,
        tariff: &Tariff,
        accounts: &Accounts,
    ) -> anyhow::Result<(PriceList, Groups)> {
        let request = Request {
            tariff,
            accounts,
            ..self.request
        };
        assert!(
            tariff.markets == self.request.tariff.markets,
            "a tariff of the same markets"
        );
        let pricer = Pricer::new(request);
        assert!(
            pricer.has_zones_of(&Pricer::new(self.request)),
            "accounts of the same zones"
        );
        let mut book = PriceBook::new(tariff);
        let quotes = Quotes::new(&pricer, &self.kinds, &self.counts, &mut book);
        let mut priced: Vec<(u32, PriceCode, u64)> = Vec::with_capacity(self.kind_of.len());
        for (cohort, (&kind, &count)) in self.kind_of.iter().zip(&self.cohorts.counts).enumerate() {
            if let Quote::Price(code) = quotes.of_kind[kind as usize] {
                priced.push((cohort as u32, code, count));
            }
        }
        let climbs = self.climbs(&quotes)?;
        for ((_, climbed), plan) in climbs.iter().zip(&quotes.cut) {
            for stretch in climbed.climb.stretches() {
                let rank = plan.rank_after(stretch.before);
                let mut known: HashMap<u32, PriceCode> = HashMap::new();
                for &(cohort, count) in &climbed.counts[&(stretch.before, stretch.climbers.len())] {
                    let kind = self.kind_of[cohort as usize];
                    let code = *known
                        .entry(kind)
                        .or_insert_with(|| quotes.at_rank(kind, rank, &pricer, &mut book));
                    priced.push((cohort, code, count));
                }
            }
        }
        self.climbs.extend(climbs);
        let list = PriceList::new(book, quotes.tiers);
        let groups = self.groups(&priced, &list);
        Ok((list, groups))
    }

    fn groups(&self, priced: &[(u32, PriceCode, u64)], list: &PriceList) -> Groups {
        let billed = priced
            .iter()
            .map(|&(cohort, price, quantity)| {
                (&self.cohorts.keys[cohort as usize], price, quantity)
            })
            .filter(|(cohort, ..)| cohort.is_billed);
        let counts = billed.map(|(cohort, price, quantity)| {
            let group = Group {
                account: cohort.kind.account,
                business: cohort.business,
                month: cohort.kind.local_date.month(),
                category: cohort.category,
                pricing_type: cohort.pricing_type,
                price,
            };
            let is_estimated = cohort.estimated || list.price(price).lacks_ladder;
            let totals = PriceTotals {
                quantity,
                estimated: if is_estimated { quantity } else { 0 },
                edge: if cohort.edge { quantity } else { 0 },
            };
            (group, totals)
        });
        Groups::of_counts(counts, list)
    }

    /// Takes the charges of the counters that these quotes cut, cut as they ask.
    fn climbs(&mut self, quotes: &Quotes) -> anyhow::Result<Vec<(Vec<u32>, Climbed)>> {
        let mut kinds: Vec<Vec<u32>> = vec![Vec::new(); quotes.cut.len()];
        for kind in 0..self.kinds.len() as u32 {
            if let Some(counter) = quotes.counter(kind) {
                kinds[counter as usize].push(kind);
            }
        }
        let missing: Vec<u32> = (0..)
            .zip(&kinds)
            .filter(|(_, kinds)| !self.climbs.contains_key(*kinds))
            .map(|(counter, _)| counter)
            .collect();
        let counter_of: Vec<Option<u32>> = self
            .kind_of
            .iter()
            .map(|&kind| {
                let counter = quotes.counter(kind)?;
                missing
                    .binary_search(&counter)
                    .ok()
                    .map(|place| place as u32)
            })
            .collect();
        let Alike { codes, counts, .. } = &self.cohorts;
        let memory = &self.request.outcome.memory;
        let found = Climb::collect(codes, counts, &counter_of, missing.len(), memory);
        for (counter, climb) in missing.into_iter().zip(found) {
            let climbed = Climbed {
                climb,
                counts: HashMap::new(),
            };
            self.climbs.insert(kinds[counter as usize].clone(), climbed);
        }
        let mut climbs: Vec<(Vec<u32>, Climbed)> = kinds
            .iter()
            .filter_map(|kinds| self.climbs.remove_entry(kinds))
            .collect();
        let ranking = self.request.ranking();
        climbs
            .par_iter_mut()
            .zip(&quotes.cut)
            .try_for_each(|((_, climbed), plan)| {
                climbed
                    .climb
                    .cut(&plan.cuts, &ranking, &self.request.outcome.parts)?;
                climbed.count();
                anyhow::Ok(())
            })?;
        Ok(climbs)
    }
}

impl Climbed {
    /// Counts the stretches that were not counted yet.
    fn count(&mut self) {
        for stretch in self.climb.stretches() {
            self.counts
                .entry((stretch.before, stretch.climbers.len()))
                .or_insert_with(|| cohorts_of(stretch.climbers));
        }
    }
}

fn cohorts_of(climbers: &[Climber]) -> Vec<(u32, u64)> {
    let mut counts: HashMap<u32, u64> = HashMap::new();
    for climber in climbers {
        *counts.entry(climber.code).or_default() += 1;
    }
    counts.into_iter().collect()
}

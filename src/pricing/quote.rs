//! What each kind of charges costs under a tariff.

use hashbrown::HashMap;

use super::basis::{Basis, Pricer};
use super::kind::{Cost, Kind};
use super::ladder::{Counter, Plan, Volume};
use super::position::TierPosition;
use super::price::{Price, PriceBook, PriceCode};

/// What the charges of a kind cost.
#[derive(Clone, Copy, Debug)]
pub enum Quote {
    /// All the same.
    Price(PriceCode),
    /// A step cuts their counter: the rank decides.
    ByRank {
        /// Which of [`Quotes::cut`].
        counter: u32,
    },
}

/// What all kinds cost, and how far their counters have climbed.
pub struct Quotes {
    /// By kind.
    pub of_kind: Vec<Quote>,
    /// The basis of kinds whose rank decides.
    bases: HashMap<u32, Basis>,
    /// The counters that a step cuts.
    pub cut: Vec<Plan>,
    /// Every counter.
    pub tiers: Vec<TierPosition>,
}

impl Quotes {
    /// Prices the kinds, of which there are so many charges.
    pub fn new(pricer: &Pricer<'_>, kinds: &[Kind], counts: &[u64], book: &mut PriceBook) -> Self {
        let mut of_kind = Vec::with_capacity(kinds.len());
        let mut volumes: HashMap<Counter, Volume> = HashMap::new();
        let mut ranked: Vec<(u32, Counter, Basis)> = Vec::new();
        let mut list: HashMap<Basis, PriceCode> = HashMap::new();
        for (place, (kind, &count)) in kinds.iter().zip(counts).enumerate() {
            let terms = match kind.cost {
                Cost::Charged(terms) => terms,
                Cost::Free | Cost::Unpriced => {
                    let currency = pricer.currency(kind);
                    of_kind.push(Quote::Price(book.code(match kind.cost {
                        Cost::Free => Price::free(kind.market, currency),
                        _ => Price::unpriced(kind.market, currency),
                    })));
                    continue;
                }
            };
            let basis = pricer.basis(kind, &terms);
            let price = pricer.stated(&terms, &basis).map(|price| book.code(price));
            let price = match price {
                Some(price) => price,
                None if !terms.has_rank => *list
                    .entry(basis)
                    .or_insert_with(|| book.code(pricer.list(&basis))),
                None => {
                    let ladder = pricer.ladder(&basis);
                    // A charge without any rate is not one that is priced at list.
                    let is_listed = ladder.is_none() && pricer.list(&basis).rate.is_some();
                    let counter = pricer.counter(kind, &terms);
                    let volume = volumes.entry(counter).or_default();
                    volume.add(count, basis.currency, ladder, is_listed);
                    ranked.push((place as u32, counter, basis));
                    // Stands here until the volume of all kinds is known.
                    PriceCode::PENDING
                }
            };
            of_kind.push(Quote::Price(price));
        }
        let mut quotes = Self {
            of_kind,
            bases: HashMap::new(),
            cut: Vec::new(),
            tiers: Vec::new(),
        };
        quotes.settle(pricer, ranked, volumes, book);
        quotes
    }

    /// Prices the kinds whose counter stays within one step, and says which counters the others climb.
    fn settle(
        &mut self,
        pricer: &Pricer<'_>,
        ranked: Vec<(u32, Counter, Basis)>,
        volumes: HashMap<Counter, Volume>,
        book: &mut PriceBook,
    ) {
        let plans: HashMap<Counter, Plan> = volumes
            .iter()
            .map(|(counter, volume)| (*counter, pricer.plan(counter, volume)))
            .collect();
        self.tiers = pricer.positions(volumes, &plans);
        let mut cut: HashMap<Counter, u32> = HashMap::new();
        let mut uniform: HashMap<(Basis, u64), PriceCode> = HashMap::new();
        for (kind, counter, basis) in ranked {
            let plan = &plans[&counter];
            self.of_kind[kind as usize] = if plan.cuts.is_empty() {
                let rank = plan.rank_after(0);
                Quote::Price(
                    *uniform
                        .entry((basis, rank))
                        .or_insert_with(|| pricer.at_rank(&basis, rank, book)),
                )
            } else {
                let next = cut.len() as u32;
                let counter = *cut.entry(counter).or_insert(next);
                self.bases.insert(kind, basis);
                Quote::ByRank { counter }
            };
        }
        let mut places: Vec<(Counter, u32)> = cut.into_iter().collect();
        places.sort_unstable_by_key(|&(_, place)| place);
        let mut plans = plans;
        self.cut = places
            .into_iter()
            .filter_map(|(counter, _)| plans.remove(&counter))
            .collect();
    }

    /// Which of the cut counters a kind counts in.
    pub fn counter(&self, kind: u32) -> Option<u32> {
        match self.of_kind[kind as usize] {
            Quote::Price(_) => None,
            Quote::ByRank { counter } => Some(counter),
        }
    }

    /// The price that charges of a kind have on a rank.
    ///
    /// # Panics
    /// If a rank decides nothing for this kind: a bug in the program.
    pub fn at_rank(
        &self,
        kind: u32,
        rank: u64,
        pricer: &Pricer<'_>,
        book: &mut PriceBook,
    ) -> PriceCode {
        pricer.at_rank(&self.bases[&kind], rank, book)
    }
}

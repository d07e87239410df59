//! What each charge costs (R-1…R-5): from what a replay found to exact amounts.
//!
//! ```text
//!  charges ─▶ kinds ─────▶ basis ─────▶ price ──────────▶ groups ─▶ lines
//!             account,     currency,    card, tier, mark   counts    invoice grain
//!             market,      day of the     ▲
//!             dates, cell  card         ladders (R-2)
//! ```
//!
//! Prices are few and charges are many, so a charge holds the code of its price ([`PriceCode`]) and
//! every sum is a count times a rate. Only volume tiers need an order over charges, and of that only
//! the place of each step ([`crate::replay::ranking`]).
//!
//! Up to the kind nothing depends on cards, ladders or currencies. So [`Repricer`] counts kinds once and prices the
//! counts under one tariff after the other.
//!
//! Worked example: the 250,001st utility message of a portfolio to Brazil in October 2026, billed in
//! rupees. Its basis is the market Brazil, INR and 2026-10-01's card; its rank falls in the step
//! `250001:2000000` of that cell's ladder; the step's rate times one is its amount, and `rate_card`
//! names the card of the list rate that the step is a discount on.

mod alike;
mod basis;
mod climb;
mod group;
mod kind;
mod ladder;
mod line;
mod position;
mod price;
mod price_list;
mod quote;
mod reported;
mod repricer;
mod settled;

use hashbrown::HashMap;
use rayon::prelude::*;

pub use basis::{Pricer, range_over_markets};
pub use group::{Group, Groups, PriceTotals, sums_of};
pub use kind::CardDays;
pub use line::{Line, Named, Tier, lines};
pub use position::TierPosition;
pub use price::{Price, PriceCode, Support, TierCode};
pub use price_list::{PriceList, Pricing};
pub use reported::{Crossing, ReportedTier, reported_tiers};
pub use repricer::Repricer;
pub use settled::{SettledCharges, SettledPrice, UnknownWord, category, date, pricing_type};

use crate::accounts::Accounts;
use crate::memory::List;
use crate::replay::outcome::{FetchMessageIds, Outcome};
use crate::replay::ranking::Ranking;
use crate::rulebook::Settings;
use crate::tariff::Tariff;
use alike::Alike;
use climb::Climb;
use price::PriceBook;
use quote::{Quote, Quotes};

/// What is to be priced, and by what.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The charges.
    pub outcome: &'a Outcome,
    /// Cards, ladders, markets.
    pub tariff: &'a Tariff,
    /// Currencies, portfolios, volume used elsewhere.
    pub accounts: &'a Accounts,
    /// What is open.
    pub settings: &'a Settings,
    /// Which day's card holds where the model has none on the real one: R-1, under a forced regime.
    pub cards: CardDays<'a>,
    /// Whether rates are asked for; without them chargeable units are `unpriced`.
    pub with_rates: bool,
    /// How far counters had climbed with what earlier runs have settled (R-2).
    pub settled_tiers: &'a [TierPosition],
    /// Message ids, for charges on the edge of a tier.
    pub ids: &'a dyn FetchMessageIds,
}

impl<'a> Request<'a> {
    fn ranking(&self) -> Ranking<'a> {
        Ranking {
            cells: &self.outcome.cells,
            pairs: &self.outcome.pairs,
            ids: self.ids,
        }
    }
}

/// Prices every charge.
///
/// # Errors
/// If message ids on the edge of a tier can no longer be read.
pub fn price(request: &Request<'_>) -> anyhow::Result<Pricing> {
    let pricer = Pricer::new(*request);
    let Outcome { parts, memory, .. } = request.outcome;
    let Alike {
        keys: kinds,
        counts,
        codes: kind_of,
    } = Alike::of(request.outcome, |charge| pricer.kind(charge));
    let mut book = PriceBook::new(request.tariff);
    let quotes = Quotes::new(&pricer, &kinds, &counts, &mut book);
    let counters: Vec<Option<u32>> = (0..kinds.len() as u32)
        .map(|kind| quotes.counter(kind))
        .collect();
    let mut climbs = Climb::collect(&kind_of, &counts, &counters, quotes.cut.len(), memory);
    let ranking = request.ranking();
    climbs
        .par_iter_mut()
        .zip(&quotes.cut)
        .try_for_each(|(climb, plan)| climb.cut(&plan.cuts, &ranking, parts))?;
    let code = |kind| match quotes.of_kind[kind as usize] {
        Quote::Price(code) => code,
        Quote::ByRank { .. } => PriceCode::PENDING,
    };
    let mut codes: Vec<List<PriceCode>> = kind_of
        .into_par_iter()
        .map(|kinds| List::of(memory, kinds.iter().map(|&kind| code(kind))))
        .collect();
    for (climb, plan) in climbs.iter().zip(&quotes.cut) {
        for stretch in climb.stretches() {
            let rank = plan.rank_after(stretch.before);
            let mut known: HashMap<u32, PriceCode> = HashMap::new();
            for climber in stretch.climbers {
                let code = *known
                    .entry(climber.code)
                    .or_insert_with(|| quotes.at_rank(climber.code, rank, &pricer, &mut book));
                let (part, place) = climber.place;
                codes[part as usize].set(place as usize, code);
            }
        }
    }
    memory.check()?;
    Ok(Pricing::new(codes, PriceList::new(book, quotes.tiers)))
}

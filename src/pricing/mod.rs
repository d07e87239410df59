//! What each charge costs (R-1…R-5): from what a replay found to exact amounts.
//!
//! ```text
//!  charges ─▶ basis ─────▶ price ──────────▶ groups ─▶ lines
//!             market,      card, tier, mark   counts    invoice grain
//!             currency,      ▲
//!             dates        ladders (R-2)
//! ```
//!
//! Prices are few and charges are many, so a charge holds the code of its price ([`PriceCode`]) and
//! every sum is a count times a rate. Only volume tiers need an order over charges, and of that only
//! the place of each step ([`crate::replay::ranking`]).
//!
//! Worked example: the 250,001st utility message of a portfolio to Brazil in October 2026, billed in
//! rupees. Its basis is the market Brazil, INR and 2026-10-01's card; its rank falls in the step
//! `250001:2000000` of that cell's ladder; the step's rate times one is its amount, and `rate_card`
//! names the card of the list rate that the step is a discount on.

mod basis;
mod group;
mod ladder;
mod line;
mod position;
mod price;
mod reported;

use rayon::prelude::*;

pub use group::{Group, Groups, PriceTotals, sums_of};
pub use line::{Line, Named, Tier, lines};
pub use position::TierPosition;
pub use price::{Price, PriceCode, Support, TierCode};
pub use reported::{Crossing, ReportedTier, reported_tiers};

use crate::accounts::Accounts;
use crate::replay::outcome::{FetchMessageIds, Outcome};
use crate::replay::ranking::Ranking;
use crate::rulebook::Settings;
use crate::tariff::Tariff;
pub use basis::{Pricer, range_over_markets};
use price::PriceBook;

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
    /// Whether a regime was forced on the whole log: cards then follow R-1's nearest day.
    pub is_regime_forced: bool,
    /// Whether rates are asked for; without them chargeable units are `unpriced`.
    pub with_rates: bool,
    /// Message ids, for charges on the edge of a tier.
    pub ids: &'a dyn FetchMessageIds,
}

/// The price of every charge of an outcome.
#[derive(Debug)]
pub struct Pricing {
    /// By part and place, as the charges stand.
    codes: Vec<Vec<PriceCode>>,
    prices: Vec<Price>,
    /// How far each portfolio has climbed, by portfolio, market, category and month.
    pub tiers: Vec<TierPosition>,
    tier_labels: Vec<String>,
}

impl Pricing {
    /// The code of a charge's price.
    #[inline]
    pub fn code(&self, part: u32, place: u32) -> PriceCode {
        self.codes[part as usize][place as usize]
    }

    /// A price.
    #[inline]
    pub fn price(&self, code: PriceCode) -> &Price {
        &self.prices[code.index()]
    }

    /// The step that a price stands on, as Meta writes it.
    pub fn tier_label(&self, price: &Price) -> Option<&str> {
        price.tier.map(|tier| &*self.tier_labels[tier.index()])
    }

    /// Every price, by code.
    pub fn prices(&self) -> &[Price] {
        &self.prices
    }
}

/// Prices every charge.
///
/// # Errors
/// If message ids on the edge of a tier can no longer be read.
pub fn price(request: &Request<'_>) -> anyhow::Result<Pricing> {
    let book = PriceBook::new(request.tariff);
    let pricer = Pricer::new(*request);
    let outcome = request.outcome;
    let priced: Vec<_> = outcome
        .parts
        .par_iter()
        .map(|part| pricer.price_part(part, &book))
        .collect();
    let mut counters = ladder::Counters::default();
    let mut codes = Vec::with_capacity(priced.len());
    for (part, found) in priced {
        codes.push(part);
        counters.add(found);
    }
    let climb = ladder::Climb {
        pricer: &pricer,
        book: &book,
        ranking: Ranking {
            cells: &outcome.cells,
            pairs: &outcome.pairs,
            ids: request.ids,
        },
        parts: &outcome.parts,
    };
    let tiers = climb.price(counters, &mut codes)?;
    let (prices, tier_labels) = book.into_prices();
    Ok(Pricing {
        codes,
        prices,
        tiers,
        tier_labels,
    })
}

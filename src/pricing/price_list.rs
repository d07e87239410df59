//! The prices of a run, and which of them each charge has.

use super::position::TierPosition;
use super::price::{Price, PriceBook, PriceCode};
use crate::memory::List;

/// Every price that occurs, by code. Sums need no more than this and counts.
#[derive(Debug)]
pub struct PriceList {
    prices: Vec<Price>,
    pub(super) tier_labels: Vec<String>,
    /// How far each portfolio has climbed, by portfolio, market, category and month.
    pub tiers: Vec<TierPosition>,
}

impl PriceList {
    pub(super) fn new(book: PriceBook, tiers: Vec<TierPosition>) -> Self {
        let (prices, tier_labels) = book.into_prices();
        Self {
            prices,
            tier_labels,
            tiers,
        }
    }

    /// A price.
    #[inline]
    pub fn price(&self, code: PriceCode) -> &Price {
        &self.prices[code.index()]
    }

    /// The code of a price that no charge of the run has.
    pub(super) fn add(&mut self, price: Price) -> PriceCode {
        self.prices.push(price);
        PriceCode::new(self.prices.len() - 1)
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

/// The price of every charge of an outcome.
#[derive(Debug)]
pub struct Pricing {
    /// By part and place, as the charges stand.
    codes: Vec<List<PriceCode>>,
    list: PriceList,
}

impl Pricing {
    pub(super) fn new(codes: Vec<List<PriceCode>>, list: PriceList) -> Self {
        Self { codes, list }
    }

    /// The code of a charge's price.
    #[inline]
    pub fn code(&self, part: u32, place: u32) -> PriceCode {
        *self.codes[part as usize].at(place as usize)
    }

    /// A price.
    #[inline]
    pub fn price(&self, code: PriceCode) -> &Price {
        self.list.price(code)
    }

    /// The step that a price stands on, as Meta writes it.
    pub fn tier_label(&self, price: &Price) -> Option<&str> {
        self.list.tier_label(price)
    }

    /// Every price.
    pub fn list(&self) -> &PriceList {
        &self.list
    }

    /// Every price, to which those of settled charges are added.
    pub fn list_mut(&mut self) -> &mut PriceList {
        &mut self.list
    }
}

//! Quantities and money by everything that a comparison is cut by; every sum of the report is a sum of these.

use std::collections::BTreeMap;

use super::comparison::{Figures, ScenarioResult};
use crate::tariff::Amount;
use crate::vocabulary::Month;

/// What a cell's charges share. Names, not codes: cells of two scenarios are compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// ISO 4217 code.
    pub currency: String,
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Local month.
    pub month: Month,
    /// Market.
    pub market: String,
    /// Category; `message_fee` for a provider's fees on messages of any category.
    pub category: &'static str,
}

/// The category of fees that are taken for messages whatever Meta makes of them.
pub const MESSAGE_FEE: &str = "message_fee";

/// Figures by cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellTable {
    cells: BTreeMap<CellKey, Figures>,
}

impl CellTable {
    /// The figures of a cell, to be added to.
    pub fn of(&mut self, key: CellKey) -> &mut Figures {
        self.cells.entry(key).or_default()
    }

    /// Every cell, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&CellKey, &Figures)> {
        self.cells.iter()
    }

    /// Everything, by currency.
    pub fn totals(&self) -> BTreeMap<String, Figures> {
        let mut totals: BTreeMap<String, Figures> = BTreeMap::new();
        for (key, figures) in &self.cells {
            totals.entry(key.currency.clone()).or_default().add(figures);
        }
        totals
    }

    /// By currency, then by a part of the key.
    pub fn by(
        &self,
        part: impl Fn(&CellKey) -> String,
    ) -> BTreeMap<String, BTreeMap<String, Figures>> {
        let mut sums: BTreeMap<String, BTreeMap<String, Figures>> = BTreeMap::new();
        for (key, figures) in &self.cells {
            let of_currency = sums.entry(key.currency.clone()).or_default();
            of_currency.entry(part(key)).or_default().add(figures);
        }
        sums
    }

    /// Fills in everything that is summed from cells.
    pub fn sum_into(&self, result: &mut ScenarioResult) {
        result.totals = self.totals();
        result.by_category = self.by(|key| key.category.to_owned());
        result.by_market = self.by(|key| key.market.clone());
        result.by_month = self.by(|key| key.month.to_string());
        result.by_business = self.by(|key| key.business.clone());
    }
}

impl Figures {
    /// Adds the figures of another cell in the same currency.
    ///
    /// # Panics
    /// If a sum of money outgrows 128 bits: rates lie below a million, and a run has fewer than 2^32 units.
    pub fn add(&mut self, other: &Self) {
        let plus = |left: Amount, right: Amount| left.plus(right).expect("a sum of a bill fits");
        *self = Self {
            amount: plus(self.amount, other.amount),
            charges: plus(self.charges, other.charges),
            discount: plus(self.discount, other.discount),
            provider: plus(self.provider, other.provider),
            rated: self.rated + other.rated,
            free: self.free + other.free,
            unrated: self.unrated + other.unrated,
            estimated: self.estimated + other.estimated,
            conversations: self.conversations + other.conversations,
        };
    }
}

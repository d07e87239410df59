//! What a line states, as a key: the grain at which it can be held against the replay.

use std::sync::Arc;

use super::{ExpectedGroup, InvoiceLine, Tier, invoice::number, line::DateBasis};
use crate::{
    tariff::{MarketId, Period},
    vocabulary::{ChargeCategory, Currency, LocalDate, PricingType},
};

/// The stated columns of a line. `None` holds for every value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub account: Option<Arc<str>>,
    pub business: Option<Arc<str>>,
    pub period: Option<Period>,
    pub basis: DateBasis,
    pub market: Option<MarketId>,
    pub country: Option<[u8; 2]>,
    pub category: Option<ChargeCategory>,
    pub pricing_type: Option<PricingType>,
    pub tier: Option<Tier>,
    pub currency: Option<Currency>,
}

/// Which columns are stated: the grain of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Grain {
    pub account: bool,
    pub business: bool,
    pub period: bool,
    pub basis: DateBasis,
    pub market: bool,
    pub country: bool,
    pub category: bool,
    pub pricing_type: bool,
    pub tier: bool,
    pub currency: bool,
}

impl Grain {
    /// Nothing but the whole.
    pub const TOTAL: Self = Self {
        account: false,
        business: false,
        period: false,
        basis: DateBasis::Local,
        market: false,
        country: false,
        category: false,
        pricing_type: false,
        tier: false,
        currency: false,
    };

    /// How many columns are stated.
    pub fn fineness(self) -> usize {
        let stated = [
            self.account,
            self.business,
            self.period,
            self.market,
            self.country,
            self.category,
            self.pricing_type,
            self.tier,
            self.currency,
        ];
        stated.into_iter().filter(|&is| is).count()
    }

    /// Every column that either states.
    pub fn with(self, other: Self) -> Self {
        Self {
            account: self.account || other.account,
            business: self.business || other.business,
            period: self.period || other.period,
            basis: self.basis.max(other.basis),
            market: self.market || other.market,
            country: self.country || other.country,
            category: self.category || other.category,
            pricing_type: self.pricing_type || other.pricing_type,
            tier: self.tier || other.tier,
            currency: self.currency || other.currency,
        }
    }
}

/// A column along which a quantity can have been moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    PricingType,
    /// The pricing type and the category at once: a free utility message billed as marketing.
    PricingTypeAndCategory,
    Category,
    Market,
    Tier,
    Period,
    Currency,
}

impl Key {
    pub fn of_line(line: &InvoiceLine, currency: Option<Currency>) -> Self {
        Self {
            account: line.account.clone(),
            business: line.business.clone(),
            period: line.period,
            basis: line.basis,
            market: line.market,
            country: line.country,
            category: line.category,
            pricing_type: line.pricing_type,
            tier: line.tier,
            currency: line.currency.or(currency),
        }
    }

    /// The key that a group has at a grain.
    pub fn of_group(group: &ExpectedGroup, grain: Grain, period: Option<Period>) -> Self {
        Self {
            account: grain.account.then(|| group.account.clone()),
            business: grain.business.then(|| number(&group.business)),
            period: period.filter(|_| grain.period),
            basis: grain.basis,
            market: grain.market.then_some(group.market),
            country: group.country.filter(|_| grain.country),
            category: grain.category.then_some(group.category),
            pricing_type: grain.pricing_type.then_some(group.pricing_type),
            tier: group.tier.filter(|tier| grain.tier && !tier.is_whole()),
            currency: grain.currency.then_some(group.currency),
        }
    }

    pub fn grain(&self) -> Grain {
        Grain {
            account: self.account.is_some(),
            business: self.business.is_some(),
            period: self.period.is_some(),
            basis: self.basis,
            market: self.market.is_some(),
            country: self.country.is_some(),
            category: self.category.is_some(),
            pricing_type: self.pricing_type.is_some(),
            tier: self.tier.is_some(),
            currency: self.currency.is_some(),
        }
    }

    /// The key without a column, and without the tier, which follows from all others.
    pub fn without(&self, dimension: Dimension) -> Self {
        let mut key = self.clone();
        key.tier = None;
        match dimension {
            Dimension::PricingType => key.pricing_type = None,
            Dimension::PricingTypeAndCategory => (key.pricing_type, key.category) = (None, None),
            Dimension::Category => key.category = None,
            Dimension::Market => (key.market, key.country) = (None, None),
            Dimension::Tier => {}
            Dimension::Period => key.period = None,
            Dimension::Currency => key.currency = None,
        }
        key
    }

    /// Whether two keys differ in a column.
    pub fn differs_in(&self, other: &Self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::PricingType => self.pricing_type != other.pricing_type,
            Dimension::PricingTypeAndCategory => {
                self.pricing_type != other.pricing_type && self.category != other.category
            }
            Dimension::Category => self.category != other.category,
            Dimension::Market => (self.market, self.country) != (other.market, other.country),
            Dimension::Tier => self.tier != other.tier,
            Dimension::Period => self.period != other.period,
            Dimension::Currency => self.currency != other.currency,
        }
    }

    /// What two keys have in common.
    pub fn common(&self, other: &Self) -> Self {
        fn both<T: PartialEq + Clone>(left: &Option<T>, right: &Option<T>) -> Option<T> {
            left.clone().filter(|_| left == right)
        }
        Self {
            account: both(&self.account, &other.account),
            business: both(&self.business, &other.business),
            period: both(&self.period, &other.period),
            basis: self.basis,
            market: both(&self.market, &other.market),
            country: both(&self.country, &other.country),
            category: both(&self.category, &other.category),
            pricing_type: both(&self.pricing_type, &other.pricing_type),
            tier: both(&self.tier, &other.tier),
            currency: both(&self.currency, &other.currency),
        }
    }

    /// Whether everything this key states holds for the other one: the other lies inside of it.
    pub fn covers(&self, other: &Self) -> bool {
        fn holds<T: PartialEq>(stated: &Option<T>, other: &Option<T>) -> bool {
            stated.is_none() || stated == other
        }
        let period = match (self.period, other.period) {
            (None, _) => true,
            (Some(outer), Some(inner)) => outer.from <= inner.from && inner.to <= outer.to,
            (Some(_), None) => false,
        };
        period
            && holds(&self.account, &other.account)
            && holds(&self.business, &other.business)
            && holds(&self.market, &other.market)
            && holds(&self.country, &other.country)
            && holds(&self.category, &other.category)
            && holds(&self.pricing_type, &other.pricing_type)
            && holds(&self.tier, &other.tier)
            && holds(&self.currency, &other.currency)
    }

    /// Whether it is of a pricing type that costs nothing.
    pub fn is_free(&self) -> bool {
        self.pricing_type
            .is_some_and(|each| each != PricingType::Regular)
    }
}

/// A group's date by a calendar.
pub(super) fn date_of(group: &ExpectedGroup, basis: DateBasis) -> LocalDate {
    match basis {
        DateBasis::Local => group.local_date,
        DateBasis::Utc => group.utc_date,
    }
}

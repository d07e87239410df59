//! Charges that earlier runs have settled: no longer one by one, but counted by everything that a bill or an
//! invoice asks of them, in words, so that a later run can read them.

use serde::{Deserialize, Serialize};

use super::group::{Group, Groups, PriceTotals};
use super::price::{Price, Support, TierCode};
use super::price_list::PriceList;
use crate::log::cell::CellContext;
use crate::tariff::{Amount, CardModel, Tariff, Unrated, UnratedReason};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, LocalDate, PricingType};

/// Charges that are alike, and how many. The words are those of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettledCharges {
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Country of the customers; empty where none is known.
    pub country: String,
    /// Local date of the charge.
    pub local_date: String,
    /// Local date of the sending.
    pub send_date: String,
    /// The charge's date in UTC.
    pub utc_date: String,
    /// Category.
    pub category: String,
    /// Pricing type.
    pub pricing_type: String,
    /// Whose cards price it.
    pub model: String,
    /// Pricing type by Meta's marks, where that is another one.
    pub meta_pricing_type: Option<String>,
    /// Category by Meta's marks, where that is another one.
    pub meta_category: Option<String>,
    /// What one of them costs.
    #[serde(flatten)]
    pub price: SettledPrice,
    /// How many.
    pub quantity: u64,
    /// How many rest on an assumption.
    pub estimated: u64,
    /// How many an edge decided.
    pub edge: u64,
}

/// A price in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SettledPrice {
    /// Market.
    pub market: String,
    /// Currency.
    pub currency: String,
    /// Rated, free or unrated.
    pub state: String,
    /// The price of one unit.
    pub rate: Option<Amount>,
    /// The card.
    pub rate_card: Option<String>,
    /// The step of the ladder.
    pub tier: Option<String>,
    /// What the rate rests on.
    pub support: Option<String>,
    /// Priced at list for want of a ladder.
    pub lacks_ladder: bool,
    /// At most the rate.
    pub is_bounded: bool,
    /// List rate of its ladder.
    pub list_rate: Option<Amount>,
    /// Lowest rate of its ladder.
    pub best_rate: Option<Amount>,
    /// The day whose card was taken.
    pub nearest_card: Option<String>,
    /// Why it has no rate.
    pub unrated: Option<String>,
    /// The cell that has none.
    pub unrated_category: Option<String>,
    /// The day on which it has none.
    pub unrated_date: Option<String>,
}

/// A word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("`{word}` is no {what} that this run knows")]
pub struct UnknownWord {
    what: &'static str,
    word: String,
}

fn known<T>(what: &'static str, word: &str, found: Option<T>) -> Result<T, UnknownWord> {
    found.ok_or_else(|| UnknownWord {
        what,
        word: word.to_owned(),
    })
}

/// Reads a written date.
///
/// # Errors
/// If it is none.
pub fn date(word: &str) -> Result<LocalDate, UnknownWord> {
    known("date", word, LocalDate::parse(word))
}

impl SettledPrice {
    /// A price in words.
    pub fn of(price: &Price, list: &PriceList, tariff: &Tariff) -> Self {
        Self {
            market: tariff.markets.name(price.market).to_owned(),
            currency: price.currency.code().to_owned(),
            state: price.state.name().to_owned(),
            rate: price.rate,
            rate_card: price
                .card
                .map(|card| tariff.cards.card_name(card).to_owned()),
            tier: list.tier_label(price).map(str::to_owned),
            support: price.support.map(|support| support.name().to_owned()),
            lacks_ladder: price.lacks_ladder,
            is_bounded: price.is_bounded,
            list_rate: price.list_to_best.map(|(list, _)| list),
            best_rate: price.list_to_best.map(|(_, best)| best),
            nearest_card: price.nearest_card.map(|date| date.to_string()),
            unrated: price
                .unrated
                .map(|unrated| unrated.reason.name().to_owned()),
            unrated_category: price
                .unrated
                .map(|unrated| unrated.category.name().to_owned()),
            unrated_date: price.unrated.map(|unrated| unrated.date.to_string()),
        }
    }

    /// The price again.
    ///
    /// # Errors
    /// If it names a market, card or word that is not known.
    pub fn price(
        &self,
        model: CardModel,
        list: &mut PriceList,
        tariff: &Tariff,
    ) -> Result<Price, UnknownWord> {
        let market = known("market", &self.market, tariff.markets.named(&self.market))?;
        let currency = known("currency", &self.currency, Currency::parse(&self.currency))?;
        let card = self.rate_card.as_deref();
        let card = card.map(|name| known("rate card", name, tariff.cards.named(name)));
        let support = self.support.as_deref();
        let support = support.map(|word| known("support", word, Support::parse(word.as_bytes())));
        let state = ChargeState::parse(self.state.as_bytes());
        Ok(Price {
            market,
            currency,
            state: known("state", &self.state, state)?,
            rate: self.rate,
            card: card.transpose()?,
            tier: self.tier.as_deref().map(|label| list.tier_code(label)),
            support: support.transpose()?,
            lacks_ladder: self.lacks_ladder,
            is_bounded: self.is_bounded,
            list_to_best: self.list_rate.zip(self.best_rate),
            nearest_card: self.nearest_card.as_deref().map(date).transpose()?,
            unrated: match (&self.unrated, &self.unrated_category, &self.unrated_date) {
                (Some(reason), Some(category), Some(day)) => Some(Unrated {
                    model,
                    currency,
                    market,
                    category: known(
                        "category",
                        category,
                        ChargeCategory::parse(category.as_bytes()),
                    )?,
                    date: date(day)?,
                    reason: known("reason", reason, UnratedReason::parse(reason.as_bytes()))?,
                }),
                _ => None,
            },
        })
    }
}

impl SettledCharges {
    /// Whose cards price them.
    ///
    /// # Errors
    /// If the word is not known.
    pub fn card_model(&self) -> Result<CardModel, UnknownWord> {
        known(
            "model",
            &self.model,
            CardModel::parse(self.model.as_bytes()),
        )
    }

    /// Their category.
    ///
    /// # Errors
    /// If the word is not known.
    pub fn charge_category(&self) -> Result<ChargeCategory, UnknownWord> {
        category(&self.category)
    }

    /// Their pricing type.
    ///
    /// # Errors
    /// If the word is not known.
    pub fn charged_as(&self) -> Result<PricingType, UnknownWord> {
        pricing_type(&self.pricing_type)
    }
}

/// Reads a written category.
///
/// # Errors
/// If it is none.
pub fn category(word: &str) -> Result<ChargeCategory, UnknownWord> {
    known("category", word, ChargeCategory::parse(word.as_bytes()))
}

/// Reads a written pricing type.
///
/// # Errors
/// If it is none.
pub fn pricing_type(word: &str) -> Result<PricingType, UnknownWord> {
    known("pricing type", word, PricingType::parse(word.as_bytes()))
}

impl Groups {
    /// With charges that earlier runs have settled; their prices join the list.
    ///
    /// # Errors
    /// If they name something that is not known.
    pub fn with_settled(
        mut self,
        settled: &[SettledCharges],
        list: &mut PriceList,
        cells: &CellContext,
        tariff: &Tariff,
    ) -> Result<Self, UnknownWord> {
        for charges in settled {
            let price = charges.price.price(charges.card_model()?, list, tariff)?;
            let group = Group {
                account: cells.accounts.code(charges.account.as_bytes()),
                business: cells.businesses.code(charges.business.as_bytes()),
                month: date(&charges.local_date)?.month(),
                category: charges.charge_category()?,
                pricing_type: charges.charged_as()?,
                price: list.add(price),
            };
            let totals = PriceTotals {
                quantity: charges.quantity,
                estimated: charges.estimated,
                edge: charges.edge,
            };
            self.add(group, totals, list);
        }
        Ok(self)
    }
}

impl PriceList {
    /// The code of a step's label, which may be one that this run has not met.
    fn tier_code(&mut self, label: &str) -> TierCode {
        let known = self.tier_labels.iter().position(|known| known == label);
        let place = known.unwrap_or_else(|| {
            self.tier_labels.push(label.to_owned());
            self.tier_labels.len() - 1
        });
        TierCode::new(place)
    }
}

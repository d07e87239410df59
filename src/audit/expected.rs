//! What the replay expects to be billed, aggregated as fine as any cause needs it.

use std::sync::Arc;

use super::{
    Tier,
    line::{AMOUNT_MAX, QUANTITY_MAX},
};
use crate::{
    tariff::{Amount, CardId, CardModel, MarketId},
    vocabulary::{ChargeCategory, ChargeState, Currency, LocalDate, PricingType},
};

/// Charges that are equal in everything below but their number.
///
/// One pass over the charges makes them: group by every field except `quantity` and `amount`, and sum those
/// two. Groups outside of the audited months belong in as well, as far as the log has them: a message that
/// was sent in the month and delivered after it is what A-PERIOD looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedGroup {
    /// The account of the charge.
    pub account: Arc<str>,
    /// The business number; with or without `+`.
    pub business: Arc<str>,
    /// The column `country`: ISO alpha-2 of the customer's prefix.
    pub country: Option<[u8; 2]>,
    /// The customer's market at the instant of T-3.
    pub market: MarketId,
    /// The column `category` of the charge.
    pub category: ChargeCategory,
    /// The column `pricing_type`.
    pub pricing_type: PricingType,
    /// The column `tier`, if there is one.
    pub tier: Option<Tier>,
    /// The model whose card prices it.
    pub model: CardModel,
    /// The card it was priced from; none where free or unrated.
    pub rate_card: Option<CardId>,
    /// The rate of one; none where free or unrated.
    pub rate: Option<Amount>,
    /// The currency of the account on the date.
    pub currency: Currency,
    /// The account's local date of `charged_at` (T-3): it decides the month.
    pub local_date: LocalDate,
    /// The account's local date on which the message (CBP: the opening message) was sent.
    pub send_date: LocalDate,
    /// The date of `charged_at` in UTC.
    pub utc_date: LocalDate,
    /// What Meta's marks on these messages say of their price, where that differs: regular, or why free.
    pub meta_pricing_type: Option<PricingType>,
    /// The category as which Meta's marks charge them, where that differs.
    pub meta_category: Option<ChargeCategory>,
    /// How many charges.
    pub quantity: u64,
    /// Their exact amount, unrounded: zero where free, none where unrated.
    pub amount: Option<Amount>,
    /// The column `state`.
    pub state: ChargeState,
}

impl ExpectedGroup {
    /// Everything that tells groups apart, so that the same groups give the same rows in whatever order they come.
    pub(super) fn order(&self) -> impl Ord + '_ {
        (
            (
                &self.account,
                &self.business,
                self.local_date,
                self.send_date,
                self.utc_date,
            ),
            (
                self.country,
                self.market,
                self.category,
                self.pricing_type,
                self.tier,
            ),
            (
                self.model,
                self.rate_card,
                self.rate,
                self.currency,
                self.state,
            ),
            (
                self.meta_pricing_type,
                self.meta_category,
                self.quantity,
                self.amount,
            ),
        )
    }

    /// Whether it costs something (or would, if its rate were known).
    pub fn is_charged(&self) -> bool {
        self.state != ChargeState::Free
    }

    /// Whether quantity and amount are small enough for every sum over them to fit.
    pub(super) fn is_in_range(&self) -> bool {
        self.quantity <= QUANTITY_MAX && self.amount.is_none_or(|amount| amount.abs() <= AMOUNT_MAX)
    }
}

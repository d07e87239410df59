//! Which kind of card prices a unit, how sure a figure is, and why a unit has no price.

use std::fmt;

use super::{MarketId, Markets};
use crate::vocabulary::{ChargeCategory, Currency, LocalDate, Regime, named_enum};

named_enum! {
    /// The pricing model that a card belongs to.
    pub enum CardModel {
        /// Conversation-based pricing.
        Cbp = "CBP" | "cbp",
        /// Per-message pricing.
        Pmp = "PMP" | "pmp",
    }
}

impl From<Regime> for CardModel {
    fn from(regime: Regime) -> Self {
        if regime.is_per_message() {
            Self::Pmp
        } else {
            Self::Cbp
        }
    }
}

named_enum! {
    /// How well a figure is supported.
    pub enum Confidence {
        /// Two or more public copies agree.
        Confirmed = "confirmed",
        /// One public copy.
        SingleSource = "single-source",
        /// Read from Meta's own file or page.
        Official = "official",
    }
}

named_enum! {
    /// Why a chargeable unit has no rate. Nothing is ever filled in.
    pub enum UnratedReason {
        /// On that date the model has no card in that currency at all.
        NoCard = "no_card",
        /// The card has no rate in that cell.
        NoCell = "no_cell",
        /// A ladder is known, but no published step holds the rank.
        NoStep = "no_step",
        /// The step that holds the rank was published without a rate.
        StepWithoutRate = "step_without_rate",
        /// The customer's id is no number, so no market is known (K-1).
        UnknownMarket = "unknown_market",
    }
}

/// A cell of a card that has no rate on a date, named so that it can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unrated {
    /// The model asked for.
    pub model: CardModel,
    /// The currency of the account.
    pub currency: Currency,
    /// The customer's market.
    pub market: MarketId,
    /// The category asked for.
    pub category: ChargeCategory,
    /// The local date of T-3.
    pub date: LocalDate,
    /// What is missing.
    pub reason: UnratedReason,
}

impl Unrated {
    /// What is missing, in words.
    pub fn describe<'a>(&'a self, markets: &'a Markets) -> impl fmt::Display + 'a {
        fmt::from_fn(move |formatter| {
            let Self {
                model,
                currency,
                category,
                date,
                ..
            } = self;
            let market = markets.name(self.market);
            match self.reason {
                UnratedReason::NoCard => {
                    write!(
                        formatter,
                        "no {model} card in {currency} is known for {date} ({market}, {category})"
                    )
                }
                UnratedReason::NoCell => {
                    write!(
                        formatter,
                        "the {model} card in {currency} for {date} has no {category} rate for {market}"
                    )
                }
                UnratedReason::NoStep => write!(
                    formatter,
                    "the tiers in {currency} for {market}, {category} on {date} have no published step for this rank"
                ),
                UnratedReason::StepWithoutRate => write!(
                    formatter,
                    "the step in {currency} for {market}, {category} on {date} was published without a rate"
                ),
                UnratedReason::UnknownMarket => write!(
                    formatter,
                    "a customer's id is no number and no mark states the cost ({currency}, {category}, {date})"
                ),
            }
        })
    }
}

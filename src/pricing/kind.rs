//! What the price of a charge can depend on before any card, ladder or account is asked.
//!
//! Charges of one kind cost the same under whatever tariff, but for their rank in the month. A month of ten
//! million rows has some tens of thousands of kinds, so each is priced once, and again at next to no cost.

use super::basis::Pricer;
use crate::replay::outcome::{Charge, RowNumber};
use crate::rulebook::Rulebook;
use crate::rulebook::settings::{CutoverBasis, MessageInstant};
use crate::tariff::{CardModel, MarketId};
use crate::vocabulary::{ChargeCategory, Instant, LocalDate, Month, Regime};

/// Which day's card prices a charge whose model has none on the real day.
#[derive(Clone, Copy, Debug)]
pub enum CardDays<'a> {
    /// No other: the charge is unrated.
    Real,
    /// The nearest day with a card: a regime was forced on the whole log.
    Nearest,
    /// The nearest day, but only for charges whose regime is not the one that the rulebook has on their day.
    NearestUnderOtherRegime(&'a Rulebook),
}

impl CardDays<'_> {
    /// The nearest day where a regime is forced on the whole log.
    pub fn of_run(is_regime_forced: bool) -> Self {
        match is_regime_forced {
            true => Self::Nearest,
            false => Self::Real,
        }
    }

    fn takes_nearest(self, regime: Regime, date: LocalDate) -> bool {
        match self {
            Self::Real => false,
            Self::Nearest => true,
            Self::NearestUnderOtherRegime(rulebook) => rulebook.regime_on(date) != Some(regime),
        }
    }
}

/// Everything that decides a price but the tariff, the accounts and the rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Account, as a code of the outcome's words.
    pub account: u32,
    /// The day that decides currency and portfolio.
    pub local_date: LocalDate,
    /// The customer's market (K-1).
    pub market: MarketId,
    /// Whether it costs anything, and what that depends on.
    pub cost: Cost,
}

/// Whether a kind of charges costs anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// Nothing, by rule.
    Free,
    /// Something, in a run that was not asked for prices.
    Unpriced,
    /// A rate.
    Charged(Terms),
}

/// What decides the rate of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Whose cards.
    pub model: CardModel,
    /// The cell that is read: `utility` for a service message (P26-2).
    pub cell: ChargeCategory,
    /// The day whose card holds (S-01, S-05).
    pub date: LocalDate,
    /// Whether the nearest day with a card stands in for that day.
    pub takes_nearest: bool,
    /// The month whose volume counts.
    pub month: Month,
    /// Whether the rank in that month decides the rate.
    pub has_rank: bool,
    /// The message, if a price may stand on it (K-1, X-3).
    pub marked: Option<RowNumber>,
}

impl Pricer<'_> {
    /// The kind of a charge.
    pub(super) fn kind(&self, charge: &Charge) -> Kind {
        match charge.is_chargeable() {
            false => self.kind_of(charge, |_| Cost::Free),
            true if !self.request.with_rates => self.kind_of(charge, |_| Cost::Unpriced),
            true => self.charged_kind(charge),
        }
    }

    /// The kind of a charge as if it cost something, which findings ask of free ones.
    pub(super) fn charged_kind(&self, charge: &Charge) -> Kind {
        self.kind_of(charge, |cutover| Cost::Charged(self.terms(charge, cutover)))
    }

    /// The market depends on the day that meets the dates of T-2.
    #[inline]
    fn kind_of(&self, charge: &Charge, cost: impl FnOnce(LocalDate) -> Cost) -> Kind {
        let cutover = self.local_date(charge, self.cutover(charge));
        let number = self.request.outcome.pairs.customer_number(charge.pair);
        let markets = &self.request.tariff.markets;
        Kind {
            account: charge.account,
            local_date: charge.local_date,
            market: number.map_or(MarketId::UNKNOWN, |number| {
                markets.market(number, cutover, self.request.settings)
            }),
            cost: cost(cutover),
        }
    }

    fn terms(&self, charge: &Charge, cutover: LocalDate) -> Terms {
        let cell = match charge.category {
            ChargeCategory::Service if charge.regime == Regime::Pmp2026 => ChargeCategory::Utility,
            ChargeCategory::Authentication if charge.is_international => {
                ChargeCategory::AuthenticationInternational
            }
            category => category,
        };
        let marks = &self.request.outcome.price_marks;
        Terms {
            model: CardModel::from(charge.regime),
            cell,
            date: match self.request.settings.late_delivery_rate {
                MessageInstant::Delivery => cutover,
                MessageInstant::Send => self.local_date(charge, charge.sent_at),
            },
            takes_nearest: self.request.cards.takes_nearest(charge.regime, cutover),
            month: cutover.month(),
            has_rank: self.has_rank(charge),
            marked: marks.contains_key(&charge.row).then_some(charge.row),
        }
    }

    /// whether the rank in the month decides the rate.
    pub(super) fn has_rank(&self, charge: &Charge) -> bool {
        let is_uncounted = charge.category == ChargeCategory::Utility
            && (charge.in_group
                || charge.in_window
                    && charge.regime == Regime::Pmp2026
                    && !self
                        .request
                        .settings
                        .tier_counts_window_utility_2026
                        .is_yes());
        charge.regime.is_per_message() && charge.category.has_tiers() && !is_uncounted
    }

    /// The instant that meets the dates of T-2 (S-01).
    fn cutover(&self, charge: &Charge) -> Instant {
        match self.request.settings.cutover_basis {
            CutoverBasis::Regime | CutoverBasis::Delivery => charge.charged_at,
            CutoverBasis::Send => charge.sent_at,
        }
    }

    #[inline]
    fn local_date(&self, charge: &Charge, instant: Instant) -> LocalDate {
        if instant == charge.charged_at {
            return charge.local_date;
        }
        let account = self.accounts[charge.account as usize];
        account.clock.local_date(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_day_stands_in_only_where_the_regime_is_another() {
        let rulebook = Rulebook::embedded().expect("the rulebook");
        let date = |text: &str| LocalDate::parse(text).expect("a date");
        let under_other = CardDays::NearestUnderOtherRegime(&rulebook);
        let takes =
            |cards: CardDays<'_>, day: &str| cards.takes_nearest(Regime::Pmp2025, date(day));
        // `pmp-2025` holds from 2025-07-01 to 2026-09-30; before 2022-02-01 there is no regime at all.
        for (day, expected) in [
            ("2021-12-31", true),
            ("2025-06-30", true),
            ("2025-07-01", false),
            ("2026-09-30", false),
            ("2026-10-01", true),
        ] {
            assert_eq!(takes(under_other, day), expected, "{day}");
            assert!(takes(CardDays::Nearest, day) && !takes(CardDays::Real, day));
        }
    }
}

//! What the price of a charge depends on: dates, market, currency, and the cell of the card.

use hashbrown::HashMap;

use super::Request;
use super::ladder::{Counter, Counters};
use super::price::{Price, PriceBook, PriceCode, Support};
use crate::accounts::{Account, TierUpdate, UsedVolume};
use crate::replay::outcome::{Charge, Part};
use crate::rulebook::settings::{CutoverBasis, MaxPriceBasis, MessageInstant};
use crate::tariff::{Amount, CardModel, Ladder, MarketId, Tariff, Unrated, UnratedReason};
use crate::vocabulary::{ChargeCategory, Currency, Instant, LocalDate, Month, Regime};

/// Everything that decides the list rate of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Basis {
    pub model: CardModel,
    pub currency: Currency,
    pub market: MarketId,
    /// The cell that is read: `utility` for a service message (P26-2).
    pub cell: ChargeCategory,
    /// The day whose card holds (R-1, S-01, S-05).
    pub card_date: LocalDate,
    /// Whether that is not the real day, but the nearest one with a card.
    pub is_nearest: bool,
    /// The month whose volume counts.
    pub month: Month,
}

/// Prices charges, one part after another.
pub struct Pricer<'a> {
    pub(super) request: Request<'a>,
    accounts: Vec<&'a Account>,
    /// Portfolios, and accounts that are their own.
    owners: Vec<String>,
    owner_codes: HashMap<String, u32>,
    /// The owner that each account is by itself.
    own_codes: Vec<u32>,
}

/// What one thread has looked up already.
#[derive(Default)]
struct Memory {
    list: HashMap<Basis, PriceCode>,
    /// Whether charges with a rank, but without a ladder, have a list rate.
    listed: HashMap<Basis, bool>,
    without_rate: HashMap<(MarketId, Currency, bool), PriceCode>,
}

impl<'a> Pricer<'a> {
    /// Looks up the accounts of the outcome.
    pub fn new(request: Request<'a>) -> Self {
        let names = &request.outcome.cells.accounts;
        let names: Vec<String> = (0..names.len() as u32)
            .map(|code| names.word(code))
            .collect();
        let accounts: Vec<&Account> = names
            .iter()
            .map(|name| request.accounts.account(name))
            .collect();
        let portfolios = accounts
            .iter()
            .flat_map(|account| account.portfolio.values().flatten().cloned());
        let mut owners: Vec<String> = portfolios.chain(names.iter().cloned()).collect();
        owners.sort_unstable();
        owners.dedup();
        let owner_codes: HashMap<String, u32> = owners.iter().cloned().zip(0..).collect();
        Self {
            own_codes: names.iter().map(|name| owner_codes[name]).collect(),
            request,
            accounts,
            owners,
            owner_codes,
        }
    }

    /// The prices of a part's charges; those that volume decides are counted and left pending.
    pub(super) fn price_part(&self, part: &Part, book: &PriceBook) -> (Vec<PriceCode>, Counters) {
        let mut memory = Memory::default();
        let mut counters = Counters::default();
        let mut codes = Vec::with_capacity(part.charges.len());
        codes.extend(part.charges.iter().map(|charge| {
            let charge = &charge;
            if !charge.is_chargeable() || !self.request.with_rates {
                return self.without_rate(charge, book, &mut memory);
            }
            let basis = self.basis(charge);
            if let Some(price) = self.stated(charge, &basis) {
                return book.code(price);
            }
            if self.has_rank(charge) {
                let ladder = self.ladder(&basis);
                // A charge without any rate is not one that is priced at list.
                let is_listed = ladder.is_none()
                    && *memory
                        .listed
                        .entry(basis)
                        .or_insert_with(|| self.list(&basis).rate.is_some());
                let counter = self.counter(charge, &basis);
                counters.count(counter, basis.currency, ladder, is_listed);
                return PriceCode::PENDING;
            }
            *memory
                .list
                .entry(basis)
                .or_insert_with(|| book.code(self.list(&basis)))
        }));
        (codes, counters)
    }

    /// Free by rule, or of no interest: the market and the currency are known all the same.
    fn without_rate(&self, charge: &Charge, book: &PriceBook, memory: &mut Memory) -> PriceCode {
        let market = self.market(charge);
        let currency = self.currency(charge);
        let is_free = !charge.is_chargeable();
        let code = || {
            book.code(match is_free {
                true => Price::free(market, currency),
                false => Price::unpriced(market, currency),
            })
        };
        *memory
            .without_rate
            .entry((market, currency, is_free))
            .or_insert_with(code)
    }

    /// What the list rate of a charge depends on.
    pub(super) fn basis(&self, charge: &Charge) -> Basis {
        let model = CardModel::from(charge.regime);
        let currency = self.currency(charge);
        let cutover = self.local_date(charge, self.cutover(charge));
        let real_date = match self.request.settings.late_delivery_rate {
            MessageInstant::Delivery => cutover,
            MessageInstant::Send => self.local_date(charge, charge.sent_at),
        };
        let cards = &self.request.tariff.cards;
        let card_date = match self.request.is_regime_forced {
            true => cards
                .date_for(model, currency, real_date)
                .unwrap_or(real_date),
            false => real_date,
        };
        let cell = match charge.category {
            ChargeCategory::Service if charge.regime == Regime::Pmp2026 => ChargeCategory::Utility,
            ChargeCategory::Authentication if charge.is_international => {
                ChargeCategory::AuthenticationInternational
            }
            category => category,
        };
        Basis {
            model,
            currency,
            market: self.market(charge),
            cell,
            card_date,
            is_nearest: card_date != real_date,
            month: cutover.month(),
        }
    }

    /// The list price, or what is missing.
    pub(super) fn list(&self, basis: &Basis) -> Price {
        let Basis {
            model,
            currency,
            market,
            cell,
            card_date,
            ..
        } = *basis;
        let rate = if market == MarketId::UNKNOWN {
            Err(Unrated {
                model,
                currency,
                market,
                category: cell,
                date: card_date,
                reason: UnratedReason::UnknownMarket,
            })
        } else {
            let cards = &self.request.tariff.cards;
            cards.rate(model, currency, market, cell, card_date)
        };
        Price {
            nearest_card: basis.is_nearest.then_some(card_date),
            ..Price::list(market, currency, rate)
        }
    }

    /// The ladder of a basis, if one is known (R-2; under a forced regime that of R-1's nearest day).
    pub(super) fn ladder(&self, basis: &Basis) -> Option<&'a Ladder> {
        let ladders = &self.request.tariff.ladders;
        let date = match self.request.is_regime_forced {
            true => ladders.date_for(basis.currency, basis.card_date)?,
            false => basis.card_date,
        };
        ladders.ladder(basis.currency, basis.market, basis.cell, date)
    }

    /// The list rate that a charge would have in another category of the same card, if there is one.
    pub fn list_rate_as(&self, charge: &Charge, category: ChargeCategory) -> Option<Amount> {
        let as_other = Charge {
            category,
            ..*charge
        };
        self.list(&self.basis(&as_other)).rate
    }

    /// Whose volume a charge counts in.
    pub(super) fn counter(&self, charge: &Charge, basis: &Basis) -> Counter {
        let account = self.accounts[charge.account as usize];
        let portfolio = account.portfolio.on(charge.local_date).as_ref();
        let owner = match portfolio {
            Some(portfolio) => self.owner_codes[portfolio],
            None => self.own_codes[charge.account as usize],
        };
        Counter {
            owner,
            market: basis.market,
            category: basis.cell,
            month: basis.month,
        }
    }

    /// The counter that a charge counts in, if its rank in the month decides its rate.
    pub(super) fn ranked(&self, charge: &Charge) -> Option<Counter> {
        if !charge.is_chargeable() || !self.has_rank(charge) {
            return None;
        }
        let basis = self.basis(charge);
        match self.stated(charge, &basis) {
            Some(_) => None,
            None => Some(self.counter(charge, &basis)),
        }
    }

    /// The counter of a tier that Meta says was reached; none if no account of the log counts for its owner.
    pub(super) fn counter_of(&self, update: &TierUpdate) -> Option<Counter> {
        Some(Counter {
            owner: *self.owner_codes.get(&update.owner)?,
            market: self.request.tariff.markets.named(&update.market)?,
            category: update.category,
            month: update.month,
        })
    }

    /// S-23: volume that the log does not show shifts every rank.
    pub(super) fn used_elsewhere(&self, counter: &Counter) -> u64 {
        let owner = self.owner(counter);
        let market = self.request.tariff.markets.name(counter.market);
        let is_of_counter = |used: &&UsedVolume| {
            used.portfolio == owner
                && used.market == market
                && used.category == counter.category
                && used.month == counter.month
        };
        let used = self.request.accounts.used_volume().iter();
        used.filter(is_of_counter).map(|used| used.count).sum()
    }

    /// The portfolio of a counter, or the account that is its own.
    pub(super) fn owner(&self, counter: &Counter) -> &str {
        &self.owners[counter.owner as usize]
    }

    /// whether the rank in the month decides the rate.
    fn has_rank(&self, charge: &Charge) -> bool {
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

    /// A price that stands on the message: Meta's cost for an unknown market (K-1), a maximum price.
    fn stated(&self, charge: &Charge, basis: &Basis) -> Option<Price> {
        let mark = self.request.outcome.price_marks.get(&charge.row)?;
        let (market, currency) = (basis.market, basis.currency);
        let cost = mark
            .cost
            .filter(|cost| cost.currency == currency)
            .map(|cost| Price::stated(market, currency, cost.amount, Support::CostMark));
        let is_marketing = matches!(
            charge.category,
            ChargeCategory::Marketing | ChargeCategory::MarketingLite
        );
        match mark.max_price.filter(|_| is_marketing) {
            None => cost.filter(|_| market == MarketId::UNKNOWN),
            Some(bid) => {
                let listed = || Price {
                    is_bounded: true,
                    ..self.list(basis)
                };
                let bid = || Price {
                    is_bounded: true,
                    ..Price::stated(market, currency, bid, Support::Bid)
                };
                Some(match self.request.settings.max_price_basis {
                    MaxPriceBasis::Mark => cost.unwrap_or_else(listed),
                    MaxPriceBasis::List => listed(),
                    MaxPriceBasis::Bid => bid(),
                })
            }
        }
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

    fn currency(&self, charge: &Charge) -> Currency {
        let account = self.accounts[charge.account as usize];
        *account.currency.on(charge.local_date)
    }

    fn market(&self, charge: &Charge) -> MarketId {
        let date = self.local_date(charge, self.cutover(charge));
        let number = self.request.outcome.pairs.customer_number(charge.pair);
        let markets = &self.request.tariff.markets;
        number.map_or(MarketId::UNKNOWN, |number| {
            markets.market(number, date, self.request.settings)
        })
    }
}

/// The lowest and the highest rate that a charge to an unknown market can have (K-1).
pub fn range_over_markets(tariff: &Tariff, unrated: &Unrated) -> Option<(Amount, Amount)> {
    let rates = tariff.markets.names().filter_map(|name| {
        let market = tariff.markets.named(name)?;
        let Unrated {
            model,
            currency,
            category,
            date,
            ..
        } = *unrated;
        let rate = tariff.cards.rate(model, currency, market, category, date);
        rate.ok().map(|rate| rate.amount)
    });
    let rates: Vec<Amount> = rates.collect();
    Some((*rates.iter().min()?, *rates.iter().max()?))
}

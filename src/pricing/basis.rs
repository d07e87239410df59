//! What a kind of charges costs at list: the cell of a card, and the ladder that may stand beside it.

use hashbrown::HashMap;

use super::Request;
use super::kind::{Cost, Kind, Terms};
use super::ladder::Counter;
use super::price::{Price, Support};
use crate::accounts::{Account, TierUpdate, UsedVolume};
use crate::replay::outcome::Charge;
use crate::rulebook::settings::MaxPriceBasis;
use crate::tariff::{Amount, CardModel, Ladder, MarketId, Tariff, Unrated, UnratedReason};
use crate::vocabulary::{ChargeCategory, Currency, LocalDate, Month};

/// Everything that decides the list rate of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Basis {
    pub model: CardModel,
    pub currency: Currency,
    pub market: MarketId,
    /// The cell that is read: `utility` for a service message (P26-2).
    pub cell: ChargeCategory,
    /// The day whose card holds (R-1, S-01, S-05).
    pub card_date: LocalDate,
    /// The day whose card should hold.
    pub real_date: LocalDate,
    /// Whether the nearest day may stand in for it.
    pub takes_nearest: bool,
    /// The month whose volume counts.
    pub month: Month,
}

/// Prices kinds of charges.
pub struct Pricer<'a> {
    pub(super) request: Request<'a>,
    pub(super) accounts: Vec<&'a Account>,
    /// Portfolios, and accounts that are their own.
    owners: Vec<String>,
    owner_codes: HashMap<String, u32>,
    /// The owner that each account is by itself.
    own_codes: Vec<u32>,
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

    /// Whether its accounts have the zones of another's.
    pub(super) fn has_zones_of(&self, other: &Pricer<'_>) -> bool {
        self.accounts
            .iter()
            .zip(&other.accounts)
            .all(|(one, other)| one.clock == other.clock)
    }

    /// What the list rate of a kind depends on.
    pub(super) fn basis(&self, kind: &Kind, terms: &Terms) -> Basis {
        let currency = self.currency(kind);
        let cards = &self.request.tariff.cards;
        let nearest = terms
            .takes_nearest
            .then(|| cards.date_for(terms.model, currency, terms.date));
        Basis {
            model: terms.model,
            currency,
            market: kind.market,
            cell: terms.cell,
            card_date: nearest.flatten().unwrap_or(terms.date),
            real_date: terms.date,
            takes_nearest: terms.takes_nearest,
            month: terms.month,
        }
    }

    /// The currency that a kind is billed in.
    pub(super) fn currency(&self, kind: &Kind) -> Currency {
        let account = self.accounts[kind.account as usize];
        *account.currency.on(kind.local_date)
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
            nearest_card: (card_date != basis.real_date).then_some(card_date),
            ..Price::list(market, currency, rate)
        }
    }

    /// The ladder of a basis, if one is known (R-2; where cards are those of R-1's nearest day, so are ladders).
    pub(super) fn ladder(&self, basis: &Basis) -> Option<&'a Ladder> {
        let ladders = &self.request.tariff.ladders;
        let date = match basis.takes_nearest {
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
        let kind = self.charged_kind(&as_other);
        match kind.cost {
            Cost::Charged(terms) => self.list(&self.basis(&kind, &terms)).rate,
            Cost::Free | Cost::Unpriced => None,
        }
    }

    /// Whose volume a kind counts in.
    pub(super) fn counter(&self, kind: &Kind, terms: &Terms) -> Counter {
        let account = self.accounts[kind.account as usize];
        let portfolio = account.portfolio.on(kind.local_date).as_ref();
        let owner = match portfolio {
            Some(portfolio) => self.owner_codes[portfolio],
            None => self.own_codes[kind.account as usize],
        };
        Counter {
            owner,
            market: kind.market,
            category: terms.cell,
            month: terms.month,
        }
    }

    /// The counter that a charge counts in, if its rank in the month decides its rate.
    pub(super) fn ranked(&self, charge: &Charge) -> Option<Counter> {
        if !charge.is_chargeable() || !self.has_rank(charge) {
            return None;
        }
        let kind = self.charged_kind(charge);
        let Cost::Charged(terms) = kind.cost else {
            return None;
        };
        match self.stated(&terms, &self.basis(&kind, &terms)) {
            Some(_) => None,
            None => Some(self.counter(&kind, &terms)),
        }
    }

    /// The counter that a charge counts in, if it counts in any, its currency, and whether it is priced at list for
    /// want of a ladder.
    pub(super) fn climbs(&self, charge: &Charge) -> Option<(Counter, Currency, bool)> {
        let counter = self.ranked(charge)?;
        let kind = self.charged_kind(charge);
        let Cost::Charged(terms) = kind.cost else {
            return None;
        };
        let basis = self.basis(&kind, &terms);
        let is_listed = self.ladder(&basis).is_none() && self.list(&basis).rate.is_some();
        Some((counter, basis.currency, is_listed))
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

    /// A price that stands on the message: Meta's cost for an unknown market (K-1), a maximum price.
    pub(super) fn stated(&self, terms: &Terms, basis: &Basis) -> Option<Price> {
        let mark = self.request.outcome.price_marks.get(&terms.marked?)?;
        let (market, currency) = (basis.market, basis.currency);
        let cost = mark
            .cost
            .filter(|cost| cost.currency == currency)
            .map(|cost| Price::stated(market, currency, cost.amount, Support::CostMark));
        let is_marketing = matches!(
            terms.cell,
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

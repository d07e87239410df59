//! From the charges of a run to the groups that an invoice is held against: one parallel pass.

use std::sync::Arc;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{ExpectedGroup, Tier};
use crate::accounts::Accounts;
use crate::findings::Disagreement;
use crate::log::intern::Intern;
use crate::pricing::{
    Price, PriceCode, PriceList, Pricing, SettledCharges, SettledPrice, UnknownWord, category,
    date, pricing_type,
};
use crate::replay::outcome::{Charge, Outcome};
use crate::tariff::{Amount, CardModel, Tariff};
use crate::vocabulary::{ChargeCategory, ChargeState, Instant, LocalDate, PricingType};

const MICROS_PER_DAY: i64 = 86_400 * crate::vocabulary::MICROS_PER_SECOND;

/// What charges of a group share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    account: u32,
    business: u32,
    country: Option<[u8; 2]>,
    category: ChargeCategory,
    pricing_type: PricingType,
    model: CardModel,
    price: PriceCode,
    local_date: LocalDate,
    send_date: LocalDate,
    utc_date: LocalDate,
    disagreement: Option<Disagreement>,
}

/// How many charges have a key.
#[derive(Clone, Copy, Default)]
struct Count {
    quantity: u64,
    estimated: u64,
    edge: u64,
}

/// The charges of a run, counted as fine as any cause needs them; messages that a conversation covers are no units.
#[derive(Clone, Copy)]
pub struct Charged<'a> {
    /// The charges.
    pub outcome: &'a Outcome,
    /// What they cost.
    pub pricing: &'a Pricing,
    /// Countries, and names of markets and cards.
    pub tariff: &'a Tariff,
    /// Local time.
    pub accounts: &'a Accounts,
}

impl Charged<'_> {
    fn counts(&self, takes: impl Fn(&Charge) -> bool + Sync) -> HashMap<Key, Count> {
        let outcome = self.outcome;
        let account_names = names(&outcome.cells.accounts);
        let clocks: Vec<_> = account_names
            .iter()
            .map(|name| &self.accounts.account(name).clock)
            .collect();
        let add = |counts: &mut HashMap<Key, Count>, key: Key, count: Count| {
            let sum = counts.entry(key).or_default();
            sum.quantity += count.quantity;
            sum.estimated += count.estimated;
            sum.edge += count.edge;
        };
        (0..outcome.parts.len())
            .into_par_iter()
            .fold(HashMap::<Key, Count>::new, |mut counts, part| {
                for (place, charge) in outcome.parts[part].charges.iter().enumerate() {
                    if charge.is_detail() || !charge.is_written || !takes(&charge) {
                        continue;
                    }
                    let number = outcome.pairs.customer_number(charge.pair);
                    let code = self.pricing.code(part as u32, place as u32);
                    let key = Key {
                        account: charge.account,
                        business: outcome.pairs.parts(charge.pair).business,
                        country: number.and_then(|number| self.tariff.markets.country(number)),
                        category: charge.category,
                        pricing_type: charge.pricing_type,
                        model: charge.regime.into(),
                        price: code,
                        local_date: charge.local_date,
                        send_date: clocks[charge.account as usize].local_date(charge.sent_at),
                        utc_date: utc_date(charge.charged_at),
                        disagreement: Disagreement::of(&charge, outcome.notes.of(charge.row)),
                    };
                    let lacks_ladder = self.pricing.price(code).lacks_ladder;
                    let count = Count {
                        quantity: 1,
                        estimated: u64::from(charge.estimated || lacks_ladder),
                        edge: u64::from(charge.edge),
                    };
                    add(&mut counts, key, count);
                }
                counts
            })
            .reduce(HashMap::new, |mut counts, others| {
                for (key, count) in others {
                    add(&mut counts, key, count);
                }
                counts
            })
    }

    /// The groups that an invoice is held against. Their order is none: nothing that is made of them depends on it.
    pub fn groups(&self) -> Vec<ExpectedGroup> {
        let account_names = names(&self.outcome.cells.accounts);
        let business_names = names(&self.outcome.cells.businesses);
        let group = |(key, count): (Key, Count)| {
            let price = self.pricing.price(key.price);
            ExpectedGroup {
                account: Arc::clone(&account_names[key.account as usize]),
                business: Arc::clone(&business_names[key.business as usize]),
                country: key.country,
                category: key.category,
                pricing_type: key.pricing_type,
                model: key.model,
                local_date: key.local_date,
                send_date: key.send_date,
                utc_date: key.utc_date,
                meta_pricing_type: key.disagreement.and_then(marked_type),
                meta_category: key.disagreement.and_then(Disagreement::category),
                quantity: count.quantity,
                tier: self.pricing.tier_label(price).and_then(Tier::parse),
                ..priced(price, count.quantity)
            }
        };
        let counts = self.counts(|_| true);
        counts.into_iter().map(group).collect()
    }

    /// The charges before an instant, in words, so that a later run can read them.
    pub fn before(&self, instant: Instant) -> Vec<SettledCharges> {
        let cells = &self.outcome.cells;
        let charges = |(key, count): (Key, Count)| {
            let price = self.pricing.price(key.price);
            let marked = key.disagreement.and_then(marked_type);
            let other = key.disagreement.and_then(Disagreement::category);
            SettledCharges {
                account: cells.accounts.word(key.account),
                business: cells.businesses.word(key.business),
                country: key.country.map_or_else(String::new, |code| {
                    String::from_utf8_lossy(&code).into_owned()
                }),
                local_date: key.local_date.to_string(),
                send_date: key.send_date.to_string(),
                utc_date: key.utc_date.to_string(),
                category: key.category.name().to_owned(),
                pricing_type: key.pricing_type.name().to_owned(),
                model: key.model.name().to_owned(),
                meta_pricing_type: marked.map(|word| word.name().to_owned()),
                meta_category: other.map(|word| word.name().to_owned()),
                price: SettledPrice::of(price, self.pricing.list(), self.tariff),
                quantity: count.quantity,
                estimated: count.estimated,
                edge: count.edge,
            }
        };
        let counts = self.counts(|charge| charge.charged_at < instant);
        let mut settled: Vec<SettledCharges> = counts.into_iter().map(charges).collect();
        settled.sort_unstable();
        settled
    }
}

/// The groups of charges that earlier runs have settled.
///
/// # Errors
/// If they name something that is not known.
pub fn settled_groups(
    settled: &[SettledCharges],
    list: &mut PriceList,
    tariff: &Tariff,
) -> Result<Vec<ExpectedGroup>, UnknownWord> {
    let group = |charges: &SettledCharges| {
        let model = charges.card_model()?;
        let price = charges.price.price(model, list, tariff)?;
        let country = charges.country.as_bytes();
        let meta_type = charges.meta_pricing_type.as_deref();
        let meta_category = charges.meta_category.as_deref();
        Ok(ExpectedGroup {
            account: charges.account.as_str().into(),
            business: charges.business.as_str().into(),
            country: country.try_into().ok(),
            category: charges.charge_category()?,
            pricing_type: charges.charged_as()?,
            model,
            local_date: date(&charges.local_date)?,
            send_date: date(&charges.send_date)?,
            utc_date: date(&charges.utc_date)?,
            meta_pricing_type: meta_type.map(pricing_type).transpose()?,
            meta_category: meta_category.map(category).transpose()?,
            tier: charges.price.tier.as_deref().and_then(Tier::parse),
            ..priced(&price, charges.quantity)
        })
    };
    settled.iter().map(group).collect()
}

/// What a group has of its price; the rest is to be filled in.
fn priced(price: &Price, quantity: u64) -> ExpectedGroup {
    ExpectedGroup {
        account: "".into(),
        business: "".into(),
        country: None,
        market: price.market,
        category: ChargeCategory::Service,
        pricing_type: PricingType::Regular,
        tier: None,
        model: CardModel::Pmp,
        rate_card: price.card,
        rate: price.rate,
        currency: price.currency,
        local_date: LocalDate::MIN,
        send_date: LocalDate::MIN,
        utc_date: LocalDate::MIN,
        meta_pricing_type: None,
        meta_category: None,
        quantity,
        amount: match price.state {
            ChargeState::Free => Some(Amount::ZERO),
            _ => price.rate.and_then(|rate| rate.times(quantity)),
        },
        state: price.state,
    }
}

fn names(table: &Intern) -> Vec<Arc<str>> {
    let codes = 0..table.len() as u32;
    codes.map(|code| table.word(code).into()).collect()
}

/// The price that Meta's mark names, where it is another one.
fn marked_type(disagreement: Disagreement) -> Option<PricingType> {
    match disagreement {
        Disagreement::BilledFree(_) => Some(PricingType::Regular),
        Disagreement::FreeBilled(pricing_type) => Some(pricing_type),
        Disagreement::Category(_) => None,
    }
}

fn utc_date(instant: Instant) -> LocalDate {
    LocalDate::from_days(instant.micros().div_euclid(MICROS_PER_DAY) as i32)
}

//! From the charges of a run to the groups that an invoice is held against: one parallel pass.

use std::sync::Arc;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{ExpectedGroup, Tier};
use crate::accounts::Accounts;
use crate::findings::Disagreement;
use crate::pricing::{PriceCode, Pricing};
use crate::replay::outcome::Outcome;
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

/// The charges of a run, as fine as any cause needs them; messages that a conversation covers are no units.
///
/// Their order is none: nothing that is made of them depends on it.
pub fn expected_groups(
    outcome: &Outcome,
    pricing: &Pricing,
    tariff: &Tariff,
    accounts: &Accounts,
) -> Vec<ExpectedGroup> {
    let names = |table: &crate::log::intern::Intern| -> Vec<Arc<str>> {
        (0..table.len() as u32)
            .map(|code| table.word(code).into())
            .collect()
    };
    let account_names = names(&outcome.cells.accounts);
    let business_names = names(&outcome.cells.businesses);
    let clocks: Vec<_> = account_names
        .iter()
        .map(|name| &accounts.account(name).clock)
        .collect();
    let counts = (0..outcome.parts.len())
        .into_par_iter()
        .fold(HashMap::<Key, u64>::new, |mut counts, part| {
            for (place, charge) in outcome.parts[part].charges.iter().enumerate() {
                if charge.is_detail() || !charge.is_written {
                    continue;
                }
                let number = outcome.pairs.customer_number(charge.pair);
                let key = Key {
                    account: charge.account,
                    business: outcome.pairs.parts(charge.pair).business,
                    country: number.and_then(|number| tariff.markets.country(number)),
                    category: charge.category,
                    pricing_type: charge.pricing_type,
                    model: charge.regime.into(),
                    price: pricing.code(part as u32, place as u32),
                    local_date: charge.local_date,
                    send_date: clocks[charge.account as usize].local_date(charge.sent_at),
                    utc_date: utc_date(charge.charged_at),
                    disagreement: Disagreement::of(&charge, outcome.notes.of(charge.row)),
                };
                *counts.entry(key).or_default() += 1;
            }
            counts
        })
        .reduce(HashMap::new, |mut counts, others| {
            for (key, count) in others {
                *counts.entry(key).or_default() += count;
            }
            counts
        });
    let group = |(key, quantity): (Key, u64)| {
        let price = pricing.price(key.price);
        let amount = match price.state {
            ChargeState::Free => Some(Amount::ZERO),
            _ => price.rate.and_then(|rate| rate.times(quantity)),
        };
        ExpectedGroup {
            account: Arc::clone(&account_names[key.account as usize]),
            business: Arc::clone(&business_names[key.business as usize]),
            country: key.country,
            market: price.market,
            category: key.category,
            pricing_type: key.pricing_type,
            tier: pricing.tier_label(price).and_then(Tier::parse),
            model: key.model,
            rate_card: price.card,
            rate: price.rate,
            currency: price.currency,
            local_date: key.local_date,
            send_date: key.send_date,
            utc_date: key.utc_date,
            meta_pricing_type: key.disagreement.and_then(marked_type),
            meta_category: key.disagreement.and_then(Disagreement::category),
            quantity,
            amount,
            state: price.state,
        }
    };
    counts.into_iter().map(group).collect()
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

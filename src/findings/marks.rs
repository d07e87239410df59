//! A-BILLED-FREE, A-FREE-BILLED and A-CATEGORY at the grain of a message: Meta's own mark says that a unit is
//! charged which the rules hold free, the reverse, or charged as something else.
//!
//! A mark that is absent or unclear says nothing. A mark of another pricing model is about another unit: that
//! of a conversation on a message which the rules charge by itself. Marks that the replay has taken as input
//! (S-37: entry points, categories, exemptions) agree by construction.
//!
//! Which units of a month are its first thousand is Meta's order against ours, and neither is published (S-17,
//! S-19). So there it counts only by how many more units one side holds free: one that only Meta calls free
//! pairs off with one that only the rules do.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashSet;
use rayon::prelude::*;

use super::{Finding, Request};
use crate::log::marks::{Billable, MarkedCategory, MarkedPricingType, PricingModel};
use crate::pricing::PriceCode;
use crate::replay::outcome::{Charge, Mark, MessageIds, Note, RowSet};
use crate::tariff::Amount;
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, FindingCode, Instant, Month, PricingType, Regime, Severity,
};

/// How Meta's mark and the rules differ on a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disagreement {
    /// The mark charges what the rules hold free, as this category if it names one.
    BilledFree(Option<ChargeCategory>),
    /// The mark holds free what the rules charge.
    FreeBilled(PricingType),
    /// Both charge, the mark as this category.
    Category(ChargeCategory),
}

impl Disagreement {
    /// Compares a charge with the marks of its message.
    pub fn of(charge: &Charge, note: Note) -> Option<Self> {
        if note == Note::SILENT || charge.is_detail() {
            return None;
        }
        // Covered units are paid with another one, of which the mark speaks (P25-5).
        let is_about_another_unit = charge.pricing_type == PricingType::Covered
            || match note.model() {
                Mark::Absent => false,
                Mark::Says(PricingModel::Pmp) => charge.unit == ChargeUnit::Conversation,
                Mark::Says(PricingModel::Cbp) => charge.unit == ChargeUnit::Message,
                Mark::Says(PricingModel::Nbp) | Mark::Unclear => true,
            };
        if is_about_another_unit {
            return None;
        }
        let category = note.category().known().map(category);
        let price = marked_price(charge, note);
        match (price, charge.is_chargeable()) {
            (MarkedPrice::Charged, false) => Some(Self::BilledFree(category)),
            (MarkedPrice::Free(pricing_type), true) => Some(Self::FreeBilled(pricing_type)),
            (MarkedPrice::Charged | MarkedPrice::Unsaid, true) => category
                .filter(|&marked| !is_same_category(charge, marked))
                .map(Self::Category),
            _ => None,
        }
    }

    /// The category as which Meta's mark charges it, where that is another one or the rules charge nothing.
    pub fn category(self) -> Option<ChargeCategory> {
        match self {
            Self::BilledFree(category) => category,
            Self::Category(category) => Some(category),
            Self::FreeBilled(_) => None,
        }
    }

    /// The finding's code.
    pub fn code(self) -> FindingCode {
        match self {
            Self::BilledFree(_) => FindingCode::BilledFree,
            Self::FreeBilled(_) => FindingCode::FreeBilled,
            Self::Category(_) => FindingCode::MarkedCategory,
        }
    }
}

/// What marks say of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MarkedPrice {
    Charged,
    Free(PricingType),
    Unsaid,
    /// Marks of one message contradict each other, or Meta uses a word that no list knows.
    Unclear,
}

fn marked_price(charge: &Charge, note: Note) -> MarkedPrice {
    let free_type = |marked: MarkedPricingType| match marked {
        MarkedPricingType::Regular => None,
        MarkedPricingType::FreeTier => Some(PricingType::FreeTier),
        MarkedPricingType::FreeEntryPoint => Some(PricingType::FreeEntryPoint),
        MarkedPricingType::FreeCustomerService
        | MarkedPricingType::FreeGroupCustomerService
        | MarkedPricingType::PaidExempt => Some(PricingType::FreeCustomerService),
    };
    let by_category = note
        .category()
        .known()
        .filter(|category| category.is_free_entry_point())
        .map(|_| PricingType::FreeEntryPoint);
    match (note.pricing_type(), note.billable()) {
        (Mark::Unclear, _) | (_, Mark::Unclear) => MarkedPrice::Unclear,
        (Mark::Says(marked), billable) => match (free_type(marked), billable) {
            (None, Mark::Says(Billable::No)) => MarkedPrice::Unclear,
            (None, _) => MarkedPrice::Charged,
            // Meta calls the month's first conversations billable too: they are on the invoice, at nothing.
            (Some(PricingType::FreeTier), _) => MarkedPrice::Free(PricingType::FreeTier),
            (Some(_), Mark::Says(Billable::Yes)) => MarkedPrice::Unclear,
            (Some(free), _) => MarkedPrice::Free(free),
        },
        (Mark::Absent, Mark::Says(Billable::No)) => {
            MarkedPrice::Free(by_category.unwrap_or(PricingType::FreeCustomerService))
        }
        (Mark::Absent, Mark::Says(Billable::Yes)) => {
            // Only entry points were never called billable under conversation-based pricing.
            let may_be_free_and_billable = charge.uses_allowance
                || charge.unit == ChargeUnit::Conversation
                    && charge.pricing_type != PricingType::FreeEntryPoint;
            match (by_category, may_be_free_and_billable) {
                (Some(_), _) => MarkedPrice::Unclear,
                (None, true) => MarkedPrice::Unsaid,
                (None, false) => MarkedPrice::Charged,
            }
        }
        (Mark::Absent, Mark::Absent) => by_category.map_or(MarkedPrice::Unsaid, MarkedPrice::Free),
    }
}

/// Meta's category of a unit in the words of charges.
fn category(marked: MarkedCategory) -> ChargeCategory {
    match marked {
        MarkedCategory::Marketing => ChargeCategory::Marketing,
        MarkedCategory::Utility => ChargeCategory::Utility,
        MarkedCategory::Authentication => ChargeCategory::Authentication,
        MarkedCategory::AuthenticationInternational => ChargeCategory::AuthenticationInternational,
        MarkedCategory::MarketingLite => ChargeCategory::MarketingLite,
        MarkedCategory::Service => ChargeCategory::Service,
        MarkedCategory::ReferralConversion | MarkedCategory::FreeEntryPoint => {
            ChargeCategory::FreeEntryPoint
        }
        MarkedCategory::UserInitiated => ChargeCategory::UserInitiated,
        MarkedCategory::BusinessInitiated => ChargeCategory::BusinessInitiated,
    }
}

fn is_same_category(charge: &Charge, marked: ChargeCategory) -> bool {
    use ChargeCategory as Category;
    match (charge.category, marked) {
        (own, marked) if own == marked => true,
        // Meta has no word for these but the wider one.
        (Category::MarketingLite, Category::Marketing)
        | (Category::GeneralPurposeAi, Category::Service) => true,
        // a conversation of either is called authentication.
        (Category::Authentication, Category::AuthenticationInternational) => {
            charge.unit == ChargeUnit::Conversation
        }
        _ => false,
    }
}

/// A charge on which Meta's mark differs.
#[derive(Clone, Copy)]
struct Found {
    charge: Charge,
    price: PriceCode,
    disagreement: Disagreement,
}

/// The charges on which Meta's own marks say something else.
///
/// # Errors
/// If message ids can no longer be read.
pub fn findings(request: &Request<'_>) -> anyhow::Result<Vec<Finding>> {
    let outcome = request.outcome;
    if outcome.notes.is_empty() {
        return Ok(Vec::new());
    }
    let of_part = |part: usize| -> Vec<Found> {
        let charges = outcome.parts[part].charges.iter().enumerate();
        let written = charges.filter(|(_, charge)| charge.is_written);
        written
            .filter_map(|(place, charge)| {
                Some(Found {
                    disagreement: Disagreement::of(&charge, outcome.notes.of(charge.row))?,
                    price: request.pricing.code(part as u32, place as u32),
                    charge,
                })
            })
            .collect()
    };
    let found: Vec<Vec<Found>> = (0..outcome.parts.len())
        .into_par_iter()
        .map(of_part)
        .collect();
    let found: Vec<Found> = found.into_iter().flatten().collect();
    let rows = RowSet::from(found.iter().map(|found| found.charge.row));
    let ids = request.ids.message_ids(rows)?;
    let mut found = without_order_of_allowances(request, found, &ids);
    if let Some(is_told) = request.only {
        found.retain(|found| is_told(found.charge.pair));
    }
    Ok(told(request, &found, &ids))
}

/// Whose allowance of which month.
type Allowance = (Regime, String, Month);

/// What remains when units that only Meta holds free are paired off with units that only the rules do, the
/// latest first.
fn without_order_of_allowances(
    request: &Request<'_>,
    found: Vec<Found>,
    ids: &MessageIds,
) -> Vec<Found> {
    let (counted, mut kept): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| {
        found.charge.uses_allowance && !matches!(found.disagreement, Disagreement::Category(_))
    });
    let of_numbers: HashSet<(Regime, Month, &str)> = request
        .outcome
        .allowances
        .iter()
        .map(|position| (position.regime, position.month, position.owner.as_str()))
        .collect();
    let mut allowances: BTreeMap<Allowance, [Vec<Found>; 2]> = BTreeMap::new();
    for found in counted {
        let side = usize::from(matches!(found.disagreement, Disagreement::FreeBilled(_)));
        let sides = allowances.entry(allowance(request, &found.charge, &of_numbers));
        sides.or_default()[side].push(found);
    }
    for mut sides in allowances.into_values() {
        let pairs = sides[0].len().min(sides[1].len());
        for side in &mut sides {
            side.sort_by_cached_key(|found| order(request, found, ids));
            side.truncate(side.len() - pairs);
            kept.append(side);
        }
    }
    kept
}

fn order(
    request: &Request<'_>,
    found: &Found,
    ids: &MessageIds,
) -> (Instant, Instant, Vec<u8>, String) {
    let charge = &found.charge;
    let mut customer = String::new();
    request
        .outcome
        .pairs
        .push_customer(charge.pair, &mut customer);
    (
        charge.charged_at,
        charge.sent_at,
        ids.get(charge.row).to_vec(),
        customer,
    )
}

/// The account's, or under per-message pricing the number's (S-18), as the run has counted it.
fn allowance(
    request: &Request<'_>,
    charge: &Charge,
    counted: &HashSet<(Regime, Month, &str)>,
) -> Allowance {
    let outcome = request.outcome;
    let month = charge.local_date.month();
    let business = outcome.pairs.business(charge.pair);
    let owner = match counted.contains(&(charge.regime, month, business.as_str())) {
        true => business,
        false => outcome.cells.accounts.word(charge.account),
    };
    (charge.regime, owner, month)
}

fn told(request: &Request<'_>, found: &[Found], ids: &MessageIds) -> Vec<Finding> {
    let outcome = request.outcome;
    let mut words: HashSet<Arc<str>> = HashSet::new();
    let mut shared = |text: &str| Arc::clone(words.get_or_insert_with(text, |text| text.into()));
    let mut findings = Vec::with_capacity(found.len());
    for found in found {
        let charge = &found.charge;
        let business = outcome.pairs.parts(charge.pair).business;
        let mut customer = String::new();
        outcome.pairs.push_customer(charge.pair, &mut customer);
        let (money, text) = told_of(request, found);
        // What the log itself cannot settle to the second is no finding against Meta.
        let is_doubtful = charge.edge || charge.estimated;
        findings.push(Finding {
            code: found.disagreement.code(),
            account: shared(&outcome.cells.accounts.word(charge.account)),
            business: shared(&outcome.cells.businesses.word(business)),
            at: Some(charge.charged_at),
            customer,
            message_id: String::from_utf8_lossy(ids.get(charge.row)).into_owned(),
            severity: match is_doubtful {
                true => Severity::Info,
                false => Severity::Warning,
            },
            money,
            currency: Some(request.pricing.price(found.price).currency),
            explanation: shared(&text),
        });
    }
    findings
}

/// The money at stake, and the sentence.
fn told_of(request: &Request<'_>, found: &Found) -> (Amount, String) {
    let charge = &found.charge;
    let price = request.pricing.price(found.price);
    let (unit, rule, currency) = (charge.unit, charge.rule, price.currency);
    let own = price.amount();
    let stated = |amount: Option<Amount>| match amount {
        Some(amount) => format!("{amount} {currency}"),
        None => "at a rate that is not known".to_owned(),
    };
    let charged_as = |category: ChargeCategory| {
        let charged = Charge {
            pricing_type: PricingType::Regular,
            ..*charge
        };
        request.pricer.list_rate_as(&charged, category)
    };
    let (money, mut text) = match found.disagreement {
        Disagreement::BilledFree(category) => {
            let category = category.unwrap_or(charge.category);
            let otherwise = charged_as(category);
            let text = format!(
                "Meta's mark charges this {unit} as {category}, at list {}; by {rule} it is {}, potential overcharge",
                stated(otherwise),
                charge.pricing_type
            );
            (otherwise, text)
        }
        Disagreement::FreeBilled(pricing_type) => {
            let text = format!(
                "Meta's mark says {pricing_type} of this {unit}; by {rule} it is charged as {}, {}, potential \
                 undercharge",
                charge.category,
                stated(own)
            );
            (own, text)
        }
        Disagreement::Category(category) => {
            let otherwise = charged_as(category);
            let text = format!(
                "Meta's mark charges this {unit} as {category}, at list {}; by {rule} it is {}, {}",
                stated(otherwise),
                charge.category,
                stated(own)
            );
            let apart = otherwise
                .zip(own)
                .and_then(|(otherwise, own)| otherwise.minus(own));
            (apart.map(Amount::abs), text)
        }
    };
    if charge.edge {
        text.push_str("; an edge decides it (S-08)");
    } else if charge.estimated {
        text.push_str("; the log alone does not settle it (S-12)");
    }
    (money.unwrap_or(Amount::ZERO), text)
}

//! The messages behind differences: what is put to Meta or to the provider.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::{Cause, Difference, DifferenceStatus};
use crate::findings::Disagreement;
use crate::pricing::Pricing;
use crate::replay::outcome::{Charge, FetchMessageIds, MessageIds, Outcome, RowSet};
use crate::tariff::Tariff;
use crate::vocabulary::{ChargeCategory, Month, PricingType};

/// Messages of one difference that are listed: a letter with more of them is a data transfer.
pub const MESSAGES_MAX: usize = 10_000;

/// A charge that lies in the cell of a difference.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Place of the difference in the table.
    pub difference: usize,
    /// Part of the outcome.
    pub part: u32,
    /// Place in the part.
    pub place: u32,
    /// Whether Meta's own mark on the message says what the difference says.
    pub is_marked: bool,
}

/// Claims, and the ids of their messages.
#[derive(Debug)]
pub struct Claims {
    /// By difference, then T-5.
    pub list: Vec<Claim>,
    /// Message ids by row.
    pub ids: MessageIds,
}

/// What a difference states; an empty field holds for every value.
struct Cell<'a> {
    number: usize,
    row: &'a Difference,
}

/// The charges in the cell of each row that differs, at most [`MESSAGES_MAX`] each, in the order T-5.
///
/// # Errors
/// If message ids can no longer be read.
pub fn claims(
    rows: &[Difference],
    outcome: &Outcome,
    pricing: &Pricing,
    tariff: &Tariff,
    ids: &dyn FetchMessageIds,
) -> anyhow::Result<Claims> {
    let mut claims = in_cells(rows, outcome, pricing, tariff);
    // Where marks name the messages, the others of the cell are not behind the difference.
    let named: HashSet<usize> = claims
        .iter()
        .filter(|claim| claim.is_marked)
        .map(|claim| claim.difference)
        .collect();
    claims.retain(|claim| claim.is_marked || !named.contains(&claim.difference));
    first_of_each(claims, outcome, ids)
}

/// Whether a charge is of the pricing type behind a difference: where a charged line bills free units, those.
fn is_of_type(row: &Difference, charge: &Charge) -> bool {
    let is_charged_line = row
        .pricing_type
        .is_none_or(|stated| stated == PricingType::Regular.name());
    if row.cause == Some(Cause::BilledFree) && is_charged_line {
        return !charge.is_chargeable() && charge.pricing_type != PricingType::Covered;
    }
    states(row.pricing_type, charge.pricing_type.name())
}

/// Whether Meta's own mark says of a message what a difference says of its cell.
fn is_marked(row: &Difference, disagreement: Option<Disagreement>) -> bool {
    matches!(
        (row.cause, disagreement),
        (Some(Cause::BilledFree), Some(Disagreement::BilledFree(_)))
            | (Some(Cause::FreeBilled), Some(Disagreement::FreeBilled(_)))
            | (Some(Cause::Category), Some(Disagreement::Category(_)))
    )
}

fn in_cells(
    rows: &[Difference],
    outcome: &Outcome,
    pricing: &Pricing,
    tariff: &Tariff,
) -> Vec<Claim> {
    // By what nearly every line states, so that a charge meets few cells.
    let mut cells: HashMap<(Option<Month>, Option<&str>), Vec<Cell<'_>>> = HashMap::new();
    for (number, row) in rows.iter().enumerate() {
        if row.status == DifferenceStatus::Different {
            let key = (row.month, row.category);
            cells.entry(key).or_default().push(Cell { number, row });
        }
    }
    if cells.is_empty() {
        return Vec::new();
    }
    let accounts = words(&outcome.cells.accounts);
    let businesses = words(&outcome.cells.businesses);
    let found: Vec<Vec<Claim>> = (0..outcome.parts.len())
        .into_par_iter()
        .map(|part| {
            let mut found = Vec::new();
            for (place, charge) in outcome.parts[part].charges.iter().enumerate() {
                if charge.is_detail() || !charge.is_written {
                    continue;
                }
                // A message may also be behind a line of the category as which Meta's mark charges it.
                let (month, category) = (charge.local_date.month(), charge.category.name());
                let keys = [
                    (Some(month), Some(category)),
                    (Some(month), None),
                    (None, Some(category)),
                    (None, None),
                ];
                let price = pricing.price(pricing.code(part as u32, place as u32));
                let disagreement = Disagreement::of(&charge, outcome.notes.of(charge.row));
                let holds = |cell: &&Cell<'_>| {
                    let row = cell.row;
                    let business = outcome.pairs.parts(charge.pair).business;
                    states(row.account.as_deref(), &accounts[charge.account as usize])
                        && states(row.business.as_deref(), &businesses[business as usize])
                        && (is_of_type(row, &charge) || is_marked(row, disagreement))
                        && row.market.as_deref().is_none_or(|market| {
                            market == tariff.markets.name(price.market)
                                || is_country(market, &charge, outcome, tariff)
                        })
                        && row.tier.as_deref().is_none_or(|tier| {
                            pricing.tier_label(price) == Some(tier)
                                || row.cause == Some(Cause::BilledFree)
                        })
                };
                let billed_as = disagreement.and_then(Disagreement::category);
                let elsewhere = billed_as
                    .filter(|billed_as| *billed_as != charge.category)
                    .map(ChargeCategory::name);
                let of_others = [Some(month), None].map(|month| (month, elsewhere));
                let elsewhere = of_others.iter().filter(|(_, named)| named.is_some());
                let elsewhere = elsewhere.filter_map(|key| cells.get(key)).flatten();
                let elsewhere = elsewhere.filter(|cell| is_marked(cell.row, disagreement));
                let cells = keys.iter().filter_map(|key| cells.get(key)).flatten();
                let cells = cells.chain(elsewhere);
                found.extend(cells.filter(holds).map(|cell| Claim {
                    difference: cell.number,
                    part: part as u32,
                    place: place as u32,
                    is_marked: is_marked(cell.row, disagreement),
                }));
            }
            found
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// The order of rows in a part is none, so the first of each difference are found by T-5.
fn first_of_each(
    mut claims: Vec<Claim>,
    outcome: &Outcome,
    ids: &dyn FetchMessageIds,
) -> anyhow::Result<Claims> {
    let charge = |claim: &Claim| {
        outcome.parts[claim.part as usize]
            .charges
            .get(claim.place as usize)
    };
    let instants = |claim: &Claim| {
        let charge = charge(claim);
        (claim.difference, charge.charged_at, charge.sent_at)
    };
    claims.par_sort_by_cached_key(instants);
    let mut kept = Vec::new();
    for of_one in claims.chunk_by(|left, right| left.difference == right.difference) {
        let cut = of_one.len().min(MESSAGES_MAX);
        // Those that share the instants of the last one: their ids decide.
        let tied = of_one[cut..]
            .iter()
            .take_while(|claim| instants(claim) == instants(&of_one[cut - 1]))
            .count();
        kept.extend_from_slice(&of_one[..cut + tied]);
    }
    let ids = ids.message_ids(RowSet::from(kept.iter().map(|claim| charge(claim).row)))?;
    kept.par_sort_by_cached_key(|claim| {
        let mut customer = String::new();
        let charge = charge(claim);
        outcome.pairs.push_customer(charge.pair, &mut customer);
        (instants(claim), ids.get(charge.row).to_vec(), customer)
    });
    let mut listed = HashMap::new();
    kept.retain(|claim| {
        let count: &mut usize = listed.entry(claim.difference).or_default();
        *count += 1;
        *count <= MESSAGES_MAX
    });
    Ok(Claims { list: kept, ids })
}

fn states(stated: Option<&str>, value: &str) -> bool {
    stated.is_none_or(|stated| stated == value)
}

fn is_country(code: &str, charge: &Charge, outcome: &Outcome, tariff: &Tariff) -> bool {
    let number = outcome.pairs.customer_number(charge.pair);
    number
        .and_then(|number| tariff.markets.country(number))
        .is_some_and(|country| code.as_bytes() == country)
}

fn words(table: &crate::log::intern::Intern) -> Vec<String> {
    (0..table.len() as u32)
        .map(|code| table.word(code))
        .collect()
}

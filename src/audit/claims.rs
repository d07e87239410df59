//! The messages behind differences: what is put to Meta or to the provider.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{Difference, DifferenceStatus};
use crate::pricing::Pricing;
use crate::replay::outcome::{Charge, FetchMessageIds, MessageIds, Outcome, RowSet};
use crate::tariff::Tariff;
use crate::vocabulary::Month;

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
    first_of_each(in_cells(rows, outcome, pricing, tariff), outcome, ids)
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
                let (month, category) = (charge.local_date.month(), charge.category.name());
                let keys = [
                    (Some(month), Some(category)),
                    (Some(month), None),
                    (None, Some(category)),
                    (None, None),
                ];
                let price = pricing.price(pricing.code(part as u32, place as u32));
                let holds = |cell: &&Cell<'_>| {
                    let row = cell.row;
                    let business = outcome.pairs.parts(charge.pair).business;
                    states(row.account.as_deref(), &accounts[charge.account as usize])
                        && states(row.business.as_deref(), &businesses[business as usize])
                        && states(row.pricing_type, charge.pricing_type.name())
                        && row.market.as_deref().is_none_or(|market| {
                            market == tariff.markets.name(price.market)
                                || is_country(market, &charge, outcome, tariff)
                        })
                        && row
                            .tier
                            .as_deref()
                            .is_none_or(|tier| pricing.tier_label(price) == Some(tier))
                };
                let cells = keys.iter().filter_map(|key| cells.get(key)).flatten();
                found.extend(cells.filter(holds).map(|cell| Claim {
                    difference: cell.number,
                    part: part as u32,
                    place: place as u32,
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

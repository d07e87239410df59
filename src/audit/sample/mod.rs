//! A money-unit sample of the charges: some of them, drawn so that each is as likely as it is large, for an
//! auditor to re-perform by hand.
//!
//! The charged units of each currency are a stratum; within it the units stand in the order T-5, and every so many
//! money units the charge that holds one is taken. What is at least as large as that interval is taken for
//! certain. Units that cost nothing are a stratum of their own, drawn by count. The order, and with it the
//! sample, is the same for every split of the log and any number of threads.

mod points;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::pricing::Pricing;
use crate::replay::outcome::{Charge, FetchMessageIds, MessageIds, Outcome, RowSet};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeUnit, Currency, HexId, Instant, charge_id, named_enum};

/// What is sampled, and how much of it.
#[derive(Clone, Copy)]
pub struct SampleRequest<'a> {
    /// The charges.
    pub outcome: &'a Outcome,
    /// What they cost.
    pub pricing: &'a Pricing,
    /// Message ids.
    pub ids: &'a dyn FetchMessageIds,
    /// How many items.
    pub size: u64,
    /// What the random start is made of; none is the population itself.
    pub seed: Option<&'a str>,
}

/// A drawn sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What the random start was made of.
    pub seed: String,
    /// What was drawn from.
    pub strata: Vec<StratumDrawn>,
    /// The items, by stratum, then T-5.
    pub items: Vec<SampleItem>,
    /// Charges that could not be drawn, because they have no rate.
    pub without_rate: u64,
}

/// A part of the population. Currencies come first, by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stratum {
    /// Units that cost something in a currency.
    Charged(Currency),
    /// Units that cost nothing.
    Free,
}

impl Stratum {
    /// The currency, or `free`.
    pub fn name(self) -> String {
        match self {
            Self::Charged(currency) => currency.to_string(),
            Self::Free => "free".to_owned(),
        }
    }
}

/// A stratum and what was drawn from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumDrawn {
    /// Which.
    pub stratum: Stratum,
    /// Its units.
    pub units: u64,
    /// What they come to.
    pub amount: Amount,
    /// Items taken for certain.
    pub certain: u64,
    /// Items drawn of the others.
    pub drawn: u64,
    /// What the others come to (free ones: how many there are); over `drawn` it is the interval.
    pub drawn_from: String,
}

named_enum! {
    /// Why an item is in the sample.
    pub enum Selection {
        /// At least as large as the interval.
        Certain = "certain",
        /// It holds a money unit that was met.
        MoneyUnit = "money_unit",
        /// A free unit that was met.
        Count = "count",
    }
}

/// An item of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleItem {
    /// Place of its stratum.
    pub stratum: usize,
    /// Why.
    pub selection: Selection,
    /// Its charge.
    pub charge_id: HexId,
    /// Business number.
    pub business: String,
    /// Customer.
    pub customer: String,
    /// The message.
    pub message_id: String,
}

/// A charge that can be drawn.
#[derive(Clone, Copy)]
struct Unit {
    charge: Charge,
    size: i128,
}

/// A point, or certainty, and the units that share the instants of the one that is met: ids decide among them.
struct Met {
    stratum: usize,
    selection: Selection,
    /// Money units from the first of the tied ones to the point.
    within: i128,
    tied: Vec<Unit>,
}

/// Draws a sample.
///
/// # Errors
/// If message ids can no longer be read.
pub fn sample(request: &SampleRequest<'_>) -> anyhow::Result<Sample> {
    let (sizes, without_rate) = population(request);
    let charged: Vec<u64> = sizes
        .iter()
        .filter(|(stratum, _)| **stratum != Stratum::Free)
        .map(|(_, sizes)| sizes.values().sum())
        .collect();
    let free = sizes
        .get(&Stratum::Free)
        .map_or(0, |sizes| sizes.values().sum());
    let (of_charged, of_free) = points::allocated(request.size, &charged, free);
    let seed = match request.seed {
        Some(seed) => seed.to_owned(),
        None => seed_of(&sizes),
    };
    let mut strata = Vec::new();
    let mut draws = Vec::new();
    for (place, (&stratum, sizes)) in sizes.iter().enumerate() {
        let items = of_charged.get(place).copied().unwrap_or(of_free);
        let draw = points::draw(sizes, items, random(&seed, stratum));
        let is_certain = |size: i128| draw.certain_from.is_some_and(|from| size >= from);
        let total: i128 = sizes
            .iter()
            .map(|(&size, &count)| size * i128::from(count))
            .sum();
        let certain = sizes.iter().filter(|(size, _)| is_certain(**size));
        strata.push(StratumDrawn {
            stratum,
            units: sizes.values().sum(),
            amount: match stratum {
                Stratum::Charged(_) => Amount::from_units(total),
                Stratum::Free => Amount::ZERO,
            },
            certain: certain.map(|(_, count)| count).sum(),
            drawn: draw.drawn,
            drawn_from: match stratum {
                Stratum::Charged(_) => Amount::from_units(draw.total).to_string(),
                Stratum::Free => draw.total.to_string(),
            },
        });
        draws.push((stratum, draw));
    }
    let met = meet(request, &draws);
    let items = resolve(request, met)?;
    Ok(Sample {
        seed,
        strata,
        items,
        without_rate,
    })
}

/// The stratum and size of a charge; none where it cannot be drawn, an error where it has no rate.
fn unit_of(
    request: &SampleRequest<'_>,
    part: usize,
    place: usize,
    charge: Charge,
) -> Option<Result<(Stratum, Unit), ()>> {
    if charge.is_detail() || !charge.is_written {
        return None;
    }
    let price = request
        .pricing
        .price(request.pricing.code(part as u32, place as u32));
    let Some(amount) = price.amount() else {
        return Some(Err(()));
    };
    let (stratum, size) = match amount > Amount::ZERO {
        true => (Stratum::Charged(price.currency), amount.units()),
        false => (Stratum::Free, 1),
    };
    Some(Ok((stratum, Unit { charge, size })))
}

fn units_of_part<'a>(
    request: &'a SampleRequest<'a>,
    part: usize,
) -> impl Iterator<Item = Result<(Stratum, Unit), ()>> + 'a {
    let charges = request.outcome.parts[part].charges.iter().enumerate();
    charges.filter_map(move |(place, charge)| unit_of(request, part, place, charge))
}

type Sizes = BTreeMap<Stratum, BTreeMap<i128, u64>>;

/// How many units of each size each stratum has, and how many charges have no rate.
fn population(request: &SampleRequest<'_>) -> (Sizes, u64) {
    let add = |(mut left, none): (Sizes, u64), (right, more): (Sizes, u64)| {
        for (stratum, sizes) in right {
            let known = left.entry(stratum).or_default();
            for (size, count) in sizes {
                *known.entry(size).or_default() += count;
            }
        }
        (left, none + more)
    };
    (0..request.outcome.parts.len())
        .into_par_iter()
        .map(|part| {
            let (mut sizes, mut without_rate) = (Sizes::new(), 0);
            for unit in units_of_part(request, part) {
                match unit {
                    Ok((stratum, unit)) => {
                        *sizes
                            .entry(stratum)
                            .or_default()
                            .entry(unit.size)
                            .or_default() += 1;
                    }
                    Err(()) => without_rate += 1,
                }
            }
            (sizes, without_rate)
        })
        .reduce(Default::default, add)
}

/// The population in short: another one has another start.
fn seed_of(sizes: &Sizes) -> String {
    let mut hasher = blake3::Hasher::new();
    for (stratum, sizes) in sizes {
        hasher.update(stratum.name().as_bytes());
        for (size, count) in sizes {
            hasher.update(&size.to_be_bytes());
            hasher.update(&count.to_be_bytes());
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn random(seed: &str, stratum: Stratum) -> u128 {
    let hash = blake3::hash(format!("sample\u{1f}{seed}\u{1f}{}", stratum.name()).as_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hash.as_bytes()[..16]);
    u128::from_be_bytes(first)
}

/// The units that are met. Parts are stretches of time, so only those with a point are put in order.
fn meet(request: &SampleRequest<'_>, draws: &[(Stratum, points::Draw)]) -> Vec<Met> {
    let place_of = |stratum: Stratum| draws.iter().position(|(known, _)| *known == stratum);
    let is_certain = |place: usize, size: i128| {
        let from = draws[place].1.certain_from;
        from.is_some_and(|from| size >= from)
    };
    let sums: Vec<Vec<i128>> = (0..request.outcome.parts.len())
        .into_par_iter()
        .map(|part| {
            let mut sums = vec![0; draws.len()];
            for (stratum, unit) in units_of_part(request, part).flatten() {
                if let Some(place) =
                    place_of(stratum).filter(|&place| !is_certain(place, unit.size))
                {
                    sums[place] += unit.size;
                }
            }
            sums
        })
        .collect();
    let mut starts = vec![0; draws.len()];
    let mut met = Vec::new();
    for (part, sums) in sums.iter().enumerate() {
        let points_of = |place: usize| {
            let points = &draws[place].1.points;
            let (from, to) = (starts[place], starts[place] + sums[place]);
            let first = points.partition_point(|&point| point < from);
            &points[first..points.partition_point(|&point| point < to).max(first)]
        };
        let is_wanted = (0..draws.len())
            .any(|place| !points_of(place).is_empty() || draws[place].1.certain_from.is_some());
        if is_wanted {
            let mut units: Vec<Vec<Unit>> = vec![Vec::new(); draws.len()];
            for (stratum, unit) in units_of_part(request, part).flatten() {
                let Some(place) = place_of(stratum) else {
                    continue;
                };
                if is_certain(place, unit.size) {
                    met.push(Met {
                        stratum: place,
                        selection: Selection::Certain,
                        within: 0,
                        tied: vec![unit],
                    });
                } else if !points_of(place).is_empty() {
                    units[place].push(unit);
                }
            }
            for (place, units) in units.iter_mut().enumerate() {
                at_points(
                    place,
                    draws[place].0,
                    starts[place],
                    points_of(place),
                    units,
                    &mut met,
                );
            }
        }
        for (start, sum) in starts.iter_mut().zip(sums) {
            *start += sum;
        }
    }
    met
}

/// The units of a part at the points that lie in it, the first of them at `start`.
fn at_points(
    place: usize,
    stratum: Stratum,
    start: i128,
    points: &[i128],
    units: &mut [Unit],
    met: &mut Vec<Met>,
) {
    let instants = |unit: &Unit| (unit.charge.charged_at, unit.charge.sent_at);
    units.sort_unstable_by_key(instants);
    let mut points = points.iter().peekable();
    let mut before = start;
    for tied in units.chunk_by(|left, right| instants(left) == instants(right)) {
        let after = before + tied.iter().map(|unit| unit.size).sum::<i128>();
        while let Some(point) = points.next_if(|point| **point < after) {
            met.push(Met {
                stratum: place,
                selection: match stratum {
                    Stratum::Charged(_) => Selection::MoneyUnit,
                    Stratum::Free => Selection::Count,
                },
                within: point - before,
                tied: tied.to_vec(),
            });
        }
        before = after;
    }
}

/// The rest of the order T-5, and names.
fn resolve(request: &SampleRequest<'_>, met: Vec<Met>) -> anyhow::Result<Vec<SampleItem>> {
    let rows = met.iter().flat_map(|met| &met.tied);
    let ids = request
        .ids
        .message_ids(RowSet::from(rows.map(|unit| unit.charge.row)))?;
    let mut found: Vec<(usize, Order, Selection)> = Vec::with_capacity(met.len());
    for met in met {
        let mut tied: Vec<(Order, i128)> = met
            .tied
            .iter()
            .map(|unit| (Order::of(request, &unit.charge, &ids), unit.size))
            .collect();
        tied.sort_unstable();
        let mut left = met.within;
        let hit = tied.into_iter().find(|(_, size)| {
            left -= size;
            left < 0
        });
        if let Some((order, _)) = hit {
            found.push((met.stratum, order, met.selection));
        }
    }
    found.sort_unstable();
    let mut buffer = Vec::new();
    let item = |(stratum, order, selection): (usize, Order, Selection)| SampleItem {
        stratum,
        selection,
        charge_id: charge_id(
            &mut buffer,
            &order.account,
            &order.business,
            &order.customer,
            &order.message_id,
            order.unit,
        ),
        message_id: String::from_utf8_lossy(&order.message_id).into_owned(),
        business: order.business,
        customer: order.customer,
    };
    Ok(found.into_iter().map(item).collect())
}

/// The order in which charges are counted through, that of their table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    charged_at: Instant,
    sent_at: Instant,
    message_id: Vec<u8>,
    customer: String,
    account: String,
    unit: ChargeUnit,
    business: String,
}

impl Order {
    fn of(request: &SampleRequest<'_>, charge: &Charge, ids: &MessageIds) -> Self {
        let outcome = request.outcome;
        let mut customer = String::new();
        outcome.pairs.push_customer(charge.pair, &mut customer);
        Self {
            charged_at: charge.charged_at,
            sent_at: charge.sent_at,
            message_id: ids.get(charge.row).to_vec(),
            customer,
            account: outcome.cells.accounts.word(charge.account),
            unit: charge.unit,
            business: outcome.pairs.business(charge.pair),
        }
    }
}

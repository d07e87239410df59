//! The charges of a cell, given to the lines that bill it.
//!
//! One line has them all. Of several lines those that repeat another are duplicates if the cell is overbilled
//! by them. The rest get charges of their own price first, then what is left in their order. Lines that do not
//! state a quantity cannot be told apart: they are compared together.

use super::{
    super::{
        Cause, InvoiceLine,
        comparison::{Comparison, Formation, Slice, minus, sum, times, total},
        key::Key,
    },
    CellCharges,
    precision::Formations,
};
use crate::tariff::Amount;

impl CellCharges {
    /// In the order in which units are counted: the last slice is the one that one unit more falls in.
    pub(super) fn sort(&mut self) {
        for list in [&mut self.counted, &mut self.free] {
            list.sort_by_key(|slice| {
                let card = (slice.tier, slice.last_date, slice.card, slice.rate);
                (slice.market, slice.category, slice.pricing_type, card)
            });
        }
    }
}

pub(super) fn comparisons(
    lines: &[InvoiceLine],
    formations: &Formations,
    key: Key,
    places: &[usize],
    mut charges: CellCharges,
) -> Vec<Comparison> {
    charges.sort();
    let formation = |place: usize| formations.of(&lines[place], key.currency);
    let (kept, duplicates) = duplicates(lines, places, &charges.counted);
    let mut comparisons = Vec::with_capacity(places.len());
    if let [only] = kept[..] {
        let mut one = with_line(
            key.clone(),
            charges.counted,
            formation(only),
            only,
            &lines[only],
        );
        one.free = charges.free;
        comparisons.push(one);
    } else if kept.iter().all(|&place| lines[place].quantity.is_some()) {
        let shares = shares(lines, &kept, charges.counted);
        for (&place, share) in kept.iter().zip(shares) {
            comparisons.push(with_line(
                key.clone(),
                share,
                formation(place),
                place,
                &lines[place],
            ));
        }
        if let Some(first) = comparisons.first_mut() {
            first.free = charges.free;
        }
    } else {
        let mut pool = Comparison::new(key.clone(), charges.counted, formation(kept[0]));
        pool.free = charges.free;
        pool.billed_quantity = None;
        pool.billed = kept
            .iter()
            .map(|&place| lines[place].amount)
            .try_fold(Amount::ZERO, |all, one| Some(sum(all, one?)));
        pool.lines = kept;
        comparisons.push(pool);
    }
    for (place, original) in duplicates {
        comparisons.push(duplicate(
            lines,
            key.clone(),
            formation(place),
            place,
            original,
        ));
    }
    comparisons
}

fn with_line(
    key: Key,
    slices: Vec<Slice>,
    formation: Formation,
    place: usize,
    line: &InvoiceLine,
) -> Comparison {
    let mut comparison = Comparison::new(key, slices, formation);
    comparison.lines = vec![place];
    comparison.billed_quantity = line.quantity.or_else(|| derived_quantity(line, formation));
    comparison.unit_price = line.unit_price;
    comparison.billed = line.amount;
    comparison
}

/// How many units a line bills that states its price and its amount: the only number that comes to it.
fn derived_quantity(line: &InvoiceLine, formation: Formation) -> Option<i64> {
    let (price, amount) = (line.unit_price?, line.amount?);
    if price <= Amount::ZERO || amount.is_negative() {
        return None;
    }
    let near = i64::try_from(amount.units() / price.units()).ok()?;
    let comes_to = |count: &i64| formation.round(times(price, *count)) == formation.round(amount);
    let mut fitting = (near.saturating_sub(1)..=near.saturating_add(2)).filter(comes_to);
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

fn duplicate(
    lines: &[InvoiceLine],
    key: Key,
    formation: Formation,
    place: usize,
    original: usize,
) -> Comparison {
    let (line, first) = (&lines[place], &lines[original]);
    let mut comparison = with_line(key, Vec::new(), formation, place, line);
    let of = match line.invoice_id == first.invoice_id {
        true => format!("line {}", first.row),
        false => format!("line {} of invoice {}", first.row, first.invoice_id),
    };
    let billed = comparison.billed.unwrap_or(Amount::ZERO);
    let text = format!(
        "repeats {of}, which already bills {} of this cell: potential overcharge of the whole line",
        comparison
            .billed_quantity
            .map_or_else(|| "all".to_owned(), |quantity| format!("the {quantity}"))
    );
    let quantity = comparison.open_quantity();
    comparison.explain(Cause::Duplicate, quantity, billed, text);
    if comparison.open_amount() != Amount::ZERO {
        comparison.explain_rest(Cause::Duplicate, "unrounded".to_owned());
    }
    comparison.progress = super::super::comparison::Progress::Settled;
    comparison
}

/// The lines to compare, and those that only repeat one of them.
fn duplicates(
    lines: &[InvoiceLine],
    places: &[usize],
    expected: &[Slice],
) -> (Vec<usize>, Vec<(usize, usize)>) {
    let expected_quantity: i64 = expected.iter().map(|slice| slice.quantity).sum();
    let expected_amount = total(expected.iter().map(|slice| slice.amount));
    let billed: Option<i64> = places.iter().map(|&place| lines[place].quantity).sum();
    let amounts = places.iter().filter_map(|&place| lines[place].amount);
    let mut over_quantity = billed.map(|billed| billed - expected_quantity);
    let mut over_amount = minus(total(amounts), expected_amount);
    let mut kept: Vec<usize> = Vec::with_capacity(places.len());
    let mut found = Vec::new();
    for &place in places {
        let line = &lines[place];
        let is_same = |&&other: &&usize| {
            let other = &lines[other];
            (line.quantity, line.unit_price, line.amount, line.kind)
                == (other.quantity, other.unit_price, other.amount, other.kind)
        };
        let repeats_cell = |&&other: &&usize| {
            let other = &lines[other];
            line.quantity == other.quantity
                && line.quantity == Some(expected_quantity)
                && line.kind == other.kind
                && expected_quantity > 0
        };
        let original = kept
            .iter()
            .find(is_same)
            .or_else(|| kept.iter().find(repeats_cell))
            .copied();
        let is_over = match (over_quantity, line.quantity) {
            (Some(over), Some(quantity)) => (over - quantity).abs() < over.abs(),
            _ => line
                .amount
                .is_some_and(|amount| minus(over_amount, amount).abs() < over_amount.abs()),
        };
        match original.filter(|_| is_over) {
            None => kept.push(place),
            Some(original) => {
                over_quantity = over_quantity
                    .zip(line.quantity)
                    .map(|(over, one)| over - one);
                over_amount = minus(over_amount, line.amount.unwrap_or(Amount::ZERO));
                let distance = |place: usize| {
                    minus(lines[place].amount.unwrap_or(Amount::ZERO), expected_amount).abs()
                };
                // Of two that bill the cell the one nearer to the expected amount is the original.
                if distance(place) < distance(original) {
                    let slot = kept.iter_mut().find(|slot| **slot == original);
                    slot.into_iter().for_each(|slot| *slot = place);
                    found.push((original, place));
                } else {
                    found.push((place, original));
                }
            }
        }
    }
    (kept, found)
}

/// What each of several lines should bill of the charges.
fn shares(lines: &[InvoiceLine], kept: &[usize], slices: Vec<Slice>) -> Vec<Vec<Slice>> {
    let mut left = slices;
    let mut shares: Vec<Vec<Slice>> = vec![Vec::new(); kept.len()];
    let mut room: Vec<i64> = kept
        .iter()
        .map(|&place| lines[place].quantity.unwrap_or(0))
        .collect();
    for is_price_asked in [true, false] {
        for (line, &place) in kept.iter().enumerate() {
            let price = price(&lines[place]);
            for slice in &mut left {
                if room[line] > 0 && slice.quantity > 0 && (!is_price_asked || slice.rate == price)
                {
                    let taken = slice.take(room[line]);
                    room[line] -= taken.quantity;
                    give(&mut shares[line], taken);
                }
            }
        }
    }
    for slice in left.into_iter().filter(|slice| slice.quantity > 0) {
        let same_price = kept
            .iter()
            .position(|&place| slice.rate == price(&lines[place]));
        give(&mut shares[same_price.unwrap_or(0)], slice);
    }
    shares
}

fn give(share: &mut Vec<Slice>, slice: Slice) {
    match share.iter_mut().find(|known| known.is_like(&slice)) {
        Some(known) => known.add(&slice),
        None => share.push(slice),
    }
}

/// The price of a line: as stated, or what the amount comes to for one.
fn price(line: &InvoiceLine) -> Option<Amount> {
    line.unit_price.or_else(|| {
        let (amount, quantity) = (line.amount?, i128::from(line.quantity?));
        let is_exact = quantity > 0 && amount.units() % quantity == 0;
        is_exact.then(|| Amount::from_units(amount.units() / quantity))
    })
}

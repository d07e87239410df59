//! Errors of money: the right number of units at a wrong price, or with a wrong amount.

use super::{
    draft::{Draft, Plan},
    moved::units_of,
    random::Random,
};
use crate::audit::Cause;
use crate::tariff::{Amount, CardModel, Cell, Rounding};
use crate::vocabulary::ChargeCategory;

/// How far a wrong price is off, in percent.
const PERCENT: (i64, i64) = (3, 60);
/// How many prices are tried before another line is.
const TRIES_MAX: u32 = 16;
/// The digits of a wrong price.
const PRICE_DIGITS: u32 = 6;
/// An unexplained amount is off by this many times the least a line can show, beside one for each part of the line.
const UNEXPLAINED: (i64, i64) = (17, 997);

/// A price that no card knows.
pub(super) fn rate(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    let right = row
        .price
        .filter(|_| row.has_one_price(draft.truth.covered))?;
    let is_rounded = |price: Amount| {
        (0..PRICE_DIGITS).any(|digits| right.rounded(Rounding::HalfUp, digits) == price)
    };
    (0..TRIES_MAX).find_map(|_| {
        let percent = random.between(PERCENT.0, PERCENT.1);
        let percent = if random.coin() {
            100 + percent
        } else {
            100 - percent
        };
        let price = Amount::from_units(right.units().checked_mul(percent.into())? / 100);
        let price = price.rounded(Rounding::HalfUp, PRICE_DIGITS);
        let is_invented = price > Amount::ZERO
            && price < Amount::RATE_MAX
            && !draft.known_rates.contains(&price)
            && !is_rounded(price);
        let change = draft.with_price(place, price).filter(|_| is_invented)?;
        Some(Plan {
            cause: Cause::Rate,
            changes: vec![change],
            text: format!("billed at {price} instead of {right} each"),
        })
    })
}

/// The price that an earlier or a later card has for the cell.
pub(super) fn other_card(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    let right = row
        .price
        .filter(|_| row.has_one_price(draft.truth.covered))?;
    let cell = Cell {
        model: row.model?,
        currency: row.key.currency,
        market: row.key.market?,
        category: row.key.category?,
    };
    let (cards, ladders) = (&draft.truth.tariff.cards, &draft.truth.tariff.ladders);
    let ladder = ladders.ladder(cell.currency, cell.market, cell.category, row.last_date?);
    let steps = ladder.iter().flat_map(|ladder| &ladder.steps);
    let of_steps: Vec<Amount> = steps.filter_map(|step| step.rate).collect();
    let mut others: Vec<(Amount, &str)> = cards
        .series(cell)
        .iter()
        .map(|rate| (rate.amount, cards.card_name(rate.card)))
        .filter(|&(rate, _)| rate != right && rate > Amount::ZERO && !of_steps.contains(&rate))
        .collect();
    // The list price of a line that has a tier is that of its first tier.
    others.retain(|_| !row.has_tiers);
    random.shuffle(&mut others);
    others.into_iter().find_map(|(price, card)| {
        Some(Plan {
            cause: Cause::Rate,
            changes: vec![draft.with_price(place, price)?],
            text: format!("billed at {price}, the price of card {card}, instead of {right} each"),
        })
    })
}

/// The price of another step of the cell's own ladder.
pub(super) fn tier(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    let right = row
        .price
        .filter(|_| row.has_one_price(draft.truth.covered))?;
    let key = &row.key;
    let ladders = &draft.truth.tariff.ladders;
    let ladder = ladders.ladder(key.currency, key.market?, key.category?, row.last_date?)?;
    let mut steps: Vec<(Amount, &str)> = ladder
        .steps
        .iter()
        .filter_map(|step| Some((step.rate?, step.label.as_str())))
        .filter(|&(rate, _)| rate != right && rate > Amount::ZERO)
        .collect();
    random.shuffle(&mut steps);
    steps.into_iter().find_map(|(price, label)| {
        Some(Plan {
            cause: Cause::Tier,
            changes: vec![draft.with_price(place, price)?],
            text: format!("billed at {price}, the price of tier {label}, instead of {right} each"),
        })
    })
}

/// A line of free units with a charge.
pub(super) fn charged(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    if !row.key.is_free() || !row.is_testable(draft.truth.covered) {
        return None;
    }
    let (market, category) = (row.key.market?, row.key.category?);
    let list = |model: CardModel, category: ChargeCategory| {
        let date = row.key.month.last_day();
        let cards = &draft.truth.tariff.cards;
        let rate = cards.rate(model, row.key.currency, market, category, date);
        rate.ok()
            .map(|rate| rate.amount)
            .filter(|&rate| rate > Amount::ZERO)
    };
    let models = [CardModel::Pmp, CardModel::Cbp];
    // Service and entry points have no rate of their own: they are billed like utility (P26-2).
    let price = [category, ChargeCategory::Utility]
        .into_iter()
        .find_map(|category| models.into_iter().find_map(|model| list(model, category)))?;
    Some(Plan {
        cause: Cause::BilledFree,
        changes: vec![draft.with_price(place, price)?],
        text: format!(
            "{} held free, billed at {price} each",
            units_of(row.quantity)
        ),
    })
}

/// A line of charged units at nothing.
pub(super) fn given(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    let right = row
        .price
        .filter(|_| row.has_one_price(draft.truth.covered))?;
    Some(Plan {
        cause: Cause::FreeBilled,
        changes: vec![draft.with_price(place, Amount::ZERO)?],
        text: format!(
            "{} billed at nothing instead of {right} each",
            units_of(row.quantity)
        ),
    })
}

/// The least that a line can be off.
pub(super) fn rounding(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    if !row.has_one_price(draft.truth.covered) {
        return None;
    }
    let unit = draft.truth.smallest(row.key.currency);
    let added = if random.coin() {
        unit
    } else {
        Amount::ZERO.minus(unit)?
    };
    Some(Plan {
        cause: Cause::Rounding,
        changes: vec![draft.with_amount(place, added)?],
        text: format!("the amount is rounded {added} off"),
    })
}

/// An amount that is not the line's own units at its own price.
pub(super) fn unexplained(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    if !row.has_one_price(draft.truth.covered) {
        return None;
    }
    let count = random
        .between(UNEXPLAINED.0, UNEXPLAINED.1)
        .checked_add(row.parts)?;
    // More digits than the currency's do not help: one line may still be rounded to those.
    let cent =
        Amount::from_units(10i128.pow(Amount::DIGITS.checked_sub(row.key.currency.digits())?));
    let unit = draft.truth.smallest(row.key.currency).max(cent);
    let added = unit.times(u64::try_from(count).ok()?)?;
    let less = Amount::ZERO.minus(added)?;
    let change = if random.coin() {
        draft.with_amount(place, less)
    } else {
        None
    };
    let (change, added) = match change {
        Some(change) => (change, less),
        None => (draft.with_amount(place, added)?, added),
    };
    Some(Plan {
        cause: Cause::Unexplained,
        changes: vec![change],
        text: format!("the amount is {added} off, for no reason"),
    })
}

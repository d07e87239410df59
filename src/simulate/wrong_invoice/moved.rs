//! Errors of numbers: units that a line bills for another, and units too many or too few.

use super::{
    draft::{Draft, Plan},
    random::Random,
    row::{Row, RowKey},
};
use crate::audit::Cause;
use crate::tariff::Amount;

/// How many numbers of units are tried before another line is.
const TRIES_MAX: i64 = 64;

/// Units of a line, billed on another one that differs in the cause's column only.
pub(super) fn units(
    draft: &Draft<'_>,
    cause: Cause,
    from: usize,
    random: &mut Random,
) -> Option<Plan> {
    let source = &draft.rows[from];
    if !is_quiet(draft, source) || source.quantity < 2 {
        return None;
    }
    let is_target = |row: &&usize| {
        let target = &draft.rows[**row];
        is_quiet(draft, target) && differs_only(cause, &source.key, &target.key)
    };
    let places: Vec<usize> = (0..draft.rows.len()).collect();
    let mut targets: Vec<usize> = places.iter().filter(is_target).copied().collect();
    random.shuffle(&mut targets);
    let most = source.quantity - 1;
    let first = random.between(1, most);
    targets.into_iter().find_map(|to| {
        (0..most.min(TRIES_MAX)).find_map(|tried| {
            let count = (first - 1 + tried) % most + 1;
            let taken = draft.with_quantity(from, source.quantity - count)?;
            let given = draft.with_quantity(to, draft.rows[to].quantity.checked_add(count)?)?;
            let place = |row: usize| place(draft, cause, &draft.rows[row].key);
            Some(Plan {
                cause,
                changes: vec![taken, given],
                text: format!(
                    "{} of {} billed as {}",
                    units_of(count),
                    place(from),
                    place(to)
                ),
            })
        })
    })
}

/// All units that a cell has free, billed with the charged ones on an invoice that does not tell them apart.
pub(super) fn all_free(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    if row.free == 0 || row.is_marked || !row.has_one_price(draft.truth.covered) {
        return None;
    }
    Some(Plan {
        cause: Cause::BilledFree,
        changes: vec![draft.with_quantity(place, row.quantity.checked_add(row.free)?)?],
        text: format!(
            "{} held free, billed with the charged ones",
            units_of(row.free)
        ),
    })
}

/// More or fewer units than there were.
pub(super) fn quantity(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    if row.key.is_free() || !is_quiet(draft, row) || row.is_at_month_end {
        return None;
    }
    let is_more = random.coin() || row.quantity < 2;
    let most = if is_more {
        row.quantity
    } else {
        row.quantity - 1
    };
    let first = random.between(1, most);
    (0..most.min(TRIES_MAX)).find_map(|tried| {
        let count = (first - 1 + tried) % most + 1;
        let billed = match is_more {
            true => row.quantity.checked_add(count)?,
            false => row.quantity - count,
        };
        Some(Plan {
            cause: Cause::Quantity,
            changes: vec![draft.with_quantity(place, billed)?],
            text: format!("{} billed instead of {}", units_of(billed), row.quantity),
        })
    })
}

/// Units that were sent in one month and delivered in another, billed by their sending.
pub(super) fn late(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    let late = row.late.filter(|&late| late != 0)?;
    let billed = row.quantity.checked_add(late).filter(|&units| units > 0)?;
    if row.key.is_free() || !is_quiet(draft, row) {
        return None;
    }
    let (count, what) = match late > 0 {
        true => (late, "billed in the month of sending"),
        false => (-late, "left to the month of sending"),
    };
    Some(Plan {
        cause: Cause::Period,
        changes: vec![draft.with_quantity(place, billed)?],
        text: format!("{} delivered late and {what}", units_of(count)),
    })
}

/// Units, in the singular where there is one.
pub(super) fn units_of(count: i64) -> String {
    match count {
        1 => "1 unit".to_owned(),
        count => format!("{count} units"),
    }
}

/// Whether nothing but the error can account for units too many or too few on the line.
pub(super) fn is_quiet(draft: &Draft<'_>, row: &Row) -> bool {
    let covered = draft.truth.covered;
    let is_free = row.key.is_free() && row.price == Some(Amount::ZERO) && row.is_testable(covered);
    !row.is_marked && row.free == 0 && (is_free || row.has_one_price(covered))
}

/// Whether two cells differ in the column that a cause is about, and in no other but the tier, which follows from them.
fn differs_only(cause: Cause, from: &RowKey, to: &RowKey) -> bool {
    let is_free = (from.is_free(), to.is_free());
    let (can_move, differs) = match cause {
        Cause::Category => (is_free == (false, false), from.category != to.category),
        Cause::Market => (is_free == (false, false), from.market != to.market),
        Cause::Period => (is_free == (false, false), from.month != to.month),
        Cause::Tier => (is_free == (false, false), from.tier != to.tier),
        Cause::BilledFree => (is_free == (true, false), true),
        Cause::FreeBilled => (is_free == (false, true), true),
        _ => (false, false),
    };
    let is_of_type = matches!(cause, Cause::BilledFree | Cause::FreeBilled);
    can_move
        && differs
        && (cause == Cause::Market || from.market == to.market)
        && (cause == Cause::Category || from.category == to.category)
        && (cause == Cause::Period || from.month == to.month)
        && (is_of_type || from.pricing_type == to.pricing_type)
        && from.currency == to.currency
        && (&from.account, &from.business) == (&to.account, &to.business)
}

/// Where a cell lies along the column that a cause is about.
fn place(draft: &Draft<'_>, cause: Cause, key: &RowKey) -> String {
    let text = match cause {
        Cause::Category => key.category.map(|category| category.to_string()),
        Cause::Market => {
            let markets = &draft.truth.tariff.markets;
            key.market.map(|market| markets.name(market).to_owned())
        }
        Cause::Tier => key.tier.map(|tier| tier.to_string()),
        Cause::Period => Some(key.month.to_string()),
        _ => key
            .pricing_type
            .map(|pricing_type| pricing_type.to_string()),
    };
    text.unwrap_or_default()
}

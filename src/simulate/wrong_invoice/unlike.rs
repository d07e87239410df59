//! Errors of whole lines: in another month, in another currency, or twice.

use super::{
    draft::{Change, Draft, Plan},
    moved::units_of,
    random::Random,
    row::{Row, RowKey},
};
use crate::audit::Cause;
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, Currency, Month};

/// The currencies that a line can be billed in by mistake.
const CURRENCIES: [&str; 3] = ["EUR", "USD", "GBP"];

/// A line that stands twice.
pub(super) fn duplicate(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    let is_charge = row.has_one_price(draft.truth.covered) && row.amount > Amount::ZERO;
    is_charge.then(|| Plan {
        cause: Cause::Duplicate,
        changes: vec![Change::Repeated { row: place }],
        text: format!("{} billed twice", units_of(row.quantity)),
    })
}

/// A line dated into a month of which the run has nothing.
pub(super) fn month(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    if !can_leave(draft, row) || !is_missed(draft, row) {
        return None;
    }
    let months = &draft.months;
    let (first, last) = (*months.first()?, *months.last()?);
    let before = |month: Month| month.first_day().previous().month();
    let own = row.key.month;
    let mut others = [own.next(), before(own)];
    random.shuffle(&mut others);
    let mut others = others.into_iter().chain([last.next(), before(first)]);
    let to = others.find(|other| !months.contains(other))?;
    let key = RowKey {
        month: to,
        ..row.key.clone()
    };
    Some(Plan {
        cause: Cause::Period,
        changes: vec![Change::Moved {
            row: place,
            to: key,
        }],
        text: format!("the line is dated {to} instead of {own}"),
    })
}

/// A line that is left out.
pub(super) fn left_out(draft: &Draft<'_>, place: usize) -> Option<Plan> {
    let row = &draft.rows[place];
    let can_be_left = can_leave(draft, row) && is_missed(draft, row) && row.key.tier.is_none();
    can_be_left.then(|| Plan {
        cause: Cause::Quantity,
        changes: vec![Change::LeftOut { row: place }],
        text: format!("a line of {} left out", units_of(row.quantity)),
    })
}

/// Whether most lines of its account and month stay on the invoice, so that it is still one for them.
fn is_missed(draft: &Draft<'_>, row: &Row) -> bool {
    let is_near =
        |other: &Row| (&other.key.account, other.key.month) == (&row.key.account, row.key.month);
    let of_invoice = draft.rows.iter().filter(|row| is_near(row)).count();
    let changes = draft.plans.iter().flat_map(|plan| &plan.changes);
    let gone = changes
        .filter(|change| matches!(change, Change::Moved { .. } | Change::LeftOut { .. }))
        .filter(|change| is_near(&draft.rows[change.row()]));
    of_invoice > 2 * (gone.count() + 1)
}

/// A line with its own number in another currency.
pub(super) fn currency(draft: &Draft<'_>, place: usize, random: &mut Random) -> Option<Plan> {
    let row = &draft.rows[place];
    if !can_leave(draft, row) {
        return None;
    }
    let own = row.key.currency;
    let mut others: Vec<Currency> = CURRENCIES.into_iter().filter_map(Currency::parse).collect();
    others.retain(|&other| {
        let is_billed = draft.rows.iter().any(|row| row.key.currency == other);
        other != own && !is_billed
    });
    random.shuffle(&mut others);
    let to = others.pop()?;
    let key = RowKey {
        currency: to,
        ..row.key.clone()
    };
    Some(Plan {
        cause: Cause::Currency,
        changes: vec![Change::Moved {
            row: place,
            to: key,
        }],
        text: format!("{} {own} billed as {to}", row.amount),
    })
}

/// Whether a line can leave its cell and no other line takes its units: what no line of its tier covers falls to one
/// that states no tier, and Marketing Lite to marketing.
fn can_leave(draft: &Draft<'_>, row: &Row) -> bool {
    let is_sibling = |other: &Row| other.key.is_other_tier_of(&row.key);
    row.has_one_price(draft.truth.covered)
        && row.amount > Amount::ZERO
        && !row.is_marked
        && row.free == 0
        && row.key.category != Some(ChargeCategory::MarketingLite)
        && !draft.rows.iter().any(is_sibling)
}

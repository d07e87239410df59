//! The lines of the file: the right rows with the errors carried out.

use std::collections::HashMap;

use super::{
    InjectedError, Part, Stated, Truth,
    draft::{Change, Draft, Plan},
    row::{Row, RowKey},
};
use crate::tariff::Amount;
use crate::vocabulary::Month;

/// The file's first line below the header.
const FIRST_LINE: u64 = 2;

/// A line of the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRow {
    /// The month of the invoice that it stands on; the line itself may state another one.
    pub invoice: Month,
    /// What it is for.
    pub stated: Stated,
    /// How many units; none on a tax.
    pub quantity: Option<i64>,
    /// The price of one, if all of them cost the same.
    pub unit_price: Option<Amount>,
    /// The money.
    pub amount: Amount,
    /// With how many digits after the point the amount is written.
    pub digits: u32,
    /// What the right invoice says there; nothing where it has no such line.
    pub right: Amount,
}

/// Where a row of the file stands.
pub(super) const fn file_line(place: usize) -> u64 {
    FIRST_LINE + place as u64
}

/// The lines, and the errors with the lines that they are on.
pub(super) fn lines(truth: &Truth<'_>, draft: Draft<'_>) -> (Vec<InvoiceRow>, Vec<InjectedError>) {
    let Draft { rows, plans, .. } = draft;
    let changes: HashMap<usize, &Change> = plans
        .iter()
        .flat_map(|plan| &plan.changes)
        .map(|change| (change.row(), change))
        .collect();
    let mut lines: Vec<InvoiceRow> = Vec::with_capacity(rows.len());
    let mut places: Vec<usize> = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        places.push(lines.len());
        lines.extend(line(truth, row, changes.get(&place).copied()));
    }
    let mut errors = Vec::new();
    for plan in plans {
        let Plan {
            cause,
            changes,
            text,
        } = plan;
        let parts = changes
            .into_iter()
            .flat_map(|change| parts(truth, &rows, &places, change, &mut lines))
            .collect();
        errors.push(InjectedError { cause, parts, text });
    }
    (lines, errors)
}

/// What stands on the invoice in the place of a row of the right one.
fn line(truth: &Truth<'_>, row: &Row, change: Option<&Change>) -> Option<InvoiceRow> {
    let right = InvoiceRow {
        invoice: row.key.month,
        stated: Stated::Usage(row.key.clone()),
        quantity: Some(row.quantity),
        unit_price: row.price,
        amount: row.amount,
        digits: truth.digits(row.key.currency),
        right: row.amount,
    };
    Some(match change {
        Some(Change::LeftOut { .. }) => return None,
        Some(Change::Billed {
            quantity,
            price,
            amount,
            ..
        }) => InvoiceRow {
            quantity: Some(*quantity),
            unit_price: Some(*price),
            amount: *amount,
            ..right
        },
        Some(Change::Moved { to, .. }) => InvoiceRow {
            stated: Stated::Usage(to.clone()),
            digits: truth.digits(to.currency),
            right: Amount::ZERO,
            ..right
        },
        Some(Change::Repeated { .. }) | None => right,
    })
}

/// What a change makes wrong; a line that stands twice is added at the end.
fn parts(
    truth: &Truth<'_>,
    rows: &[Row],
    places: &[usize],
    change: Change,
    lines: &mut Vec<InvoiceRow>,
) -> Vec<Part> {
    let (right, place) = (&rows[change.row()], places[change.row()]);
    let part = |line: Option<usize>, key: &RowKey, quantity: i64, amount: Amount| Part {
        line: line.map(file_line),
        stated: Stated::Usage(key.clone()),
        quantity,
        amount,
    };
    let lacking = || {
        let less = less(Amount::ZERO, right.amount);
        part(None, &right.key, -right.quantity, less)
    };
    match change {
        Change::Billed {
            quantity, amount, ..
        } => {
            let more = less(amount, right.amount);
            let units = quantity - right.quantity;
            vec![part(Some(place), &right.key, units, more)]
        }
        Change::Moved { to, .. } => vec![
            lacking(),
            part(Some(place), &to, right.quantity, right.amount),
        ],
        Change::LeftOut { .. } => vec![lacking()],
        Change::Repeated { .. } => {
            let again = line(truth, right, None).map(|again| InvoiceRow {
                right: Amount::ZERO,
                ..again
            });
            let place = lines.len();
            lines.extend(again);
            vec![part(Some(place), &right.key, right.quantity, right.amount)]
        }
    }
}

/// A difference of two amounts of an invoice, which are far smaller than what an amount can hold.
pub(super) fn less(left: Amount, right: Amount) -> Amount {
    Amount::from_units(left.units().saturating_sub(right.units()))
}

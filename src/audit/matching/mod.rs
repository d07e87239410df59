//! Which charges a line bills: at the finest grain the line states, never by guessing.
//!
//! Lines with the same stated columns form a cell. Every group of charges belongs to the finest cell that
//! covers it; where two cells that say different things cover a group equally, they are compared as one. What
//! no line covers is compared with nothing, at the grain of the invoice: it is what the invoice lacks.

mod allocate;
mod cells;
mod missing;
mod precision;

use super::{
    Evidence, InvoiceLine,
    comparison::{Comparison, Slice},
    key::{Grain, date_of},
    line::LineKind,
};
use crate::{tariff::Period, vocabulary::Currency};
pub(super) use cells::Cells;
pub(super) use precision::Formations;

/// The comparisons, and where each group went.
pub(super) struct Matching {
    pub comparisons: Vec<Comparison>,
    /// For each cell, its comparisons.
    pub of_cell: Vec<Vec<usize>>,
    pub cells: Cells,
    /// The only currency expected, which lines without one are read in.
    pub currency: Option<Currency>,
    pub formations: Formations,
    /// The periods that the invoices are for.
    pub main_periods: Vec<Period>,
}

/// Whether a line bills units that the replay can count.
pub(super) fn is_usage(line: &InvoiceLine) -> bool {
    let is_negative = line.amount.is_some_and(|amount| amount.is_negative())
        || line.quantity.is_some_and(|quantity| quantity < 0);
    matches!(line.kind, LineKind::Usage | LineKind::Adjustment) && !is_negative
}

/// Whether a line gives money back.
pub(super) fn is_credit(line: &InvoiceLine) -> bool {
    !is_usage(line) && !matches!(line.kind, LineKind::Tax | LineKind::Fee)
}

/// Assigns every group of charges.
pub(super) fn matched(evidence: &Evidence<'_>) -> Matching {
    let currency = only_currency(evidence);
    let formations = Formations::new(evidence, currency);
    let mut cells = Cells::new(evidence.lines, currency);
    let grain = cells.grains().fold(Grain::TOTAL, Grain::with);
    let main = missing::main_periods(evidence.lines);
    let mut of_cell: Vec<CellCharges> = Vec::new();
    of_cell.resize_with(cells.len(), CellCharges::default);
    let mut lacking = missing::Lacking::new(evidence.lines, grain, main.clone());
    for group in evidence.groups {
        match cells.find(group, |basis| date_of(group, basis)) {
            Some(cell) => of_cell[cell].add(
                Slice::of_group(group),
                group.is_charged() || cells.key(cell).pricing_type.is_some(),
            ),
            None => lacking.add(group),
        }
    }
    // Cells that were joined while groups were assigned pool their charges.
    for cell in 0..of_cell.len() {
        let root = cells.root(cell);
        if root != cell {
            let charges = std::mem::take(&mut of_cell[cell]);
            of_cell[root].join(charges);
        }
    }
    let mut matching = Matching {
        comparisons: Vec::new(),
        of_cell: vec![Vec::new(); of_cell.len()],
        cells,
        currency,
        formations,
        main_periods: main,
    };
    for (cell, charges) in of_cell.into_iter().enumerate() {
        let lines = matching.cells.lines(cell).to_vec();
        if lines.is_empty() {
            continue;
        }
        let key = matching.cells.key(cell).clone();
        for comparison in
            allocate::comparisons(evidence.lines, &matching.formations, key, &lines, charges)
        {
            matching.of_cell[cell].push(matching.comparisons.len());
            matching.comparisons.push(comparison);
        }
    }
    let lacking = lacking.comparisons(&matching.formations);
    matching.comparisons.extend(lacking);
    matching
}

/// What the charges of a cell are, before they are given to its lines.
#[derive(Default)]
pub(super) struct CellCharges {
    /// What its lines should bill.
    pub counted: Vec<Slice>,
    /// What is free in it, where its lines do not say which type they bill.
    pub free: Vec<Slice>,
}

impl CellCharges {
    fn add(&mut self, slice: Slice, is_counted: bool) {
        let list = if is_counted {
            &mut self.counted
        } else {
            &mut self.free
        };
        match list.iter_mut().find(|known| known.is_like(&slice)) {
            Some(known) => known.add(&slice),
            None => list.push(slice),
        }
    }

    fn join(&mut self, other: Self) {
        for slice in other.counted {
            self.add(slice, true);
        }
        for slice in other.free {
            self.add(slice, false);
        }
    }
}

/// The currency of the replay, if it has only one.
fn only_currency(evidence: &Evidence<'_>) -> Option<Currency> {
    let mut currencies = evidence.groups.iter().map(|group| group.currency);
    let first = currencies.next()?;
    currencies.all(|each| each == first).then_some(first)
}

/// Whether the log has every day of a period.
pub(super) fn is_covered(evidence: &Evidence<'_>, period: Option<Period>) -> bool {
    let Some(period) = period else {
        return true;
    };
    evidence
        .covered
        .is_none_or(|log| log.from <= period.from && period.to <= log.to)
}

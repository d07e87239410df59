//! An invoice in the making: the right rows, and what was changed in them so far.

use std::collections::{BTreeSet, HashSet};

use super::{
    Truth, moved,
    random::Random,
    repriced,
    row::{Row, RowKey},
    unlike,
};
use crate::audit::Cause;
use crate::tariff::Amount;
use crate::vocabulary::Month;

/// What an error does to a line.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// It bills something else for the same cell.
    Billed {
        row: usize,
        quantity: i64,
        price: Amount,
        amount: Amount,
    },
    /// It bills the same for another cell.
    Moved { row: usize, to: RowKey },
    /// It stands twice.
    Repeated { row: usize },
    /// It is missing.
    LeftOut { row: usize },
}

impl Change {
    pub fn row(&self) -> usize {
        match *self {
            Self::Billed { row, .. }
            | Self::Moved { row, .. }
            | Self::Repeated { row }
            | Self::LeftOut { row } => row,
        }
    }
}

/// One error: what it does, and in words.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub cause: Cause,
    pub changes: Vec<Change>,
    pub text: String,
}

/// The right invoice and the errors in it.
pub(super) struct Draft<'a> {
    pub truth: &'a Truth<'a>,
    pub rows: Vec<Row>,
    pub plans: Vec<Plan>,
    /// Every rate that a card or ladder has.
    pub known_rates: HashSet<Amount>,
    /// The months of the run.
    pub months: BTreeSet<Month>,
    taken: HashSet<usize>,
    /// Cells with units too many or too few.
    uneven: Vec<RowKey>,
}

impl<'a> Draft<'a> {
    pub fn new(truth: &'a Truth<'a>, rows: Vec<Row>) -> Self {
        let (cards, ladders) = (&truth.tariff.cards, &truth.tariff.ladders);
        let listed = cards.cells().flat_map(|cell| cards.series(cell));
        let listed = listed.map(|rate| rate.amount);
        let steps = ladders.iter().flat_map(|ladder| &ladder.steps);
        let steps = steps.filter_map(|step| step.rate);
        Self {
            truth,
            rows,
            plans: Vec::new(),
            known_rates: listed.chain(steps).collect(),
            months: truth.lines.iter().map(|line| line.month).collect(),
            taken: HashSet::new(),
            uneven: Vec::new(),
        }
    }

    /// Puts one error in; says whether a place was found.
    pub fn put(&mut self, cause: Cause, random: &mut Random) -> bool {
        let mut places: Vec<usize> = (0..self.rows.len()).collect();
        places.retain(|place| !self.taken.contains(place));
        random.shuffle(&mut places);
        let Some(plan) = places
            .into_iter()
            .find_map(|place| self.plan(cause, place, random))
        else {
            return false;
        };
        self.taken.extend(plan.changes.iter().map(Change::row));
        let uneven = self.uneven_of(&plan.changes);
        self.uneven.extend(uneven);
        self.plans.push(plan);
        true
    }

    /// An error of a cause on a line, or on it and others.
    fn plan(&self, cause: Cause, place: usize, random: &mut Random) -> Option<Plan> {
        let moved = |random: &mut Random| moved::units(self, cause, place, random);
        let plans = match cause {
            Cause::Tier => vec![repriced::tier(self, place, random), moved(random)],
            Cause::Period => vec![
                unlike::month(self, place, random),
                moved(random),
                moved::late(self, place),
            ],
            Cause::Market | Cause::Category => vec![moved(random)],
            Cause::BilledFree => vec![
                repriced::charged(self, place),
                moved(random),
                moved::all_free(self, place),
            ],
            Cause::FreeBilled => vec![repriced::given(self, place), moved(random)],
            Cause::Currency => vec![unlike::currency(self, place, random)],
            Cause::Quantity => vec![
                moved::quantity(self, place, random),
                unlike::left_out(self, place),
            ],
            Cause::Rate => vec![
                repriced::rate(self, place, random),
                repriced::other_card(self, place, random),
            ],
            Cause::Rounding => vec![repriced::rounding(self, place, random)],
            Cause::Unexplained => vec![repriced::unexplained(self, place, random)],
            Cause::Duplicate => vec![unlike::duplicate(self, place)],
            // Taxes follow from all that is charged: they come last.
            Cause::Tax => Vec::new(),
        };
        let mut plans: Vec<Plan> = plans.into_iter().flatten().collect();
        plans.retain(|plan| self.fits(plan));
        random.shuffle(&mut plans);
        plans.pop()
    }

    /// Whether no line has another error, and no numbers of units could be taken together with another's.
    fn fits(&self, plan: &Plan) -> bool {
        let is_free = |change: &Change| !self.taken.contains(&change.row());
        let is_apart = |key: &RowKey| self.uneven.iter().all(|other| key.is_apart_from(other));
        plan.changes.iter().all(is_free) && self.uneven_of(&plan.changes).iter().all(is_apart)
    }

    /// The cells in which changes leave units too many or too few.
    fn uneven_of(&self, changes: &[Change]) -> Vec<RowKey> {
        let mut keys = Vec::new();
        for change in changes {
            let row = &self.rows[change.row()];
            match change {
                Change::Billed { quantity, .. } if *quantity != row.quantity => {
                    keys.push(row.key.clone());
                }
                Change::Moved { to, .. } => keys.extend([row.key.clone(), to.clone()]),
                Change::LeftOut { .. } => keys.push(row.key.clone()),
                Change::Billed { .. } | Change::Repeated { .. } => {}
            }
        }
        keys
    }

    /// The change of a line to another number of units at its own price, if its amount shows it. Free lines always
    /// cost nothing.
    pub fn with_quantity(&self, row: usize, quantity: i64) -> Option<Change> {
        let right = &self.rows[row];
        let price = right.price?;
        let amount = self.truth.money(price, quantity, right.key.currency)?;
        let is_charge = amount != right.amount && amount > Amount::ZERO;
        let is_seen = right.key.is_free() || is_charge;
        is_seen.then_some(Change::Billed {
            row,
            quantity,
            price,
            amount,
        })
    }

    /// The change of a line to another price, if its amount shows it: a charge that is rounded to nothing would
    /// look like a gift.
    pub fn with_price(&self, row: usize, price: Amount) -> Option<Change> {
        let right = &self.rows[row];
        let amount = (self.truth).money(price, right.quantity, right.key.currency)?;
        let is_seen = amount != right.amount && (amount == Amount::ZERO) == (price == Amount::ZERO);
        is_seen.then_some(Change::Billed {
            row,
            quantity: right.quantity,
            price,
            amount,
        })
    }

    /// The change of a line to another amount.
    pub fn with_amount(&self, row: usize, added: Amount) -> Option<Change> {
        let right = &self.rows[row];
        let amount = right.amount.plus(added)?;
        let is_charge = amount > Amount::ZERO;
        is_charge.then_some(Change::Billed {
            row,
            quantity: right.quantity,
            price: right.price?,
            amount,
        })
    }
}

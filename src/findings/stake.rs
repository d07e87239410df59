//! The charges at stake in findings, by the row of their message.

use super::Request;
use crate::memory::Block;
use crate::replay::outcome::{Charge, RowNumber, RowSet};
use crate::replay::ranking::Place;
use crate::tariff::Amount;
use crate::vocabulary::Currency;

/// Charges that sightings name.
pub struct Stakes<'a> {
    request: Request<'a>,
    wanted: RowSet,
    /// Where the charge of each message stands, by the rank of its row.
    places: Block<Option<Place>>,
}

/// A charge and what it costs.
#[derive(Clone, Copy)]
pub struct Stake {
    /// The charge.
    pub charge: Charge,
    /// What it comes to; none where it has no rate.
    pub amount: Option<Amount>,
    /// In what.
    pub currency: Currency,
}

impl<'a> Stakes<'a> {
    /// Looks up the charges of these messages.
    pub fn of(request: &Request<'a>, rows: &[RowNumber]) -> Self {
        let wanted = RowSet::from(rows.iter().copied());
        let unknown = (0..wanted.len()).map(|_| None);
        let mut places = Block::of(&request.outcome.memory, wanted.len(), unknown);
        if !wanted.is_empty() {
            for (part, content) in (0..).zip(&request.outcome.parts) {
                for (place, charge) in (0..).zip(content.charges.iter()) {
                    if !charge.is_detail() && wanted.contains(charge.row) {
                        places[wanted.rank(charge.row)] = Some((part, place));
                    }
                }
            }
        }
        Self {
            request: *request,
            wanted,
            places,
        }
    }

    /// The charge of a message, if it has one.
    pub fn of_message(&self, row: RowNumber) -> Option<Stake> {
        let is_known = self.wanted.contains(row);
        let (part, place) = is_known.then(|| self.places[self.wanted.rank(row)])??;
        let charges = &self.request.outcome.parts[part as usize].charges;
        let pricing = self.request.pricing;
        let price = pricing.price(pricing.code(part, place));
        Some(Stake {
            charge: charges.get(place as usize),
            amount: price.amount(),
            currency: price.currency,
        })
    }

    /// What the charges of these messages come to, in the currency of the first.
    pub fn sum(&self, rows: &[RowNumber]) -> (Amount, Option<Currency>) {
        let mut sum = (Amount::ZERO, None);
        for stake in rows.iter().filter_map(|row| self.of_message(*row)) {
            let currency = *sum.1.get_or_insert(stake.currency);
            if currency == stake.currency
                && let Some(amount) = stake.amount.and_then(|amount| sum.0.plus(amount))
            {
                sum.0 = amount;
            }
        }
        sum
    }
}

//! The charges at stake in findings, by the row of their message.

use hashbrown::HashMap;

use super::Request;
use crate::replay::outcome::{Charge, RowNumber, RowSet};
use crate::tariff::Amount;
use crate::vocabulary::Currency;

/// Charges that sightings name.
pub struct Stakes {
    charges: HashMap<RowNumber, Stake>,
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

impl Stakes {
    /// Looks up the charges of these messages.
    pub fn of(request: &Request<'_>, rows: &[RowNumber]) -> Self {
        let mut charges = HashMap::new();
        if !rows.is_empty() {
            let wanted = RowSet::from(rows.iter().copied());
            for (part, content) in request.outcome.parts.iter().enumerate() {
                for (place, charge) in content.charges.iter().enumerate() {
                    if charge.is_detail() || !wanted.contains(charge.row) {
                        continue;
                    }
                    let code = request.pricing.code(part as u32, place as u32);
                    let price = request.pricing.price(code);
                    let stake = Stake {
                        charge,
                        amount: price.amount(),
                        currency: price.currency,
                    };
                    charges.insert(charge.row, stake);
                }
            }
        }
        Self { charges }
    }

    /// The charge of a message, if it has one.
    pub fn of_message(&self, row: RowNumber) -> Option<&Stake> {
        self.charges.get(&row)
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

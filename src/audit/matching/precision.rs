//! With how many digits an invoice is written, and so how its lines are rounded (S-34).
//!
//! An invoice that prints four digits of dollars is not rounded to cents, and one in rupiah that never prints a
//! fraction is rounded to whole rupiah: comparing it in cents would find a difference on every line. So where
//! the setting says "as the currency", the invoice's own digits decide, if most of its lines show them.

use std::{collections::HashMap, sync::Arc};

use super::super::{Evidence, comparison::Formation, line::InvoiceLine};
use crate::{
    tariff::{Rounding, RoundingDigits},
    vocabulary::Currency,
};

/// Fewer digits than the currency has are believed of an invoice from this many lines on.
const LINES_MIN: usize = 5;

/// How the lines of each file and currency are rounded.
pub(in super::super) struct Formations {
    rule: Rounding,
    digits: RoundingDigits,
    of_file: HashMap<(Arc<str>, Option<Currency>), Formation>,
}

impl Formations {
    pub fn new(evidence: &Evidence<'_>, currency: Option<Currency>) -> Self {
        let mut formations = Self {
            rule: evidence.rounding,
            digits: evidence.rounding_digits,
            of_file: HashMap::new(),
        };
        if evidence.rounding_digits != RoundingDigits::Currency {
            return formations;
        }
        let mut digits: HashMap<(Arc<str>, Option<Currency>), Vec<u32>> = HashMap::new();
        let with_amount = evidence.lines.iter().filter(|line| line.amount.is_some());
        for line in with_amount {
            let key = (line.file.clone(), line.currency.or(currency));
            digits.entry(key).or_default().push(line.amount_digits);
        }
        for (key, mut digits) in digits {
            let plain = formations.plain(key.1);
            digits.sort_unstable();
            // Most lines show at most this many digits; a single unrounded line changes nothing.
            let middle = digits[digits.len() / 2];
            let largest = digits[digits.len() - 1];
            let shows_more = middle > plain.digits;
            let shows_fewer = largest < plain.digits && digits.len() >= LINES_MIN;
            let formation = Formation {
                digits: if shows_more || shows_fewer {
                    largest
                } else {
                    plain.digits
                },
                ..plain
            };
            formations.of_file.insert(key, formation);
        }
        formations
    }

    /// How a line of a currency is rounded where no invoice says otherwise.
    pub fn plain(&self, currency: Option<Currency>) -> Formation {
        Formation {
            rule: self.rule,
            digits: match self.digits {
                RoundingDigits::Currency => currency.map_or(2, Currency::digits),
                RoundingDigits::Digits(digits) => digits,
            },
        }
    }

    /// How the line is rounded.
    pub fn of(&self, line: &InvoiceLine, currency: Option<Currency>) -> Formation {
        self.of_file
            .get(&(line.file.clone(), currency))
            .copied()
            .unwrap_or_else(|| self.plain(currency))
    }
}

//! What lies between two figures, exactly, and shares in percent.

use serde::Serialize;

use crate::tariff::{Amount, Rounding};
use crate::whatif::comparison::Figures;

/// Digits after the point of a percentage.
const PERCENT_DIGITS: u32 = 2;

/// How a scenario differs from the base in one currency: the scenario's figure less the base's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The amount.
    pub amount: Amount,
    /// The amount in percent of the base's; none where the base comes to nothing.
    pub percent: Option<Amount>,
    /// All units.
    pub units: i64,
    /// Units that cost nothing by rule.
    pub free: i64,
    /// Conversations and free entry points that opened.
    pub conversations: i64,
}

impl Difference {
    /// How `figures` differ from `base`.
    ///
    /// # Panics
    /// If the difference does not fit into 128 bits: both are sums of one log.
    pub fn between(base: Figures, figures: Figures) -> Self {
        let count = |figure: u64, base: u64| {
            let difference = i128::from(figure) - i128::from(base);
            i64::try_from(difference).expect("counts of one log")
        };
        Self {
            amount: apart(base.amount, figures.amount),
            percent: figures
                .amount
                .percent_above(base.amount, Rounding::HalfUp, PERCENT_DIGITS)
                .filter(|_| base.amount > Amount::ZERO),
            units: count(figures.units(), base.units()),
            free: count(figures.free, base.free),
            conversations: count(figures.conversations, base.conversations),
        }
    }
}

/// Whether an amount says anything: units of which none has a rate cost an amount that is not known, which is
/// not zero.
pub fn is_known(figures: &Figures) -> bool {
    figures.amount != Amount::ZERO || figures.rated > 0 || figures.unrated == 0
}

/// An amount less the base's.
///
/// # Panics
/// If it does not fit into 128 bits: both are sums of one log.
pub fn apart(base: Amount, amount: Amount) -> Amount {
    amount.minus(base).expect("sums of one log")
}

/// Free units in percent of all, rounded half up; none where there is no unit.
pub fn free_share(figures: &Figures) -> Option<Amount> {
    let units = i128::from(figures.units());
    let hundredths = 10i128.pow(PERCENT_DIGITS);
    let doubled =
        (2 * 100 * hundredths * i128::from(figures.free) + units).checked_div(2 * units)?;
    let step = 10i128.pow(Amount::DIGITS - PERCENT_DIGITS);
    Some(Amount::from_units(doubled * step))
}

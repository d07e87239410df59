//! Charges at the grain of an invoice: the table `lines`.

use std::collections::BTreeMap;

use super::PriceList;
use super::group::{Groups, PriceTotals};
use crate::replay::outcome::Outcome;
use crate::tariff::{Amount, Tariff};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, Month, PricingType};

/// One line: charges that a bill would sum up. Lines are ordered as their fields stand here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Local month of the charges.
    pub month: Month,
    /// Market.
    pub market: String,
    /// Category, in the order of its names.
    pub category: Named<ChargeCategory>,
    /// Pricing type, in the order of its names.
    pub pricing_type: Named<PricingType>,
    /// Step of the ladder, by its first rank.
    pub tier: Option<Tier>,
    /// Card.
    pub rate_card: Option<String>,
    /// Price of one unit.
    pub rate: Option<Amount>,
    /// Billing currency.
    pub currency: Currency,
    /// Rated, free or unrated.
    pub state: Named<ChargeState>,
    /// How many units.
    pub quantity: u64,
    /// Quantity times rate, unrounded; none where it is unrated.
    pub amount: Option<Amount>,
}

/// A step of a ladder as Meta writes it, ordered by where it starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tier {
    lower: u64,
    /// `LOWER:UPPER`.
    pub label: String,
}

impl Tier {
    /// The step with this label.
    pub fn new(label: &str) -> Self {
        let lower = label.split(':').next().and_then(|text| text.parse().ok());
        Self {
            lower: lower.unwrap_or_default(),
            label: label.to_owned(),
        }
    }
}

/// A word that is ordered by its name, not by its place in the enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<T>(pub T);

macro_rules! ordered_by_name {
    ($($word:ty),*) => {$(
        impl Ord for Named<$word> {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.0.name().cmp(other.0.name())
            }
        }
        impl PartialOrd for Named<$word> {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    )*};
}

ordered_by_name!(ChargeCategory, PricingType, ChargeState);

/// The lines of a run, in their order.
///
/// # Panics
/// If the lines do not sum to the charges: a bug in the program.
pub fn lines(outcome: &Outcome, list: &PriceList, groups: &Groups, tariff: &Tariff) -> Vec<Line> {
    let mut quantities: BTreeMap<Line, u64> = BTreeMap::new();
    for (group, PriceTotals { quantity, .. }) in groups.iter() {
        let price = list.price(group.price);
        let line = Line {
            account: outcome.cells.accounts.word(group.account),
            business: outcome.cells.businesses.word(group.business),
            month: group.month,
            market: tariff.markets.name(price.market).to_owned(),
            category: Named(group.category),
            pricing_type: Named(group.pricing_type),
            tier: list.tier_label(price).map(Tier::new),
            rate_card: price
                .card
                .map(|card| tariff.cards.card_name(card).to_owned()),
            rate: price.rate,
            currency: price.currency,
            state: Named(price.state),
            // Not known before all groups of the line are.
            quantity: 0,
            amount: None,
        };
        *quantities.entry(line).or_default() += quantity;
    }
    let lines: Vec<Line> = quantities
        .into_iter()
        .map(|(line, quantity)| {
            let rate = match line.state.0 {
                ChargeState::Free => Some(Amount::ZERO),
                _ => line.rate,
            };
            Line {
                quantity,
                amount: rate.map(|rate| rate.times(quantity).expect("a line fits")),
                ..line
            }
        })
        .collect();
    assert_foot(&lines, groups);
    lines
}

fn assert_foot(lines: &[Line], groups: &Groups) {
    let mut sums: hashbrown::HashMap<Currency, Amount> = hashbrown::HashMap::new();
    for line in lines.iter().filter(|line| line.rate.is_some()) {
        let sum = sums.entry(line.currency).or_default();
        let amount = line.amount.unwrap_or_default();
        *sum = sum.plus(amount).expect("a sum of lines fits");
    }
    assert_eq!(&sums, groups.charged(), "lines sum to the charges");
}

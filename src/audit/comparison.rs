//! One thing compared: lines of an invoice on one side, charges of the replay on the other, and the causes
//! found so far for what lies between them.

use std::collections::BTreeMap;

use super::{Cause, ExpectedGroup, Tier, key::Key};
use crate::{
    tariff::{Amount, CardId, CardModel, MarketId, Rounding},
    vocabulary::{ChargeCategory, ChargeState, LocalDate, PricingType},
};

/// Expected charges of one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    pub market: MarketId,
    pub category: ChargeCategory,
    pub pricing_type: PricingType,
    pub tier: Option<Tier>,
    pub model: CardModel,
    pub card: Option<CardId>,
    /// None where unrated; zero where free.
    pub rate: Option<Amount>,
    pub quantity: i64,
    pub amount: Amount,
    /// Of these, how many Meta's own marks call free, and how many they call charged.
    pub marked_free: i64,
    pub marked_charged: i64,
    /// Of these, how many Meta's own marks charge as another category.
    pub marked_as: BTreeMap<ChargeCategory, i64>,
    /// The last day on which one of them was charged.
    pub last_date: LocalDate,
}

impl Slice {
    pub fn of_group(group: &ExpectedGroup) -> Self {
        let quantity = i64::try_from(group.quantity).unwrap_or(i64::MAX);
        let is_free = group.state == ChargeState::Free;
        let rate = match group.state {
            ChargeState::Free => Some(Amount::ZERO),
            ChargeState::Rated => group.rate,
            ChargeState::Unrated | ChargeState::Unpriced => None,
        };
        let marked = |is_regular: bool| match group.meta_pricing_type {
            Some(mark) if (mark == PricingType::Regular) == is_regular => quantity,
            _ => 0,
        };
        Self {
            market: group.market,
            category: group.category,
            pricing_type: group.pricing_type,
            tier: group.tier,
            model: group.model,
            card: group.rate_card,
            rate: rate.filter(|_| is_free || group.amount.is_some()),
            quantity,
            amount: group.amount.unwrap_or(Amount::ZERO),
            marked_free: marked(false),
            marked_charged: marked(true),
            marked_as: group
                .meta_category
                .filter(|_| !is_free)
                .map(|category| (category, quantity))
                .into_iter()
                .collect(),
            last_date: group.local_date,
        }
    }

    /// Whether two slices have the same price for the same reason.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.market, self.category, self.pricing_type, self.tier)
            == (other.market, other.category, other.pricing_type, other.tier)
            && (self.model, self.card, self.rate) == (other.model, other.card, other.rate)
    }

    pub fn add(&mut self, other: &Self) {
        self.quantity += other.quantity;
        self.amount = sum(self.amount, other.amount);
        self.marked_free += other.marked_free;
        self.marked_charged += other.marked_charged;
        for (&category, count) in &other.marked_as {
            *self.marked_as.entry(category).or_default() += count;
        }
        self.last_date = self.last_date.max(other.last_date);
    }

    /// Takes this many units out of it.
    pub fn take(&mut self, quantity: i64) -> Self {
        let quantity = quantity.min(self.quantity);
        let amount = if quantity == self.quantity {
            self.amount
        } else {
            times(self.rate.unwrap_or(Amount::ZERO), quantity)
        };
        let marked_free = self.marked_free.min(quantity);
        let marked_charged = self.marked_charged.min(quantity - marked_free);
        let mut left = quantity - marked_free - marked_charged;
        let mut marked_as = BTreeMap::new();
        for (&category, count) in &mut self.marked_as {
            let taken = (*count).min(left);
            left -= taken;
            *count -= taken;
            marked_as.insert(category, taken);
        }
        self.quantity -= quantity;
        self.amount = minus(self.amount, amount);
        self.marked_free -= marked_free;
        self.marked_charged -= marked_charged;
        Self {
            quantity,
            amount,
            marked_free,
            marked_charged,
            marked_as,
            ..self.clone()
        }
    }
}

/// How amounts of a line are rounded (S-34).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Formation {
    pub rule: Rounding,
    pub digits: u32,
}

impl Formation {
    pub fn round(self, amount: Amount) -> Amount {
        amount.rounded(self.rule, self.digits)
    }

    /// The smallest amount that a line can show.
    pub fn unit(self) -> Amount {
        let digits = Amount::DIGITS.saturating_sub(self.digits);
        Amount::from_units(10i128.pow(digits))
    }
}

/// A cause and what it explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub cause: Cause,
    pub quantity: i64,
    pub amount: Amount,
    pub text: String,
}

/// Whether there is still something to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Open,
    Settled,
    /// Why nothing can be said.
    NotTested(String),
}

/// Lines and charges of one cell.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub key: Key,
    /// The lines, most often one; none for what no invoice has.
    pub lines: Vec<usize>,
    /// What the line should bill.
    pub slices: Vec<Slice>,
    /// What the replay holds free in the same cell, where the line does not say which type it bills.
    pub free: Vec<Slice>,
    /// Free charges that no line lists: nothing is wrong with that.
    pub is_silent: bool,
    pub formation: Formation,
    /// What was billed; none where the line does not say how many.
    pub billed_quantity: Option<i64>,
    /// Whether that number was worked out from the amount, and is only good for finding its counterpart.
    pub is_quantity_implied: bool,
    pub unit_price: Option<Amount>,
    /// None where the source states no cost.
    pub billed: Option<Amount>,
    /// Expected quantity with all steps so far.
    pub quantity: i64,
    /// Expected amount with all steps so far, before rounding.
    pub exact: Amount,
    pub steps: Vec<Step>,
    pub progress: Progress,
}

impl Comparison {
    pub fn new(key: Key, slices: Vec<Slice>, formation: Formation) -> Self {
        let quantity = slices.iter().map(|slice| slice.quantity).sum();
        let exact = total(slices.iter().map(|slice| slice.amount));
        Self {
            key,
            lines: Vec::new(),
            slices,
            free: Vec::new(),
            is_silent: false,
            formation,
            billed_quantity: Some(0),
            is_quantity_implied: false,
            unit_price: None,
            billed: Some(Amount::ZERO),
            quantity,
            exact,
            steps: Vec::new(),
            progress: Progress::Open,
        }
    }

    /// What the line should come to, as an invoice rounds it.
    pub fn expected_amount(&self) -> Amount {
        self.formation
            .round(total(self.slices.iter().map(|slice| slice.amount)))
    }

    /// How many of the units Meta's own marks hold free.
    pub fn marked_free(&self) -> i64 {
        self.slices.iter().map(|slice| slice.marked_free).sum()
    }

    /// How many of the units Meta's own marks charge as this category.
    pub fn marked_as(&self, category: ChargeCategory) -> i64 {
        let counts = self
            .slices
            .iter()
            .filter_map(|slice| slice.marked_as.get(&category));
        counts.sum()
    }

    pub fn expected_quantity(&self) -> i64 {
        self.slices.iter().map(|slice| slice.quantity).sum()
    }

    /// What the line would come to with all steps so far.
    pub fn shown(&self) -> Amount {
        self.formation.round(self.exact)
    }

    /// Units billed that nothing explains yet; negative where units are missing.
    pub fn open_quantity(&self) -> i64 {
        self.billed_quantity
            .map_or(0, |billed| billed - self.quantity)
    }

    /// Money billed that nothing explains yet.
    pub fn open_amount(&self) -> Amount {
        self.billed
            .map_or(Amount::ZERO, |billed| minus(billed, self.shown()))
    }

    pub fn is_open(&self) -> bool {
        self.progress == Progress::Open
    }

    pub fn is_missing(&self) -> bool {
        self.lines.is_empty()
    }

    /// Explains units and their exact money by a cause.
    pub fn explain(&mut self, cause: Cause, quantity: i64, exact: Amount, text: String) {
        let before = self.shown();
        self.quantity += quantity;
        self.exact = sum(self.exact, exact);
        let amount = minus(self.shown(), before);
        self.push(cause, quantity, amount, text);
    }

    /// Explains the rest of the money by a cause, whatever it is.
    pub fn explain_rest(&mut self, cause: Cause, text: String) {
        let amount = self.open_amount();
        self.exact = sum(self.exact, amount);
        self.push(cause, 0, amount, text);
        self.progress = Progress::Settled;
    }

    fn push(&mut self, cause: Cause, quantity: i64, amount: Amount, text: String) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.cause == cause) {
            step.quantity += quantity;
            step.amount = sum(step.amount, amount);
            step.text = format!("{}; {text}", step.text);
            return;
        }
        self.steps.push(Step {
            cause,
            quantity,
            amount,
            text,
        });
    }

    /// The rate of the last units: what one unit more, or one less, costs.
    pub fn marginal_rate(&self) -> Option<Amount> {
        let price = self.unit_price;
        let named = self.slices.iter().find(|slice| slice.rate == price);
        named.or(self.slices.last()).and_then(|slice| slice.rate)
    }

    /// The exact money of units taken away from the end.
    pub fn money_of_last(&self, quantity: i64) -> Amount {
        let mut left = quantity;
        let mut money = Amount::ZERO;
        for slice in self.slices.iter().rev() {
            let taken = slice.clone().take(left);
            left -= taken.quantity;
            money = sum(money, taken.amount);
        }
        money
    }
}

// Quantities and amounts are bounded where they enter (QUANTITY_MAX, AMOUNT_MAX), so that sums over fewer
// than 10^8 of them always fit; saturation would show at once in the footing that every run checks.

pub(super) fn sum(left: Amount, right: Amount) -> Amount {
    Amount::from_units(left.units().saturating_add(right.units()))
}

pub(super) fn minus(left: Amount, right: Amount) -> Amount {
    Amount::from_units(left.units().saturating_sub(right.units()))
}

pub(super) fn times(amount: Amount, count: i64) -> Amount {
    Amount::from_units(amount.units().saturating_mul(i128::from(count)))
}

pub(super) fn total(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    amounts.into_iter().fold(Amount::ZERO, sum)
}
